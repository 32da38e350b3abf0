"""Controls for the heads: whether there are any, which of them is looked at, and its fields."""

from collections.abc import Callable, Mapping
from typing import Any

from encdec_widgets.architectures.blocks.head import LONE_HEAD, Head
from encdec_widgets.architectures.fields.described import FieldInfo, described_fields
from encdec_widgets.designs.block_edits import BlockEdit
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.head_edits import add_head, remove_head
from encdec_widgets.designs.heads import head_paths
from encdec_widgets.designs.no_effect import fields_without_effect
from encdec_widgets.session import Session
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.showing import Showing
from encdec_widgets.widgets.controls.controls import FieldControl, FieldControls

PRESENT_LABEL = "ends in a head"
PRESENT = FieldInfo(
    kind="flag",
    default=False,
    help="On: one 1x1 convolution turns features into the maps that are wanted, at few parameters more.",
)
_FIELDS = described_fields(Head)
_IN_ORDER = ("name", *(name for name in _FIELDS if name != "name"))


class HeadControls(widgets.VBox):
    """A box to tick, a list of the heads where there are several, and the fields of the one that is looked at.

    Attributes:
        list: The heads, one of which is looked at.
        add: The button that adds a head.
        remove: The button that takes the one that is looked at out.
    """

    def __init__(self, session: Session) -> None:
        """Make the controls for the heads that ``session`` wants, or for none."""
        self._session = session
        self._showing = Showing()
        self._index = 0
        self._followed: tuple[str | None, str | None] = (None, None)
        self._present = FieldControl(LONE_HEAD, PRESENT, False, session.guarded(self._toggled), PRESENT_LABEL)
        self.list = widgets.Dropdown(description="head", tooltip="The head to be changed")
        self.list.observe(session.guarded(self._chosen), "value")
        self.add = self._button("Add a head", "One more head, like this one, with maps of its own", add_head)
        self.remove = self._button("Remove", "Takes this head out of the network", remove_head)
        self._buttons = widgets.HBox([self.add, self.remove])
        self._buttons.add_class("encdec-buttons")
        self._buttons.layout.margin = "0 0 8px"
        self._fields = FieldControls(session.guarded(session.turn))
        self._heading = widgets.HTML()
        super().__init__([self._heading, self._present, self.list, self._buttons, self._fields])
        self.add_class("encdec-group")
        self.add_class("encdec-choosing")
        self._show()
        session.observe(self._show, ["editor", "selection", "focus"])

    @property
    def settings(self) -> int:
        """How many settings there are."""
        return 1 + len(self._fields.rows)

    def row(self, path: str) -> FieldControl | None:
        """The row of a field of the head that is looked at, or of the box that says whether there is one."""
        return self._present if path == LONE_HEAD else self._fields.rows.get(path)

    def _button(self, label: str, tooltip: str, edit: Callable[[Design, str], BlockEdit]) -> widgets.Button:
        def clicked(_: Any) -> None:
            design = self._session.editor.wanted
            self._session.change(edit(design, head_paths(design)[self._index]))

        button = widgets.Button(description=label, tooltip=tooltip)
        button.on_click(self._session.guarded(clicked))
        return button

    def _toggled(self, field: str, present: bool) -> None:
        self._session.turn(field, Head() if present else None)

    def _chosen(self, change: Mapping[str, Any]) -> None:
        if not self._showing and change["new"]:
            self._index = head_paths(self._session.editor.outcome.design).index(change["new"])
            self._session.select(change["new"])
            self._show()  # it may have been selected all the time

    def _show(self, _: Any = None) -> None:
        """Show the head that was selected or refused a value last, with values that are not possible yet."""
        outcome = self._session.editor.outcome
        heads, paths = outcome.design.heads, head_paths(outcome.design)
        before, self._followed = self._followed, (self._session.selected, outcome.bad_field)
        # What was followed before does not lead back: the person may look at another head meanwhile.
        new = [path for path, old in zip(self._followed, before, strict=True) if path != old]
        of_heads = [path for path in (_head_of(new_path) for new_path in new) if path in paths]
        self._index = paths.index(of_heads[-1]) if of_heads else min(self._index, max(len(paths) - 1, 0))
        path = paths[self._index] if paths else LONE_HEAD
        self._heading.value = f"<h4>{'Heads' if len(heads) > 1 else 'Head'}</h4>"
        focus = self._session.focus
        locked = focus.locked(path)
        self._present.show(bool(heads))
        self._present.show_inert(None, locked=focus.why if locked else "")
        self.add.disabled = self.remove.disabled = locked
        self._show_list([head.name for head in heads], paths)
        self._buttons.layout.display = "" if heads else "none"
        self.remove.layout.display = "" if len(heads) > 1 else "none"
        fields = {f"{path}.{name}": _FIELDS[name] for name in _IN_ORDER} if heads else {}
        values = {f"{path}.{name}": getattr(heads[self._index], name) for name in _IN_ORDER} if heads else {}
        inert = fields_without_effect(outcome.design, path)
        self._fields.show(
            fields,
            {**values, **outcome.pending},
            outcome.bad_field,
            {f"{path}.{name}": why for name, why in inert.items()},
            focus=focus,
        )

    def _show_list(self, names: list[str], paths: tuple[str, ...]) -> None:
        several = len(paths) > 1
        options = list(zip(names, paths, strict=True))
        with self._showing():
            if self.list.options != tuple(options):
                self.list.options = options
            self.list.value = paths[self._index] if paths else None
        self.list.layout.display = "" if several else "none"


def _head_of(path: str | None) -> str:
    """The path of the head, from its own path or that of one of its fields."""
    return (path or "").partition(".")[0]
