"""What an editing session holds: traits that can be observed, which agree with each other, and errors of observers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import traitlets

from encdec_widgets.architectures.fields.by_content import same
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.backbone import Backbone
from encdec_widgets.session.conditions import Conditions
from encdec_widgets.session.editor import Editor
from encdec_widgets.session.focus import Focus
from encdec_widgets.session.network_time import NetworkRace, NetworkTime
from encdec_widgets.session.shown import Shown
from encdec_widgets.session.steps import Selection, Step, selectable_paths
from encdec_widgets.session.telling import AlwaysTold, Telling, observes
from encdec_widgets.session.waiting import Waiting

_ON_SCREEN = (
    *("editor", "selection", "steps", "progress", "problem"),
    *("block_times", "block_pictures", "time", "race", "coloured_by"),
    *("conditions", "dismissed", "focus", "pins", "shown"),
)
"""Traits that widgets observe."""


@attrs.frozen
class Progress:
    """How far a long build is.

    Attributes:
        done: Blocks that are made.
        total: All blocks.
        block: The block that is being made, as the picture names it.
    """

    done: int
    total: int
    block: str


class State(Telling):
    """What is wanted, what is shown, and the conditions that several parts of a screen read.

    All of it can be observed, and holds values that do not change. Reading one of the first four traits waits until
    nothing newer is being built. While observers of ``editor``, ``selection`` or ``steps`` are told of an edit, its
    build has not begun: they read the network that is shown.

    An observer that makes a newer edit overtakes the change that it was told of: the observers after it hear only of
    the newer one.

    Attributes:
        design: The newest valid design (a trait).
        backbone: What was built from it (a trait).
        model: The Keras model of the backbone (a trait); its weights are filled when it is read or observed.
        problem: Why the last change was not possible, an exception, or None (a trait).
        editor: What is wanted: the design, changes that are not possible yet, and the history (a trait).
        shown: The network that was built last, and what is said of it; None as long as there is none (a trait).
        steps: Edits whose networks are not built yet, oldest first (a trait).
        refused: The last edit whose network could not be built, or was too large (a trait).
        selection: What is selected of the design that is wanted (a trait).
        in_hand: Path of the field that a person has changed last (a trait).
        progress: How far a long build is, or None (a trait).
        conditions: Batch size, precision, animal and input scale that costs and checks are for (a trait).
        dismissed: The kinds of advice that are not to be told (a trait).
        pins: Designs that are kept to be compared, in the order in which they were pinned (a trait).
        focus: Which settings it is about, and what the others are: open, folded or locked (a trait).
        block_times: Measured times of the blocks of the shown network, in ms by name (a trait).
        block_pictures: Pictures to be seen in the boxes of blocks, as data URLs by name (a trait).
        time: How long the shown network takes, measured or predicted; None where that is not known (a trait).
        race: The last race of two networks, whichever is shown now; None without one (a trait).
        coloured_by: The quantity that blocks are coloured by, such as ``"parameters"``; None for their stage (a trait).
    """

    design = Waiting(lambda session: session.shown and session.shown.backbone.design)
    backbone = Waiting(lambda session: session.shown and session.shown.backbone)
    model = Waiting(lambda session: session.shown and session.model_of(session.shown.backbone))
    problem = Waiting(lambda session: session.editor.outcome.error)

    # An edit that changes nothing is told too: a control may show what was asked for.
    editor = AlwaysTold(Editor, read_only=True)
    shown = traitlets.Instance(Shown, allow_none=True, read_only=True)
    steps = traitlets.Tuple(read_only=True)
    refused = traitlets.Instance(Step, allow_none=True, read_only=True)
    selection = traitlets.Instance(Selection, (), read_only=True)
    in_hand = traitlets.Unicode(read_only=True)
    progress = traitlets.Instance(Progress, allow_none=True, read_only=True)
    conditions = traitlets.Instance(Conditions, (), read_only=True)
    dismissed = traitlets.Tuple(read_only=True)
    focus = traitlets.Instance(Focus, (), read_only=True)
    pins = traitlets.Tuple(read_only=True)
    block_times = traitlets.Dict(read_only=True)
    block_pictures = traitlets.Dict(read_only=True)
    time = traitlets.Instance(NetworkTime, allow_none=True, read_only=True)
    race = traitlets.Instance(NetworkRace, allow_none=True, read_only=True)
    coloured_by = traitlets.Unicode(None, allow_none=True, read_only=True)

    closed = False
    """Whether it was closed: nothing is told any more."""
    _model_is_observed = False  # A subclass may observe it by a decorator, which counts before __init__ runs.
    _failing = False

    def __init__(self, editor: Editor) -> None:
        """Want what ``editor`` says, and show nothing yet."""
        super().__init__()
        self.set_trait("editor", editor)

    @property
    def selected(self) -> str | None:
        """Path of the block that is selected, ``encoder[*]`` for all of a stage, ``head``; None for nothing."""
        return self.selection.path

    def wait(self) -> None:
        """Return when everything that was changed is built."""

    def model_of(self, backbone: Backbone) -> Any:
        """The Keras model of a network of this session, with its weights."""
        return backbone.model

    def observe(self, handler: Callable[..., Any], names: Any = traitlets.All, type: Any = "change") -> None:
        """Have ``handler`` called when a trait changes; the weights of ``model`` are filled where it is observed."""
        super().observe(handler, names, type)
        if observes(names, "model"):
            self._model_is_observed = True

    def is_newest(self, change: Any) -> bool:
        """Whether the trait still has the value of which ``change`` tells; nothing is waited for."""
        held = traitlets.TraitType.get(getattr(type(self), change["name"]), self)
        return same(held, change["new"])

    def guarded(self, callback: Callable[..., Any]) -> Callable[..., None]:
        """``callback``, with what it raises as the ``problem``: callbacks of widgets swallow exceptions.

        Observers of the session need no guard of their own.
        """

        def call(*args: Any) -> None:
            try:
                callback(*args)
            except Exception as error:  # noqa: BLE001 - it becomes the problem
                self.fail(error)

        return call

    def fail(self, error: Exception) -> None:
        """Make an error that arose in a callback the ``problem``."""
        if self._failing:  # the selection could not be shown; the first error says why
            if self.selected is not None:
                self._set(selection=Selection())
            return
        self._failing = True
        try:
            self._set(editor=self.editor.failing(error))
            self._tell_problem()
        finally:
            self._failing = False

    def _tell(self, handler: Callable[..., Any], change: Any) -> None:
        """Tell one observer of a change unless it is out of date; what it raises becomes the ``problem``."""
        if self.is_newest(change) and not self.closed:
            self.guarded(handler)(change)

    def _tell_problem(self) -> None:
        self.set_trait("problem", self.editor.outcome.error)

    def _tell_all(self) -> None:
        """Tell all observers what there is, as for the first time: some may have heard of it, others not."""
        if self.shown is None:
            return
        backbone = self.shown.backbone
        model = self.model_of(backbone) if self._model_is_observed else backbone.structure
        for name, value in (("design", backbone.design), ("backbone", backbone), ("model", model)):
            self.set_trait(name, value)
        for name in _ON_SCREEN:
            value = getattr(self, name)
            self.notify_change(traitlets.Bunch(name=name, old=None, new=value, owner=self, type="change"))

    def _set(self, **values: Any) -> None:
        """Change several traits: each observer finds all of them changed, and they agree with each other."""
        editor: Editor = values.get("editor", self.editor)
        selection: Selection = values.get("selection", self.selection)
        if selection.path is not None and selection.path not in selectable_paths(editor.wanted):
            values["selection"] = selection = Selection()
        shown: Shown | None = values.get("shown", self.shown)
        # Another network than the one that is wanted keeps what was selected of it.
        if shown is not None and shown.backbone.design == editor.wanted:
            values["shown"] = shown.marking(selection.path, broken_at(editor))
        with self.hold_trait_notifications():
            for name, value in values.items():
                self.set_trait(name, value)


def broken_at(editor: Editor) -> str:
    """Path of the block at which a change that is not possible goes wrong; empty if there is none."""
    error = editor.outcome.error
    return error.block if isinstance(error, FieldError) else ""
