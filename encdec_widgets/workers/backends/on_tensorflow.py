"""TensorFlow."""

from collections.abc import Callable, Sequence
from typing import Any

from encdec_widgets.workers.backends.backend import (
    Backend,
    Gradient,
    Runner,
    Work,
    dtype_of_target,
    one_or_all,
)
from encdec_widgets.workers.device import Device


class TensorFlow(Backend):
    """TensorFlow: "graph" is ``tf.function``, "XLA" is ``tf.function(jit_compile=True)``."""

    name = "tensorflow"
    proper_name = "TensorFlow"
    compilations = ("graph", "XLA", "eager")

    def devices(self) -> list[Device]:
        """Visible GPUs, not logical ones: to list those would initialize the GPUs and take their memory."""
        import tensorflow as tf

        gpus: list[Any] = tf.config.get_visible_devices("GPU")
        details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
        return [
            Device(told.get("device_name") or "GPU", "GPU", number) for number, told in enumerate(details)
        ]

    def _runner(self, model: Any, work: Work, compilation: str) -> Runner:
        import tensorflow as tf

        # On a CPU a tf.function returns when it is done. On a GPU it returns when its kernels are queued; sync_devices
        # waits for them (16 microseconds where there is nothing to wait for), where fetching the result by .numpy()
        # would add the way back over the bus.
        wait = tf.test.experimental.sync_devices
        step = _step(model, work)
        if compilation != "eager":
            step = tf.function(step, jit_compile=compilation == "XLA")

        def to_device(inputs: Sequence[Any], targets: Sequence[Any]) -> Any:
            x = [tf.cast(array, tensor.dtype) for array, tensor in zip(inputs, model.inputs, strict=True)]
            y = [
                tf.cast(array, dtype_of_target(work, output))
                for array, output in zip(targets, model.outputs, strict=False)
            ]
            wait()
            return one_or_all(x), y

        def run(batch: Any) -> None:
            step(*batch)
            wait()

        for number, _ in enumerate(tf.config.get_visible_devices("GPU")):
            tf.config.experimental.reset_memory_stats(f"GPU:{number}")
        return Runner(to_device, run, _peak_bytes)

    def gradient(self, model: Any, row: int, column: int) -> Gradient:
        """The gradient, as a graph."""
        import tensorflow as tf

        @tf.function  # type: ignore[untyped-decorator]
        def compiled(images: list[Any], of_channels: Any) -> Any:
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(images[0])
                output = tf.nest.flatten(model(one_or_all(images), training=False))[-1]
                seen = tf.reduce_sum(output[0, row, column] * of_channels)
            # Zeros, rather than None, where the output does not depend on the image.
            return tape.gradient(seen, images[0], unconnected_gradients=tf.UnconnectedGradients.ZERO)[0]

        def gradient_of(images: Sequence[Any], of_channels: Any) -> Any:
            return compiled([tf.constant(image) for image in images], tf.constant(of_channels)).numpy()

        return gradient_of


def _step(model: Any, work: Work) -> Callable[..., Any]:
    """What one run computes, from inputs and from targets or gradients of the outputs."""
    import tensorflow as tf

    def forward(x: Any, _: Any) -> Any:
        return model(x, training=False)

    def training(x: Any, y: Any) -> Any:
        return model.train_step((x, one_or_all(y)))

    def gradients(x: Any, of_outputs: Any) -> Any:
        with_inputs = work == "gradients"
        with tf.GradientTape() as tape:
            if with_inputs:
                tape.watch(x)
            outputs = tf.nest.flatten(model(x, training=True))
        wanted = [x if with_inputs else [], model.trainable_variables]
        # Outputs and gradients are both returned: a compiler leaves out what is not.
        return outputs, tape.gradient(outputs, wanted, output_gradients=of_outputs)

    return {"forward": forward, "training": training}.get(work, gradients)


def _peak_bytes(device: Device) -> int | None:
    import tensorflow as tf

    if device.kind != "GPU":
        return None
    return int(tf.config.experimental.get_memory_info(device.option)["peak"])


BACKEND = TensorFlow()
