"""One line that says what is on screen."""

import html
from typing import TYPE_CHECKING

import ipywidgets as widgets

from encdec_widgets.figures.words import backend_text, count_text

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone


class StatusLine(widgets.HTML):
    """Layers, parameters, build time and device."""

    def __init__(self, device: str) -> None:
        """Make an empty line; ``device`` is the name of what networks run on."""
        super().__init__()
        self._device = device
        self.add_class("encdec-status")

    def show(self, backbone: "Backbone") -> None:
        """Say what ``backbone`` is."""
        parameters = backbone.parameters
        self.value = (
            '<span role="status">'
            f"<b>{len(backbone.structure.layers)}</b> layers · "
            f'<b title="{parameters:,}">{count_text(parameters)}</b> parameters · '
            f"built in <b>{1000 * backbone.build_seconds:.0f} ms</b> · "
            f"{backend_text(backbone.backend)} on {html.escape(self._device)}</span>"
        )
