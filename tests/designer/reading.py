"""A designer as a person reads it: its controls, its words, its picture."""

import re
from collections.abc import Iterator
from typing import Any

import ipywidgets as widgets

from encdec_widgets import Design, Designer
from encdec_widgets.architectures import UNet

SMALL = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (64, 64, 1))


def walk(widget: widgets.Widget) -> Iterator[widgets.Widget]:
    yield widget
    for child in getattr(widget, "children", ()):
        yield from walk(child)


def control(designer: widgets.Widget, label: str) -> widgets.Widget:
    return next(widget for widget in walk(designer) if getattr(widget, "description", None) == label)


def text_of(designer: Designer) -> str:
    return "\n".join(widget.value for widget in walk(designer) if isinstance(widget, widgets.HTML))


def mends(designer: Designer) -> list[widgets.Button]:
    """The buttons that mend what was asked for in vain; checks have some of their own."""
    return list(designer.problems.buttons)


def drawn_channels(designer: Designer) -> list[int]:
    figure = next(widget for widget in walk(designer) if type(widget).__name__ == "FigureWidget")
    return [int(re.search(r"(\d+) channels", text)[1]) for _, text in figure.data[-1].customdata]


def button(designer: Designer, label: str) -> widgets.Button:
    found = control(designer, label)
    assert isinstance(found, widgets.Button)
    return found


def press(designer: Designer, label: str) -> None:
    assert not button(designer, label).disabled
    button(designer, label).click()


def outlined(designer: Designer) -> list[str]:
    """Names of the boxes that lie in an outline."""
    figure = designer.picture.graph.figure
    outline = next(trace for trace in figure.data if trace.name == "selected")
    points = list(zip(outline.x or (), outline.y or (), strict=True))
    corners = [points[i : i + 5] for i in range(0, len(points), 6)]  # and a gap
    bars = figure.data[-1]
    middles = zip(bars.x, bars.base, bars.y, strict=True)
    return [
        data[0]
        for data, (x, base, height) in zip(bars.customdata, middles, strict=True)
        if any(way[0][0] < x < way[2][0] and way[0][1] < base + height / 2 < way[1][1] for way in corners)
    ]


def block_control(designer: Designer, label: str) -> Any:
    """A control on the block's page; the network's page may have one of the same name."""
    return control(designer.controls.block, label)


def click_box(designer: Designer, name: str) -> None:
    """What the page tells of a click on a box."""
    assert name in [data[0] for data in designer.picture.graph.figure.data[-1].customdata]
    content = {"data": {"method": "custom", "content": {"choose": name}}}
    designer.picture.hands._handle_msg({"content": content, "buffers": []})
