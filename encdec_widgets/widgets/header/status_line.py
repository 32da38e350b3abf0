"""One line that says what is on screen, or what is being built."""

import html
from typing import TYPE_CHECKING, Any

from encdec_widgets.formatting import count_text, exact_text
from encdec_widgets.session import Session
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.workers.backends import backend_text
from encdec_widgets.workers.timing import visible_devices

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone


class StatusLine(widgets.HBox):
    """Layers, parameters, build time and device; during a long build, how far it is and a button that stops it."""

    def __init__(self, session: Session) -> None:
        """Make the line for what ``session`` shows and builds."""
        self._session = session
        self._text = widgets.HTML()
        self.stop = widgets.Button(
            description="Stop",
            tooltip="Stop building; the network on screen stays",
            layout={"display": "none"},
        )
        self.stop.on_click(session.guarded(lambda _: session.stop()))
        super().__init__([self._text, self.stop])
        self.add_class("encdec-status")
        self._show()
        session.observe(self._show, ["shown", "progress"])
        session.observe(self._steps_changed, "steps")

    def _steps_changed(self, _: Any) -> None:
        if self._session.shown is None:  # Else the line says nothing of them.
            self._show()

    def _show(self, _: Any = None) -> None:
        session = self._session
        progress, shown = session.progress, session.shown
        if progress is not None:
            block = html.escape(progress.block)
            text = f"Building: <b>{progress.done}</b> of {progress.total} blocks, now {block} …"
        elif shown is not None:
            text = _facts(shown.backbone)
        elif session.steps:
            text = "Loading Keras and its backend, which takes some seconds …"
        else:
            text = "No network has been built."
        self._text.value = f'<span role="status">{text}</span>'
        self.stop.layout.display = "" if progress is not None and shown is not None else "none"


def _facts(backbone: "Backbone") -> str:
    """What a network is, and what it runs on."""
    parameters = backbone.parameters
    return (
        f"<b>{len(backbone.structure.layers)}</b> layers · "
        f'<b title="{exact_text(parameters)}">{count_text(parameters)}</b> parameters · '
        f"built in <b>{1000 * backbone.build_seconds:.0f} ms</b> · "
        f"{backend_text(backbone.backend)} on {html.escape(visible_devices()[0].name)}"
    )
