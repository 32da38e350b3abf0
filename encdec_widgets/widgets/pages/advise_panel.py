"""The panel of the advisor: wishes, a button, and the designs that meet them, each with its reasons."""

from collections.abc import Callable
from typing import Any

import attrs
import traitlets

from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.designs.design import Design
from encdec_widgets.explain.problem_words import problem_sentence
from encdec_widgets.explore.advising.advice import Advice
from encdec_widgets.explore.advising.asked import Advisor
from encdec_widgets.explore.advising.search import Step
from encdec_widgets.explore.advising.wishes import Wishes
from encdec_widgets.explore.requirements import Requirements
from encdec_widgets.formatting import counted, error_text, number_text
from encdec_widgets.session import Session
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.reading import unheard
from encdec_widgets.widgets.base.texts import error, heading, joined, note
from encdec_widgets.widgets.controls.controls import FieldControls
from encdec_widgets.widgets.pages.advise_results import AdviseResults
from encdec_widgets.widgets.pages.advise_words import on_screen_html, step_words
from encdec_widgets.workers.client import Worker, shared_worker
from encdec_widgets.workers.errors import TimingStopped
from encdec_widgets.workers.timing import Progress, visible_devices
from encdec_widgets.workers.timing.calibrating import Calibrated, calibration_job


class AdvisePanel(widgets.VBox):
    """What must hold, *Advise* and *Stop*; then three designs, or which wish costs what.

    Attributes:
        visible: Whether it is seen (a trait); while it is False, nothing is drawn of the network on screen.
        wishes: What must hold, as it is typed.
        advice: The newest advice, or None.
    """

    visible = traitlets.Bool(False)

    def __init__(
        self, session: Session, worker: Worker | None = None, say: Callable[[str], None] = unheard
    ) -> None:
        """Make the panel.

        Args:
            session: The session that takes a design.
            worker: The process that tells the speed of a device; the one of this kernel if left out.
            say: Is called with what is to be read aloud.
        """
        self._session, self._say = session, say
        self._worker = worker or shared_worker()
        self.wishes = _first_wishes(session)
        self.advice: Advice | None = None
        self._running: object | None = (
            None  # what is asked now; what comes of an earlier question is not heard
        )
        self._calibrating = False
        self._untested = ""
        self._note: tuple[str, bool] = ("", False)
        guarded = session.guarded
        self._advisor = Advisor(
            guarded(self._stepped), guarded(self._came), session.background, guarded(self._failed)
        )
        # Without threads there are no processes that could tell the speed of a device.
        here = [device.option for device in visible_devices()] if session.background.has_threads else []
        self._fields = Wishes.fields(here)
        self.controls = FieldControls(session.guarded(self._edited))
        self.start = self._button("Advise", "Looks for designs that meet all wishes", self.ask, "primary")
        self.stop = self._button("Stop", "Ends the search at once", self._stop)
        self.progress = widgets.FloatProgress(min=0.0, max=1.0)
        self._status, self._on_screen = widgets.HTML(), widgets.HTML()
        self.results = AdviseResults(session, self._use, self._pin)
        buttons = widgets.HBox([self.start, self.stop])
        buttons.add_class("encdec-buttons")
        super().__init__(
            [
                widgets.HTML(heading("Advise: what must hold", 3)),
                self.controls,
                buttons,
                self.progress,
                self._status,
                self.results,
                self._on_screen,
            ]
        )
        self.add_class("encdec-group")
        self.add_class("encdec-advise")
        self._show_wishes()
        self._draw()
        self.observe(session.guarded(self._show_on_screen), "visible")
        session.observe(self._show_on_screen, ["shown", "conditions"])

    @property
    def text(self) -> str:
        """What the panel says, as HTML."""
        return f"{self.controls.refusal}{self._status.value}{self.results.text}{self._on_screen.value}"

    @property
    def running(self) -> bool:
        """Whether a question is under way."""
        return self._running is not None

    def close(self) -> None:
        """Stop what is searched, and close."""
        self._end()
        super().close()

    # Wishes

    def _edited(self, name: str, value: Any) -> None:
        try:
            self.wishes = self.wishes.replace(name, value)
            self.wishes.requirements()
        except FieldError as problem:
            self._show_wishes(problem, name, value)
        else:
            self._show_wishes()
        self._draw()
        self._show_on_screen()

    def _show_wishes(self, problem: FieldError | None = None, name: str = "", value: Any = None) -> None:
        values = self.wishes.values()
        bad = None
        if problem is not None:
            bad = problem.field if problem.field in values else name
            values[name] = value
        self.controls.show(self._fields, values, bad)
        self.controls.refuse(bad, problem)

    # Asking

    def ask(self) -> None:
        """Begin to advise; what comes of it is shown when it comes."""
        try:
            wanted = self.wishes.requirements()
        except FieldError as problem:
            self._show_wishes(problem, problem.field, self.wishes.values().get(problem.field))
            self._say(problem_sentence(problem))
            return
        self._end()
        self._note, self._untested = ("", False), ""
        self._running = running = object()
        if wanted.tests_speed:
            self._calibrate(wanted, running)
        else:
            self._search(wanted, None)
        self._draw()

    def _calibrate(self, wanted: Requirements, running: object) -> None:
        """Have the speed of the device told by its process first; edits go on meanwhile."""

        def done(result: Calibrated | Exception) -> None:
            if self._running is not running:
                return
            self._calibrating = False
            if isinstance(result, TimingStopped):
                self._stopped()
            elif isinstance(result, Exception):
                self._without_speed(wanted, result)
            else:
                self._search(wanted, result)

        def progress(progress: Progress) -> None:
            if self._running is running:
                self._tell(f"Measuring the speed of {wanted.device}: {progress.doing} …", progress.share)

        self._calibrating = True
        self._tell(f"Measuring the speed of {wanted.device}, some seconds the first time …", 0.0)
        try:
            job = calibration_job(device=wanted.device, precision=wanted.precision)
            self._worker.submit(job, on_done=self._session.guarded(done), on_progress=progress)
        except Exception as failure:  # noqa: BLE001 - whatever keeps it from being measured is said
            self._calibrating = False
            self._without_speed(wanted, failure)

    def _without_speed(self, wanted: Requirements, failure: Exception) -> None:
        self._untested = f"The speed could not be tested: {error_text(failure)}."
        self._search(attrs.evolve(wanted, device=None), None)

    def _search(self, wanted: Requirements, speed: Calibrated | None) -> None:
        self._tell("Looking through the families …", 0.0)
        self._say("Looking for designs. Stop ends it.")
        self._advisor.ask(wanted, self.wishes.families, speed)

    def _stepped(self, step: Step) -> None:
        if self.running:
            shown = self._session.shown
            self._tell(step_words(step, 0.0 if shown is None else shown.backbone.build_seconds), step.share)

    def _came(self, advice: Advice) -> None:
        if not self.running:
            return
        self._running = None
        if self._untested:
            advice = attrs.evolve(advice, untested=self._untested)
        self.advice = advice
        self.results.show(advice)
        self._note = (
            f"Chosen from {advice.designs:,} designs; {counted(advice.built, 'network')} built.",
            False,
        )
        self._draw()
        found = "Three designs meet all wishes" if advice.advised else "No design meets all wishes"
        self._say(f"{found}: {advice.advised[0].name if advice.advised else advice.give_way[0].text}")

    def _failed(self, failure: Exception) -> None:
        if self.running:
            self._running = None
            self._told(f"The search ended with an error: {error_text(failure)}", failed=True)

    def _stop(self) -> None:
        if self.running:
            self._end()
            self._stopped()

    def _stopped(self) -> None:
        self._running = None
        self._note = ("The search was stopped.", False)
        self._draw()
        self._say(self._note[0])

    def _end(self) -> None:
        """Drop what is under way; nothing of it is heard."""
        self._running = None
        self._advisor.stop()
        if self._calibrating:
            self._calibrating = False
            self._worker.stop()

    # What can be done with a design

    def _use(self, design: Design, name: str, scale: float) -> None:
        """Load a design, and take its images' scale and the animal for checks; undo leads back to the design before."""
        focus = self._session.focus
        if focus.locks:
            self._told(f"No other design is taken here. {focus.why}", failed=True)
            return
        self._session.load(design, name)
        animal = self.wishes.animal if self.advice is None else self.advice.wanted.animal_px
        self._session.assume(animal_px=max(round(animal), 1), input_scale=scale)
        scaled = (
            "" if scale == 1 else f" Its images are scaled to {number_text(scale)}: checks assume that now."
        )
        self._told(f"On screen: {name}.{scaled}")

    def _pin(self, design: Design, name: str, _: float) -> None:
        try:
            self._session.pin(design, name)
        except ValueError as refused:
            self._told(error_text(refused), failed=True)
        else:
            self._told(f"Pinned as {self._session.pins[-1].name}; Compare in the header shows it.")

    def _told(self, text: str, *, failed: bool = False) -> None:
        self._note = (text, failed)
        self._draw()
        self._say(text)

    # Drawing

    def _show_on_screen(self, _: Any = None) -> None:
        """Say of the network on screen what fits and how fine its output is; nothing while it is not seen."""
        shown = self._session.shown
        if shown is None or not self.visible:
            return
        try:
            memory = self.wishes.memory_bytes
        except FieldError:
            memory = None  # it stands at the control
        scale = self._session.conditions.input_scale
        self._on_screen.value = on_screen_html(shown.backbone, self.wishes, memory, scale)

    def _tell(self, text: str, share: float) -> None:
        self.progress.value = share
        self._status.value = note(text)

    def _draw(self) -> None:
        # One that is disabled while it has the keyboard hands it on: see keepFocus in the page's script.
        self.start.description = "Advising …" if self.running else "Advise"
        self.stop.disabled = not self.running
        self.progress.layout.display = "" if self.running else "none"
        stale = self.advice is not None and not self.running and not self._holds(self.advice)
        (self.results.add_class if stale else self.results.remove_class)("encdec-old")
        if self.running:
            return
        text, failed = self._note
        parts = [(error if failed else note)(text)] if text else []
        if stale:
            parts.append(note("What is below is for other wishes. Advise tells of these."))
        self._status.value = joined(parts)

    def _holds(self, advice: Advice) -> bool:
        """Whether an advice is for the wishes as they are typed now."""
        try:
            wanted = self.wishes.requirements()
        except FieldError:
            return False
        if self._untested:
            wanted = attrs.evolve(wanted, device=None)
        families = self.wishes.families
        return wanted == advice.wanted and (families is None or advice.families == (families,))

    def _button(
        self, words: str, tooltip: str, action: Callable[[], None], style: str = ""
    ) -> widgets.Button:
        button = widgets.Button(description=words, tooltip=tooltip, button_style=style)
        button.on_click(self._session.guarded(lambda _: action()))
        return button


def _first_wishes(session: Session) -> Wishes:
    """What the session knows already: the animal, the batch, and the camera's images where the size is set."""
    conditions = session.conditions
    wishes = Wishes(batch_size=conditions.batch_size, precision=conditions.precision)
    height, width, channels = session.editor.wanted.input_shape
    found = {
        "animal": conditions.animal_px,
        "height": height and round(height / conditions.input_scale),
        "width": width and round(width / conditions.input_scale),
        "channels": channels,
    }
    for name, value in found.items():
        try:
            wishes = wishes.replace(name, value) if value is not None else wishes
        except FieldError:
            continue  # the usual one stays
    if conditions.animal_px is None:
        # An animal that fits into the images, and is a fifth of them as long as nothing is known of it.
        wishes = wishes.replace("animal", max(min(wishes.height, wishes.width) // 5, 1))
    return wishes
