"""A goal: bounds on named quantities of one network, and how far the network on screen is from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from encdec_widgets.formatting import quoted
from encdec_widgets.lessons.bounds import Bound
from encdec_widgets.lessons.parts import Part, PartState, part_of
from encdec_widgets.lessons.quantities import QUANTITIES, Aim, Quantity, field_quantity, own_quantity
from encdec_widgets.lessons.seen import Seen

__all__ = ["Goal", "GoalState", "Part", "PartState"]


@attrs.frozen(kw_only=True, eq=False)
class Goal:
    """What a network has to be.

    Attributes:
        text: The goal, as a person reads it.
        parts: Its bounds; all of them have to hold of one network.
        aim: What it says of all of them.
        hints: Told one by one, when they are asked for.
    """

    text: str
    parts: tuple[Part, ...]
    aim: Aim = attrs.field(factory=Aim)
    hints: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        text: str,
        bounds: Mapping[str, Any],
        *,
        fields: Mapping[str, Any] | None = None,
        parts: Mapping[str, tuple[Callable[[Any], Any], Bound]] | None = None,
        hints: Sequence[str] = (),
        task: str = "",
    ) -> Goal:
        """A goal as ``Lesson.goal`` takes it.

        Raises:
            ValueError: If it has no bounds, a bound of something unknown, what is no bound, or one that its quantity
                can't have, such as a stride of 0.
        """
        _require_text("text", text)
        _require_texts("hints", hints)
        unknown = [name for name in bounds if name not in QUANTITIES]
        if unknown:
            raise ValueError(
                f"A goal bounds {', '.join(QUANTITIES)}; other fields by fields={{'path': bound}}. Received: "
                f"{', '.join(unknown)}."
            )
        found = [part_of(QUANTITIES[name], bound) for name, bound in bounds.items()]
        found += [part_of(field_quantity(path), bound) for path, bound in (fields or {}).items()]
        for name, given in (parts or {}).items():
            if not (isinstance(given, tuple) and len(given) == 2 and callable(given[0])):
                raise ValueError(
                    "parts has a function of the backbone and a bound for each name. Received: "
                    f"{quoted(name)}: {quoted(given)}. Would work: "
                    f"{quoted(name)}: (lambda backbone: len(backbone.blocks), at_most(12))."
                )
            found.append(part_of(own_quantity(name, given[0]), given[1]))
        if not found:
            raise ValueError(
                "A goal has at least one bound. Received: none. Would work: parameters=at_most(500_000), say."
            )
        return cls(text=text, parts=tuple(found), aim=Aim(task=task), hints=tuple(hints))

    @property
    def key(self) -> str:
        """By which what was reached of it is found again after a restart: a goal that was changed is another one."""
        bounds = (f"{part.quantity.name} {part.bound.sign} {part.bound.value!r}" for part in self.parts)
        return "; ".join([self.text, self.aim.task, *bounds])

    @property
    def hears_of(self) -> frozenset[str]:
        """What its quantities are read of: "network", "training", "race", "timing"."""
        return frozenset(part.quantity.of for part in self.parts)

    @property
    def reported(self) -> dict[str, Quantity]:
        """Its quantities that a code can only report, by name."""
        return {part.quantity.name: part.quantity for part in self.parts if part.quantity.reported}

    def reports(self, seen: Seen) -> dict[str, float]:
        """The figures of a network that a code can only report, by quantity."""
        values = {name: quantity.read(seen, self.aim) for name, quantity in self.reported.items()}
        return {name: value for name, value in values.items() if value is not None}

    def judged(self, seen: Seen) -> tuple[PartState, ...]:
        """Each of its bounds held against a network; what goes wrong in one is said of it, and it does not hold."""
        return tuple(part.judged(seen, self.aim) for part in self.parts)

    def holds(self, parts: Sequence[PartState]) -> bool:
        """Whether a network that was judged so reaches it."""
        return all(part.holds for part in parts)


@attrs.frozen(kw_only=True)
class GoalState:
    """How far a goal is reached.

    Attributes:
        text: The goal, as a person reads it.
        parts: Each bound, held against the network on screen.
        reached: Whether a network reached it: it stays reached.
        reached_now: Whether the network on screen does.
        hints: The hints that were asked for.
        more_hints: How many more there are.
        open: Whether the predictions before it have their guesses.
        note: What else is to be said of the figures: that the last edit is not possible, say.
    """

    text: str
    parts: tuple[PartState, ...] = ()
    reached: bool = False
    reached_now: bool = False
    hints: tuple[str, ...] = ()
    more_hints: int = 0
    open: bool = True
    note: str = ""


def _require_text(name: str, text: Any) -> None:
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"{name} is a sentence. Received: {quoted(text)}.")


def _require_texts(name: str, texts: Any) -> None:
    if isinstance(texts, str) or not all(isinstance(text, str) and text.strip() for text in texts):
        raise ValueError(
            f"{name} are sentences, in a list. Received: {quoted(texts)}. Would work: ('...', '...')."
        )
