"""A network, ready to run once and wait for the device, on each Keras backend.

Devices compute while Python goes on: a clock stopped when the call returns would measure how fast work is queued. So
every ``run`` returns when the device has finished, without copying the result back, which is no part of the network.
"""

import importlib
from typing import Any

from encdec_widgets._keras import keras
from encdec_widgets.workers.inside.runners.runner import Runner, Work

__all__ = ["Runner", "Work", "runner_for"]


def runner_for(model: Any, work: Work, compilation: str) -> Runner:
    """A Keras model's forward pass, its training step or its gradients, on the active backend.

    Args:
        model: A functional ``keras.Model``.
        work: "forward" and "training" as in :class:`encdec_widgets.workers.timing.Options`; "gradients" is the forward
            pass and, from given gradients of the outputs, those of all weights and inputs: a block's share of a
            training step; "weight gradients" the same of a block that only the image enters.
        compilation: How to run it, one of those that the backend has.
    """
    backend = keras.config.backend()
    module = importlib.import_module(f"encdec_widgets.workers.inside.runners.on_{backend}")
    if work == "training":
        model.compile(optimizer="adam", loss=["mse"] * len(model.outputs))
        model.optimizer.build(model.trainable_variables)
    runner: Runner = module.runner(model, work, compilation)
    return runner
