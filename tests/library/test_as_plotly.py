"""The scene as plotly's plain data."""

from typing import Any

import plotly.graph_objects as go
import pytest

from encdec_widgets import Design, preset
from encdec_widgets.architectures import UNet
from encdec_widgets.figures import as_plotly, scene
from encdec_widgets.figures.colour_scale import STEPS, Colouring
from encdec_widgets.figures.palette import DARK, LIGHT
from encdec_widgets.figures.still import still
from tests.builds import built
from tests.library.drawn_networks import graphs

UNET = Design(UNet(filters=4, down_blocks=3, up_blocks=3), (64, 64, 1))
BLOCKS = UNET.build().blocks


def trace(figure: dict[str, Any], name: str, mode: str = "") -> dict[str, Any]:
    return next(t for t in figure["data"] if t["name"] == name and t.get("mode", "").startswith(mode))


def parts(figure: dict[str, Any]) -> list[Any]:
    """What must be the same of every figure, so that one can be updated to another."""
    return [
        *((item["type"], item["name"], item.get("mode"), sorted(item)) for item in figure["data"]),
        *(sorted(shape) for shape in figure["layout"]["shapes"]),
    ]


def test_every_figure_has_the_same_traces_and_shapes() -> None:
    expected = parts(as_plotly(scene(BLOCKS)))
    for graph in graphs().values():
        names = list(graph)
        colouring = Colouring("time", "ms", dict.fromkeys(names, 1.0))
        for how in (None, colouring):
            figure = as_plotly(
                scene(graph, selected=names[:2], changed={names[1]: "new"}, colouring=how), DARK
            )
            assert parts(figure) == expected


def test_what_has_a_colour_of_a_scale_has_an_edge_that_is_seen_on_the_page_in_both_drawings() -> None:
    """Some colours of a scale are as dark, or as bright, as the page; the palette's border never is."""
    colouring = Colouring("time", "ms", dict.fromkeys(list(BLOCKS), 1.0))
    drawn = scene(BLOCKS, colouring=colouring)
    for palette in (LIGHT, DARK):
        shapes = as_plotly(drawn, palette)["layout"]["shapes"]
        edged = [shape["line"]["width"] for shape in shapes if shape["line"]["color"] == palette.border]
        assert edged == [1] * STEPS
        assert still(drawn, palette).count(f'stroke="{palette.border}"') == len(drawn.boxes)
    stages = as_plotly(scene(BLOCKS))["layout"]["shapes"]
    assert all(shape["line"]["color"] != LIGHT.border for shape in stages)


def test_plotly_takes_every_property() -> None:
    colouring = Colouring("time", "ms", dict.fromkeys(list(BLOCKS)[1:], 1.0))
    for how in (None, colouring):
        picture = as_plotly(scene(BLOCKS, selected=list(BLOCKS)[:2], colouring=how))
        go.Figure(data=picture["data"], layout=picture["layout"])


def test_a_list_of_colours_stands_only_where_plotly_takes_one() -> None:
    """Plotly takes one colour for the texts and for the faces of bars of a whole trace, where they are drawn over."""
    picture = as_plotly(scene(BLOCKS, selected=list(BLOCKS)[:2]))
    for item in picture["data"]:
        assert isinstance(item.get("marker", {}).get("color", ""), str)
        if item["name"] != "texts":
            assert isinstance(item.get("textfont", {}).get("color", ""), str)
    assert "textfont" not in trace(picture, "blocks")


def test_the_mark_and_the_line_of_a_skip_know_the_block_that_it_enters() -> None:
    picture = as_plotly(scene(BLOCKS))
    for mode in ("lines", "markers"):
        told = [entry[0] for entry in trace(picture, "concatenation", mode)["customdata"] if entry[0]]
        assert set(told) == {"stack0_dec2", "stack0_dec1", "stack0_dec0"}
    marks = trace(picture, "concatenation", "markers")["customdata"]
    assert all("skip connection" in text for _, text in marks)
    line = trace(picture, "concatenation", "lines")
    assert len(line["x"]) == len(line["y"]) == len(line["customdata"])


def test_hover_has_every_fact_of_a_block() -> None:
    hover = dict(trace(as_plotly(scene(BLOCKS)), "blocks")["customdata"])["stack0_enc1"]
    for fact in (
        "enc1",
        "SimpleConvBlock",
        "stride 2",
        "32 × 32 px",
        "8 channels",
        "kernel 3 × 3",
        "880 par",
    ):
        assert fact in hover


def test_names_and_remarks_from_outside_stay_text() -> None:
    blocks = BLOCKS.copy()
    bad = '<a href="x">y</a>'
    blocks.nodes["stack0_enc1"].update(label=bad, kind=bad)
    drawn = scene(blocks, selected=["stack0_enc1"], changed={"stack0_enc1": bad}, flags={"stack0_enc1": bad})
    picture = str(as_plotly(drawn))
    assert "<a" not in picture
    assert "&lt;a" in picture


@pytest.mark.parametrize("name", ["U-Net", "FC-DenseNet103"])
def test_the_ranges_are_those_of_the_canvas_whatever_the_network(name: str) -> None:
    layout = as_plotly(scene(built(preset(name)).blocks, width=700, height=500))["layout"]
    assert layout["xaxis"]["range"] == [0, 700]
    assert layout["yaxis"]["range"] == [-500, 0]
