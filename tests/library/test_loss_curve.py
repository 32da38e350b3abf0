"""The chart of losses: what it says in words, its scale, its marks and its size."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encdec_widgets.figures.charts.loss_curve import HEIGHT, POINTS, WIDTH, Loss, loss_curve

LOSSES = st.lists(st.floats(0, 1e3, allow_nan=False), min_size=1, max_size=400)


def lines(drawn: str) -> list[list[tuple[float, float]]]:
    """The points of each curve."""
    paths = re.findall(r'<path d="(M[^"]*)" style="fill:none[^"]*stroke-width:1.5', drawn)
    numbers = ([float(n) for n in re.findall(r"[\d.]+", path)] for path in paths)
    return [list(zip(path[::2], path[1::2], strict=True)) for path in numbers]


@given(LOSSES, LOSSES)
def test_every_curve_lies_in_the_drawing_and_has_few_points(a: list[float], b: list[float]) -> None:
    curves = [Loss(points=list(enumerate(losses, 1)), name=name) for name, losses in (("A", a), ("B", b))]
    drawn = lines(loss_curve(curves))
    assert len(drawn) == 2
    for points in drawn:
        assert 1 <= len(points) <= POINTS
        assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)
        assert [x for x, _ in points] == sorted(x for x, _ in points)


def test_a_loss_that_falls_is_drawn_downwards_to_the_last_step() -> None:
    (points,) = lines(loss_curve([Loss(points=[(step, 1 / step) for step in range(1, 501)])]))
    heights = [y for _, y in points]
    assert heights == sorted(heights)
    assert points[-1][0] == max(x for x, _ in points)


@pytest.mark.parametrize("points", [[(1, 2.0)], [(1, 2.0), (2, 2.0)]])
def test_a_loss_that_stays_is_drawn_too(points: list[tuple[int, float]]) -> None:
    assert lines(loss_curve([Loss(points=points)]))


def test_nothing_is_drawn_of_nothing() -> None:
    assert loss_curve([]) == loss_curve([Loss(points=[])]) == ""


def test_edits_are_marked_numbered_and_escaped() -> None:
    points = [(step, 1.0 / step) for step in range(1, 101)]
    drawn = loss_curve([Loss(points=points, marks=[(10, "filters 8 to <b>"), (11, "two"), (90, "three")])])
    assert drawn.count("<title>") == 3
    assert "<b>" not in drawn
    assert re.findall(r"anchor:middle; font-size:10px\">(\d)<", drawn) == ["1", "3"], "2 would touch 1"
    assert "Edit 2 at step 11: two." in drawn


def test_two_curves_differ_in_more_than_their_colour() -> None:
    drawn = loss_curve([Loss(points=[(1, 2.0), (2, 1.0)], name=name) for name in "AB"])
    assert "stroke-dasharray:5 3" in drawn
    assert "Loss of A: from 2.00 at step 1 to 1.00 at step 2. Loss of B:" in drawn
