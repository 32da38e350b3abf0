"""The designer: controls, picture, status and timing of one network that is always real."""

import gc
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as widgets
import traitlets

from encdec_widgets.backbone import Backbone
from encdec_widgets.catalogue import preset
from encdec_widgets.design import Design
from encdec_widgets.edits import Mend, Outcome, apply_edit, refusal
from encdec_widgets.encoder_decoder import EncoderDecoder
from encdec_widgets.fields import FieldError, described_fields
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

    Attributes:
        design: The newest valid design (a trait, to be observed).
        backbone: What was built from it (a trait).
        model: The Keras model of the backbone (a trait).
        problem: Why the last change was not possible, an exception, or None (a trait).
    """

    design = traitlets.Instance(Design, read_only=True)
    backbone = traitlets.Instance(Backbone, allow_none=True, read_only=True)
    model = traitlets.Any(read_only=True)
    problem = traitlets.Instance(Exception, allow_none=True, read_only=True)

    def __init__(self, design: "Design | EncoderDecoder | str | None" = None) -> None:
        """Build and show ``design``.

        Args:
            design: A design, an architecture, the name of a preset, or nothing for a small U-Net.

        Raises:
            ValueError: If it is none of these.
            BackendMissingError: (an ImportError) If no Keras backend is installed.
        """
        super().__init__()
        self._pending: dict[str, Any] = {}
        self._discarded = 0
        backbone = _as_design(design).build()
        device = current_device() or CPU
        self._status = StatusLine(device.name)
        self._family = FamilyControls(self._guarded(self.load))
        self._input = InputControls(self._guarded(self.set))
        self._fields = FieldControls(self._guarded(self.set))
        self._head = HeadControls(self._guarded(self.set))
        self._problems = Problems(self._guarded(self._mend))
        self._graph = GraphView()
        self._timing = TimingPanel(backbone, device)
        self._take(backbone)
        self._show_problem(None, ())
        self._arrange()

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
        """Change one field, as its control does.

        A value that is not possible does not raise: it is shown, kept in ``problem``, and the design stays.

        Args:
            field: Path of the field, as in :meth:`Design.replace`: ``filters``, ``encoder[1].filters`` or
                ``input_shape``.
            value: The new value.
        """
        self._edit({field: value})

    def load(self, design: "Design | EncoderDecoder | str") -> None:
        """Take another design, architecture or preset in place of the present design."""
        self._show_outcome(lambda: Outcome(_as_design(design)), {})

    def wait(self) -> None:
        """Return when everything that was set is built and drawn: at once, as edits are built when they are made."""

    def _mend(self, mend: Mend) -> None:
        self._pending = {}
        self._edit(mend.changes)

    def _edit(self, changes: Mapping[str, Any]) -> None:
        self._show_outcome(lambda: apply_edit(self.design, self._pending, changes), changes)

    def _show_outcome(self, edit: Callable[[], Outcome], asked: Mapping[str, Any]) -> None:
        """Build what an edit gives, and show it together with what is wrong."""
        try:
            outcome = edit()
            if outcome.design != self.design:
                self._take(outcome.design.build())
        except FieldError as error:  # known only when the layers are made
            outcome = refusal(self.design, {**self._pending, **asked}, error)
        except Exception as error:  # noqa: BLE001 - a user's block may raise anything; all of it is shown
            self._pending = {}
            self._show_problem(error, ())
            return
        self._pending = outcome.pending
        self._show_problem(outcome.error, outcome.mends)

    def _take(self, backbone: Backbone) -> None:
        """Show a backbone, once all of it could be read."""
        blocks, notices = backbone.blocks, backbone.notices
        discarded = self.backbone.parameters if self.backbone else 0
        with self.hold_trait_notifications():
            self.set_trait("design", backbone.design)
            self.set_trait("backbone", backbone)
            self.set_trait("model", backbone.model)
        self._graph.show(blocks)
        self._status.show(backbone)
        self._timing.show(backbone)
        self._problems.show_notices(notices)
        self._discarded += discarded
        if self._discarded > COLLECT_AFTER:
            self._discarded = 0
            gc.collect()

    def _show_problem(self, problem: Exception | None, mends: tuple[Mend, ...]) -> None:
        """Show what is wrong, and in the controls the design with what was asked for in vain."""
        self.set_trait("problem", problem)
        if isinstance(problem, FieldError):
            self._problems.show_error(problem, mends)
        elif problem is not None:
            self._problems.show_failure(problem)
        else:
            self._problems.clear()
        design = self.design
        bad = problem.field if isinstance(problem, FieldError) else None
        fields = described_fields(design.architecture)
        shown = {name: self._pending.get(name, getattr(design.architecture, name)) for name in fields}
        self._family.show(design)
        self._fields.show(fields, shown, bad)
        self._head.show(design.head, self._pending, bad)
        self._input.show(design.input_shape, self._pending.get(INPUT_FIELD), bad == INPUT_FIELD)

    def _guarded(self, callback: Callable[..., None]) -> Callable[..., None]:
        """``callback``, with whatever it raises shown: a widget's callbacks swallow exceptions."""

        def call(*args: Any) -> None:
            try:
                callback(*args)
            except Exception as error:  # noqa: BLE001 - it is shown
                self._show_problem(error, ())

        return call
