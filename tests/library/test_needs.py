"""A field that is said to have no effect has none, and every other field of a block has one."""

from typing import Any

import attrs
import keras
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from encdec_widgets.architectures import StridedConvBlock, UNet, hourglass, unet
from encdec_widgets.architectures.encoder_decoder import EncoderBlock, SimpleConvBlock, SimpleUpsamplingBlock
from encdec_widgets.architectures.fields.described import (
    FieldError,
    FieldInfo,
    Need,
    described_fields,
    flag,
    integer,
)
from tests.amount import full_or
from tests.library.test_any_network import DECODER_BLOCKS, ENCODER_BLOCKS, FAMILIES, instances

BLOCKS = [
    *ENCODER_BLOCKS,
    *DECODER_BLOCKS,
    unet.PoolingBlock,
    hourglass.StemBlock,
    hourglass.DownsamplingBlock,
    hourglass.UpsamplingBlock,
]
WITH_NEEDS = [cls for cls in FAMILIES if any(info.needs for info in described_fields(cls).values())]
EXAMPLES = full_or({"numpy": 5, "tensorflow": 3}.get(keras.backend.backend(), 1), 2)
SLOW = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


def others(owner: Any, name: str, info: FieldInfo) -> list[Any]:
    """The same block or family with a few other valid values of one field."""
    flags_and_texts = {"flag": [True, False], "text": ["", "_a"]}
    found = []
    for value in flags_and_texts.get(info.kind, [2, 3, 1, 4, 0, 0.5, None, "linear", "nearest", "bilinear"]):
        try:
            found.append(attrs.evolve(owner, **{name: value}))
        except FieldError:
            continue
    return [other for other in found if other != owner]


def network(block: Any) -> dict[str, Any]:
    """Everything that Keras knows of the layers and connections that a block makes."""
    # Of any size, so that a skip source fits whatever the upsampling stride is.
    x, source = keras.Input((None, None, 3), name="x"), keras.Input((None, None, 2), name="source")
    skip = {} if isinstance(block, EncoderBlock) else {"skip_source": source}
    output = block.make_block(x, prefix="block", **skip)
    config: dict[str, Any] = keras.Model([x, source], output, name="network").get_config()
    return config


def excused(block: Any, name: str) -> bool:
    """The fields without effect for reasons that needs cannot say: two other fields together."""
    if name == "pool" and isinstance(block, (StridedConvBlock, hourglass.StemBlock)):
        return bool(block.pooling_stride == 1)  # their layers stay, and have a stride of 1 then
    if name == "block_prefix" and isinstance(block, SimpleConvBlock):
        return not block.pool and not block.num_convs  # there is no layer to be named
    if name == "refine_convs_filters":  # the only convolution has the filters of the first
        return block.refine_convs == 1 and block.refine_convs_first_filters is not None
    return False


# The order of normalization and activation counts as an effect, also where the activation is linear.
@pytest.mark.parametrize("cls", BLOCKS)
@SLOW
@given(data=st.data())
def test_a_field_of_a_block_has_an_effect_or_says_why_not(cls: type, data: st.DataObject) -> None:
    block = data.draw(instances(cls).filter(lambda block: not isinstance(block, FieldError)))
    made = network(block)
    for name, info in described_fields(cls).items():
        changed = (network(other) != made for other in others(block, name, info)[:4])
        if info.inert(block):
            assert not any(changed), (name, block)
        elif not excused(block, name):
            assert any(changed), (name, block)


def effective(block: Any) -> Any:
    """The block with the default for every field that has no effect."""
    infos = described_fields(block)
    return attrs.evolve(
        block, **{name: info.default for name, info in infos.items() if info.inert(block) is not None}
    )


@pytest.mark.parametrize("cls", WITH_NEEDS)
@given(data=st.data())
def test_a_field_of_a_family_without_effect_changes_no_block(cls: type, data: st.DataObject) -> None:
    family = data.draw(instances(cls).filter(lambda family: not isinstance(family, FieldError)))
    for name, info in described_fields(cls).items():
        if info.inert(family) is None:
            continue
        for other in others(family, name, info):
            for stack in ("stem_stack", "encoder_stack", "decoder_stack"):
                blocks, changed = getattr(family, stack) or (), getattr(other, stack) or ()
                assert [*map(effective, blocks)] == [*map(effective, changed)], (name, family, other)


@pytest.mark.parametrize("cls", [*BLOCKS, *FAMILIES])
def test_needs_name_other_fields_of_the_same_class(cls: type) -> None:
    infos = described_fields(cls)
    for name, info in infos.items():
        assert {need.field for need in info.needs} <= set(infos) - {name}


@pytest.mark.parametrize(
    ("owner", "field", "reason"),
    [
        (SimpleUpsamplingBlock(), "transposed_conv_filters", "No effect while transposed conv is off."),
        (SimpleUpsamplingBlock(), "interp_method", None),
        (
            SimpleUpsamplingBlock(transposed_conv=True),
            "interp_method",
            "No effect while transposed conv is on.",
        ),
        (SimpleUpsamplingBlock(transposed_conv=True), "transposed_conv_filters", None),
        (SimpleUpsamplingBlock(), "skip_add", "No effect while skip connection is off."),
        (SimpleUpsamplingBlock(refine_convs=0), "refine_convs_filters", "No effect while refine convs is 0."),
        (SimpleConvBlock(pool=False), "pooling_stride", "No effect while pool is off."),
        (SimpleConvBlock(), "batch_norm_before_activation", "No effect while batch norm is off."),
        (hourglass.DownsamplingBlock(), "pooling_stride", "Always 2 in this block."),
        (hourglass.DownsamplingBlock(), "pool", "Always on in this block."),
        (UNet(), "stem_kernel_size", "No effect while stem blocks is 0."),
    ],
)
def test_the_reason_names_what_to_change(owner: Any, field: str, reason: str | None) -> None:
    assert described_fields(owner)[field].inert(owner) == reason


def test_the_first_need_that_is_unmet_gives_the_reason() -> None:
    info = described_fields(SimpleConvBlock)["batch_norm_before_activation"]
    assert info.inert(SimpleConvBlock(num_convs=0)) == "No effect while num convs is 0."


def test_a_block_of_ones_own_says_what_its_fields_need() -> None:
    @attrs.frozen
    class Own(EncoderBlock):
        squeeze: bool = flag(False, help="Squeezes.")
        ratio: int | None = integer(
            None, minimum=1, maximum=9, usual=(1, 9), help="How much.", optional=True, needs=[Need("squeeze")]
        )
        plain: bool = flag(True, help="Plain.", needs=[Need("ratio", on=False)])
        last: bool = flag(True, help="Last.", needs=[Need("ratio")])

    infos = described_fields(Own)
    assert infos["ratio"].inert(Own()) == "No effect while squeeze is off."
    assert infos["ratio"].inert(Own(squeeze=True)) is None
    assert infos["plain"].inert(Own()) is None
    assert infos["plain"].inert(Own(ratio=3)) == "No effect while ratio is 3."
    assert infos["last"].inert(Own()) == "No effect while ratio is empty."
