"""One bound of a goal: a quantity, what it has to be, and how far a network is from that."""

from __future__ import annotations

import math
from typing import Any

import attrs

from encdec_widgets.formatting import error_text, quoted
from encdec_widgets.lessons.bounds import Bound, is_number
from encdec_widgets.lessons.quantities import Aim, Quantity
from encdec_widgets.lessons.seen import Seen


@attrs.frozen(kw_only=True)
class PartState:
    """One bound of a goal, held against one network.

    Attributes:
        name: The quantity's name.
        label: What it is, in words.
        value: How much it is; None where that is not known.
        value_text: The same as text, with its unit; empty where it is not known.
        bound_text: What it has to be: "at least 150 px".
        holds: Whether it is that; None where its value is not known.
        off_text: How far it is off, or what to do while it is not known; empty where it holds.
        bound: What it has to be.
    """

    name: str
    label: str
    value: Any = None
    value_text: str = ""
    bound_text: str = ""
    holds: bool | None = None
    off_text: str = ""
    bound: Bound | None = None


@attrs.frozen(kw_only=True)
class Part:
    """One bound of a goal: a quantity, and what it has to be."""

    quantity: Quantity
    bound: Bound

    def judged(self, seen: Seen, aim: Aim) -> PartState:
        """How far what is seen is from the bound; whatever goes wrong in a user's class is said of it."""
        quantity, bound = self.quantity, self.bound
        label = quantity.label(seen, aim)
        try:
            value = quantity.read(seen, aim)
            not_told = seen.rebuilt and quantity.reported
            off = "not reported" if not_told else quantity.unknown(seen, aim) if value is None else ""
        except Exception as error:  # noqa: BLE001 - a user's block or function may raise anything; all of it is shown
            value, off = None, f"can't be computed: {error_text(error)}"
        if value is None:
            return PartState(
                name=quantity.name,
                label=label,
                bound_text=bound.text(quantity.write),
                off_text=off,
                bound=bound,
            )
        value_text, limit_text = quantity.texts(value, bound.value)
        holds = bound.holds(value)
        return PartState(
            name=quantity.name,
            label=label,
            value=value,
            value_text=value_text,
            bound_text=bound.text(lambda _: limit_text),
            bound=bound,
            holds=holds,
            off_text=""
            if holds
            else quantity.off(seen)
            if quantity.off
            else _off_text(quantity, bound, value),
        )


def _off_text(quantity: Quantity, bound: Bound, value: Any) -> str:
    off = bound.off(value)
    if off is None or math.isinf(off):
        return f"not {quantity.write(bound.value)}"
    missing = value < bound.value
    return f"{quantity.write(_like(off, bound.value))} {'short' if missing else 'over'}"


def _like(off: float, value: Any) -> float:
    """A difference as a whole number, where the bound is one and the difference too."""
    return int(off) if isinstance(value, int) and off == int(off) else off


def part_of(quantity: Quantity, bound: Any) -> Part:
    """A bound of a quantity, as a goal takes it.

    Raises:
        ValueError: If it is no bound, or its value is none that the quantity can have.
    """
    name, numbers = quantity.name, quantity.numbers
    if not isinstance(bound, Bound):
        fits = is_number(bound) and math.isfinite(bound) and (numbers is None or bound in numbers)
        like = bound if fits else None if numbers is None else numbers.like
        would_work = f"exactly({quoted(bound)})" if like is None else f"at_least({like})"
        raise ValueError(
            "A goal takes bounds: at_least(...), at_most(...) or exactly(...). Received: "
            f"{name}={quoted(bound)}. Would work: {name}={would_work}, say."
        )
    if numbers is not None and bound.value not in numbers:
        raise ValueError(
            f"{name} is {numbers.words}. Received: {name}={bound.function}({quoted(bound.value)}). Would work: "
            f"{name}={bound.function}({numbers.like}), say."
        )
    return Part(quantity=quantity, bound=bound)
