"""The timing panel: how long the network on screen takes, measured in another process, and raced against another."""

import html
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs
import ipywidgets as widgets

from encdec_widgets.analysis.summary import parameters_of
from encdec_widgets.catalogue import family_name
from encdec_widgets.timing import (
    Comparison,
    Device,
    Measurement,
    Progress,
    Race,
    Racer,
    Timing,
    TimingStopped,
    TimingTooLongError,
    Worker,
    network_of,
    shared_worker,
)
from encdec_widgets.timing.calibration import Calibration, predict_ms
from encdec_widgets.timing.device import CPU
from encdec_widgets.timing.gpu import visible_gpus
from encdec_widgets.timing.options import Options
from encdec_widgets.timing.result import digits
from encdec_widgets.widgets.on_loop import on_this_loop
from encdec_widgets.widgets.timing_controls import TimingControls
from encdec_widgets.widgets.timing_words import blocks_html, card_html, race_html, timing_html
from encdec_widgets.words import backend_text, count_text

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone

FAR_LONGER = 5
"""A timing that is predicted to take more than so many budgets asks before it starts."""

OnBlockTimes = Callable[[Mapping[str, float]], None]
_Run = Callable[[float | None], None]


@attrs.frozen
class _Conditions:
    """What a prediction holds for."""

    backend: str | None
    precision: str | None
    compilation: str | None
    device: str

    @classmethod
    def of(cls, options: Options) -> "_Conditions":
        return cls(options.backend, options.precision, options.compilation, options.device)


class TimingPanel(widgets.VBox):
    """Device, options and a button; then what was measured, by block if wished; and a race against a pinned network.

    Attributes:
        timing: The newest result, or None.
        race: The newest result of a race, or None.
        up_to_date: Whether ``timing`` belongs to the backbone on screen.
    """

    def __init__(self, on_block_times: OnBlockTimes = lambda _: None, worker: Worker | None = None) -> None:
        """Make the panel; :meth:`show` says what to time.

        Args:
            on_block_times: Is called with the times of the blocks on screen, in ms by name; with none when they no
                longer hold.
            worker: The process to measure in; the one of this kernel if left out.
        """
        self.timing: Timing | None = None
        self.race: Comparison | None = None
        self._timed: Backbone | None = None
        self._raced: Backbone | None = None
        self._backbone: Backbone | None = None
        self._device = CPU
        self._pinned: Racer | None = None
        self._worker = worker or shared_worker()
        self._on_block_times = on_block_times
        self._calibrations: dict[_Conditions, Calibration] = {}
        self._note = ""
        self._failed = False
        self._running = False
        self._again: _Run | None = None
        self._heading = widgets.HTML("<h3>Timing</h3>")
        self._card = widgets.HTML()
        self.controls = TimingControls(self._options_changed)
        self.by_block = widgets.Checkbox(description="each block too", indent=False)
        self.start = _button("Time it", "Runs it on random images, after warm-up", self.measure, "primary")
        self.stop = _button("Stop", "Ends the measurement at once", self._worker.stop)
        self.pin = _button(
            "Pin as A", "Keeps this network and these options, to race another one against", self._pin
        )
        self.start_race = _button(
            "Race A and B", "Times A and B, which is on screen, in turn", self.measure_race
        )
        self.all_the_same = _button("Time it all the same", "However long it takes", self._go_on)
        self._expected = widgets.HTML()
        self.progress = widgets.FloatProgress(min=0.0, max=1.0)
        self._result, self._blocks, self._race_result, self._pinned_text = (widgets.HTML() for _ in range(4))
        super().__init__(
            [
                self._heading,
                self._card,
                self.controls,
                self.by_block,
                _row(self.start, self.stop, self.pin, self.start_race, self.all_the_same),
                self._pinned_text,
                self.progress,
                self._expected,
                self._race_result,
                self._result,
                self._blocks,
            ]
        )
        self.by_block.add_class("encdec-by-block")
        self.add_class("encdec-group")
        self.add_class("encdec-timing")
        self._draw()

    @property
    def text(self) -> str:
        """What the panel says, as HTML."""
        parts = (self._pinned_text, self._expected, self._race_result, self._result, self._blocks)
        return "".join(part.value for part in parts)

    @property
    def up_to_date(self) -> bool:
        """Whether the newest result belongs to the backbone on screen."""
        return self._is_on_screen(self._timed)

    def _is_on_screen(self, backbone: "Backbone | None") -> bool:
        return (
            backbone is not None and self._backbone is not None and backbone.design == self._backbone.design
        )

    def show(self, backbone: "Backbone", devices: Sequence[Device]) -> None:
        """Take ``backbone`` for the next measurement; figures of an earlier one are out of date.

        Args:
            backbone: The network on screen.
            devices: The devices of the active backend, the one that it takes by itself first.
        """
        first = self._backbone is None
        held, self._backbone = self.up_to_date, backbone
        self.controls.show_devices(devices, backbone.structure.dtype_policy.name)
        self._device = devices[0]
        if first:
            self._show_card()
        if held != self.up_to_date:
            self._tell_block_times()
        self._draw()

    def measure(self) -> None:
        """Start to time the backbone on screen; the result is shown when it comes."""
        self._measure(FAR_LONGER * self.controls.options.budget_s)

    def measure_race(self) -> None:
        """Start to race the pinned network against the one on screen."""
        self._race(FAR_LONGER * self.controls.options.budget_s)

    def _measure(self, at_most_s: float | None) -> None:
        backbone, options = self._backbone, self.controls.options
        if backbone is None:
            return

        def job() -> Measurement:
            network = network_of(backbone)
            network.check(options.batch_size)
            return Measurement(
                network=network, options=options, by_block=self.by_block.value, at_most_s=at_most_s
            )

        self._begin(job, lambda result: self._timing_came(backbone, result), self._measure, options)

    def _race(self, at_most_s: float | None) -> None:
        pinned, backbone = self._pinned, self._backbone
        if pinned is None or backbone is None:
            return

        def job() -> Race:
            return Race(a=pinned, b=self._racer("B"), at_most_s=at_most_s)

        self._begin(job, lambda race: self._race_came(backbone, race), self._race, self.controls.options)

    def _begin(
        self, make_job: Callable[[], Any], take: Callable[[Any], None], again: _Run, options: Options
    ) -> None:
        self._note, self._failed, self._again = "", False, None
        self._show_card()
        finish = on_this_loop(self._finished)
        tell = on_this_loop(self._show_progress)
        try:
            if self.controls.problem is not None:
                raise self.controls.problem
            self._running = True
            self._show_progress(_Conditions.of(options), Progress(share=0.0, doing="starting"))
            self._worker.submit(
                make_job(),
                on_done=lambda result: finish(result, take, again),
                on_progress=lambda progress: tell(_Conditions.of(options), progress),
            )
        except Exception as error:  # noqa: BLE001 - a layer may not let itself be written down; all of it is shown
            self._running = False
            self._note, self._failed = str(error), True
        self._draw()

    def _finished(self, result: Any, take: Callable[[Any], None], again: _Run) -> None:
        self._running = False
        if isinstance(result, TimingTooLongError):
            self._note = (
                f"This would take about {result.seconds:.0f} s: {digits(result.predicted_ms / 1000)} s a run are "
                "expected (an estimate)."
            )
            self._again = again
        elif isinstance(result, Exception):
            self._note, self._failed = str(result), not isinstance(result, TimingStopped)
        else:
            take(result)
        self._draw()

    def _timing_came(self, backbone: "Backbone", timing: Timing) -> None:
        self.timing, self._timed, self.race = timing, backbone, None
        self._tell_block_times()

    def _race_came(self, backbone: "Backbone", race: Comparison) -> None:
        self.race, self._raced = race, backbone

    def _tell_block_times(self) -> None:
        blocks = self.timing.blocks if self.timing is not None and self.up_to_date else ()
        self._on_block_times({block.name: block.median_ms for block in blocks})

    def _pin(self) -> None:
        try:
            if self.controls.problem is not None:
                raise self.controls.problem
            self._pinned = self._racer("A")
        except Exception as error:  # noqa: BLE001 - as in _begin
            self._note, self._failed = str(error), True
        else:
            assert self._backbone is not None
            options = self.controls.options
            words = (
                f"A is {family_name(self._backbone.design)}, {count_text(parameters_of(self._backbone.blocks))} "
                f"parameters, {options.work}, batch {options.batch_size}, {backend_text(str(options.backend))}"
            )
            self.race = None
            self._pinned_text.value = f'<div class="encdec-note">{html.escape(words)}</div>'
        self._draw()

    def _racer(self, name: str) -> Racer:
        network = network_of(self._backbone)
        network.check(self.controls.options.batch_size)
        return Racer(network=network, options=self.controls.options, name=name)

    def _go_on(self) -> None:
        if self._again is not None:
            self._again(None)

    def _options_changed(self) -> None:
        problem = self.controls.problem
        self._note, self._failed, self._again = str(problem or ""), problem is not None, None
        self._draw()

    def _show_progress(self, conditions: _Conditions, progress: Progress) -> None:
        if progress.calibration is not None:
            self._calibrations[conditions] = Calibration.from_dict(progress.calibration)
        if self._running:
            self.progress.value = progress.share
            self._show_expected(progress.doing)

    def _show_expected(self, doing: str = "") -> None:
        """Say what is done now, and how long a run should take, as far as this device is known."""
        calibration = self._calibrations.get(_Conditions.of(self.controls.options))
        words = [f"{doing} …"] if doing else []
        if calibration is not None and self._backbone is not None:
            expected = predict_ms(
                self._backbone.layers,
                calibration,
                batch_size=self.controls.options.batch_size,
                training=self.controls.options.work == "training",
            )
            words.append(f"about {digits(expected)} ms a run expected (estimate)")
        self._expected.value = (
            f'<div class="encdec-note">{html.escape("; ".join(words))}</div>' if words else ""
        )

    def _show_card(self) -> None:
        """Say what there is to run on: the card and its state now, or that there is none, and why."""
        self._heading.value = f"<h3>Timing on {html.escape(self._device.name)}</h3>"
        self._card.value = card_html(self._device, visible_gpus())

    def _draw(self) -> None:
        ready = self._backbone is not None and not self._running
        for button in (self.start, self.pin, self.start_race):
            button.disabled = not ready
        self.stop.disabled = not self._running
        self.progress.layout.display = "" if self._running else "none"
        self.all_the_same.layout.display = "" if self._again is not None and not self._running else "none"
        self.start_race.layout.display = "" if self._pinned is not None else "none"
        if not self._running:
            self._show_expected()
        parts = [timing_html(self.timing, self.up_to_date)] if self.timing else []
        if self._note:
            kind = "encdec-error" if self._failed else "encdec-note"
            parts.append(f'<div class="{kind}">{html.escape(self._note)}</div>')
        if not parts and not self._running and self.race is None:
            parts.append('<div class="encdec-note">Not measured yet.</div>')
        self._result.value = f'<div role="status">{"".join(parts)}</div>'
        shown = self.timing is not None and self.up_to_date and self._timed is not None
        self._blocks.value = blocks_html(self.timing, self._timed.blocks) if shown else ""  # type: ignore[arg-type, union-attr]
        raced = race_html(self.race, self._is_on_screen(self._raced)) if self.race else ""
        self._race_result.value = f'<div role="status">{raced}</div>'


def _button(words: str, tooltip: str, action: Callable[[], None], style: str = "") -> widgets.Button:
    button = widgets.Button(description=words, tooltip=tooltip, button_style=style)
    button.on_click(lambda _: action())
    return button


def _row(*buttons: widgets.Button) -> widgets.HBox:
    row = widgets.HBox(buttons)
    row.add_class("encdec-buttons")
    return row
