"""The timing panel: how long the backbone on screen takes, measured in a process of its own."""

import asyncio
import html
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from encdec_widgets.fields import FieldError, described_fields
from encdec_widgets.timing import Device, Request, Timing, TimingStopped, Worker, shared_worker
from encdec_widgets.widgets.controls import FieldControl
from encdec_widgets.words import backend_text

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone
    from encdec_widgets.design import Design

BATCH_SIZE = described_fields(Request)["batch_size"]


class TimingPanel(widgets.VBox):
    """Device, batch size and a button; then the median, the spread and the images a second that were measured.

    Attributes:
        timing: The newest result, or None.
        up_to_date: Whether that result belongs to the backbone on screen.
    """

    def __init__(self, worker: Worker | None = None) -> None:
        """Make the panel; :meth:`show` says what to time.

        Args:
            worker: The process to measure in; the one of this kernel if left out.
        """
        self.timing: Timing | None = None
        self._timed: Design | None = None
        self._backbone: Backbone | None = None
        self._worker = worker or shared_worker()
        self._batch_size = BATCH_SIZE.default
        self._note = ""
        self._failed = False
        self._running = False
        self.batch = FieldControl("batch_size", BATCH_SIZE, BATCH_SIZE.default, self._batch_edited)
        self.start = widgets.Button(
            description="Time it",
            button_style="primary",
            tooltip="Runs forward passes on random images for about 2 s, after warm-up",
        )
        self.stop = widgets.Button(description="Stop", disabled=True, tooltip="Ends the measurement at once")
        self.start.on_click(lambda _: self.measure())
        self.stop.on_click(lambda _: self._worker.stop())
        self._result = widgets.HTML()
        buttons = widgets.HBox([self.start, self.stop])
        buttons.add_class("encdec-buttons")
        self._heading = widgets.HTML("<h3>Timing</h3>")
        super().__init__([self._heading, self.batch, buttons, self._result])
        self.add_class("encdec-group")
        self.add_class("encdec-timing")
        self._draw()

    @property
    def text(self) -> str:
        """What the panel says, as HTML."""
        return str(self._result.value)

    @property
    def up_to_date(self) -> bool:
        """Whether the newest result belongs to the backbone on screen."""
        return self._backbone is not None and self._timed == self._backbone.design

    def show(self, backbone: "Backbone", device: Device) -> None:
        """Take ``backbone`` for the next measurement on ``device``; figures of an earlier one are out of date."""
        self._backbone = backbone
        self._heading.value = f"<h3>Timing on {html.escape(device.name)}</h3>"
        self._draw()

    def measure(self) -> None:
        """Start to time the backbone on screen; the result is shown when it comes."""
        backbone = self._backbone
        if backbone is None:
            return
        design = backbone.design
        finish = _on_this_loop(self._finished)
        self._note, self._failed = "Measuring …", False
        try:
            self._worker.submit(
                backbone.structure,
                batch_size=self._batch_size,
                on_done=lambda result: finish(design, result),
            )
        except Exception as error:  # noqa: BLE001 - a layer may not let itself be written down; all of it is shown
            self._note, self._failed = str(error), True
        else:
            self._running = True
        self._draw()

    def _batch_edited(self, field: str, value: Any) -> None:
        self._batch_size, self._note, self._failed = value, "", False
        try:
            BATCH_SIZE.accept(field, value)
        except FieldError as error:
            self._note, self._failed = str(error), True
        self.batch.mark(self._failed)
        self._draw()

    def _finished(self, design: "Design", result: Timing | Exception) -> None:
        self._running = False
        if isinstance(result, Timing):
            self.timing, self._timed = result, design
            self._note = ""
        else:
            self._note, self._failed = str(result), not isinstance(result, TimingStopped)
        self._draw()

    def _draw(self) -> None:
        self.start.disabled = self._running or self._backbone is None
        self.stop.disabled = not self._running
        parts = [_result_html(self.timing, self.up_to_date)] if self.timing else []
        if self._note:
            kind = "encdec-error" if self._failed else "encdec-note"
            parts.append(f'<div class="{kind}">{html.escape(self._note)}</div>')
        if not parts:
            parts.append('<div class="encdec-note">Not measured yet.</div>')
        self._result.value = f'<div role="status">{"".join(parts)}</div>'


def _result_html(timing: Timing, up_to_date: bool) -> str:
    stale = (
        "" if up_to_date else '<div class="encdec-stale">Out of date: the network has changed since.</div>'
    )
    return (
        f'{stale}<div class="{"encdec-result" if up_to_date else "encdec-result encdec-old"}">'
        f"<div><b>{timing.median_ms:.3g}</b> ms median</div>"
        f"<div>10th to 90th percentile {timing.p10_ms:.3g} to {timing.p90_ms:.3g} ms</div>"
        f"<div>{timing.images_per_second:.3g} images/s · {timing.n} runs</div>"
        f"<div>batch {timing.batch_size} · {html.escape(timing.precision)} · "
        f"{backend_text(timing.backend)} on {html.escape(timing.device)}</div>"
        f"<div>first call {timing.first_call_ms:.3g} ms</div></div>"
    )


def _on_this_loop(callback: Callable[..., None]) -> Callable[..., None]:
    """``callback``, run on the event loop of the caller, where widgets are updated one at a time."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:  # a script or a test: nothing else is running
        return callback

    def call(*args: Any) -> None:
        loop.call_soon_threadsafe(callback, *args)

    return call
