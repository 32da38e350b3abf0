"""Small charts of what one field does, as SVG: what they draw, and what they say to those who do not see them."""

import re
from collections.abc import Iterable
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encdec_widgets.figures.charts.curves import WIDTH, Axis, Curve, curves, places_of, readings, values_table
from encdec_widgets.formatting import bytes_text, count_text, value_text

NUMBERS = (1, 2, 4, 8, 16)
PARAMETERS = Curve(title="parameters", values=(10, 40, 160, 640, 2560), text=count_text)
MEMORY = Curve(title="memory", values=(1e6, 2e6, 3e6, 4e6, 5e6), text=bytes_text, estimate=True)


def axis(values: Iterable[Any] = NUMBERS, current: int = 2, **more: Any) -> Axis:
    return Axis(title="filters", values=values, current=current, **more)


class Read:
    """An SVG as a test reads it."""

    def __init__(self, text: str) -> None:
        self.root = ET.fromstring(text)
        self.label = self.root.attrib["aria-label"]
        self.texts = [element.text for element in self.root.iter("text")]
        groups = [(g.attrib["style"], [c.attrib for c in g.iter("circle")]) for g in self.root.iter("g")]
        dots = [
            {**c, "style": style} for style, circles in groups if "transparent" not in style for c in circles
        ]
        self.dots = sorted(dots, key=lambda dot: (self._chart(dot), float(dot["cx"])))
        self.marked = [dot for dot in self.dots if float(dot["r"]) > 2]
        self.titles = [element.text for element in self.root.iter("title")]
        paths = [element.attrib for element in self.root.iter("path")]
        self.crosses = [p for p in paths if p.get("class") == "cross"]
        self.dashed = [p for p in paths if "dasharray" in p["style"]]
        self.line = next((p["d"] for p in paths if "encdec-accent" in p["style"]), "")

    def _chart(self, dot: dict[str, str]) -> int:
        """Which chart it lies in, from 0."""
        return int(float(dot["cy"]) // 54)


def test_all_charts_stand_one_under_the_other_in_the_room_that_there_is() -> None:
    read = Read(curves(axis(), [PARAMETERS, MEMORY, PARAMETERS, MEMORY]))
    assert int(read.root.attrib["width"]) == WIDTH <= 236
    assert int(read.root.attrib["height"]) <= 230
    assert len(read.dots) == 20
    heights = [float(dot["cy"]) for dot in read.dots]
    assert all(max(heights[i : i + 5]) < min(heights[i + 5 : i + 10]) for i in (0, 5, 10))


def test_it_says_in_words_what_it_shows() -> None:
    read = Read(curves(axis(impossible=[4]), [PARAMETERS, MEMORY]))
    assert read.root.attrib["role"] == "img"
    assert read.label == (
        "filters is 4; shown from 1 to 16. "
        "parameters: 10 at 1, 160 now, at 4, 2.56 k at 16. "
        "memory (estimate): ≈ 1 MB at 1, ≈ 3 MB now, at 4, ≈ 5 MB at 16. "
        "Not possible: 16."
    )


def test_names_numbers_and_ends_are_written() -> None:
    texts = Read(curves(axis(), [PARAMETERS, MEMORY])).texts
    assert texts == [
        "parameters",
        "160",
        "2.56 k",
        "0",
        "memory (estimate)",
        "≈ 3 MB",
        "5 MB",
        "0",
        "4",
        "1",
        "16",
    ]


def test_the_current_value_is_marked_by_a_larger_filled_dot_and_a_line() -> None:
    read = Read(curves(axis(current=1), [PARAMETERS, MEMORY]))
    assert [float(dot["cx"]) for dot in read.marked] == [float(read.dots[1]["cx"])] * 2
    others = {dot["style"] for dot in read.dots if dot not in read.marked}
    assert not others & {dot["style"] for dot in read.marked}
    assert [float(path["d"][1:].split()[0]) for path in read.dashed] == [float(read.dots[1]["cx"])] * 2


def test_the_scale_begins_at_0_and_ends_at_the_greatest_value() -> None:
    dots = Read(curves(axis(), [Curve(title="n", values=(0, 5, 10, 5, 0), text=count_text)])).dots
    heights = [float(dot["cy"]) for dot in dots]
    assert heights[1] - heights[2] == pytest.approx(heights[0] - heights[1])
    assert heights[2] == min(heights)
    flat = Read(curves(axis(), [Curve(title="n", values=(0,) * 5, text=count_text)])).dots
    assert {dot["cy"] for dot in flat} == {dots[0]["cy"]}


def test_a_line_leaps_over_nothing() -> None:
    whole = Read(curves(axis(), [PARAMETERS])).line
    assert (whole.count("M"), whole.count("L")) == (1, 4)
    gap = Curve(title="n", values=(1, 2, None, 4, 5), text=count_text)
    split = Read(curves(axis(current=0, impossible=[2]), [gap]))
    assert (split.line.count("M"), split.line.count("L")) == (2, 2)
    assert len(split.dots) == 4
    assert len(split.crosses) == 1
    assert "filters 4: not possible" in split.titles


def test_what_lies_between_no_values_is_not_joined() -> None:
    read = Read(
        curves(axis(["relu", "gelu", None], 0), [Curve(title="n", values=(1, 2, 3), text=count_text)])
    )
    assert "L" not in read.line
    assert read.line.count("V") == 3


@pytest.mark.parametrize(
    ("more", "said"), [({}, "not known"), ({"pending": [2]}, "…"), ({"impossible": [2]}, "not possible")]
)
def test_a_current_value_without_a_number_says_why(more: dict[str, Any], said: str) -> None:
    curve = Curve(title="n", values=(None,) * 5, text=count_text)
    read = Read(curves(axis(**more), [curve]))
    assert read.texts[:2] == ["n", said]
    assert f"n: {said}." in read.label
    assert not read.dots


def test_what_is_known_and_no_number_is_told_in_words() -> None:
    curve = Curve(
        title="field", values=(1, 2, None, None, None), text=count_text, instead={2: "all", 3: "all"}
    )
    read = Read(curves(axis(), [curve]))
    assert read.texts[:2] == ["field", "all"]
    assert "field: 1 at 1, all now, at 4, all at 8." in read.label
    assert len(read.dots) == 2


def test_a_table_says_every_value() -> None:
    curve = Curve(title="field", values=(1, None, None, None, None), text=count_text, instead={1: "all"})
    text = values_table(axis(current=1, impossible=[3], pending=[4]), [MEMORY, curve])
    root = ET.fromstring(text)
    assert root.tag == "details"
    assert [summary.text for summary in root.iter("summary")] == ["All values as a table"]
    rows = [[cell.text for cell in row] for row in root.iter("tr")]
    assert rows == [
        ["filters", "memory", "field"],
        ["1", "≈ 1 MB", "1"],
        ["2, now", "≈ 2 MB", "all"],
        ["4", "≈ 3 MB", "not known"],
        ["8", "≈ 4 MB", "not possible"],
        ["16", "≈ 5 MB", "…"],
    ]
    heads = [(cell.text, cell.attrib["scope"]) for cell in root.iter("th")]
    assert heads[:3] == [("filters", "col"), ("memory", "col"), ("field", "col")]
    assert {scope for _, scope in heads[3:]} == {"row"}


def test_every_point_tells_its_number_under_the_mouse() -> None:
    titles = Read(curves(axis(), [PARAMETERS])).titles
    assert titles[0] == "filters 1: 10, parameters"
    assert len(titles) == 5


def test_texts_are_no_markup() -> None:
    evil = "<img src=x onerror=alert(1)>"
    curve = Curve(title=evil, values=(1, 2), text=lambda value: f"{value} {evil}")
    text = curves(Axis(title=evil, values=(evil, '"'), current=0, impossible=[1]), [curve])
    assert "<img" not in text + values_table(Axis(title=evil, values=(evil, '"'), current=0), [curve])
    assert evil in Read(text).label


def test_its_colours_are_those_of_the_theme() -> None:
    text = curves(axis(), [PARAMETERS])
    assert "var(--encdec-text" in text
    assert not re.search(r"(fill|stroke):#", text)


@settings(deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20, unique=True))
def test_larger_values_lie_further_right(numbers: list[float]) -> None:
    places = axis(sorted(numbers), 0).places()
    assert places == sorted(places)
    assert all(-1e-9 <= place <= 1 + 1e-9 for place in places)


def test_numbers_lie_to_scale() -> None:
    assert axis((0, 1, 3, 7, 10)).places() == pytest.approx([0, 0.1, 0.3, 0.7, 1])
    assert axis((1, 2, 3, 4, 5)).places() == pytest.approx([0, 0.25, 0.5, 0.75, 1])
    assert axis((False, True), 0).places() == [0, 1]
    assert axis((3,), 0).places() == [0.5]


def test_labels_of_the_axis_do_not_overlap() -> None:
    names = ("a_very_long_activation", "b", "c", "another_long_activation")
    texts = Read(curves(axis(names, 1), [Curve(title="n", values=(1,) * 4, text=count_text)])).texts[4:]
    assert texts == ["b", "another_long_…"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "on"), (False, "off"), (None, "none"), (2.4, "2.4"), (128, "128"), ("relu", "relu")],
)
def test_values_are_written_for_people(value: Any, text: str) -> None:
    assert value_text(value) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (12_345, "12.3 kB"),
        (12_345_678, "12.3 MB"),
        (3e12, "3 TB"),
    ],
)
def test_bytes_are_written_in_decimal_units(count: float, text: str) -> None:
    assert bytes_text(count) == text


def test_each_value_can_be_read() -> None:
    seen = Curve(title="sees", values=(1, None, 3, None, 5), text=str, instead={1: "whole image"})
    shown = axis(impossible=[3], pending=[4])
    told = readings(shown, [seen])
    assert told[0] == f"filters {shown.values[0]}: sees 1"
    assert told[1].endswith("sees whole image")
    assert told[3].endswith("not possible")
    assert told[4].endswith("being computed")
    places = places_of(shown)
    assert len(places) == len(told)
    assert all(0 <= place <= WIDTH for place in places)
