"""Which figures of designs are seen: those that were chosen, as long as a design has them."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from encdec_widgets.explore.figures_of import FIGURES

if TYPE_CHECKING:
    from encdec_widgets.explore.sweep import Row

X, Y, COLOUR, TIME = "parameters", "receptive_field", "training_bytes", "time_ms"
"""What is seen before anything is chosen, and what is seen of a sweep that measures times."""


def has_figure(rows: "Iterable[Row]", name: str) -> bool:
    """Whether one of the rows has a figure."""
    return any(name in row.figures for row in rows)


def seen_figures(rows: "Iterable[Row]", x: str, y: str, colour: str) -> tuple[str, str, str]:
    """The three figures to be seen of rows: each that is chosen stays where a row has it.

    In place of another one comes the usual one, or else the first one that a row has and the other axis has not.
    Without a figure in any row, all stay.

    Args:
        rows: The rows.
        x: The figure that goes to the right.
        y: That which goes up.
        colour: That which gives colour and size; empty for none.

    Example:
        >>> from concurrent.futures import ThreadPoolExecutor
        >>> from encdec_widgets import Design, sweep
        >>> from encdec_widgets.architectures import UNet
        >>> design, executor = Design(UNet(down_blocks=2, up_blocks=2), (32, 32, 1)), ThreadPoolExecutor(1)
        >>> rows = sweep(design, {"filters": [4, 8]}, tell=("cost",), executor=executor).run().rows
        >>> seen_figures(rows, "time_ms", "multiply_adds", "")
        ('parameters', 'multiply_adds', '')
    """
    known = set().union(*(row.figures for row in rows))
    if not known:
        return x, y, colour

    def fitting(name: str, usual: str, other: str = "") -> str:
        if name in known:
            return name
        return next((one for one in (usual, *FIGURES) if one in known and one != other), name)

    x = fitting(x, X, y)
    y = fitting(y, Y, x)
    return x, y, fitting(colour, COLOUR) if colour else ""
