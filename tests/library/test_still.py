import html
import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encdec_widgets import Design, preset
from encdec_widgets.architectures import StackedHourglass, UNet
from encdec_widgets.figures import block_figure
from encdec_widgets.figures.still import WIDTH, still
from encdec_widgets.widgets.base.fallback import LARGEST_PICTURE, fallback_html
from tests.builds import built

SVG = "{http://www.w3.org/2000/svg}"
DRAWN = {
    SVG + name for name in ("svg", "title", "defs", "pattern", "rect", "path", "circle", "text", "tspan")
}
AXES: dict[str, Any] = {"xaxis": {"range": [0, 4]}, "yaxis": {"range": [-3, 1]}}


def figure(*traces: dict[str, Any], **layout: Any) -> dict[str, Any]:
    return {"data": list(traces), "layout": {**AXES, **layout}}


def names(*texts: str) -> dict[str, Any]:
    place = {"x": list(range(len(texts))), "y": [0] * len(texts)}
    return {"type": "scatter", "mode": "text", "showlegend": False, "text": list(texts), **place}


def drawn(picture: dict[str, Any]) -> ET.Element:
    root = ET.fromstring(still(picture))
    assert {element.tag for element in root.iter()} <= DRAWN
    assert not [
        key for element in root.iter() for key in element.attrib if key.startswith("on") or "href" in key
    ]
    return root


def texts(root: ET.Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SVG}tspan")]


@pytest.mark.parametrize(
    "design",
    [Design(UNet(filters=4), (64, 64, 1)), Design(StackedHourglass(stacks=2, filters=4, stem_filters=2))],
    ids=["concatenation", "addition"],
)
def test_a_network_is_drawn_with_its_blocks_rows_and_skips(design: Design) -> None:
    blocks = design.build().blocks
    root = drawn(block_figure(blocks))
    nodes = [data for _, data in blocks.nodes(data=True)]
    merges = {edge["merge"] for _, _, edge in blocks.edges(data=True) if edge["skip"]}
    for data in nodes:
        assert str(data["channels"]) in texts(root)
        assert data["label"] in texts(root) or len(nodes) > 16
        assert f"stride {data['stride']}" in texts(root)
    assert any(merge in text for merge in merges for text in texts(root))
    assert "data flow" in texts(root)


def test_everything_lies_inside() -> None:
    root = drawn(block_figure(Design(UNet(filters=4), (64, 64, 1)).build().blocks))
    height = float(root.attrib["height"])
    for element in root.iter(f"{SVG}rect"):
        x, y, w, h = (float(element.get(name, 0)) for name in ("x", "y", "width", "height"))
        assert 0 <= x <= x + w <= WIDTH
        assert 0 <= y <= y + h <= height
    for path in root.iter(f"{SVG}path"):
        for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path.attrib["d"]):
            assert 0 <= float(x) <= WIDTH
            assert 0 <= float(y) <= height


def test_where_a_trace_stands_in_the_figure_does_not_matter() -> None:
    picture = block_figure(Design(UNet(filters=4), (64, 64, 1)).build().blocks)
    upside_down = {**picture, "data": picture["data"][::-1]}
    assert sorted(texts(drawn(picture))) == sorted(texts(drawn(upside_down)))
    assert len(list(drawn(picture).iter())) == len(list(drawn(upside_down).iter()))


@given(st.text(max_size=60))
def test_any_text_is_text(text: str) -> None:
    root = drawn(figure(names(html.escape(text))))
    readable = re.sub(
        "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "�", html.unescape(html.escape(text))
    )
    assert texts(root) == ([re.sub("\r\n?", "\n", readable)] if text.strip() else [])


@given(st.text(alphabet="<>&\"'/abr=; \x00\ud800", max_size=30))
def test_whatever_a_text_or_colour_holds_it_stays_a_picture(text: str) -> None:
    bar = {
        "type": "bar",
        "x": [1],
        "y": [1],
        "text": [text],
        "marker": {"color": text, "line": {"width": 1, "color": text}},
    }
    line = {
        "type": "scatter",
        "mode": "lines",
        "name": text,
        "x": [0, 1],
        "y": [0, 0],
        "line": {"color": text, "dash": text},
    }
    drawn(
        figure(
            bar, line, names(text), shapes=[], yaxis={**AXES["yaxis"], "tickvals": [0], "ticktext": [text]}
        )
    )
    page = fallback_html(figure(bar), text)
    assert re.findall(r"<(\w+)", page) == ["div", "style", "p", "strong", "img"]


def test_lines_break_and_are_bold_where_plotly_has_them_so() -> None:
    root = drawn(figure(names("<b>stride 2</b><br>32 × 32")))
    assert texts(root) == ["stride 2", "32 × 32"]
    assert [line.get("font-weight") for line in root.iter(f"{SVG}tspan")] == ["bold", None]


def test_what_is_selected_marked_or_hidden_shows() -> None:
    line = {"width": [0, 3], "color": ["#111111", "#d55e00"]}
    bars = {"type": "bar", "x": [1, 2], "y": [1, 1], "marker": {"color": "#56b4e9", "line": line}}
    strokes = [rect.get("stroke") for rect in drawn(figure(bars)).iter(f"{SVG}rect")][-2:]
    assert strokes == [None, "#d55e00"]
    marks = {"type": "scatter", "mode": "markers", "x": [1, None], "y": [0, 0], "marker": {"size": 9}}
    assert len(list(drawn(figure(marks)).iter(f"{SVG}circle"))) == 1
    assert not list(drawn(figure({**marks, "visible": False})).iter(f"{SVG}circle"))


@pytest.mark.parametrize("name", ["U-Net", "FC-DenseNet103", "Stacked hourglass, 8 stacks"])
def test_what_is_saved_with_a_notebook_is_small(name: str) -> None:
    page = fallback_html(block_figure(built(preset(name)).blocks), name)
    assert "<img" in page
    assert len(page.encode()) < 60_000


def test_a_picture_that_would_be_large_is_left_out() -> None:
    many = names(*["name"] * (LARGEST_PICTURE // 50))
    page = fallback_html(figure(many), "A large network.")
    assert "<img" not in page
    assert "A large network." in page
    assert "Run this cell again" in page
