"""The designer: controls, picture, status and timing of one network that is always real."""

import gc
from collections.abc import Callable, Mapping
from typing import Any

import attrs
import ipywidgets as widgets
import traitlets

from encdec_widgets.backbone import Backbone
from encdec_widgets.catalogue import preset
from encdec_widgets.design import Design
from encdec_widgets.edits import BUILD_ANYWAY, GIVE_UP, Mend, Outcome, apply_edit, refusal
from encdec_widgets.encoder_decoder import EncoderDecoder
from encdec_widgets.fields import FieldError, described_fields
from encdec_widgets.live_builder import LiveBuilder, Request, Result
from encdec_widgets.memory import TooLargeError
from encdec_widgets.timing.device import CPU, current_device
from encdec_widgets.widgets.controls import FieldControls
from encdec_widgets.widgets.family_controls import FamilyControls
from encdec_widgets.widgets.graph_view import GraphView
from encdec_widgets.widgets.head_controls import HeadControls
from encdec_widgets.widgets.input_controls import FIELD as INPUT_FIELD
from encdec_widgets.widgets.input_controls import InputControls
from encdec_widgets.widgets.page import Page
from encdec_widgets.widgets.problems import Problems
from encdec_widgets.widgets.status_line import StatusLine
from encdec_widgets.widgets.timing_panel import TimingPanel
from encdec_widgets.widgets.waiting import OfBackbone, Waiting

DEFAULT_PRESET = "SLEAP medium single"
# Keras models are cycles, and Python's collector does not see how much memory their weights hold: it is called after so
# many parameters of discarded networks (64 MB). It takes some 200 ms, too long for every step of a slider.
COLLECT_AFTER = 16_000_000


def _as_design(what: "Design | EncoderDecoder | str | None") -> Design:
    if isinstance(what, Design):
        return what
    if isinstance(what, EncoderDecoder):
        return Design(what)
    if what is None or isinstance(what, str):
        return preset(DEFAULT_PRESET if what is None else what)
    raise ValueError(
        "A Designer starts from a Design, an architecture such as UNet(), or the name of a preset. "
        f"Received: {what!r}."
    )


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
        self._wanted = _as_design(design)
        self._outcome = Outcome(self._wanted)
        self._anew = False
        self._discarded = 0
        self._builder = LiveBuilder(self._guarded(self._built), self._show_progress)
        first = self._builder.build_first(self._wanted)
        self._status = StatusLine(self._guarded(self._stop))
        self._family = FamilyControls(self._guarded(self._load))
        self._input = InputControls(self._guarded(self._edit))
        self._fields = FieldControls(self._guarded(self._edit))
        self._head = HeadControls(self._guarded(self._edit))
        self._problems = Problems(self._guarded(self._mend))
        self._graph = GraphView()
        self._timing = TimingPanel()
        self._show_outcome()
        self._arrange()
        if first is not None:
            self._take(first)
        else:
            self._status.show_loading()

    def _arrange(self) -> None:
        header = widgets.HBox([self._family, self._status])
        header.add_class("encdec-header")
        heading = widgets.HTML("<h3>Architecture</h3>")
        controls = widgets.VBox([self._input, heading, self._fields, self._head])
        controls.add_class("encdec-controls")
        middle = widgets.VBox([self._graph, self._problems])
        middle.add_class("encdec-middle")
        body = widgets.HBox([controls, middle, self._timing])
        body.add_class("encdec-body")
        self.children = (header, body, Page())
        self.add_class("encdec")

    def set(self, field: str, value: Any) -> None:
        """Change one field, as its control does, and return when the network is built and drawn.

        A value that is not possible does not raise: it is shown, kept in ``problem``, and the design stays.

        Args:
            field: Path of the field, as in :meth:`Design.replace`: ``filters``, ``encoder[1].filters`` or
                ``input_shape``.
            value: The new value.
        """
        self._change({field: value}, self._builder.build_now)
        self.wait()

    def load(self, design: "Design | EncoderDecoder | str") -> None:
        """Take another design, architecture or preset in place of the present design, with weights of its own."""
        self._replace(lambda: _as_design(design), self._builder.build_now)

    def wait(self) -> None:
        """Return when everything that was changed is built and drawn."""
        self._builder.wait()

    def observe(self, handler: Callable[..., Any], names: Any = traitlets.All, type: str = "change") -> None:
        """Have ``handler`` called when a trait changes; ``model`` is filled for whoever observes it."""
        super().observe(handler, names, type)
        if names in (None, traitlets.All) or "model" in ([names] if isinstance(names, str) else names):
            self._model_is_observed = True

    # Edits

    def _edit(self, field: str, value: Any) -> None:
        self._change({field: value}, self._builder.build)

    def _load(self, design: Design) -> None:
        self._replace(lambda: design, self._builder.build)

    def _mend(self, mend: Mend) -> None:
        problem = self._outcome.error
        self._outcome = Outcome(self._wanted)
        if mend is BUILD_ANYWAY and isinstance(problem, TooLargeError):
            self._wanted = problem.backbone.design
            self._builder.take(Request(self._wanted), problem.backbone)
            return
        self._change(mend.changes, self._builder.build)

    def _change(self, changes: dict[str, Any], build: Callable[[Request], None]) -> None:
        outcome = self._attempt(lambda: apply_edit(self._wanted, self._outcome.pending, changes), changes)
        self._follow(outcome, Request(outcome.design, self._wanted, changes), build)

    def _replace(self, make: Callable[[], Design], build: Callable[[Request], None]) -> None:
        outcome = self._attempt(lambda: Outcome(make()), {})
        self._follow(outcome, Request(outcome.design, self._wanted, anew=True), build)

    def _attempt(self, edit: Callable[[], Outcome], asked: Mapping[str, Any]) -> Outcome:
        try:
            return edit()
        except FieldError as error:
            return refusal(self._wanted, {**self._outcome.pending, **asked}, error)
        except Exception as error:  # noqa: BLE001 - a user's block may raise anything; all of it is shown
            return Outcome(self._wanted, {}, error)

    def _follow(self, outcome: Outcome, request: Request, build: Callable[[Request], None]) -> None:
        """Have built what an edit gives, or show what is wrong with it."""
        new = outcome.design != self._wanted
        self._wanted, self._outcome = outcome.design, outcome
        if not new:
            self._show_outcome()
            return
        self._show_controls()  # They show what is wanted, also while it is built.
        self._anew |= request.anew  # also for an edit that overtakes it
        request = attrs.evolve(request, anew=self._anew)
        try:
            build(request)
        except BaseException:  # an interrupt
            self._stop()
            raise

    def _stop(self) -> None:
        """Drop what is being built: the network on screen is the newest then."""
        self._builder.stop()
        self._anew = False
        if self.shown is not None:
            self._wanted = self.shown.design
            self._status.show(self.shown, self._device)
        self._outcome = Outcome(self._wanted)
        self._show_outcome()

    # Results

    def _built(self, request: Request, result: Result) -> None:
        try:
            if isinstance(result, Exception):
                raise result
            self._take(result)
            self._anew &= not request.anew
        except Exception as error:  # noqa: BLE001 - a user's block may raise anything; all of it is shown
            self._refuse(request, error)
        self._show_outcome()

    def _refuse(self, request: Request, error: Exception) -> None:
        """Go back to what was wanted before, which may not be built yet, and say why."""
        if request.design != self._wanted:
            return  # A newer edit is on its way.
        shown = None if self.shown is None else self.shown.design
        self._wanted = shown if shown == request.design else request.base or shown or request.design
        pending = {**self._outcome.pending, **request.asked}
        if isinstance(error, FieldError):  # known only when the layers are made
            self._outcome = refusal(self._wanted, pending, error)
        elif isinstance(error, TooLargeError):
            self._outcome = Outcome(self._wanted, {}, error, (BUILD_ANYWAY, GIVE_UP))
        else:
            self._outcome = Outcome(self._wanted, {}, error)
        if self.shown is None:
            self._status.show_nothing()
        else:
            self._status.show(self.shown, self._device)
        if self._wanted not in (shown, request.design):
            self._builder.build(Request(self._wanted, shown, anew=self._anew))

    def _take(self, backbone: Backbone) -> None:
        """Show a backbone, of which all could be read."""
        model = backbone.model if self._model_is_observed else backbone.structure
        if self.shown is not None and self.shown.filled:
            self._discarded += self.shown.parameters
        self.shown = backbone
        self._graph.show(backbone.blocks)
        self._status.show(backbone, self._device)
        self._timing.show(backbone, current_device() or CPU)
        self._problems.show_notices(backbone.notices)
        for name, value in (("design", backbone.design), ("backbone", backbone), ("model", model)):
            if self.shown is backbone:  # and no observer has changed it meanwhile
                self.set_trait(name, value)
        if self._discarded > COLLECT_AFTER:
            self._discarded = 0
            gc.collect()

    @property
    def _device(self) -> str:
        return (current_device() or CPU).name

    def _show_progress(self, done: int, total: int, block: str) -> None:
        self._status.show_progress(done, total, block, stoppable=self.shown is not None)

    def _show_outcome(self) -> None:
        """Show what is wrong, if anything is, once the controls say what was asked for."""
        self._show_controls()
        self._problems.show(self._outcome.error, self._outcome.mends)
        self.set_trait("problem", self._outcome.error)

    def _show_controls(self) -> None:
        """Show in the controls the design that is wanted, with what was asked for in vain."""
        problem, pending, design = self._outcome.error, self._outcome.pending, self._wanted
        bad = problem.field if isinstance(problem, FieldError) else None
        fields = described_fields(design.architecture)
        shown = {name: pending.get(name, getattr(design.architecture, name)) for name in fields}
        self._family.show(design)
        self._fields.show(fields, shown, bad)
        self._head.show(design.head, pending, bad)
        self._input.show(design.input_shape, pending.get(INPUT_FIELD), bad == INPUT_FIELD)

    def _guarded(self, callback: Callable[..., None]) -> Callable[..., None]:
        """``callback``, with whatever it raises shown: a widget's callbacks swallow exceptions."""

        def call(*args: Any) -> None:
            try:
                callback(*args)
            except Exception as error:  # noqa: BLE001 - it is shown
                self._outcome = Outcome(self._wanted, {}, error)
                self._show_outcome()

        return call
