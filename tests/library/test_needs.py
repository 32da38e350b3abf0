"""A field that is said to have no effect has none, and every other field has one: of blocks, families and heads."""

from typing import Any

import attrs
import keras
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from encdec_widgets import Design
from encdec_widgets.architectures import (
    CustomEncoderDecoder,
    FCDenseNet,
    Hourglass,
    LeapCNN,
    StackedHourglass,
    UNet,
    hourglass,
    unet,
)
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import (
    DecoderBlock,
    EncoderBlock,
    EncoderDecoder,
    SimpleConvBlock,
    SimpleUpsamplingBlock,
)
from encdec_widgets.architectures.fields.described import (
    FieldError,
    FieldInfo,
    Need,
    described_fields,
    flag,
    integer,
)
from encdec_widgets.designs.no_effect import fields_without_effect, of_owner
from tests.amount import full_or
from tests.library.made_layers import computed, names
from tests.library.test_any_network import DECODER_BLOCKS, ENCODER_BLOCKS, FAMILIES, instances

BLOCKS = [
    *ENCODER_BLOCKS,
    *DECODER_BLOCKS,
    unet.PoolingBlock,
    hourglass.StemBlock,
    hourglass.DownsamplingBlock,
    hourglass.UpsamplingBlock,
]
EXAMPLES = full_or({"numpy": 10, "tensorflow": 5}.get(keras.backend.backend(), 2), 3)
SLOW = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(max_examples=full_or(500, 40), deadline=None, suppress_health_check=list(HealthCheck))


def others(owner: Any, name: str, info: FieldInfo) -> list[Any]:
    """The same block or family with a few other valid values of one field."""
    value = getattr(owner, name)
    tried: list[Any] = {
        "flag": [not value],
        "layer name": ["", "_a"],
        "choice": [*info.choices[:4], None],
    }.get(info.kind, [1, 2, 3, 4, 8, 0, 0.5, -1, None, (2,), (3, 3)])
    found = []
    for other in tried:
        try:
            found.append(attrs.evolve(owner, **{name: other}))
        except FieldError:
            continue
    return [other for other in found if getattr(other, name) != value]


def drawn(data: st.DataObject, cls: type) -> Any:
    """An instance of a class of fields."""
    return data.draw(instances(cls).filter(lambda owner: not isinstance(owner, FieldError)))


# --- Blocks: what they make.


def made(block: Any) -> list[Any]:
    """The output of a block, with a source for its skip connection."""
    # Of any size, so that a skip source fits whatever the upsampling stride is.
    x, source = keras.Input((None, None, 3), name="x"), keras.Input((None, None, 2), name="source")
    skip = {"skip_source": source} if isinstance(block, DecoderBlock) else {}
    return [block.make_block(x, prefix="block", **skip)]


@pytest.mark.parametrize("cls", BLOCKS)
@SLOW
@given(data=st.data())
def test_a_field_of_a_block_has_an_effect_or_says_why_not(cls: type, data: st.DataObject) -> None:
    block = drawn(data, cls)
    inert = of_owner(block)
    for name, info in described_fields(cls).items():
        read = names if info.kind == "layer name" else computed
        before = read(made(block))
        changed = (read(made(other)) != before for other in others(block, name, info))
        if name in inert:
            assert not any(changed), (name, block)
        else:
            assert any(changed), (name, block)


# --- Families: what blocks they connect. Two blocks are alike where they differ in fields without effect alone.


def alike(block: Any) -> Any:
    """The block with the default for every field that has no effect."""
    infos = described_fields(block)
    try:
        return attrs.evolve(block, **{name: infos[name].default for name in of_owner(block)})
    except FieldError:  # "always 2"
        return block


def connected(family: Any) -> Any:
    """All of which the layers of a family follow."""
    stacks = [
        [*map(alike, getattr(family, f"{stage}_stack") or ())] for stage in ("stem", "encoder", "decoder")
    ]
    return stacks, family.stacks


def changes_of(family: Any, name: str, info: FieldInfo) -> list[bool]:
    """Whether each of some other values of a field changes the network; those are left out that give none."""
    before, found = connected(family), []
    for other in others(family, name, info):
        try:
            other.require_symmetric_stacks()
        except FieldError:
            continue
        found.append(connected(other) != before)
    return found


def check_family(family: Any) -> None:
    inert = of_owner(family)
    for name, info in described_fields(family).items():
        changed = changes_of(family, name, info)
        if name in inert:
            assert not any(changed), (name, family)
        else:
            assert any(changed) or not changed, (name, family)


@pytest.mark.parametrize("cls", FAMILIES)
@MANY
@given(data=st.data())
def test_a_field_of_a_family_has_an_effect_or_says_why_not(cls: type, data: st.DataObject) -> None:
    family = drawn(data, cls)
    try:
        family.require_symmetric_stacks()
    except FieldError:
        assume(False)
    check_family(family)


SMALL: list[EncoderDecoder] = [
    UNet(filters=2, down_blocks=0, up_blocks=0, middle_block=False),
    UNet(filters=2, down_blocks=0, up_blocks=0),
    UNet(filters=2, down_blocks=1, up_blocks=1, middle_block=False),
    UNet(filters=8, down_blocks=1, up_blocks=2, convs_per_block=1, block_contraction=True),
    UNet(filters=2, down_blocks=2, up_blocks=1, convs_per_block=0, up_interpolate=True),
    UNet(filters=2, filters_rate=1, stem_blocks=1, down_blocks=1, up_blocks=1),
    LeapCNN(filters=2, down_blocks=0, up_blocks=0),
    LeapCNN(filters=2, down_blocks=2, up_blocks=1, down_convs_per_block=0, up_interpolate=True),
    LeapCNN(filters=2, down_blocks=2, up_blocks=0, down_convs_per_block=0),
    Hourglass(filters=2, stem_filters=2, filter_increase=1, down_blocks=0, up_blocks=0, stacks=2),
    Hourglass(filters=2, stem_filters=2, filter_increase=1, down_blocks=1, up_blocks=1, stacks=1),
    StackedHourglass(filters=2, stem_filters=2, down_blocks=1, up_blocks=0, stacks=1),
    FCDenseNet(first_filters=2, growth_rate=2, down_layers=(1,), up_layers=(), bottleneck_layers=1),
]


@pytest.mark.parametrize("family", SMALL, ids=repr)
def test_a_family_at_its_smallest_tells_which_fields_have_no_effect(family: EncoderDecoder) -> None:
    check_family(family)


@pytest.mark.filterwarnings("ignore:.* asks for a skip connection")
@pytest.mark.parametrize("family", SMALL[:: full_or(1, 3)], ids=repr)
def test_the_layers_of_a_family_change_where_its_blocks_do(family: EncoderDecoder) -> None:
    def layers(network: EncoderDecoder) -> Any:
        outputs, _ = network.make_backbone(keras.Input((None, None, 1), name="x"))
        return computed(outputs if isinstance(outputs, list) else [outputs])

    before = layers(family)
    for name, info in described_fields(family).items():
        for other in others(family, name, info)[:2]:
            try:
                after = layers(other)
            except FieldError:
                continue
            assert (after != before) == (connected(other) != connected(family)), (name, other)


# --- Blocks in a network: what neither the block nor the head can know.


def outputs_of(design: Design) -> tuple[int, ...]:
    return computed(design.build().structure.outputs)


@SLOW
@given(data=st.data())
@example(data=None)
def test_a_skip_connection_without_a_partner_has_no_effect(data: st.DataObject | None) -> None:
    if data is None:
        decoder: list[Any] = [SimpleUpsamplingBlock(upsampling_stride=4, skip_connection=True)] * 2
        poolings = [2, 2]
    else:
        kinds = st.sampled_from([cls for cls in DECODER_BLOCKS if "skip_connection" in described_fields(cls)])
        decoder = [drawn(data, data.draw(kinds)) for _ in range(2)]
        poolings = data.draw(st.lists(st.sampled_from([1, 2, 4]), min_size=1, max_size=3))
    encoder = [SimpleConvBlock(pooling_stride=stride, num_convs=1, filters=2) for stride in poolings]
    network = CustomEncoderDecoder(encoder=encoder, decoder=decoder)
    design = Design(network, (None, None, 1))
    try:
        before = outputs_of(design)
    except FieldError:
        assume(False)
    for i, block in enumerate(decoder):
        path = f"decoder[{i}]"
        inert = fields_without_effect(design, path)
        for name in ("skip_connection", "skip_add"):
            if name not in described_fields(block):
                continue
            try:
                changed = outputs_of(design.replace(f"{path}.{name}", not getattr(block, name))) != before
            except FieldError:  # the upsampling stride does not divide what the skip connection starts from
                continue
            assert changed == (name not in inert), (path, name, design)


def test_a_skip_connection_without_a_partner_can_be_turned_off_all_the_same() -> None:
    network = UNet(filters=2, stem_blocks=0, down_blocks=1, up_blocks=2)
    design = Design(network, (32, 32, 1)).replace("decoder[0].refine_convs", 1)
    assert "skip_connection" not in fields_without_effect(design, "decoder[0]")
    why = fields_without_effect(design, "decoder[1]")["skip_connection"]
    assert why.reason == "No effect while no feature has the stride of the block's output."
    assert not why.locked


@pytest.mark.parametrize(
    ("family", "stride"), [(UNet(up_blocks=0), 16), (UNet(up_blocks=1), None), (LeapCNN(), None)]
)
def test_a_head_s_stride_has_no_effect_where_there_is_one_feature(family: Any, stride: int | None) -> None:
    design = Design(family, head=Head(stride=stride))
    inert = fields_without_effect(design, "head")
    strides = {None, *family.feature_strides}
    networks = {family.feature_strides.index(s) if s else 0 for s in strides}
    assert ("stride" in inert) == (len(networks) == 1)


# --- What is told, and what can be changed all the same.


@pytest.mark.parametrize("cls", [*BLOCKS, *FAMILIES])
@MANY
@given(data=st.data())
def test_what_a_field_waits_for_can_always_be_changed(cls: type, data: st.DataObject) -> None:
    owner = drawn(data, cls)
    inert = of_owner(owner)
    for name in inert:
        waits_for = described_fields(cls)[name].waits_for(owner)
        assert waits_for is None or waits_for not in inert or not inert[waits_for].locked


def test_a_subclass_that_makes_other_layers_says_nothing_of_inherited_fields() -> None:
    class Own(SimpleUpsamplingBlock):
        """It uses the method of interpolation whatever else is set."""

        def make_block(self, x: Any, current_stride: Any, skip_source: Any = None, prefix: str = "u") -> Any:
            return keras.layers.UpSampling2D(2, interpolation=self.interp_method)(x)

    @attrs.frozen
    class Wider(SimpleUpsamplingBlock):
        """It makes the same layers of other defaults."""

        refine_convs: int = 3

    class Pyramid(UNet):
        """It has an encoder of its own."""

        @property
        def encoder_stack(self) -> Any:
            return [SimpleConvBlock(kernel_size=self.stem_kernel_size)]

    assert "interp_method" not in of_owner(Own(transposed_conv=True))
    assert "interp_method" in of_owner(Wider(transposed_conv=True))
    assert "stem_kernel_size" not in of_owner(Pyramid())
    assert "stem_kernel_size" in of_owner(type("Renamed", (UNet,), {})())


@pytest.mark.parametrize("cls", [*BLOCKS, *FAMILIES])
def test_needs_name_other_fields_of_the_same_class(cls: type) -> None:
    infos = described_fields(cls)
    for name, info in infos.items():
        named = {need.field for need in info.needs if isinstance(need, Need)}
        assert named <= set(infos) - {name}


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
        (
            SimpleUpsamplingBlock(upsampling_stride=1),
            "interp_method",
            "No effect while upsampling stride is 1.",
        ),
        (
            SimpleUpsamplingBlock(refine_convs=1, refine_convs_first_filters=8),
            "refine_convs_filters",
            "No effect while the only refinement convolution has the first filters.",
        ),
        (SimpleUpsamplingBlock(refine_convs_first_filters=8), "refine_convs_filters", None),
        (
            UNet(down_blocks=0, up_blocks=0),
            "filters_rate",
            "No effect while all convolutions are at the first level.",
        ),
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
