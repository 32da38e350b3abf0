"""One line that says what is on screen, or what is being built."""

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

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
            building = Markup("Building: <b>{}</b> of {} blocks, now {} …")
            text = building.format(progress.done, progress.total, progress.block)
        elif shown is not None:
            text = _facts(shown.backbone)
        elif session.steps:
            text = Markup("Loading Keras and its backend, which takes some seconds …")
        else:
            text = Markup("No network has been built.")
        self._text.value = text
        self.stop.layout.display = "" if progress is not None and shown is not None else "none"


def _facts(backbone: "Backbone") -> Markup:
    """What a network is, and what it runs on."""
    parameters = backbone.parameters
    return Markup(
        '<b>{}</b> layers · <b title="{}">{}</b> parameters · built in <b>{:.0f} ms</b> · {} on {}'
    ).format(
        len(backbone.structure.layers),
        exact_text(parameters),
        count_text(parameters),
        1000 * backbone.build_seconds,
        backend_text(backbone.backend),
        visible_devices()[0].name,
    )
