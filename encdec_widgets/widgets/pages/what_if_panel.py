"""What if: for one field, what the network on screen would be with each of its values."""

from collections.abc import Mapping
from typing import Any

import traitlets

from encdec_widgets.designs.heads import words_at
from encdec_widgets.designs.variants import INPUT_SIZE, fields_to_try, with_value
from encdec_widgets.explore.what_if import Point, Question, WhatIf
from encdec_widgets.session import Session
from encdec_widgets.session.shown import Shown
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.at_rest import AtRest
from encdec_widgets.widgets.base.showing import Showing
from encdec_widgets.widgets.base.texts import note
from encdec_widgets.widgets.pages.card_field import CardField, batch_words
from encdec_widgets.widgets.pages.what_if_view import WhatIfView
from encdec_widgets.widgets.pages.what_if_words import charts_of, fitting_words, status_html

WAIT_S = 0.6
"""Computing starts when nothing was edited for so long."""


class WhatIfPanel(widgets.VBox):
    """A list of fields, and the curves of the one that is chosen in it or was edited last.

    Attributes:
        visible: Whether it is seen (a trait); while it is False, nothing is computed.
        field: The list.
        card: The card whose memory is a line in the charts; made when the panel is first seen.
    """

    visible = traitlets.Bool(False)

    def __init__(self, session: Session) -> None:
        """Make the panel of the network that ``session`` shows."""
        self._session = session
        self._question: Question | None = None
        self._points: dict[Any, Point] = {}
        self._batch = ""
        """How many images fit into the card."""
        self._in_hand: str | None = None
        self._steps: tuple[Any, ...] = ()
        self._computing = False
        self._resting = self._closed = False
        self._showing = Showing()
        self._what_if = WhatIf(session.guarded(self._came), session.background)
        self._at_rest = AtRest(WAIT_S, session.guarded(self._ask), session.background)
        self.field = widgets.Dropdown(
            description="what if",
            tooltip="The field whose other values are tried out; the network stays as it is",
        )
        self.field.add_class("encdec-what-if-field")
        self.field.observe(session.guarded(self._chosen), "value")
        self._charts = WhatIfView()
        self._charts.observe(session.guarded(self._point_chosen), "chosen")
        self.card: CardField | None = None
        self._status = widgets.HTML()
        super().__init__([self.field, self._charts, self._status])
        self.add_class("encdec-group")
        self.add_class("encdec-what-if")
        self.observe(session.guarded(lambda _: self._seen()), "visible")
        session.observe(self._network_changed, "shown")
        session.observe(lambda _: self._update(), "conditions")
        session.observe(self._steps_changed, "steps")
        session.observe(self._in_hand_changed, "in_hand")

    @property
    def text(self) -> str:
        """What the panel says, as HTML."""
        return f"{self._charts.value}{self._status.value}"

    def close(self) -> None:
        """Close it, and stop what it computes: no result comes after that, and nothing is computed again."""
        self._stop()
        self._closed = True
        super().close()

    def _seen(self) -> None:
        if self.visible and self.card is None:
            self.card = CardField(self._session)
            self.children = (self.field, self._charts, self.card, self._status)
        self._update()

    def _network_changed(self, change: Mapping[str, Any]) -> None:
        """Try out the fields of another network, or of another block of it."""
        before, shown = change["old"], change["new"]
        if before is None or (before.backbone, before.selected) != (shown.backbone, shown.selected):
            self._resting = False
            self._update()

    def _steps_changed(self, _: Any) -> None:
        """Compute nothing from the beginning of an edit until its network, or the one before it, is shown."""
        before, self._steps = self._steps, self._session.steps
        steps = self._steps
        if steps and steps[-1:] != before[-1:]:
            computing, self._resting = self._computing, True
            self._stop()
            if computing:
                self._draw_status()
        elif self._resting and not steps:
            self._resting = False
            self._update()

    def _in_hand_changed(self, _: Any) -> None:
        """Choose the field that was just edited, as soon as there is one of that path."""
        path = self._session.in_hand
        path = INPUT_SIZE if path == "input_shape" else path
        if path != self._in_hand:
            self._in_hand = path
            if not self._resting:
                self._update()

    def _stop(self) -> None:
        self._at_rest.forget()
        self._what_if.stop()
        self._computing = False

    def _chosen(self, change: Mapping[str, Any]) -> None:
        if not self._showing:
            self._in_hand = change["new"]
            self._update()

    def _point_chosen(self, change: Mapping[str, Any]) -> None:
        """Set the field to the value of the point that a person chose."""
        question, (_, index) = self._question, change["new"]
        if question is None or not 0 <= index < len(question.values):
            return
        value = question.values[index]
        focus = self._session.focus
        if focus.locked("input_shape" if question.path == INPUT_SIZE else question.path):
            self._status.value = note(focus.why)
            return
        if question.path == INPUT_SIZE:
            wanted = with_value(self._session.editor.wanted, INPUT_SIZE, value)
            self._session.change("input_shape", wanted.input_shape)
        else:
            self._session.change(question.path, value)

    def _update(self) -> None:
        """Show what is known, and compute the rest later; nothing while it is not seen.

        Every step of a slider comes here: no design is made, which takes longer than all of this.
        """
        self._stop()
        shown, conditions = self._session.shown, self._session.conditions
        if shown is None or not self.visible or self._closed:
            return
        path = self._offered(shown)
        if path is None:
            self._charts.show(note("There is no field whose values could be tried."))
            self._status.value = ""
            return
        self._question = Question(design=shown.backbone.design, path=path, **conditions.of_costs)
        card_bytes = conditions.card_bytes
        precision = self._question.precision
        self._batch = "" if card_bytes is None else batch_words(shown.backbone, card_bytes, precision)
        self._points = {point.value: point for point in self._what_if.known(self._question)}
        self._computing = not self._resting and len(self._points) < len(self._question.values)
        self._draw()
        if self._computing:
            self._at_rest.soon()

    def _offered(self, shown: Shown) -> str | None:
        """Let the list offer the fields that there are; return the path of the one that is chosen."""
        paths = list(fields_to_try(shown.backbone.design, shown.selected))
        options = [(words_at(shown.backbone.design, path), path) for path in paths]
        path = self._in_hand if self._in_hand in paths else next(iter(paths), None)
        with self._showing():
            if self.field.options != tuple(options):
                self.field.options = options
            self.field.value = path
        return path

    def _ask(self) -> None:
        shown = self._session.shown
        if self._question is not None and shown is not None:
            self._what_if.ask(self._question, shown.backbone)

    def _came(self, question: Question, point: Point) -> None:
        if question is self._question:
            self._points[point.value] = point
            self._computing = len(self._points) < len(question.values)
            self._draw()

    def _draw(self) -> None:
        if self._question is not None:
            charts = charts_of(self._question, self._points, self._session.conditions.card_bytes)
            self._charts.show(charts.html, charts.places, charts.readings, charts.current)
            self._draw_status()

    def _draw_status(self) -> None:
        if self._question is not None:
            card_bytes = self._session.conditions.card_bytes
            fits = "" if card_bytes is None else fitting_words(self._question, self._points, card_bytes)
            self._status.value = status_html(
                self._question, self._points, computing=self._computing, fits=(fits, self._batch)
            )
