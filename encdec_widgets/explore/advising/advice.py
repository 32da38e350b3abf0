"""The value that the advisor gives: what meets the wishes, why, and what would have to give way for more."""

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

import attrs

from encdec_widgets.designs.design import Design
from encdec_widgets.explore.fineness import Fineness
from encdec_widgets.explore.requirements import WISH_NAMES, Requirements, Wish
from encdec_widgets.formatting import percent_text
from encdec_widgets.workers.timing.result import Timing

Aim: TypeAlias = Literal["fastest", "smallest", "most exact output"]
AIMS: tuple[Aim, ...] = ("fastest", "smallest", "most exact output")


def title_of(aim: Aim, predicted_ms: float | None) -> str:
    """What stands over the design of an aim: the fastest is so as predicted, or has the least to compute.

    >>> title_of("fastest", 12.5), title_of("fastest", None), title_of("smallest", None)
    ('Fastest, as predicted', 'Fewest multiply-adds', 'Smallest')
    """
    if aim != "fastest":
        return aim.capitalize()
    return "Fewest multiply-adds" if predicted_ms is None else "Fastest, as predicted"


@attrs.frozen(kw_only=True)
class More:
    """What a design could have more of, and which wishes that would miss.

    Attributes:
        what: "wider", "finer output" or "sees further".
        design: The design with it.
        input_scale: The scale of its images.
        missed: The wishes that it would miss; empty if it meets all.
        text: The same in a sentence.
    """

    what: str
    design: Design = attrs.field(repr=False)
    input_scale: float
    missed: tuple[Wish, ...]
    text: str


@attrs.frozen(kw_only=True)
class Advised:
    """A design that meets the wishes.

    Attributes:
        aim: In what it is the best of those that do: "fastest" (as predicted), "smallest" or "most exact output".
        name: The design in a few words.
        family: The name of its family.
        design: The design.
        input_scale: By what images are to be multiplied in size before the network sees them, as SLEAP does.
        figures: Its figures, read from the network as it was built, by the names of
            :data:`encdec_widgets.explore.figures_of.FIGURES`.
        fineness: How exactly its output lets a point be found.
        largest_batch: The most images that fit in the memory at once (an estimate); None without a wish for memory.
        predicted_ms: The predicted time of a run of a batch; None where none was predicted.
        timing: The time as it was measured; None where it was not.
        needs: By wish, how much of what it allows the design takes: 1 just meets it.
        reasons: Why it is the one, a sentence each.
        more: What it could have more of.
        checks: What is unexpected in the network, a sentence each.
        same_as: The aim of an earlier one that is the same design; None where it is another.
    """

    aim: Aim
    name: str
    family: str
    design: Design = attrs.field(repr=False)
    input_scale: float
    figures: Mapping[str, float]
    fineness: Fineness = attrs.field(repr=False)
    largest_batch: int | None
    predicted_ms: float | None
    timing: Timing | None = None
    needs: Mapping[Wish, float]
    reasons: tuple[str, ...] = attrs.field(repr=False)
    more: tuple[More, ...] = attrs.field(repr=False)
    checks: tuple[str, ...] = attrs.field(default=(), repr=False)
    same_as: Aim | None = None

    @property
    def title(self) -> str:
        """What stands over it."""
        return title_of(self.aim, self.predicted_ms)

    @property
    def same_text(self) -> str:
        """That it is the same design as an earlier one, in a sentence; empty where it is another."""
        if self.same_as is None:
            return ""
        return f"It is the same design as the one under “{title_of(self.same_as, self.predicted_ms)}”."

    @property
    def binds(self) -> Wish:
        """The wish of which it takes most."""
        return max(self.needs, key=self.needs.__getitem__)

    @property
    def missed(self) -> tuple[Wish, ...]:
        """The wishes that it misses after all: the speed, where it was measured to be slower than predicted."""
        return tuple(wish for wish, need in self.needs.items() if need > 1)

    @property
    def binding(self) -> str:
        """Which wish binds, in a sentence."""
        used = percent_text(self.needs[self.binds])
        return (
            f"The wish that leaves least room is {WISH_NAMES[self.binds]}: {used} of what it allows is used."
        )

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain data, ready for JSON; the design as its JSON text."""
        return {
            "aim": self.aim,
            "name": self.name,
            "family": self.family,
            "design": self.design.to_json(),
            "input_scale": self.input_scale,
            "figures": dict(self.figures),
            "cell_px": self.fineness.cell_px,
            "limit_px": self.fineness.limit_px,
            "largest_batch": self.largest_batch,
            "predicted_ms": self.predicted_ms,
            "timing": None if self.timing is None else self.timing.to_dict(),
            "needs": dict(self.needs),
            "binds": self.binds,
            "binding": self.binding,
            "missed": list(self.missed),
            "same_as": self.same_as,
            "reasons": list(self.reasons),
            "more": [{"what": one.what, "missed": list(one.missed), "text": one.text} for one in self.more],
            "checks": list(self.checks),
        }


@attrs.frozen(kw_only=True)
class GiveWay:
    """Wishes that would have to give way where nothing meets all, and what they cost.

    Attributes:
        wishes: The wishes that are given up together; all others are met.
        design: The design that comes nearest to them.
        input_scale: The scale of its images.
        needs: Of each of these wishes, how many times what it allows the design takes.
        text: The same in a sentence.
    """

    wishes: tuple[Wish, ...]
    design: Design = attrs.field(repr=False)
    input_scale: float
    needs: Mapping[Wish, float]
    text: str


@attrs.frozen(kw_only=True)
class Advice:
    """Which designs meet some wishes.

    Attributes:
        wanted: What must hold.
        families: The families that were chosen from.
        advised: The fastest design that meets all wishes, the smallest, and the one with the most exact output; empty
            if none does. Several may be one design.
        give_way: Where none meets all: which wishes would have to give way, the fewest together.
        designs: How many designs there were to choose from.
        built: How many networks were built for it; exact bounds left out the others, and earlier ones are remembered.
        sure: What is exact, predicted, measured and assumed, a sentence each.
        untested: Why a wish for speed could not be held against anything; empty if it could, or if there is none.
    """

    wanted: Requirements
    families: tuple[str, ...]
    advised: tuple[Advised, ...]
    give_way: tuple[GiveWay, ...]
    designs: int
    built: int
    sure: tuple[str, ...] = attrs.field(repr=False)
    untested: str = ""

    def __getitem__(self, aim: str) -> Advised:
        """The design of an aim, "fastest", "smallest" or "most exact output".

        Raises:
            KeyError: If no design meets all wishes, or there is no such aim.
        """
        for one in self.advised:
            if one.aim == aim:
                return one
        known = ", ".join(one.aim for one in self.advised) or "none, as no design meets all wishes"
        raise KeyError(f"There is no such advice: {aim!r}. There is: {known}.")

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain data, ready for JSON."""
        return {
            "wanted": attrs.asdict(self.wanted),
            "families": list(self.families),
            "advised": [one.to_dict() for one in self.advised],
            "give_way": [
                {
                    "wishes": list(one.wishes),
                    "design": one.design.to_json(),
                    "input_scale": one.input_scale,
                    "needs": dict(one.needs),
                    "text": one.text,
                }
                for one in self.give_way
            ],
            "designs": self.designs,
            "built": self.built,
            "sure": list(self.sure),
            "untested": self.untested,
        }

    def __str__(self) -> str:
        """All of it as text."""
        lines = [self.untested] if self.untested else []
        for one in self.advised:
            lines.append(f"{one.title}: {one.name}")
            if one.same_as is not None:
                lines += [f"  {one.reasons[0]}", f"  {one.same_text}"]
                continue
            lines += [f"  {text}" for text in (*one.reasons, one.binding, *(more.text for more in one.more))]
            lines += [f"  Note: {text}" for text in one.checks]
        if self.give_way:
            lines += ["No design meets all wishes.", *(f"  {one.text}" for one in self.give_way)]
        return "\n".join([*lines, *self.sure])

    def _repr_html_(self) -> str:
        from encdec_widgets.explore.advising.html import advice_html

        return advice_html(self)
