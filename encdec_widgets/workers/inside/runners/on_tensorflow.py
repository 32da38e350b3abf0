"""Running networks on TensorFlow."""

from functools import partial
from typing import Any

import tensorflow as tf

from encdec_widgets.workers.device import Device
from encdec_widgets.workers.inside.runners.runner import Arrays, Runner, Work, one_or_all


def runner(model: Any, work: Work, compilation: str) -> Runner:
    """The network as a graph, compiled by XLA, or eager."""
    # On a CPU a tf.function returns when it is done. On a GPU it returns when its kernels are queued; sync_devices
    # waits for them (16 microseconds where there is nothing to wait for), where fetching the result by .numpy() would
    # add the way back over the bus.
    wait = tf.test.experimental.sync_devices
    steps = {"forward": _forward, "training": _training}
    call = partial(steps[work], model) if work in steps else partial(_gradients, model, work == "gradients")
    if compilation != "eager":
        call = tf.function(call, jit_compile=compilation == "XLA")

    def place(inputs: Arrays, targets: Arrays) -> Any:
        placed = (
            one_or_all(
                [tf.cast(array, tensor.dtype) for array, tensor in zip(inputs, model.inputs, strict=True)]
            ),
            [
                tf.cast(array, "float32" if work == "training" else tensor.dtype)
                for array, tensor in zip(targets, model.outputs, strict=False)
            ],
        )
        wait()
        return placed

    def run(batch: Any) -> None:
        call(*batch)
        wait()

    for number, _ in enumerate(tf.config.get_visible_devices("GPU")):
        tf.config.experimental.reset_memory_stats(f"GPU:{number}")
    return Runner(place, run, _peak_bytes)


def _forward(model: Any, x: Any, _: Any) -> Any:
    return model(x, training=False)


def _training(model: Any, x: Any, y: Any) -> Any:
    return model.train_step((x, one_or_all(y)))


def _gradients(model: Any, with_inputs: bool, x: Any, of_outputs: Any) -> Any:
    with tf.GradientTape() as tape:
        if with_inputs:
            tape.watch(x)
        outputs = tf.nest.flatten(model(x, training=True))
    wanted = [x if with_inputs else [], model.trainable_variables]
    # Both are given back: what nobody asks for, a compiler leaves out.
    return outputs, tape.gradient(outputs, wanted, output_gradients=of_outputs)


def _peak_bytes(device: Device) -> int | None:
    if device.kind != "GPU":
        return None
    return int(tf.config.experimental.get_memory_info(device.place)["peak"])
