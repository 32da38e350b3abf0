"""How much is tried: a sample in every run, and everything with `--full`."""

from typing import TypeVar

T = TypeVar("T")
EVERYTHING = False
"""Whether everything is tried; tests/conftest.py sets it before any test is read."""


def full_or(everything: T, sample: T) -> T:
    """The first with `--full`, the second in every other run: a number of examples, a list of cases."""
    return everything if EVERYTHING else sample
