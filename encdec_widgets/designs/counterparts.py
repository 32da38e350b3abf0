"""Which block of an edited design is which of the design before: blocks that an edit moved are found again."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from encdec_widgets.designs.paths import STAGES

if TYPE_CHECKING:
    from encdec_widgets.architectures.blocks.head import Head
    from encdec_widgets.designs.design import Design

Counterparts = Mapping[str, Sequence[int | None]]
"""By stage: for each block of the later design its index in the earlier one; None for a block that is new."""

_IDENTICAL, _EQUAL, _OF_ONE_KIND, _ANY = 3, 2, 1, 0


def counterparts(before: "Design", after: "Design") -> Counterparts:
    """Which block of ``after`` is which of ``before``.

    Names and numbers do not help: a new block in an encoder renumbers all that follow. So the blocks of each stage are
    lined up in their order, with as many pairs of the very same block as possible, then of equal ones, then of one
    class, then of any. A block that is left over and equals one that is left over was moved.

    Example:
        >>> from encdec_widgets import Design
        >>> from encdec_widgets.architectures import UNet
        >>> from encdec_widgets.designs.block_edits import remove
        >>> before = Design(UNet(down_blocks=3, up_blocks=3), (64, 64, 1))
        >>> after = before.replace_all(remove(before, "decoder[1]").changes)
        >>> counterparts(before, after)["decoder"]
        (0, 2)
    """
    of_stages = {stage: lined_up(before.blocks_of(stage), after.blocks_of(stage)) for stage in STAGES}
    return {**of_stages, "head": same_heads(before.heads, after.heads)}


def same_heads(before: Sequence["Head"], after: Sequence["Head"]) -> tuple[int | None, ...]:
    """For each head of ``after`` its index in ``before``; None for a new one.

    A head is known by its name. One with a new name is a head of ``before`` that is gone and is like it in all else,
    or, where as many heads are gone as are new, the one in its place.

    >>> from encdec_widgets.architectures.blocks.head import Head
    >>> same_heads([Head(3)], [Head(9, name="fields"), Head(3, name="maps")])
    (None, 0)
    """
    names = [head.name for head in before]
    found = [names.index(head.name) if head.name in names else None for head in after]

    def left() -> list[int]:
        return [i for i in range(len(before)) if i not in found]

    for j, head in enumerate(after):
        if found[j] is None:
            found[j] = next((i for i in left() if attrs.evolve(before[i], name=head.name) == head), None)
    new, gone = [j for j, i in enumerate(found) if i is None], left()
    if len(new) == len(gone):
        for j, i in zip(new, gone, strict=True):
            found[j] = i
    return tuple(found)


def lined_up(before: Sequence[Any], after: Sequence[Any]) -> tuple[int | None, ...]:
    """For each block of ``after`` its index in ``before``; None where it has no counterpart.

    >>> lined_up(["a", "b", "c"], ["new", "a", "c", "b"])
    (None, 0, 2, 1)
    """
    if len(before) == len(after):  # The usual edit changes a field, and this is all that it costs.
        differing = [i for i, pair in enumerate(zip(before, after, strict=True)) if _likeness(*pair) < _EQUAL]
        if len(differing) < 2 or _all_edited_in_place(before, after):
            return tuple(range(len(after)))
    likeness = [[_likeness(one, other) for other in after] for one in before]
    found: list[int | None] = [None] * len(after)
    for i, j in _best_pairs(likeness):
        found[j] = i
    surely = {i for j, i in enumerate(found) if i is not None and likeness[i][j] >= _EQUAL}
    moved = [i for i in range(len(before)) if i not in surely]
    for j in [j for j, i in enumerate(found) if i not in surely]:
        alike = max(
            (i for i in moved if likeness[i][j] >= _EQUAL), key=lambda i: likeness[i][j], default=None
        )
        if alike is not None:
            found = [None if i == alike else i for i in found]
            found[j] = alike
            moved.remove(alike)
    return tuple(found)


def _all_edited_in_place(before: Sequence[Any], after: Sequence[Any]) -> bool:
    """Tell, without a comparison of each block with each, whether all were changed and none was moved."""
    if list(map(type, before)) != list(map(type, after)):
        return False
    try:
        return set(before).isdisjoint(after)
    except Exception:  # noqa: BLE001 - a user's block may have any hash, or none
        return False


def _likeness(one: Any, other: Any) -> int:
    if one is other:
        return _IDENTICAL
    if type(one) is not type(other):
        return _ANY
    try:
        return _EQUAL if bool(one == other) else _OF_ONE_KIND
    except Exception:  # noqa: BLE001 - a user's block may compare in any way
        return _OF_ONE_KIND


def _best_pairs(likeness: Sequence[Sequence[int]]) -> Iterable[tuple[int, int]]:
    """The best pairs of rows and columns that do not cross, found from the end by dynamic programming."""
    rows, columns = len(likeness), len(likeness[0]) if likeness else 0
    weight = min(rows, columns) + 1  # Each kind of pair outweighs all pairs of the kinds below it.
    worth = [sum(weight**power for power in range(kind + 1)) for kind in range(_IDENTICAL + 1)]
    best = [[0] * (columns + 1) for _ in range(rows + 1)]
    for i in reversed(range(rows)):
        for j in reversed(range(columns)):
            paired = worth[likeness[i][j]] + best[i + 1][j + 1]
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    pairs = []
    i = j = 0
    while i < rows and j < columns:
        if best[i][j] == worth[likeness[i][j]] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs
