"""The picture of the network, as one plotly FigureWidget that is updated in place."""

from collections.abc import Callable
from typing import Any

from encdec_widgets.background import Background
from encdec_widgets.figures.as_plotly import BEFORE, BOXES, FIXED_LAYOUT, as_plotly
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

    def __init__(
        self,
        on_click: Callable[[str], None],
        background: Background | None = None,
        *,
        over: widgets.Widget | None = None,
        on_skip: Callable[[str], None] | None = None,
    ) -> None:
        """Make an empty box for a picture.

        Args:
            on_click: Is called with the name of the box that is clicked.
            background: What waits for a pause in the edits; the one that all share if left out.
            over: What lies over the picture, if anything.
            on_skip: Is called with the name of the block whose skip connection is clicked; ``on_click`` if left out.
        """
        self._on_click = on_click
        self._on_skip = on_skip or on_click
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
            figure = _figure_widget(picture)
            for trace in figure.data:
                if "customdata" in trace:
                    trace.on_click(self._clicked)
            self.children = (figure, *self._over)
            self.figure = figure
        else:
            _update(self.figure, before or _unknown(picture), picture)
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

    def _clicked(self, trace: Any, points: Any, _: Any) -> None:
        clicked = self._on_click if trace.name == BOXES else self._on_skip
        for index in points.point_inds:
            if name := trace.customdata[index][0]:  # empty between two lines
                clicked(name)


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


def _unknown(picture: dict[str, Any]) -> dict[str, Any]:
    """A picture from which every part of ``picture`` is a change."""
    shapes: list[dict[str, Any]] = [{} for _ in picture["layout"]["shapes"]]
    return {
        "data": [{} for _ in picture["data"]],
        "layout": {"xaxis": {"range": None}, "yaxis": {"range": None}, "shapes": shapes},
    }


def _update(figure: FigureWidget, old: dict[str, Any], new: dict[str, Any]) -> None:
    """Send what changed, and no more: the page answers each trace that it gets with all of its defaults."""
    was, becomes = old["layout"], new["layout"]
    with figure.batch_update():
        for trace, before, after in zip(figure.data, old["data"], new["data"], strict=True):
            if before != after:
                trace.update(_changes(before, after))
        for shape, before, after in zip(figure.layout.shapes, was["shapes"], becomes["shapes"], strict=True):
            if before != after:
                shape.update(_changes(before, after))
        for part in ("xaxis", "yaxis", "hoverlabel"):
            if was.get(part) != becomes[part]:
                figure.layout[part].update(becomes[part])


def _changes(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in new.items() if key not in old or old[key] != value}
