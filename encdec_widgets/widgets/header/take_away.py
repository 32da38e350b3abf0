"""The menu that takes the design away as a file."""

import functools
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from encdec_widgets.designs.file_names import file_name
from encdec_widgets.formatting import bytes_text, error_text
from encdec_widgets.session import Session
from encdec_widgets.widgets.base.ipywidgets_private import Collected
from encdec_widgets.widgets.header.taken_away import WAYS, Way

if TYPE_CHECKING:
    from encdec_widgets.background import Task

_FOLDER = Path(__file__).parent


class TakeAway(Collected, anywidget.AnyWidget):
    """A button with a menu: the network on screen as JSON or code, its table, its picture, and as a model file.

    Attributes:
        ways: Name, label and help of each entry of the menu (a trait).
    """

    # As texts: anywidget never lets go of a widget whose script is a file.
    _esm = (_FOLDER / "take_away.js").read_text(encoding="utf-8")
    _css = (_FOLDER / "header.css").read_text(encoding="utf-8")
    ways: "traitlets.List[list[str]]" = traitlets.List().tag(sync=True)

    def __init__(self, session: Session) -> None:
        """Make the menu for the network that ``session`` shows."""
        self._session = session
        super().__init__(ways=[[name, way.label, way.help] for name, way in WAYS.items()])
        self.add_class("encdec-take-away")
        self.on_msg(session.guarded(self._asked))

    def _asked(self, _: Any, content: Any, __: Any) -> None:
        """Send the file that a page asks for, to that page: others may show the same designer."""
        if not isinstance(content, dict):
            return
        way, shown, view = WAYS.get(str(content.get("take"))), self._session.shown, content.get("of")
        if way is None:
            return
        if shown is None:
            self._answer(view, error="There is no network yet.")
            return
        backbone = shown.backbone
        name = file_name(backbone.design, way.ending, shown.step.after.preset)
        refusal = way.refusal(backbone)
        if refusal is not None:
            self._answer(view, error=refusal)
        elif way.is_model:
            self._answer(view, busy=f"Writing {name}. It takes some seconds, for which edits wait.")
            work = functools.partial(self._steps, view, way, name, backbone)
            self._session.background.begin(work, key=(self, view))
        else:
            self._made(view, way, name, _made_of(way, backbone))

    def _steps(
        self, view: Any, way: Way, name: str, backbone: Any, task: "Task[None]"
    ) -> Generator[None, None, None]:
        yield
        task.tell(self._session.guarded(self._made), view, way, name, _made_of(way, backbone))

    def _made(self, view: Any, way: Way, name: str, made: str | bytes | Exception) -> None:
        if isinstance(made, Exception):
            self._answer(view, error=f"{way.label} can't be made of this network: {error_text(made)}")
        elif isinstance(made, bytes):
            self._answer(view, name=name, kind=way.kind, size=bytes_text(len(made)), buffers=[made])
        else:
            self._answer(view, name=name, kind=way.kind, text=made, size=bytes_text(len(made.encode())))

    def _answer(self, view: Any, *, buffers: Sequence[bytes] = (), **answer: str) -> None:
        empty = dict.fromkeys(("name", "kind", "text", "size", "busy", "error"), "")
        self.send({"of": view, **empty, **answer}, buffers=list(buffers))


def _made_of(way: Way, backbone: Any) -> str | bytes | Exception:
    try:
        return way.make(backbone)
    except Exception as error:  # noqa: BLE001 - a user's block may raise anything; it is told beside the menu
        return error
