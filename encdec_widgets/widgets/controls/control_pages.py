"""The column on the left: settings of the whole network, of one block, and of what goes in and comes out."""

from collections.abc import Iterable
from typing import Any

from encdec_widgets.architectures.blocks.head import LONE_HEAD
from encdec_widgets.designs.heads import is_head_path
from encdec_widgets.designs.paths import STAGES
from encdec_widgets.session import Session
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.tabs import Tabs
from encdec_widgets.widgets.base.texts import note
from encdec_widgets.widgets.controls.block_controls import BlockControls
from encdec_widgets.widgets.controls.controls import FieldControl
from encdec_widgets.widgets.controls.folded_parts import FoldedParts
from encdec_widgets.widgets.controls.head_controls import HeadControls
from encdec_widgets.widgets.controls.help import ControlHelp
from encdec_widgets.widgets.controls.input_controls import FIELD, InputControls
from encdec_widgets.widgets.controls.network_controls import NetworkControls
from encdec_widgets.widgets.controls.problems import Problems

NETWORK, BLOCK, ENDS = "Network", "Block", "Input & head"


class ControlPages(Tabs):
    """Pages for the network, for the block that is selected, and for input and head; a selection turns to its page.

    Attributes:
        network: Fields of the architecture.
        block: Settings of one block, or of all blocks of a stage.
        input: The shape of the input.
        head: What the network ends in.
        ends: The page of input and head.
        problems: What is not possible. It stands under the control of its field, whose page is turned to; and above
            the pages where the field has no control.
    """

    def __init__(self, session: Session) -> None:
        """Make the pages for the design that ``session`` wants."""
        self._session = session
        self.network = NetworkControls(session)
        self.block = BlockControls(session)
        self.input = InputControls(session)
        self.head = HeadControls(session)
        self.problems = Problems(session)
        self._above = widgets.VBox([self.problems])
        self._row: FieldControl | None = None
        settings = {FIELD: lambda: self.input.settings, LONE_HEAD: lambda: self.head.settings}
        self.ends = FoldedParts(
            session, {FIELD: self.input, LONE_HEAD: self.head}, lambda path: settings[path]()
        )
        self._locked = widgets.HTML(layout={"display": "none"})
        self._locked.add_class("encdec-locked")
        super().__init__(
            "Settings",
            {
                NETWORK: (self.network, "Settings of the whole network"),
                BLOCK: (self.block, "Settings of one block, or of all blocks of a stage"),
                ENDS: (self.ends, "Size and channels of the image, and what the network ends in"),
            },
            front=True,
            above=(self._locked, self._above, ControlHelp(session)),
        )
        self.add_class("encdec-controls")
        self._place_problem()
        session.observe(self._focus_changed, "focus")
        session.observe(self._turn_to_selection, "selection")
        session.observe(self._place_problem, ["editor", "selection", "problem"])

    def focus_on(self, paths: Iterable[str], others: str = "folded") -> None:
        """Keep controls open for some settings, and fold or lock the others; code and undo change all as before.

        An error at a setting that is folded away unfolds it.

        Args:
            paths: Of the settings, as in :meth:`Design.replace`: ``filters``, ``input_shape``, ``encoder[*].filters``;
                ``encoder[*]`` for all of a stage's blocks, ``head`` for all of the head.
            others: What the other settings are: "open", "folded" or "locked". With "locked", so are presets.

        Raises:
            ValueError: If ``others`` is none of these, or the paths are not several texts.

        Example:
            >>> from encdec_widgets import Designer
            >>> designer = Designer("SLEAP medium single")
            >>> designer.controls.focus_on(["filters", "down_blocks"], others="locked")
            >>> designer.controls.network.row("kernel_size").info.unit
            'px'
        """
        self._session.focus_on(paths, others)

    @property
    def above(self) -> tuple[widgets.Widget, ...]:
        """What stands above the pages just now: the problem, where it has no control."""
        return tuple(self._above.children)

    def row(self, path: str) -> tuple[str, FieldControl] | None:
        """The page and the row of the field at a path; None where it has no control."""
        rows = {
            NETWORK: self.network.row(path),
            BLOCK: self.block.row(path),
            ENDS: self.input.row(path) or self.head.row(path),
        }
        return next(((page, row) for page, row in rows.items() if row is not None), None)

    def close(self) -> None:
        """Close it, wherever the problem stands just now."""
        self._put(None)
        super().close()

    def _focus_changed(self, change: Any) -> None:
        """Say what is locked, and turn to a page with an open control, where the present one may have none."""
        focus = change["new"]
        pages = [_page_of(path) for path in focus.paths]
        if pages and self.chosen not in pages:
            self.turn_to(pages[0])
        why = focus.why
        self._locked.value = note(why) if why else ""
        self._locked.layout.display = "" if why else "none"

    def _turn_to_selection(self, _: Any) -> None:
        selection = self._session.selection
        if selection.chosen and selection.path is not None:
            self.turn_to(ENDS if is_head_path(selection.path) else BLOCK)

    def _place_problem(self, _: Any = None) -> None:
        """Put what is not possible under its control, and turn to the control's page when it comes there."""
        path = self._session.editor.outcome.bad_field
        found = None if path is None else self.row(path)
        if found is None:
            self._put(None)
        elif found[1] is not self._row or self.problems not in found[1].children:
            if found[0] == ENDS:
                self.ends.unfold()
            self._put(found[1])
            self.turn_to(found[0])

    def _put(self, row: FieldControl | None) -> None:
        if self._row is not None and self._row is not row:
            self._row.show_problem(None)
        self._row = row
        self._above.children = (self.problems,) if row is None else ()
        if row is not None:
            row.show_problem(self.problems)


def _page_of(path: str) -> str:
    """The page of the field at a path, whether there is such a field or not."""
    if path == FIELD or is_head_path(path):
        return ENDS
    stage, bracket, _ = path.partition("[")
    return BLOCK if bracket and stage in STAGES else NETWORK
