"""The receptive field of the network on screen: computed while somebody looks, its effective field on request."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import traitlets

from encdec_widgets.widgets.base.on_loop import on_this_loop
from encdec_widgets.widgets.pages.receptive_panel import ReceptivePanel
from encdec_widgets.workers.effective_field import backend_with_gradients
from encdec_widgets.workers.timing import (
    FieldSampling,
    Progress,
    TimingStopped,
    Worker,
    network_of,
    shared_worker,
)

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone


class ReceptivePage(ReceptivePanel):
    """A panel of receptive fields that follows the network on screen; while it is not seen, nothing is computed."""

    def __init__(self, on_animal: Callable[[], None], worker: Worker | None = None) -> None:
        """Make the page.

        Args:
            on_animal: Is called when a person has set the size of the animal, or the scale of the input.
            worker: The processes to take gradients in; those of this kernel if left out.
        """
        self._backbone: Backbone | None = None
        self._names: tuple[str, ...] = ()
        self._seen = False
        self._measured: Backbone | None = None
        self._worker = worker or shared_worker()
        self._animal_is_set = False
        super().__init__(on_animal, self._measure, self._stop)

    @property
    def animal(self) -> int | None:
        """Length of the animal in px of the camera's image, once a person has set it; the sample's is nobody's."""
        return self.animal_px if self._animal_is_set else None

    def follow(self, backbone: "Backbone") -> None:
        """Take another network; nobody needs the effective field of an older one any more."""
        if self._measured is not None and self._measured.design != backbone.design:
            self._stop()
        self._backbone = backbone
        self._update()

    def select(self, names: tuple[str, ...]) -> None:
        """Take it that other blocks are selected."""
        if names != self._names:
            self._names = names
            self._update()

    def see(self, seen: bool) -> None:
        """Take it that a person sees the page, or no longer does."""
        self._seen = seen
        self._update()

    def _update(self) -> None:
        if self._seen and self._backbone is not None:
            self.show(self._backbone.receptive_field(), self._backbone.blocks, self._names)

    @traitlets.observe("animal_px")
    def _animal_set(self, _: Any) -> None:
        self._animal_is_set = True

    def _measure(self) -> None:
        backbone = self._backbone
        if backbone is None:
            return
        finish, tell = on_this_loop(self._finished), on_this_loop(self._show_progress)
        self._measured = backbone
        self.show_running(True)
        try:
            network = network_of(backbone)
            network.check(network.fixed_batch or 1)
            self._worker.submit(
                FieldSampling(network=network, backend=backend_with_gradients()),
                on_done=lambda result: finish(backbone, result),
                on_progress=lambda progress: tell(backbone, progress),
            )
        except Exception as error:  # noqa: BLE001 - a layer may not let itself be written down; all of it is shown
            self._finished(backbone, error)

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
        if self._backbone is not None and self._backbone.design == backbone.design:
            self.show_effective(result)

    def close(self) -> None:
        """Stop what is measured, and close."""
        self._stop()
        super().close()

    def _stop(self) -> None:
        if self._measured is not None:
            self._worker.stop()
