"""A scene as plotly's plain data, with the same traces and shapes whatever the network.

So one FigureWidget can be updated in place as long as it lives: plotly keeps old shapes on the page when there are
fewer than before. What is filled is drawn by shapes, one for each colour: a filled trace that is panned out of sight
and then changed stays away until the page is loaded again. Bars without a colour lie on the boxes and take clicks.
"""

import html
from collections.abc import Callable, Iterable
from typing import Any

from encdec_widgets.figures.box_pictures import pictures_url
from encdec_widgets.figures.colour_scale import STEPS
from encdec_widgets.figures.palette import CLEAR, LIGHT, Palette
from encdec_widgets.figures.parts import Point, Rect, Scene
from encdec_widgets.figures.shading import (
    DARKER,
    DASHES,
    EMPTY,
    LIGHTER,
    Shade,
    colour_of,
    edge_of,
    faces,
    frame,
    sides,
    tops,
)
from encdec_widgets.figures.stages import NAMES

_STAGES = (*NAMES, "input")
_FILLS = max(len(_STAGES), STEPS) + 1
_NOTHING = "M0 0Z"
BOXES = "blocks"
"""The trace of the boxes; in all others with ``customdata``, each point is one of a skip connection."""
_ALIGNED = {"start": "right", "middle": "center", "end": "left"}

FIXED_LAYOUT: dict[str, Any] = {
    "template": "none",  # nothing here has a colour or font of plotly's own, which take as long to make as the rest
    "barmode": "overlay",
    "paper_bgcolor": CLEAR,
    "plot_bgcolor": CLEAR,
    "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
    "showlegend": False,
    "hovermode": "closest",
    "hoverdistance": 4,  # px: what is told is what lies under the pointer
    "clickanywhere": True,  # what is clicked is found by the layer over the picture
    "dragmode": "pan",
}
"""What a figure's layout has whatever it shows."""


def as_plotly(scene: Scene, palette: Palette = LIGHT) -> dict[str, Any]:
    """A scene as a figure.

    Args:
        scene: What :func:`encdec_widgets.figures.scene.scene` returns.
        palette: The colours.

    Returns:
        ``{"data": [...], "layout": {...}}``. The ``customdata`` of the boxes, in the trace "blocks", is ``[name,
        text]``. Traces of skips are named by their kind: "concatenation", "addition", "other" and, for skips that are
        not made, "possible"; the ``customdata`` of a mark is ``[name of the node that it enters, text]``, that of a
        line the name alone. The outlines of boxes before an edit are not in it: they are seen for a moment, and the
        layer over the picture draws them.

    Example:
        >>> from encdec_widgets import preset
        >>> from encdec_widgets.figures.scene import scene
        >>> figure = as_plotly(scene(preset("SLEAP centroid").build().blocks))
        >>> [trace["name"] for trace in figure["data"]][-3:]
        ['texts', 'selected', 'blocks']
    """
    data = [
        *(_lines(scene, kind, palette) for kind in DASHES),
        *(_marks(scene, kind, palette) for kind in DASHES if kind != "flow"),
        _texts(scene, palette),
        _paths(
            "selected",
            map(frame, scene.outlines),
            {"color": palette.accent, "width": 2},
        ),
        _boxes(scene),
    ]
    axis = {"visible": False, "fixedrange": False}
    layout = {
        "xaxis": {**axis, "range": [0, scene.width]},
        "yaxis": {**axis, "range": [-scene.height, 0]},
        "shapes": _shapes(scene, palette),
        "images": [_pictures(scene)],
        "hoverlabel": {"bgcolor": palette.text, "font": {"color": palette.page}, "align": "left"},
    }
    return {"data": data, "layout": layout}


def _pictures(scene: Scene) -> dict[str, Any]:
    """One image as large as the canvas for the pictures in all boxes, however many there are."""
    return {
        "source": pictures_url(scene),
        "xref": "x",
        "yref": "y",
        "x": 0,
        "y": 0,
        "sizex": scene.width,
        "sizey": scene.height,
        "sizing": "stretch",
        "layer": "above",
    }


def _shapes(scene: Scene, palette: Palette) -> list[dict[str, Any]]:
    """Everything that is filled, and the lines between rows; the first ones lie below the others."""
    boxes = list(scene.boxes.values())
    areas: dict[str, list[Iterable[Point]]] = {}
    for box in boxes:
        areas.setdefault(box.fill, []).append(faces(box))
    for swatch in scene.swatches:
        areas.setdefault(swatch.fill, []).append(frame(swatch.rect)[:4])
    valued = any(fill.startswith("value") or fill == "no value" for fill in areas)
    fills = (*(f"value {step}" for step in range(STEPS)), "no value") if valued else _STAGES
    rules = [[(start, y), (end, y)] for y, start, end in scene.rules]
    return [
        {
            **_shape(_path(rules, close=False), CLEAR),
            "line": {"color": palette.divider, "width": 1},
        },
        *(
            _shape(_path(areas.get(fill, ())), colour_of(fill, palette), edge_of(fill, palette))
            for fill in fills
        ),
        *(_shape(_NOTHING, CLEAR) for _ in range(_FILLS - len(fills))),
        _shaded(map(tops, boxes), LIGHTER),
        _shaded(map(sides, boxes), DARKER),
        _shaded((EMPTY.inside(box) for box in boxes if box.hollow), Shade(palette.page, EMPTY.opacity)),
        *(
            _shape(
                _path(line.head for line in scene.lines if line.kind == kind and line.head),
                colour_of(look.role, palette),
            )
            for kind, look in DASHES.items()
        ),
    ]


def _shape(path: str, colour: str, edge: str = "") -> dict[str, Any]:
    return {
        "type": "path",
        "path": path,
        "fillcolor": colour,
        "opacity": 1,
        "layer": "below",
        "line": {"color": edge or CLEAR, "width": int(bool(edge))},
    }


def _shaded(areas: Iterable[Iterable[Point]], shade: Shade) -> dict[str, Any]:
    return {**_shape(_path(areas), shade.colour), "opacity": shade.opacity}


def _path(areas: Iterable[Iterable[Point]], *, close: bool = True) -> str:
    end = "Z" if close else ""
    return (
        "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + end for points in areas) or _NOTHING
    )


def _paths(name: str, paths: Iterable[Iterable[Point]], line: dict[str, Any]) -> dict[str, Any]:
    """A trace that draws all paths as one line with gaps."""
    points = [point for path in paths for point in (*path, (None, None))]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": _rounded(x for x, _ in points),
        "y": _rounded(y for _, y in points),
        "line": line,
        "hoverinfo": "skip",
    }


def _lines(scene: Scene, kind: str, palette: Palette) -> dict[str, Any]:
    """All lines of a kind; those of skips say which block they enter."""
    look = DASHES[kind]
    lines = [line for line in scene.lines if line.kind == kind]
    style = {"color": colour_of(look.role, palette), "width": look.width, "dash": look.dash}
    if kind == "flow":
        return _paths("flow", (line.points for line in lines), style)
    return {
        **_paths(kind, (line.points for line in lines), style),
        "customdata": [entry for line in lines for entry in ([[line.target]] * len(line.points) + [[""]])],
    }


def _rounded(lengths: Iterable[float | None]) -> list[Any]:
    """Lengths as they are sent: a tenth of a px is less than anybody sees."""
    return [None if length is None else round(length, 1) for length in lengths]


def _marks(scene: Scene, kind: str, palette: Palette) -> dict[str, Any]:
    marks = [mark for mark in scene.marks if mark.kind == kind]
    colour = colour_of(DASHES[kind].role, palette)
    return {
        "type": "scatter",
        "mode": "markers+text",
        "name": kind,
        "x": _rounded(mark.x for mark in marks),
        "y": _rounded(mark.y for mark in marks),
        "marker": {
            "size": 2 * max((mark.radius for mark in marks), default=1),
            "symbol": "circle",
            "color": palette.page,
            "opacity": 1,
            "line": {"color": colour, "width": 1.5},
        },
        "text": [mark.sign or " " for mark in marks],
        "textposition": "middle center",
        "textfont": {"color": colour, "size": 11, "weight": 600},
        "customdata": [[mark.target, mark.hover] for mark in marks],
        "hovertemplate": "%{customdata[1]}<extra></extra>",
    }


def _texts(scene: Scene, palette: Palette) -> dict[str, Any]:
    texts = (*scene.texts, *scene.chips)
    return {
        "type": "scatter",
        "mode": "text",
        "name": "texts",
        "x": _rounded(text.x for text in texts),
        "y": _rounded(text.y for text in texts),
        "text": [html.escape(text.text) for text in texts],
        "textposition": [f"middle {_ALIGNED[text.anchor]}" for text in texts],
        "textfont": {
            "size": [text.size for text in texts],
            "weight": [600 if text.bold else 400 for text in texts],
            "color": [colour_of(text.role, palette) for text in texts],
        },
        "hoverinfo": "skip",
    }


def _boxes(scene: Scene) -> dict[str, Any]:
    """What takes clicks: a bar without a colour on each box."""
    boxes = list(scene.boxes.values())

    def all_of(value: Callable[[Rect], float]) -> list[float]:
        return _rounded(value(box.whole) for box in boxes)

    return {
        "type": "bar",
        "name": BOXES,
        "x": all_of(lambda rect: (rect.left + rect.right) / 2),
        "base": all_of(lambda rect: rect.bottom),
        "y": all_of(lambda rect: rect.top - rect.bottom),
        "width": all_of(lambda rect: rect.right - rect.left),
        "marker": {"color": CLEAR, "line": {"width": 0}},
        "customdata": [[box.name, box.hover] for box in boxes],
        "hovertemplate": "%{customdata[1]}<extra></extra>",
    }
