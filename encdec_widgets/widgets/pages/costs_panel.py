"""What the network on screen costs: parameters, multiply-adds and memory, at a batch size and a precision."""

import html
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import attrs
import ipywidgets as widgets

from encdec_widgets.architectures.fields.described import FieldError, described_fields
from encdec_widgets.explain.machine_memory import memory_limit
from encdec_widgets.widgets.controls.controls import FieldControls
from encdec_widgets.widgets.pages.cost_words import cost_html
from encdec_widgets.widgets.pages.what_if_panel import WhatIfPanel
from encdec_widgets.workers.timing import Options

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone


class CostsPanel(widgets.VBox):
    """The costs of a network, and what they would be at other values of a field.

    While it is not seen, nothing is computed.

    Attributes:
        conditions: Batch size and precision, as ``backbone.cost`` takes them.
        what_if: The curves.
    """

    def __init__(self, on_conditions: Callable[[], None] = lambda: None) -> None:
        """Make the panel; :meth:`show` says of what.

        Args:
            on_conditions: Is called when a person has set :attr:`conditions`.
        """
        self._on_conditions = on_conditions
        self._backbone: Backbone | None = None
        self._place: str | None = None
        self._seen = self._overtaken = False
        infos = described_fields(Options)
        self._infos = {
            "batch_size": infos["batch_size"],
            "precision": attrs.evolve(infos["precision"], optional=False, default="float32"),
        }
        self.conditions: dict[str, Any] = {name: info.default for name, info in self._infos.items()}
        self._controls = FieldControls(self._edited)
        self._costs = widgets.HTML()
        self.what_if = WhatIfPanel()
        super().__init__([self._controls, self._costs, self.what_if])
        self.add_class("encdec-group")
        self.add_class("encdec-costs")
        self._controls.show(self._infos, self.conditions, None)

    @property
    def text(self) -> str:
        """What the panel says, as HTML."""
        return str(self._costs.value)

    def show(self, backbone: "Backbone") -> None:
        """Show the costs of a network; the first one's precision is the one to begin with, if it can be chosen."""
        if self._backbone is None and backbone.precision in self._infos["precision"].choices:
            self.conditions = {**self.conditions, "precision": backbone.precision}
            self._controls.show(self._infos, self.conditions, None)
        self._backbone, self._overtaken = backbone, False
        self._update()

    def overtaken(self) -> None:
        """Take it that another network is on its way: what is computed of this one would hold it up."""
        self._overtaken = True
        self.what_if.rest()

    def select(self, place: str | None) -> None:
        """Take it that another block is selected, whose fields can be varied too."""
        if place != self._place:
            self._place = place
            self._update()

    def see(self, seen: bool) -> None:
        """Take it that a person sees the panel, or no longer does."""
        self._seen = self.what_if.visible = seen
        self._update()

    def close(self) -> None:
        """Stop what is computed, and close."""
        self.what_if.close()
        super().close()

    def _edited(self, field: str, value: Any) -> None:
        try:
            self.conditions = {**self.conditions, field: self._infos[field].accept(field, value)}
        except FieldError as error:
            self._controls.show(self._infos, {**self.conditions, field: value}, field)
            self._costs.value = f'<div role="alert" class="encdec-error">{html.escape(str(error))}</div>'
            return
        self._controls.show(self._infos, self.conditions, None)
        self._update()
        self._on_conditions()

    def _update(self) -> None:
        if not self._seen or self._backbone is None:
            return
        cost = self._backbone.cost(**self.conditions)
        self._costs.value = cost_html(cost, self._backbone.receptive_field(), memory_limit())
        if not self._overtaken:
            self.what_if.show(self._backbone.design, self._backbone, self._place, **self.conditions)
