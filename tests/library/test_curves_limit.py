"""The line in a small chart where what there is of a quantity ends: drawn, named and told in words."""

from typing import Any
from xml.etree import ElementTree as ET

import pytest

from encdec_widgets.figures.charts.curves import Axis, Curve, Limit, curves, readings, values_table
from encdec_widgets.formatting import bytes_text, count_text

GB = 10**9
AXIS = Axis(title="filters", values=(8, 16, 24, 32), current=1)
NEEDS = (2 * GB, 4 * GB, 6 * GB, 8 * GB)


def memory(limit_gb: float | None, values: Any = NEEDS) -> Curve:
    limit = None if limit_gb is None else Limit(limit_gb * GB, bytes_text(limit_gb * GB))
    return Curve(title="memory", values=values, text=bytes_text, estimate=True, limit=limit)


def line(curve: Curve) -> tuple[float, str] | None:
    """How high the line of the limit lies, as a share of the greatest value, and its name."""
    root = ET.fromstring(curves(AXIS, [curve]))
    drawn = [p.attrib for p in root.iter("path") if "stroke-dasharray:6 2" in p.attrib["style"]]
    if not drawn:
        return None
    (path,) = drawn
    assert "var(--encdec-warning" in path["style"], "the theme of the page decides"
    y = float(path["d"].partition("H")[0].split()[1])
    dots = [float(c.attrib["cy"]) for c in root.iter("circle")]
    base = next(
        float(p.attrib["d"].split("H")[0].split()[1])
        for p in root.iter("path")
        if "border" in p.attrib["style"]
    )
    name = next(t.text or "" for t in root.iter("text") if "paint-order" in t.attrib["style"])
    return (base - y) / (base - min(dots)), name


@pytest.mark.parametrize(
    ("limit_gb", "drawn"),
    [(None, None), (4, (0.5, "4 GB")), (8, (1.0, "8 GB")), (10, (1.25, "10 GB")), (80, None)],
)
def test_the_line_lies_where_the_limit_is_and_a_far_one_is_left_out(limit_gb: Any, drawn: Any) -> None:
    found = line(memory(limit_gb))
    if drawn is None:
        assert found is None
    else:
        assert found is not None
        assert found[0] == pytest.approx(drawn[0], abs=0.01)
        assert found[1] == drawn[1]


@pytest.mark.parametrize("limit_gb", [0.01, 1, 4, 7.9, 8])
def test_what_is_drawn_of_it_stays_in_its_chart(limit_gb: float) -> None:
    root = ET.fromstring(curves(AXIS, [memory(limit_gb)]))
    hatches = (
        next(p.attrib["d"] for p in root.iter("path") if "opacity" in p.attrib["style"])
        if limit_gb < 8
        else ""
    )
    for stroke in filter(None, hatches.split("M")):
        for point in stroke.split("L"):
            x, y = map(float, point.split())
            assert 2 <= x <= 188
            assert 20 <= y <= 48.1
    name = next(t.attrib for t in root.iter("text") if "paint-order" in t.attrib["style"])
    assert 20 <= float(name["y"]) <= 48


def test_words_say_which_values_are_over_it() -> None:
    curve = memory(5)
    label = ET.fromstring(curves(AXIS, [curve])).attrib["aria-label"]
    assert "More than 5 GB: 24, 32." in label
    assert readings(AXIS, [curve])[1] == "filters 16: memory ≈ 4 GB"
    assert readings(AXIS, [curve])[2] == "filters 24: memory ≈ 6 GB (more than 5 GB)"
    cells = [cell.text for cell in ET.fromstring(values_table(AXIS, [curve])).iter("td")]
    assert cells == ["≈ 2 GB", "≈ 4 GB", "≈ 6 GB (more than 5 GB)", "≈ 8 GB (more than 5 GB)"]
    within = ET.fromstring(curves(AXIS, [memory(80)])).attrib["aria-label"]
    assert "More than 80 GB: none of these." in within


def test_what_is_not_known_is_not_judged() -> None:
    unknown = memory(5, (None, None, None, None))
    assert line(unknown) is None
    assert "More than" not in ET.fromstring(curves(AXIS, [unknown])).attrib["aria-label"]
    assert not Curve(title="n", values=(1, 2), text=count_text).over()
