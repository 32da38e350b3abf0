"""A network, ready to run once and wait for the device, on each Keras backend.

Devices compute while Python goes on: a clock stopped when the call returns would measure how fast work is queued. So
every ``run`` returns when the device has finished, without copying the result back, which is no part of the network.
"""

from collections.abc import Callable, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from encdec_widgets._keras import keras
from encdec_widgets.timing.errors import TimingError

Images = NDArray[np.float32]


@attrs.frozen
class Runner:
    """How to run a network on a backend.

    Attributes:
        place: Copies one array for each of the network's inputs to the device, and returns when they are there.
        run: Does one forward pass on what ``place`` returned, and returns when the device has finished.
    """

    place: Callable[[Sequence[Images]], Any]
    run: Callable[[Any], None]


def runner_for(model: Any) -> Runner:
    """The compiled inference forward pass of a Keras model, on the active backend.

    Raises:
        TimingError: If networks cannot be timed on that backend.
    """
    backend = keras.config.backend()
    if backend not in _RUNNERS:
        raise TimingError(
            f"networks cannot be timed on the Keras backend {backend!r}; use {', '.join(_RUNNERS)}"
        )
    return _RUNNERS[backend](model)


def _argument(inputs: list[Any]) -> Any:
    """What a Keras model is called with: the tensor itself where there is one input only."""
    return inputs[0] if len(inputs) == 1 else inputs


def _tensorflow(model: Any) -> Runner:
    import tensorflow as tf

    # On a CPU a tf.function returns when it is done. On a GPU it returns when its kernels are queued; sync_devices
    # waits for them (16 microseconds where there is nothing to wait for), where fetching the result by .numpy() would
    # add the way back over the bus.
    wait = tf.test.experimental.sync_devices
    forward = tf.function(lambda x: model(x, training=False))

    def place(arrays: Sequence[Images]) -> Any:
        tensors = [tf.constant(array) for array in arrays]
        wait()
        return _argument(tensors)

    def run(x: Any) -> None:
        forward(x)
        wait()

    return Runner(place, run)


def _jax(model: Any) -> Runner:
    import jax

    # As arguments: weights that are closed over become constants, which XLA folds at length when it compiles.
    trainable = [variable.value for variable in model.trainable_variables]
    non_trainable = [variable.value for variable in model.non_trainable_variables]

    def outputs(trainable: Any, non_trainable: Any, x: Any) -> Any:
        return model.stateless_call(trainable, non_trainable, x, training=False)[0]

    forward = jax.jit(outputs)
    wait: Any = jax.block_until_ready

    def place(arrays: Sequence[Images]) -> Any:
        return _argument(wait([jax.device_put(array) for array in arrays]))

    def run(x: Any) -> None:
        wait(forward(trainable, non_trainable, x))

    return Runner(place, run)


def _torch(model: Any) -> Runner:
    import torch

    def wait() -> None:
        if torch.accelerator.is_available():
            torch.accelerator.synchronize()

    def place(arrays: Sequence[Images]) -> Any:
        tensors = [keras.ops.convert_to_tensor(array) for array in arrays]
        wait()
        return _argument(tensors)

    def run(x: Any) -> None:
        with torch.inference_mode():
            model(x, training=False)
        wait()

    return Runner(place, run)


def _numpy(model: Any) -> Runner:
    def place(arrays: Sequence[Images]) -> Any:
        return _argument(list(arrays))

    def run(x: Any) -> None:
        model(x, training=False)

    return Runner(place, run)


_RUNNERS: dict[str, Callable[[Any], Runner]] = {
    "tensorflow": _tensorflow,
    "jax": _jax,
    "torch": _torch,
    "numpy": _numpy,
}
