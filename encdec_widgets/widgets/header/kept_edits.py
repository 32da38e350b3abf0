"""One line about edits that are kept beyond the kernel: those of an earlier session can come back, or be let go."""

from functools import partial
from typing import Any

from markupsafe import Markup

from encdec_widgets.designs.presets import family_name
from encdec_widgets.formatting import counted, error_text
from encdec_widgets.session import Session
from encdec_widgets.session.edits_file import EditsFile
from encdec_widgets.session.memory import Memory, Offer
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.at_rest import AtRest
from encdec_widgets.widgets.base.closing import close_all
from encdec_widgets.widgets.base.texts import lines
from encdec_widgets.widgets.header.browser_store import BrowserStore

KEEP_AFTER_S = (
    0.3  # after the last of several edits; an edit alone is kept at once, as a kernel may die of its build
)


class KeptEdits(widgets.HBox):
    """A line that is seen where there is something to say of kept edits.

    In the browser, edits of an earlier session are offered; from a file they come back by themselves.
    """

    def __init__(self, session: Session, name: str = "", file: EditsFile | None = None) -> None:
        """Keep the edits of ``session``.

        Args:
            session: The session.
            name: By which they are kept in the browser, beside the notebook's; that of the preset or the family if left
                out.
            file: A file to keep them in instead.
        """
        self._session = session
        self._file = file
        self._start = session.editor.wanted
        self._came_back = ""
        self._told, self._told_of = "", session.editor.wanted
        self._failed = ""
        self._without_room = 0  # so many pins of the offer that was brought back last
        self._kept: str | None = None  # the newest text that a page or the file has
        self.memory = Memory(session)
        self._at_rest = AtRest(KEEP_AFTER_S, session.guarded(self._keep), session.background)
        self._text = widgets.HTML()
        self._buttons: tuple[widgets.Button, ...] = ()
        super().__init__(layout={"display": "none"})
        self.add_class("encdec-kept")
        self._store: BrowserStore | None = None
        if file is None:
            name = name or session.editor.preset or family_name(self._start)
            self._store = BrowserStore(
                name, self.memory.id, found=session.guarded(self._found), failed=self._browser_failed
            )
        self._show()
        self.memory.observe(self._show, ["offers", "unreadable", "unwritable"])
        if file is not None:
            self._read(file)
        session.observe(self._edited, "editor")
        session.observe(lambda _: self._keep_soon(), "pins")

    def close(self) -> None:
        """Close it, and keep what was not kept yet."""
        self._at_rest.forget()
        if self._file is not None:
            self._keep()
        super().close()

    def tell(self, words: str) -> None:
        """Say something of where the design came from, until the next edit."""
        self._told, self._told_of = words, self._session.editor.wanted
        self._show()

    def _edited(self, _: Any) -> None:
        if self._told and self._session.editor.wanted != self._told_of:  # kept edits may lead to the same
            self._told = ""  # it was said
            self._show()
        if self._came_back:
            self._came_back = ""
            self._show()
        self._keep_soon()

    def _keep_soon(self) -> None:
        if not self._at_rest.waits:
            self._keep()
        self._at_rest.soon()

    def _read(self, file: EditsFile) -> None:
        """Have the edits come back that are in a file."""
        try:
            self.memory.found(file.read())
        except (OSError, ValueError) as error:
            self._fail(f"{file.path.name} can't be read, and edits are not kept. {error_text(error)}")
            self._file = None  # what can't be read is not written over
            return
        if self.memory.offers:
            offer = self.memory.offers[0]
            if self._bring_back(offer):
                self._came_back = f"{offer.words} came back from {file.path.name}."
                self._show()

    def _found(self, text: str) -> None:
        self.memory.found(text)
        self._kept = text
        self._keep()

    def _keep(self) -> None:
        text = self.memory.text()
        if text is None or text == self._kept:
            return
        self._kept = text
        if self._store is not None:
            self._store.write(text)
        if self._file is not None:
            try:
                self._file.write(text)
            except OSError as error:
                self._fail(f"New edits are not kept. {error_text(error)}")

    def _browser_failed(self, reason: str) -> None:
        self._fail(f"New edits are not kept, as the browser has no room for them. It says: {reason}")

    def _fail(self, text: str) -> None:
        if text != self._failed:
            self._failed = text
            self._show()

    def _bring_back(self, offer: Offer) -> bool:
        try:
            self._without_room = self.memory.bring_back(offer)
        except ValueError as error:
            self._fail(f"They can't be brought back. {error_text(error)}")
            return False
        self._show()
        return True

    def _asked_to_bring_back(self, offer: Offer) -> None:
        if self._bring_back(offer):
            self._keep()  # at once: the offer is gone, and what came of it is kept nowhere else

    def _let_go(self) -> None:
        self._failed, self._without_room = "", 0
        self.memory.let_go()
        self._show()
        self._keep()

    def _as_the_code_says(self) -> None:
        self._session.load(self._start)

    def _show(self, _: Any = None) -> None:
        """Say what there is to say, with its buttons."""
        before, self._buttons = self._buttons, tuple(self._buttons_now())
        # First what stays: a page draws all children anew from the first one that is another.
        stays = (self._text,) if self._store is None else (self._store, self._text)
        self.children = (*stays, *self._buttons)
        for button in before:
            close_all(button)
        said = list(filter(None, self._said()))
        self._text.value = lines(said) if said else Markup("")
        self._text.layout.display = "" if said else "none"
        self.layout.display = "" if said or self._buttons else "none"

    def _said(self) -> tuple[str, ...]:
        memory = self.memory
        return (
            self._told,
            self._came_back,
            f"Not pinned, as there is no room: {counted(self._without_room, 'design')}. Unpin some in Compare, then "
            "bring the rest back."
            if self._without_room
            else "",
            "Of these kept edits, the oldest go with your next edit." if memory.drops_one else "",
            f"What was kept can't be read, and new edits are not kept until it is let go. {memory.unreadable}"
            if memory.unreadable
            else "",
            f"New edits are not kept. {memory.unwritable}" if memory.unwritable else "",
            self._failed,
        )

    def _buttons_now(self) -> list[widgets.Button]:
        memory = self.memory
        buttons = [
            self._button(
                f"Bring back {offer.words}",
                "What was kept from before; Undo leads back through edits",
                partial(self._asked_to_bring_back, offer),
            )
            for offer in memory.offers
        ]
        if self._came_back and len(self._session.editor.history.states) > 1:
            buttons.append(
                self._button("Start as the code says", "Undo brings the edits back", self._as_the_code_says)
            )
        if memory.offers or memory.unreadable:
            buttons.append(self._button("Let go", "Forget what was kept before", self._let_go))
        return buttons

    def _button(self, label: str, tooltip: str, action: Any) -> widgets.Button:
        button = widgets.Button(description=label, tooltip=tooltip)
        button.on_click(self._session.guarded(lambda _: action()))
        return button
