"""The race of the designs that are pinned: its button, how far it is, and what it showed."""

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from encdec_widgets.designs.design import Design
from encdec_widgets.explore.compared import ComparedDesigns
from encdec_widgets.explore.comparing.given import Given
from encdec_widgets.explore.comparing.times import how_long_a_race, racers_of
from encdec_widgets.explore.how_long import FAR_LONGER
from encdec_widgets.session import Session
from encdec_widgets.session.pins import Pinned
from encdec_widgets.widgets.pages.timing_allowed import Allowed
from encdec_widgets.widgets.pages.timing_run import TimingRun
from encdec_widgets.workers.client import Worker, shared_worker
from encdec_widgets.workers.job import Progress
from encdec_widgets.workers.options import Options
from encdec_widgets.workers.timing import Race, Raced, Timing


@attrs.frozen(eq=False)
class _Held:
    """The time that a race gave of a pin's design, and the one that the pin had before."""

    design: Design
    input_scale: float
    timing: Timing
    before: Timing | None


class PinRace:
    """Races the pinned designs in the timing process, with the batch size and precision that the table is for.

    Attributes:
        raced: The newest race; None before the first.
    """

    def __init__(
        self,
        session: Session,
        changed: Callable[[], None],
        say: Callable[[str], None],
        worker: Worker | None = None,
    ) -> None:
        """Race nothing yet.

        Args:
            session: The session whose pins are raced.
            changed: Is called when :attr:`state` is another one, and when there is a result.
            say: Is called with what is to be read aloud.
            worker: The process to race in; the one of this kernel if left out.
        """
        self._session, self._changed, self._say = session, changed, say
        self._run = TimingRun(worker or shared_worker(), changed, say)
        self._progress = Progress(share=0.0, doing="")
        self._held: list[_Held] = []
        self._left_out: list[str] = []
        self.raced: Raced | None = None

    @property
    def running(self) -> bool:
        """Whether a race is under way."""
        return self._run.running

    @property
    def options(self) -> Options:
        """How the designs are timed: a forward pass, under the conditions of the table."""
        conditions = self._session.conditions
        return Options(batch_size=conditions.batch_size, precision=conditions.precision).resolved()

    def timing_of(self, pin: Pinned) -> Timing | None:
        """The newest time of a pinned design: that of the race, unless it was timed since."""
        asked = pin.design, pin.input_scale, pin.timing
        for held in self._held:
            if (held.design, held.input_scale, held.before) == asked:
                return held.timing
        return pin.timing

    def state(self, compared: ComparedDesigns | None) -> dict[str, Any]:
        """What the page shows: the button and what it would do, how far a race is, what is said or asked.

        Args:
            compared: The table, whose networks are raced; None while it is not known.
        """
        pins = self._session.pins
        words, why = "Race pinned", "Pin two designs or more, to time them in turn"
        if len(pins) > 1:
            options = self.options
            known = [self.timing_of(pin) for pin in pins]
            words = f"Race {len(pins)} pinned: {how_long_a_race(known, options)}"
            why = f"Times a forward pass of each in turn, batch {options.batch_size}; the table shows times and ratios"
        note = self._run.note or " ".join(self._left_out)
        return {
            "words": "Racing …" if self.running else words,
            "why": why,
            "can": len(pins) > 1 and compared is not None and not self.running,
            "running": self.running,
            "doing": f"{self._progress.doing} …" if self.running else "",
            "share": self._progress.share if self.running else 0.0,
            "note": note,
            "failed": self._run.failed,
            "question": self._run.question,
        }

    def begin(self, compared: ComparedDesigns) -> None:
        """Race the pinned designs.

        Args:
            compared: The table that has their networks.
        """
        pins = {pin.name: pin for pin in self._session.pins}
        given = [one for one in compared.given if one.name in pins]
        self._begin(given, pins, self.options, Allowed(at_most_s=FAR_LONGER * self.options.budget_s))

    def go_on(self) -> None:
        """Race all the same, where that was asked."""
        self._run.go_on()

    def stop(self) -> None:
        """End the race that is under way."""
        self._run.stop()

    def drop(self) -> None:
        """End the race that is under way; nothing of it is heard."""
        self._run.drop()

    def forget(self) -> None:
        """Take back what was said or asked of other designs or under other conditions."""
        self._run.forget()
        self._left_out = []

    def _begin(
        self, given: list[Given], pins: Mapping[str, Pinned], options: Options, allowed: Allowed
    ) -> None:
        """Race what was pinned when a person asked for the race: it may be unpinned by the time that it goes on."""
        if self.running:
            return
        self._left_out = []

        def job() -> Race:
            racers, self._left_out = racers_of(given, options)
            if len(racers) < 2:
                raise ValueError(
                    " ".join(["A race takes two pinned designs that can be timed.", *self._left_out])
                )
            return Race(racers=racers, at_most_s=allowed.at_most_s, beyond_memory=allowed.beyond_memory)

        def take(raced: Raced) -> None:
            self.raced = raced
            self._held = [
                _Held(pins[name].design, pins[name].input_scale, timing, pins[name].timing)
                for name, timing in zip(raced.names, raced.timings, strict=True)
            ]
            self._say(f"Raced: {raced.sentence}.")

        self._run.begin(
            job,
            allowed=allowed,
            take=take,
            progressed=self._progressed,
            again=lambda more: self._begin(given, pins, options, more),
        )

    def _progressed(self, progress: Progress) -> None:
        self._progress = progress
        self._changed()
