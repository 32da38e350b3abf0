"""The panel of the advisor: wishes, a button, and the designs that meet them, each with its reasons."""

from collections.abc import Callable
from typing import Any

import attrs
import traitlets
from markupsafe import Markup

from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.designs.design import Design
from encdec_widgets.explain.problem_words import problem_sentence
from encdec_widgets.explore.advising.advice import Advice
from encdec_widgets.explore.advising.measured import finalists, others_may_be_better, with_times
from encdec_widgets.explore.advising.space import chosen_families
from encdec_widgets.explore.advising.timed import FinalistTimer, Outcomes, how_long_for, too_long
from encdec_widgets.explore.advising.wishes import Wishes
from encdec_widgets.formatting import counted, error_text, number_text
from encdec_widgets.session import Session
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.buttons import button, row_of
from encdec_widgets.widgets.base.reading import unheard
from encdec_widgets.widgets.base.texts import answer, error, heading, joined, note
from encdec_widgets.widgets.pages.advise_controls import WishControls
from encdec_widgets.widgets.pages.advise_results import AdviseResults
from encdec_widgets.widgets.pages.advise_search import AdviseSearch
from encdec_widgets.widgets.pages.advise_words import found_words, on_screen_html
from encdec_widgets.widgets.pages.receptive_view import SAMPLE_ANIMAL_PX
from encdec_widgets.workers.client import Worker, shared_worker
from encdec_widgets.workers.errors import TimingStopped
from encdec_widgets.workers.timing import visible_devices


class AdvisePanel(widgets.VBox):
    """What must hold, *Advise* and *Stop*; then three designs that can be timed, or which wish costs what.

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
        self._chosen: Advice | None = None  # the same without times
        self._outcomes: Outcomes = {}  # what came of timing its designs
        self._slower = 1.0  # how many times longer designs took than predicted
        self._typed: dict[str, tuple[Any, FieldError]] = {}  # what no wish takes, as it stands at its control
        self._note: tuple[str, bool] = ("", False)
        self._shows_beginning = False  # the line that tells how far it is was brought into view
        self._search = AdviseSearch(session, self._worker, self._tell, self._came)
        self._timing = FinalistTimer(
            session.background, self._worker, self._tell, session.guarded(self._timed)
        )
        # Without threads there are no processes that could tell the speed of a device.
        self._can_time = session.background.has_threads
        here = [device.option for device in visible_devices()] if self._can_time else []
        self._fields = Wishes.fields(here)
        self.controls = WishControls(session, self._edited)
        self.start = button(session, "Advise", "Looks for designs that meet all wishes", self.ask, "primary")
        self.stop = button(session, "Stop", "Ends the search, or the timing, at once", self._stop)
        self.time = button(
            session,
            "Time the designs",
            "Times the designs that are advised on this machine, and says how far predictions were off",
            self._time,
        )
        self.choose_again = button(
            session,
            "Choose again with these times",
            "Predicts as much longer, or shorter, times as these were off",
            self._choose_again,
        )
        self.progress = widgets.FloatProgress(min=0.0, max=1.0)
        self._status, self._on_screen = widgets.HTML(), widgets.HTML()
        self.results = AdviseResults(session, self._use, self._pin)
        super().__init__(
            [
                widgets.HTML(heading("Advise: what must hold", 3)),
                self.controls,
                row_of(self.start, self.stop, self.time, self.choose_again),
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
        session.observe(self._take_animal, "conditions")

    @property
    def text(self) -> str:
        """What the panel says, as HTML."""
        return f"{self.controls.refusal}{self._status.value}{self.results.text}{self._on_screen.value}"

    @property
    def running(self) -> bool:
        """Whether a question is under way, or its designs are timed."""
        return self._search.running or self._timing.running

    def close(self) -> None:
        """Stop what is searched or timed, and close."""
        self._drop()
        super().close()

    # Wishes

    def _edited(self, name: str, value: Any) -> None:
        try:
            self.wishes = self.wishes.replace(name, value)
        except FieldError as problem:
            self._typed[name] = value, problem
        else:
            self._typed.pop(name, None)
            if name == "animal":
                # It is the same animal on the page Receptive field, and in checks.
                self._session.assume(animal_px=max(round(self.wishes.animal), 1))
        self._show_wishes()
        self._draw()
        self._show_on_screen()

    @property
    def _problems(self) -> dict[str, FieldError]:
        """Why wishes are not possible, by name; what was typed before still counts where something else is mended."""
        return self.wishes.problems | {name: problem for name, (_, problem) in self._typed.items()}

    def _show_wishes(self) -> None:
        values = self.wishes.values() | {name: value for name, (value, _) in self._typed.items()}
        problems = self._problems
        untested = {name: why for name, why in self.wishes.untested.items() if name not in problems}
        self.controls.show_wishes(self._fields, values, problems, untested)

    def _take_animal(self, _: Any) -> None:
        """Wish for the animal that was set elsewhere."""
        animal = self._session.conditions.animal_px
        if animal is None or animal == max(round(self.wishes.animal), 1):
            return
        try:
            self.wishes = self.wishes.replace("animal", animal)
        except FieldError:
            return  # it is longer than any image
        self._typed.pop("animal", None)
        self._show_wishes()
        self._draw()

    # Asking

    def ask(self) -> None:
        """Begin to advise; what comes of it is shown when it comes."""
        problems = self._problems
        if problems:
            self._told("Nothing is looked for while a wish is not possible.", failed=True)
            self._say(" ".join(map(problem_sentence, problems.values())))
            return
        wanted = self.wishes.requirements()
        self._drop()
        self._note = ("", False)
        self._search.begin(wanted, self.wishes.families)
        self._begun()

    def _choose_again(self) -> None:
        """Look once more, with predictions that are as much longer as designs took."""
        if self._chosen is not None:
            self._drop()
            self._note = ("", False)
            self._search.begin_again(self._slower)
            self._begun()

    def _begun(self) -> None:
        if self._search.running:
            self._say("Looking for designs. Stop ends it.")
            self._draw()  # otherwise it came to an end already, which was drawn

    def _came(self, outcome: Advice | Exception) -> None:
        if isinstance(outcome, TimingStopped):
            self._told("The search was stopped.")
        elif isinstance(outcome, Exception):
            self._told(f"The search ended with an error: {error_text(outcome)}", failed=True)
        else:
            self.advice = self._chosen = outcome
            self._outcomes, self._slower = {}, 1.0
            self.results.show(outcome)
            self._note = (found_words(outcome), False)
            self._draw(answers=True, top=True)
            first = outcome.advised[0].name if outcome.advised else outcome.give_way[0].text
            self._say(f"{found_words(outcome)} {first}")

    def _stop(self) -> None:
        if self._timing.running:
            self._timing.stop()
        elif self._search.running:
            self._search.drop()
            self._told("The search was stopped.")

    def _drop(self) -> None:
        """Drop what is under way; nothing of it is heard."""
        self._search.drop()
        self._timing.drop()

    # Timing the designs

    def _time(self) -> None:
        """Begin to time the designs that are advised; what comes of it is shown when it comes."""
        if self._chosen is None or not self._chosen.advised or self.running:
            return
        self._note = ("", False)
        self._timing.begin(self._chosen, self._outcomes)
        if self._timing.running:  # otherwise it came to an end already, which was said and drawn
            self._say("Timing the designs. Stop ends it.")
            self._draw()

    def _timed(self, chosen: Advice, outcomes: Outcomes, by: Exception | None) -> None:
        """Show what was measured, and say what ended it before all were."""
        self._outcomes = outcomes
        self.advice, self._slower = with_times(chosen, outcomes)
        self.results.show(self.advice)
        if isinstance(by, TimingStopped):
            self._told("The timing was stopped.")
        elif by is not None:
            self._told(f"The timing ended: {problem_sentence(by)}", failed=True)
        else:
            found = self.advice.sure[len(chosen.sure) :] or ("No design could be timed; each says why.",)
            self._told(" ".join(found))

    # What can be done with a design

    def _use(self, design: Design, name: str, scale: float) -> Markup:
        """Load a design, with its images' scale, the animal and the card; undo leads back to the design before."""
        focus = self._session.focus
        if focus.locks:
            return self._answered(f"No other design is taken here. {focus.why}", failed=True)
        self._session.load(design, name, input_scale=scale)
        wanted = None if self.advice is None else self.advice.wanted
        animal = self.wishes.animal if wanted is None else wanted.animal_px
        card = {} if wanted is None or wanted.memory is None else {"card_bytes": wanted.memory}
        self._session.assume(animal_px=max(round(animal), 1), **card)
        scaled = (
            "" if scale == 1 else f" Its images are scaled to {number_text(scale)}: checks assume that now."
        )
        return self._answered(f"On screen: {name}.{scaled}")

    def _pin(self, design: Design, name: str, scale: float) -> Markup:
        try:
            self._session.pin(design, name, scale, new=True)
        except ValueError as refused:
            return self._answered(error_text(refused), failed=True)
        return self._answered(f"Pinned as {self._session.pins[-1].name}. Compare in the header shows it.")

    def _answered(self, text: str, *, failed: bool = False) -> Markup:
        """What came of a button of a design, which stands beside it and is read aloud."""
        self._say(text)
        return answer((error if failed else note)(text))

    def _told(self, text: str, *, failed: bool = False) -> None:
        self._note = (text, failed)
        self._draw(answers=True)
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

    def _tell(self, text: str, share: float | None) -> None:
        """Say what is done, and how far it is; None where that is not known."""
        self.progress.value = share or 0.0
        self.progress.layout.display = "none" if share is None else ""
        # It comes into view as it begins, and not again with each step: a person may look at something else meanwhile.
        self._status.value = note(text) if self._shows_beginning else answer(note(text))
        self._shows_beginning = True

    def _draw(self, *, answers: bool = False, top: bool = False) -> None:
        # One that is disabled while it has the keyboard hands it on: see keepFocus in the page's script.
        self.start.description = "Advising …" if self._search.running else "Advise"
        self.stop.disabled = not self.running
        chosen = self._chosen
        can_time = chosen is not None and bool(chosen.advised) and self._can_time
        if chosen is not None and can_time:
            what = f"the {counted(len(finalists(chosen)), 'design')}"
            if too_long(self._outcomes):
                what = "all the same"
            words = f"Time {what}: {how_long_for(chosen, self._outcomes)}"
            self.time.description = "Timing …" if self._timing.running else words
        self.time.disabled = self.running
        self.time.layout.display = "" if can_time else "none"
        others = (
            self.advice is not None and not self.running and others_may_be_better(self.advice, self._slower)
        )
        self.choose_again.layout.display = "" if others else "none"
        stale = self.advice is not None and not self.running and not self._holds(self.advice)
        (self.results.add_class if stale else self.results.remove_class)("encdec-old")
        if self.running:
            return
        self.progress.layout.display = "none"
        self._shows_beginning = False
        text, failed = self._note
        said = [(error if failed else note)(text)] if text else []
        # It comes into view when it is new alone: not when a wish is typed below it.
        parts = [answer(one, top=top) for one in said] if answers else said
        if stale:
            parts.append(note("What is below is for other wishes. Advise tells of these."))
        self._status.value = joined(parts)

    def _holds(self, advice: Advice) -> bool:
        """Whether an advice is for the wishes as they are typed now."""
        if self._problems:
            return False
        wanted = self.wishes.requirements()
        if self._search.untested:
            wanted = attrs.evolve(wanted, device=None)
        return wanted == advice.wanted and chosen_families(self.wishes.families) == advice.families


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
        # As on the page Receptive field, as far as it fits into the images.
        wishes = wishes.replace("animal", min(SAMPLE_ANIMAL_PX, wishes.height, wishes.width))
    return wishes
