"""The picture of the network, as one plotly FigureWidget that is updated in place."""

from collections.abc import Callable
from typing import Any

from encdec_widgets.background import Background
from encdec_widgets.figures.block_figure import FIXED_LAYOUT
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.at_rest import AtRest
from encdec_widgets.widgets.base.plotly_private import FigureWidget

_SYNC_AFTER_S = 0.3


class GraphView(widgets.VBox):
    """What :func:`encdec_widgets.figures.block_figure` draws.

    A FigureWidget is never freed and costs 5 MB of JavaScript, so there is one for the life of the view. It is made
    once there is something to draw: a page that is being opened meanwhile would miss what is drawn into an empty one.

    Attributes:
        figure: The FigureWidget; None until the first picture.
    """

    def __init__(self, on_click: Callable[[str], None], background: Background | None = None) -> None:
        """Make an empty box for a picture.

        Args:
            on_click: Is called with the name of the box that is clicked.
            background: What waits for a pause in the edits; the one that all share if left out.
        """
        self._on_click = on_click
        self.figure: FigureWidget | None = None
        self._shown: dict[str, Any] | None = None
        # After the last edit: it costs a message as large as the edit's own and some milliseconds.
        self._synced = AtRest(_SYNC_AFTER_S, self._sync_state, background)
        super().__init__()
        self.add_class("encdec-picture")

    def show(self, picture: dict[str, Any]) -> None:
        """Draw ``picture`` instead; a person's zoom stays as long as it has the same extent."""
        before, self._shown = self._shown, None  # an interrupt leaves something between the two
        if self.figure is None:
            figure = _figure_widget(picture)
            for trace in figure.data:
                if "customdata" in trace:
                    trace.on_click(self._clicked)
            self.children = (figure,)
            self.figure = figure
        else:
            _update(self.figure, before or _unknown(picture), picture)
            self._synced.soon()
        self._shown = picture

    def close(self) -> None:
        """Close it, also if its stored state is yet to be brought up to date."""
        self._synced.forget()
        super().close()

    def _sync_state(self) -> None:
        if self.figure is not None:
            self.figure.update_stored_state()

    def _clicked(self, trace: Any, points: Any, _: Any) -> None:
        for index in points.point_inds:
            self._on_click(trace.customdata[index][0])


def _figure_widget(picture: dict[str, Any]) -> FigureWidget:
    layout = {**FIXED_LAYOUT, **picture["layout"], "autosize": True}
    figure = FigureWidget(data=picture["data"], layout=layout)
    # plotly would offer to upload the figure, and remember the size of a hidden tab.
    figure.set_options(
        showSendToCloud=False,
        displaylogo=False,
        responsive=True,
        modeBarButtonsToRemove=["select2d", "lasso2d", "autoScale2d", "zoomIn2d", "zoomOut2d"],
    )
    return figure


def _unknown(picture: dict[str, Any]) -> dict[str, Any]:
    """A picture from which every part of ``picture`` is a change."""
    return {
        "data": [{} for _ in picture["data"]],
        "layout": {axis: {"range": None} for axis in ("xaxis", "yaxis")},
    }


def _update(figure: FigureWidget, old: dict[str, Any], new: dict[str, Any]) -> None:
    """Send what changed, and no more: the page answers each trace that it gets with all of its defaults."""
    layout = _layout_changes(old["layout"], new["layout"])
    with figure.batch_update():
        for trace, was, becomes in zip(figure.data, old["data"], new["data"], strict=True):
            if was != becomes:
                trace.update(_changes(was, becomes))
        if "shapes" in layout:
            figure.layout.shapes = layout.pop("shapes")
        if layout:
            figure.layout.update(layout)


def _changes(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in new.items() if key not in old or old[key] != value}


def _layout_changes(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """What changed of the layout; of the axes' ranges, both or, where the picture has the same extent, none."""
    changes = _changes(old, new)
    axes = ("xaxis", "yaxis")
    if all(old[axis]["range"] == new[axis]["range"] for axis in axes):
        for axis in set(axes) & set(changes):
            changes[axis] = _changes(old[axis], new[axis])
    else:
        changes.update((axis, new[axis]) for axis in axes)
    return changes
