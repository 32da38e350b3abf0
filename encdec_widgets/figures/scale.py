"""How wide channels are drawn: one scale for a session, which shrinks only when a network outgrows the picture."""

import math

import attrs

STANDARD = 2.2
"""Width of a box in px by the square root of its channels."""
_NARROWEST = 5.0
_MOST_STEPS = 10  # then all boxes are as narrow as they get


@attrs.frozen
class Scale:
    """The width of boxes.

    Attributes:
        steps: How many times it shrank, by the square root of 2 each.
        grows: Whether a network that has room for wider boxes gets them; else pictures of one scale compare.

    >>> Scale().width(64), round(Scale(steps=2).width(64), 1)
    (17.6, 8.8)
    """

    steps: int = 0
    grows: bool = True

    @property
    def share(self) -> float:
        """How wide boxes are, as a share of the widest scale."""
        return float(2 ** (-self.steps / 2))

    def width(self, channels: int | None) -> float:
        """The width of a box with so many channels, in px: the same in every family."""
        return max(STANDARD * self.share * math.sqrt(channels or 1), _NARROWEST)


def fitting(channels: list[int | None], room: float, before: Scale | None = None) -> Scale:
    """The scale for a network: that of the session, if its boxes have room at it.

    It shrinks where they have none. It grows again only where they would have room at twice the width, so that it stays
    while a slider moves.

    Args:
        channels: Those of all boxes.
        room: Width for all of them together, in px.
        before: The scale of the session until now.
    """
    ladder = range(_MOST_STEPS)
    fits = next((n for n in ladder if sum(map(Scale(n).width, channels)) <= room), _MOST_STEPS)
    if before is None or fits > before.steps or (before.grows and fits <= before.steps - 2):
        return Scale(fits)
    return before
