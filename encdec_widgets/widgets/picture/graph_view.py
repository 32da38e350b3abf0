"""The picture of the network, as one plotly FigureWidget that is updated in place."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from encdec_widgets.figures.as_plotly import FIXED_LAYOUT, as_plotly
from encdec_widgets.figures.palette import LIGHT, Palette
from encdec_widgets.figures.parts import Scene
from encdec_widgets.widgets.base import stock as widgets

if TYPE_CHECKING:
    from encdec_widgets.widgets.base.plotly_private import FigureWidget


class GraphView(widgets.VBox):
    """A scene, as :func:`encdec_widgets.figures.as_plotly` draws it.

    A FigureWidget is never freed and costs 5 MB of JavaScript, so there is one for the life of the view.

    Attributes:
        figure: The FigureWidget; None until the first picture.
    """

    def __init__(self, *, over: widgets.Widget | None = None) -> None:
        """Make an empty box for a picture.

        Args:
            over: What lies over the picture, if anything: it takes the clicks.
        """
        self._over = () if over is None else (over,)
        self.figure: FigureWidget | None = None
        self._shown: dict[str, Any] | None = None
        super().__init__()
        self.add_class("encdec-picture")

    def show(self, scene: Scene, palette: Palette = LIGHT) -> None:
        """Draw ``scene`` instead; a person's zoom stays as long as the canvas has the same size."""
        picture = as_plotly(scene, palette)
        before, self._shown = self._shown, None  # an interrupt leaves something between the two
        if self.figure is None:
            self.figure = _figure_widget(picture)
            self.figure.on_missed(self._draw_again)
            self.children = (self.figure, *self._over)
        else:
            _update(self.figure, before, picture)
        self._shown = picture

    def _draw_again(self) -> None:
        """Tell the page all of the picture: it has missed a change."""
        if self.figure is not None and self._shown is not None:
            _update(self.figure, None, self._shown)


def _figure_widget(picture: dict[str, Any]) -> "FigureWidget":
    # Here, so that the rest of the screen does not wait for plotly.
    from encdec_widgets.widgets.base.plotly_private import FigureWidget

    layout = {**FIXED_LAYOUT, **picture["layout"], "autosize": True}
    figure = FigureWidget(data=picture["data"], layout=layout)
    # plotly would offer to upload the figure, and remember the size of a hidden tab.
    figure.set_options(
        showSendToCloud=False,
        displaylogo=False,
        responsive=True,
        # The layer over the picture has its own, which the keyboard reaches and which know the present picture.
        displayModeBar=False,
        doubleClick=False,
        scrollZoom=False,
    )
    return figure


def _update(figure: "FigureWidget", old: dict[str, Any] | None, new: dict[str, Any]) -> None:
    """Send what changed, and no more: the page answers each trace that it gets with all of its defaults.

    Where it is not known what the page shows, all is sent.
    """
    was = old or {"data": [{} for _ in new["data"]], "layout": {}}
    traces = {
        number: changes
        for number, (before, after) in enumerate(zip(was["data"], new["data"], strict=True))
        if (changes := dict(_changes(before, after)))
    }
    figure.change(traces, dict(_changes(was["layout"], new["layout"])))


def _changes(old: Any, new: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """The values that differ, by their paths."""
    for key, value in new.items():
        before = old.get(key)
        if key in ("shapes", "images"):
            for number, part in enumerate(value):
                yield from _changes(before[number] if before else {}, part, f"{key}[{number}].")
        elif isinstance(value, Mapping):
            yield from _changes(before or {}, value, f"{path}{key}.")
        elif before != value:
            yield f"{path}{key}", value
