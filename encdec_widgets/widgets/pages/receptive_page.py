"""The receptive field of the network on screen: computed while it is seen, the effective one on request."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import traitlets

from encdec_widgets.session import Session
from encdec_widgets.widgets.base.reading import unheard
from encdec_widgets.widgets.pages.receptive_panel import ReceptivePanel
from encdec_widgets.workers.effective_field import backend_with_gradients
from encdec_widgets.workers.timing import (
    EffectiveFieldSampling,
    Progress,
    TimingStopped,
    Worker,
    network_of,
    shared_worker,
)

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone


class ReceptivePage(ReceptivePanel):
    """A panel of receptive fields that follows the network on screen.

    Attributes:
        visible: Whether it is seen (a trait); while it is False, nothing is computed.
    """

    visible = traitlets.Bool(False)

    def __init__(
        self, session: Session, worker: Worker | None = None, say: Callable[[str], None] = unheard
    ) -> None:
        """Make the page of the network that ``session`` shows.

        Args:
            session: The session.
            worker: The processes to take gradients in; those of this kernel if left out.
            say: Is called with what is to be read aloud.
        """
        self._session = session
        self._measured: Backbone | None = None
        self._worker = worker or shared_worker()
        super().__init__(say)
        self.measure.on_click(session.guarded(self._pressed))
        self.observe(session.guarded(lambda _: self._update()), "visible")
        self.observe(session.guarded(self._tell_setting), ["animal_px", "input_scale"])
        session.observe(self._network_changed, "shown")
        session.observe(self._conditions_changed, "conditions")

    def _tell_setting(self, change: Any) -> None:
        """Let costs and checks be those for the animal, or the scale, that was set."""
        self._session.assume(**{change["name"]: change["new"]})

    def _conditions_changed(self, _: Any) -> None:
        conditions = self._session.conditions
        self.input_scale = conditions.input_scale
        if conditions.animal_px is not None:
            self.animal_px = conditions.animal_px

    def _network_changed(self, change: Any) -> None:
        """Show another network; the effective receptive field of an older one is needed no more."""
        before, shown = change["old"], change["new"]
        if self._measured is not None and self._measured.design != shown.backbone.design:
            self._stop()
        if before is None or (before.backbone, before.selected) != (shown.backbone, shown.selected):
            self._update()

    def _update(self) -> None:
        shown = self._session.shown
        if self.visible and shown is not None:
            backbone = shown.backbone
            self.show(backbone.receptive_field(), backbone.blocks, shown.selected_blocks)

    def _pressed(self, _: Any) -> None:
        if self._measured is None:
            self._measure()
        else:
            self._stop()

    def _measure(self) -> None:
        shown = self._session.shown
        if shown is None:
            return
        backbone = shown.backbone
        self._measured = backbone
        self.show_running(True)
        try:
            network = network_of(backbone)
            network.check(network.fixed_batch or 1)
            self._worker.submit(
                EffectiveFieldSampling(network=network, backend=backend_with_gradients()),
                on_done=lambda result: self._finished(backbone, result),
                on_progress=lambda progress: self._show_progress(backbone, progress),
            )
        except Exception as error:  # noqa: BLE001 - a layer may not let itself be written down; all of it is shown
            self._finished(backbone, error)
        except BaseException:  # an interrupt
            self._finished(backbone, TimingStopped())
            raise

    def _show_progress(self, backbone: "Backbone", progress: Progress) -> None:
        if self._measured is backbone:
            self.show_running(True, progress.doing)

    def _finished(self, backbone: "Backbone", result: Any) -> None:
        if self._measured is not backbone:
            return
        self._measured = None
        self.show_running(False)
        if isinstance(result, TimingStopped):
            result = None
        shown = self._session.shown
        if shown is not None and shown.backbone.design == backbone.design:
            self.show_effective(result)

    def close(self) -> None:
        """Stop what is measured, and close."""
        self._stop()
        self._measured = None  # Its result is not shown any more.
        super().close()

    def _stop(self) -> None:
        if self._measured is not None:
            self._worker.stop()
