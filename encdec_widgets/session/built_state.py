"""From an edit to the network that is shown: it is asked for, built, taken or refused, and told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from encdec_widgets.backbone import Backbone
from encdec_widgets.explain.checks import Check
from encdec_widgets.explain.costs import PRECISIONS
from encdec_widgets.explain.too_large import TooLargeError, require_memory_for
from encdec_widgets.formatting import quoted
from encdec_widgets.networks.block_labels import block_label
from encdec_widgets.networks.discarded import Discarded
from encdec_widgets.session.conditions import Conditions
from encdec_widgets.session.editor import Editor
from encdec_widgets.session.interrupts import whole
from encdec_widgets.session.live_builder import LiveBuilder, Request, Result
from encdec_widgets.session.shown import Shown
from encdec_widgets.session.state import Progress, State, broken_at
from encdec_widgets.session.steps import Selection, Step, before_the_moves

_STAYS: Any = object()


class BuiltState(State):
    """What an editing session holds, and how the network of each edit comes on screen."""

    _builder: LiveBuilder
    _discarded: Discarded
    _telling_edit = False
    _scale_set_after: Step | None = None
    """The newest step when the scale of images was last set by itself: it counts more than what came before."""

    @whole
    def _follow(
        self,
        editor: Editor,
        asked: Mapping[str, Any] | None = None,
        *,
        anew: bool = False,
        moves_to: str | None = _STAYS,
        now: bool = False,
    ) -> None:
        """Build what an edit gives, or tell what is wrong with it.

        Args:
            editor: The editing after it.
            asked: The changes that were asked for.
            anew: Whether its network has weights of its own.
            moves_to: The path that is selected after it; the same as before if left out.
            now: Whether to build before returning.

        Raises:
            RuntimeError: If the session was closed.
        """
        if self.closed:
            raise RuntimeError(
                f"This was closed and takes no edits. Received: {quoted(dict(asked or {}))}. Would work: another "
                "Designer or Session, made of its design."
            )
        new = editor.wanted != self.editor.wanted
        moved = None if moves_to is _STAYS else (self.selected, moves_to)
        selection = self.selection
        if moved and (new or editor.outcome.error is None):  # nothing is new where twins change places
            selection = self._moved_to(moves_to)
        if not new:
            self._set(editor=editor, selection=selection)
            self._tell_problem()
            return
        step = self._step_to(editor, asked or {}, anew, moved)
        self._telling_edit = True
        try:
            self._set(editor=editor, selection=selection, steps=(*self.steps, step))
        finally:
            self._telling_edit = False
        if step not in self.steps[-1:]:
            return  # an observer has made a newer edit
        build = self._builder.build_now if now else self._builder.build
        build(self._request(step))

    def _step_to(
        self,
        editor: Editor,
        asked: Mapping[str, Any],
        anew: bool,
        moved: tuple[str | None, str | None] | None,
    ) -> Step:
        newest: Step | None = self.steps[-1] if self.steps else self.shown.step if self.shown else None
        if newest is None:  # the first network could not be built
            return Step(self.editor, editor, asked, anew, moved=moved, loads=int(anew))
        shown = None if self.shown is None else self.shown.known
        return newest.then(editor, asked, anew=anew, shown=shown, waiting=bool(self.steps), moved=moved)

    def _request(self, step: Step) -> Request:
        """What is to be built for a step. An edit that overtakes a loaded design begins with new weights too."""
        loaded = 0 if self.shown is None else self.shown.step.loads
        anew, history = step.loads != loaded, step.after.history
        return Request(step.after.wanted, step, anew, history=history, goes_back=step.goes_back)

    @whole
    def _built(self, request: Request, result: Result) -> None:
        if isinstance(result, Exception):
            self._refuse(request, result)
        else:
            self._take(result, request.step)
        self._tell_problem()

    def _refuse(self, request: Request, error: Exception) -> None:
        """Go back to what was wanted before, which may not be built yet, and say why."""
        if self.steps[-1:] != (request.step,):
            return  # A newer edit is on its way.
        step: Step = request.step
        editor = step.before.refused(error, {**self.editor.outcome.pending, **step.asked})
        steps = self.steps[:-1]
        if self._scale_set_after is step:
            self._scale_set_after = steps[-1] if steps else None
        selected = before_the_moves(self.selected, (step,))
        self._set(editor=editor, selection=self._moved_to(selected), steps=steps, refused=step, progress=None)
        if steps:
            self._builder.build(self._request(steps[-1]))

    def _take(self, backbone: Backbone, step: Step) -> None:
        """Show a network, of which all could be read."""
        if step not in self.steps:
            return  # It was given up, or a newer network is shown.
        try:
            model = self.model_of(backbone) if self._model_is_observed else backbone.structure
            shown = Shown.of(backbone, step, self._builder.kept_with(backbone))
        except Exception as error:  # noqa: BLE001 - reading a user's layers may raise anything
            self._refuse(Request(backbone.design, step), error)
            return
        conditions = self.conditions
        first = self.shown is None
        if self.shown is None and backbone.precision in PRECISIONS:
            conditions = attrs.evolve(conditions, precision=backbone.precision)
        elif self.shown is not None and self.shown.backbone.filled:
            self._discarded.add(self.shown.backbone.structure, backbone.structure)
        built = self.steps.index(step) + 1
        for done in self.steps[self._scale_settled : built]:
            if done.input_scale is not None:
                conditions = attrs.evolve(conditions, input_scale=done.input_scale)
        shown = attrs.evolve(
            shown,
            checks=self._checks(backbone, conditions),
            selected=self.selected,
            broken_at=broken_at(self.editor),
        )
        # Told first: the picture of another network is not drawn in the colours of this one's times.
        same = self.shown is not None and self.shown.backbone.design == backbone.design
        times = self.block_times if same else {}
        self._set(
            block_times=times, conditions=conditions, shown=shown, steps=self.steps[built:], progress=None
        )
        for name, value in (("design", backbone.design), ("backbone", backbone), ("model", model)):
            # An observer may have changed it meanwhile.
            if self.shown is not None and self.shown.backbone is backbone:
                self.set_trait(name, value)
        if first:
            self._ask_about(backbone)
        self._discarded.free(backbone.structure)

    @property
    def _scale_settled(self) -> int:
        """How many of the steps on their way have no say in the scale of images: it was set after them."""
        return self.steps.index(self._scale_set_after) + 1 if self._scale_set_after in self.steps else 0

    def _ask_about(self, backbone: Backbone) -> None:
        """Ask about the network that the session begins with, if it is too large."""
        if backbone.design != self.editor.wanted or self.editor.outcome.error is not None:
            return  # What is asked for now is another one.
        try:
            require_memory_for(backbone, accepted=self._builder.accepted_bytes)
        except TooLargeError as error:
            self._set(editor=self.editor.asking(error))
            self._tell_problem()

    def model_of(self, backbone: Backbone) -> Any:
        """The Keras model of a network of this session, with its weights.

        Raises:
            TooLargeError: (a MemoryError) If they take more than there is, and that was not accepted.
        """
        backbone.fill(anyway=self._builder.accepts(backbone))
        return backbone.model

    def _checks(self, backbone: Backbone, conditions: Conditions) -> tuple[Check, ...]:
        """What the checks find of a network; what goes wrong in them is the problem."""
        try:
            return backbone.checks(**conditions.of_checks)
        except Exception as error:  # noqa: BLE001 - it becomes the problem
            self.fail(error)
            return ()

    def _tell_progress(self, done: int, total: int, block: str) -> None:
        block = block_label(block, several_stacks=self.editor.wanted.architecture.stacks > 1)
        self._set(progress=Progress(done, total, block))

    def _moved_to(self, path: str | None) -> Selection:
        return self.selection if path == self.selected else Selection(path)
