"""A mend that is offered is one: on any network, it removes its check and brings no warning."""

import logging
from typing import Any

import attrs
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from encdec_widgets import Design
from encdec_widgets.architectures import (
    CustomEncoderDecoder,
    DenseBlock,
    DenseUpsamplingBlock,
    FCDenseNet,
    Hourglass,
    LeapCNN,
    ResidualBlock,
    ResidualOutputBlock,
    ResidualUpsamplingBlock,
    StackedHourglass,
    StridedConvBlock,
    TransitionDown,
    UNet,
)
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.blocks.pooling import PoolingBlock
from encdec_widgets.architectures.encoder_decoder import (
    EncoderDecoder,
    SimpleConvBlock,
    SimpleUpsamplingBlock,
)
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.explain.checks import Check, checks
from tests.library.checked import conv, network_of, up
from tests.library.test_any_network import SLOW

FLAG = st.booleans()
# What fails is told as it is: to make it smaller, many networks would be built.
QUICK = settings(SLOW, phases=[Phase.explicit, Phase.reuse, Phase.generate])


def _up_to(most: int, least: int = 0) -> st.SearchStrategy[int]:
    return st.integers(least, most)


FAMILIES = st.one_of(
    st.builds(
        UNet,
        filters=st.just(8),
        filters_rate=st.sampled_from([1, 1.5, 2, 0.5]),
        kernel_size=_up_to(5, 1) | _up_to(99, 1),
        stem_kernel_size=_up_to(7, 1),
        convs_per_block=_up_to(2),
        stem_blocks=_up_to(2),
        down_blocks=_up_to(3),
        middle_block=FLAG,
        up_blocks=_up_to(4),
        up_interpolate=FLAG,
        block_contraction=FLAG,
    ),
    st.builds(
        LeapCNN,
        filters=st.just(8),
        filters_rate=st.sampled_from([1, 2, 0.5]),
        down_blocks=_up_to(3),
        down_convs_per_block=_up_to(3),
        up_blocks=_up_to(4),
        up_interpolate=FLAG,
        up_convs_per_block=_up_to(2),
    ),
    st.builds(
        lambda cls, stem, levels, fewer, stacks: cls(
            filters=4,
            stem_filters=4,
            stem_stride=stem,
            down_blocks=levels,
            up_blocks=levels - fewer,
            stacks=1 if fewer else stacks,
        ),
        st.sampled_from([Hourglass, StackedHourglass]),
        st.sampled_from([1, 1, 2, 4]),
        _up_to(3, 1),
        _up_to(1),
        _up_to(2, 1),
    ),
    st.builds(
        lambda layers, fewer: FCDenseNet(
            growth_rate=4, first_filters=4, down_layers=layers, up_layers=layers[fewer:][::-1]
        ),
        st.lists(_up_to(2, 1), min_size=1, max_size=3),
        _up_to(1),
    ),
)
STRIDES = st.sampled_from([2, 2, 3, 4]) | _up_to(64, 1)
CONVS = st.one_of(
    st.builds(
        SimpleConvBlock,
        filters=st.just(4),
        num_convs=_up_to(2),
        kernel_size=st.sampled_from([1, 3]) | _up_to(99, 1),
        pool=FLAG,
        pooling_stride=STRIDES,
        pool_before_convs=FLAG,
    ),
    st.builds(
        StridedConvBlock,
        filters=st.just(4),
        num_convs=_up_to(2, 1),
        kernel_size=_up_to(3, 1) | _up_to(99, 1),
        pool=FLAG,
        pooling_stride=STRIDES,
    ),
    st.builds(ResidualBlock, filters=st.just(4), pool=FLAG, pooling_stride=STRIDES),
    st.builds(DenseBlock, growth_rate=st.just(2), num_layers=_up_to(2, 1), pool=FLAG, pooling_stride=STRIDES),
    st.builds(TransitionDown, pool=FLAG, pooling_stride=STRIDES),
    st.builds(PoolingBlock, pool=FLAG, pooling_stride=STRIDES),
)
UP_STRIDES = st.sampled_from([1, 2, 2, 4]) | _up_to(16, 1)
UPS = st.one_of(
    st.builds(
        SimpleUpsamplingBlock,
        upsampling_stride=UP_STRIDES,
        transposed_conv=FLAG,
        transposed_conv_kernel_size=_up_to(4, 1) | _up_to(99, 1),
        transposed_conv_filters=st.just(4),
        refine_convs=_up_to(2),
        refine_convs_filters=st.just(4),
        skip_connection=FLAG,
        skip_add=FLAG,
    ),
    st.builds(
        ResidualUpsamplingBlock, filters=st.just(4), upsampling_stride=UP_STRIDES, skip_connection=FLAG
    ),
    st.builds(ResidualOutputBlock, filters=st.just(4), upsampling_stride=UP_STRIDES),
    st.builds(
        DenseUpsamplingBlock,
        transposed_conv_filters=st.just(4),
        growth_rate=st.just(2),
        num_layers=_up_to(2, 1),
        upsampling_stride=UP_STRIDES,
        skip_connection=FLAG,
    ),
)
LISTS = st.builds(
    CustomEncoderDecoder,
    stem=st.lists(CONVS, max_size=1),
    encoder=st.lists(CONVS, min_size=1, max_size=3),
    decoder=st.lists(UPS, max_size=3),
)


def _checked(design: Design, memory_bytes: int, animal_px: float) -> tuple[Check, ...]:
    backbone = design.build()
    known = {"receptive_field": backbone.receptive_field(), "cost": backbone.cost()}
    return checks(network_of(design, **known, memory_bytes=memory_bytes, animal_px=animal_px))


@pytest.mark.parametrize("networks", [FAMILIES, LISTS], ids=["families", "lists"])
@QUICK
@given(data=st.data())
def test_every_mend_removes_its_check_and_brings_no_warning(
    networks: st.SearchStrategy[EncoderDecoder], caplog: pytest.LogCaptureFixture, data: st.DataObject
) -> None:
    try:
        network = data.draw(networks)
        size = data.draw(_up_to(4, 1)) * network.maximum_stride
        head = data.draw(st.sampled_from([None, None, Head(2), Head(2, stride=2)]))
        design = Design(network, (size, size, 1), head)
        cost = design.build().cost()
    except FieldError:
        return
    wanted = data.draw(st.sampled_from([1.5, 0.7, 0.3]))
    reference = data.draw(st.sampled_from([cost.inference_bytes, cost.training_bytes]))
    known: dict[str, Any] = {
        "memory_bytes": round(wanted * reference),
        "animal_px": data.draw(st.sampled_from([1, 20, 60])),
    }
    with caplog.at_level(logging.DEBUG, "encdec_widgets"):
        before = _checked(design, **known)
        for check in before:
            for mend in check.mends:
                after = _checked(design.replace_all(mend.changes), **known)
                kinds = {left.kind for left in after}
                assert check.kind not in kinds, mend.label
                warnings = {left.kind for left in after if left.severity == "warning"}
                assert warnings <= {one.kind for one in before}, mend.label
    assert not caplog.records, "every check of shipped classes can be made"


class Shy(CustomEncoderDecoder):
    """Its decoder can be asked for while it is built, and not afterwards."""

    asked = True

    @property
    def decoder_stack(self) -> Any:
        if not Shy.asked:
            raise RuntimeError("not with me")
        return super().decoder_stack


def test_a_check_or_a_mend_that_cannot_be_made_takes_no_other_away(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoder = [up(transposed_conv=True, transposed_conv_kernel_size=3)] * 3
    network = network_of(Design(Shy(encoder=[conv(4), conv()], decoder=decoder), (8, 8, 1)))
    monkeypatch.setattr(Shy, "asked", False)
    with caplog.at_level(logging.DEBUG, "encdec_widgets"):
        mends = {check.kind: check.mends for check in checks(network)}
    assert list(mends) == [
        "output larger than the input",
        "bottleneck below 4 px",
        "pixels never looked at",
        "checkerboard",
    ]
    assert not any(mends.values())
    assert "not with me" in caplog.text


def test_a_check_that_raises_is_left_out_and_a_fault_of_shipped_classes_is_logged_as_an_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    network = network_of(Design(UNet(filters=2, down_blocks=2, up_blocks=2), (8, 8, 1)))
    kinds = [check.kind for check in checks(network)]
    assert not caplog.records
    broken = attrs.evolve(network, built=(None,))
    assert [check.kind for check in checks(broken)] == kinds
    assert {record.levelname for record in caplog.records} == {"ERROR"}
