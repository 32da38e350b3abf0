"""A history as data of JSON: the design that it begins with, and what each edit changed."""

from __future__ import annotations

import itertools
from typing import Any

import attrs

from encdec_widgets.designs.design import Design
from encdec_widgets.designs.design_json import fields_of, to_data
from encdec_widgets.designs.history import INPUT_SCALES, History, State
from encdec_widgets.designs.json_changes import differences, with_changes
from encdec_widgets.formatting import error_text, quoted, shortened

MOST_KEPT = 200
"""So many edits are kept, the newest; a text of them takes some 20 kB."""
_STEP = ("changes", "words", "anew", "name", "scales")


class HistoryWriter:
    """Writes a history again after every edit, and each of its edits once."""

    def __init__(self) -> None:
        """Nothing is written yet."""
        self._written: dict[int, tuple[State, Any]] = {}
        self._steps: dict[tuple[int, int], dict[str, Any]] = {}

    def data_of(self, history: History) -> dict[str, Any]:
        """The history as data of JSON, of its newest :data:`MOST_KEPT` edits.

        Raises:
            FieldError: (a ValueError) If a field of a user's class holds something that JSON has no form for.
        """
        begin = max(0, min(history.position, len(history.states) - 1 - MOST_KEPT))
        states = history.states[begin : begin + MOST_KEPT + 1]
        # By identity: a state is held here as long as its entry, so that no other gets its number.
        self._written = {
            id(state): self._written.get(id(state)) or (state, to_data(state.design)) for state in states
        }
        pairs = list(itertools.pairwise(states))
        self._steps = {(id(a), id(b)): self._steps.get((id(a), id(b))) or self._step(a, b) for a, b in pairs}
        return {
            "first": self._written[id(states[0])][1],
            "name": states[0].name,
            "edits": [self._steps[id(a), id(b)] for a, b in pairs],
            "position": history.position - begin,
        }

    def _step(self, before: State, after: State) -> dict[str, Any]:
        was, becomes = (self._written[id(state)][1] for state in (before, after))
        step = {
            "changes": differences(was, becomes),
            "words": after.words,
            "anew": after.anew,
            "name": after.name,
            "scales": after.scales and list(after.scales),
        }
        return {key: value for key, value in step.items() if value or key == "changes"}


@attrs.frozen(eq=False)
class KeptHistory:
    """A history that was kept, whose designs are not made yet: the classes of its blocks may not be known yet.

    Attributes:
        data: What :class:`HistoryWriter` gave.
    """

    data: dict[str, Any]

    @classmethod
    def of(cls, data: Any, *, least: int = 1) -> KeptHistory:
        """Take what was read.

        Args:
            data: What was read.
            least: So many edits it has at least.

        Raises:
            ValueError: If it has not the form of a history.
        """
        if not isinstance(data, dict) or not isinstance(data.get("first"), dict):
            raise ValueError(f"edits begin with a design. Received: {quoted(data)}.")
        edits, position = data.get("edits"), data.get("position")
        if not isinstance(edits, list) or not least <= len(edits) <= MOST_KEPT:
            raise ValueError(f"edits are a list of {least} to {MOST_KEPT}. Received: {quoted(edits)}.")
        if type(position) is not int or not 0 <= position <= len(edits):
            raise ValueError(
                f"the position is a number from 0 to {len(edits)}, that of edits. Received: {quoted(position)}."
            )
        return cls(data)

    @property
    def count(self) -> int:
        """How many edits lead to its present design; where all were undone, how many there are."""
        return self.data["position"] or len(self.data["edits"])

    def history(self) -> History:
        """The history, with its designs.

        Raises:
            ValueError: If an edit is none, or a design is not possible; it says which.
        """
        data = self.data["first"]
        name = _text(self.data.get("name", ""))
        states = [State(_design(data, "the first design"), anew=True, name=name)]
        for number, edit in enumerate(self.data["edits"], 1):
            what = f"edit {number}"
            if not isinstance(edit, dict) or not isinstance(edit.get("changes"), list):
                raise ValueError(f"{what} has no list of changes. Received: {quoted(edit)}.")
            if unknown := [key for key in edit if key not in _STEP]:
                raise ValueError(f"{what} has no entry {quoted(unknown[0])}. There are: {', '.join(_STEP)}.")
            try:
                data = with_changes(data, edit["changes"])
            except ValueError as error:
                raise ValueError(f"{what}: {error_text(error)}") from None
            words, name = _text(edit.get("words", "")), _text(edit.get("name", ""))
            state = State(_design(data, what), words, anew=edit.get("anew") is True, name=name)
            states.append(attrs.evolve(state, scales=_scales(edit.get("scales"), what)))
        return History(tuple(states), self.data["position"])


def _design(data: Any, what: str) -> Design:
    try:
        return Design(**fields_of(data))
    except Exception as error:
        raise ValueError(f"{what}: {error_text(error)}") from error


def _scales(value: Any, what: str) -> tuple[float, float] | None:
    if value is None:
        return None
    least, most = INPUT_SCALES
    fits = isinstance(value, list) and len(value) == 2
    if not fits or not all(type(scale) in (int, float) and least <= scale <= most for scale in value):
        raise ValueError(f"{what}: scales are two numbers from {least} to {most}. Received: {quoted(value)}.")
    before, after = value
    return float(before), float(after)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"a name is a text. Received: {quoted(value)}.")
    return shortened(value)
