"""A part of a configuration, read by key: each value with the path at which it stands in the file."""

from collections.abc import Mapping
from typing import Any, Self

import attrs

from encdec_widgets.architectures.fields.described import FieldError, FieldInfo
from encdec_widgets.export.found import Kind, Note
from encdec_widgets.formatting import listed, quoted, shortened

_STRIDE = FieldInfo(kind="integer", default=1, help="", minimum=1, maximum=4096)
_FACTOR = FieldInfo(kind="real", default=1.0, help="", minimum=1e-3, maximum=100)
_SIZE = FieldInfo(kind="integer", default=None, help="", minimum=1, maximum=1_000_000, optional=True)
_FLAG = FieldInfo(kind="flag", default=False, help="")


@attrs.frozen
class Section:
    """A mapping in a configuration.

    Attributes:
        data: What it holds.
        path: Where it stands, such as ``model.backbone``; empty for the whole file.
        notes: The notes on the file, to which those on this part are added.
    """

    data: Mapping[Any, Any]
    path: str
    notes: list[Note]

    def at(self, key: str) -> str:
        """The path of a key of this part."""
        return f"{self.path}.{shortened(key)}" if self.path else shortened(key)

    def note(self, kind: Kind, key: str, text: str) -> None:
        """Note something of a key; of this part as a whole if the key is empty."""
        self.notes.append(Note(kind, self.at(key) if key else self.path, text))

    def section(self, key: str) -> Self:
        """The part that stands under a key; an empty one where it is null, missing or an empty list.

        Raises:
            ValueError: If anything else stands there.
        """
        value = self.data.get(key)
        if value is not None and value != [] and not isinstance(value, Mapping):
            raise ValueError(
                f"{self.at(key)} must be null or have keys of its own. Received: {quoted(value)}."
            )
        return type(self)(value or {}, self.at(key), self.notes)

    def given(self) -> list[str]:
        """The keys under which something other than null stands."""
        return [str(key) for key, value in self.data.items() if value is not None]

    def stride(self, key: str, default: int = 1) -> int:
        """A stride; the default where there is none, and then noted.

        Raises:
            FieldError: If it is no whole number from 1 to 4096.
        """
        if self.data.get(key) is None:
            self.note("assumed", key, f"It is not in the file; the default is {default}.")
            return default
        return int(self._accepted(_STRIDE, key))

    def factor(self, key: str) -> float:
        """A factor; 1 where there is none. Of a list of two, both must be the same.

        Raises:
            FieldError: If it is no number from 0.001 to 100.
        """
        value = self.data.get(key)
        if isinstance(value, list) and value and all(one == value[0] for one in value):
            return float(type(self)({key: value[0]}, self.path, self.notes)._accepted(_FACTOR, key))
        return 1.0 if value is None else float(self._accepted(_FACTOR, key))

    def size(self, key: str) -> int | None:
        """A size in px; None where there is none.

        Raises:
            FieldError: If it is no whole number from 1.
        """
        value = self._accepted(_SIZE, key)
        return None if value is None else int(value)

    def height_and_width(self, key: str) -> tuple[int | None, int | None]:
        """A height and a width in px; None where there are none.

        Raises:
            FieldError: If it is no list of two whole numbers from 1.
        """
        value = self.data.get(key)
        if value is None or value == []:
            return None, None
        if not isinstance(value, list) or len(value) != 2:
            raise FieldError(self.at(key), value, "must be null or a list of a height and a width")
        height, width = (type(self)({key: one}, self.path, self.notes).size(key) for one in value)
        return height, width

    def flag(self, key: str) -> bool:
        """A flag; False where there is none.

        Raises:
            FieldError: If it is neither true nor false.
        """
        return self.data.get(key) is not None and bool(self._accepted(_FLAG, key))

    def length(self, key: str) -> int | None:
        """How many items a list has; None where there is no list, or an empty one.

        Raises:
            FieldError: If something else stands there.
        """
        value = self.data.get(key)
        if value is None or value == []:
            return None
        if not isinstance(value, list):
            raise FieldError(self.at(key), value, "must be null or a list")
        return len(value)

    def one_of(self, what: str) -> tuple[str, Self] | None:
        """The one key under which something stands, and that part; None if there is none.

        Raises:
            ValueError: If there are several.
        """
        given = self.given()
        if len(given) > 1:
            names = listed(map(shortened, given), most=10)
            raise ValueError(f"{self.path} has {len(given)} {what}s, {names}: all but one must be null.")
        return (given[0], self.section(given[0])) if given else None

    def _accepted(self, info: FieldInfo, key: str) -> Any:
        return info.accept(self.at(key), self.data.get(key))
