"""The designs that are advised, each with the buttons that take it."""

from collections.abc import Callable, Sequence
from functools import partial

from encdec_widgets.designs.design import Design
from encdec_widgets.explore.advising.advice import Advice
from encdec_widgets.session import Session
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.closing import close_all
from encdec_widgets.widgets.base.texts import heading
from encdec_widgets.widgets.pages.advise_words import advised_html, gives_way_html, sure_html

OnTake = Callable[[Design, str, float], None]
"""Is called with a design, its name, and the scale of its images."""


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
        return "".join(part.value for part in self.children if isinstance(part, widgets.HTML))

    def show(self, advice: Advice | None) -> None:
        """Show an advice in place of the one before; None for none."""
        before = self.children
        self.children = () if advice is None else tuple(self._parts(advice))
        for part in before:
            close_all(part)

    def _parts(self, advice: Advice) -> Sequence[widgets.Widget]:
        parts: list[widgets.Widget] = []
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
        row = widgets.HBox(
            [
                self._button(
                    "Use this", f"Puts {what} on screen; Undo leads back", self._take_it, design, name, scale
                ),
                self._button("Pin", f"Keeps {what} to be compared", self._pin_it, design, name, scale),
            ]
        )
        row.add_class("encdec-buttons")
        return row

    def _button(
        self, words: str, tooltip: str, action: OnTake, design: Design, name: str, scale: float
    ) -> widgets.Button:
        button = widgets.Button(description=words, tooltip=tooltip)
        do = partial(action, design, name, scale)
        button.on_click(self._session.guarded(lambda _: do()))
        return button
