"""Named dots on two axes."""

import re

from hypothesis import given
from hypothesis import strategies as st

from encdec_widgets.figures.charts.dots import HEIGHT, WIDTH, Dot, Scale, dots

ACROSS = Scale(title="parameters", text=str, limit=500.0, limit_text="at most 500")
UPWARD = Scale(title="sees", text=lambda value: f"{value} px")
NUMBERS = st.floats(allow_nan=True, allow_infinity=True)


def circles(svg: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r'<circle cx="(.*?)" cy="(.*?)"', svg)]


@given(st.lists(st.tuples(NUMBERS.filter(lambda x: abs(x) < 1e15 or x != x), NUMBERS), max_size=6))
def test_every_dot_lies_on_the_picture(values: list[tuple[float, float]]) -> None:
    svg = dots([Dot(label="a", x=x, y=y) for x, y in values if abs(y) < 1e300 or y != y], ACROSS, UPWARD)
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in circles(svg))


def test_a_larger_value_lies_further_and_names_of_one_place_stand_side_by_side() -> None:
    points = [
        Dot(label="Ada", x=10, y=40),
        Dot(label="Bob", x=1000, y=60, filled=False),
        Dot(label="<Eve>", x=10, y=40),
    ]
    svg = dots(points, ACROSS, UPWARD)
    (x, y), (further, higher) = circles(svg)
    assert further > x
    assert higher < y
    assert "Ada, &lt;Eve&gt;" in svg
    assert svg.count('r="4.5" fill="none"') == 1
    assert 'aria-label="Ada, &lt;Eve&gt;: parameters 10, sees 40 px; Bob: parameters 1000, sees 60 px"' in svg
    assert "at most 500" in svg


def test_without_dots_there_is_no_picture() -> None:
    assert dots([], ACROSS, UPWARD) == ""
    assert dots([Dot(label="a", x=float("inf"), y=1)], ACROSS, UPWARD) == ""
