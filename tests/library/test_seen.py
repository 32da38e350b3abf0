"""What every family's maps see of the image, against the box of the gradients that are not zero."""

from typing import Any

import keras
import pytest
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st

from encdec_widgets import Design
from encdec_widgets.architectures import (
    CustomEncoderDecoder,
    FCDenseNet,
    Hourglass,
    LeapCNN,
    StackedHourglass,
    UNet,
)
from encdec_widgets.architectures.blocks.dense import DenseBlock, DenseUpsamplingBlock
from encdec_widgets.architectures.blocks.residual import ResidualBlock, ResidualUpsamplingBlock
from encdec_widgets.architectures.blocks.strided import StridedConvBlock
from encdec_widgets.architectures.encoder_decoder import (
    EncoderDecoder,
    SimpleConvBlock,
    SimpleUpsamplingBlock,
)
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.explain.receptive_field import MapReceptiveField
from encdec_widgets.explain.seen import what_is_seen
from encdec_widgets.networks.windows import Window
from tests.amount import full_or
from tests.library.measured_fields import MEASURES, Measure, check, claimed_box, linear

pytestmark = pytest.mark.backend

# Other backends compile every operation for every new shape.
EXAMPLES = full_or({"tensorflow": 6, "numpy": 6}.get(keras.backend.backend(), 2), 2)
SLOW = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
LARGEST_IMAGE = 500  # px

# The middle output of an odd factor, 1 among them, lies on an input, so that all other weights are 0, which float32
# misses by 1e-8: test_windows.py holds those.
INTERPOLATION = st.sampled_from(["nearest", "bilinear", "bicubic", "lanczos3"])


def _strides_up(draw: Any, interpolation: str) -> int:
    return draw(st.sampled_from([2, 4] if interpolation != "nearest" else [1, 2, 3, 4]))


@st.composite
def u_nets(draw: Any) -> EncoderDecoder:
    down = draw(st.integers(1, 3))
    return UNet(
        filters=draw(st.integers(1, 2)),
        filters_rate=1,
        kernel_size=draw(st.integers(1, 5)),
        convs_per_block=draw(st.integers(1, 2)),
        stem_blocks=draw(st.integers(0, 1)),
        down_blocks=down,
        up_blocks=draw(st.integers(0, down)),
        middle_block=draw(st.booleans()),
        up_interpolate=draw(st.booleans()),
    )


@st.composite
def leap_networks(draw: Any) -> EncoderDecoder:
    down = draw(st.integers(1, 3))
    return LeapCNN(
        filters=1,
        filters_rate=1,
        down_blocks=down,
        down_convs_per_block=draw(st.integers(1, 2)),
        up_blocks=draw(st.integers(0, down)),
        up_interpolate=draw(st.booleans()),
        up_convs_per_block=draw(st.integers(0, 2)),
    )


@st.composite
def hourglasses(draw: Any) -> EncoderDecoder:
    blocks = draw(st.integers(1, 2))
    return Hourglass(
        down_blocks=blocks,
        up_blocks=blocks,
        stem_filters=1,
        stem_stride=draw(st.sampled_from([1, 2, 4])),
        filters=1,
        filter_increase=1,
        interp_method=draw(st.sampled_from(["nearest", "bilinear"])),
        stacks=draw(st.integers(1, 2)),
    )


@st.composite
def stacked_hourglasses(draw: Any) -> EncoderDecoder:
    blocks = draw(st.integers(1, 2))
    return StackedHourglass(
        stacks=draw(st.integers(1, 2)),
        filters=2,
        down_blocks=blocks,
        up_blocks=blocks,
        stem_stride=draw(st.sampled_from([2, 4])),
        stem_filters=2,
    )


@st.composite
def fc_densenets(draw: Any) -> EncoderDecoder:
    layers = draw(st.lists(st.integers(1, 2), min_size=1, max_size=3))
    return FCDenseNet(
        growth_rate=1,
        first_filters=1,
        down_layers=tuple(layers),
        bottleneck_layers=draw(st.integers(1, 2)),
        up_layers=tuple(layers[: draw(st.integers(0, len(layers)))]),
    )


@st.composite
def encoder_blocks(draw: Any) -> Any:
    pool = {"pool": draw(st.booleans()), "pooling_stride": draw(st.integers(1, 4))}
    kind = draw(st.sampled_from([SimpleConvBlock, StridedConvBlock, ResidualBlock, DenseBlock]))
    if kind is ResidualBlock:
        return kind(**pool, filters=2)
    if kind is DenseBlock:
        return kind(**pool, num_layers=draw(st.integers(1, 2)), growth_rate=1)
    convs = {"num_convs": draw(st.integers(1, 2)), "filters": 1, "kernel_size": draw(st.integers(1, 5))}
    if kind is SimpleConvBlock:
        convs["pool_before_convs"] = draw(st.booleans())
    return kind(**pool, **convs)


@st.composite
def decoder_blocks(draw: Any) -> Any:
    kind = draw(
        st.sampled_from([SimpleUpsamplingBlock] * 3 + [ResidualUpsamplingBlock, DenseUpsamplingBlock])
    )
    if kind is ResidualUpsamplingBlock:
        return kind(upsampling_stride=draw(st.integers(1, 4)), filters=2)
    if kind is DenseUpsamplingBlock:
        return kind(
            upsampling_stride=draw(st.integers(1, 4)),
            transposed_conv_filters=1,
            num_layers=1,
            growth_rate=1,
            new_features_only=draw(st.booleans()),
        )
    interpolation = draw(INTERPOLATION)
    transposed = draw(st.booleans())
    return kind(
        upsampling_stride=draw(st.integers(1, 4)) if transposed else _strides_up(draw, interpolation),
        transposed_conv=transposed,
        transposed_conv_filters=1,
        transposed_conv_kernel_size=draw(st.integers(1, 5)),
        interp_method=interpolation,
        skip_connection=draw(st.booleans()),
        skip_add=draw(st.booleans()),
        refine_convs=draw(st.integers(0, 2)),
        refine_convs_filters=1,
        refine_convs_kernel_size=draw(st.integers(1, 4)),
    )


@st.composite
def any_blocks(draw: Any) -> EncoderDecoder:
    return CustomEncoderDecoder(
        stem=draw(st.none() | st.lists(encoder_blocks(), min_size=1, max_size=1)),
        encoder=draw(st.lists(encoder_blocks(), min_size=1, max_size=3)),
        decoder=draw(st.lists(decoder_blocks(), max_size=3)),
    )


def _size_for(seen: Window, stride: int) -> int:
    """The least image, divisible by the stride, in the middle of which a whole period sees nothing beyond it."""
    boxes = [box for p in range(seen.period) if (box := claimed_box(seen, p))]
    reach = max(last for _, last in boxes) - min(first for first, _ in boxes)
    size = reach + 3 * seen.step + 2 * stride
    return size + -size % stride


def _told(windows: Any) -> MapReceptiveField:
    """The field of a map, in the words of its definition."""
    axes = []
    for seen in windows:
        sizes = [last - first + 1 for first, last in zip(seen.first, seen.last, strict=True)]
        p = sizes.index(max(sizes))
        own_middle = (p + 0.5) * seen.step / seen.period - 0.5
        offset = (seen.first[p] + seen.last[p]) / 2 - own_middle
        axes.append((max(sizes), max(min(sizes), 0), offset))
    size, smallest, offset = zip(*axes, strict=True)
    return MapReceptiveField(extent="exact", size=size, smallest=smallest, offset=offset)


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize(
    "networks", [u_nets, leap_networks, hourglasses, stacked_hourglasses, fc_densenets, any_blocks]
)
@SLOW
@given(data=st.data())
def test_a_block_of_any_family_sees_where_its_gradient_is_not_zero(
    networks: Any, measure: Measure, data: st.DataObject
) -> None:
    try:
        architecture = data.draw(networks())
        backbone = Design(architecture, (None, None, 1)).build()
    except FieldError:
        reject()
    block = data.draw(st.sampled_from(backbone.built_blocks))
    name = block.call.prefix
    calls = {name: call for call, names in backbone.calls.nodes(data="output_of") for name in names}
    assume(name in calls)
    seen = what_is_seen(backbone.calls)[calls[name]]
    assert isinstance(seen, tuple)
    assert seen[0] == seen[1]
    assert backbone.receptive_field().blocks[name] == _told(seen)
    stride = architecture.maximum_stride
    size = _size_for(seen[0], stride)
    assume(size <= LARGEST_IMAGE)
    if keras.config.backend() == "torch":
        backbone.fill()  # Keras makes no model there of dropout whose seed has no value
    model = linear(backbone.structure.inputs[0], block.output)
    check(model, (size, stride, 1), seen, measure, axes=[0])
