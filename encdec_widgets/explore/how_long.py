"""How long it takes to time some networks: said before it begins."""

from collections.abc import Iterable

from encdec_widgets.formatting import duration_text

FAR_LONGER = 5
"""A timing on the screen that is predicted to take more than so many budgets does not begin without being asked."""

FIRST_S = 2.0
"""So long it takes to build a network, to run it for the first time and to warm it up, in seconds."""


def how_long(runs_ms: Iterable[float | None], *, budget_s: float, least_runs: int) -> str:
    """How long it takes to time some networks (an estimate), in words.

    >>> how_long([12.5, 2000], budget_s=3, least_runs=5), how_long([None, 12.5], budget_s=3, least_runs=5)
    ('about 17 s', '10 s or more')

    Args:
        runs_ms: How long a run of each takes, in milliseconds; None where that is not known: then it is the least.
        budget_s: Seconds that the runs of each may take.
        least_runs: So many runs of each are made even where they take longer.
    """
    runs = list(runs_ms)
    seconds = sum(FIRST_S + max(budget_s, least_runs * (ms or 0.0) / 1000) for ms in runs)
    return f"{duration_text(seconds)} or more" if None in runs else f"about {duration_text(seconds)}"
