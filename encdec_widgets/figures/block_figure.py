"""The picture of a backbone for plotly: a box for each block or layer, rows by stride, skip connections as level edges.

The figure always has the same traces, so that one FigureWidget can be updated in place as long as it lives. Its colours
stand in ``palette.py``. The page's style sheet sets the colours of text and background, as it knows whether the page is
light or dark.
"""

import html
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from encdec_widgets.figures.colour_scale import NO_VALUE_PATTERN, Colouring, ink
from encdec_widgets.figures.geometry import Box, Point, boxes, mark_point, name_point
from encdec_widgets.figures.hover import hover_text
from encdec_widgets.figures.labels import MARK_SIZE, mark_texts, name_texts, value_texts
from encdec_widgets.figures.outlines import LINES, outlines
from encdec_widgets.figures.palette import BLACK, CLEAR, GREY, INK, MERGES, SHADE, STAGE_COLOURS, WHITE
from encdec_widgets.figures.routes import routes
from encdec_widgets.formatting import size_text, stride_text

if TYPE_CHECKING:
    import networkx as nx

BOXES = "blocks"
"""What the trace of the boxes is called; of all others that can be clicked, each point is a skip connection."""
_TEXT_COLUMNS = 30  # with more boxes there is no room for numbers in them
_MARK_COLUMNS = 16  # with more boxes there is little room for the marks of skips


def block_figure(
    graph: "nx.DiGraph[str]",
    selected: Collection[str] = (),
    marks: Mapping[str, str] | None = None,
    colouring: Colouring | None = None,
    flags: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The figure of a graph of blocks or layers, as plotly's plain data.

    Args:
        graph: What ``backbone.blocks`` is (see :func:`encdec_widgets.networks.graph.block_graph`), or the boxes of
            :func:`encdec_widgets.figures.layers_as_boxes`.
        selected: Names of the nodes to outline.
        marks: A few words to write above a box, such as what changed of it, by the name of the node. A dot is drawn
            where there is no room for them.
        colouring: Values to colour the boxes by, instead of by their stage. They are written above the boxes; marks
            are then shown on hover only.
        flags: Remarks on boxes, shown on hover, by the name of the node. A sign is put before the names of these boxes.

    Returns:
        ``{"data": [...], "layout": {...}}``. The traces are the names, the flow, a line and its marks for each way of
        merging skips, the outlines, the words above the boxes, and the boxes; their number and order never change. The
        ``customdata`` of a box is ``[name, text]``; that of a skip's mark is ``[name of the node that the skip enters,
        text]``.
    """
    places = boxes(graph)
    ways = routes(graph, places)
    marks = {name: mark for name, mark in (marks or {}).items() if mark and name in graph}
    flags = flags or {}
    flow = [ways[source, target] for source, target, edge in graph.edges(data=True) if not edge["skip"]]
    skips: dict[str, list[tuple[str, str]]] = {merge: [] for merge in MERGES}
    for source, target, edge in graph.edges(data=True):
        if edge["skip"]:
            skips[edge["merge"] if edge["merge"] in MERGES else "other"].append((source, target))
    # The style sheet finds the names as the first scatter trace, and the words above the boxes as the last.
    data = [_name_trace(graph, places, selected, flags)]
    data.append(_line_trace("data flow", flow, {"color": GREY, "width": 1.5}))
    for merge, edges in skips.items():
        style = MERGES[merge]
        paths = [ways[edge] for edge in edges]
        line = {"color": style.colour, "width": 2, "dash": style.dash}
        data.append(_line_trace(f"skip, {merge} ({style.sign})", paths, line))
        data.append(_skip_mark_trace(graph, merge, edges, paths))
    # Lines, not shapes: plotly keeps old shapes on the page when there are fewer than before.
    around = outlines(places, selected)
    for name, (colour, width) in LINES.items():
        line = {"color": colour, "width": width}
        data.append({**_line_trace(name, around, line), "showlegend": False})
    data.append(_mark_trace(graph, places, marks, colouring))
    data.append(_box_trace(graph, places, marks, colouring, flags))
    return {"data": data, "layout": _layout(graph)}


def _line_trace(name: str, paths: list[list[Point]], line: dict[str, Any]) -> dict[str, Any]:
    """A trace that draws all paths as one line with gaps."""
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": [x for path in paths for x in (*(point[0] for point in path), None)],
        "y": [y for path in paths for y in (*(point[1] for point in path), None)],
        "line": line,
        "hoverinfo": "skip",
        "showlegend": bool(paths),
    }


def _skip_mark_trace(
    graph: "nx.DiGraph[str]", merge: str, edges: list[tuple[str, str]], paths: list[list[Point]]
) -> dict[str, Any]:
    """A mark on each skip connection, which shows how it joins and has its facts on hover."""
    style = MERGES[merge]
    blocks = graph.number_of_nodes()
    size, text_size = (15, 10) if blocks <= _MARK_COLUMNS else (11, 8) if blocks <= _TEXT_COLUMNS else (7, 1)
    return {
        "type": "scatter",
        "mode": "markers+text",
        "name": merge,
        "x": [path[-2][0] for path in paths],
        "y": [path[-2][1] for path in paths],
        "marker": {
            "size": size,
            "symbol": style.symbol,
            "color": style.colour,
            "opacity": 1,
        },
        "text": [style.sign] * len(edges),
        "textposition": "middle center",
        "textfont": {"color": WHITE, "size": text_size},
        "customdata": [[target, _skip_text(graph, source, target, merge)] for source, target in edges],
        "hovertemplate": "%{customdata[1]}<extra></extra>",
        "showlegend": False,
    }


def _skip_text(graph: "nx.DiGraph[str]", source: str, target: str, merge: str) -> str:
    labels = (html.escape(graph.nodes[name]["label"]) for name in (source, target))
    return (
        f"<b>skip connection, {merge}</b><br>{' to '.join(labels)}<br>"
        f"{graph.nodes[source]['channels']} channels at stride {stride_text(graph.nodes[source]['strides'])}"
    )


def _name_trace(
    graph: "nx.DiGraph[str]", places: Mapping[str, Box], selected: Collection[str], flags: Collection[str]
) -> dict[str, Any]:
    """The names under the boxes, where there is room for them."""
    points = [name_point(place) for place in places.values()]
    texts, size = name_texts(graph, selected, flags)
    return {
        "type": "scatter",
        "mode": "text",
        "name": "names",
        "x": [x for x, _ in points],
        "y": [y for _, y in points],
        "text": texts,
        "textposition": "bottom center",
        "textfont": {"size": size},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _mark_trace(
    graph: "nx.DiGraph[str]",
    places: Mapping[str, Box],
    marks: Mapping[str, str],
    colouring: Colouring | None,
) -> dict[str, Any]:
    """The words above the boxes. A box without words has an empty text, as plotly leaves out a trace without points."""
    points = [mark_point(place) for place in places.values()]
    if colouring is None:
        texts, size = mark_texts(graph, marks), MARK_SIZE
    else:
        ways = ([colouring.written(name, unit=unit) for name in graph] for unit in (True, False))
        texts, size = value_texts(graph, *ways)
    return {
        "type": "scatter",
        "mode": "text",
        "name": "marks",
        "x": [x for x, _ in points],
        "y": [y for _, y in points],
        "text": texts,
        "textposition": "top center",
        "textfont": {"size": size},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _box_trace(
    graph: "nx.DiGraph[str]",
    places: Mapping[str, Box],
    marks: Mapping[str, str],
    colouring: Colouring | None,
    flags: Mapping[str, str],
) -> dict[str, Any]:
    nodes = [(name, graph.nodes[name]) for name in graph]
    trace: dict[str, Any] = {
        "type": "bar",
        "name": BOXES,
        "x": [places[name].x for name, _ in nodes],
        "base": [places[name].bottom for name, _ in nodes],
        "y": [places[name].height for name, _ in nodes],
        "width": [places[name].width for name, _ in nodes],
        "marker": {
            "color": [STAGE_COLOURS[data["stage"]] for _, data in nodes],
            "pattern": {
                "shape": [_pattern(data) for _, data in nodes],
                "fillmode": "overlay",
                "fgcolor": BLACK,
                "fgopacity": 0.22,
                "size": 6,
                "solidity": 0.25,
            },
            "line": {"width": 0},
        },
        "text": [f"<b>{data['channels']}</b>" if len(nodes) <= _TEXT_COLUMNS else "" for _, data in nodes],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "constraintext": "inside",
        "textfont": {"color": BLACK, "size": 12},
        "customdata": [
            [
                name,
                hover_text(
                    data, colouring.said(name) if colouring else "", marks.get(name, ""), flags.get(name, "")
                ),
            ]
            for name, data in nodes
        ],
        "hovertemplate": "%{customdata[1]}<extra></extra>",
        "showlegend": False,
    }
    if colouring is not None:
        colours = [colouring.colour(name) for name in graph]
        trace["marker"]["color"] = colours
        # One end of the scale is near the colour of a light page, the other near that of a dark one.
        trace["marker"]["line"] = {"width": 1, "color": GREY}
        # Only boxes without a value are hatched now, so that nothing darkens the colour of a value.
        trace["marker"]["pattern"]["shape"] = [
            "" if name in colouring.values else NO_VALUE_PATTERN for name in graph
        ]
        trace["textfont"]["color"] = [ink(colour) for colour in colours]
    return trace


def _pattern(data: dict[str, Any]) -> str:
    """A hatch for blocks without parameters, which only pool or pass on their input."""
    return "" if data["parameters"] or data["stage"] == "input" else "/"


def _layout(graph: "nx.DiGraph[str]") -> dict[str, Any]:
    rows: dict[int, dict[str, Any]] = {}
    for _, data in graph.nodes(data=True):
        if data["row"] is not None:
            rows.setdefault(data["row"], data)
    count = max(len(rows), 1)
    columns = graph.number_of_nodes()
    return {
        "xaxis": {"visible": False, "range": [-0.65, columns - 0.35], "fixedrange": False},
        "yaxis": {
            "range": [-(count - 1) - 0.55, 0.66],
            "tickvals": [-row for row in rows],
            "ticktext": [
                f"<b>stride {stride_text(data['strides'])}</b><br>{size_text(data['shape'], data['strides'])}"
                for data in rows.values()
            ],
            "showgrid": False,
            "zeroline": False,
        },
        # Every second row is shaded, faintly enough for a light and a dark page alike.
        "shapes": [
            {
                "type": "rect",
                "layer": "below",
                "xref": "paper",
                "yref": "y",
                "x0": 0,
                "x1": 1,
                "y0": -row - 0.5,
                "y1": -row + 0.5,
                "fillcolor": SHADE,
                "line": {"width": 0},
            }
            for row in range(0, count, 2)
        ],
    }


FIXED_LAYOUT: dict[str, Any] = {
    "barmode": "overlay",
    "paper_bgcolor": CLEAR,
    "plot_bgcolor": CLEAR,
    "margin": {"l": 86, "r": 8, "t": 8, "b": 34},
    "legend": {
        "orientation": "h",
        "x": 0,
        "y": -0.01,
        "yanchor": "top",
        "itemclick": False,
        "itemdoubleclick": False,
    },
    "hoverlabel": {"bgcolor": INK, "font": {"color": WHITE}, "align": "left"},
    "hovermode": "closest",
    "dragmode": "pan",
    "font": {"size": 12},
}
