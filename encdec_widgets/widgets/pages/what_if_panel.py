"""What if: for one field, what each of its values would make of the network on screen."""

import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs
import ipywidgets as widgets
import traitlets

from encdec_widgets.designs.variants import INPUT_SIZE, fields_to_try, path_words
from encdec_widgets.explore.what_if import Point, Question, WhatIf
from encdec_widgets.widgets.base.at_rest import AtRest
from encdec_widgets.widgets.base.showing import Showing
from encdec_widgets.widgets.pages.what_if_words import charts_html, status_html

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone
    from encdec_widgets.designs.design import Design
    from encdec_widgets.explain.costs import Precision

WAIT_S = 0.6
"""Computing starts when nothing was edited for so long."""


@attrs.frozen(kw_only=True, eq=False)
class _Subject:
    design: "Design"
    backbone: "weakref.ref[Backbone]"  # a panel that is hidden may not hear of the next one: it keeps no weights alive
    place: str | None
    batch_size: int
    precision: "Precision"


class WhatIfPanel(widgets.VBox):
    """A list of fields, and the curves of the one that is chosen in it or was edited last.

    Attributes:
        visible: Whether a person sees it (a trait); while it is False, nothing is computed.
        field: The list.
    """

    visible = traitlets.Bool(False)

    def __init__(self) -> None:
        """Make an empty panel; :meth:`show` fills it."""
        self._subject: _Subject | None = None
        self._question: Question | None = None
        self._points: dict[Any, Point] = {}
        self._in_hand: str | None = None
        self._computing = False
        self._editing = self._closed = False
        self._showing = Showing()
        self._what_if = WhatIf(self._came)
        self._at_rest = AtRest(WAIT_S, self._ask)
        self.field = widgets.Dropdown(
            description="what if",
            tooltip="The field whose other values are tried out; the network stays as it is",
        )
        self.field.add_class("encdec-what-if-field")
        self.field.observe(self._chosen, "value")
        self._charts = widgets.HTML()
        self._status = widgets.HTML()
        super().__init__([self.field, self._charts, self._status])
        self.add_class("encdec-group")
        self.add_class("encdec-what-if")
        self.observe(lambda _: self._update(), "visible")

    @property
    def text(self) -> str:
        """What the panel says, as HTML."""
        return f"{self._charts.value}{self._status.value}"

    def show(
        self,
        design: "Design",
        backbone: "Backbone",
        place: str | None,
        batch_size: int = 1,
        precision: "Precision" = "float32",
    ) -> None:
        """Take what is on screen for the network whose fields are tried out.

        Args:
            design: The design on screen.
            backbone: What was built from it.
            place: What is selected of it, as in :func:`encdec_widgets.designs.variants.fields_to_try`.
            batch_size: Images at a time, for the memory.
            precision: "float32", "mixed_float16" or "mixed_bfloat16", for the memory.
        """
        self._subject = _Subject(
            design=design,
            backbone=weakref.ref(backbone),
            place=place,
            batch_size=batch_size,
            precision=precision,
        )
        self._editing = False
        self._update()

    def take_in_hand(self, path: str) -> None:
        """Choose the field that a person has just edited, as soon as there is one of that path.

        Args:
            path: As edits name it: "filters", "encoder[2].num_convs", "input_shape".
        """
        path = INPUT_SIZE if path == "input_shape" else path
        if path == self._in_hand:
            return  # every step of a slider says so
        self._in_hand = path
        if not self._editing:
            self._update()

    def rest(self) -> None:
        """Compute nothing until :meth:`show` is called: an edit has begun."""
        self._editing = True
        computing = self._computing
        self._stop()
        if computing:
            self._draw_status()

    def close(self) -> None:
        """Let it go, and what it computes: of that, nothing comes any more, nor can it start again."""
        self._stop()
        self._closed = True
        super().close()

    def _stop(self) -> None:
        self._at_rest.forget()
        self._what_if.stop()
        self._computing = False

    def _chosen(self, change: Mapping[str, Any]) -> None:
        if not self._showing:
            self._in_hand = change["new"]
            self._update()

    def _update(self) -> None:
        """Show what is known, and compute the rest later; nothing while nobody looks.

        Every step of a slider comes here: no design is made, which takes longer than all of this.
        """
        self._stop()
        subject = self._subject
        if subject is None or not self.visible or self._closed:
            return
        path = self._offered(subject)
        if path is None:
            self._charts.value = (
                '<div class="encdec-note">There is no field whose values could be tried.</div>'
            )
            self._status.value = ""
            return
        self._question = Question(
            design=subject.design, path=path, batch_size=subject.batch_size, precision=subject.precision
        )
        self._points = {point.value: point for point in self._what_if.known(self._question)}
        self._computing = len(self._points) < len(self._question.values)
        self._draw()
        if self._computing:
            self._at_rest.soon()

    def _offered(self, subject: _Subject) -> str | None:
        """Let the list offer the fields that there are; return the path of the one that is chosen."""
        paths = list(fields_to_try(subject.design, subject.place))
        options = [(path_words(path), path) for path in paths]
        path = self._in_hand if self._in_hand in paths else next(iter(paths), None)
        with self._showing():
            if self.field.options != tuple(options):
                self.field.options = options
            self.field.value = path
        return path

    def _ask(self) -> None:
        if self._question is not None and self._subject is not None:
            self._what_if.ask(self._question, self._subject.backbone())

    def _came(self, question: Question, point: Point) -> None:
        if question is self._question:
            self._points[point.value] = point
            self._computing = len(self._points) < len(question.values)
            self._draw()

    def _draw(self) -> None:
        if self._question is not None:
            self._charts.value = charts_html(self._question, self._points)
            self._draw_status()

    def _draw_status(self) -> None:
        if self._question is not None:
            self._status.value = status_html(self._question, self._points, computing=self._computing)
