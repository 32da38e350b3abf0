"""Which positions of its input each position of a layer's output depends on, along one axis (exact)."""

from typing import Any

import attrs


@attrs.frozen
class Window:
    """A dependence that repeats: that of output position ``p`` is that of ``p % period``, moved along.

    Output position ``p = q * period + r`` depends on the input positions from ``q * step + first[r]`` to
    ``q * step + last[r]``, both included; on none where ``first[r] > last[r]``. Positions beyond the map are padding.

    Attributes:
        period: After so many output positions the dependence repeats.
        step: How many input positions further it is then.
        first: For each position of a period, the first input position that it depends on, as of ``q = 0``.
        last: The last one.
    """

    period: int
    step: int
    first: tuple[int, ...]
    last: tuple[int, ...]


POINT = Window(period=1, step=1, first=(0,), last=(0,))
"""Each position depends on the same position: activations, normalization, what merges maps."""

WHOLE = Window(period=1, step=0, first=(0,), last=(0,))
"""Each position depends on the whole map: global pooling. It stands for itself; its numbers mean nothing."""

Windows = tuple[Window, Window]
"""Along height and width."""


def windows_of(call: Any) -> Windows | None:
    """How the output of one call of a Keras layer depends on each of its inputs, along height and width (exact).

    Args:
        call: A call of an operation, as :func:`encdec_widgets.graph.calls_to` gives them.

    Returns:
        The windows; None where they cannot be told, as for a layer that a user wrote.
    """
    raise NotImplementedError
