"""Edits on their way to the screen, and what is selected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from encdec_widgets.designs.block_edits import paths_of
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.heads import head_paths
from encdec_widgets.explain.why import Known
from encdec_widgets.session.editor import Editor


@attrs.frozen(eq=False)
class Selection:
    """What is selected.

    Attributes:
        path: Path of a block, ``encoder[*]`` for all blocks of a stage, ``head``; None for nothing.
        chosen: Whether it was asked for, by a click or by code; False where an edit moved it.
    """

    path: str | None = None
    chosen: bool = False


def selectable_paths(design: Design) -> tuple[str | None, ...]:
    """All that can be selected of a design; None, for nothing, is the last."""
    return (*paths_of(design), *head_paths(design), None)


@attrs.frozen(eq=False)
class Step:
    """An edit that gives another network.

    Attributes:
        before: The editing before it.
        after: The editing after it.
        asked: The changes that were asked for.
        anew: Whether its network has weights of its own.
        compared_with: The network on screen when it began, to tell what changed; None if there was nothing.
        earlier: Names of edits that were not on screen yet when it began, and come on it with this one.
        moved: The path that was selected before and after it, where it moved the selection.
        loads: How many networks have been loaded up to it.
        after_going_back: Whether the step before it went back to an earlier state, and is not on screen yet.
    """

    before: Editor
    after: Editor
    asked: Mapping[str, Any] = attrs.field(factory=dict)
    anew: bool = False
    compared_with: Known | None = None
    earlier: str = ""
    moved: tuple[str | None, str | None] | None = None
    loads: int = 0
    after_going_back: bool = False

    @property
    def goes_back(self) -> bool:
        """Whether layers that edits took away are to be as they were: after undo, redo, and a drag that leads back."""
        present = self.after.history.present
        return self.after_going_back or any(state is present for state in self.before.history.states)

    @property
    def input_scale(self) -> float | None:
        """By what images are multiplied in size from it on; None where it leaves that as it is."""
        before, after = self.before.history, self.after.history
        if after.has_same_steps(before) and after.position < before.position:
            undone = before.present.scales
            return None if undone is None else undone[0]
        if after.has_same_steps(before):
            redone = after.present.scales if after.position > before.position else None
            return None if redone is None else redone[1]
        for index in range(after.position, -1, -1):
            state = after.states[index]
            # The oldest may have gone meanwhile.
            if any(map(state.is_same_step, before.states[index : index + 2])):
                break
            if state.scales is not None:
                return state.scales[1]
        return None

    @property
    def words(self) -> str:
        """What led to the network that is on screen after it."""
        return ", ".join(filter(None, (self.earlier, self.after.step_from(self.before))))

    def then(
        self,
        after: Editor,
        asked: Mapping[str, Any],
        *,
        anew: bool,
        shown: Known | None,
        waiting: bool,
        moved: tuple[str | None, str | None] | None,
    ) -> Step:
        """The edit after this one.

        Args:
            after: The editing after it.
            asked: The changes that were asked for.
            anew: Whether its network has weights of its own.
            shown: The network that is on screen.
            waiting: Whether this one is not on screen yet.
            moved: The path that was selected before and after it, where it moved the selection.
        """
        goes_on = after.continues(self.after)
        return Step(
            before=self.after,
            after=after,
            asked=asked,
            anew=anew,
            compared_with=self.compared_with if goes_on or waiting else shown,
            earlier=self.earlier if goes_on else self.words if waiting else "",
            moved=moved,
            loads=self.loads + anew,
            after_going_back=waiting and self.goes_back,
        )


def before_the_moves(path: str | None, steps: tuple[Step, ...]) -> str | None:
    """The path that was selected before ``steps``, the oldest first, moved the selection to ``path``."""
    for step in reversed(steps):
        if step.moved and path == step.moved[1]:
            path = step.moved[0]
    return path
