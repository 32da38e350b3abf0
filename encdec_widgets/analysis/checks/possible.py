"""Mends that work: what a check offers is tried on the design first."""

from collections.abc import Iterable, Mapping
from typing import Any

from encdec_widgets.mends import Mend


def mend(changes: Mapping[str, Any] | None, words: str) -> Mend | None:
    """A mend that makes some changes together; None without changes."""
    if not changes:
        return None
    if len(changes) > 1:
        return Mend(None, None, dict(changes), words)
    ((field, value),) = changes.items()
    return Mend(field, value, dict(changes), words)


def changed(design: Any, changes: Mapping[str, Any]) -> Any | None:
    """The design with some changes; None where it is no valid one, or only one with an output larger than its input."""
    try:
        after = design.replace_all(changes)
        sound = _ends_within_input(after) or not _ends_within_input(design)
    except Exception:  # noqa: BLE001 - a user's class may raise anything when it is given another value
        return None
    return after if sound and after != design else None


def _ends_within_input(design: Any) -> bool:
    head = design.head
    return bool(design.architecture.output_stride >= 1 or (head is not None and head.stride is not None))


def possible(design: Any, mends: Iterable[Mend | None]) -> tuple[Mend, ...]:
    """Those mends that give another valid design, each once."""
    found: list[Mend] = []
    for one in mends:
        if one is not None and one not in found and changed(design, one.changes) is not None:
            found.append(one)
    return tuple(found)
