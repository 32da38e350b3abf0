"""JAX."""

import enum
import functools
import os
from collections.abc import Mapping, Sequence
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
from encdec_widgets.workers.device import CPU, Device, option_in

_THREADS, _NPROC = "processor threads", "NPROC"
"""What the setting is called, and the variable that XLA reads when it first computes on a processor."""


class Jax(Backend):
    """JAX: "XLA" is ``jax.jit``."""

    name = "jax"
    proper_name = "JAX"
    compilations = ("XLA", "eager")

    @property
    def settings(self) -> dict[str, Setting]:
        """All of ``jax.config``; but whether it compiles is what the option ``compilation`` says."""
        import jax

        names = [name for name in jax.config.values if name != "jax_disable_jit"]
        return {
            _THREADS: Setting(lambda: os.environ.get(_NPROC), _set_threads),
            **{
                name: Setting(functools.partial(_configured, name), functools.partial(_configure, name))
                for name in names
            },
        }

    def compiles(self, compilation: str) -> bool:
        """Always: layer by layer, each operation is compiled when it is first met."""
        return True

    def without_cards(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """All but those that name the platforms, which are the CPU there, and a device among them."""
        of_cards = ("jax_platforms", "jax_default_device")
        return {name: value for name, value in settings.items() if name not in of_cards}

    def settings_for_threads(self, threads: int) -> dict[str, Any]:
        """What its threads are counted by when it first computes on a processor."""
        return {_THREADS: str(threads)}

    def devices(self) -> list[Device]:
        """What ``jax.devices()`` lists, first the one that ``jax.default_device`` names."""
        import jax

        listed: list[Any] = jax.devices()
        config: Any = jax.config  # untyped in JAX
        default = option_in(str(config.jax_default_device or ""))
        devices = self._devices(listed)
        return sorted(devices, key=lambda device: default is not None and device.option != default)

    @staticmethod
    def _devices(listed: Sequence[Any]) -> list[Device]:
        return [
            CPU
            if device.platform == "cpu"
            else Device(device.device_kind, "TPU" if device.platform == "tpu" else "GPU", number)
            for number, device in enumerate(listed)
        ]

    def _runner(self, model: Any, work: Work, compilation: str) -> Runner:
        import jax
        import jax.numpy as jnp

        wait: Any = jax.block_until_ready  # untyped in JAX
        makers = {"forward": _forward, "training": _training}
        step, state = makers[work](model) if work in makers else _gradients(model, work == "gradients")
        # The state is an argument: weights that are closed over become constants, which XLA folds at length.
        kept = [state]
        planned: list[Any] = []

        def to_device(inputs: Sequence[Any], targets: Sequence[Any]) -> Any:
            x = [jnp.asarray(array, tensor.dtype) for array, tensor in zip(inputs, model.inputs, strict=True)]
            y = [
                jnp.asarray(array, dtype_of_target(work, output))
                for array, output in zip(targets, model.outputs, strict=False)
            ]
            return wait((one_or_all(x), y))

        def run(batch: Any) -> None:
            nonlocal step
            if compilation == "XLA" and not planned:
                # As in fit, what a training step gives takes the memory of what it began with.
                donated = (0,) if work == "training" else ()
                step = jax.jit(step, donate_argnums=donated).lower(kept[0], *batch).compile()
                planned.append(step.memory_analysis())
            _, after = wait(step(kept[0], *batch))
            if after is not None:
                kept[0] = after

        return Runner(to_device, run, lambda _: _peak_bytes(planned))

    def training_step(self, model: Any, loss: Loss, optimizer: Any) -> TrainingStep:
        """The step, compiled by XLA."""
        import jax
        import numpy as np

        def stepped(state: Any, images: Any, maps: Any) -> Any:
            trainable, others, averages = state

            def of(weights: Any) -> Any:
                outputs, after = model.stateless_call(weights, others, images, training=True)
                return loss(jax.tree.leaves(outputs), maps), after

            (value, after), gradients = jax.value_and_grad(of, has_aux=True)(trainable)
            trainable, averages = optimizer.stateless_apply(averages, gradients, trainable)
            return value, (trainable, after, averages)

        def predicted(weights: Any, images: Any) -> Any:
            outputs, _ = model.stateless_call(*weights, images, training=False)
            return jax.tree.leaves(outputs)[-1]

        compiled, compiled_prediction = jax.jit(stepped, donate_argnums=0), jax.jit(predicted)
        variables = (model.trainable_variables, model.non_trainable_variables, optimizer.variables)
        # Copies: the memory of what a step begins with is given away, and other networks may share the variables.
        kept = [jax.tree.map(jax.numpy.copy, [[variable.value for variable in part] for part in variables])]

        def step(images: Any, maps: Any) -> float:
            value, kept[0] = compiled(kept[0], images, maps)
            return float(value)

        def settle() -> None:
            for part, values in zip(variables, kept[0], strict=True):
                for variable, value in zip(part, values, strict=True):
                    variable.assign(jax.numpy.copy(value))

        return TrainingStep(step, lambda images: np.asarray(compiled_prediction(kept[0][:2], images)), settle)

    def gradient(self, model: Any, row: int, column: int) -> Gradient:
        """The gradient, compiled by XLA."""
        import jax
        import jax.numpy as jnp
        import numpy as np

        def seen(image: Any, others: Any, weights: Any, of_channels: Any) -> Any:
            outputs, _ = model.stateless_call(*weights, one_or_all([image, *others]), training=False)
            return jnp.sum(jax.tree.leaves(outputs)[-1][0, row, column] * of_channels)

        # The weights are an argument here too.
        compiled = jax.jit(jax.grad(seen))

        def gradient_of(images: Sequence[Any], of_channels: Any) -> Any:
            image, *others = (jnp.asarray(image) for image in images)
            return np.asarray(compiled(image, others, _weights(model), of_channels)[0])

        return gradient_of


# Each of these gives what one run computes, from its state, inputs and targets or gradients, to a result and the next
# state; and the state to begin with.


def _forward(model: Any) -> tuple[Any, Any]:
    def step(state: Any, x: Any, _: Any) -> Any:
        return model.stateless_call(*state, x, training=False)[0], None

    return step, _weights(model)


def _training(model: Any) -> tuple[Any, Any]:
    import jax
    import jax.numpy as jnp

    def step(state: Any, x: Any, y: Any) -> Any:
        return model.train_step(state, (x, one_or_all(y)))

    # Keras makes what keeps the loss of each output when it first needs it; in a compiled step that is too late.
    nothing = one_or_all([jnp.zeros((1, 1)) for _ in model.outputs])
    model.compute_loss(y=nothing, y_pred=nothing)
    values = ([v.value for v in part] for part in (model.optimizer.variables, model.metrics_variables))
    # Copies, as the model's own are needed again where its blocks are timed.
    return step, jax.tree.map(jnp.copy, (*_weights(model), *values))


def _gradients(model: Any, with_inputs: bool) -> tuple[Any, Any]:
    import jax

    def step(state: Any, x: Any, of_outputs: Any) -> Any:
        def forward(trainable: Any, given: Any) -> Any:
            inputs = given if with_inputs else x
            outputs, updates = model.stateless_call(trainable, state[1], inputs, training=True)
            return jax.tree.leaves(outputs), updates

        outputs, back, updates = jax.vjp(forward, state[0], x if with_inputs else (), has_aux=True)
        # All of it is returned: a compiler leaves out what is not.
        return (outputs, updates, back(of_outputs)), None

    return step, _weights(model)


def _weights(model: Any) -> tuple[list[Any], list[Any]]:
    return [v.value for v in model.trainable_variables], [v.value for v in model.non_trainable_variables]


def _configured(name: str) -> Any:
    """A value of ``jax.config`` as this thread has it, as plain data."""
    import jax

    value: Any = getattr(jax.config, name, jax.config.values[name])
    if isinstance(value, enum.Enum):
        return value.value
    return value if isinstance(value, bool | int | float | str | None) else option_in(str(value))


def _configure(name: str, value: Any) -> None:
    import jax

    if name == "jax_default_device" and value is not None:
        kind, _, number = value.lower().partition(":")
        value = jax.devices(kind)[int(number or 0)]
    config: Any = jax.config
    config.update(name, value)


def _set_threads(threads: str | None) -> None:
    if threads is None:
        os.environ.pop(_NPROC, None)
    else:
        os.environ[_NPROC] = threads


def _peak_bytes(planned: list[Any]) -> int | None:
    """What XLA planned for the compiled step: weights, images, results and everything in between."""
    if not planned or planned[0] is None:
        return None
    plan = planned[0]
    parts = (plan.argument_size_in_bytes, plan.output_size_in_bytes, plan.temp_size_in_bytes)
    return int(sum(parts) - plan.alias_size_in_bytes)


BACKEND = Jax()
