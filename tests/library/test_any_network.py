"""Whatever the fields are: a network that is what its properties say, or an error that names a field."""

from typing import Any

import attrs
import keras
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from encdec_widgets import Design, architectures
from encdec_widgets.architectures import CustomEncoderDecoder
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import (
    DecoderBlock,
    EncoderBlock,
    EncoderDecoder,
    SimpleConvBlock,
    SimpleUpsamplingBlock,
)
from encdec_widgets.architectures.fields.described import FieldError, FieldInfo, described_fields
from tests.amount import full_or

PUBLIC = [SimpleConvBlock, SimpleUpsamplingBlock, *(getattr(architectures, n) for n in architectures.__all__)]
FAMILIES = [cls for cls in PUBLIC if issubclass(cls, EncoderDecoder) and cls is not CustomEncoderDecoder]
ENCODER_BLOCKS = [cls for cls in PUBLIC if issubclass(cls, EncoderBlock)]
DECODER_BLOCKS = [cls for cls in PUBLIC if issubclass(cls, DecoderBlock)]
# Networks are really built, so numbers are small; test_fields.py holds the whole range of every field.
LARGEST = {"channels": 6, "px": 4, "layers": 3, "convs": 3}
# Backends differ in how long they take to make a variable: JAX compiles the initializer of every new shape.
EXAMPLES = full_or({"numpy": 25, "tensorflow": 8}.get(keras.backend.backend(), 3), 5)
SLOW = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


def values(name: str, info: FieldInfo) -> st.SearchStrategy[Any]:
    """Values of a field: the least and small ones, so that each kind of network is met."""
    if info.kind == "integer":
        low = int(max(info.minimum, -3))
        numbers = st.integers(low, int(min(info.maximum, max(low, LARGEST.get(info.unit, 3)))))
        return st.none() | numbers if info.optional else numbers
    if info.kind == "real":
        return st.floats(info.minimum, min(info.maximum, 2.5))
    if info.kind == "flag":
        return st.booleans()
    if info.kind == "choice":
        return st.sampled_from(info.choices[:3])
    if info.kind == "counts":
        return st.lists(st.integers(0, 3), min_size=max(info.lengths[0], 1), max_size=3)
    return st.just(info.default)


def instances(cls: type) -> st.SearchStrategy[Any]:
    """Instances of a class of fields, or the FieldError that refuses them."""
    fields = st.fixed_dictionaries({name: values(name, info) for name, info in described_fields(cls).items()})

    def make(arguments: dict[str, Any]) -> Any:
        try:
            return cls(**arguments)
        except FieldError as error:
            assert error.field in arguments
            return error

    return fields.map(make)


def check(design: Design) -> None:
    """Build a design and hold it against the properties of its architecture."""
    try:
        backbone = design.build()
    except ValueError as error:
        # Never a bare error of Keras: those tell of shapes and axes, not of what to change.
        assert isinstance(error, FieldError)
        return
    network = design.architecture
    stride = (design.head.stride if design.head else None) or network.output_stride
    upsampling_divides = network.encoder_features_stride % _product(network.decoder_stack) == 0
    for output in backbone.structure.outputs:
        node = backbone.layers.nodes[output._keras_history.operation.name]
        if stride >= 1 and upsampling_divides:
            assert node["stride"] == stride
            height, width, _ = design.input_shape
            assert output.shape[1:3] == (height and height // stride, width and width // stride)
        else:
            assert stride == int(node["stride"]) or not upsampling_divides
    assert backbone.parameters == sum(data["parameters"] for _, data in backbone.blocks.nodes(data=True))
    assert len(backbone.structure.outputs) == network.stacks
    if any(data["stage"] == "decoder" and data["stride"] < 1 for _, data in backbone.blocks.nodes(data=True)):
        assert backbone.notices


def _product(blocks: Any) -> int:
    product = 1
    for block in blocks:
        product *= block.upsampling_stride
    return product


@pytest.mark.parametrize("cls", FAMILIES)
@SLOW
@given(data=st.data())
def test_a_family_is_what_its_properties_say(cls: type, data: st.DataObject) -> None:
    network = data.draw(instances(cls))
    if isinstance(network, FieldError):
        return
    stride = network.maximum_stride
    heights = st.sampled_from([None, stride, 3 * stride])
    try:
        design = Design(network, (data.draw(heights), data.draw(heights), data.draw(st.integers(1, 3))))
    except FieldError as error:
        assert error.field == "stacks"
        return
    check(design)
    strides = [None, *(s for s in network.feature_strides if s > 0)]
    try:
        headed = attrs.evolve(design, head=Head(2, stride=data.draw(st.sampled_from(strides))))
    except FieldError as error:
        assert error.field == "head.stride"
        assert error.suggestions
        return
    check(headed)


@SLOW
@given(data=st.data())
def test_a_mixed_list_of_blocks_is_what_its_properties_say(data: st.DataObject) -> None:
    def some(kinds: list[type], most: int) -> list[Any]:
        drawn = data.draw(st.lists(st.sampled_from(kinds).flatmap(instances), max_size=most))
        return [block for block in drawn if not isinstance(block, FieldError)]

    network = CustomEncoderDecoder(
        stacks=data.draw(st.integers(1, 2)),
        stem=some(ENCODER_BLOCKS, 2) if data.draw(st.booleans()) else None,
        encoder=some(ENCODER_BLOCKS, 4),
        decoder=some(DECODER_BLOCKS, 4),
    )
    size = 2 * network.maximum_stride
    try:
        design = Design(network, (size, size, 2))
    except FieldError as error:
        assert error.field in ("stacks", "input_shape")
        return
    check(design)


@pytest.mark.parametrize("cls", FAMILIES)
@given(data=st.data())
def test_a_size_that_does_not_divide_is_met_with_two_that_do(cls: type, data: st.DataObject) -> None:
    network = cls()
    stride = network.maximum_stride
    size = data.draw(st.integers(stride + 1, 1000).filter(lambda size: size % stride))
    with pytest.raises(FieldError, match="input_shape") as raised:
        Design(network, (size, stride, 1))
    below, above = (suggestion[0] for suggestion in raised.value.suggestions)
    assert below < size < above == below + stride


class Overflowing(keras.layers.Layer):
    """A layer whose result is too large for its numbers, whatever it is given."""

    def call(self, x: Any) -> Any:
        return (x * 0 + 3e38) * 3e38


@attrs.frozen
class OverflowingBlock(EncoderBlock):
    def make_block(self, x_in: Any, prefix: str = "block") -> Any:
        return keras.layers.MaxPooling2D(name=f"{prefix}_pool")(Overflowing(name=f"{prefix}_layer")(x_in))


@pytest.mark.backend
def test_a_layer_is_built_without_warnings_about_values_that_nobody_gave_it() -> None:
    # Warnings are errors in the tests. On NumPy, Keras calls the layer on arrays that hold whatever stood in memory.
    network = CustomEncoderDecoder(encoder=[OverflowingBlock()])
    assert Design(network, (32, 32, 1)).build().structure.output_shape == (None, 16, 16, 1)
