"""The picture of the network, as one plotly FigureWidget that is updated in place."""

from collections.abc import Iterator, Mapping
from typing import Any

from encdec_widgets.background import Background
from encdec_widgets.figures.as_plotly import BEFORE, FIXED_LAYOUT, as_plotly
from encdec_widgets.figures.palette import LIGHT, Palette
from encdec_widgets.figures.parts import Scene
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.at_rest import AtRest
from encdec_widgets.widgets.base.plotly_private import FigureWidget

_SYNC_AFTER_S = 0.3


class GraphView(widgets.VBox):
    """A scene, as :func:`encdec_widgets.figures.as_plotly` draws it.

    A FigureWidget is never freed and costs 5 MB of JavaScript, so there is one for the life of the view. It is made
    once there is something to draw: a page that is being opened meanwhile would miss what is drawn into an empty one.

    Attributes:
        figure: The FigureWidget; None until the first picture.
    """

    def __init__(self, background: Background | None = None, *, over: widgets.Widget | None = None) -> None:
        """Make an empty box for a picture.

        Args:
            background: What waits for a pause in the edits; the one that all share if left out.
            over: What lies over the picture, if anything: it takes the clicks.
        """
        self._over = () if over is None else (over,)
        self.figure: FigureWidget | None = None
        self._shown: dict[str, Any] | None = None
        # After the last edit: it costs a message as large as the edit's own and some milliseconds.
        self._synced = AtRest(_SYNC_AFTER_S, self._sync_state, background)
        super().__init__()
        self.add_class("encdec-picture")

    def show(self, scene: Scene, palette: Palette = LIGHT) -> None:
        """Draw ``scene`` instead; a person's zoom stays as long as the canvas has the same size."""
        picture = as_plotly(scene, palette)
        before, self._shown = self._shown, None  # an interrupt leaves something between the two
        if self.figure is None:
            self.figure = _figure_widget(picture)
            self.children = (self.figure, *self._over)
        else:
            _update(self.figure, before, picture)
            self._synced.soon()
        self._shown = picture

    def clear_before(self) -> None:
        """Take the outlines of the boxes before an edit out of the picture."""
        if self.figure is None or self._shown is None:
            return
        gone: dict[str, list[float]] = {"x": [], "y": []}
        data = [{**trace, **gone} if trace["name"] == BEFORE else trace for trace in self._shown["data"]]
        picture = {**self._shown, "data": data}
        _update(self.figure, self._shown, picture)
        self._shown = picture
        self._synced.soon()

    def close(self) -> None:
        """Close it, also if its stored state is yet to be brought up to date."""
        self._synced.forget()
        super().close()

    def _sync_state(self) -> None:
        if self.figure is not None:
            self.figure.update_stored_state()


def _figure_widget(picture: dict[str, Any]) -> FigureWidget:
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


def _update(figure: FigureWidget, old: dict[str, Any] | None, new: dict[str, Any]) -> None:
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
        if key == "shapes":
            for number, shape in enumerate(value):
                yield from _changes(before[number] if before else {}, shape, f"shapes[{number}].")
        elif isinstance(value, Mapping):
            yield from _changes(before or {}, value, f"{path}{key}.")
        elif before != value:
            yield f"{path}{key}", value
