"""The timing of a network's forward pass, in the process that calls it."""

from typing import Any

import numpy as np

from encdec_widgets._keras import keras
from encdec_widgets.timing.device import CPU, current_device
from encdec_widgets.timing.loop import time_runs
from encdec_widgets.timing.result import Timing
from encdec_widgets.timing.runners import Images, runner_for

MAX_INPUTS = 4
_INPUT_BYTES = 2**28


def time_forward(model: Any, batch_size: int, budget_s: float) -> Timing:
    """Time the compiled inference forward pass of a Keras model, here and now.

    It blocks, and what a backend compiles it may never free: the designer calls it in a process of its own.

    Args:
        model: A ``keras.Model`` whose input has a fixed height and width.
        batch_size: Images that go through it at once.
        budget_s: Seconds that the timed runs may take, in all.
    """
    runner = runner_for(model)
    inputs = [runner.place(images) for images in _fresh_inputs(model, batch_size)]
    runs = time_runs(runner.run, inputs, budget_s)
    p10, median, p90 = np.percentile(runs.times_ms, (10, 50, 90))
    return Timing(
        median_ms=float(median),
        p10_ms=float(p10),
        p90_ms=float(p90),
        n=len(runs.times_ms),
        first_call_ms=runs.first_call_ms,
        batch_size=batch_size,
        precision=_precision(model),
        device=(current_device() or CPU).name,
        backend=keras.config.backend(),
    )


def _fresh_inputs(model: Any, batch_size: int) -> list[list[Images]]:
    """A few random batches, each an array for every input: zeros would be faster than images on some devices."""
    shapes = [(batch_size, *tensor.shape[1:]) for tensor in model.inputs]
    nbytes = sum(4 * int(np.prod(shape, dtype=np.int64)) for shape in shapes)
    # Large batches are fewer: it is the network that is to fill the memory, not the choice of its inputs.
    count = max(2, min(MAX_INPUTS, _INPUT_BYTES // max(nbytes, 1)))
    random = np.random.default_rng()
    return [[random.random(shape, dtype=np.float32) for shape in shapes] for _ in range(count)]


def _precision(model: Any) -> str:
    """The dtype policy of the layers that compute with weights, read from the model that is timed."""
    policies = {layer.dtype_policy.name for layer in model.layers if layer.weights}
    return " and ".join(sorted(policies)) or str(model.dtype_policy.name)
