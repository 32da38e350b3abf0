"""Undo and redo as a value: all designs of a session in order, and which of them is the present one."""

import time
from collections.abc import Callable, Hashable

import attrs

from encdec_widgets.architectures.fields.by_content import ByContent
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.edit_names import edit_name, same_network

MOST_STATES = 1001
"""So many designs are kept: 1,000 steps back. They are small values that share their blocks."""
INPUT_SCALES = (0.1, 1.0)
"""By what images are multiplied in size before a network sees them: the range of SLEAP's Input Scaling."""
SAME_GESTURE_S = 1.0
"""Edits of one field that follow each other within so many seconds are one step, as arrow keys are pressed."""


@attrs.frozen
class State(ByContent):
    """A design, and how it was reached.

    Attributes:
        design: The design.
        words: What led to it, where that is not to be read from the two designs.
        gesture: Edits that belong to one movement of the hand have the same; None stands alone.
        anew: Whether it has weights of its own, which the state before does not share.
        name: The name of the preset that was asked for, as several presets are one network; empty for none.
        scales: By what images were multiplied in size before it and are with it, where it was loaded together with
            that; None where it leaves that as it is.
    """

    design: Design
    words: str = ""
    gesture: Hashable = None
    anew: bool = False
    name: str = ""
    scales: tuple[float, float] | None = None

    def is_same_step(self, other: "State") -> bool:
        """Whether it is the other one, which may have got another name since."""
        return self is other or (
            self.design is other.design and self.anew == other.anew and self.scales == other.scales
        )


@attrs.frozen
class History(ByContent):
    """All states, oldest first.

    Attributes:
        states: The states.
        position: Which of them is the present.
    """

    states: tuple[State, ...]
    position: int = 0

    @property
    def present(self) -> State:
        """The present state."""
        return self.states[self.position]

    @property
    def undo_name(self) -> str | None:
        """What undo takes back, in words; None if there is nothing."""
        return self._name(self.position) if self.position else None

    @property
    def redo_name(self) -> str | None:
        """What redo does again, in words; None if there is nothing."""
        return self._name(self.position + 1) if self.position + 1 < len(self.states) else None

    def _name(self, index: int) -> str:
        state = self.states[index]
        return state.words or edit_name(self.states[index - 1].design, state.design)

    def then(self, state: State) -> "History":
        """Add a step; what was undone before is forgotten.

        A step of the same gesture as the last one becomes part of it, and leaves nothing if it leads back.
        """
        kept = self.states[: self.position + 1]
        goes_on = len(kept) > 1 and state.gesture is not None and kept[-1].gesture == state.gesture
        if goes_on:
            kept = kept[:-1]
        led_back = goes_on and same_network(kept[-1].design, state.design)
        if kept[-1].design != state.design and not led_back:
            kept = (*kept, state)[-MOST_STATES:]
        return History(kept, len(kept) - 1)

    def then_all(self, kept: "History") -> "History":
        """Add all states of another history, the first of which is left out where it is the present one.

        What was undone before is forgotten.
        """
        here = self.states[: self.position + 1]
        added = kept.states[kept.states[0].design == here[-1].design :]
        states = (*here, *added)
        position = len(states) - len(kept.states) + kept.position
        left_out = min(max(0, len(states) - MOST_STATES), position)
        return History(states[left_out : left_out + MOST_STATES], position - left_out)

    def has_same_steps(self, other: "History") -> bool:
        """Whether it has the states of the other one, whatever their names; the present one may be another."""
        return len(self.states) == len(other.states) and all(
            map(State.is_same_step, self.states, other.states)
        )

    def renamed(self, name: str) -> "History":
        """The same, with the present design known by ``name``."""
        states = list(self.states)
        states[self.position] = attrs.evolve(self.present, name=name)
        return attrs.evolve(self, states=tuple(states))

    def undone(self) -> "History":
        """Go one step back, if there is one."""
        return attrs.evolve(self, position=max(self.position - 1, 0))

    def redone(self) -> "History":
        """Go one step forward again, if there is one."""
        return attrs.evolve(self, position=min(self.position + 1, len(self.states) - 1))


class Gestures:
    """Which edits of a field belong together as one gesture: one drag, or keys in quick succession."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start without an edit; ``clock`` gives the time in seconds."""
        self._clock = clock
        self._number = 0
        self._last: tuple[str, float] = ("", float("-inf"))
        self._held = False

    def hold(self, held: bool) -> None:
        """A pointer goes down, which begins a gesture that lasts, however slow, until it is released.

        What the page still had to send then comes within :data:`SAME_GESTURE_S` after that.
        """
        self._held = held
        self._number += held
        if held:
            self._last = (self._last[0], self._clock())

    def end(self) -> None:
        """Let the next edit begin another gesture, as after an undo."""
        self._last = ("", float("-inf"))

    def of(self, field: str) -> Hashable:
        """Tell the gesture that an edit of ``field`` belongs to now."""
        name, when = self._last
        now = self._clock()
        if name != field or (not self._held and now - when > SAME_GESTURE_S):
            self._number += 1
        self._last = (field, now)
        return field, self._number
