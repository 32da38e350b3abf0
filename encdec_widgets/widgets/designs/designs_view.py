"""What stands above the picture of designs: which figures are seen, what is swept, and how far a sweep is."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import traitlets

from encdec_widgets.explore.figures_of import FIGURES
from encdec_widgets.session import Session
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.reading import unheard
from encdec_widgets.widgets.base.showing import Showing
from encdec_widgets.widgets.base.texts import note
from encdec_widgets.widgets.designs.swept import Swept

if TYPE_CHECKING:
    from encdec_widgets.widgets.designs.sweep_form import SweepForm

_SHORT = {
    "training_bytes": "Memory, train",
    "multiply_adds": "Multiply-adds",
    "inference_bytes": "Memory, forward",
    "receptive_field": "All positions see",
}
"""The lists are narrow; axes have the whole names."""
_OPEN, _CLOSE = "Sweep …", "Close"


class DesignsView(widgets.VBox):
    """Lists of figures, and the form of a sweep; made when it is first seen.

    Attributes:
        visible: Whether it is seen (a trait).
        x: The list of figures for the lower axis; None before it is first seen.
        y: That for the other axis.
        colour: That for colour and size.
        form: What is swept; None before it is first opened.
        stop: Ends a sweep; made when the view is first seen.
        go_on: Does what is missing of it; made with it.
        go_back: Shows the designs of the sweep before; made with it.
    """

    visible = traitlets.Bool(False)

    def __init__(self, session: Session, swept: Swept) -> None:
        """Make nothing yet."""
        self._session, self._swept = session, swept
        self._showing = Showing()
        self.x: widgets.Dropdown | None = None
        self.y: widgets.Dropdown | None = None
        self.colour: widgets.Dropdown | None = None
        self.form: SweepForm | None = None
        self.to_table: Callable[[Any], None] = unheard
        """What the button *Table* does."""
        super().__init__([])
        self.add_class("encdec-designs")
        self.layout.display = "none"
        self.observe(session.guarded(lambda _: self._seen()), "visible")

    @property
    def text(self) -> str:
        """What it says of the sweep, as HTML."""
        return str(self._words.value) if self.x is not None else ""

    def _seen(self) -> None:
        self.layout.display = "" if self.visible else "none"
        if self.visible and self.x is None:
            self._make()
        elif self.visible and self.form is not None:
            self.form.show()

    def _make(self) -> None:
        guarded = self._session.guarded
        figures = [(_SHORT.get(name, figure.label), name) for name, figure in FIGURES.items()]
        self.x = widgets.Dropdown(
            description="across", options=figures, tooltip="The figure on the lower axis"
        )
        self.y = widgets.Dropdown(description="up", options=figures, tooltip="The figure on the other axis")
        self.colour = widgets.Dropdown(
            description="colour",
            options=[("none", ""), *figures],
            tooltip="The figure that gives colour and size",
        )
        for name, control in (("x", self.x), ("y", self.y), ("colour", self.colour)):
            control.observe(guarded(lambda change, name=name: self._chosen(name, change["new"])), "value")
        self._toggle = widgets.Button(description=_OPEN, tooltip="Choose fields and values to combine")
        self._toggle.on_click(guarded(lambda _: self._turn(self._form_box.layout.display == "none")))
        self._table = widgets.Button(description="Table", tooltip="The same designs as a table")
        self._table.on_click(guarded(lambda _: self.to_table(None)))
        choices = widgets.HBox([self.x, self.y, self.colour, self._toggle, self._table])
        choices.add_class("encdec-designs-choices")
        self._form_box = widgets.VBox([])
        self.progress = widgets.FloatProgress(min=0.0, max=1.0)
        self._words = widgets.HTML()
        self.stop = widgets.Button(description="Stop", tooltip="End the sweep now; what is done stays")
        self.stop.on_click(guarded(lambda _: self._swept.stop()))
        self.go_on = widgets.Button(
            description="Go on", tooltip="Do the designs that are missing, and again those that failed"
        )
        self.go_on.on_click(guarded(lambda _: self._swept.go_on()))
        self.go_back = widgets.Button(
            description="Sweep before", tooltip="See the designs of the sweep before; press again for these"
        )
        self.go_back.on_click(guarded(lambda _: self._swept.go_back()))
        self._progress_row = widgets.HBox([self.progress, self._words, self.stop, self.go_on, self.go_back])
        self._progress_row.add_class("encdec-designs-progress")
        self._turn(not self._swept.rows and not self._swept.busy)
        self._show_choices()
        self._tell()
        # Last, so that a page on a busy machine shows nothing that is not filled in yet.
        self.children = (choices, self._form_box, self._progress_row)
        self._swept.observe(guarded(self._show_choices), ["x", "y", "colour"])
        self._swept.observe(guarded(self._tell), ["rows", "busy", "problem", "said"])
        self._session.observe(self._design_changed, "shown")

    def _turn(self, opened: bool) -> None:
        """Open or close the form."""
        if opened and self.form is None:
            from encdec_widgets.widgets.designs.sweep_form import SweepForm

            self.form = SweepForm(self._session, self._swept, self._began)
            self._form_box.children = (self.form,)
        elif opened and self.form is not None:
            self.form.show()
        self._form_box.layout.display = "" if opened else "none"
        self._toggle.description = _CLOSE if opened else _OPEN

    def _began(self) -> None:
        """The sweep is under way: its picture is to have the room of the form."""
        self._turn(False)

    def _design_changed(self, _: Any) -> None:
        if self.visible and self.form is not None:
            self.form.show()

    def _chosen(self, name: str, value: str) -> None:
        if not self._showing:
            setattr(self._swept, name, value)

    def _show_choices(self, _: Any = None) -> None:
        with self._showing():
            for name in ("x", "y", "colour"):
                control, value = getattr(self, name), getattr(self._swept, name)
                if value in dict(map(reversed, control.options)):
                    control.value = value

    def _tell(self, _: Any = None) -> None:
        swept = self._swept
        self.progress.value = swept.share
        self.progress.layout.display = self.stop.layout.display = "" if swept.busy else "none"
        self.go_on.layout.display = "" if swept.can_go_on else "none"
        self.go_back.layout.display = "" if swept.can_go_back else "none"
        words = " ".join(filter(None, (swept.words, swept.said)))
        self._words.value = str(note(words)) if words else ""
        self._progress_row.layout.display = "" if words or swept.can_go_back else "none"
        if not swept.busy and self.form is not None:
            self.form.told()
