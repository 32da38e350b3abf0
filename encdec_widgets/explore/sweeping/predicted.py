"""How long a sweep takes, predicted before its first answer is there (a rough estimate)."""

START_S = 6.0
"""Until a process has loaded Keras with TensorFlow."""
LAYER_S = 0.005
"""For each layer of a network, until one process has told of it."""
TIMED_LAYER_S = 0.04
"""For each layer, until the process that times has built it, run it for the first time and warmed it up."""
TIMED_START_S = 10.0
"""Until the process that times has loaded the backend and timed the tiny networks that predictions are made from."""


def predicted_s(count: int, *, layers: int, processes: int, timed_for_s: float | None = None) -> float:
    """Predict how long a sweep takes: within a factor of about 2 on a machine that has nothing else to do.

    Args:
        count: How many designs.
        layers: How many layers a network has, about.
        processes: How many processes tell of them; 0 where this one does, which has loaded Keras.
        timed_for_s: How long the runs of each network take that are timed; None where none is.

    Returns:
        Seconds.

    Example:
        >>> from encdec_widgets.explore.sweeping.predicted import predicted_s
        >>> predicted_s(100, layers=40, processes=2) < predicted_s(100, layers=40, processes=1)
        True
    """
    each = layers * LAYER_S
    start = START_S if processes else 0.0
    if timed_for_s is not None:
        each += layers * TIMED_LAYER_S + timed_for_s
        start += TIMED_START_S
    return start + count * each / max(processes, 1)
