"""Texts of numbers, sizes and values are those of the examples beside them."""

import doctest
from types import ModuleType

import pytest

from encdec_widgets import formatting
from encdec_widgets.architectures.blocks import layer_windows
from encdec_widgets.architectures.fields import by_content, layer_names, numeric
from encdec_widgets.formatting import LONGEST_QUOTE, error_text, quoted, shortened, value_text
from tests.any_value import VALUES, Evil


@pytest.mark.parametrize("module", [formatting, numeric, by_content, layer_names, layer_windows])
def test_examples_are_true(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed


def test_every_text_has_an_example() -> None:
    functions = [value for name, value in vars(formatting).items() if name[0] != "_" and callable(value)]
    own = [function for function in functions if function.__module__ == formatting.__name__]
    assert len(own) > 20
    assert all(">>> " in (function.__doc__ or "") for function in own)


@pytest.mark.parametrize("name", VALUES)
def test_any_value_is_quoted_in_a_short_text_that_can_be_sent(name: str) -> None:
    for text in (quoted(VALUES[name]), value_text(VALUES[name])):
        assert len(text) <= LONGEST_QUOTE
        text.encode("utf-8")


def test_a_short_value_is_quoted_as_python_writes_it() -> None:
    for value in ((256, 256, 1), "a'b", [1.5, None], {"a": (1,)}, b"x", 10**100, frozenset({3})):
        assert quoted(value) == repr(value)


def test_what_cannot_be_written_is_named_by_its_class() -> None:
    assert quoted([Evil(), 1]) == "[<Evil object, whose repr raises ZeroDivisionError>, 1]"
    assert error_text(UnspeakableError()) == "<UnspeakableError that cannot be written as text>"


class UnspeakableError(Exception):
    def __str__(self) -> str:
        raise ZeroDivisionError


def test_of_a_long_list_no_more_is_written_than_is_shown() -> None:
    written = 0

    class Item:
        def __str__(self) -> str:
            nonlocal written
            written += 1
            return ""

    text = value_text(["first", *(Item() for _ in range(10_000)), "last"])
    assert text.startswith("first, ")
    assert text.endswith(", last")
    assert len(text) == LONGEST_QUOTE
    assert written <= 2 * LONGEST_QUOTE
    some = list(range(100, 1000))
    assert value_text(some) == shortened(", ".join(map(str, some)))
