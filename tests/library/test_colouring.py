import itertools
import math
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.figures import as_plotly, scene
from encdec_widgets.figures.charts.bars import Bar, bars
from encdec_widgets.figures.colour_scale import STEPS, Colouring, half_text, luminance, scale_colour
from encdec_widgets.formatting import count_text, quantity_text

BLOCKS = Design(UNet(filters=4, down_blocks=3, up_blocks=3), (64, 64, 1)).build().blocks
MEASURED = {name: float(place) for place, name in enumerate(BLOCKS) if place}  # the input has none
TIME = Colouring("time", "ms", MEASURED)
NUMBERS = st.floats(-1e12, 1e12)


def test_more_is_lighter_all_the_way() -> None:
    steps = Colouring("time", "ms", {str(step): step / 100 for step in range(101)})
    lightness = [luminance(scale_colour(steps.step(str(step)))) for step in range(101)]
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
        assert re.fullmatch("#[0-9a-f]{6}", scale_colour(colouring.step(name)))
    ordered = sorted(values, key=values.__getitem__)
    lightness = [luminance(scale_colour(colouring.step(name))) for name in ordered]
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


def test_those_that_have_half_are_named_or_counted() -> None:
    few = Colouring("parameters", "", {"a": 6, "b": 1, "c": 1}, adds_up=True)
    assert half_text(few, {"a": "enc5", "b": "b", "c": "c"}) == "75 % of it in enc5"
    many = Colouring("parameters", "", dict.fromkeys("abcdefghijkl", 1), adds_up=True)
    assert (
        half_text(many, dict(zip(many.values, many.values, strict=True))) == "100 % of it in 12 of 12 blocks"
    )
    assert half_text(few, {}) == ""


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
    boxes = scene(BLOCKS, colouring=TIME).boxes
    for name, box in boxes.items():
        assert box.fill == TIME.step(name)
        assert box.hollow == (name not in MEASURED), "an empty face tells it as well"
    fills = [boxes[name].fill for name in sorted(MEASURED, key=MEASURED.__getitem__)]
    steps = [int(fill.removeprefix("value ")) for fill in fills]
    assert steps == sorted(steps)
    assert (steps[0], steps[-1]) == (int(12 * 1 / len(MEASURED)), 11)


def test_values_are_written_above_the_boxes_and_what_changed_is_still_told() -> None:
    drawn = scene(BLOCKS, changed={"stack0_enc1": "×2"}, colouring=TIME)
    words = [text.text for text in drawn.texts]
    for name, value in MEASURED.items():
        assert f"{value:g} ms" in words
        assert f"<b>time {value:g} ms</b>" in drawn.boxes[name].hover
    first = next(iter(BLOCKS))
    assert drawn.boxes[first].hover.endswith("<b>no time</b>")
    assert drawn.boxes["stack0_enc1"].hover.endswith("<b>×2</b>")


def test_the_scale_shows_its_ends_what_it_counts_and_what_has_no_value() -> None:
    words = [text.text for text in scene(BLOCKS, colouring=TIME).texts]
    assert {"0", f"{max(MEASURED.values()):g} ms", "Time", "empty boxes: no time"} <= set(words)
    counts = Colouring("parameters", "", dict.fromkeys(BLOCKS, 13888), count_text, adds_up=True)
    words = [text.text for text in scene(BLOCKS, colouring=counts).texts]
    assert "13.9 k" in words
    assert any("of it in" in word for word in words)


def test_the_picture_of_a_scale_has_the_colours_of_the_scale() -> None:
    colours = [scale_colour(f"value {step}") for step in range(STEPS)]
    lightness = [luminance(colour) for colour in colours]
    assert lightness == sorted(lightness)
    assert (colours[0], colours[-1]) == ("#440154", "#fde725")


def test_blocks_that_are_not_in_the_picture_have_no_say_but_on_the_scale() -> None:
    more = Colouring("time", "ms", {**MEASURED, "gone": 1.0})
    assert scene(BLOCKS, colouring=more) == scene(BLOCKS, colouring=TIME)


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


def test_texts_of_bars_stay_text() -> None:
    bad = '<img src="x">&"'
    coloured = scene(BLOCKS, colouring=Colouring(bad, bad, {"stack0_enc1": 1.0}, lambda _: bad))
    for text in (bars([Bar(bad, 1.0, bad)], bad), str(as_plotly(coloured))):
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
    with pytest.raises(
        ValueError, match="'enc0' is to have the colour 'red;color:blue'; it takes one of page"
    ):
        Bar("enc0", 1.0, role="red;color:blue")
    assert "background:var(--encdec-decoder, #B3590A)" in bars([Bar("enc0", 1.0, role="decoder")], "ms")
