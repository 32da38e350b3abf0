"""Words of the glossary are marked in the texts on screen; each opens a card with its entry."""

from collections.abc import Generator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget

from encdec_widgets.background import Priority, Task
from encdec_widgets.explain.glossary import GLOSSARY, PATTERN
from encdec_widgets.formatting import error_text
from encdec_widgets.widgets.base.ipywidgets_private import Collected

if TYPE_CHECKING:
    from encdec_widgets.session import Session

_FOLDER = Path(__file__).parent
_PARTS = ("words", "card", "glossary")


class Glossary(Collected, anywidget.AnyWidget):
    """An invisible widget that marks words of the glossary in the texts around it, and explains them.

    It is about the designer or the lesson in which it stands. The page asks for the words once, and for an
    entry when it is first opened: nothing is drawn before.
    """

    # As texts: anywidget never lets go of a widget whose script is a file.
    _esm = "\n".join((_FOLDER / f"{part}.js").read_text(encoding="utf-8") for part in _PARTS)
    _css = (_FOLDER / "glossary.css").read_text(encoding="utf-8")

    def __init__(self, session: "Session") -> None:
        """Explain what is on the screen of a session, in whose background pictures are drawn."""
        self._session = session
        super().__init__()
        self.on_msg(session.guarded(self._told))

    def _told(self, _: Any, content: Any, __: Any) -> None:
        """Answer the page; anything else is no message of this page."""
        asked = content.get("ask") if isinstance(content, dict) else None
        if asked == "words":
            self.send(
                {"pattern": PATTERN, "words": {term.name: term.spellings for term in GLOSSARY.values()}}
            )
        elif isinstance(asked, list) and len(asked) == 1 and str(asked[0]) in GLOSSARY:
            self._draw(str(asked[0]))

    def _draw(self, name: str) -> None:
        """Have an entry made beside what a person does: the first ones build a small network."""

        def steps(task: "Task[None]") -> Generator[None, None, None]:
            yield
            task.tell(self.send, _entry(name))

        self._session.background.begin(steps, key=(id(self), name), priority=Priority.SPARE)


def _entry(name: str) -> Mapping[str, Any]:
    """An entry, for the page."""
    from encdec_widgets.figures.glossary import picture

    term = GLOSSARY[name]
    try:
        drawn = picture(name)
        svg, caption = str(drawn.svg), drawn.caption
    except Exception as error:  # noqa: BLE001 - whatever a backend raises: the words are there without it
        svg, caption = "", f"There is no picture: {error_text(error)}"
    return {
        "entry": name,
        "title": term.title,
        "text": term.text,
        "svg": svg,
        "caption": caption,
        "related": list(term.related),
    }
