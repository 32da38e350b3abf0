"""Controls for the shape of the input image."""

from typing import Any

from encdec_widgets.architectures.fields.by_content import same
from encdec_widgets.designs.design import INPUT_FIELDS
from encdec_widgets.designs.no_effect import NoEffect
from encdec_widgets.session import Session
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.showing import Showing
from encdec_widgets.widgets.controls.controls import FieldControl

FIELD = "input_shape"
ANY_SIZE = "any size"
_ANY = NoEffect(f"No effect while {ANY_SIZE} is on.")
ANY_SIZE_HELP = "On: height and width stay unknown until images arrive; such a network cannot be timed."


class InputControls(widgets.VBox):
    """Height, width and channels of the input, or any height and width."""

    def __init__(self, session: Session) -> None:
        """Make the controls for the input that ``session`` wants."""
        super().__init__()
        self.add_class("encdec-group")
        self._session = session
        self._wanted: tuple[Any, ...] = tuple(info.default for info in INPUT_FIELDS.values())
        self._known_size = self._wanted[:2]
        self._bad_side: str | None = None
        self._showing = Showing()
        self.rows = {
            name: FieldControl(name, info, info.default, session.guarded(self._size_edited))
            for name, info in INPUT_FIELDS.items()
        }
        self.any_size = widgets.Checkbox(
            description=ANY_SIZE,
            indent=False,
            tooltip=ANY_SIZE_HELP,
        )
        self.any_size.add_class("encdec-flag")
        self.any_size.observe(session.guarded(self._any_size_edited), "value")
        any_row = widgets.HBox([self.any_size])
        any_row.add_class("encdec-row")
        self.children = (widgets.HTML("<h4>Input image</h4>"), *self.rows.values(), any_row)
        self._show()
        session.observe(self._show, ["editor", "focus"])

    @property
    def settings(self) -> int:
        """How many settings there are."""
        return len(self.rows) + 1

    def row(self, path: str) -> FieldControl | None:
        """The row of the first side that is not possible, or else of the height; None for another field."""
        return self.rows[self._bad_side or "height"] if path == FIELD else None

    def _size_edited(self, name: str, value: Any) -> None:
        index = list(INPUT_FIELDS).index(name)
        self._edit((*self._wanted[:index], value, *self._wanted[index + 1 :]))

    def _any_size_edited(self, change: Any) -> None:
        if not self._showing:
            size = (None, None) if change["new"] else self._known_size
            self._edit((*size, self._wanted[2]))

    def _edit(self, shape: tuple[Any, ...]) -> None:
        self._wanted = shape
        self._session.turn(FIELD, shape)

    def _show(self, _: Any = None) -> None:
        """Show the shape of the design, or three numbers that are not possible yet."""
        outcome = self._session.editor.outcome
        shape, asked = outcome.design.input_shape, outcome.pending.get(FIELD)
        bad = outcome.bad_field == FIELD
        known = dict(zip(INPUT_FIELDS, shape, strict=True))
        if isinstance(asked, (tuple, list)) and len(asked) == len(INPUT_FIELDS):
            shape = (asked[0], asked[1], asked[2])
        self._wanted = shape
        unknown = any(size is None for size in shape[:2])
        with self._showing():
            self.any_size.value = unknown
        if not unknown:
            self._known_size = shape[:2]
        locked = self._session.focus.why if self._session.focus.locked(FIELD) else ""
        self.any_size.disabled = bool(locked)
        self._bad_side = None
        for name, size in zip(INPUT_FIELDS, (*self._known_size, shape[2]), strict=True):
            row = self.rows[name]
            row.show(size)
            wrong = bad and (not same(size, known[name]) or same(shape, tuple(known.values())))
            row.mark(wrong)
            if wrong and self._bad_side is None:
                self._bad_side = name
            why = _ANY if unknown and name != "channels" else None
            row.show_inert(why, say=name == "height", locked=locked)
