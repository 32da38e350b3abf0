"""Voila with next to nothing to show: what serving any app of widgets costs."""

from __future__ import annotations

from pathlib import Path

from tests.browser.voila import Voila

_CELL = "import ipywidgets\n\nipywidgets.IntSlider(description='number')"


class BareVoila(Voila):
    """Voila on a notebook with one slider."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, [_CELL])
