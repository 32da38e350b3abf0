"""Running networks on JAX."""

from typing import Any

import jax
import jax.numpy as jnp

from encdec_widgets.timing.worker.runners.runner import Arrays, Runner, Work, one_or_all

_wait: Any = jax.block_until_ready  # untyped in JAX


def runner(model: Any, work: Work, compilation: str) -> Runner:
    """The network compiled by XLA, or operation by operation."""
    make = {"forward": _forward, "training": _training, "gradients": _gradients}[work]
    call, state = make(model)
    # The state is an argument: weights that are closed over become constants, which XLA folds at length.
    kept = [state]
    planned: list[Any] = []

    def place(inputs: Arrays, targets: Arrays) -> Any:
        x = [jnp.asarray(array, tensor.dtype) for array, tensor in zip(inputs, model.inputs, strict=True)]
        return _wait((one_or_all(x), [jnp.asarray(array) for array in targets]))

    def run(batch: Any) -> None:
        nonlocal call
        if compilation == "XLA" and not planned:
            # As in fit, what a training step gives takes the memory of what it began with.
            donated = (0,) if work == "training" else ()
            call = jax.jit(call, donate_argnums=donated).lower(kept[0], *batch).compile()
            planned.append(call.memory_analysis())
        _, after = _wait(call(kept[0], *batch))
        if after is not None:
            kept[0] = after

    return Runner(place, run, lambda _: _peak_bytes(planned))


def _forward(model: Any) -> tuple[Any, Any]:
    def call(state: Any, x: Any, _: Any) -> Any:
        return model.stateless_call(*state, x, training=False)[0], None

    return call, _weights(model)


def _training(model: Any) -> tuple[Any, Any]:
    def call(state: Any, x: Any, y: Any) -> Any:
        return model.train_step(state, (x, one_or_all(y)))

    # Keras makes what keeps the loss of each output when it first needs it; in a compiled step that is too late.
    nothing = one_or_all([jnp.zeros((1, 1)) for _ in model.outputs])
    model.compute_loss(y=nothing, y_pred=nothing)
    values = ([v.value for v in part] for part in (model.optimizer.variables, model.metrics_variables))
    # Copies, as the model's own are needed again where its blocks are timed.
    return call, jax.tree.map(jnp.copy, (*_weights(model), *values))


def _gradients(model: Any) -> tuple[Any, Any]:
    def call(state: Any, x: Any, _: Any) -> Any:
        def total(trainable: Any, x: Any) -> Any:
            outputs = model.stateless_call(trainable, state[1], x, training=True)[0]
            return sum(jnp.sum(output.astype("float32")) for output in jax.tree.leaves(outputs))

        return jax.grad(total, argnums=(0, 1))(state[0], x), None

    return call, _weights(model)


def _weights(model: Any) -> tuple[list[Any], list[Any]]:
    return [v.value for v in model.trainable_variables], [v.value for v in model.non_trainable_variables]


def _peak_bytes(planned: list[Any]) -> int | None:
    """What XLA planned for the compiled step: weights, images, results and everything in between."""
    if not planned or planned[0] is None:
        return None
    plan = planned[0]
    parts = (plan.argument_size_in_bytes, plan.output_size_in_bytes, plan.temp_size_in_bytes)
    return int(sum(parts) - plan.alias_size_in_bytes)
