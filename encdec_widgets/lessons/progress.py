"""How far a person is in a lesson, without a screen: guesses, hints, and goals held against the network on screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from weakref import WeakValueDictionary

import attrs
import traitlets

from encdec_widgets.background import on_this_loop, running_loop
from encdec_widgets.designs.design import Design
from encdec_widgets.formatting import quoted
from encdec_widgets.lessons.goals import Goal, GoalState
from encdec_widgets.lessons.kept import LessonFile
from encdec_widgets.lessons.kept_parts import Reached, kept_guess, kept_hints, kept_of, kept_reached
from encdec_widgets.lessons.looking import Looking
from encdec_widgets.lessons.predictions import (
    Answer,
    Prediction,
    PredictionState,
    gap,
    problem_text,
    score,
)
from encdec_widgets.session.conditions import Conditions
from encdec_widgets.session.telling import Telling
from encdec_widgets.widgets.base.at_rest import AtRest
from encdec_widgets.workers.errors import WorkerBusyError

if TYPE_CHECKING:
    from encdec_widgets.widgets.designer import Designer

Part: TypeAlias = Prediction | Goal
State: TypeAlias = PredictionState | GoalState

REFUSED = "The last edit is not possible: the figures are those of the network on screen."
KEPT_AFTER_S = 0.5
"""The network on screen is kept after so long a pause in the edits; guesses, hints and reached goals at once."""
AGAIN_S = 0.5
"""An answer for which the worker process is busy is tried again after so long."""
WAITS_S = 0.05
"""Where there are no threads, the screen has so long to say that an answer is being computed."""


_keeping: WeakValueDictionary[Path, LessonProgress] = WeakValueDictionary()
"""Who keeps in a file: of a lesson whose cell is run again, the newest alone. The earlier one may still live, for an
answer that it waits for, say."""


class LessonProgress(Telling):
    """How far a person is in a lesson; a screen observes it.

    Attributes:
        parts: The predictions and goals in their order: a :class:`PredictionState` or a :class:`GoalState` each (a
            trait, another tuple whenever one of them changes).
        current: Index of the part on screen (a trait).
        hidden: Whether the designer is hidden, as the prediction on screen has no guess, or one after it and before the
            next goal (a trait).
        note: What is to be said of what was kept of an earlier session; empty for nothing (a trait).
        sentence: What is to be read aloud, after its number: the gap of a guess, a goal that was reached (a trait).
    """

    parts = traitlets.Tuple(read_only=True)
    current = traitlets.Int(read_only=True)
    hidden = traitlets.Bool(read_only=True)
    note = traitlets.Unicode(read_only=True)
    sentence = traitlets.Tuple(traitlets.Int(), traitlets.Unicode(), default_value=(0, ""), read_only=True)

    def __init__(self, designer: Designer, start: Design, conditions: Conditions, file: LessonFile) -> None:
        """Observe the session of a designer.

        Args:
            designer: The designer.
            start: The design that the lesson starts with.
            conditions: What costs and checks are for.
            file: What is kept of the lesson; each part takes what is its own when it is added.
        """
        super().__init__()
        self._session, self._start, self._file = designer.session, start, file
        self._looking = Looking(designer, start, conditions, self._judge_those)
        self._at_rest = AtRest(KEPT_AFTER_S, self._session.guarded(self._keep), self._session.background)
        self._given: list[Part] = []
        self._keys: list[str] = []
        self._reached: dict[int, Reached] = {}
        self._waiting: list[int] = []
        self._session.observe(self._problem_changed, "problem")
        self._session.observe(self._steps_changed, "steps")
        if file.design is not None and file.design != self._session.editor.wanted:
            self._session.load(file.design, "the lesson as it was left")
        if file.path is not None:
            before = _keeping.get(file.path)
            _keeping[file.path] = self
            if before is not None:
                before._let_go()
        self.set_trait("note", file.note)

    # What the lesson is made of

    def add(self, part: Part) -> int:
        """Add a prediction or a goal at the end, and return its index."""
        index = len(self._given)
        key = part.key
        while key in self._keys:  # a goal that stands twice
            key += " again"
        self._given.append(part)
        self._keys.append(key)
        kept = self._file.parts.get(key, {})
        if isinstance(part, Goal):
            self._looking.hear_of(part)
            self._show([*self.parts, self._kept_goal(index, part, kept)])
        else:
            state = PredictionState(
                question=part.question, choices=part.choices, unit=part.unit, hides=part.then is None
            )
            self._show([*self.parts, state])
            self._take_guess(index, part, kept)
        if key == self._file.current:
            self.set_trait("current", index)
            self._hide()
        self._problem_changed()
        self._judge([index])
        return index

    def begin_anew(self) -> None:
        """Forget all guesses, hints and reached goals, and show the network that the lesson starts with."""
        self._file.begin_anew()
        given, self._given, self._keys = self._given, [], []
        self._reached.clear()
        self._waiting.clear()
        self._show([])  # before anything else is told: a screen shows the parts that are given
        self.set_trait("current", 0)
        if self._session.editor.wanted != self._start:
            self._session.load(self._start, "the start of the lesson")
        for part in given:
            self.add(part)

    @property
    def given(self) -> tuple[Part, ...]:
        """The predictions and goals in their order, as the lesson gave them."""
        return tuple(self._given)

    def reached_with(self, index: int) -> Reached | None:
        """What reached a goal; None as long as nothing did."""
        return self._reached.get(index)

    # What a person does

    def guess(self, index: int, value: Any) -> None:
        """Make a guess, and have the answer computed; a guess that is there stays, and an answer that is there too.

        An answer that could not be computed is tried again.

        Args:
            index: Index of the prediction.
            value: A number, or one of the choices.

        Raises:
            ValueError: If it is neither, there is no such prediction, or one before it has no guess.
        """
        prediction, state = self._at(index, Prediction, PredictionState)
        if not state.open:
            raise ValueError(
                "The predictions before this one have no guess yet: begin with the first of them."
            )
        if state.problem and not state.computing:
            self._compute(index)
        elif state.guess is None:
            guess = prediction.as_guess(value)
            self._change(index, guess=guess)
            self._keep()
            self._compute(index)
            self._judge(range(index, len(self._given)))

    def ask_hint(self, index: int) -> None:
        """Have the next hint of a goal told; nothing happens where there are no more.

        Raises:
            ValueError: If there is no such goal.
        """
        goal, state = self._at(index, Goal, GoalState)
        told = goal.hints[: len(state.hints) + 1]
        self._change(index, hints=told, more_hints=len(goal.hints) - len(told))
        self._keep()

    def turn_to(self, index: int) -> None:
        """Show another part; nothing happens where the predictions before it have no guess.

        Raises:
            ValueError: If there is no such part.
        """
        if self._state(index).open:
            self.set_trait("current", index)
            self._hide()
            self._at_rest.soon()

    # Predictions

    def _take_guess(self, index: int, prediction: Prediction, kept: Mapping[str, Any]) -> None:
        """Take a guess that was kept, and its answer; one that was not kept is computed."""
        guess, answer = kept_guess(prediction, kept)
        if guess is None:
            return
        self._change(index, guess=guess)
        if answer is None:
            self._compute(index)
        else:
            self._take_answer(index, prediction, guess, answer)

    def _compute(self, index: int) -> None:
        """Have an answer computed off the event loop, once nothing is being built: the two would slow each other."""
        self._change(index, computing=True, problem="")
        self._waiting.append(index)
        self._compute_what_waits()

    def _compute_what_waits(self) -> None:
        if self._session.steps and not self._session.closed:
            return
        waiting, self._waiting = self._waiting, []
        background = self._session.background
        for index in waiting:
            work = self._work(index)
            if running_loop() is None:
                work()
            elif background.has_threads:
                background.aside(work, awaited=True)
            else:
                background.later(WAITS_S, work)

    def _work(self, index: int) -> Callable[[], None]:
        """What computes an answer, and tells it on the event loop of the caller."""
        prediction: Any = self._given[index]
        tell = on_this_loop(self._session.guarded(self._answered))

        def work() -> None:
            try:
                answer = prediction.as_answer(prediction.answer())
            except Exception as error:  # noqa: BLE001 - it is the teacher's function; all of it is shown
                tell(index, None, error)
            else:
                tell(index, answer, None)

        return work

    def _answered(self, index: int, answer: Any, error: Exception | None) -> None:
        prediction, state = self._at(index, Prediction, PredictionState)
        if state.guess is None:
            return  # The lesson was begun anew meanwhile.
        if isinstance(error, WorkerBusyError) and running_loop() is not None:
            self._waiting.append(index)  # It trains or races, and so does the designer.
            self._session.background.later(AGAIN_S, self._session.guarded(self._compute_what_waits))
            return
        if error is not None:
            self._change(index, computing=False, problem=problem_text(error))
            self._say(problem_text(error))
            return
        self._take_answer(index, prediction, state.guess, answer)
        self._keep()
        self._say(f"{self.parts[index].gap} {prediction.because}".strip())

    def _take_answer(self, index: int, prediction: Prediction, guess: Answer, answer: Answer) -> None:
        self._change(
            index,
            computing=False,
            answer=answer,
            answer_text=prediction.text(answer),
            gap=gap(prediction, guess, answer),
            score=score(guess, answer),
            because=prediction.because,
        )

    # Goals

    def _kept_goal(self, index: int, goal: Goal, kept: Mapping[str, Any]) -> GoalState:
        """A goal with the hints that were told and the network that reached it, as far as they were kept."""
        told, reached = kept_hints(goal, kept), kept_reached(kept, self._file.design_of)
        if reached is not None:
            self._reached[index] = reached
        return GoalState(
            text=goal.text, hints=told, more_hints=len(goal.hints) - len(told), reached=reached is not None
        )

    def _problem_changed(self, _: Any = None) -> None:
        note = REFUSED if self._session.editor.outcome.pending else ""
        self._show([attrs.evolve(s, note=note) if isinstance(s, GoalState) else s for s in self.parts])

    def _steps_changed(self, _: Any) -> None:
        if self._waiting:
            self._compute_what_waits()

    def _judge_those(self, changed: str) -> None:
        """Judge the goals with quantities that may have changed; of another network, all of them."""
        of_network = changed == "network"
        given = enumerate(self._given)
        self._judge([i for i, p in given if isinstance(p, Goal) and (of_network or changed in p.hears_of)])
        if of_network:
            self._at_rest.soon()

    def _judge(self, indexes: Any) -> None:
        """Hold open goals against the network on screen."""
        seen = self._looking.seen()
        if seen is None:
            return
        states, reached = list(self.parts), False
        for index in indexes:
            goal, state = self._given[index], states[index]
            if not (isinstance(goal, Goal) and isinstance(state, GoalState) and state.open):
                continue
            parts = goal.judged(seen)
            now = goal.holds(parts)
            if now and not state.reached:
                self._reached[index] = Reached(design=seen.design, figures=goal.reports(seen))
                reached = True
                self._say(f"Reached: {goal.text}")
            states[index] = attrs.evolve(state, parts=parts, reached_now=now, reached=state.reached or now)
        self._show(states)
        if reached:
            self._keep()

    # Keeping

    def _let_go(self) -> None:
        """Keep nothing more: the lesson was made again, and what it says of itself is newer."""
        self._file.let_go()
        self.set_trait("note", self._file.note)

    def _keep(self) -> None:
        """Write down what was done so far."""
        current = self._keys[self.current] if self.current < len(self._keys) else ""
        parts = {
            key: kept_of(self.parts[index], self._reached.get(index)) for index, key in enumerate(self._keys)
        }
        self._file.write(parts, self._session.editor.wanted, current)
        self.set_trait("note", self._file.note)

    # Telling

    def _state(self, index: int) -> State:
        parts: tuple[State, ...] = self.parts
        if type(index) is not int or not 0 <= index < len(parts):
            raise ValueError(
                f"There is no such part of the lesson. Received: {quoted(index)}. Would work: 0 to {len(parts) - 1}."
            )
        return parts[index]

    def _at(self, index: int, kind: type[Any], of: type[Any]) -> tuple[Any, Any]:
        """The prediction or goal of an index, and what is known of it."""
        state = self._state(index)
        if not isinstance(state, of):
            name = kind.__name__.lower()
            kinds = [i for i, part in enumerate(self._given) if isinstance(part, kind)]
            raise ValueError(
                f"This part of the lesson is no {name}. Received: {index}. Would work: "
                f"{', '.join(map(str, kinds)) or 'none, as the lesson has none'}."
            )
        return self._given[index], state

    def _change(self, index: int, **changes: Any) -> None:
        states = list(self.parts)
        states[index] = attrs.evolve(states[index], **changes)
        self._show(states)

    def _show(self, states: list[State]) -> None:
        """Tell what is known of all parts, and which of them are open."""
        is_open, told = True, []
        for state in states:
            told.append(state if state.open == is_open else attrs.evolve(state, open=is_open))
            is_open = is_open and not (isinstance(state, PredictionState) and state.guess is None)
        self.set_trait("parts", tuple(told))
        self._hide()

    def _hide(self) -> None:
        """Hide the designer until the next goal: a question that was read may be turned back from."""
        states: tuple[State, ...] = self.parts
        to_do = (s for s in states[self.current :] if isinstance(s, GoalState) or s.guess is None)
        state = next(to_do, None)
        self.set_trait("hidden", isinstance(state, PredictionState) and state.hides)

    def _say(self, text: str) -> None:
        self.set_trait("sentence", (self.sentence[0] + 1, text))

    def _tell(self, handler: Callable[..., Any], change: Any) -> None:
        """Tell one observer; what it raises becomes the session's problem, and no edit breaks."""
        self._session.guarded(handler)(change)
