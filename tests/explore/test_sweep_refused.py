"""A mistake in what is swept is told at once; a combination that makes no network is a row."""

import itertools
from typing import Any

import pytest

from encdec_widgets import sweep
from encdec_widgets.architectures.fields.described import FieldError
from tests.explore.instant import DESIGN, Instant


@pytest.mark.parametrize(
    ("grid", "error", "words"),
    [
        ({"filter": [8]}, FieldError, "filters"),
        ({"encoder[9].filters": [8]}, FieldError, r"there is encoder\[0\] to"),
        ({"filters": []}, ValueError, "Received none"),
        ({"filters": range(8, 8)}, ValueError, "Received none"),
        ({}, ValueError, "one field at least"),
        ({"filters": 8}, TypeError, r"\[8\] for a single one"),
        ({"filters": "8"}, TypeError, "a list or a range"),
        ({"filters": {8, 16}}, TypeError, "in order"),
        ({"filters": ["wide", "narrow"]}, FieldError, "whole number"),
        ({"filters": [0, -1]}, FieldError, "from 1 to"),
        ([("filters", [8])], TypeError, "values by field"),
        ({1: [8]}, FieldError, "named by texts"),
        ({"filters": itertools.count()}, ValueError, "at most"),
        (
            dict.fromkeys(("filters", "down_blocks", "convs_per_block"), range(1, 200)),
            ValueError,
            "7,880,599",
        ),
    ],
)
def test_a_mistake_in_a_grid_is_told_at_once(
    grid: Any, error: type[Exception], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(error, match=words):
        sweep(DESIGN, grid, executor=Instant())


def test_a_generator_is_read_once_and_a_value_that_never_works_is_a_row() -> None:
    found = sweep(DESIGN, {"filters": (4 * n for n in range(3))}, ("cost",), Instant()).run()
    assert [row.values["filters"] for row in found.rows] == [0, 4, 8]
    assert [bool(row.reason) for row in found.rows] == [True, False, False]


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"tell": ("costs",)}, ValueError, "costs"),
        ({"tell": ()}, ValueError, "something to tell"),
        ({"batch_size": 0}, ValueError, "batch_size"),
        ({"precision": "float8"}, ValueError, "precision"),
        ({"animal_px": -1}, ValueError, "animal_px"),
        ({"budget_s": 1}, TypeError, "budget_s is an option of a timing"),
        ({"tell": "time", "budgets": 1}, TypeError, "budgets"),
        ({"tell": "time", "budget_s": -1}, ValueError, "budget_s"),
        ({"processes": 0}, ValueError, "one process at least"),
        ({"processes": 2, "executor": Instant()}, ValueError, "give it, or an executor"),
    ],
)
def test_a_condition_that_is_not_possible_is_told_at_once(
    options: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        sweep(DESIGN, {"filters": [4]}, **options)
