"""A designer as a person reads it: its controls, its words, its picture."""

from collections.abc import Iterator

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
    return [
        w for w in walk(designer) if isinstance(w, widgets.Button) and (w.tooltip or "").startswith("Mend")
    ]


def drawn_channels(designer: Designer) -> list[int]:
    figure = next(widget for widget in walk(designer) if type(widget).__name__ == "FigureWidget")
    return [int(text.split("<b>")[1].split("</b>")[0]) for text in figure.data[-1].text]
