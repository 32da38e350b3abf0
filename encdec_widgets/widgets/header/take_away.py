"""The menu that takes the design away as a file."""

from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from encdec_widgets.designs.file_names import file_name
from encdec_widgets.designs.mends import Mend
from encdec_widgets.formatting import bytes_text, error_text
from encdec_widgets.session import Session
from encdec_widgets.widgets.base.ipywidgets_private import Collected
from encdec_widgets.widgets.header.taken_away import WAYS, Way

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone
    from encdec_widgets.designs.design import Design
    from encdec_widgets.session.shown import Shown
    from encdec_widgets.widgets.header.taken_away import Choice

_FOLDER = Path(__file__).parent


class TakeAway(Collected, anywidget.AnyWidget):
    """A button with a menu: the network on screen as a file of each kind that there is.

    The page asks for a way, and gets the file; where something is to be chosen before, or where the network cannot be
    said and there is a mend, it gets a second page of the menu, with a text and entries of its own.

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
        self._mends: dict[str, tuple[Design, Sequence[Mend]]] = {}  # which each view offers, and of what
        self._begun: set[Hashable] = set()  # keys of what was begun in the background
        self._turns: dict[Hashable, object] = {}  # the last model file that was asked for, by key
        super().__init__(ways=[[name, way.label, way.help] for name, way in WAYS.items()])
        self.add_class("encdec-take-away")
        self.on_msg(session.guarded(self._asked))

    def _asked(self, _: Any, content: Any, __: Any) -> None:
        """Answer the page that asks, and that page alone: others may show the same designer."""
        if not isinstance(content, dict):
            return
        if "mend" in content:
            self._mend(content["mend"], _view(content))
            return
        way, shown = WAYS.get(str(content.get("take"))), self._session.shown
        if way is None:
            return
        choice = way.choice
        if shown is None:
            self._reply(content, {"error": "There is no network yet."})
        elif way.make is None and choice is None:
            self._make_page(way, content, shown)
        elif choice is not None and choice.busy is not None and "choice" in content:
            self._write_model(way, content, shown, choice.busy(shown.backbone))
        else:
            self._reply(content, self._answer(way, content, shown))

    def _key(self, content: Mapping[str, Any], what: str) -> Hashable:
        """A key of one view: what another view asks for overtakes nothing of this one, which waits for an answer."""
        key = (self, what, _view(content))
        self._begun.add(key)
        return key

    def _write_model(self, way: Way, content: Mapping[str, Any], shown: "Shown", busy: str) -> None:
        """Write a model file in the background; of several that a view asks for, it gets the last."""
        from encdec_widgets.export.model_in_background import write_model

        self._reply(content, {"busy": f"Writing {_name(way, content, shown)}, {busy}"})
        key = self._key(content, "model")
        turn = self._turns[key] = object()

        def told(answer: dict[str, Any]) -> None:
            if self._turns.get(key) is turn:
                self._reply(content, answer)

        write_model(
            self._session.background,
            key,
            shown.backbone,
            str(content["choice"]),
            done=self._session.guarded(lambda data: told(_file(way, content, shown, data))),
            failed=lambda error: told({"error": _refusal(way, error)}),
        )

    def _make_page(self, way: Way, content: Mapping[str, Any], shown: "Shown") -> None:
        """Make a page in the background; a later one of the same view overtakes it."""
        from encdec_widgets.export.page.in_background import make_page

        def progress(done: int, total: int) -> None:
            self._reply(content, {"busy": f"Making the page: {done} of {total} networks…"})

        def done(text: str) -> None:
            self._reply(content, _file(way, content, shown, text))

        def failed(error: Exception) -> None:
            self._reply(content, {"error": _refusal(way, error)})

        make_page(
            self._session.background,
            self._key(content, "page"),
            shown.backbone,
            on_progress=progress,
            done=self._session.guarded(done),
            failed=failed,
        )

    def close(self) -> None:
        """Close it; pages and model files that are being made are dropped."""
        for key in self._begun:
            self._session.background.drop(key)
        self._turns.clear()
        super().close()

    def _reply(self, content: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        """Send an answer, with bytes beside it."""
        empty = {
            "name": "",
            "kind": "",
            "text": "",
            "size": "",
            "busy": "",
            "error": "",
            "said": "",
            "page": None,
            "copies": False,
        }
        sent = {**empty, "of": content.get("of"), **answer}
        if isinstance(sent["text"], bytes):
            self.send({**sent, "text": ""}, buffers=[sent["text"]])
        else:
            self.send(sent)

    def _answer(self, way: Way, content: Mapping[str, Any], shown: "Shown") -> dict[str, Any]:
        backbone = shown.backbone
        choice = way.choice
        said: tuple[str, ...] = ()
        try:
            if choice is None:
                assert way.make is not None
                text = way.make(backbone)
            elif "choice" not in content:
                choice.ready(backbone)
                return {"page": _page_of_choices(str(content["take"]), choice, backbone)}
            else:
                text, said = choice.make(backbone, str(content["choice"]))
        except Exception as error:  # noqa: BLE001 - a user's block may raise anything; it is told beside the menu
            page = self._page_of_mends(error, backbone.design, _view(content))
            return {"error": _refusal(way, error), "page": page}
        if way.copies:
            return {"name": way.name, "text": text, "copies": True}
        return {**_file(way, content, shown, text), "said": " ".join(said)}

    def _page_of_mends(self, error: Exception, design: "Design", view: str) -> dict[str, Any] | None:
        """A page that says what is wrong, with an entry for each mend; None where there is no mend."""
        mends = self._session.focus.offered(getattr(error, "mends", ()))
        self._mends[view] = (design, mends)
        plain = getattr(error, "plain", "") or error_text(error)
        entries = [[f"Mend: {mend.label}", {"mend": index}] for index, mend in enumerate(mends)]
        return {"text": plain, "entries": entries} if entries else None

    def _mend(self, index: Any, view: str) -> None:
        design, mends = self._mends.get(view, (None, ()))
        if type(index) is int and 0 <= index < len(mends):
            self._session.mend(mends[index], design)


def _view(content: Mapping[str, Any]) -> str:
    """The view of this menu that asks: the same designer may be on screen twice."""
    return str(content.get("of"))


def _refusal(way: Way, error: Exception) -> str:
    return f"{way.name} can't be made of this network: {error_text(error)}"


def _file(way: Way, content: Mapping[str, Any], shown: "Shown", text: str | bytes) -> dict[str, Any]:
    """A file for the page to save."""
    size = bytes_text(len(text if isinstance(text, bytes) else text.encode()))
    return {"name": _name(way, content, shown), "kind": way.kind, "text": text, "size": size}


def _name(way: Way, content: Mapping[str, Any], shown: "Shown") -> str:
    choice = way.choice
    endings = {} if choice is None else choice.endings
    ending = endings.get(str(content.get("choice")), way.ending)
    return file_name(shown.backbone.design, ending, shown.step.after.preset)


def _page_of_choices(name: str, choice: "Choice", backbone: "Backbone") -> dict[str, Any]:
    entries = [[label, {"take": name, "choice": value}] for value, label in choice.among(backbone)]
    return {"text": choice.text, "entries": entries}
