"""Editing, as a value: the design that is wanted, changes that are not possible yet, and the history."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

import attrs

from encdec_widgets.architectures.fields.by_content import ByContent
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.edits import BUILD_ANYWAY, GIVE_UP, Outcome, apply_edit, possible_mends, refusal
from encdec_widgets.designs.history import History, State
from encdec_widgets.designs.presets import family_name, preset_name
from encdec_widgets.explain.too_large import TooLargeError
from encdec_widgets.formatting import counted


@attrs.frozen
class Editor(ByContent):
    """A design that is being edited.

    Two are never equal: an edit that changes nothing is told too, as controls have to show again what is wanted.

    Attributes:
        outcome: What became of the last edit.
        history: All designs on the way; the present one is the outcome's.
    """

    outcome: Outcome
    history: History

    @classmethod
    def at(cls, design: Design, name: str = "") -> Editor:
        """The editor of a design that was not edited yet; ``name`` is that of the preset that was asked for."""
        return cls(Outcome(design), History((State(design, name=name),)))

    @property
    def wanted(self) -> Design:
        """The newest design that is possible, as far as that is known before it is built."""
        return self.outcome.design

    @property
    def preset(self) -> str | None:
        """The name of the preset that is wanted: of several that are one network, the one asked for; None for none."""
        return self.history.present.name or preset_name(self.wanted)

    def changed(self, changes: Mapping[str, Any], words: str = "", gesture: Hashable = None) -> Editor:
        """After an edit of some fields: see :func:`encdec_widgets.designs.edits.apply_edit`."""
        return self._after(lambda: apply_edit(self.wanted, self._waiting, changes), changes, words, gesture)

    def replaced(
        self,
        make: Callable[[], Design],
        name: str = "",
        preset: str = "",
        scales: tuple[float, float] | None = None,
    ) -> Editor:
        """After another design has taken the place of this one, with weights of its own.

        Args:
            make: Gives the design.
            name: What it is called in the words of undo, where that is not the name of its preset or family.
            preset: The name of the preset that was asked for; empty for none.
            scales: As :attr:`encdec_widgets.designs.history.State.scales`.
        """
        after = self._after(lambda: Outcome(make()), {})
        if after.wanted == self.wanted:
            renames = preset and after.outcome.error is None
            return attrs.evolve(after, history=after.history.renamed(preset)) if renames else after
        words = f"load {name or preset or preset_name(after.wanted) or family_name(after.wanted)}"
        state = State(after.wanted, words, anew=True, name=preset, scales=scales)
        return attrs.evolve(after, history=self.history.then(state))

    def brought_back(self, kept: History) -> Editor:
        """After all edits of a history that was kept, up to its present design."""
        return self._moved(self.history.then_all(kept))

    def undone(self) -> Editor:
        """One step back: out of a change that is not possible first."""
        return self._moved(self.history if self.outcome.error is not None else self.history.undone())

    def redone(self) -> Editor:
        """One step forward again."""
        return self._moved(self.history.redone())

    def refused(self, error: Exception, asked: Mapping[str, Any]) -> Editor:
        """The same, told why what was asked for after it could not be built.

        Args:
            error: What was wrong with it.
            asked: The changes that had led to it, with those that were pending.
        """
        if isinstance(error, FieldError):  # known only when the layers are made
            mends = possible_mends(self.wanted, asked, error)
            outcome = refusal(self.wanted, asked, error, mends)
        elif isinstance(error, TooLargeError):
            outcome = Outcome(self.wanted, dict(asked), error, (BUILD_ANYWAY, GIVE_UP))
        else:
            return self.failing(error)
        return attrs.evolve(self, outcome=outcome)

    def asking(self, error: TooLargeError) -> Editor:
        """The same, asked whether what it begins with is to be built, though it is so large."""
        return attrs.evolve(self, outcome=Outcome(self.wanted, {}, error, (BUILD_ANYWAY,)))

    def cleared(self) -> Editor:
        """The same, without the change that is not possible."""
        return attrs.evolve(self, outcome=Outcome(self.wanted))

    def continues(self, before: Editor) -> bool:
        """Whether the last edit belongs to the step that was the last one before it, as within one drag."""
        gesture = self.history.present.gesture
        return gesture is not None and gesture == before.history.present.gesture

    def step_from(self, before: Editor) -> str:
        """The name of the step that led here; empty if nothing changed."""
        if self.wanted == before.wanted:
            return ""
        if self.history.states == before.history.states:
            undone = self.history.position < before.history.position
            return f"Undo {before.history.undo_name}" if undone else f"Redo {before.history.redo_name}"
        added = len(self.history.states) - before.history.position - 1
        return f"Bring back {counted(added, 'edit')}" if added > 1 else self.history.undo_name or ""

    def failing(self, error: Exception) -> Editor:
        """The same, with something that went wrong and can only be given up."""
        return attrs.evolve(self, outcome=Outcome(self.wanted, {}, error, (GIVE_UP,)))

    @property
    def _waiting(self) -> Mapping[str, Any]:
        """Changes that a later edit may make possible; one that is too large is not made unasked."""
        return {} if isinstance(self.outcome.error, TooLargeError) else self.outcome.pending

    def _moved(self, history: History) -> Editor:
        return Editor(Outcome(history.present.design), history)

    def _after(
        self,
        edit: Callable[[], Outcome],
        asked: Mapping[str, Any],
        words: str = "",
        gesture: Hashable = None,
    ) -> Editor:
        try:
            outcome = edit()
        except FieldError as error:
            outcome = refusal(self.wanted, {**self._waiting, **asked}, error)
        except Exception as error:  # noqa: BLE001 - a user's block may raise anything; all of it is shown
            return self.failing(error)
        if outcome.design == self.wanted:
            return attrs.evolve(self, outcome=outcome)
        history = self.history.then(State(outcome.design, words, gesture))
        # A gesture that leads back leads to the design that was there: to the family, and not to its list of blocks.
        return Editor(attrs.evolve(outcome, design=history.present.design), history)
