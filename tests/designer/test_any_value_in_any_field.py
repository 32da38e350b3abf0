"""Any value, in any field, by any way in: it is accepted, or refused by an error that says what would work."""

import functools
import itertools
import json
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from encdec_widgets import Design, Designer, architectures
from encdec_widgets.architectures import CustomEncoderDecoder, UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import (
    DecoderBlock,
    EncoderDecoder,
    SimpleConvBlock,
    SimpleUpsamplingBlock,
)
from encdec_widgets.architectures.fields.described import FieldError, described_fields
from encdec_widgets.explain.too_large import TooLargeError
from encdec_widgets.formatting import LONGEST_QUOTE, quoted
from encdec_widgets.session import Session
from tests.amount import full_or
from tests.any_value import VALUES

CLASSES: list[Any] = [
    Head,
    SimpleConvBlock,
    SimpleUpsamplingBlock,
    *(getattr(architectures, name) for name in architectures.__all__),
]
FAMILIES = [cls for cls in CLASSES if issubclass(cls, EncoderDecoder)]
BLOCKS = [cls for cls in CLASSES if cls is not Head and cls not in FAMILIES]
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=()))
    | st.binary(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
START = Design(UNet(filters=2, down_blocks=1, up_blocks=1), (16, 16, 1), Head(channels=2))
PATHS = [
    *described_fields(UNet),
    *(f"head.{name}" for name in described_fields(Head)),
    *(f"encoder[0].{name}" for name in described_fields(SimpleConvBlock)),
    *(f"decoder[*].{name}" for name in described_fields(SimpleUpsamplingBlock)),
    *("input_shape", "architecture", "head", "encoder[0]", "encoder[*]", "encoder[:]", "stem[:]"),
]
NO_PATHS = (
    "nosuch",
    "",
    "encoder[99].filters",
    f"encoder[{'9' * 5000}].filters",
    "encoder[٣]",
    "head.",
    "a.b",
)
SLOW = {"deadline": None, "suppress_health_check": list(HealthCheck)}


def _is_told(error: BaseException | None, value: Any) -> None:
    """An error says in a text of some length what was received."""
    assert isinstance(error, (ValueError, TooLargeError)), repr(error)
    text = str(error)
    text.encode("utf-8")
    if isinstance(error, FieldError) and error.value is value:
        assert quoted(value) in text
    assert len(text) < 15 * LONGEST_QUOTE


def _accepts_or_refuses(make: Any, value: Any) -> Any:
    try:
        return make()
    except ValueError as error:
        _is_told(error, value)
        return None


def _put_into(cls: Any, name: str, value: Any) -> None:
    made = _accepts_or_refuses(functools.partial(cls, **{name: value}), value)
    if made is not None:
        assert attrs.evolve(made) == made
        assert isinstance(hash(made), int)
        assert len(quoted(getattr(made, name))) <= LONGEST_QUOTE


def _inside(cls: Any) -> tuple[str, Design]:
    """A design with an instance of a class of blocks, and the beginning of its fields' paths."""
    stage = "decoder" if issubclass(cls, DecoderBlock) else "encoder"
    return f"{stage}[0].", Design(CustomEncoderDecoder(**{stage: (cls(),)}))


@pytest.mark.parametrize("cls", CLASSES)
def test_a_constructor_takes_it_or_refuses_it(cls: Any) -> None:
    for field, value in itertools.product(attrs.fields(cls), VALUES.values()):
        _put_into(cls, field.name, value)


@given(cls=st.sampled_from(CLASSES), value=ANYTHING, data=st.data())
@settings(max_examples=full_or(20_000, 150), **SLOW)
def test_a_constructor_takes_whatever_is_drawn_or_refuses_it(
    cls: Any, value: Any, data: st.DataObject
) -> None:
    _put_into(cls, data.draw(st.sampled_from([field.name for field in attrs.fields(cls)])), value)


@pytest.mark.parametrize("cls", [*FAMILIES, *BLOCKS])
def test_a_design_replaces_it_or_refuses_it(cls: Any) -> None:
    prefix, design = ("", Design(cls())) if cls in FAMILIES else _inside(cls)
    names = list(described_fields(cls))[:: full_or(1, 4)]
    for name, value in itertools.product(names, VALUES.values()):
        after = _accepts_or_refuses(functools.partial(design.replace, prefix + name, value), value)
        if after is not None:
            assert Design.from_json(after.to_json()) == after


def test_what_is_no_path_is_refused() -> None:
    for path in (*NO_PATHS, *VALUES.values()):
        try:
            hash(path)
        except (TypeError, ValueError, ZeroDivisionError):
            continue  # what has no hash cannot be named in a dict of changes at all
        with pytest.raises(FieldError, match="is no field"):
            START.replace(path, 1)


def _with_entry(data: Any, name: str, value: Any) -> Any:
    """The JSON of a design with another value in the first place that has a field of a name."""
    text = json.dumps(data)
    old = f'"{name}": {json.dumps(_found(data, name))}'
    return text.replace(old, f'"{name}": {value}', 1)


def _found(data: Any, name: str) -> Any:
    if isinstance(data, dict):
        for key, value in data.items():
            if key == name:
                return value
    inside = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return next((found for each in inside if (found := _found(each, name)) is not None), None)


JSON_VALUES = (
    *(
        "null",
        "true",
        "0",
        "-1",
        "1",
        "3",
        "2.5",
        '"relu"',
        '"\\ud800"',
        '"a/b"',
        '""',
        "NaN",
        "-Infinity",
        "1e999",
    ),
    *(
        "9" * 400,
        "9" * 5000,
        "[" * 500 + "]" * 500,
        "[" * 50_000 + "]" * 50_000,
        "{}",
        '{"class": "UNet"}',
        "[1, 2]",
    ),
    *(
        '{"class": "Head", "fields": {}}',
        '{"class": 3, "fields": []}',
        '{"a": 1, "a": 2}',
        '"',
        ",",
        "1}",
        f'"{"x" * 9999}"',
    ),
)


def test_json_with_it_is_read_or_refused() -> None:
    data = json.loads(START.replace("encoder[0].num_convs", 1).to_json())
    names = ["encdec_widgets_design", "architecture", "class", "fields", "input_shape", "head"]
    names += [
        *described_fields(SimpleConvBlock),
        *described_fields(SimpleUpsamplingBlock),
        "channels",
        "stacks",
    ]
    for name, value in itertools.product(dict.fromkeys(names), JSON_VALUES):
        text = _with_entry(data, name, value)
        design = _accepts_or_refuses(functools.partial(Design.from_json, text), text)
        assert design is None or Design.from_json(design.to_json()) == design


@given(ANYTHING | st.text().map(str.encode))
@settings(max_examples=full_or(20_000, 100), **SLOW)
def test_anything_in_place_of_json_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="JSON of a design"):
        Design.from_json(value)


@pytest.fixture(scope="module")
def session() -> Session:
    return Session(START)


@given(path=st.sampled_from([*PATHS, *NO_PATHS]), name=st.sampled_from(sorted(VALUES)), turned=st.booleans())
@settings(max_examples=full_or(5_000, 30), **SLOW)
def test_a_session_goes_on_after_it(session: Session, path: str, name: str, turned: bool) -> None:
    value = VALUES[name]
    (session.turn if turned else session.change)(path, value)
    if session.problem is not None:
        _is_told(session.problem, value)
    assert session.backbone.design == session.design
    _goes_on(session)


@pytest.fixture(scope="module")
def designer() -> Designer:
    designer = Designer(START)
    designer.select("encoder[0]")
    return designer


@given(path=st.sampled_from([*PATHS, *NO_PATHS]), name=st.sampled_from(sorted(VALUES)))
@settings(max_examples=full_or(5_000, 25), **SLOW)
def test_a_designer_can_be_used_after_it(designer: Designer, path: str, name: str) -> None:
    value = VALUES[name]
    designer.set(path, value)
    if designer.problem is not None:
        _is_told(designer.problem, value)
        designer.problems.text.encode("utf-8")
    _goes_on(designer.session)


def _goes_on(session: Session) -> None:
    """The next edit that is possible counts; undo and redo lead back and forth."""
    wanted = (16, 16, session.design.input_shape[2] % 3 + 1)
    session.change("input_shape", wanted)
    assert session.design.input_shape == wanted
    session.undo()
    if session.problem is not None:
        session.undo()
    session.redo()
    session.load(START)
    assert (session.design, session.problem) == (START, None)


@pytest.mark.parametrize("name", VALUES)
def test_what_is_no_path_and_what_is_no_design_is_a_problem(session: Session, name: str) -> None:
    value = VALUES[name]
    for change in (session.change, session.turn):
        change(value, 1)
        if not isinstance(value, dict):
            _is_told(session.problem, value)
        session.undo()
    session.load(value)
    if not (value is None or isinstance(value, EncoderDecoder)):
        _is_told(session.problem, value)
    session.load(START)
    assert (session.design, session.problem) == (START, None)
