"""The timing panel: how long the network on screen takes, measured in another process, and raced against another."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from encdec_widgets.explain.problem_words import problem_sentence
from encdec_widgets.formatting import digits, duration_text
from encdec_widgets.session import Session
from encdec_widgets.session.network_time import NetworkRace, NetworkTime
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.reading import unheard
from encdec_widgets.widgets.base.texts import NOTHING, error, heading, joined, note
from encdec_widgets.widgets.pages.timing_allowed import Allowed
from encdec_widgets.widgets.pages.timing_controls import TimingControls
from encdec_widgets.widgets.pages.timing_predictions import Predictions, expected_words
from encdec_widgets.widgets.pages.timing_subject import Subject
from encdec_widgets.widgets.pages.timing_words import (
    blocks_html,
    card_html,
    memory_question,
    race_html,
    timing_html,
)
from encdec_widgets.workers.device import CPU
from encdec_widgets.workers.gpu import visible_gpus
from encdec_widgets.workers.timing import (
    BeyondMemoryError,
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
    shared_worker,
    visible_devices,
)

FAR_LONGER = 5
"""A timing that is predicted to take more than so many budgets asks before it starts."""

_Run = Callable[[Allowed], None]


class TimingPanel(widgets.VBox):
    """Device, options and a button; then what was measured, by block if wished; and a race against a pinned network.

    Attributes:
        timing: The newest result, or None.
        up_to_date: Whether ``timing`` belongs to the backbone on screen.
    """

    def __init__(
        self, session: Session, worker: Worker | None = None, say: Callable[[str], None] = unheard
    ) -> None:
        """Make the panel of the network that ``session`` shows.

        Args:
            session: The session.
            worker: The process to measure in; the one of this kernel if left out.
            say: Is called with what is to be read aloud.
        """
        self._session = session
        self._say = say
        self.timing: Timing | None = None
        self._timed: Subject | None = None
        self._raced: Subject | None = None
        self._running: Subject | None = None
        self._devices: tuple[Device, ...] = (CPU,)
        self._pinned: Racer | None = None
        self._pinned_subject: Subject | None = None
        self._worker = worker or shared_worker()
        self._predictions = Predictions()
        self._note = ""
        self._failed = False
        self._again: Callable[[], None] | None = None
        self._heading = widgets.HTML("<h3>Timing</h3>")
        self._card = widgets.HTML()
        self.controls = TimingControls(session.guarded(self._options_changed))
        self.by_block = widgets.Checkbox(description="each block too", indent=False)
        self.start = self._button(
            "Time it", "Runs it on random images, after warm-up", self.measure, "primary"
        )
        self.stop = self._button("Stop", "Ends the measurement at once", self._stop)
        self.pin = self._button(
            "Pin as A", "Keeps this network and these options, to race another one against", self._pin
        )
        self.start_race = self._button(
            "Race A and B", "Times A and B, which is on screen, in turn", self.measure_race
        )
        self.all_the_same = self._button("Time it all the same", "However long it takes", self._go_on)
        self._expected = widgets.HTML()
        self.progress = widgets.FloatProgress(min=0.0, max=1.0)
        self._result, self._blocks, self._race_result, self._pinned_text = (widgets.HTML() for _ in range(4))
        super().__init__(
            [
                self._heading,
                self.controls,
                self.by_block,
                _row(self.start, self.stop, self.pin, self.start_race, self.all_the_same),
                self._pinned_text,
                self.progress,
                self._expected,
                self._race_result,
                self._result,
                self._blocks,
                self._card,
            ]
        )
        self.add_class("encdec-group")
        self.add_class("encdec-timing")
        if session.shown is not None:
            self._show_network(first=True)
        self._draw()
        session.observe(self._network_changed, "shown")

    @property
    def text(self) -> str:
        """What the panel says, as HTML."""
        parts = (self._pinned_text, self._expected, self._race_result, self._result, self._blocks)
        return self.controls.refusal + "".join(part.value for part in parts)

    @property
    def up_to_date(self) -> bool:
        """Whether the newest result belongs to the backbone on screen, and to what the controls say."""
        return self._holds(self._timed)

    @property
    def race(self) -> Comparison | None:
        """The newest result of a race, or None."""
        return None if self._session.race is None else self._session.race.result

    @property
    def running(self) -> bool:
        """Whether a measurement or a race is under way."""
        return self._running is not None

    @property
    def _subject(self) -> Subject | None:
        shown = self._session.shown
        return None if shown is None else Subject(shown.backbone, self.controls.options)

    @property
    def _device(self) -> Device:
        """The device that is timed on."""
        chosen = [device for device in self._devices if device.option == self.controls.options.device]
        return (*chosen, *self._devices)[0]

    def _holds(self, subject: Subject | None) -> bool:
        return subject is not None and subject.same_as(self._subject)

    def close(self) -> None:
        """Stop what is measured, and close."""
        self._stop()
        self._running = None  # its result is not shown
        super().close()

    def _network_changed(self, change: Mapping[str, Any]) -> None:
        """Measure another network from now on; figures of the one before are out of date."""
        before, backbone = change["old"], change["new"].backbone
        if before is not None and before.backbone is backbone:
            return
        if before is not None and before.backbone.design != backbone.design:
            self._ask_nothing()
        self._show_network(first=before is None)
        self._draw()

    def _show_network(self, *, first: bool) -> None:
        """Offer the devices that there are, and tell the times of blocks as far as they hold."""
        shown = self._session.shown
        if shown is None:
            return
        self._devices = visible_devices()
        self.controls.show_devices(self._devices, shown.backbone.structure.dtype_policy.name)
        if first:
            self._show_card()
        self._tell_block_times()

    def measure(self) -> None:
        """Start to time the backbone on screen; the result is shown when it comes."""
        self._measure(self._unasked)

    def measure_race(self) -> None:
        """Start to race the pinned network against the one on screen."""
        self._race(self._unasked)

    @property
    def _unasked(self) -> Allowed:
        return Allowed(at_most_s=FAR_LONGER * self.controls.options.budget_s)

    def _stop(self) -> None:
        if self.running:
            self._worker.stop()

    def _measure(self, allowed: Allowed) -> None:
        def job(subject: Subject) -> Measurement:
            return Measurement(
                network=subject.network(),
                options=subject.options,
                by_block=self.by_block.value,
                at_most_s=allowed.at_most_s,
                beyond_memory=allowed.beyond_memory,
            )

        self._begin(job, self._timing_came, self._measure, allowed)

    def _race(self, allowed: Allowed) -> None:
        pinned, against = self._pinned, self._pinned_subject
        if pinned is None or against is None:
            return

        def job(subject: Subject) -> Race:
            return Race(
                a=pinned,
                b=subject.racer("B"),
                at_most_s=allowed.at_most_s,
                beyond_memory=allowed.beyond_memory,
            )

        def take(subject: Subject, race: Comparison) -> None:
            self._race_came(against, subject, race)

        self._begin(job, take, self._race, allowed)

    def _begin(
        self,
        make_job: Callable[[Subject], Any],
        take: Callable[[Subject, Any], None],
        run: _Run,
        allowed: Allowed,
    ) -> None:
        """Have a job done; the result of an earlier one is ignored from now on."""
        subject = self._subject
        if subject is None or self.running:
            return
        self._ask_nothing()
        self._show_card()
        self._running = subject
        self._show_progress(subject, Progress(share=0.0, doing="starting"))
        try:
            if self.controls.problem is not None:
                raise self.controls.problem
            self._worker.submit(
                make_job(subject),
                on_done=lambda result: self._finished(subject, result, take, run, allowed),
                on_progress=lambda progress: self._show_progress(subject, progress),
            )
        except Exception as failure:  # noqa: BLE001 - a layer may not let itself be written down; all of it is shown
            self._running = None
            self._fail(failure)
        self._draw()

    def _finished(
        self,
        subject: Subject,
        result: Any,
        take: Callable[[Subject, Any], None],
        run: _Run,
        allowed: Allowed,
    ) -> None:
        if self._running is not subject:
            return
        self._running = None
        if isinstance(result, TimingTooLongError):
            self._note = (
                f"This would take {duration_text(result.seconds)} or more: {duration_text(result.predicted_ms / 1000)} "
                "a run are expected (an estimate)."
            )
            self._ask("However long it takes", run, attrs.evolve(allowed, at_most_s=None))
        elif isinstance(result, BeyondMemoryError):
            self._note = memory_question(result)
            self._ask("Though memory may run out", run, attrs.evolve(allowed, beyond_memory=True))
        elif isinstance(result, TimingStopped):
            self._note = "The measurement was stopped."
        elif isinstance(result, Exception):
            self._note, self._failed = str(result), True
        else:
            take(subject, result)
        self._draw()
        if self._note:
            self._say(self._note)

    def _ask(self, tooltip: str, run: _Run, allowed: Allowed) -> None:
        """Offer to go on all the same."""
        self._again = lambda: run(allowed)
        self.all_the_same.tooltip = tooltip

    def _timing_came(self, subject: Subject, timing: Timing) -> None:
        self.timing, self._timed = timing, subject
        self._predictions.doubt(subject, timing)
        self._session.set_race(None)
        self._say(f"Measured: {digits(timing.median_ms)} ms.")
        self._tell_block_times()

    def _race_came(self, against: Subject, subject: Subject, race: Comparison) -> None:
        self._raced = subject
        self._session.set_race(
            NetworkRace(
                a=against.backbone.design,
                b=subject.backbone.design,
                alike=against.options == subject.options,
                result=race,
            )
        )
        self._say(race.sentence)

    def _fail(self, failure: Exception) -> None:
        """Tell why nothing is measured; what is not possible of an option stands under its control."""
        if failure is not self.controls.problem:
            self._note, self._failed = str(failure), True
        self._say(problem_sentence(failure))

    def _tell_block_times(self) -> None:
        blocks = self.timing.blocks if self.timing is not None and self.up_to_date else ()
        times = {block.name: block.median_ms for block in blocks}
        if times != self._session.block_times:
            self._session.set_block_times(times)

    def _ask_nothing(self) -> None:
        """Clear what was said or asked of another network, or of other options."""
        self._note, self._failed, self._again = "", False, None

    def _pin(self) -> None:
        subject = self._subject
        if subject is None:
            return
        self._ask_nothing()
        try:
            if self.controls.problem is not None:
                raise self.controls.problem
            self._pinned, self._pinned_subject = subject.racer("A"), subject
        except Exception as failure:  # noqa: BLE001 - as in _begin
            self._fail(failure)
        else:
            self._session.set_race(None)
        self._draw()

    def _go_on(self) -> None:
        if self._again is not None:
            self._again()

    def _pinned_words(self, same: bool) -> str:
        """What A is, and what is still to be done for a race."""
        if self._pinned_subject is None:
            return ""
        more = " Change the network or an option to race it against this one." if same else ""
        return note(f"A is {self._pinned_subject.words}.{more}")

    def _options_changed(self) -> None:
        self._ask_nothing()
        if self.controls.problem is not None:
            self._fail(self.controls.problem)
        self._tell_block_times()
        self._show_card()
        self._draw()

    def _show_progress(self, subject: Subject, progress: Progress) -> None:
        if progress.calibration is not None:
            self._predictions.learn(subject, progress.calibration)
        if self._running is not subject:
            return
        self.progress.value = progress.share
        words = [f"{progress.doing} …"]
        if progress.predicted_ms is not None:
            words.append(expected_words(progress.predicted_ms))
        if not self._holds(subject):
            words.append("of what was on screen when it began")
        self._say_expected(words)

    def _expected_ms(self) -> float | None:
        """How long a run should take, as far as the device is known and nothing better is."""
        subject = self._subject
        return None if subject is None or self.up_to_date else self._predictions.of(subject)

    def _tell_time(self, expected_ms: float | None) -> None:
        """Tell how long the network on screen takes: measured, or else predicted."""
        subject = self._subject
        timing = self.timing if self.up_to_date else None
        ms = expected_ms if timing is None else timing.median_ms
        time = None
        if subject is not None and ms is not None:
            time = NetworkTime(
                design=subject.backbone.design,
                ms=ms,
                measured=timing is not None,
                work="training step" if subject.options.work == "training" else "forward pass",
                device=self._device.name,
                timing=timing,
            )
        if time != self._session.time:
            self._session.set_time(time)

    def _say_expected(self, words: Sequence[str]) -> None:
        self._expected.value = note("; ".join(words)) if words else ""

    def _show_card(self) -> None:
        """Say what there is to run on: the card and its state now, or that there is none, and why."""
        device = self._device
        self._heading.value = heading(f"Timing on {device.name}", 3)
        self._card.value = card_html(device, visible_gpus(), self._devices)

    def _button(
        self, words: str, tooltip: str, action: Callable[[], None], style: str = ""
    ) -> widgets.Button:
        button = widgets.Button(description=words, tooltip=tooltip, button_style=style)
        button.on_click(self._session.guarded(lambda _: action()))
        return button

    def _draw(self) -> None:
        # One that is disabled while it has the keyboard hands it on: see keepFocus in the page's script.
        self.start.disabled = self.pin.disabled = self.start_race.disabled = self._session.shown is None
        self.start.description = "Timing …" if self.running else "Time it"
        self.stop.disabled = not self.running
        self.progress.layout.display = "" if self.running else "none"
        self.all_the_same.layout.display = "" if self._again is not None else "none"
        same = self._holds(self._pinned_subject)
        self.start_race.layout.display = "none" if self._pinned is None or same else ""
        self._pinned_text.value = self._pinned_words(same)
        expected_ms = self._expected_ms()
        self._tell_time(expected_ms)
        if not self.running:
            self._say_expected([] if expected_ms is None else [expected_words(expected_ms)])
        parts = []
        if self._note:
            parts.append((error if self._failed else note)(self._note))
        if self.running:
            parts.append(note("Measuring …"))
        if self.timing is not None:
            parts.append(timing_html(self.timing, self.up_to_date))
        if not parts and self.race is None:
            parts.append(note("Not measured yet."))
        self._result.value = joined(parts)
        blocks = NOTHING
        if self.timing is not None and self._timed is not None and self.up_to_date:
            blocks = blocks_html(self.timing, self._timed.backbone.blocks)
        self._blocks.value = blocks
        self._race_result.value = race_html(self.race, self._holds(self._raced)) if self.race else NOTHING


def _row(*buttons: widgets.Button) -> widgets.HBox:
    row = widgets.HBox(buttons)
    row.add_class("encdec-buttons")
    return row
