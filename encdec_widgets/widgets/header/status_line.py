"""One line that says what is on screen, or what is being built."""

import html
from collections.abc import Callable
from typing import TYPE_CHECKING

import ipywidgets as widgets

from encdec_widgets.formatting import backend_text, count_text

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone


class StatusLine(widgets.HBox):
    """Layers, parameters, build time and device; during a long build, how far it is and a button that stops it."""

    def __init__(self, on_stop: Callable[[], None]) -> None:
        """Make an empty line; ``on_stop`` is called when the button is pressed."""
        self._text = widgets.HTML()
        self.stop = widgets.Button(
            description="Stop",
            tooltip="Stop building; the network on screen stays",
            layout={"display": "none"},
        )
        self.stop.on_click(lambda _: on_stop())
        super().__init__([self._text, self.stop])
        self.add_class("encdec-status")

    def show(self, backbone: "Backbone", device: str) -> None:
        """Say what ``backbone`` is, and the name of what it runs on."""
        parameters = backbone.parameters
        self._say(
            f"<b>{len(backbone.structure.layers)}</b> layers · "
            f'<b title="{parameters:,}">{count_text(parameters)}</b> parameters · '
            f"built in <b>{1000 * backbone.build_seconds:.0f} ms</b> · "
            f"{backend_text(backbone.backend)} on {html.escape(device)}"
        )

    def show_loading(self) -> None:
        """Say that the backend is being loaded."""
        self._say("Loading Keras and its backend, which takes some seconds …")

    def show_progress(self, done: int, total: int, block: str, *, stoppable: bool) -> None:
        """Say how far a build is."""
        text = f"Building: <b>{done}</b> of {total} blocks, now {html.escape(block)} …"
        self._say(text, stoppable=stoppable)

    def show_nothing(self) -> None:
        """Say that nothing has been built."""
        self._say("No network has been built.")

    def _say(self, text: str, *, stoppable: bool = False) -> None:
        self._text.value = f'<span role="status">{text}</span>'
        self.stop.layout.display = "" if stoppable else "none"
