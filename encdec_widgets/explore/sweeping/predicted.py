"""How long a sweep takes, predicted before its first answer is there (a rough estimate)."""

from encdec_widgets.workers.options import Options
from encdec_widgets.workers.timing.measuring import MIN_RUNS

START_S = 4.0
"""Until a process has loaded Keras with TensorFlow (measured: 2.9 s of one core, on 2026-11-30)."""
LAYER_S = 0.001
"""For each layer of a network, until one process has told of it (measured: 0.8 to 1.1 ms of one core, for 37 to 258
layers)."""
TIMED_START_S = 8.0
"""Until the process that times has loaded the backend, and has timed the tiny networks from which it predicts."""
TIMED_LAYER_S = {"forward": 0.03, "training": 0.1}
"""For each layer, until that process has built it, run it for the first time and warmed it up (measured on TensorFlow:
0.04 and 0.13 s for 53 layers, beside so much other work that a core had four processes)."""


def predicted_s(count: int, *, layers: int, processes: int, work: str = "", run_s: float = 0.0) -> float:
    """Predict how long a sweep takes. Where a machine has other work, it takes longer.

    Args:
        count: How many designs.
        layers: How many layers a network has, about.
        processes: How many processes tell of them; 0 where this one does, which has loaded Keras.
        work: What is timed of each, "forward" or "training"; empty for nothing.
        run_s: How long a run of it takes, about.

    Returns:
        Seconds.

    Example:
        >>> from encdec_widgets.explore.sweeping.predicted import predicted_s
        >>> predicted_s(100, layers=40, processes=1)
        8.0
        >>> predicted_s(100, layers=40, processes=1, work="forward")
        336.0
    """
    start, each = START_S if processes else 0.0, layers * LAYER_S
    if work:
        start += TIMED_START_S
        each += layers * TIMED_LAYER_S[work] + max(Options().budget_s, MIN_RUNS * run_s)
    return start + count * each / max(processes, 1)
