"""What the network on screen costs: parameters, multiply-adds and memory, at a batch size and a precision."""

from collections.abc import Callable
from typing import Any

import traitlets

from encdec_widgets.architectures.fields.described import FieldError, described_fields
from encdec_widgets.explain.machine_memory import memory_limit
from encdec_widgets.explain.problem_words import problem_sentence
from encdec_widgets.session import Session
from encdec_widgets.session.conditions import Conditions
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.reading import unheard
from encdec_widgets.widgets.controls.controls import FieldControls
from encdec_widgets.widgets.pages.cost_words import cost_html
from encdec_widgets.widgets.pages.what_if_panel import WhatIfPanel

_CHANNELS = "channels"
_FIELDS = {name: described_fields(Conditions)[name] for name in ("batch_size", "precision")}


class CostsPanel(widgets.VBox):
    """The costs of a network, and what they would be at other values of a field.

    Attributes:
        visible: Whether it is seen (a trait); while it is False, nothing is computed.
        channels: Whether the boxes of the picture are coloured by their channels.
        what_if: The curves.
    """

    visible = traitlets.Bool(False)

    def __init__(self, session: Session, say: Callable[[str], None] = unheard) -> None:
        """Make the panel of the network that ``session`` shows; ``say`` is called with what is to be read aloud."""
        self._session = session
        self._say = say
        self._controls = FieldControls(session.guarded(self._edited))
        self._costs = widgets.HTML()
        self.channels = widgets.Checkbox(description="Colour the boxes by their channels", indent=False)
        self.what_if = WhatIfPanel(session)
        super().__init__([self._controls, self._costs, self.channels, self.what_if])
        self.add_class("encdec-group")
        self.add_class("encdec-costs")
        self._show_conditions()
        self.observe(session.guarded(self._see), "visible")
        session.observe(self._network_changed, "shown")
        session.observe(self._conditions_changed, "conditions")
        self._show_colour()
        self.channels.observe(session.guarded(self._colour_chosen), "value")
        session.observe(self._show_colour, "coloured_by")

    @property
    def text(self) -> str:
        """What the panel says, as HTML."""
        return f"{self._controls.refusal}{self._costs.value}"

    def close(self) -> None:
        """Stop what is computed, and close."""
        self.what_if.close()
        super().close()

    def _edited(self, field: str, value: Any) -> None:
        before = self._session.conditions
        try:
            self._session.assume(**{field: value})
        except FieldError as refused:
            self._controls.show(_FIELDS, {**self._session.conditions.of_costs, field: value}, field)
            self._controls.refuse(field, refused)
            self._say(problem_sentence(refused))
            return
        if (
            self._session.conditions == before
        ):  # Nothing is told then, and a value that was refused may be shown.
            self._conditions_changed(None)

    def _colour_chosen(self, change: Any) -> None:
        if change["new"] != self._by_channels:
            self._session.colour_by(_CHANNELS if change["new"] else None)

    def _show_colour(self, _: Any = None) -> None:
        self.channels.value = self._by_channels

    @property
    def _by_channels(self) -> bool:
        return self._session.coloured_by == _CHANNELS

    def _see(self, _: Any) -> None:
        self._show_costs()
        self.what_if.visible = self.visible

    def _network_changed(self, change: Any) -> None:
        if change["old"] is None or change["old"].backbone is not change["new"].backbone:
            self._show_costs()

    def _conditions_changed(self, _: Any) -> None:
        self._show_conditions()
        self._show_costs()

    def _show_conditions(self) -> None:
        self._controls.show(_FIELDS, self._session.conditions.of_costs, None)
        self._controls.refuse(None)

    def _show_costs(self) -> None:
        shown = self._session.shown
        if self.visible and shown is not None:
            cost = shown.backbone.cost(**self._session.conditions.of_costs)
            self._costs.value = cost_html(cost, shown.backbone.receptive_field(), memory_limit())
