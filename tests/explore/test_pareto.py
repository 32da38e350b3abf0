"""Pareto fronts, held against brute force."""

import json
import math
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from encdec_widgets import Design, pareto
from encdec_widgets.architectures import UNet
from encdec_widgets.explore.figures_of import figures_of
from encdec_widgets.explore.sweep import Row

VALUES = st.one_of(
    st.integers(-3, 3), st.sampled_from([math.inf, -math.inf, math.nan, None, 2**70, 2**70 + 1]), st.floats()
)
ROWS = st.lists(st.fixed_dictionaries({}, optional={"a": VALUES, "b": VALUES, "c": VALUES}), max_size=12)
AIMS = st.dictionaries(st.sampled_from("abc"), st.sampled_from(["low", "high"]), min_size=1)


def is_known(row: dict[str, Any], aims: dict[str, str]) -> bool:
    return all(row.get(name) is not None and not math.isnan(row[name]) for name in aims)


def beats(one: dict[str, Any], other: dict[str, Any], aims: dict[str, str]) -> bool:
    signs = {"low": 1, "high": -1}
    pairs = [(signs[way] * one[name], signs[way] * other[name]) for name, way in aims.items()]
    return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)


@given(ROWS, AIMS)
def test_the_front_is_what_brute_force_finds(rows: list[dict[str, Any]], aims: dict[str, str]) -> None:
    rows = [dict.fromkeys("abc", 0), *rows]  # so that each figure is known of some row
    front = pareto(rows, aims)
    known = [i for i, row in enumerate(rows) if is_known(row, aims)]
    by = {i: [j for j in known if beats(rows[j], rows[i], aims)] for i in known}
    assert set(front.indices) == {i for i in known if not by[i]}
    assert set(front.dominated_by) == {i for i in known if by[i]}
    assert set(front.not_compared) == set(range(len(rows))) - set(known)
    for i, dominating in front.dominated_by.items():
        assert dominating in by[i]
        assert dominating in front.indices
        assert list(front.dominating(i)) == by[i]
    states = [front.state(i) for i in range(len(rows))]
    assert [states.count(state) for state in ("front", "dominated", "not compared")] == [
        len(front.indices),
        len(front.dominated_by),
        len(front.not_compared),
    ]


@given(ROWS, AIMS)
def test_the_front_goes_from_the_best_in_the_first_aim_to_the_worst(
    rows: list[dict[str, Any]], aims: dict[str, str]
) -> None:
    rows = [dict.fromkeys("abc", 0), *rows]
    front = pareto(rows, aims)
    name, way = next(iter(aims.items()))
    along = [rows[i][name] for i in front.indices]
    assert along == sorted(along, reverse=way == "high")


def test_rows_with_the_same_figures_are_on_the_front_together() -> None:
    front = pareto([{"a": 1, "b": 1}, {"a": 1, "b": 1}, {"a": 1, "b": 2}], {"a": "low", "b": "low"})
    assert front.indices == (0, 1)
    assert front.dominating(2) == (0, 1)


def test_whole_numbers_are_compared_exactly_however_large() -> None:
    front = pareto([{"a": 2**53 + 1}, {"a": 2**53}], {"a": "low"})
    assert front.indices == (1,)


def test_a_row_without_a_figure_says_which_and_keeps_its_own_reason() -> None:
    @attrs.frozen
    class Row:
        figures: dict[str, float]
        reason: str = ""

    rows = [
        Row({"a": 1, "b": 2}),
        Row({"a": 1}),
        Row({"a": 1, "b": math.nan}),
        Row({}, "filters must be at least 1"),
    ]
    front = pareto(rows, {"a": "low", "b": "high"})
    assert front.not_compared == {
        1: "b is not known",
        2: "b is no number (NaN)",
        3: "filters must be at least 1",
    }
    assert front.dominating(1) == ()
    assert str(front) == "1 of 4 rows on the front of a (low) and b (high); 3 not compared"


def test_times_of_different_devices_are_not_ranked_without_saying_so() -> None:
    @attrs.frozen
    class Row:
        figures: dict[str, float]
        device: str | None

    rows = [Row({"time_ms": 5, "parameters": 1}, "CPU"), Row({"time_ms": 4, "parameters": 2}, "NVIDIA T4")]
    aims = {"time_ms": "low", "parameters": "low"}
    assert pareto(rows, aims).notices == (
        "These times are of 2 devices: CPU and NVIDIA T4. Compare those of one device only.",
    )
    assert pareto(rows[:1] * 2, aims).notices == ()
    assert pareto(rows, {"parameters": "low"}).notices == ()


def test_rows_of_a_sweep_are_taken_as_they_are() -> None:
    design = Design(UNet(filters=4, down_blocks=2, up_blocks=2), (32, 32, 1))
    base = {"cost": {"parameters": 5}, "receptive_field": {"extent": "exact", "height": 9, "width": 7}}
    whole = {
        "cost": {"parameters": 9},
        "receptive_field": {"extent": "whole image", "height": None, "width": None},
    }
    rows = [
        Row(index=0, values={"filters": 4}, base=design, told=base),
        Row(index=1, values={"filters": 8}, base=design, told=whole),
        Row(index=2, values={"filters": -8}, base=design, reason="filters must be at least 1"),
    ]
    assert figures_of(base) == rows[0].figures == {"parameters": 5, "receptive_field": 7}
    front = pareto(rows, {"parameters": "low", "receptive_field": "high"})
    assert front.indices == (0, 1)
    assert front.not_compared == {2: "filters must be at least 1"}


def test_no_rows_have_an_empty_front() -> None:
    front = pareto([], {"parameters": "low"})
    assert (front.count, front.indices, front.dominated_by) == (0, (), {})


def test_a_front_is_plain_data() -> None:
    front = pareto([{"a": 1}, {"a": 2}, {}], {"a": "low"})
    data = json.loads(json.dumps(front.to_dict()))
    assert data["indices"] == [0]
    assert data["dominated_by"] == {"1": 0}


@pytest.mark.parametrize(
    ("rows", "aims", "words"),
    [
        ([{"a": 1}], {}, "Received: {}"),
        ([{"a": 1}], None, "Received: None"),
        ([{"a": 1}], {"a": "down"}, "Would work: 'low' or 'high'"),
        ([{"a": 1}], {"A": "low"}, "Would work: 'a'"),
    ],
)
def test_aims_that_are_none_are_refused_with_what_would_work(rows: Any, aims: Any, words: str) -> None:
    with pytest.raises(ValueError, match="Received") as caught:
        pareto(rows, aims)
    assert words in str(caught.value)


def test_a_row_without_figures_is_refused() -> None:
    with pytest.raises(TypeError, match="Received: 3"):
        pareto([3], {"a": "low"})


def test_there_is_no_row_beyond_the_last() -> None:
    with pytest.raises(IndexError, match=r"Received: 1\. Would work: 0 to 0"):
        pareto([{"a": 1}], {"a": "low"}).state(1)
