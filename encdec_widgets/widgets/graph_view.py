"""The picture of the network, as one plotly FigureWidget that is updated in place."""

from typing import Any

import ipywidgets as widgets
import networkx as nx
import plotly.graph_objects as go

from encdec_widgets.figures.block_figure import FIXED_LAYOUT, block_figure

_HEIGHT = 470  # px; with the status line it fills a screen of 720 px


class GraphView(widgets.VBox):
    """The blocks of a backbone: see :func:`encdec_widgets.figures.block_figure`.

    A FigureWidget is never freed and costs 5 MB of JavaScript, so there is one for the life of the view.
    """

    def __init__(self) -> None:
        """Make an empty picture."""
        figure = block_figure(nx.DiGraph())
        self._extent = _extent(figure)
        self.figure = go.FigureWidget(
            data=figure["data"],
            layout={**FIXED_LAYOUT, **figure["layout"], "height": _HEIGHT, "autosize": True},
        )
        # plotly would offer to upload the figure, and remember the size of a hidden tab.
        self.figure._config = {
            **self.figure._config,
            "showSendToCloud": False,
            "displaylogo": False,
            "responsive": True,
            "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d", "zoomIn2d", "zoomOut2d"],
        }
        super().__init__([self.figure])
        self.add_class("encdec-picture")

    def show(self, blocks: "nx.DiGraph[str]") -> None:
        """Draw ``blocks`` instead; a person's zoom stays as long as the picture has the same extent."""
        figure = block_figure(blocks)
        layout: dict[str, Any] = figure["layout"]
        extent = _extent(figure)
        if extent == self._extent:
            for axis in ("xaxis", "yaxis"):
                del layout[axis]["range"]
        self._extent = extent
        with self.figure.batch_update():
            for trace, new in zip(self.figure.data, figure["data"], strict=True):
                trace.update(new)
            self.figure.layout.shapes = layout.pop("shapes")
            self.figure.layout.update(layout)
        _sync_state(self.figure)


def _extent(figure: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(tuple(figure["layout"][axis]["range"]) for axis in ("xaxis", "yaxis"))


def _sync_state(figure: Any) -> None:
    """Bring the widget's stored state up to date.

    A FigureWidget sends its edits as messages and syncs the state that a page is restored from only when it is
    displayed by itself, which never happens inside a box: Voila would show the first picture and a reloaded page too.
    """
    figure._repr_mimebundle_()
