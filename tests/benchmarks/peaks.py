"""The memory that a network really takes, in bytes; each function belongs in a process of its own.

Targets are left out, as :class:`encdec_widgets.explain.costs.Cost` does: with mean squared error, they are as large as
the outputs.
"""

from __future__ import annotations

import ctypes
import gc
import math
import os
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from encdec_widgets import Design, preset
from encdec_widgets.architectures import UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.networks.weights import fill_at_random

# What glibc's allocator is told, so that it gives memory back as soon as it is free: blocks of a page and more come
# from the system and go back to it.
PROMPT = {"MALLOC_MMAP_THRESHOLD_": "4096", "MALLOC_TRIM_THRESHOLD_": "4096"}
# XLA on a CPU hands chains of convolutions to a library, whose maps do not stand in XLA's plan. Without it, all do.
COMPLETE_PLAN = {"xla_cpu_experimental_ynn_fusion_type": ""}
# Small, with convolutions, pooling and upsampling: what a backend sets up for them is there before measuring.
WARM_UP = Design(UNet(filters=4, down_blocks=2, up_blocks=2), (64, 64, 1), Head(2))
RUNS = 2


@attrs.frozen(kw_only=True)
class Case:
    """What is run.

    Attributes:
        preset: Name of the preset.
        side: Height and width of the input, px.
        batch_size: Images in a run.
        training: Whether a run is a training step (mean squared error, Adam) or a forward pass.
        precision: Keras's policy: "float32", "mixed_float16" or "mixed_bfloat16".
    """

    preset: str
    side: int
    batch_size: int
    training: bool
    precision: str = "float32"

    @property
    def design(self) -> Design:
        """The network."""
        design = preset(self.preset)
        return attrs.evolve(design, input_shape=(self.side, self.side, design.input_shape[2]))


def in_a_process_of_its_own(
    measure: Callable[[Case], int], case: Case, environment: Mapping[str, str]
) -> int:
    """What ``measure`` finds with these variables in the process's environment; raises what it raises."""
    os.environ.update(PROMPT, TF_CPP_MIN_LOG_LEVEL="3", **environment)
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measure, case).result()


def measured_on_tensorflow(case: Case) -> int:
    """Weights, Adam's averages, and what resident memory grows by, at its peak, while a compiled graph runs."""
    import keras

    keras.config.set_dtype_policy(case.precision)
    _tensorflow_run(_built(WARM_UP), 1, case.training)()
    model = _built(case.design)
    run = _tensorflow_run(model, case.batch_size, case.training)
    gc.collect()
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    before = _resident("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # The peak starts anew.
    for _ in range(RUNS):
        run()
    grown = _resident("VmHWM") - before
    averages = 2 * _bytes(model.trainable_variables) if case.training else 0
    return _bytes(model.weights) + averages + grown


def planned_by_xla(case: Case) -> int:
    """What XLA plans for a CPU: what it is given, what it gives back and what it holds in between."""
    import jax
    import keras

    keras.config.set_dtype_policy(case.precision)
    model = case.design.build().structure

    def described(variables: Any) -> list[Any]:
        return [jax.ShapeDtypeStruct(tuple(v.shape), v.dtype) for v in variables]

    def images(tensors: Any) -> list[Any]:
        return [jax.ShapeDtypeStruct((case.batch_size, *t.shape[1:]), t.dtype) for t in tensors]

    def forward(weights: Any, x: Any) -> Any:
        return model.stateless_call(*weights, x, training=False)[0]

    def step(weights: Any, slots: Any, x: Any, targets: Any) -> Any:
        def loss(trainable: Any) -> Any:
            outputs, rest = model.stateless_call(trainable, weights[1], x, training=True)
            pairs = zip(jax.tree.leaves(outputs), targets, strict=True)
            return sum(((output - target) ** 2).mean() for output, target in pairs), rest

        (value, rest), gradients = jax.value_and_grad(loss, has_aux=True)(weights[0])
        trainable, after = optimizer.stateless_apply(slots, gradients, weights[0])
        return (trainable, rest), after, value

    weights = described(model.trainable_variables), described(model.non_trainable_variables)
    (x,) = images(model.inputs)
    if not case.training:
        return _in_plan(jax.jit(forward).lower(weights, x))
    optimizer = keras.optimizers.Adam()
    optimizer.build(model.trainable_variables)
    targets = images(model.outputs)
    # As in fit, what a training step gives takes the memory of what it began with.
    lowered = jax.jit(step, donate_argnums=(0, 1)).lower(weights, described(optimizer.variables), x, targets)
    return _in_plan(lowered) - _bytes(targets)


def _in_plan(lowered: Any) -> int:
    plan = lowered.compile(compiler_options=COMPLETE_PLAN).memory_analysis()
    parts = (plan.argument_size_in_bytes, plan.output_size_in_bytes, plan.temp_size_in_bytes)
    return int(sum(parts) - plan.alias_size_in_bytes)


def _built(design: Design) -> Any:
    backbone = design.build()
    fill_at_random(backbone.structure.variables)
    return backbone.model


def _tensorflow_run(model: Any, batch_size: int, training: bool) -> Callable[[], Any]:
    """A run of the network as a graph that has been traced; its images are made in the run, its targets before."""
    import tensorflow as tf

    def shapes(tensors: Any) -> list[tuple[int, ...]]:
        return [(batch_size, *tensor.shape[1:]) for tensor in tensors]

    (shape,) = shapes(model.inputs)
    if training:
        model.compile(optimizer="adam", loss="mse")
        model.optimizer.build(model.trainable_variables)
        targets = [tf.zeros(shape) for shape in shapes(model.outputs)]
        y = targets if len(targets) > 1 else targets[0]
        step = tf.function(model.train_step)
        graph = step.get_concrete_function((tf.zeros(shape), y))
        return lambda: graph((tf.random.normal(shape), y))
    forward = tf.function(lambda x: model(x, training=False))
    graph = forward.get_concrete_function(tf.zeros(shape))
    return lambda: graph(tf.random.normal(shape))


def _resident(what: str) -> int:
    """Resident memory of this process in bytes: "VmRSS", or "VmHWM" for its peak."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(rf"{what}:\s+(\d+) kB", status)
    assert found
    return int(found[1]) * 1024


def _bytes(tensors: Any) -> int:
    return sum(math.prod(tensor.shape) * np.dtype(tensor.dtype).itemsize for tensor in tensors)
