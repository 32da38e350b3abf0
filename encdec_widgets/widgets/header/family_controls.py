"""Choosing the family of networks, and a preset of it."""

from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from encdec_widgets.designs.design import Design
from encdec_widgets.designs.presets import CATALOGUE, family_name, family_start
from encdec_widgets.widgets.base.showing import Showing

_EDITED = ("(edited)", "")


class FamilyControls(widgets.HBox):
    """Two lists: the family, and its presets."""

    def __init__(self, on_choice: Callable[[str, Design], None]) -> None:
        """Make the lists; ``on_choice(name, design)`` is called for changes by a person, not for :meth:`show`."""
        self._on_choice = on_choice
        self._showing = Showing()
        self.family = widgets.Dropdown(
            description="family", tooltip="The family of networks, which decides the fields below"
        )
        self.preset = widgets.Dropdown(
            description="preset", tooltip="A known network of this family to start from"
        )
        super().__init__([self.family, self.preset])
        self.add_class("encdec-family")
        self.family.observe(self._family_chosen, "value")
        self.preset.observe(self._preset_chosen, "value")

    def _family_chosen(self, change: Any) -> None:
        if not self._showing:
            self._on_choice(change["new"], family_start(change["new"]))

    def _preset_chosen(self, change: Any) -> None:
        if not self._showing and change["new"]:
            self._on_choice(change["new"], CATALOGUE[change["new"]].design)

    def show(self, design: Design) -> None:
        """Show which family and preset ``design`` is."""
        family = family_name(design)
        same_family = [name for name, known in CATALOGUE.items() if family_name(known.design) == family]
        matching = [name for name in same_family if CATALOGUE[name].design == design]
        # Some presets are the same network by two names: the one that was chosen stays.
        shown = self.preset.value if self.preset.value in matching else next(iter(matching), _EDITED[1])
        families = list(dict.fromkeys([*(family_name(known.design) for known in CATALOGUE.values()), family]))
        options = [*((name, name) for name in same_family), *([] if matching else [_EDITED])]
        with self._showing():
            if self.family.options != tuple(families):
                self.family.options = families
            self.family.value = family
            if self.preset.options != tuple(options):
                self.preset.options = options
            self.preset.value = shown
        known = CATALOGUE.get(shown)
        self.preset.tooltip = (
            f"{known.purpose} Source: {known.source}." if known else "Changed from any preset"
        )
