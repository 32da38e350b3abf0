"""The layer over the picture: the keyboard's way through its boxes, zoom, download and the presentation mode."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import attrs
import traitlets

from encdec_widgets.designs.block_edits import can_be_edited, path_of, remove
from encdec_widgets.designs.file_names import file_name
from encdec_widgets.designs.head_edits import remove_head
from encdec_widgets.designs.heads import is_head_path
from encdec_widgets.designs.paths import STAGES
from encdec_widgets.figures.parts import Rect, Scene
from encdec_widgets.figures.still import still
from encdec_widgets.session import Session
from encdec_widgets.widgets.base.at_rest import AtRest
from encdec_widgets.widgets.base.ipywidgets_private import Collected

if TYPE_CHECKING:
    import networkx as nx

    from encdec_widgets.designs.design import Design

_FOLDER = Path(__file__).parent
_PARTS = ("plot", "pointer", "zoom", "lasso", "walk", "saving", "presenting", "fading", "hands")
UPDATE_AFTER_S = 0.25  # after the last edit: no step of a slider pays for the keyboard's way


@attrs.frozen(eq=False, kw_only=True)
class Drawn:
    """What the picture shows.

    Attributes:
        scene: Where each box stands.
        selected: Names of the boxes that are selected.
        stops: Lists the boxes as the keyboard walks them: see
            :func:`encdec_widgets.widgets.picture.hands.walk.stops`.
        plain: Makes the same scene without what an edit did, what is selected and what checks say.
        what: What the boxes are, as they are read aloud.
        help: What the keys do, where that is not what they do with the boxes of a network.
        stays: Why nothing of it can be taken out; empty where that depends on the box.
        can_be_pinned: Whether its boxes are designs that can be pinned.
    """

    scene: Scene
    selected: tuple[str, ...]
    stops: Callable[[], list[dict[str, Any]]]
    plain: Callable[[], Scene]
    what: str = "Boxes of the network"
    help: str = ""
    stays: str = ""
    can_be_pinned: bool = False


class Hands(Collected, anywidget.AnyWidget):
    """What a person can do to the picture, by pointer and by keyboard; nothing in plotly can be reached by the latter.

    It lies over the picture and is one tab stop. Arrow keys walk the boxes, Enter chooses one, Delete takes it out.

    Attributes:
        stops: The boxes, as :func:`~encdec_widgets.widgets.picture.hands.walk.stops` lists them (a trait).
        fit: The ranges of the x and the y axis that show all of the picture (a trait).
        selected: Names of the boxes that are selected (a trait).
        before: The outlines of boxes before the last edit, as left, right, bottom and top (a trait); another value is
            seen for a moment.
        what: What the boxes are (a trait).
        help: What the keys do; empty for what they do with the boxes of a network (a trait).
        can_be_pinned: Whether boxes are designs, which a lasso or a key pins (a trait).
    """

    # As texts: anywidget never lets go of a widget whose script is a file.
    _esm = "\n".join((_FOLDER / f"{part}.js").read_text(encoding="utf-8") for part in _PARTS)
    _css = (_FOLDER / "hands.css").read_text(encoding="utf-8")

    stops: traitlets.List[Any] = traitlets.List().tag(sync=True)
    fit: traitlets.List[Any] = traitlets.List().tag(sync=True)
    selected = traitlets.List(traitlets.Unicode()).tag(sync=True)
    before: traitlets.List[Any] = traitlets.List().tag(sync=True)
    what = traitlets.Unicode("Boxes of the network").tag(sync=True)
    help = traitlets.Unicode().tag(sync=True)
    can_be_pinned = traitlets.Bool(False).tag(sync=True)

    def __init__(
        self,
        session: Session,
        choose: Callable[[str], None],
        switch: Callable[[str, bool], None],
        pin: Callable[[Sequence[str]], None],
    ) -> None:
        """Make the layer of the picture of ``session``.

        Args:
            session: What is edited.
            choose: Is called with the name of the box that is chosen.
            switch: Is called with the name of the block whose skip connection is clicked, and whether it was made in
                the picture that was clicked.
            pin: Is called with the names of designs that are to be pinned.
        """
        self._session = session
        self._choose = choose
        self._switch = switch
        self._pin = pin
        self._drawn: Drawn | None = None
        self._at_rest = AtRest(UPDATE_AFTER_S, session.guarded(self._update), session.background)
        super().__init__()
        self.on_msg(session.guarded(self._told))

    def show(self, drawn: Drawn) -> None:
        """Be the layer over another picture: what *Fit* shows and the ghost at once, the boxes at rest."""
        first = self._drawn is None
        self._drawn = drawn
        extent = drawn.scene.extent
        with self.hold_sync():
            self.fit = [[extent.left, extent.right], [extent.bottom, extent.top]]
            self.before = [_ends(rect) for rect in drawn.scene.before]
            self.what, self.help, self.can_be_pinned = drawn.what, drawn.help, drawn.can_be_pinned
        if first:
            self._update()
        else:
            self._at_rest.soon()

    def close(self) -> None:
        """Close it, also if an update is on its way."""
        self._at_rest.forget()
        super().close()

    def _update(self) -> None:
        drawn = self._drawn
        if drawn is not None:
            with self.hold_sync():
                self.stops = drawn.stops()
                self.selected = sorted(drawn.selected)

    def _told(self, _: Any, content: Any, __: Any) -> None:
        """Do what a person asks of the box with this name, or for a picture of this kind."""
        if not isinstance(content, dict):
            return
        if isinstance(skip := content.get("skip"), str):
            self._switch(skip, content.get("made") is True)
        if isinstance(pins := content.get("pin"), list) and self.can_be_pinned:
            self._pin([name for name in pins if isinstance(name, str)])
        actions = {"choose": self._choose, "remove": self._remove, "download": self._download}
        for action, name in content.items():
            if action in actions and isinstance(name, str):
                actions[action](name)

    def _remove(self, name: str) -> None:
        session, shown = self._session, self._session.shown
        if shown is None or self._drawn is None:
            return
        if self._drawn.stays:
            self.send({"say": self._drawn.stays})
            return
        wanted = session.editor.wanted
        if shown.backbone.design != wanted:
            return  # The picture is of the network before: what is removed there is not what a person saw.
        reason = why_it_stays(wanted, shown.backbone.blocks, name)
        path = "" if reason else str(path_of(shown.backbone.blocks, name))
        if path and session.focus.locked(path):
            reason = session.focus.why
        if reason:
            self.send({"say": reason})
        else:
            session.change((remove_head if is_head_path(path) else remove)(wanted, path))

    def _download(self, kind: str) -> None:
        """Send the picture without edit marks: the page saves it as SVG, or draws it at twice the size as PNG."""
        shown = self._session.shown
        if self._drawn is not None and shown is not None and kind in ("svg", "png"):
            name = file_name(shown.backbone.design, kind, shown.step.after.preset)
            self.send({"save": still(self._drawn.plain()), "kind": kind, "name": name})


def _ends(rect: Rect) -> list[float]:
    """A place as the page takes it; a tenth of a px is less than anybody sees."""
    return [round(end, 1) for end in (rect.left, rect.right, rect.bottom, rect.top)]


def why_it_stays(design: "Design", blocks: "nx.DiGraph[str]", name: str) -> str:
    """Why a box of the picture can't be taken out of the network; empty where it can."""
    if name not in blocks:
        return "A layer can't be removed by itself. Remove its block."
    data = blocks.nodes[name]
    if data["stage"] == "head":
        return ""
    if data["stage"] not in STAGES:
        return f"{data['label']} can't be removed."
    if not can_be_edited(design):
        return "Code of this architecture's own connects its blocks: they can't be removed one by one."
    return ""
