"""Designs as points, as plotly's plain data: for a notebook without a designer."""

from collections.abc import Sequence
from html import escape
from typing import Any

from encdec_widgets.figures.designs.axis import Axis
from encdec_widgets.figures.designs.cloud import Cloud, Dot
from encdec_widgets.figures.palette import LIGHT, Palette
from encdec_widgets.figures.shading import colour_of

DOMINATED, FRONT, STEPS_OF_FRONT, CURRENT = "dominated", "Pareto front", "between them", "the present design"
_DIMMED = 0.7


def designs_as_plotly(cloud: Cloud, palette: Palette = LIGHT) -> dict[str, Any]:
    """Designs as a figure with axes of its own.

    Args:
        cloud: The designs.
        palette: The colours.

    Returns:
        ``{"data": [...], "layout": {...}}``, as ``plotly.graph_objects.Figure`` takes it. The ``customdata`` of a point
        is ``[name, text]``. Those that are dominated are hollow squares, those on the front filled circles.
    """
    x_axis, y_axis = cloud.x_axis, cloud.y_axis
    front = cloud.front
    others = [dot for dot in cloud.dots if not dot.on_front]
    data = [
        _points(cloud, others, DOMINATED, "square-open", palette),
        {
            "type": "scatter",
            "mode": "lines",
            "name": STEPS_OF_FRONT,
            "x": [x_axis.place(dot.x) for dot in front],
            "y": [y_axis.place(dot.y) for dot in front],
            "line": {
                "color": palette.muted,
                "width": 1.5,
                "shape": "hv" if cloud.x.better == "low" else "vh",
            },
            "hoverinfo": "skip",
            "showlegend": False,
        },
        {
            **_points(cloud, front, FRONT, "circle", palette),
            "mode": "markers+text",
            "text": [escape(dot.label) for dot in front],
            "textposition": "top right",
            "textfont": {"size": 11, "color": palette.muted},
        },
        {
            **_points(cloud, [dot for dot in cloud.dots if dot.current], CURRENT, "square-open", palette),
            "marker": {"symbol": "square-open", "size": 22, "color": palette.accent, "line": {"width": 2}},
        },
    ]
    layout = {
        "template": "none",
        "paper_bgcolor": palette.page,
        "plot_bgcolor": palette.page,
        "font": {"color": palette.text, "size": 12},
        "hovermode": "closest",
        "hoverlabel": {"bgcolor": palette.text, "font": {"color": palette.page}, "align": "left"},
        "xaxis": _axis(x_axis, palette),
        "yaxis": _axis(y_axis, palette),
        "title": {
            "text": "<br>".join(map(escape, cloud.notes)),
            "font": {"size": 13},
            "x": 0,
            "xref": "paper",
        },
        "legend": {"orientation": "h", "x": 0, "y": -0.2},
        "margin": {"l": 80, "r": 24, "t": 30 + 18 * len(cloud.notes), "b": 60},
    }
    return {"data": data, "layout": layout}


def _points(cloud: Cloud, dots: Sequence[Dot], name: str, symbol: str, palette: Palette) -> dict[str, Any]:
    x_axis, y_axis, shades = cloud.x_axis, cloud.y_axis, cloud.shades
    hollow = symbol.endswith("open")
    lines = [*("" if cloud.third is None else f"Colour and size: {cloud.third.title}",)]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [x_axis.place(dot.x) for dot in dots],
        "y": [y_axis.place(dot.y) for dot in dots],
        "customdata": [
            [dot.name, "<br>".join(map(escape, filter(None, (f"{dot.label}", *dot.words, *lines))))]
            for dot in dots
        ],
        "hovertemplate": "%{customdata[1]}<extra></extra>",
        "showlegend": bool(dots),
        "marker": {
            "symbol": symbol,
            "size": [round(shades.side(dot), 1) for dot in dots],
            "color": [colour_of(shades.fill(dot), palette) for dot in dots],
            "opacity": _DIMMED if hollow else 1,
            "line": {"width": 1.5 if hollow else 1, **({} if hollow else {"color": palette.border})},
        },
    }


def _axis(axis: Axis, palette: Palette) -> dict[str, Any]:
    ends = (axis.low, axis.high)
    return {
        "title": {"text": escape(axis.quantity.title)},
        "type": "log" if axis.logarithmic else "linear",
        "range": [axis.scaled(end) for end in ends],
        "tickvals": [axis.place(tick) for tick in axis.ticks],
        "ticktext": [escape(axis.quantity.written(tick)) for tick in axis.ticks],
        "gridcolor": palette.divider,
        "linecolor": palette.border,
        "zeroline": False,
        "automargin": True,
    }
