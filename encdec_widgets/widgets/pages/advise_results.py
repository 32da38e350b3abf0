"""The designs that are advised, each with the buttons that take it."""

from collections.abc import Callable, Sequence

from markupsafe import Markup

from encdec_widgets.designs.design import Design
from encdec_widgets.explore.advising.advice import Advice
from encdec_widgets.session import Session
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.closing import close_all
from encdec_widgets.widgets.base.texts import NOTHING, heading, notices
from encdec_widgets.widgets.pages.advise_words import advised_html, gives_way_html, sure_html

OnTake = Callable[[Design, str, float], Markup]
"""Is called with a design, its name, and the scale of its images; says what came of it."""


class AdviseResults(widgets.VBox):
    """What an advice says: three designs, or what would have to give way, and how sure it is."""

    def __init__(self, session: Session, use: OnTake, pin: OnTake) -> None:
        """Show nothing yet.

        Args:
            session: Its guard calls what the buttons do.
            use: Loads a design.
            pin: Pins one.
        """
        self._session, self._take_it, self._pin_it = session, use, pin
        super().__init__()
        self.children: tuple[widgets.Widget, ...] = ()
        self.add_class("encdec-group")
        self.add_class("encdec-advised")

    @property
    def text(self) -> str:
        """What it says, as HTML."""
        parts = (part.children[-1] if isinstance(part, widgets.HBox) else part for part in self.children)
        return "".join(part.value for part in parts)

    def show(self, advice: Advice | None) -> None:
        """Show an advice in place of the one before; None for none."""
        before = self.children
        self.children = () if advice is None else tuple(self._parts(advice))
        for part in before:
            close_all(part)

    def _parts(self, advice: Advice) -> Sequence[widgets.Widget]:
        parts: list[widgets.Widget] = []
        if advice.untested:
            parts.append(widgets.HTML(notices([advice.untested])))
        for one in advice.advised:
            parts.append(widgets.HTML(advised_html(one, advice.wanted)))
            if one.same_as is None:
                parts.append(self._buttons(one.aim, one.design, one.name, one.input_scale))
        if not advice.advised:
            parts.append(widgets.HTML(heading("No design meets all wishes", 4)))
        for way in advice.give_way:
            parts.append(widgets.HTML(gives_way_html(way)))
            parts.append(
                self._buttons("the nearest design", way.design, "advised, not all wishes", way.input_scale)
            )
        return [*parts, widgets.HTML(sure_html(advice))]

    def _buttons(self, what: str, design: Design, name: str, scale: float) -> widgets.HBox:
        said = widgets.HTML()

        def button(words: str, tooltip: str, action: OnTake) -> widgets.Button:
            made = widgets.Button(description=words, tooltip=tooltip)
            made.on_click(self._session.guarded(lambda _: self._say(said, action(design, name, scale))))
            return made

        row = widgets.HBox(
            [
                button("Use this", f"Puts {what} on screen; Undo leads back", self._take_it),
                button("Pin", f"Keeps {what} to be compared", self._pin_it),
                said,
            ]
        )
        row.add_class("encdec-buttons")
        return row

    def _say(self, place: widgets.HTML, text: Markup) -> None:
        """Say beside the button that was pressed what came of it, and there alone."""
        for row in self.children:
            if isinstance(row, widgets.HBox) and row.children[-1] is not place:
                row.children[-1].value = NOTHING
        place.value = text
