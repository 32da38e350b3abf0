"""Checks of sizes: of the output, the bottleneck, the receptive field and the memory."""

from typing import Any

import attrs
import pytest

from encdec_widgets import Design, preset
from encdec_widgets.architectures import (
    CustomEncoderDecoder,
    FCDenseNet,
    Hourglass,
    LeapCNN,
    StackedHourglass,
    StridedConvBlock,
    TransitionDown,
    UNet,
)
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import DecoderBlock, EncoderDecoder
from encdec_widgets.explain.checks import Check, Network, checks
from encdec_widgets.explain.checks.least_receptive_field import least_field
from tests.builds import built
from tests.library.checked import conv, found, mended, network_of, up

LARGE, BOTTLENECK = "output larger than the input", "bottleneck below 4 px"
FIELD = "receptive field below the animal"
RUNS, TRAINS = "too large to run here", "too large to train here"


def test_an_output_larger_than_the_input_is_a_warning_mended_by_fewer_levels_up() -> None:
    design = Design(LeapCNN(filters=2, down_blocks=1, up_blocks=3), (32, 32, 1))
    check = found(design, LARGE)
    assert check is not None
    assert (check.severity, check.places) == ("warning", ("stack0_dec2",))
    assert "It is 4 times as high and wide (128 × 128 px)" in check.reason
    assert mended(design, LARGE) == {"2 levels up fewer": design.replace("up_blocks", 1)}


def test_a_decoder_of_ones_own_loses_its_last_blocks() -> None:
    network = CustomEncoderDecoder(encoder=[conv(2)], decoder=[up(), up(1), up()])
    for size in (16, None):
        design = Design(network, (size, size, 1))
        assert mended(design, LARGE) == {"without dec2": design.replace("decoder[:]", network.decoder[:2])}


def test_an_output_as_large_as_the_input_is_well() -> None:
    assert found(Design(UNet(filters=2), (32, 32, 1)), LARGE) is None
    before_the_end = Design(LeapCNN(filters=2, up_blocks=4), (32, 32, 1), Head(1, stride=2))
    assert found(before_the_end, LARGE) is None


def test_a_bottleneck_below_4_px_is_advice_with_its_size() -> None:
    check = found(Design(UNet(filters=2, down_blocks=3, up_blocks=3), (32, 24, 1)), BOTTLENECK)
    assert check is not None
    assert check.severity == "advice"
    assert check.places == ("stack0_enc3", "stack0_enc4", "stack0_enc5")
    assert "At stride 8 the map is 4 × 3 px" in check.reason
    for shape in ((32, 32, 1), (None, 32, 1), (None, None, 1)):
        assert found(Design(UNet(filters=2, down_blocks=3, up_blocks=3), shape), BOTTLENECK) is None


def test_a_small_bottleneck_is_mended_by_a_larger_input_or_fewer_levels() -> None:
    design = Design(UNet(filters=2, down_blocks=4, up_blocks=3), (16, 64, 1))
    assert mended(design, BOTTLENECK) == {
        "input of 64 × 64": design.replace("input_shape", (64, 64, 1)),
        "2 levels fewer": design.replace_all({"down_blocks": 2, "up_blocks": 1}),
    }


@pytest.mark.parametrize(
    "network",
    [
        LeapCNN(filters=2),
        Hourglass(filters=2, stem_filters=2, stem_stride=1, down_blocks=3, up_blocks=3),
        StackedHourglass(filters=2, stem_filters=2, stem_stride=1, down_blocks=3, up_blocks=3),
        FCDenseNet(growth_rate=2, first_filters=2, down_layers=(1, 2, 3), up_layers=(3, 2, 1)),
        CustomEncoderDecoder(
            encoder=[conv(), conv(2), conv(2), conv(2)], decoder=[up(skip_connection=True)] * 3
        ),
    ],
)
def test_every_family_can_have_a_level_fewer(network: EncoderDecoder) -> None:
    _, fewer = mended(Design(network, (16, 16, 1)), BOTTLENECK).values()
    after = fewer.architecture
    assert (after.maximum_stride, after.output_stride) == (network.maximum_stride // 2, network.output_stride)
    assert len(after.decoder_stack) == len(network.decoder_stack) - 1
    assert not [check for check in checks(network_of(fewer)) if check.severity == "warning"]


def _seen(design: Design, **known: float) -> tuple[int, Check | None]:
    """How far the output sees, in px, and the check of it."""
    field = built(design).receptive_field()
    assert field.output.size is not None
    return min(field.output.size), found(design, FIELD, receptive_field=field, **known)


def test_an_animal_larger_than_the_field_is_advice_in_px_of_the_camera() -> None:
    design = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (64, 64, 1))
    seen, small = _seen(design, animal_px=10)
    assert small is None
    assert _seen(design, animal_px=seen)[1] is None
    check = _seen(design, animal_px=seen + 0.5)[1]
    assert check is not None
    assert check.severity == "advice"
    assert f"sees {seen} × {seen} px of the camera's image, and" in check.reason


def test_scaled_images_let_the_network_see_further() -> None:
    design = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (64, 64, 1))
    seen, _ = _seen(design, animal_px=1)
    assert _seen(design, animal_px=2 * seen, input_scale=0.5)[1] is None
    check = _seen(design, animal_px=4 * seen, input_scale=0.5)[1]
    assert check is not None
    assert f"{2 * seen} × {2 * seen} px of the camera's image ({seen} × {seen} px" in check.reason
    assert "or scale the images to 0.25." in check.reason


@pytest.mark.parametrize(
    "network",
    [
        UNet(filters=2, down_blocks=2, up_blocks=1),
        UNet(filters=2, down_blocks=2, up_blocks=2, convs_per_block=1, up_interpolate=True),
        LeapCNN(filters=2, down_blocks=2, up_blocks=2),
        Hourglass(filters=2, stem_filters=2, down_blocks=1, up_blocks=1, stem_stride=1),
        StackedHourglass(filters=2, stem_filters=2, down_blocks=1, up_blocks=1, stem_stride=1),
        FCDenseNet(growth_rate=2, first_filters=2, down_layers=(1, 2), up_layers=(2, 1)),
    ],
)
@pytest.mark.parametrize("times", [1.3, 3])
def test_every_mend_of_a_small_field_lets_the_network_see_the_animal(
    network: EncoderDecoder, times: float
) -> None:
    design = Design(network, (64, 64, 1))
    seen, _ = _seen(design, animal_px=1)
    _, check = _seen(design, animal_px=times * seen)
    assert check is not None
    assert check.mends[0].label.endswith("more")
    for mend in check.mends:
        after = design.replace_all(mend.changes)
        assert _seen(after, animal_px=times * seen)[1] is None
        assert after.architecture.output_stride == network.output_stride


def test_kernels_are_larger_only_where_that_is_enough() -> None:
    design = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (64, 64, 1))
    seen, _ = _seen(design, animal_px=1)
    labels = {}
    for times in (1.2, 5):
        _, check = _seen(design, animal_px=times * seen)
        assert check is not None
        labels[times] = [mend.label for mend in check.mends]
    assert labels == {1.2: ["one level more", "kernels of 5 px"], 5: ["3 levels more"]}


def test_where_the_most_levels_are_too_few_no_others_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    def counted(self: LeapCNN, count: int) -> Any:
        tried.append(count)
        return EncoderDecoder.more_levels(self, count)

    monkeypatch.setattr(LeapCNN, "more_levels", counted)
    design = Design(LeapCNN(filters=2, down_blocks=2, up_blocks=2), (64, 64, 1))
    seen, _ = _seen(design, animal_px=1)
    for times, counts in ((1.3, [1]), (1000, [1, 5])):
        tried.clear()
        _seen(design, animal_px=times * seen)
        assert tried == counts


def test_a_further_level_brings_the_input_that_it_can_take() -> None:
    design = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (36, 52, 1))
    seen, _ = _seen(design, animal_px=1)
    _, check = _seen(design, animal_px=1.5 * seen)
    assert check is not None
    assert check.mends[0].label == "one level more, input of 40 × 56"
    assert design.replace_all(check.mends[0].changes).input_shape == (40, 56, 1)


LISTS = [
    CustomEncoderDecoder.of(UNet(filters=2, down_blocks=2, up_blocks=2)),
    CustomEncoderDecoder.of(LeapCNN(filters=2, down_blocks=2, up_blocks=2)),
    CustomEncoderDecoder(encoder=[conv(), StridedConvBlock(filters=2)], decoder=[up()]),
    CustomEncoderDecoder(encoder=[conv(), conv(2)]),
]


@pytest.mark.parametrize("network", LISTS)
def test_a_list_of_blocks_can_have_more_levels(network: EncoderDecoder) -> None:
    design = Design(network, (32, 32, 1))
    seen, _ = _seen(design, animal_px=1)
    for times in (1.3, 3):
        _, check = _seen(design, animal_px=times * seen)
        assert check is not None
        (mend,) = check.mends
        assert "more" in mend.label
        assert "More levels see further" in check.reason
        assert _seen(design.replace_all(mend.changes), animal_px=times * seen)[1] is None


@pytest.mark.parametrize("decoder", [[up(4), up()], [up(), up(), up()], [up(), up(2), up(3)]])
def test_a_list_of_blocks_whose_strides_do_not_match_gets_no_more_levels(decoder: list[DecoderBlock]) -> None:
    encoder = [conv(), conv(2), conv(3)]
    assert CustomEncoderDecoder(encoder=encoder, decoder=[up(), up(3)]).more_levels(1) is not None
    assert CustomEncoderDecoder(encoder=encoder, decoder=decoder).more_levels(1) is None


def test_a_transition_is_no_level_that_could_be_repeated() -> None:
    pooled = CustomEncoderDecoder(encoder=[conv(), conv(2), TransitionDown()], decoder=[up()])
    changes = pooled.more_levels(1)
    assert changes is not None
    assert changes["encoder[:]"] == (conv(), conv(2), conv(2), TransitionDown())
    assert CustomEncoderDecoder(encoder=[conv(), TransitionDown()], decoder=[up()]).more_levels(1) is None


@pytest.mark.parametrize("network", LISTS)
def test_a_list_of_blocks_sees_as_far_as_was_foreseen_or_further(network: EncoderDecoder) -> None:
    for head in (None, Head(1, stride=network.maximum_stride)):
        design = Design(network, (32, 32, 1), head)
        least = least_field(design)
        assert least is not None
        seen, _ = _seen(design, animal_px=1)
        assert seen / 2 < least <= seen


@pytest.mark.parametrize(
    ("name", "labels"),
    [("U-Net (2015)", ["one level more", "kernels of 5 px"]), ("LEAP (2019)", ["3 levels more"])],
)
def test_networks_as_published_can_see_a_larger_animal(name: str, labels: list[str]) -> None:
    design = preset(name)
    check = _seen(design, animal_px=300)[1]
    assert check is not None
    assert [mend.label for mend in check.mends] == labels
    assert _seen(design.replace_all(check.mends[0].changes), animal_px=300)[1] is None


@pytest.mark.parametrize(
    "network",
    [CustomEncoderDecoder(encoder=[conv()]), UNet(filters=2, filters_rate=1, down_blocks=10, up_blocks=0)],
)
def test_levels_are_not_promised_where_there_is_no_mend_with_them(network: EncoderDecoder) -> None:
    _, check = _seen(Design(network, (None, None, 1)), animal_px=10**6)
    assert check is not None
    assert not check.mends
    assert "More levels" not in check.reason


@pytest.mark.parametrize(
    "wrong", [{"animal_px": 0}, {"animal_px": "a"}, {"input_scale": -1.0}, {"memory_bytes": -1}]
)
def test_lengths_scales_and_memory_are_numbers_above_0(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be"):
        attrs.evolve(network_of(Design(UNet(filters=2), (16, 16, 1))), **wrong)


WIDE = Design(UNet(filters=8, down_blocks=3, up_blocks=3, up_interpolate=True), (64, 64, 1))


def _within(design: Design, memory_bytes: int, batch_size: int = 1) -> Check | None:
    cost = built(design).cost(batch_size=batch_size)
    checks = [found(design, kind, cost=cost, memory_bytes=memory_bytes) for kind in (RUNS, TRAINS)]
    assert None in checks, "never both"
    return next(filter(None, checks), None)


def test_training_beyond_the_memory_is_advice_and_running_beyond_it_a_warning() -> None:
    cost = built(WIDE).cost()
    assert cost.training_bytes is not None
    assert cost.inference_bytes is not None
    assert _within(WIDE, cost.training_bytes) is None
    check = _within(WIDE, cost.training_bytes - 1)
    assert check is not None
    assert (check.kind, check.severity, check.reason[:8]) == (TRAINS, "advice", "Training")
    check = _within(WIDE, cost.inference_bytes - 1)
    assert check is not None
    assert (check.kind, check.severity, check.reason[:7]) == (RUNS, "warning", "Running")


@pytest.mark.parametrize("what", ["training_bytes", "inference_bytes"])
@pytest.mark.parametrize("share", [0.8, 0.3])
@pytest.mark.parametrize(
    "design",
    [
        WIDE,
        attrs.evolve(WIDE, head=Head(2)),
        Design(FCDenseNet(growth_rate=4, first_filters=8, down_layers=(2, 2), up_layers=(2, 2)), (64, 32, 1)),
        Design(CustomEncoderDecoder.of(LeapCNN(filters=8, up_blocks=2)), (64, 64, 1)),
    ],
)
def test_what_is_beyond_the_memory_is_mended_by_a_smaller_network(
    design: Design, share: float, what: str
) -> None:
    memory_bytes = round(share * getattr(built(design).cost(), what))
    check = _within(design, memory_bytes)
    assert check is not None
    assert check.mends
    for mend in check.mends:
        left = _within(design.replace_all(mend.changes), memory_bytes)
        # What can run may still be too large to be trained; then its label says so.
        assert left is None or left.kind != check.kind, mend.label
        assert left is None or "too much to train" in mend.label


def test_a_batch_is_told_and_can_be_smaller() -> None:
    check = _within(WIDE, 10**6, batch_size=4)
    assert check is not None
    assert "with 4 images at once takes about" in check.reason
    assert "A smaller batch takes less." in check.reason


def test_what_is_not_known_is_not_checked() -> None:
    unknown = Design(UNet(filters=2), (None, None, 1))
    backbone = unknown.build()
    network: Network = network_of(
        unknown, cost=backbone.cost(), memory_bytes=1, receptive_field=backbone.receptive_field()
    )
    assert {check.kind for check in checks(network)} == {"checkerboard"}
