from collections.abc import Sequence
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from encdec_widgets import Design
from encdec_widgets.architectures import CustomEncoderDecoder, LeapCNN, StackedHourglass, UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import (
    DecoderBlock,
    EncoderBlock,
    SimpleConvBlock,
    SimpleUpsamplingBlock,
)
from encdec_widgets.explain.alignment import settings_text
from encdec_widgets.explain.changes import BlockChange, Changes, changes

SLOW = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
UNET = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (32, 32, 1))
NUMBERS = ("parameters", "channels", "stride", "shape", "kernel_sizes", "kind")

encoder_blocks = st.builds(
    SimpleConvBlock, filters=st.integers(1, 2), pool=st.booleans(), num_convs=st.just(1)
)
decoder_blocks = st.builds(
    SimpleUpsamplingBlock, refine_convs_filters=st.integers(1, 2), refine_convs=st.integers(0, 1)
)
kernels = st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=3).map(tuple), max_size=2).map(tuple)


def build(encoder: Sequence[EncoderBlock], decoder: Sequence[DecoderBlock]) -> Any:
    network = CustomEncoderDecoder(encoder=encoder, decoder=decoder)
    size = 2 * network.maximum_stride
    return Design(network, (size, size, 1)).build().blocks


def after(design: Design, field: str, value: Any) -> Changes:
    return changes(design.build().blocks, design.replace(field, value).build().blocks)


def definitions(blocks: Any, stage: str, without: Sequence[str] = ()) -> list[Any]:
    nodes = blocks.nodes(data=True)
    return [d["definition"] for name, d in nodes if d["stage"] == stage and name not in without]


def check_sums(change: Changes) -> None:
    """Parameters that blocks gained and lost add up to what the network did."""
    gained = sum(block.parameters[1] - block.parameters[0] for block in change.blocks.values())
    assert gained - sum(change.removed.values()) == change.parameters[1] - change.parameters[0]


@pytest.mark.parametrize("architecture", [UNet(filters=2), LeapCNN(filters=2), UNet(filters=2, stacks=2)])
def test_nothing_changes_from_a_network_to_its_like(architecture: Any) -> None:
    design = Design(architecture)
    same = changes(design.build().blocks, design.build().blocks)
    assert not same
    assert same.marks == {}
    assert same.text == "nothing changed in the network"


@SLOW
@given(data=st.data())
def test_a_block_that_is_put_in_or_taken_out_is_the_only_one_new_or_removed(data: st.DataObject) -> None:
    encoder = data.draw(st.lists(encoder_blocks, min_size=1, max_size=4))
    decoder = data.draw(st.lists(decoder_blocks, max_size=3))
    stage, line, kind = data.draw(
        st.sampled_from([("encoder", encoder, encoder_blocks), ("decoder", decoder, decoder_blocks)])
    )
    place = data.draw(st.integers(0, len(line)))
    block = data.draw(st.sampled_from(line) | kind if line else kind)
    longer = [*line[:place], block, *line[place:]]
    small = build(encoder, decoder)
    large = build(longer, decoder) if stage == "encoder" else build(encoder, longer)

    put_in = changes(small, large)
    (new,) = [name for name, change in put_in.blocks.items() if change.new]
    assert not put_in.removed
    # Of a block and its duplicates, any may be said to be the new one.
    assert large.nodes[new]["definition"] == block
    assert definitions(large, stage, [new]) == definitions(small, stage)

    taken_out = changes(large, small)
    (removed,) = taken_out.removed
    assert not any(change.new for change in taken_out.blocks.values())
    assert definitions(large, stage, [removed]) == definitions(small, stage)
    for change in (put_in, taken_out):
        check_sums(change)
        # Blocks before the edit stay as they are; those after it are marked where their numbers are others.
        assert "settings" not in {fact for block in change.blocks.values() for fact in block.facts}

    before = [name for name in small if name != "input"]
    kept = [name for name in large if name not in (new, "input")]
    for old, name in zip(before, kept, strict=True):
        same = all(small.nodes[old][key] == large.nodes[name][key] for key in NUMBERS)
        assert same == (name not in put_in.blocks)


@SLOW
@given(first=st.lists(encoder_blocks, max_size=5), second=st.lists(encoder_blocks, max_size=5))
def test_whatever_is_edited_parameters_add_up_and_blocks_are_kept_or_new_or_removed(
    first: list[SimpleConvBlock], second: list[SimpleConvBlock]
) -> None:
    old, new = build(first, []), build(second, [])
    change = changes(old, new)
    check_sums(change)
    added = sum(block.new for block in change.blocks.values())
    assert added - len(change.removed) == len(new) - len(old)
    assert added == 0 or not change.removed
    assert set(change.blocks) <= set(new)
    assert set(change.removed) <= set(old)


def test_repeated_blocks_are_not_mixed_up() -> None:
    a, b = SimpleConvBlock(filters=2, pool=False), SimpleConvBlock(filters=3, pool=False)
    change = changes(build([a, a, a], []), build([a, b, a, a], []))
    assert {name for name, block in change.blocks.items() if block.new} == {"stack0_enc1"}
    assert change.marks["stack0_enc1"] == "new"
    assert set(change.blocks) == {"stack0_enc1", "stack0_enc2"}
    assert change.marks["stack0_enc2"] == "×1.2"  # its input has one channel more, for each of 9 × 2 weights


def test_one_field_of_one_block() -> None:
    custom = CustomEncoderDecoder.of(UNET.architecture)
    change = after(Design(custom, UNET.input_shape), "encoder[1].filters", 5)
    block = change.blocks["stack0_enc1"]
    assert block.facts["channels"] == (4, 5)
    assert block.facts["settings"] == ("filters=4", "filters=5")
    assert block.text == "channels 4 to 5, settings filters=4 to filters=5, +101 parameters"
    assert block.mark == "×1.5"
    assert "stack0_enc0" not in change.blocks


def test_a_change_of_settings_without_a_number_is_seen() -> None:
    custom = Design(CustomEncoderDecoder.of(UNET.architecture), UNET.input_shape)
    change = after(custom, "encoder[0].activation", "elu")
    assert change.text == "parameters as before, 1 block changed"
    assert change.marks == {"stack0_enc0": "settings"}
    assert change.blocks["stack0_enc0"].text == "settings activation='relu' to activation='elu'"


def test_a_level_more_is_one_at_the_bottom_and_one_that_comes_up_from_it() -> None:
    design = Design(StackedHourglass(stacks=1, filters=4, stem_filters=2, down_blocks=2, up_blocks=2))
    larger = Design(StackedHourglass(stacks=1, filters=4, stem_filters=2, down_blocks=3, up_blocks=3))
    change = changes(design.build().blocks, larger.build().blocks)
    assert [name for name, block in change.blocks.items() if block.new] == ["stack0_enc2", "stack0_dec0"]
    assert change.marks == {
        "stack0_enc2": "new",
        "stack0_enc3": "stride 16 to 32",
        "stack0_dec0": "new",
    }


def test_skips_are_changes_of_the_block_that_they_enter() -> None:
    custom = Design(CustomEncoderDecoder.of(UNET.architecture), UNET.input_shape)
    change = after(custom, "decoder[1].skip_connection", False)
    assert change.blocks["stack0_dec1"].facts["skips"] == (("from enc0 by concatenation",), ())
    adding = after(custom, "decoder[1].skip_add", True)
    assert adding.blocks["stack0_dec1"].facts["skips"][1] == ("from enc0 by addition",)
    # A block before the source renames the source, which is no change of its skip; it is a source itself, too.
    longer = custom.replace("encoder", (SimpleConvBlock(filters=2, pool=False), *custom.architecture.encoder))
    renamed = changes(custom.build().blocks, longer.build().blocks)
    assert "stack0_dec0" not in renamed.blocks
    assert (
        renamed.blocks["stack0_dec1"].text == "skip from enc1 by concatenation to from enc0 by concatenation"
    )
    assert [name for name, block in renamed.blocks.items() if block.new] == ["stack0_enc0"]


def test_the_whole_change_in_words() -> None:
    assert after(UNET, "up_blocks", 1).text.endswith("%), output stride 1 to 2, 1 removed")
    assert "input 32 × 32 × 1 to 64 × 32 × 1" in after(UNET, "input_shape", (64, 32, 1)).text
    assert after(UNET, "input_shape", (64, 32, 1)).marks["stack0_enc0"] == "64 × 32"
    head = changes(UNET.build().blocks, Design(UNET.architecture, UNET.input_shape, Head(3)).build().blocks)
    assert head.text == "+9 parameters (+0.4 %), 1 new"
    before, wider = UNET.build(), UNET.replace("filters", 4).build()
    more = wider.parameters - before.parameters
    percent = round(100 * more / before.parameters)
    words = f"+{more:,} parameters (+{percent} %), 7 blocks changed"
    assert changes(before.blocks, wider.blocks).text == words


def test_losses_have_a_minus_sign() -> None:
    change = after(UNET, "filters", 1)
    assert change.text.startswith("−")
    assert change.marks["stack0_enc0"] == "×0.34"


class _Unhashable(EncoderBlock):
    """A block whose values cannot be hashed or, without attrs' own, compared."""

    __hash__ = None  # type: ignore[assignment]

    def make_block(self, x_in: Any, prefix: str = "block") -> Any:
        return SimpleConvBlock(filters=2, pool=False).make_block(x_in, prefix)


def test_blocks_need_not_be_hashable() -> None:
    one = build([_Unhashable(pool=False), SimpleConvBlock(filters=2)], [])
    two = build([_Unhashable(pool=False), _Unhashable(pool=False), SimpleConvBlock(filters=2)], [])
    assert [block.new for block in changes(one, two).blocks.values()].count(True) == 1


@pytest.mark.parametrize("error", [AttributeError, ZeroDivisionError])
def test_blocks_need_not_be_writable(error: type[Exception]) -> None:
    @attrs.frozen(repr=False)
    class Silent(EncoderBlock):
        filters: int = 2

        def make_block(self, x_in: Any, prefix: str = "block") -> Any:
            return SimpleConvBlock(filters=self.filters, pool=False).make_block(x_in, prefix)

        def __repr__(self) -> str:
            raise error("no words")

    assert settings_text(Silent()) == "Silent"
    change = changes(build([Silent(pool=False)], []), build([Silent(pool=False, filters=3)], []))
    assert change.blocks["stack0_enc0"].text.startswith("channels 2 to 3, ")


class Counted:
    """Content of which a text is costly."""

    texts = 0

    def __repr__(self) -> str:
        Counted.texts += 1
        return "content"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Counted)

    __hash__ = None  # type: ignore[assignment]


@attrs.frozen
class Holding(SimpleConvBlock):
    held: Any = None
    function: Any = None


def test_no_texts_are_made_of_what_is_the_same() -> None:
    def blocks(**fields: Any) -> Any:
        return build([Holding(filters=2, held=Counted()), Holding(held=Counted(), **fields)], [])

    one, two = blocks(filters=2), blocks(filters=3)
    Counted.texts = 0
    assert changes(one, two).blocks["stack0_enc1"].facts["settings"] == ("filters=2", "filters=3")
    assert not Counted.texts


def test_functions_that_are_defined_anew_are_no_change() -> None:
    def blocks() -> Any:
        return build([Holding(filters=2, function=lambda x: x)], [])

    assert not changes(blocks(), blocks())


@given(before=kernels, after=kernels)
def test_kernels_of_any_number_of_sizes_are_written(before: Any, after: Any) -> None:
    facts = {"kernel_sizes": (before, after)}
    words = [
        " and ".join(" × ".join(map(str, size)) for size in sizes) or "none" for sizes in (before, after)
    ]
    assert BlockChange((7, 7), facts).text == f"kernel {words[0]} to {words[1]}"


@pytest.mark.parametrize(
    ("parameters", "text"),
    [((0, 1), "+1 parameter"), ((1, 0), "−1 parameter"), ((12, 12_345), "+12,333 parameters")],
)
def test_parameters_are_counted(parameters: tuple[int, int], text: str) -> None:
    assert BlockChange(parameters, {"parameters": parameters}).text == text
    whole = Changes(parameters, (1, 1), (None, None), {"enc0": BlockChange(parameters)}, {}).text
    assert whole.startswith((f"{text} (", f"{text},"))


def test_a_new_block_is_told_with_its_parameters() -> None:
    texts = [BlockChange((0, count), new=True).text for count in (0, 1, 1234)]
    assert texts == ["new, no parameters", "new, 1 parameter", "new, 1,234 parameters"]


@pytest.mark.parametrize(
    ("field", "first", "second", "context"),
    [
        ("interp_method", "bilinear", "nearest", {"upsampling_stride": 1}),
        ("interp_method", "bilinear", "nearest", {"transposed_conv": True}),
        ("refine_convs_filters", 4, 8, {"refine_convs": 1, "refine_convs_first_filters": 2}),
        ("refine_convs_kernel_size", 3, 5, {"refine_convs": 0}),
        ("skip_connection", False, True, {"upsampling_stride": 4}),
    ],
)
def test_a_setting_without_effect_changes_nothing(
    field: str, first: Any, second: Any, context: dict[str, Any]
) -> None:
    block = SimpleUpsamplingBlock(**{"refine_convs_filters": 2, **context, field: first})
    encoder = [SimpleConvBlock(filters=2, num_convs=1)] * 2
    network = CustomEncoderDecoder(encoder=encoder, decoder=[attrs.evolve(block)])
    change = after(Design(network, (32, 32, 1)), f"decoder[0].{field}", second)
    assert not change
    assert change.text == "nothing changed in the network"


def test_a_setting_that_gets_an_effect_by_another_change_is_told() -> None:
    block = SimpleUpsamplingBlock(refine_convs_filters=2, upsampling_stride=1)
    design = Design(CustomEncoderDecoder(encoder=[SimpleConvBlock(filters=2)], decoder=[block]), (32, 32, 1))
    before = design.build().blocks
    changed = attrs.evolve(block, upsampling_stride=2, interp_method="nearest")
    change = changes(before, design.replace("decoder[0]", changed).build().blocks)
    ((_, told),) = change.blocks.items()
    assert told.facts["settings"] == (
        "upsampling_stride=1, interp_method='bilinear'",
        "upsampling_stride=2, interp_method='nearest'",
    )
