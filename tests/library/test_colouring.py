import itertools
import math
import re
from html.parser import HTMLParser

import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encdec_widgets import Design, preset
from encdec_widgets.architectures import UNet
from encdec_widgets.figures import block_figure
from encdec_widgets.figures.charts.bars import Bar, bars
from encdec_widgets.figures.colour_scale import Colouring, ink, legend, luminance
from encdec_widgets.figures.palette import NO_VALUE
from encdec_widgets.formatting import count_text, quantity_text
from tests.builds import built

BLOCKS = Design(UNet(filters=4, down_blocks=3, up_blocks=3), (64, 64, 1)).build().blocks
MEASURED = {name: float(place) for place, name in enumerate(BLOCKS) if place}  # the input has none
TIME = Colouring("time", "ms", MEASURED)
NUMBERS = st.floats(-1e12, 1e12)


def test_more_is_lighter_all_the_way() -> None:
    steps = Colouring("time", "ms", {str(step): step / 100 for step in range(101)})
    lightness = [luminance(steps.colour(str(step))) for step in range(101)]
    assert lightness == sorted(lightness)
    assert lightness[-1] - lightness[0] > 0.7


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=2), NUMBERS))
def test_every_value_has_a_colour_of_the_scale(values: dict[str, float]) -> None:
    colouring = Colouring("change", "ms", values)
    low, high = colouring.ends
    assert low <= 0 <= high
    for name, value in values.items():
        assert low <= value <= high
        assert re.fullmatch("#[0-9a-f]{6}", colouring.colour(name))
    ordered = sorted(values, key=values.__getitem__)
    lightness = [luminance(colouring.colour(name)) for name in ordered]
    # Parts of a colour are whole numbers, which are rounded one by one.
    assert all(lower <= higher + 0.005 for lower, higher in itertools.pairwise(lightness))


def test_the_scale_begins_at_0_or_at_what_is_negative() -> None:
    assert Colouring("time", "ms", {"a": 3, "b": 4}).ends == (0, 4)
    assert Colouring("change", "ms", {"a": -3, "b": 4}).ends == (-3, 4)
    assert Colouring("time", "ms", {}).ends == (0, 0)


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=2), st.integers(0, 1000), max_size=8))
def test_half_is_held_by_the_largest_blocks(values: dict[str, int]) -> None:
    half = Colouring("parameters", "", values, adds_up=True).half
    total = sum(values.values())
    assert bool(half) == (total > 0)
    assert 2 * sum(values[name] for name in half) >= total
    if half:
        least = min(values[name] for name in half)
        assert set(half) == {name for name, value in values.items() if value >= least}, (
            "equals are named together"
        )
        assert 2 * sum(value for value in values.values() if value > least) < total
    assert Colouring("receptive field", "px", values).half == ()


def test_the_legend_names_those_that_have_half_or_counts_them() -> None:
    few = Colouring("parameters", "", {"a": 6, "b": 1, "c": 1}, adds_up=True)
    assert "75 % of it in &lt;a&gt;" in legend(few, {"a": "<a>", "b": "b", "c": "c"})
    many = Colouring("parameters", "", dict.fromkeys("abcdefghijkl", 1), adds_up=True)
    assert "100 % of it in 12 of 12 blocks" in legend(many, dict(zip(many.values, many.values, strict=True)))
    assert "of it in" not in legend(few)


@settings(deadline=None)
@given(st.integers(0, 0xFFFFFF))
def test_text_in_a_box_has_contrast_on_any_colour(number: int) -> None:
    colour = f"#{number:06x}"
    light, dark = sorted((luminance(colour), luminance(ink(colour))), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_luminance_is_that_of_wcag() -> None:
    assert luminance("#000000") == 0
    assert luminance("#ffffff") == pytest.approx(1)
    # Its well-known grey that is just 4.5 : 1 on white.
    assert 1.05 / (luminance("#767676") + 0.05) == pytest.approx(4.54, abs=0.005)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_not_a_number_is_refused_by_name(value: float) -> None:
    with pytest.raises(ValueError, match=r"time of 'enc1' is (nan|inf) ms; .*finite"):
        Colouring("time", "ms", {"enc0": 1.0, "enc1": value})


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (4.2149, "4.21"), (0.04231, "0.0423"), (-0.5, "−0.5"), (999.6, "1,000"), (12345, "12,300")],
)
def test_quantities_have_three_digits(value: float, text: str) -> None:
    assert quantity_text(value) == text


def test_boxes_are_coloured_by_their_values() -> None:
    figure = block_figure(BLOCKS, colouring=TIME)
    go.Figure(data=figure["data"], layout=figure["layout"])  # plotly validates every property
    trace = figure["data"][-1]
    for name, colour, shape, colour_of_text in zip(
        BLOCKS,
        trace["marker"]["color"],
        trace["marker"]["pattern"]["shape"],
        trace["textfont"]["color"],
        strict=True,
    ):
        assert colour == TIME.colour(name)
        assert (colour == NO_VALUE) == bool(shape) == (name not in MEASURED), "a hatch tells it as well"
        assert colour_of_text == ink(colour)


def test_values_are_written_above_the_boxes_and_marks_are_still_told() -> None:
    figure = block_figure(BLOCKS, (), {"stack0_enc1": "+12.4 k"}, TIME)
    texts = dict(zip(BLOCKS, figure["data"][-2]["text"], strict=True))
    hover = dict(figure["data"][-1]["customdata"])
    for name, value in MEASURED.items():
        assert texts[name] == f"<b>{value:g} ms</b>"
        assert f"<b>time {value:g} ms</b>" in hover[name]
    first = next(iter(BLOCKS))
    assert not texts[first].strip()
    assert texts[first], "plotly would not bring an empty text back"
    assert hover[first].endswith("<b>no time</b>")
    assert hover["stack0_enc1"].endswith("<b>+12.4 k</b>")


def test_where_columns_are_narrow_values_leave_out_their_unit_and_then_themselves() -> None:
    for name, shown in (
        ("FC-DenseNet103", " ms"),
        ("Hourglass (SLEAP)", ""),
        ("Stacked hourglass, 8 stacks", None),
    ):
        blocks = built(preset(name)).blocks
        colouring = Colouring("time", "ms", dict.fromkeys(blocks, 12.34))
        figure = block_figure(blocks, colouring=colouring)
        expected = " " if shown is None else f"<b>12.3{shown}</b>"
        assert set(figure["data"][-2]["text"]) == {expected}
        assert all("time 12.3 ms" in text for _, text in figure["data"][-1]["customdata"])


def test_a_colouring_changes_no_trace_but_boxes_and_marks() -> None:
    plain, coloured = block_figure(BLOCKS), block_figure(BLOCKS, colouring=TIME)
    assert plain["data"][:-2] == coloured["data"][:-2]
    assert plain["layout"] == coloured["layout"]
    assert [list(trace) for trace in plain["data"]] == [list(trace) for trace in coloured["data"]]


def test_blocks_that_are_not_in_the_picture_have_no_say_but_on_the_scale() -> None:
    more = Colouring("time", "ms", {**MEASURED, "gone": 1.0})
    assert block_figure(BLOCKS, colouring=more) == block_figure(BLOCKS, colouring=TIME)


class Read(HTMLParser):
    """Tags and text of a piece of HTML."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.styles: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.styles += [value or "" for name, value in attrs if name == "style"]

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())


def test_the_legend_shows_ends_with_their_unit_and_what_no_value_looks_like() -> None:
    read = Read(legend(Colouring("time", "ms", {"a": 0.5, "b": 4.2149})))
    assert [text for text in read.texts if text] == ["0", "4.21 ms", "no time"]
    assert any("#440154" in style and "#fde725" in style for style in read.styles)
    counts = Read(legend(Colouring("parameters", "", {"a": 13888}, count_text)))
    assert "13.9 k" in counts.texts


def test_texts_of_legend_and_bars_stay_text() -> None:
    bad = '<img src="x">&"'
    for text in (
        legend(Colouring(bad, bad, {bad: 1.0}, lambda _: bad)),
        bars([Bar(bad, 1.0, bad)], bad),
        str(block_figure(BLOCKS, colouring=Colouring(bad, bad, {"stack0_enc1": 1.0}, lambda _: bad))),
    ):
        assert "img" not in Read(text).tags
        assert "&lt;img" in text


def lengths(text: str) -> list[tuple[float, float]]:
    """Left edge and width of each bar, in percent of its cell."""
    found = re.findall(r"left:([\d.]+)%; width:([\d.]+)%", text)
    return [(float(left), float(width)) for left, width in found]


def test_bars_are_rows_of_label_and_value() -> None:
    text = bars([Bar("enc0", 4.5), Bar("remainder", -0.5, "more than the whole"), Bar("whole", 4.0)], "ms")
    read = Read(text)
    assert [text for text in read.texts if text] == [
        "enc0", "4.5 ms", "remainder", "−0.5 ms", "more than the whole", "whole", "4 ms",
    ]  # fmt: skip
    assert read.tags.count("th") == 3
    assert lengths(text) == [(10, 90), (0, 10), (10, 80)]
    assert bars([], "ms") == ""


@settings(deadline=None)
@given(st.lists(NUMBERS, min_size=1, max_size=8))
def test_bars_stay_in_their_cells_and_share_one_scale(values: list[float]) -> None:
    extent = max(0, *values) - min(0, *values)
    for value, (left, width) in zip(
        values, lengths(bars([Bar("a", value) for value in values], "ms")), strict=True
    ):
        assert -0.01 <= left <= left + width <= 100.02
        assert width == pytest.approx(100 * abs(value) / (extent or 1), abs=0.006)


def test_a_bar_refuses_what_it_can_not_draw() -> None:
    with pytest.raises(ValueError, match="'enc0' is to be nan long; it takes a finite number"):
        Bar("enc0", math.nan)
    with pytest.raises(ValueError, match="'enc0' is 'red;color:blue'; write it as '#1f77d0'"):
        Bar("enc0", 1.0, colour="red;color:blue")
    assert "background:#440154" in bars([Bar("enc0", 1.0, colour="#440154")], "ms")
