"""Controls that are generated from the descriptions of fields."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import attrs
from markupsafe import Markup

from encdec_widgets.architectures.fields.described import FieldInfo, field_words
from encdec_widgets.designs.no_effect import NoEffect
from encdec_widgets.formatting import quoted
from encdec_widgets.session.focus import FOLDED, LOCKED, Focus
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.closing import close_all
from encdec_widgets.widgets.base.showing import Showing
from encdec_widgets.widgets.base.texts import heading, lines
from encdec_widgets.widgets.controls.inputs import inputs_of
from encdec_widgets.widgets.controls.refusal import refusal_html

OnEdit = Callable[[str, Any], None]
_FIRST = ("", "Width", "Depth")
_WHY = Markup('<div class="encdec-why">{}</div>')


def _label(path: str) -> str:
    """The words of a field, without the block that has it."""
    return field_words(path.rpartition(".")[2])


def _stands(group: str) -> int:
    """Where a group stands: what decides most comes first, the others as their first fields do."""
    return _FIRST.index(group) if group in _FIRST else len(_FIRST)


def _without_choices(fields: Mapping[str, FieldInfo]) -> dict[str, FieldInfo]:
    """What rows are made for: one that exists can offer other choices, and the keyboard stays where it is."""
    return {name: attrs.evolve(info, choices=()) for name, info in fields.items()}


class FieldControl(widgets.HBox):
    """A row that shows one field and lets a person change it.

    Attributes:
        field: The path of the field, as in ``Design.replace``.
        info: Its description.
    """

    def __init__(self, field: str, info: FieldInfo, value: Any, on_edit: OnEdit, label: str = "") -> None:
        """Make the row; ``on_edit(field, value)`` is called for changes by a person, not for :meth:`show`."""
        super().__init__()
        self.field = field
        self.info = info
        self._on_edit = on_edit
        self._showing = Showing()
        self._why: widgets.HTML | None = None
        self._as_text: widgets.HTML | None = None
        self._problem: widgets.Widget | None = None
        label = label or _label(field)
        self._tooltip = f"{info.help} ({info.allowed()}{', ' + info.unit if info.unit else ''})"
        self._field_inputs = inputs_of(info, label, self._tooltip)
        self._inputs = self._field_inputs.widgets
        self.add_class("encdec-row")
        self.children = self._inputs
        self.show(value)
        for widget in self._inputs:
            widget.observe(self._edited, "value")

    def _edited(self, change: Mapping[str, Any]) -> None:
        if self._showing:
            return
        value = self._field_inputs.read(change["owner"], change["new"])
        self.show(value)
        self._on_edit(self.field, value)

    def show(self, value: Any) -> None:
        """Show ``value``; one that the control can't show, as code may have tried to set, stands under it as text."""
        text = None
        with self._showing():
            try:
                self._field_inputs.show(value)
            except Exception:  # noqa: BLE001 - what widgets and values raise depends on both
                text = _WHY.format(f"Received: {quoted(value)}")
        self._as_text = self._line(self._as_text, text, "encdec-received-line")

    def offer(self, info: FieldInfo) -> None:
        """Let a person choose among other names than before, those of ``info``."""
        if info.choices != self.info.choices:
            self.info = info
            with self._showing():
                self._field_inputs.offer(info)

    def mark(self, bad: bool) -> None:
        """Mark the row as the one with a problem, or no longer."""
        (self.add_class if bad else self.remove_class)("encdec-bad")

    def show_problem(self, problem: widgets.Widget | None) -> None:
        """Show under the row what is not possible in it, which belongs to another; None takes it away."""
        if problem is not self._problem:
            rest = tuple(child for child in self.children if child is not self._problem)
            self._problem = problem
            self.children = rest if problem is None else (*rest, problem)

    def show_inert(self, why: NoEffect | None, *, say: bool = True, locked: str = "") -> None:
        """Show that the field has no effect now, or is not to be changed by hand; or neither.

        Args:
            why: Why it has none; None if it has one.
            say: Whether the reason is to be read in the row, and not in its tooltips only.
            locked: Why it is not to be changed, which stands elsewhere for all; empty where it may be.
        """
        reason = None if why is None else why.reason
        (self.add_class if why or locked else self.remove_class)("encdec-inert")
        for widget in self._inputs:
            widget.disabled = bool(locked) or (why is not None and why.locked)
            widget.tooltip = "\n".join(filter(None, (self._tooltip, reason, locked)))
        said = _WHY.format(reason) if reason and say else None
        self._why = self._line(self._why, said, "encdec-why-line")

    def _line(self, line: widgets.HTML | None, text: str | None, css: str) -> widgets.HTML | None:
        """A line of the row with another text than before, or none; the line, if there is one."""
        if text is not None and line is not None:
            line.value = text
        elif text is not None:
            # After the inputs, so that the page keeps those, and with them the place of the keyboard.
            line = widgets.HTML(text)
            line.add_class(css)
            self.children = (*self.children, line)
        elif line is not None:
            self.children = tuple(child for child in self.children if child is not line)
            close_all(line)
            line = None
        return line


class _Section(widgets.VBox):
    """The rows of one group under its heading; nothing while it has none to show."""

    def __init__(self, group: str) -> None:
        super().__init__()
        self.add_class("encdec-section")
        self._heading = (widgets.HTML(heading(group, 4)),) if group else ()

    def show(self, rows: Iterable[FieldControl]) -> None:
        rows = tuple(rows)
        self.children = (*self._heading, *rows) if rows else ()

    def close_all(self) -> None:
        """Close it and its heading; its rows belong to another."""
        self.close()
        for part in self._heading:
            close_all(part)


class FieldControls(widgets.VBox):
    """Rows for several fields, under the headings of their groups; those that are rarely needed are folded away.

    Attributes:
        rows: The rows by the path of their field; rows that were never unfolded are not made yet.
    """

    def __init__(self, on_edit: OnEdit, beside: Sequence[widgets.Widget] = ()) -> None:
        """Make an empty group; :meth:`show` fills it.

        Args:
            on_edit: Is called with the path of a field and the value that a person has given it.
            beside: What stands elsewhere on the page, and is folded away with the fields where a lesson is not about
                all of them.
        """
        super().__init__()
        self.add_class("encdec-group")
        self._on_edit = on_edit
        self._beside = tuple(beside)
        self._focus = Focus()
        self._folds_beside = False
        self._fields: dict[str, FieldInfo] = {}
        self._values: Mapping[str, Any] = {}
        self._bad: str | None = None
        self._inert: Mapping[str, NoEffect] = {}
        self._unfolded = False
        self._sections: dict[str, _Section] = {}
        self._fold = widgets.Button()
        self._fold.add_class("encdec-fold")
        self._fold.on_click(self._fold_clicked)
        self._refused = widgets.HTML()
        self._others = widgets.HTML(layout={"display": "none"})
        self._others.add_class("encdec-other-fields")
        self.children: tuple[widgets.Widget, ...] = (self._others,)
        self.rows: dict[str, FieldControl] = {}

    def show(
        self,
        fields: Mapping[str, FieldInfo],
        values: Mapping[str, Any],
        bad: str | None,
        inert: Mapping[str, NoEffect] | None = None,
        others: Mapping[str, str] | None = None,
        focus: Focus | None = None,
        owner: str = "",
    ) -> None:
        """Show the fields with their values; new rows are made only when the fields are others than before.

        Args:
            fields: Descriptions by the path of the field.
            values: Values by the path of the field.
            bad: The path of the field with a problem, if there is one; it is unfolded.
            inert: Why fields have no effect now, by the path of the field.
            others: Values of fields that have no control, as text by name.
            focus: Which of them are open, folded away or locked; all are open if left out.
            owner: The path of what has the fields, to which what stands beside them belongs.
        """
        focus = focus or Focus()
        if focus != self._focus:
            self._unfolded = False
        self._focus, self._folds_beside = focus, focus.of(owner) == FOLDED
        if _without_choices(self._fields) != _without_choices(fields):
            self._renew(dict(fields))
        self._fields = dict(fields)
        self._values, self._bad, self._inert = dict(values), bad, dict(inert or {})
        self._unfolded |= bad in self._folded
        self._others.value = lines(
            f"{field_words(name)}: {value} (not editable here: set it in code)"
            for name, value in (others or {}).items()
        )
        self._update()

    def refuse(self, field: str | None, error: Exception | None = None) -> None:
        """Say under the row of a field why its value is not possible; None where all are."""
        self._refused.value = refusal_html(error) if error is not None else ""
        for name, row in self.rows.items():
            row.show_problem(self._refused if name == field else None)

    @property
    def refusal(self) -> str:
        """What is said to be not possible, as HTML; empty where nothing is."""
        return str(self._refused.value)

    def close(self) -> None:
        """Close it with all rows, also those that are folded away."""
        super().close()  # first: the page is told no more of its children, which may be closed already
        self._renew({})
        close_all(self._fold)
        close_all(self._refused)

    @property
    def _folded(self) -> list[str]:
        return [name for name, info in self._fields.items() if self._is_folded(name, info)]

    def _is_folded(self, name: str, info: FieldInfo) -> bool:
        """Whether it is rarely needed, or a lesson is about others; a field that a lesson is about is open."""
        of_focus = self._focus.of(name)
        return of_focus == FOLDED or (info.folded and not self._focus.names(name))

    def _renew(self, fields: dict[str, FieldInfo]) -> None:
        self._fields = {}  # An interrupt before the end leaves no fields, so that the next call comes here again.
        for section in self._sections.values():
            section.close_all()
        for row in self.rows.values():
            row.show_problem(None)
            close_all(row)
        self.rows, self._unfolded = {}, False
        groups = sorted({info.group: None for info in fields.values()}, key=_stands)
        self._sections = {group: _Section(group) for group in groups}
        # All sections from the start, so that unfolding leaves the button in the page, and the keyboard on it.
        self.children = (*self._sections.values(), self._others)

    def _update(self) -> None:
        folded = self._folded
        shown = [name for name in self._fields if self._unfolded or name not in folded]
        for name in shown:
            if name not in self.rows:
                self.rows[name] = FieldControl(name, self._fields[name], self._values[name], self._on_edit)
        for name, row in self.rows.items():
            row.offer(self._fields[name])
            row.show(self._values[name])
            row.mark(name == self._bad)
        for group, section in self._sections.items():
            names = [name for name in shown if self._fields[name].group == group]
            section.show(self.rows[name] for name in names)
            self._show_inert(names)
        self._show_fold(folded)

    def _show_inert(self, names: Iterable[str]) -> None:
        """Mark the rows without effect, with one line of text for a run of rows that have none for the same reason."""
        before = None
        for name in names:
            # A bad value can be mended at its control, whether it has an effect or not.
            why = None if name == self._bad else self._inert.get(name)
            reason = None if why is None else why.reason
            locked = self._focus.why if self._focus.of(name) == LOCKED else ""
            self.rows[name].show_inert(why, say=reason != before, locked=locked)
            before = reason

    def _show_fold(self, folded: Sequence[str]) -> None:
        has_fold, wanted = self._fold in self.children, bool(folded)
        if has_fold != wanted:
            rest = tuple(child for child in self.children if child is not self._fold)
            self.children = (*rest, self._fold) if wanted else rest
        away = self._focus.others == FOLDED and not self._unfolded
        self._others.layout.display = "none" if away or not self._others.value else ""
        beside = self._beside if self._folds_beside and folded else ()
        for part in self._beside:
            part.layout.display = "none" if part in beside and not self._unfolded else ""
        count = f"{len(folded)} more field{'s' if len(folded) > 1 else ''}"
        fewer = "fewer fields"
        if self._focus.others == FOLDED:
            count, fewer = f"More settings ({len(folded) + len(beside)})", "Fewer settings"
        self._fold.description = fewer if self._unfolded else count
        verb = "Unfolded: hides" if self._unfolded else "Folded: shows"
        self._fold.tooltip = f"{verb} {', '.join(map(_label, folded))}."

    def _fold_clicked(self, _: Any) -> None:
        self._unfolded = not self._unfolded
        self._update()
