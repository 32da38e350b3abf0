"""The menu that takes the design away as a file."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from encdec_widgets.designs.file_names import file_name
from encdec_widgets.designs.mends import Mend
from encdec_widgets.export.page.in_background import make_page
from encdec_widgets.formatting import error_text
from encdec_widgets.session import Session
from encdec_widgets.widgets.base.ipywidgets_private import Collected
from encdec_widgets.widgets.header.taken_away import WAYS, Way

if TYPE_CHECKING:
    from encdec_widgets.designs.design import Design

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
        self._mends: tuple[Design | None, Sequence[Mend]] = (None, ())
        super().__init__(ways=[[name, way.label, way.help] for name, way in WAYS.items()])
        self.add_class("encdec-take-away")
        self.on_msg(session.guarded(self._asked))

    def _asked(self, _: Any, content: Any, __: Any) -> None:
        """Answer the page that asks, and that page alone: others may show the same designer."""
        if not isinstance(content, dict):
            return
        if "mend" in content:
            self._mend(content["mend"])
            return
        way = WAYS.get(str(content.get("take")))
        if way is not None and way.takes_long and self._session.shown is not None:
            self._begin(way, content.get("of"))
        elif way is not None:
            self._tell(content.get("of"), self._answer(way, content))

    def _tell(self, of: Any, answer: Mapping[str, Any]) -> None:
        nothing = {"name": "", "kind": "", "text": "", "error": "", "said": "", "page": None, "doing": ""}
        self.send({**nothing, "copies": False, "of": of, **answer})

    def _begin(self, way: Way, of: Any) -> None:
        """Make a page in the background; what is asked for later overtakes it."""
        shown = self._session.shown
        assert shown is not None
        backbone = shown.backbone
        name = file_name(backbone.design, way.ending, shown.step.after.preset)

        def progress(done: int, total: int) -> None:
            self._tell(of, {"doing": f"{done} of {total} networks …"})

        make_page(
            self._session.background,
            self,
            backbone,
            on_progress=progress,
            done=lambda text: self._tell(of, {"name": name, "kind": way.kind, "text": text}),
            failed=lambda error: self._tell(of, {"error": _refused(way, error)}),
        )

    def close(self) -> None:
        """Close it; a page that is being made is dropped."""
        self._session.background.drop(self)
        super().close()

    def _answer(self, way: Way, content: Mapping[str, Any]) -> dict[str, Any]:
        shown = self._session.shown
        if shown is None:
            return {"error": "There is no network yet."}
        backbone = shown.backbone
        try:
            if way.choice is None:
                text, said = way.make(backbone), ()
            elif "choice" not in content:
                return {"page": _page_of_choices(str(content["take"]), way, way.choice.among(backbone))}
            else:
                text, said = way.choice.make(backbone, str(content["choice"]))
        except Exception as error:  # noqa: BLE001 - a user's block may raise anything; it is told beside the menu
            return {"error": _refused(way, error), "page": self._page_of_mends(error, backbone.design)}
        name = way.label if way.copies else file_name(backbone.design, way.ending, shown.step.after.preset)
        return {"name": name, "kind": way.kind, "text": text, "said": " ".join(said), "copies": way.copies}

    def _page_of_mends(self, error: Exception, design: "Design") -> dict[str, Any] | None:
        """A page that says what is wrong, with an entry for each mend; None where there is no mend."""
        mends: Sequence[Mend] = getattr(error, "mends", ())
        self._mends = (design, mends)
        plain = getattr(error, "plain", "") or error_text(error)
        entries = [[f"Mend: {mend.label}", {"mend": index}] for index, mend in enumerate(mends)]
        return {"text": plain, "entries": entries} if entries else None

    def _mend(self, index: Any) -> None:
        design, mends = self._mends
        if type(index) is int and 0 <= index < len(mends):
            self._session.mend(mends[index], design)


def _refused(way: Way, error: Exception) -> str:
    what = way.label.partition(" (copied)")[0].removesuffix("…")
    return f"{what} can't be made of this network: {error_text(error)}"


def _page_of_choices(name: str, way: Way, among: Sequence[tuple[str, str]]) -> dict[str, Any]:
    assert way.choice is not None
    entries = [[label, {"take": name, "choice": value}] for value, label in among]
    return {"text": way.choice.text, "entries": entries}
