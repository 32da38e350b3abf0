"""TensorFlow."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from encdec_widgets.workers.backends.backend import (
    Backend,
    Gradient,
    Loss,
    Runner,
    Setting,
    TrainingStep,
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

    @property
    def settings(self) -> dict[str, Setting]:
        """Threads, devices and how operations are placed, compiled and computed.

        Not among them: whether functions run eagerly, which the option ``compilation`` says, and how memory grows, as
        this process takes it only when it is needed.
        """
        import tensorflow as tf

        config, experimental = tf.config, tf.config.experimental
        return {
            "devices visible": Setting(_visible, _show),
            "logical devices": Setting(_logical, _split),
            "threads within operations": Setting(
                config.threading.get_intra_op_parallelism_threads,
                config.threading.set_intra_op_parallelism_threads,
            ),
            "threads between operations": Setting(
                config.threading.get_inter_op_parallelism_threads,
                config.threading.set_inter_op_parallelism_threads,
            ),
            "soft device placement": Setting(
                config.get_soft_device_placement, config.set_soft_device_placement
            ),
            "synchronous execution": Setting(
                experimental.get_synchronous_execution, experimental.set_synchronous_execution
            ),
            "TensorFloat-32": Setting(
                experimental.tensor_float_32_execution_enabled,
                experimental.enable_tensor_float_32_execution,
            ),
            "automatic clustering": Setting(
                config.optimizer.get_jit, lambda jit: config.optimizer.set_jit(jit or False)
            ),
            "graph optimization": Setting(
                config.optimizer.get_experimental_options, config.optimizer.set_experimental_options
            ),
        }

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

    def without_cards(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """All but those that name cards."""
        of_cards = ("devices visible", "logical devices")
        return {name: value for name, value in settings.items() if name not in of_cards}

    def settings_for_threads(self, threads: int) -> dict[str, Any]:
        """As many within operations as between them."""
        return {"threads within operations": threads, "threads between operations": threads}

    def training_step(self, model: Any, loss: Loss, optimizer: Any) -> TrainingStep:
        """The step, as a graph: XLA takes seven times as long to compile, and twice as long a step on a processor."""
        import tensorflow as tf

        @tf.function  # type: ignore[untyped-decorator]
        def compiled(images: Any, maps: Any) -> Any:
            with tf.GradientTape() as tape:
                value = loss(tf.nest.flatten(model(images, training=True)), maps)
            variables = model.trainable_variables
            # Zeros, rather than None, for weights that the loss does not depend on.
            zero = tf.UnconnectedGradients.ZERO
            optimizer.apply(tape.gradient(value, variables, unconnected_gradients=zero), variables)
            return value

        @tf.function  # type: ignore[untyped-decorator]
        def predicted(images: Any) -> Any:
            return tf.nest.flatten(model(images, training=False))[-1]

        def step(images: Any, maps: Any) -> float:
            return float(compiled(tf.constant(images), tf.constant(maps)))

        return TrainingStep(step, lambda images: predicted(tf.constant(images)).numpy(), lambda: None)

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


def _visible() -> list[str]:
    import tensorflow as tf

    return [str(device.name) for device in tf.config.get_visible_devices()]


def _show(names: Sequence[str]) -> None:
    """Have TensorFlow see the devices of these names only, as in "/physical_device:GPU:0"."""
    import tensorflow as tf

    there = {device.name: device for device in tf.config.list_physical_devices()}
    tf.config.set_visible_devices([there[name] for name in names if name in there])
    missing = [name for name in names if name not in there]
    if missing:
        raise ValueError(f"there is no {' and no '.join(missing)}")


def _logical() -> dict[str, list[int | None]]:
    """The memory limit of each logical device that a physical one was split into, in MB, by the physical one's name."""
    import tensorflow as tf

    configured = {
        device.name: tf.config.get_logical_device_configuration(device)
        for device in tf.config.get_visible_devices()
    }
    # Once it runs, TensorFlow lists each device as split into one.
    return {
        name: limits
        for name, parts in configured.items()
        if (limits := [part.memory_limit for part in parts or ()]) not in ([], [None])
    }


def _split(limits: Mapping[str, Sequence[int | None]]) -> None:
    import tensorflow as tf

    for device in tf.config.list_physical_devices():
        if device.name in limits:
            parts = [
                tf.config.LogicalDeviceConfiguration(memory_limit=limit) for limit in limits[device.name]
            ]
            tf.config.set_logical_device_configuration(device, parts)


def _peak_bytes(device: Device) -> int | None:
    import tensorflow as tf

    if device.kind != "GPU":
        return None
    return int(tf.config.experimental.get_memory_info(device.option)["peak"])


BACKEND = TensorFlow()
