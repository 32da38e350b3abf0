"""Bounds: what holds, and how far a value is off."""

import math
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encdec_widgets.lessons import at_least, at_most, exactly
from encdec_widgets.lessons.parts import Part
from encdec_widgets.lessons.quantities import QUANTITIES

NUMBERS = st.one_of(st.integers(-(10**12), 10**12), st.floats(-1e12, 1e12))
ANYTHING = st.one_of(NUMBERS, st.none(), st.booleans(), st.text(max_size=5), st.tuples(st.integers()))


@given(NUMBERS, NUMBERS)
def test_a_limit_holds_on_its_own_side_and_at_itself(limit: float, value: float) -> None:
    assert at_least(limit).holds(value) == (value >= limit)
    assert at_most(limit).holds(value) == (value <= limit)
    assert at_least(limit).holds(limit)
    assert at_most(limit).holds(limit)
    assert exactly(limit).holds(value) == (value == limit)


@given(NUMBERS, NUMBERS)
def test_a_value_is_off_by_its_distance_where_the_bound_does_not_hold(limit: float, value: float) -> None:
    for bound in (at_least(limit), at_most(limit), exactly(limit)):
        assert bound.off(value) == (0 if bound.holds(value) else abs(float(value) - float(limit)))


@given(ANYTHING, ANYTHING)
def test_no_value_makes_a_bound_raise(limit: Any, value: Any) -> None:
    bound = exactly(limit)
    assert bound.holds(limit)
    assert isinstance(bound.text(), str)
    assert (bound.off(value) == 0) == bound.holds(value) or bound.off(value) is None
    for name in ("parameters", "receptive_field", "f1"):
        assert isinstance(Part(quantity=QUANTITIES[name], bound=bound).bound.text(), str)


@pytest.mark.parametrize(
    "value", [None, "150", True, math.nan, math.inf, 10**400, [150]], ids=lambda value: repr(value)[:9]
)
@pytest.mark.parametrize("bound", [at_least, at_most])
def test_a_limit_is_a_finite_number(bound: Any, value: Any) -> None:
    with pytest.raises(ValueError, match=r"takes a finite number\. Received: .* Would work: at_"):
        bound(value)


def test_what_has_no_order_is_within_no_limit() -> None:
    for value in (None, "150", (150,), True, math.nan):
        assert not at_least(0).holds(value)
        assert not at_most(1000).holds(value)
    assert at_least(150).holds(math.inf), "the whole image"


def test_a_bound_needs_no_widgets_and_no_keras() -> None:
    script = """
import sys
from encdec_widgets.lessons import at_least, at_most, exactly
print(sorted({"ipywidgets", "plotly", "keras", "tensorflow", "numpy"} & set(sys.modules)))
"""
    said = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=240
    )
    assert said.stdout.strip() == "[]"
