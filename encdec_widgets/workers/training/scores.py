"""How good a network is, as a figure that a person understands."""

from collections.abc import Mapping

import attrs

MOST_BY_CHANCE = 0.25
"""A share that is farther than this from guessing is not called chance, however few it was counted on."""


@attrs.frozen(kw_only=True)
class Score:
    """How good a network is.

    Attributes:
        value: The figure.
        name: What it is: "px", "swapped", "f1" or "right".
        text: It in words, with its unit.
        figures: All figures by name, this one among them.
        error: How far it is from what is perfect: of two networks, the better has the smaller.
        margin: A difference of errors that chance explains.

    Example:
        >>> import attrs
        >>> from encdec_widgets.workers.training import Score
        >>> good = Score(value=0.93, name="f1", text="F1 0.93", figures={"f1": 0.93}, error=0.07, margin=0.02)
        >>> better = attrs.evolve(good, error=0.06)
        >>> good.ahead_of(better), attrs.evolve(good, error=0.01).ahead_of(better)
        (False, True)
    """

    value: float
    name: str
    text: str
    figures: Mapping[str, float]
    error: float
    margin: float

    def ahead_of(self, other: "Score") -> bool:
        """Whether it is better than another one of the same task, by more than chance explains."""
        return self.error < other.error - max(self.margin, other.margin)
