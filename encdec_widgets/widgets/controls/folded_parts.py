"""Parts of a page, of which those that a lesson is not about are folded away behind one button."""

from collections.abc import Callable, Mapping
from typing import Any

from encdec_widgets.session import Session
from encdec_widgets.session.focus import FOLDED
from encdec_widgets.widgets.base import stock as widgets


class FoldedParts(widgets.VBox):
    """Parts one below the other, and the button *More settings*, where some of them are folded away."""

    def __init__(
        self, session: Session, parts: Mapping[str, widgets.Widget], count: Callable[[str], int]
    ) -> None:
        """Show the parts that ``session`` is about.

        Args:
            session: Its ``focus`` says which parts are folded away.
            parts: The parts, by the path of what they change.
            count: Gives how many settings a part has, by its path.
        """
        self._session = session
        self._parts = dict(parts)
        self._count = count
        self._unfolded = False
        self._fold = widgets.Button()
        self._fold.add_class("encdec-fold")
        self._fold.on_click(session.guarded(lambda _: self._turn(not self._unfolded)))
        super().__init__([*self._parts.values(), self._fold])
        self.add_class("encdec-group")
        self._show()
        session.observe(lambda _: self._turn(False), "focus")
        session.observe(self._show, "editor")

    def unfold(self) -> None:
        """Show all parts, as something is to be seen in one of them."""
        self._turn(True)

    def _turn(self, unfolded: bool) -> None:
        self._unfolded = unfolded
        self._show()

    def _show(self, _: Any = None) -> None:
        focus = self._session.focus
        folded = [path for path in self._parts if focus.folds(path)]
        for path, part in self._parts.items():
            part.layout.display = "none" if path in folded and not self._unfolded else ""
        settings = sum(map(self._count, folded))
        self._fold.description = "Fewer settings" if self._unfolded else f"More settings ({settings})"
        self._fold.layout.display = "" if focus.others == FOLDED and folded else "none"
