"""One editing session: the design that is wanted, the network that is shown, and the way from one to the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

from encdec_widgets.architectures.encoder_decoder import EncoderDecoder
from encdec_widgets.backbone import Backbone
from encdec_widgets.background import Background, shared_background
from encdec_widgets.designs.block_edits import BlockEdit
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.edits import BUILD_ANYWAY
from encdec_widgets.designs.history import Gestures, History
from encdec_widgets.designs.mends import Mend
from encdec_widgets.designs.paths import no_field
from encdec_widgets.designs.presets import as_design
from encdec_widgets.designs.skip_edits import switch_skip
from encdec_widgets.explain.too_large import TooLargeError
from encdec_widgets.networks.discarded import Discarded
from encdec_widgets.session.editor import Editor
from encdec_widgets.session.interrupts import whole
from encdec_widgets.session.live_builder import LiveBuilder, Request
from encdec_widgets.session.steps import Step, before_the_moves
from encdec_widgets.session.trained_weights import learnt, take
from encdec_widgets.session.view_state import ViewState

if TYPE_CHECKING:
    from encdec_widgets.workers.training.result import WeightsOf


class Session(ViewState):
    """One design that is being edited, and its network, which is built anew at every edit.

    An edit that is not possible does not raise: ``problem`` says why, ``editor.outcome.mends`` what would mend it, and
    the last network stays. Where an event loop runs, as in a notebook, networks are built in the background, the newest
    edit first; elsewhere an edit returns when its network is built. Reading ``design``, ``backbone``, ``model`` or
    ``problem`` waits for it. All traits, which :class:`~encdec_widgets.session.state.State` names, can be observed.

    Example:
        >>> from encdec_widgets.session import Session
        >>> session = Session("SLEAP medium single")
        >>> session.change("filters", 24)
        >>> session.design.architecture.filters
        24
        >>> session.change({"filters": 0})
        >>> print(session.problem)
        filters must be a whole number from 1 to 4096. Received: filters=0. Would work: 1.
        >>> session.undo()  # gives up what is not possible
        >>> session.undo()
        >>> session.backbone.design == Session("SLEAP medium single").design
        True
    """

    def __init__(
        self, design: Design | EncoderDecoder | str | None = None, *, background: Background | None = None
    ) -> None:
        """Build ``design``; in a notebook where Keras is not loaded yet, load it in the background.

        Args:
            design: A design, an architecture, the name of a preset, or nothing for a small U-Net.
            background: What networks are built in; by default the background of this process.

        Raises:
            ValueError: If it is none of these.
            BackendMissingError: (an ImportError) If no Keras backend is installed.
        """
        editor = Editor.at(as_design(design), design if isinstance(design, str) else "")
        super().__init__(editor)
        self._gestures = Gestures()
        self._discarded = Discarded()
        first = Step(editor, editor)
        self._set(steps=(first,))
        self._background = background or shared_background()
        self._builder = LiveBuilder(self.guarded(self._built), self._tell_progress, self._background)
        backbone = self._builder.build_first(Request(editor.wanted, first, history=editor.history))
        if backbone is not None:
            self._take(backbone, first)

    @property
    def background(self) -> Background:
        """What networks are built in, and what is computed for this session."""
        return self._background

    # Edits

    def change(
        self,
        what: str | Mapping[str, Any] | BlockEdit,
        value: Any = None,
        *,
        now: bool = False,
    ) -> None:
        """Change one field, several together, or a list of blocks.

        Args:
            what: The path of a field, such as ``filters``, ``encoder[1].filters`` or ``input_shape``; new values by
                path; or an edit of :mod:`encdec_widgets.designs.block_edits`.
            value: The new value, where ``what`` is a path. Any value may be given: one that is not possible becomes
                the ``problem``, and so does what is no path.
            now: Whether to build before returning, also where an event loop runs.
        """
        if isinstance(what, BlockEdit):
            self._change_blocks(what, now)
            return
        self._gestures.end()
        changes = dict(what) if isinstance(what, Mapping) else None
        for path, new in [(what, value)] if changes is None else changes.items():
            if not isinstance(path, str):
                self._follow(self.editor.failing(no_field(path, new)), now=now)
                return
        asked = {str(what): value} if changes is None else changes
        self._follow(self.editor.changed(asked), asked, now=now)

    @whole
    def turn(self, path: str, value: Any) -> None:
        """Change one field as a control does: what belongs to one movement of the hand is one step to undo."""
        if not isinstance(path, str):
            self.change(path, value)
            return
        self._set(in_hand=path)
        changes = {path: value}
        self._follow(self.editor.changed(changes, gesture=self._gestures.of(path)), changes)

    def switch_skip(self, name: str, made: bool | None = None) -> bool:
        """Take the skip connection of a decoder block out, or in where it is not made.

        Args:
            name: The name of the block, in the network that is shown.
            made: Whether the person who asks saw it made; where that is out of date, nothing happens.

        Returns:
            Whether there was a choice. Where another network than the one that is shown is wanted, or the skip
            connection is locked, nothing happens.
        """
        if self.shown is None or self.shown.backbone.design != self.editor.wanted:
            return False
        change = switch_skip(self.editor.wanted, self.shown.backbone.blocks, name)
        if change is None or any(map(self.focus.locked, change)):
            return False
        if made is None or made not in change.values():
            self.change(change)
        return True

    def hold(self, held: bool) -> None:
        """Say whether a pointer is down on a control: what changes meanwhile is one step to undo."""
        self._gestures.hold(held)

    def load(
        self,
        design: Design | EncoderDecoder | str,
        name: str = "",
        *,
        input_scale: float | None = None,
        now: bool = False,
    ) -> None:
        """Take another design in place of the present one, with weights of its own.

        Args:
            design: A design, an architecture, or the name of a preset. Anything else becomes the ``problem``.
            name: What it is called in the words of undo, where that is not the name of its preset or family.
            input_scale: By what images are multiplied in size before they come to it: costs and checks assume that
                when its network is shown, and undo leads back from it too. As it is if left out.
            now: As in :meth:`change`.

        Raises:
            FieldError: (a ValueError) If the scale is not possible.
        """
        preset = design if isinstance(design, str) else ""
        scales = None
        if input_scale is not None:
            scaled = attrs.evolve(self.conditions, input_scale=input_scale)
            coming = [step.input_scale for step in self.steps[self._scale_settled :]]
            before = [scale for scale in (self.conditions.input_scale, *coming) if scale is not None][-1]
            scales = (before, scaled.input_scale)
        editor = self.editor.replaced(lambda: as_design(design), name, preset, scales)
        if scales and editor.wanted == self.editor.wanted and editor.outcome.error is None:
            self.assume(input_scale=input_scale)  # the design is there already
        self._follow(editor, anew=True, now=now)

    def bring_back(self, kept: History, *, now: bool = False) -> None:
        """Make all edits again of a history that was kept; undo leads back through them to the present design.

        Args:
            kept: The history.
            now: As in :meth:`change`.
        """
        self._gestures.end()
        self._follow(self.editor.brought_back(kept), anew=True, now=now)

    def undo(self, *, now: bool = False) -> None:
        """Take back the last edit, or a change that is not possible first; nothing happens if there is none."""
        anew = self.editor.outcome.error is None and self.editor.history.present.anew
        self._gestures.end()
        self._follow(self.editor.undone(), anew=anew, now=now)

    def redo(self, *, now: bool = False) -> None:
        """Make the edit again that was last undone; nothing happens if there is none."""
        editor = self.editor.redone()
        self._gestures.end()
        self._follow(editor, anew=editor.history.present.anew, now=now)

    @whole
    def mend(self, mend: Mend, design: Design | None = None) -> bool:
        """Make the changes of a mend.

        Args:
            mend: One of ``editor.outcome.mends``, or of a check.
            design: The design that the check is about. Nothing happens where another one is wanted by now: the mend
                would take back what was edited since.

        Returns:
            Whether it was made. Where it changes what is locked, nothing happens.
        """
        if not self.focus.offered([mend]) or (design is not None and design != self.editor.wanted):
            return False
        problem = self.editor.outcome.error
        large = problem.backbone if mend is BUILD_ANYWAY and isinstance(problem, TooLargeError) else None
        if large is not None and self.shown is not None and large is self.shown.backbone:
            self._builder.accept(large)
            self._set(editor=self.editor.cleared())
            self._tell_problem()
        elif large is not None and self.refused is not None:
            step = self.refused
            self._set(editor=step.after, steps=(step,))
            self._builder.take(Request(large.design, step), large)
        else:
            self._follow(self.editor.cleared().changed(mend.changes), mend.changes)
        return True

    # Trained weights, waiting and ending

    @whole
    def take_weights(self, trained: Backbone, weights: WeightsOf) -> None:
        """Let those layers have trained weights that are still as they were in the network that was trained.

        Nothing is filled for it: layers that are not filled yet have these weights once they are. It is called while
        nothing is being built.

        Args:
            trained: The network of this session of which a copy was trained in another process.
            weights: Those of the copy, in a file.

        Raises:
            TimingError: If the file can't be read.
        """
        what = learnt(trained, weights)
        backbone = self._builder.latest
        if backbone is not None:
            self._builder.keep_with(backbone, take(what, backbone, self._builder.kept_with(backbone)))

    @whole
    def wait(self) -> None:
        """Return when everything that was changed is built; at once while an edit is told, if there is a network."""
        if not self._telling_edit or self.shown is None:
            self._builder.wait()

    def give_up(self) -> None:
        """Drop what is being built after an interrupt, and tell all observers anew what is shown, and so wanted."""
        shown = self.shown
        self._telling_edit = self._failing = False
        self._builder.go_back_to(None if shown is None else shown.backbone)
        self.stop()
        self._tell_all()

    @whole
    def stop(self) -> None:
        """Drop what is being built: what is shown is the newest then."""
        self._builder.stop()
        editor = self.editor if self.shown is None else self.shown.step.after
        selected = before_the_moves(self.selected, self.steps)
        self._set(editor=editor.cleared(), selection=self._moved_to(selected), steps=(), progress=None)
        self._tell_problem()

    def close(self) -> None:
        """Drop what is being built, and tell nothing to observers any more; an edit raises from then on."""
        self.closed = True
        self.unobserve_all()
        self.stop()

    @whole
    def _change_blocks(self, edit: BlockEdit, now: bool) -> None:
        self._gestures.end()
        before = self.editor
        editor = before.changed(edit.changes, edit.words)
        if editor.wanted == before.wanted and editor.outcome.error is None and self.shown is not None:
            alike = "nothing changed, as these blocks are alike"
            self._set(shown=attrs.evolve(self.shown, words=edit.words, effect=alike))
        self._follow(editor, edit.changes, moves_to=edit.path, now=now)
