"""Texts of numbers, sizes and values are those of the examples beside them."""

import doctest
from types import ModuleType

import pytest

from encdec_widgets import formatting
from encdec_widgets.architectures.blocks import layer_windows
from encdec_widgets.architectures.fields import numeric


@pytest.mark.parametrize("module", [formatting, numeric, layer_windows])
def test_examples_are_true(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed


def test_every_text_has_an_example() -> None:
    functions = [value for name, value in vars(formatting).items() if name[0] != "_" and callable(value)]
    own = [function for function in functions if function.__module__ == formatting.__name__]
    assert len(own) > 20
    assert all(">>> " in (function.__doc__ or "") for function in own)
