"""The timing panel: how long the network on screen takes, measured in another process, and raced against another."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from encdec_widgets.explain.problem_words import problem_sentence
from encdec_widgets.explore.how_long import FAR_LONGER
from encdec_widgets.formatting import digits
from encdec_widgets.session import Session
from encdec_widgets.session.network_time import NetworkTime
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.buttons import button, row_of
from encdec_widgets.widgets.base.reading import unheard
from encdec_widgets.widgets.base.texts import NOTHING, error, heading, joined, note
from encdec_widgets.widgets.pages.timing_allowed import Allowed
from encdec_widgets.widgets.pages.timing_ask_devices import AskDevices
from encdec_widgets.widgets.pages.timing_controls import TimingControls
from encdec_widgets.widgets.pages.timing_pinned import Pinned
from encdec_widgets.widgets.pages.timing_predictions import Predictions, expected_words
from encdec_widgets.widgets.pages.timing_run import TimingRun
from encdec_widgets.widgets.pages.timing_subject import Subject
from encdec_widgets.widgets.pages.timing_widths import widths_html
from encdec_widgets.widgets.pages.timing_words import blocks_html, card_html, race_html, timing_html
from encdec_widgets.workers.device import CPU
from encdec_widgets.workers.gpu import visible_gpus
from encdec_widgets.workers.job import Job
from encdec_widgets.workers.timing import (
    Comparison,
    Device,
    Measurement,
    Progress,
    Raced,
    Timing,
    Worker,
    shared_worker,
)
from encdec_widgets.workers.timing.known_devices import KnownDevices, meant_by
from encdec_widgets.workers.timing.listing import devices_in


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
        self._known = KnownDevices()
        self._devices: tuple[Device, ...] = ()
        self._pinned: Pinned | None = None
        worker = worker or shared_worker()
        self._run = TimingRun(worker, self._draw, say)
        self._predictions = Predictions()
        self._heading = widgets.HTML("<h3>Timing</h3>")
        self._card = widgets.HTML()
        self.controls = TimingControls(session.guarded(self._options_changed))
        self.ask_devices = AskDevices(session, worker, self._known, self._devices_learnt, say)
        self.by_block = widgets.Checkbox(description="each block too", indent=False)
        self.start = button(
            session, "Time it", "Runs it on random images, after warm-up", self.measure, "primary"
        )
        self.stop = button(session, "Stop", "Ends the measurement at once", self._run.stop)
        self.pin = button(
            session,
            "Pin as A",
            "Keeps this network and these options, to race another one against",
            self._pin,
        )
        self.start_race = button(
            session, "Race A and B", "Times A and B, which is on screen, in turn", self.measure_race
        )
        self.all_the_same = button(session, "Time it all the same", "However long it takes", self._run.go_on)
        self._expected = widgets.HTML()
        self.progress = widgets.FloatProgress(min=0.0, max=1.0)
        self._result, self._blocks, self._race_result, self._pinned_text = (widgets.HTML() for _ in range(4))
        super().__init__(
            [
                self._heading,
                self.controls,
                self.ask_devices,
                self.by_block,
                row_of(self.start, self.stop, self.pin, self.start_race, self.all_the_same),
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
        return self._run.running

    @property
    def _subject(self) -> Subject | None:
        shown = self._session.shown
        return None if shown is None else Subject(shown.backbone, self.controls.options)

    @property
    def _device(self) -> Device | None:
        """The device that is timed on, if it is known."""
        return meant_by(self.controls.options.device, self._devices)

    def _holds(self, subject: Subject | None) -> bool:
        return subject is not None and subject.same_as(self._subject)

    def close(self) -> None:
        """Stop what is measured or asked, and close."""
        self._run.drop()
        self.ask_devices.close()
        super().close()

    def _network_changed(self, change: Mapping[str, Any]) -> None:
        """Measure another network from now on; figures of the one before are out of date."""
        before, backbone = change["old"], change["new"].backbone
        if before is not None and before.backbone is backbone:
            return
        if before is not None and before.backbone.design != backbone.design:
            self._run.forget()
        self._show_network(first=before is None)
        self._draw()

    def _show_network(self, *, first: bool) -> None:
        """Offer the devices once there is a network, and tell the times of blocks as far as they hold."""
        if first:
            self._offer_devices()
            self._show_card()
        self._tell_block_times()

    def _offer_devices(self) -> None:
        """Offer the devices of the backend that is chosen, as far as they are known; the CPU is always there."""
        shown = self._session.shown
        if shown is None:
            return
        self._devices = self._known.of(self.controls.backend)
        precision = shown.backbone.structure.dtype_policy.name
        self.controls.show_devices(self._devices or (CPU,), precision)
        self.ask_devices.offer(self.controls.backend)

    def _devices_learnt(self) -> None:
        self._offer_devices()
        self._show_card()
        self._draw()

    def measure(self) -> None:
        """Start to time the backbone on screen; the result is shown when it comes."""
        self._measure(self._unasked)

    def measure_race(self) -> None:
        """Start to race the pinned network against the one on screen."""
        self._race(self._unasked)

    @property
    def _unasked(self) -> Allowed:
        return Allowed(at_most_s=FAR_LONGER * self.controls.options.budget_s)

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
        pinned = self._pinned
        if pinned is None:
            return

        def take(subject: Subject, raced: Raced) -> None:
            self._race_came(pinned, subject, raced.compare(0, 1))

        self._begin(lambda subject: pinned.race(subject, allowed), take, self._race, allowed)

    def _begin(
        self,
        make_job: Callable[[Subject], Job[Any]],
        take: Callable[[Subject, Any], None],
        again: Callable[[Allowed], None],
        allowed: Allowed,
    ) -> None:
        """Have a job done with the network on screen and the options that are set."""
        subject = self._subject
        if subject is None or self.running:
            return
        self._run.forget()
        self._show_card()
        if self._refuses_options():
            return
        self._run.begin(
            lambda: make_job(subject),
            allowed=allowed,
            take=lambda result: take(subject, result),
            progressed=lambda progress: self._show_progress(subject, progress),
            again=again,
        )

    def _refuses_options(self) -> bool:
        """Say why, where what the controls say is not possible; it stands under its control as well."""
        if self.controls.problem is None:
            return False
        self._say(problem_sentence(self.controls.problem))
        self._draw()
        return True

    def _timing_came(self, subject: Subject, timing: Timing) -> None:
        self.timing, self._timed = timing, subject
        self._predictions.doubt(subject, timing)
        self._session.set_race(None)
        self._say(f"Measured: {digits(timing.median_ms)} ms.")
        self._tell_block_times()

    def _race_came(self, pinned: Pinned, subject: Subject, race: Comparison) -> None:
        self._raced = subject
        if (
            not self.up_to_date
        ):  # B is the network on screen; a timing of its own may have its blocks' times too
            self.timing, self._timed = race.b, subject
        self._session.set_race(pinned.raced(subject, race))
        self._tell_block_times()
        self._say(race.sentence)

    def _tell_block_times(self) -> None:
        blocks = self.timing.blocks if self.timing is not None and self.up_to_date else ()
        times = {block.name: block.median_ms for block in blocks}
        if times != self._session.block_times:
            self._session.set_block_times(times)

    def _pin(self) -> None:
        subject = self._subject
        if subject is None:
            return
        self._run.forget()
        if self._refuses_options():
            return
        try:
            self._pinned = Pinned.of(subject)
        except Exception as failure:  # noqa: BLE001 - a layer may not let itself be written down; all of it is shown
            self._run.fail(failure)
        else:
            self._session.set_race(None)
        self._draw()

    def _options_changed(self) -> None:
        self._run.forget()
        self._offer_devices()
        self._tell_block_times()
        self._show_card()
        if not self._refuses_options():
            self._draw()

    def _show_progress(self, subject: Subject, progress: Progress) -> None:
        if progress.calibration is not None:
            self._predictions.learn(subject, progress.calibration)
        if "devices" in progress.payload:
            self._known.learn(str(subject.options.backend), devices_in(progress.payload))
            self._offer_devices()
            self._show_card()
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
        device = self._device
        # A measurement says where it ran, also where the devices of its backend are not known.
        where = timing.device if timing is not None else device.name if device is not None else None
        time = None
        if subject is not None and ms is not None and where is not None:
            time = NetworkTime(
                design=subject.backbone.design,
                ms=ms,
                measured=timing is not None,
                work="training step" if subject.options.work == "training" else "forward pass",
                device=where,
                timing=timing,
            )
        if time != self._session.time:
            self._session.set_time(time)

    def _say_expected(self, words: Sequence[str]) -> None:
        self._expected.value = note("; ".join(words)) if words else ""

    def _show_card(self) -> None:
        """Say what there is to run on: the card and its state now, or that there is none, and why."""
        device = self._device
        self._heading.value = heading("Timing" if device is None else f"Timing on {device.name}", 3)
        self._card.value = NOTHING if device is None else card_html(device, visible_gpus(), self._devices)

    def _draw(self) -> None:
        # One that is disabled while it has the keyboard hands it on: see keepFocus in the page's script.
        self.start.disabled = self.pin.disabled = self.start_race.disabled = self._session.shown is None
        self.start.description = "Timing …" if self.running else "Time it"
        self.stop.disabled = not self.running
        self.progress.layout.display = "" if self.running else "none"
        self.all_the_same.layout.display = "" if self._run.question else "none"
        self.all_the_same.tooltip = self._run.question or self.all_the_same.tooltip
        same = self._pinned is not None and self._holds(self._pinned.subject)
        self.start_race.layout.display = "none" if self._pinned is None or same else ""
        self._pinned_text.value = NOTHING if self._pinned is None else self._pinned.words(same)
        expected_ms = self._expected_ms()
        self._tell_time(expected_ms)
        if not self.running:
            self._say_expected([] if expected_ms is None else [expected_words(expected_ms)])
        parts = []
        if self._run.note:
            parts.append((error if self._run.failed else note)(self._run.note))
        if self.running:
            parts.append(note("Measuring …"))
        blocks = NOTHING
        if self.timing is not None:
            parts.append(timing_html(self.timing, self.up_to_date))
        if self.timing is not None and self._timed is not None and self.up_to_date:
            parts.append(widths_html(self.timing, self._timed.backbone.layers))
            blocks = blocks_html(self.timing, self._timed.backbone.blocks)
        if not parts and self.race is None:
            parts.append(note("Not measured yet."))
        self._result.value = joined(parts)
        self._blocks.value = blocks
        self._race_result.value = race_html(self.race, self._holds(self._raced)) if self.race else NOTHING
