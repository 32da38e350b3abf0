"""Compare: the designs that are pinned and the one on screen, side by side."""

from collections.abc import Callable, Mapping
from typing import Any, cast

import attrs
import traitlets

from encdec_widgets.designs.design_names import design_name, told_apart
from encdec_widgets.designs.file_names import file_name
from encdec_widgets.designs.presets import CATALOGUE
from encdec_widgets.explain.costs import Precision
from encdec_widgets.explore.compared import ComparedDesigns
from encdec_widgets.explore.comparing.beside import Asked, Comparer
from encdec_widgets.formatting import counted, error_text, quoted
from encdec_widgets.session import Session
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.at_rest import AtRest
from encdec_widgets.widgets.base.reading import unheard
from encdec_widgets.widgets.compare.compare_race import PinRace
from encdec_widgets.widgets.compare.compare_view import CompareView
from encdec_widgets.widgets.compare.compare_words import columns_of, fields_of, rows_of
from encdec_widgets.workers.client import Worker
from encdec_widgets.workers.timing.raced import Raced

WAIT_S = 0.3
"""Comparing starts when nothing was changed for so long."""
_FILES = {"csv": "text/csv", "html": "text/html"}


class ComparePanel(widgets.VBox):
    """The table, and what can be asked of it. While it is closed, nothing is built and nothing computed.

    A race goes on while it is closed, as a timing does on a page that is not seen.

    Attributes:
        visible: Whether it is seen (a trait).
        view: The table.
        race: The race of the pinned designs.
        compared: What is shown; None as long as nothing was compared.
    """

    visible = traitlets.Bool(False)

    def __init__(
        self,
        session: Session,
        dark: Callable[[], bool] = lambda: False,
        say: Callable[[str], None] = unheard,
        close: Callable[[], None] = lambda: None,
        worker: Worker | None = None,
    ) -> None:
        """Make the panel.

        Args:
            session: The session whose pins and network are compared.
            dark: Says whether the page is dark.
            say: Is called with what is to be read aloud.
            close: Is called where a person closes it.
            worker: The process that designs are raced in; the one of this kernel if left out.
        """
        self._session, self._dark, self._say, self._close = session, dark, say, close
        self.compared: ComparedDesigns | None = None
        self._shown_as = ""  # what the comparison calls the design on screen
        self._compared_with: Raced | None = None
        guarded = session.guarded
        self._comparer = Comparer(guarded(self._came), guarded(self._failed), session.background)
        self._at_rest = AtRest(WAIT_S, session.guarded(self._ask), session.background)
        self._closed = False
        self.view = CompareView(list(CATALOGUE), session.guarded(self._asked_for))
        self.race = PinRace(session, self._race_changed, say, worker)
        super().__init__([self.view])
        self.observe(session.guarded(self._seen), "visible")
        session.observe(self._changed, ["pins", "shown", "conditions", "time"])
        session.observe(self._edited, "steps")

    def update(self) -> None:
        """Compare anew soon, as where the page's theme is another one."""
        self._at_rest.forget()
        self._comparer.stop()
        if self.visible and not self._closed and self._session.shown is not None:
            shown = (self._session.shown.backbone.design, self._session.conditions.input_scale)
            with self.view.hold_sync():
                self.view.can_pin = all((pin.design, pin.input_scale) != shown for pin in self._session.pins)
                self.view.busy, self.view.status = True, "Computing …"
                self._show_race()
            self._at_rest.soon()

    def close(self) -> None:
        """Close it, and stop what it computes."""
        self._closed = True
        self._at_rest.forget()
        self._comparer.forget()
        self.race.drop()
        super().close()

    def _seen(self, _: Any) -> None:
        """Compute while it is open; a closed one holds no network."""
        if self.visible:
            self._show_columns_at_once()
            self.update()
            return
        self._at_rest.forget()
        self._comparer.forget()
        self.compared = None
        self._refuse("")

    def _changed(self, change: Mapping[str, Any]) -> None:
        if change["name"] in ("pins", "conditions") and not self.race.running:
            self.race.forget()
        if not self.visible:
            return
        if change["name"] == "pins":
            self._show_columns_at_once()
        self.update()

    def _edited(self, _: Any) -> None:
        """Compute nothing from the beginning of an edit until its network is shown, which begins it anew."""
        if self.visible and self._session.steps:
            self._at_rest.forget()
            self._comparer.stop()
        elif self.visible:
            self.update()

    def _to_compare(self) -> tuple[list[Asked], str]:
        """The designs that are pinned, and the one on screen after them if it is not pinned; and its name."""
        shown = self._session.shown
        asked = [
            Asked(
                name=pin.name,
                design=pin.design,
                timing=self.race.timing_of(pin),
                input_scale=pin.input_scale,
            )
            for pin in self._session.pins
        ]
        if shown is None:
            return asked, ""
        backbone, time = shown.backbone, self._session.time
        scale = self._session.conditions.input_scale
        for place, one in enumerate(asked):
            if one.design == backbone.design and one.input_scale == scale:
                asked[place] = attrs.evolve(one, backbone=backbone)
                return asked, one.name
        timing = None if time is None or time.design != backbone.design else time.timing
        name = shown.step.after.preset or design_name(backbone.design)
        name = told_apart(name, [one.name for one in asked])
        on_screen = Asked(
            name=name, design=backbone.design, backbone=backbone, timing=timing, input_scale=scale
        )
        return [*asked, on_screen], name

    def _ask(self) -> None:
        asked, self._shown_as = self._to_compare()
        self._compared_with = self.race.raced
        if asked:
            conditions = self._session.conditions
            self._comparer.ask(
                asked,
                conditions.batch_size,
                cast(Precision, conditions.precision),
                "dark" if self._dark() else "light",
                self.race.raced,
                conditions.animal_px,
            )

    def _came(self, compared: ComparedDesigns, pictures: tuple[str, ...]) -> None:
        self.compared = compared
        pins = [pin.name for pin in self._session.pins]
        with self.view.hold_sync():
            self.view.columns = columns_of(compared, pins, self._shown_as)
            self.view.pictures = list(pictures)
            self.view.rows = rows_of(compared)
            self.view.fields = fields_of(compared)
            self.view.notices = list(compared.notices)
            self.view.busy, self.view.status = False, _status_words(compared)
            self._show_race()

    def _failed(self, error: Exception) -> None:
        with self.view.hold_sync():
            self.view.busy, self.view.status = False, ""
            self._refuse(f"These designs could not be compared: {error_text(error)}")

    def _show_columns_at_once(self) -> None:
        """Show which designs there are before anything of them is computed."""
        asked, shown = self._to_compare()
        known = {column["name"]: i for i, column in enumerate(self.view.columns)}
        kept = [known.get(one.name) for one in asked]
        pins = {pin.name for pin in self._session.pins}

        def cells(row: Mapping[str, Any], empty: Any) -> list[Any]:
            return [empty if at is None else row["cells"][at] for at in kept]

        view = self.view
        before = list(view.pictures)
        with view.hold_sync():
            view.columns = [
                {"name": one.name, "pinned": one.name in pins, "shown": one.name == shown, "reason": ""}
                for one in asked
            ]
            view.pictures = ["" if at is None or at >= len(before) else before[at] for at in kept]
            # A ratio is to the first one, which may be another now: the new ones come with the new comparison.
            view.rows = [
                {**row, "cells": [[value, ""] for value, _ in cells(row, ("…", ""))]} for row in view.rows
            ]
            view.fields = [{**row, "cells": cells(row, "…")} for row in view.fields]
            self.compared = None  # its columns are others
            self._show_race()

    # The race

    def _show_race(self) -> None:
        self.view.race = self.race.state(self.compared)

    def _race_changed(self) -> None:
        """Show how far it is, and compare anew where it has come to a result."""
        if self.visible and not self._closed:
            self._show_race()
            if self.race.raced is not self._compared_with:
                self.update()

    def _race(self, _: Any) -> None:
        if self.compared is None:
            raise ValueError("The table is still being computed. Would work: the same when it is there.")
        self.race.begin(self.compared)

    # What a person asks for

    def _asked_for(self, content: Mapping[str, Any]) -> None:
        """Do what the page asks for, or say why not; a page can ask for anything."""
        for what, do in (
            ("pin", self._pin),
            ("preset", lambda name: self._session.pin(name, new=True)),
            ("unpin", self._session.unpin),
            ("use", self._use),
            ("race", self._race),
            ("stop", lambda _: self.race.stop()),
            ("go_on", lambda _: self.race.go_on()),
            ("file", lambda kind: self._take_away(kind, content)),
            ("close", lambda _: self._close()),
        ):
            if what in content:
                try:
                    do(content[what])
                except (ValueError, RuntimeError) as error:
                    self._refuse(error_text(error))
                else:
                    self._refuse("")
                    self._tell_what_was_done(what, content[what])
                return

    def _pin(self, _: Any) -> None:
        self._session.pin(new=True)

    def _use(self, name: Any) -> None:
        """Load a pinned design; undo leads back."""
        if self._session.focus.locks:
            raise ValueError(f"No other design is taken here. {self._session.focus.why}")
        pin = next((pin for pin in self._session.pins if pin.name == name), None)
        if pin is None:
            raise ValueError(f"No pinned design has this name. Received: {quoted(name)}.")
        self._session.load(pin.design, pin.name, input_scale=pin.input_scale)

    def _take_away(self, kind: Any, content: Mapping[str, Any]) -> None:
        """Send the table as a file to the page that asks."""
        if not isinstance(kind, str) or kind not in _FILES:
            raise ValueError(f"The table is taken away as csv or html. Received: {quoted(kind)}.")
        if self.compared is None:
            raise ValueError("The table is still being computed. Would work: the same when it is there.")
        text = self.compared.to_csv() if kind == "csv" else str(self.compared.to_html())
        name = file_name(self.compared.rows[0].design, kind, "compared designs")
        self.view.send({"of": content.get("of"), "name": name, "kind": _FILES[kind], "text": text})

    def _tell_what_was_done(self, what: str, name: Any) -> None:
        if what in ("pin", "preset"):
            self._say(
                f"Pinned as {self._session.pins[-1].name}. {counted(len(self._session.pins), 'design')} pinned."
            )
        elif what == "unpin":
            self._say(f"{name} is not pinned any more.")

    def _refuse(self, why: str) -> None:
        self.view.trouble = why
        if why:
            self._say(why)


def _status_words(compared: ComparedDesigns) -> str:
    if len(compared.rows) == 1:
        return "Pin a design, or a preset, to compare it with others."
    alike = "" if compared.differences else "; their fields are alike"
    return (
        f"{counted(len(compared.rows), 'design')}, with the ratio to the first{alike}. "
        f"Batch {compared.batch_size}, as on the page Costs."
    )
