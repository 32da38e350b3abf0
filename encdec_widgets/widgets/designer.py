"""The designer: controls, picture, status, timing and table of one network that is always real."""

import gc
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets
import traitlets

from encdec_widgets.architectures.encoder_decoder import EncoderDecoder
from encdec_widgets.backbone import Backbone
from encdec_widgets.designs.block_edits import BlockEdit, place_of, places_of
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.edits import BUILD_ANYWAY
from encdec_widgets.designs.history import Gestures
from encdec_widgets.designs.mends import Mend
from encdec_widgets.designs.presets import as_design
from encdec_widgets.session.editor import Editor, Step
from encdec_widgets.session.live_builder import LiveBuilder, Request, Result
from encdec_widgets.session.too_large import TooLargeError
from encdec_widgets.widgets.base.fallback import display_fallback, widget_bundle
from encdec_widgets.widgets.base.waiting import OfBackbone, Waiting
from encdec_widgets.widgets.screen import BLOCK, NETWORK, Screen

# Keras models are cycles, and Python's collector does not see how much memory their weights hold: it is called after so
# many parameters of discarded networks (64 MB). It takes some 200 ms, too long for every step of a slider.
COLLECT_AFTER = 16_000_000
Build = Callable[[Request], None]


class Designer(widgets.VBox):
    """A live designer of encoder-decoder networks, to be shown in a notebook cell.

    Every change rebuilds the Keras backbone and redraws it. A change that is not possible is explained, with buttons
    that mend it; the last valid design stays on screen and in ``model``.

    What a person changes at a control is built in the background, the newest change first; reading one of the traits
    waits for it.

    Attributes:
        design: The newest valid design (a trait, to be observed).
        backbone: What was built from it (a trait).
        model: The Keras model of the backbone (a trait); its weights are filled when it is read or observed.
        problem: Why the last change was not possible, an exception, or None (a trait).
    """

    design = OfBackbone(lambda backbone: backbone.design)
    backbone = OfBackbone(lambda backbone: backbone)
    model = OfBackbone(lambda backbone: backbone.model)
    problem = Waiting(read_only=True)

    def __init__(self, design: "Design | EncoderDecoder | str | None" = None) -> None:
        """Show ``design``; in a notebook where Keras is not loaded yet, load it in the background.

        Args:
            design: A design, an architecture, the name of a preset, or nothing for a small U-Net.

        Raises:
            ValueError: If it is none of these.
            BackendMissingError: (an ImportError) If no Keras backend is installed.
        """
        self._model_is_observed = False
        super().__init__()
        self.shown: Backbone | None = None
        self._editor = Editor.at(as_design(design))
        self._step = Step(self._editor, self._editor)
        self._shown_step: Step | None = None
        self._refused_step = self._step
        self._gestures = Gestures()
        self._selected: str | None = None
        self._loaded = 0
        self._discarded = 0
        self._builder = LiveBuilder(self._guarded(self._built), self._show_progress)
        first = self._builder.build_first(Request(self._editor.wanted, self._step))
        self._screen = Screen(
            on_edit=self._guarded(self._edit),
            on_block_edit=self._guarded(self._edit_blocks),
            on_load=self._guarded(self._load),
            on_undo=self._guarded(self._undo),
            on_redo=self._guarded(self._redo),
            on_mend=self._guarded(self._mend),
            on_check_mend=self._guarded(self._mend_check),
            on_check=self._guarded(self._check),
            on_stop=self._guarded(self._stop),
            on_select=self._guarded(self.select),
            on_select_node=self._guarded(self._select_node),
            on_hold=self._gestures.hold,
        )
        self._show_outcome()
        self.children = self._screen.arranged()
        self.add_class("encdec")
        if first is not None:
            self._take(first, self._step)
        else:
            self._screen.status.show_loading()

    def set(self, field: str, value: Any) -> None:
        """Change one field, as its control does, and return when the network is built and drawn.

        A value that is not possible does not raise: it is shown, kept in ``problem``, and the design stays.

        Args:
            field: Path of the field, as in :meth:`Design.replace`: ``filters``, ``encoder[1].filters`` or
                ``input_shape``.
            value: The new value.
        """
        self._gestures.end()
        self._follow(self._editor.changed({field: value}), self._builder.build_now, {field: value})
        self.wait()

    def load(self, design: "Design | EncoderDecoder | str") -> None:
        """Take another design, architecture or preset in place of the present design, with weights of its own."""
        name = design if isinstance(design, str) else ""
        editor = self._editor.replaced(lambda: as_design(design), name)
        self._follow(editor, self._builder.build_now, anew=True)

    def undo(self) -> None:
        """Take back the last edit, and return when the network before it stands; nothing happens if there is none."""
        self._undo(self._builder.build_now)

    def redo(self) -> None:
        """Make the edit again that was last undone, and return when its network stands."""
        self._redo(self._builder.build_now)

    @property
    def selected(self) -> str | None:
        """Path of the block that is selected, ``encoder[*]`` for all of a stage, ``head``; None for nothing."""
        return self._selected

    def select(self, place: str | None) -> None:
        """Select a block, as a click on it does: mark it in the picture and show its controls.

        Args:
            place: As :attr:`selected`.

        Raises:
            ValueError: If there is no such place.
        """
        if place not in self._places():
            raise ValueError(
                f"There is no such block, stage or head. Received: {place!r}. Would work: "
                f"{', '.join(map(repr, self._places()))}."
            )
        self._selected = place
        self._show_selection()

    def wait(self) -> None:
        """Return when everything that was changed is built and drawn."""
        self._builder.wait()

    def observe(self, handler: Callable[..., Any], names: Any = traitlets.All, type: str = "change") -> None:
        """Have ``handler`` called when a trait changes; ``model`` is filled for whoever observes it."""
        super().observe(handler, names, type)
        if names in (None, traitlets.All) or "model" in ([names] if isinstance(names, str) else names):
            self._model_is_observed = True

    def close(self) -> None:
        """Close the designer, and stop what is built, measured or computed for it."""
        self._builder.stop()
        self._screen.close()
        super().close()

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any] | None:
        display_fallback(self)
        return widget_bundle(super()._repr_mimebundle_(**kwargs))

    # Edits

    def _edit(self, field: str, value: Any) -> None:
        self._screen.take_in_hand(field)
        editor = self._editor.changed({field: value}, gesture=self._gestures.of(field))
        self._follow(editor, self._builder.build, {field: value})

    def _edit_blocks(self, make: Callable[[Design], BlockEdit]) -> None:
        edit = make(self._editor.wanted)
        self._gestures.end()
        editor = self._editor.changed(edit.changes, edit.words)
        if editor.wanted == self._editor.wanted and editor.outcome.error is None:
            self._screen.picture.say(edit.words, "nothing changed, as these blocks are alike")
        self._follow(editor, self._builder.build, edit.changes, moves_to=edit.place)

    def _load(self, name: str, design: Design) -> None:
        editor = self._editor.replaced(lambda: design, name)
        self._follow(editor, self._builder.build, anew=True)

    def _undo(self, build: Build | None = None) -> None:
        anew = self._editor.outcome.error is None and self._editor.history.present.anew
        self._gestures.end()
        self._follow(self._editor.undone(), build or self._builder.build, anew=anew)

    def _redo(self, build: Build | None = None) -> None:
        editor = self._editor.redone()
        self._gestures.end()
        self._follow(editor, build or self._builder.build, anew=editor.history.present.anew)

    def _mend(self, mend: Mend) -> None:
        problem = self._editor.outcome.error
        if mend is BUILD_ANYWAY and isinstance(problem, TooLargeError):
            self._step = self._refused_step
            self._editor = self._step.after
            self._builder.take(Request(problem.backbone.design, self._step), problem.backbone)
            return
        self._follow(self._editor.cleared().changed(mend.changes), self._builder.build, mend.changes)

    def _mend_check(self, mend: Mend, design: Design) -> None:
        """Mend what a check found; of a design that is wanted no more, it would take back what was edited since."""
        if design == self._editor.wanted:
            self._mend(mend)
            self._screen.history.undo.focus()  # the button that had it may have gone, and the mend can be undone

    def _check(self) -> None:
        self._screen.check()

    def _follow(
        self,
        editor: Editor,
        build: Build,
        asked: dict[str, Any] | None = None,
        *,
        anew: bool = False,
        moves_to: str | None = "",
    ) -> None:
        """Have built what an edit gives, or show what is wrong with it.

        Args:
            editor: The editing after it.
            build: Builds a network.
            asked: The changes that were asked for.
            anew: Whether its network has weights of its own.
            moves_to: The selection after it; an empty text leaves it.
        """
        before, self._editor = self._editor, editor
        new = editor.wanted != before.wanted
        moved = (self._selected, moves_to) if moves_to != "" else None
        if moved and (new or editor.outcome.error is None):  # nothing is new where twins change places
            self._selected = moves_to
        if not new:
            self._show_outcome()
            return
        shown = None if self.shown is None else self.shown.blocks
        waiting = self._step is not self._shown_step
        self._step = self._step.then(editor, asked or {}, anew=anew, shown=shown, waiting=waiting)
        self._step.moved = moved
        self._screen.overtaken()
        self._show_controls()  # They show what is wanted, also while it is built.
        try:
            # Weights of its own are also for an edit that overtakes it.
            build(Request(editor.wanted, self._step, self._step.loads != self._loaded))
        except BaseException:  # an interrupt
            self._stop()
            raise

    def _stop(self) -> None:
        """Drop what is being built: what is on screen is the newest then."""
        self._builder.stop()
        step: Step | None = self._step
        while step is not None and step is not self._shown_step:
            self._move_back(step)
            step = step.previous
        if self._shown_step is not None and self.shown is not None:
            self._step = self._shown_step
            self._editor = self._step.after
            self._loaded = self._step.loads
            self._screen.show_facts(self.shown)
        self._editor = self._editor.cleared()
        self._show_outcome()

    def _move_back(self, step: Step) -> None:
        if step.moved and self._selected == step.moved[1]:
            self._selected = step.moved[0]

    # Results

    def _built(self, request: Request, result: Result) -> None:
        try:
            if isinstance(result, Exception):
                raise result
            self._take(result, request.step)
        except Exception as error:  # noqa: BLE001 - a user's block may raise anything; all of it is shown
            self._refuse(request, error)
        self._show_outcome()

    def _refuse(self, request: Request, error: Exception) -> None:
        """Go back to what was wanted before, which may not be built yet, and say why."""
        if request.design != self._editor.wanted:
            return  # A newer edit is on its way.
        step: Step = request.step
        self._refused_step = step
        pending = {**self._editor.outcome.pending, **step.asked}
        self._editor = step.before.refused(error, pending)
        self._move_back(step)
        self._step = step.previous or self._shown_step or self._step
        if self.shown is None:
            self._screen.status.show_nothing()
        else:
            self._screen.show_facts(self.shown)
        if step.previous is not None:
            self._builder.build(Request(self._editor.wanted, self._step, self._step.loads != self._loaded))

    def _take(self, backbone: Backbone, step: Step) -> None:
        """Show a backbone, of which all could be read."""
        model = backbone.model if self._model_is_observed else backbone.structure
        self._screen.draw(backbone, step, self._selected)
        if self.shown is not None and self.shown.filled:
            self._discarded += self.shown.parameters
        self.shown, self._shown_step = backbone, step
        self._loaded, step.previous = step.loads, None
        self._screen.show_facts(backbone)
        for name, value in (("design", backbone.design), ("backbone", backbone), ("model", model)):
            if self.shown is backbone:  # and no observer has changed it meanwhile
                self.set_trait(name, value)
        if self._discarded > COLLECT_AFTER:
            self._discarded = 0
            gc.collect()

    def _show_progress(self, done: int, total: int, block: str) -> None:
        self._screen.status.show_progress(done, total, block, stoppable=self.shown is not None)

    # Selection

    def _places(self) -> tuple[str | None, ...]:
        """All that can be selected of what is wanted."""
        design = self._editor.wanted
        return (*places_of(design), *(["head"] if design.head is not None else []), None)

    def _select_node(self, name: str) -> None:
        """Select a block on screen; what is wanted may not have it any more, and then nothing happens."""
        place = None if self.shown is None else place_of(self.shown.blocks.nodes.get(name, {"stage": None}))
        if place in self._places():
            self.select(place)

    def _show_selection(self) -> None:
        if self._selected is not None:
            self._screen.controls.turn_to(NETWORK if self._selected == "head" else BLOCK)
        self._show_controls()

    # What is shown of an edit

    def _show_outcome(self) -> None:
        """Show what is wrong, if anything is, once the controls say what was asked for."""
        outcome = self._editor.outcome
        self._show_controls()
        self._screen.problems.show(outcome.error, outcome.mends)
        self.set_trait("problem", outcome.error)

    def _show_controls(self) -> None:
        """Show in the controls the design that is wanted, with what was asked for in vain."""
        if self._selected not in self._places():
            self._selected = None
        self._screen.show_editing(self._editor, self._selected, self.shown)

    def _guarded(self, callback: Callable[..., None]) -> Callable[..., None]:
        """``callback``, with whatever it raises shown: a widget's callbacks swallow exceptions."""

        def call(*args: Any) -> None:
            try:
                callback(*args)
            except Exception as error:  # noqa: BLE001 - it is shown
                self._editor = self._editor.failing(error)
                try:
                    self._show_outcome()
                except Exception:  # noqa: BLE001 - it was what could not be shown; the first error says why
                    self._selected = None
                    self._show_outcome()

        return call
