"""What an error suggests works: on whatever offered it, over the whole range of every field."""

from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from encdec_widgets import Design
from encdec_widgets.architectures import (
    CustomEncoderDecoder,
    hourglass,
    unet,
)
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import EncoderDecoder
from encdec_widgets.architectures.fields.described import (
    FieldError,
    FieldInfo,
    described_fields,
    is_number,
)
from encdec_widgets.designs.block_edits import blocks_of
from encdec_widgets.designs.edits import apply_edit, possible_mends
from tests.amount import full_or
from tests.library.test_any_network import DECODER_BLOCKS, ENCODER_BLOCKS, FAMILIES

BLOCKS = [
    *ENCODER_BLOCKS,
    *DECODER_BLOCKS,
    unet.PoolingBlock,
    hourglass.StemBlock,
    hourglass.DownsamplingBlock,
    hourglass.UpsamplingBlock,
]
CLASSES = [*FAMILIES, *BLOCKS, Head]
# What fails is told as it is: to make it smaller, many designs would be made.
MANY = settings(
    max_examples=full_or(3000, 15),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=3),
    st.sampled_from(["12", "relu", "nearest", b"1", object()]),
    st.lists(st.integers(-2, 300), max_size=12),
)


def within(info: FieldInfo) -> st.SearchStrategy[Any]:
    """Values over the whole range of a field; those at its ends and the usual ones more often."""
    if info.kind == "integer":
        low, high = int(info.minimum), int(info.maximum)
        usual = [value for value in info.of_kind.values_to_try(info) if low <= value <= high]
        values = st.one_of(st.sampled_from([low, high, *usual]), st.integers(low, high))
        return st.none() | values if info.optional else values
    if info.kind == "real":
        return st.floats(info.minimum, info.maximum) | st.sampled_from([info.minimum, info.maximum, 1, 2])
    if info.kind == "counts":
        number = st.integers(int(info.minimum), int(info.maximum))
        return st.lists(number, min_size=info.lengths[0], max_size=info.lengths[1])
    if info.kind == "choice":
        return st.sampled_from([*info.choices, *([None] if info.optional else [])])
    return st.booleans() if info.kind == "flag" else st.sampled_from(["", "_a", "_" * 40])


def beyond(info: FieldInfo) -> st.SearchStrategy[Any]:
    """Values of the right kind and out of bounds, or anything."""
    if not is_number(info.minimum) or info.kind == "counts":
        return ODD
    below, above = info.minimum - 1, info.maximum + 1
    numbers = st.sampled_from([below, above, 100 * above, info.maximum + 0.5, -0.5])
    return st.one_of(numbers, numbers, ODD)


def made(cls: type, arguments: dict[str, Any]) -> Any:
    """A value of a class, or the FieldError that refuses it."""
    try:
        return cls(**arguments)
    except FieldError as error:
        return error


def followed(cls: type, arguments: dict[str, Any]) -> Any:
    """The value that following suggestions leads to."""
    arguments = dict(arguments)
    for _ in range(2 * len(arguments) + 1):
        value = made(cls, arguments)
        if not isinstance(value, FieldError):
            return value
        assert value.suggestions, value
        arguments[value.field] = value.suggestions[0]
    raise AssertionError(f"following suggestions leads nowhere: {cls.__name__} {arguments}")


def whole(cls: type) -> st.SearchStrategy[Any]:
    """Values of a class with fields from anywhere in their ranges."""
    fields = {name: within(info) for name, info in described_fields(cls).items()}
    return st.fixed_dictionaries(fields).map(lambda arguments: followed(cls, arguments))


@pytest.mark.parametrize("cls", CLASSES)
@MANY
@given(data=st.data())
def test_a_value_that_a_class_refuses_is_met_with_values_that_it_accepts(
    cls: type, data: st.DataObject
) -> None:
    base, infos = attrs.asdict(data.draw(whole(cls)), recurse=False), described_fields(cls)
    name = data.draw(st.sampled_from(sorted(infos)))
    base[name] = data.draw(beyond(infos[name]) | within(infos[name]))
    error = made(cls, base)
    if isinstance(error, FieldError):
        assert error.suggestions, error
        for value in error.suggestions:
            cls(**{**base, error.field: value})


@pytest.mark.parametrize("cls", CLASSES)
@MANY
@given(data=st.data())
def test_of_several_wrong_fields_each_is_met_with_what_leads_to_values_that_are_accepted(
    cls: type, data: st.DataObject
) -> None:
    base, infos = attrs.asdict(data.draw(whole(cls)), recurse=False), described_fields(cls)
    for name in data.draw(st.lists(st.sampled_from(sorted(infos)), min_size=2, max_size=4, unique=True)):
        base[name] = data.draw(beyond(infos[name]))
    followed(cls, base)


# Designs

SIZES = st.one_of(
    st.none(),
    st.integers(-1, 700),
    st.integers(),
    st.floats(),
    st.sampled_from([16384, 16385, "64", True, 3]),
)
SHAPES = st.one_of(
    st.tuples(SIZES, SIZES, SIZES),
    st.lists(SIZES, max_size=5),
    st.sampled_from(["abc", 5, None, (3, 480, 640), (480, 640), (None, 3, 480, 640)]),
)


@st.composite
def designs(draw: st.DrawFn) -> Design:
    """Designs of any family, or of blocks of one, that are valid."""
    architecture: EncoderDecoder = draw(st.sampled_from(FAMILIES).flatmap(whole))
    if draw(st.booleans()):
        architecture = CustomEncoderDecoder.of(architecture)
    if architecture.stacks > 1 and architecture.stem_features_stride != architecture.decoder_features_stride:
        architecture = attrs.evolve(architecture, stacks=1)
    stride = architecture.maximum_stride
    sizes = st.none() | st.integers(1, max(16384 // stride, 1)).map(lambda count: count * stride)
    known = st.none() if stride > 16384 else sizes
    head = None
    if draw(st.booleans()):
        head = draw(whole(Head))
        strides = [None, *(stride for stride in architecture.feature_strides if 1 <= stride <= 4096)]
        if architecture.joins_predictions and architecture.stacks > 1:
            strides = strides[:1]
        head = attrs.evolve(head, stride=draw(st.sampled_from(strides)))
    return Design(architecture, (draw(known), draw(known), draw(st.integers(1, 4096))), head)


@st.composite
def edits(draw: st.DrawFn, design: Design) -> tuple[str, Any]:
    """A change of one field of a design: of the family, a block, all blocks of a stage, the head or the input."""
    kinds = ["family", "input_shape", "stem", "encoder", "decoder", *(["head"] if design.head else [])]
    kind = draw(st.sampled_from(kinds))
    if kind == "input_shape":
        return kind, draw(SHAPES)
    owner, prefix = (design.head, "head.") if kind == "head" else (design.architecture, "")
    blocks = [] if kind in ("family", "head") else blocks_of(design, kind)
    if blocks:
        index = draw(st.integers(0, len(blocks) - 1))
        owner, prefix = blocks[index], draw(st.sampled_from([f"{kind}[{index}].", f"{kind}[*]."]))
    infos = described_fields(owner)
    name = draw(st.sampled_from(sorted(infos)))
    return f"{prefix}{name}", draw(beyond(infos[name]) | within(infos[name]))


@settings(MANY, max_examples=full_or(3000, 60))
@given(data=st.data())
def test_what_a_design_refuses_is_met_with_what_it_accepts(data: st.DataObject) -> None:
    design = data.draw(designs())
    field, value = data.draw(edits(design))
    try:
        design.replace(field, value)
    except FieldError as error:
        for suggestion in error.suggestions:
            design.replace_all({field: value, error.field: suggestion})
        for mend in possible_mends(design, {field: value}, error):
            design.replace_all(mend.changes)
        # Two other fields may have to change with it; and no value may suit all blocks of a stage.
        assert error.suggestions or error.field != field or "[*]" in field, error


@settings(MANY, max_examples=full_or(3000, 60))
@given(data=st.data())
def test_every_mend_of_several_wrong_fields_gives_a_valid_design(data: st.DataObject) -> None:
    design = data.draw(designs())
    pending: dict[str, Any] = {}
    for _ in range(data.draw(st.integers(2, 3))):
        field, value = data.draw(edits(design))
        outcome = apply_edit(design, pending, {field: value})
        design, pending = outcome.design, outcome.pending
        for mend in outcome.mends:
            design.replace_all(mend.changes)


@MANY
@given(data=st.data())
def test_an_input_of_any_kind_is_taken_or_met_with_shapes_that_are(data: st.DataObject) -> None:
    architecture = data.draw(st.sampled_from(FAMILIES).flatmap(whole))
    assume(architecture.stacks == 1)
    try:
        Design(architecture, data.draw(SHAPES))
    except FieldError as error:
        assert error.field == "input_shape"
        assert error.suggestions
        for shape in error.suggestions:
            assert Design(architecture, shape).input_shape == shape
