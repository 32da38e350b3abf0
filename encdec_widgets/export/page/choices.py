"""Which fields a page varies, and which values it has of each."""

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import attrs

from encdec_widgets.architectures.fields.by_content import same
from encdec_widgets.architectures.fields.info import FieldInfo
from encdec_widgets.architectures.fields.working import trying
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.heads import words_at
from encdec_widgets.designs.paths import text_at
from encdec_widgets.designs.variants import INPUT_SIZE, current_value, fields_to_try, values_of, with_value
from encdec_widgets.formatting import quoted

Vary: TypeAlias = "str | Iterable[str] | Mapping[str, Iterable[Any]] | None"
"""Fields by path, or values by path; None for those that a page chooses itself."""
USUAL = ("filters", "down_blocks")
"""What a page varies where the network has it."""
MOST_FIELDS = 3
MOST_CHOSEN = 84
"""So many networks a page has at most where it chooses the values: some seconds, and less than a megabyte."""
MOST_GIVEN = 1000
"""So many networks a page has at most where the values are given."""


@attrs.frozen
class Choice:
    """A field that a page varies.

    Attributes:
        path: The field.
        label: Its name as a person reads it.
        info: What is known of it.
        values: The values that it can have on the page, in order.
        current: Which of them the network has.
    """

    path: str
    label: str
    info: FieldInfo
    values: tuple[Any, ...]
    current: int

    @property
    def texts(self) -> tuple[str, ...]:
        """The values as a person reads them."""
        return tuple(text_at(self.path, value) for value in self.values)


def choices(design: Design, vary: Vary = None) -> tuple[Choice, ...]:
    """The fields that a page of a design varies.

    Args:
        design: The design.
        vary: Paths of at most three fields, whose values are chosen; or values by path.

    Raises:
        ValueError: If a field can't be varied, or there would be too many fields or networks.

    Example:
        >>> from encdec_widgets import preset
        >>> [(one.label, one.texts[one.current], len(one.values)) for one in choices(preset("SLEAP centroid"))]
        [('filters', '16', 12), ('down blocks', '4', 7)]
    """
    known = fields_to_try(design)
    given = _given(vary, known)
    if len(given) > MOST_FIELDS:
        raise ValueError(
            f"A page varies at most {MOST_FIELDS} fields. Received: {', '.join(map(repr, given))}."
        )
    found = []
    for path, values in given.items():
        if isinstance(path, str) and "." in path:
            known = {**fields_to_try(design, path.rpartition(".")[0]), **known}
        if path not in known:
            raise ValueError(
                f"This field can't be varied. Received: {quoted(path)}. Would work: {', '.join(map(repr, known))}."
            )
        found.append(_choice(design, path, known[path], values))
    chosen = [path for path, values in given.items() if values is None]
    while math.prod(len(one.values) for one in found) > MOST_CHOSEN and any(
        len(one.values) > 2 for one in found if one.path in chosen
    ):
        widest = max((one for one in found if one.path in chosen), key=lambda one: len(one.values))
        found[found.index(widest)] = _narrower(widest)
    count = math.prod(len(one.values) for one in found)
    if count > MOST_GIVEN:
        raise ValueError(
            f"A page has at most {MOST_GIVEN:,} networks. Received values for {count:,} networks."
        )
    return tuple(found)


def combinations(chosen: Sequence[Choice]) -> Iterator[tuple[Any, ...]]:
    """The values of all combinations, as the page counts them: those of the last field change first."""
    return itertools.product(*(one.values for one in chosen))


def with_values(design: Design, chosen: Sequence[Choice], values: Sequence[Any]) -> Design:
    """The design with a value of each field.

    Raises:
        FieldError: (a ValueError) If they do not go together.
    """
    # The present value is not set: that of a block would turn the family into free blocks.
    changes = {
        one.path: value
        for one, value in zip(chosen, values, strict=True)
        if not same(value, one.values[one.current])
    }
    size = changes.pop(INPUT_SIZE, None)
    with trying():
        changed = design.replace_all(changes) if changes else design
        return changed if size is None else with_value(changed, INPUT_SIZE, size)


def _given(vary: Vary, known: Mapping[str, FieldInfo]) -> dict[str, Iterable[Any] | None]:
    if vary is None:
        usual = [path for path in USUAL if path in known]
        numbers = [path for path in known if path not in (*usual, INPUT_SIZE, "stacks")]
        return dict.fromkeys([*usual, *numbers][: len(USUAL)])
    if isinstance(vary, str):
        return {vary: None}
    if isinstance(vary, Mapping):
        return dict(vary)
    try:
        return dict.fromkeys(vary)
    except TypeError:
        raise ValueError(
            f"vary is the paths of fields, such as {USUAL}, or values by path. Received: {quoted(vary)}."
        ) from None


def _choice(design: Design, path: str, info: FieldInfo, values: Iterable[Any] | None) -> Choice:
    now = current_value(design, path)
    if values is None:
        all_values = values_of(design, path)
    elif isinstance(values, str) or not isinstance(values, Iterable):
        raise ValueError(
            f"The values of a field are a list. Received: {path}={quoted(values)}. "
            f"Would work: {path}=[{quoted(values)}]."
        )
    else:
        accepted = [info.accept(path, value) for value in values]
        all_values = tuple(value for n, value in enumerate(accepted) if value not in accepted[:n])
        if now not in all_values:
            all_values = (*all_values, now)
        if not any(value is None or isinstance(value, (bool, str)) for value in all_values):
            all_values = tuple(sorted(all_values))
    return Choice(path, words_at(design, path), info, all_values, all_values.index(now))


def _narrower(choice: Choice) -> Choice:
    """The same without the value at the end that is farther from the present one."""
    last = len(choice.values) - 1
    if choice.current > last - choice.current:
        return attrs.evolve(choice, values=choice.values[1:], current=choice.current - 1)
    return attrs.evolve(choice, values=choice.values[:-1])
