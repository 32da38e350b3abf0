"""The controls of one block, or of all blocks of a stage: which one, its kind, its order, and its fields."""

from collections.abc import Callable, Mapping
from typing import Any

from encdec_widgets.architectures.fields.by_content import same
from encdec_widgets.architectures.fields.described import (
    FieldInfo,
    described_fields,
    field_words,
    other_fields,
)
from encdec_widgets.architectures.known_classes import class_name
from encdec_widgets.designs.block_edits import (
    BlockEdit,
    add,
    block_kinds,
    blocks_of,
    can_be_edited,
    change_kind,
    duplicate,
    move,
    parts,
    remove,
)
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.heads import is_head_path
from encdec_widgets.designs.no_effect import fields_without_effect
from encdec_widgets.designs.paths import STAGES, block_name
from encdec_widgets.formatting import quoted
from encdec_widgets.session import Session
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.showing import Showing
from encdec_widgets.widgets.base.texts import note
from encdec_widgets.widgets.controls.controls import FieldControl, FieldControls

_NOTHING = ("choose a block", "")


class BlockControls(widgets.VBox):
    """A list of the blocks, and the controls of the one that is chosen in it or in the picture."""

    def __init__(self, session: Session) -> None:
        """Make the controls for what is selected in ``session``."""
        self._session = session
        self._path: str | None = None
        self._showing = Showing()
        self.list = widgets.Dropdown(
            description="block", tooltip="The block, or all blocks of a stage, to be changed"
        )
        self.kind = widgets.Dropdown(
            description="kind", tooltip="The class of the block; fields of the same name keep their values"
        )
        self.list.observe(session.guarded(self._chosen), "value")
        self.kind.observe(session.guarded(self._kind_chosen), "value")
        self.add = self._button(
            "Add", "Two convolutions after this block, as wide, that leave the stride alone", add
        )
        self.duplicate = self._button("Duplicate", "A second block like this one, after it", duplicate)
        self.remove = self._button("Remove", "Takes this block out of the network", remove)
        self.earlier = self._button("Earlier", "Changes places with the block before it", _earlier)
        self.later = self._button("Later", "Changes places with the block after it", _later)
        buttons = widgets.HBox([self.add, self.duplicate, self.remove, self.earlier, self.later])
        buttons.add_class("encdec-buttons")
        self._note = widgets.HTML()
        self._fields = FieldControls(session.guarded(session.turn), (self.kind, buttons))
        self._chosen_only = widgets.VBox([self.kind, buttons, self._fields])
        self._chosen_only.add_class("encdec-group")
        super().__init__([self.list, self._note, self._chosen_only])
        self.add_class("encdec-group")
        self.add_class("encdec-choosing")
        self.add_class("encdec-blocks")
        self._show()
        session.observe(self._show, ["editor", "selection", "focus"])

    def row(self, path: str) -> FieldControl | None:
        """The row of a field of the block that is shown; None for another block."""
        return self._fields.rows.get(path) if self._path is not None else None

    def _button(self, label: str, tooltip: str, edit: Callable[[Design, str], BlockEdit]) -> widgets.Button:
        def clicked(_: Any) -> None:
            if self._path is not None:
                self._session.change(edit(self._session.editor.wanted, self._path))

        button = widgets.Button(description=label, tooltip=tooltip)
        button.on_click(self._session.guarded(clicked))
        return button

    def _chosen(self, change: Mapping[str, Any]) -> None:
        if not self._showing:
            self._session.select(change["new"] or None)

    def _kind_chosen(self, change: Mapping[str, Any]) -> None:
        path = self._path
        if not self._showing and path is not None and change["new"]:
            kind = block_kinds(parts(path)[0])[change["new"]]
            self._session.change(change_kind(self._session.editor.wanted, path, kind))

    def _show(self, _: Any = None) -> None:
        """Show the block that is selected, or all blocks of a stage, with values that are not possible yet."""
        outcome, path = self._session.editor.outcome, self._session.selected
        design = outcome.design
        editable = can_be_edited(design)
        self._path = path = None if is_head_path(path) or not editable else path
        self._show_list(design, path)
        self.list.disabled = not editable
        self._chosen_only.layout.display = "" if path else "none"
        if path is None:
            self._note.value = note(
                "Click a box in the picture, or choose a block here."
                if editable
                else "Code of this architecture's own connects its blocks: they cannot be edited one by one."
            )
            return
        stage, index = parts(path)
        of_stage = blocks_of(design, stage)
        blocks = of_stage if index is None else of_stage[index : index + 1]
        locked = self._session.focus.locked(path)
        self._show_kind(stage, blocks, locked)
        self._show_buttons(index, len(of_stage), locked)
        self._show_fields(path, blocks, outcome.pending, outcome.bad_field)

    def _show_list(self, design: Design, path: str | None) -> None:
        options = [_NOTHING]
        for stage in STAGES:
            blocks = blocks_of(design, stage)
            count = f"all {len(blocks)} blocks" if len(blocks) != 1 else "its only block"
            options.append((f"{stage}: {count if blocks else 'no block'}", f"{stage}[*]"))
            options += [
                (f"{block_name(stage, i)}: {type(block).__name__}", f"{stage}[{i}]")
                for i, block in enumerate(blocks)
            ]
        with self._showing():
            if self.list.options != tuple(options):
                self.list.options = options
            self.list.value = path or ""

    def _show_kind(self, stage: str, blocks: tuple[Any, ...], locked: bool) -> None:
        present = {class_name(type(block)): type(block) for block in blocks}
        names = dict.fromkeys([*block_kinds(stage), *present])
        mixed = len(present) != 1
        options = [(name, name) for name in names]
        if mixed:
            options.insert(0, ("several kinds" if present else "no block", ""))
        with self._showing():
            if self.kind.options != tuple(options):
                self.kind.options = options
            self.kind.value = "" if mixed else next(iter(present))
        self.kind.disabled = locked or not present

    def _show_buttons(self, index: int | None, count: int, locked: bool) -> None:
        self.add.description = "Add at the end" if index is None else "Add"
        self.add.disabled = locked
        self.duplicate.disabled = self.remove.disabled = locked or index is None
        self.earlier.disabled = locked or not index
        self.later.disabled = locked or index is None or index == count - 1

    def _show_fields(
        self, path: str, blocks: tuple[Any, ...], pending: Mapping[str, Any], bad: str | None
    ) -> None:
        # A block is asked of its own fields alone: other kinds may have one of the same name that means something else.
        described = [(block, described_fields(block)) for block in blocks]
        fields: dict[str, FieldInfo] = {}
        for _, infos in described:
            fields = {**infos, **fields}
        held = {
            name: [getattr(block, name) for block, infos in described if name in infos] for name in fields
        }
        inert = fields_without_effect(self._session.editor.wanted, path)
        self._fields.show(
            {f"{path}.{name}": info for name, info in fields.items()},
            {f"{path}.{name}": pending.get(f"{path}.{name}", held[name][0]) for name in fields},
            bad,
            {f"{path}.{name}": why for name, why in inert.items()},
            _others(blocks),
            self._session.focus,
            path,
        )
        mixed = [
            field_words(name) for name, values in held.items() if not all(same(v, values[0]) for v in values)
        ]
        differs = f"Differs between the blocks: {', '.join(mixed)}. A change sets it in all of them."
        self._note.value = note(differs) if mixed else ""


def _others(blocks: tuple[Any, ...]) -> dict[str, str]:
    """The values of fields that have no control, as text by name."""
    found: dict[str, set[str]] = {}
    for block in blocks:
        for name in other_fields(block):
            found.setdefault(name, set()).add(quoted(getattr(block, name)))
    return {
        name: min(texts) if len(texts) == 1 else "differs between the blocks" for name, texts in found.items()
    }


def _earlier(design: Design, path: str) -> BlockEdit:
    return move(design, path, -1)


def _later(design: Design, path: str) -> BlockEdit:
    return move(design, path, 1)
