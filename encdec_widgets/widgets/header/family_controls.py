"""Choosing the family of networks, and a preset of it."""

from typing import Any

from encdec_widgets.designs.presets import CATALOGUE, family_name, family_start
from encdec_widgets.session import Session
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.showing import Showing

_EDITED = ("(edited)", "")


class FamilyControls(widgets.HBox):
    """Two lists: the family, and its presets."""

    def __init__(self, session: Session) -> None:
        """Make the lists for the design that ``session`` wants."""
        self._session = session
        self._showing = Showing()
        self.family = widgets.Dropdown(
            description="family", tooltip="The family of networks, which decides the fields below"
        )
        self.preset = widgets.Dropdown(
            description="preset", tooltip="A known network of this family to start from"
        )
        super().__init__([self.family, self.preset])
        self.add_class("encdec-family")
        self._show()
        self.family.observe(session.guarded(self._family_chosen), "value")
        self.preset.observe(session.guarded(self._preset_chosen), "value")
        session.observe(self._show, ["editor", "focus"])

    def _family_chosen(self, change: Any) -> None:
        if not self._showing:
            self._session.load(family_start(change["new"]), change["new"])

    def _preset_chosen(self, change: Any) -> None:
        if not self._showing and change["new"]:
            self._session.load(change["new"])

    def _show(self, _: Any = None) -> None:
        """Show which family and preset the design is."""
        design = self._session.editor.wanted
        family = family_name(design)
        same_family = [name for name, known in CATALOGUE.items() if family_name(known.design) == family]
        shown = self._session.editor.preset or _EDITED[1]
        families = list(dict.fromkeys([*(family_name(known.design) for known in CATALOGUE.values()), family]))
        options = [*((_entry(name), name) for name in same_family), *([] if shown else [_EDITED])]
        with self._showing():
            if self.family.options != tuple(families):
                self.family.options = families
            self.family.value = family
            if self.preset.options != tuple(options):
                self.preset.options = options
            self.preset.value = shown
        focus = self._session.focus
        self.family.disabled = self.preset.disabled = focus.locks
        known = CATALOGUE.get(shown)
        self.preset.tooltip = focus.why or (
            f"{known.purpose} Source: {known.source}, {known.date}." if known else "Changed from any preset"
        )


def _entry(name: str) -> str:
    """How a preset stands in the list: two of one family would be hard to tell apart by their names."""
    known = CATALOGUE[name]
    return f"{name} · {known.purpose} ({known.date})"
