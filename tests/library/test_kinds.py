"""Kinds of fields: each knows what it accepts, how it is typed and what is tried of it; a user's own as well."""

from collections.abc import Iterator
from typing import Any

import attrs
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import EncoderBlock, EncoderDecoder
from encdec_widgets.architectures.fields import kinds
from encdec_widgets.architectures.fields.described import FieldError, FieldInfo, described_fields, field
from encdec_widgets.architectures.fields.kinds import KINDS, Kind
from encdec_widgets.designs.variants import values_of

INFOS = {
    "flag": FieldInfo(kind="flag", default=True, help="Help."),
    "integer": FieldInfo(kind="integer", default=3, minimum=1, maximum=9, usual=(1, 9), help="Help."),
    "real": FieldInfo(kind="real", default=0.5, minimum=0, maximum=1, usual=(0, 1), help="Help."),
    "choice": FieldInfo(kind="choice", default="a", choices=("a", "b"), help="Help."),
    "text": FieldInfo(kind="text", default="", help="Help."),
    "layer name": FieldInfo(kind="layer name", default="", help="Help."),
    "counts": FieldInfo(
        kind="counts", default=(1, 2), minimum=1, maximum=9, lengths=(1, 3), unit="layers", help="Help."
    ),
    "head name": described_fields(Head)["name"],
}


def test_every_shipped_kind_is_tested_here() -> None:
    assert list(INFOS) == list(KINDS)


@pytest.mark.parametrize("name", INFOS)
def test_what_is_tried_and_suggested_is_accepted(name: str) -> None:
    info = INFOS[name]
    values = [*info.of_kind.values_to_try(info), *info.suggestions("x"), *info.suggestions(17)]
    assert all(info.accept("x", value) == value for value in values)
    assert bool(info.of_kind.values_to_try(info)) is info.of_kind.can_be_tried


@pytest.mark.parametrize("name", ["integer", "counts", "text", "layer name", "head name"])
def test_a_value_that_is_typed_is_read_again(name: str) -> None:
    kind, default = INFOS[name].of_kind, INFOS[name].default
    assert kind.read(kind.text(default)) == default


@pytest.mark.parametrize(("name", "text"), [("integer", "many"), ("counts", "1, many")])
def test_what_cannot_be_read_is_refused_by_the_field_by_name(name: str, text: str) -> None:
    assert INFOS[name].of_kind.read(text) == text
    with pytest.raises(FieldError, match="x must be"):
        INFOS[name].accept("x", text)


def test_a_kind_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(ValueError, match=r"kind='fraction'.* Would work: flag, integer, real"):
        FieldInfo(kind="fraction", default=1, help="Help.")


class Odd(Kind):
    """A user's own kind: an odd number."""

    name = "odd"

    def accept(self, info: FieldInfo, value: Any) -> int | None:
        return value if isinstance(value, int) and value % 2 and value <= info.maximum else None

    def allowed(self, info: FieldInfo) -> str:
        return f"an odd number up to {info.maximum:g}"

    def values_to_try(self, info: FieldInfo) -> tuple[int, ...]:
        return tuple(range(1, int(info.maximum) + 1, 2))


def test_a_kind_without_values_to_try_is_not_tried() -> None:
    class Plain(Kind):
        name = "plain"

    assert not Plain().can_be_tried
    assert Odd().can_be_tried


@pytest.fixture
def odd() -> Iterator[type[EncoderDecoder]]:
    kinds.register(Odd())

    @attrs.frozen
    class Own(EncoderDecoder):
        size: int = field(FieldInfo(kind="odd", default=3, maximum=7, help="Help."))

        @property
        def encoder_stack(self) -> list[EncoderBlock]:
            return []

        decoder_stack = encoder_stack

    yield Own
    del KINDS["odd"]


def test_a_kind_of_a_users_own_is_validated_described_and_tried(odd: Any) -> None:
    with pytest.raises(
        FieldError, match=r"size must be an odd number up to 7\. Received: size=4\. Would work: 3"
    ):
        odd(size=4)
    assert described_fields(odd)["size"].kind == "odd"
    assert values_of(Design(odd()), "size") == (1, 3, 5, 7)


@pytest.mark.parametrize("kind", ["integer", "real", "counts"])
def test_a_large_bound_has_all_its_digits(kind: str) -> None:
    info = FieldInfo(
        kind=kind, default=1, minimum=1, maximum=10**15, usual=(1, 9), lengths=(1, 3), help="Help."
    )
    assert info.of_kind.allowed(info).endswith(" to 1,000,000,000,000,000")
