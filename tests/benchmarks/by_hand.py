"""A stopwatch as anybody would write one by hand for a Keras model, for the package's own timing to be held against.

``python -m tests.benchmarks.by_hand`` reads the case from the first line of its standard input, builds the network and
answers every further line with a line of JSON: a median in milliseconds, and of how many runs. It follows Keras's own
guides to training loops, and has nothing of ``encdec_widgets.workers.timing`` in it.
"""

from __future__ import annotations

import itertools
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, Self

import attrs
import numpy as np

BATCHES = 3  # taken in turn
LEAST_RUNS = 5
WARM_UP_RUNS, WARM_UP_SHARE = 3, 0.25  # the least; the share of the seconds that are timed


@attrs.frozen(kw_only=True)
class Case:
    """What is run.

    Attributes:
        design: The network, as ``Design.to_json`` writes it.
        backend: The Keras backend.
        compilation: How the backend runs it, as the timing calls it; JAX always compiles by XLA here.
        training: Whether a run is a training step.
        batch_size: Images in a run.
        seconds: How long runs are timed.
    """

    design: str
    backend: str
    compilation: str
    training: bool
    batch_size: int
    seconds: float


class ByHand:
    """The process, seen from the benchmark; it ends with the ``with``."""

    def __init__(self, case: Case) -> None:
        """Start it, which takes no time of this process."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.by_hand"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "KERAS_BACKEND": case.backend},
        )
        self._write(json.dumps(attrs.asdict(case)))

    def median_ms(self) -> float:
        """Time the network once more.

        Raises:
            RuntimeError: If the process has ended.
        """
        self._write("again")
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith('{"median_ms"'):  # and not something that a library prints
                return float(json.loads(line)["median_ms"])
        raise RuntimeError(f"the loop by hand ended with exit status {self._process.wait()}")

    def _write(self, line: str) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise RuntimeError(f"the loop by hand ended with exit status {self._process.wait()}") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()


def main() -> None:
    """Answer until standard input ends."""
    case = Case(**json.loads(sys.stdin.readline()))
    from encdec_widgets import Design

    model = Design.from_json(case.design).build().model
    assert not any(name.startswith("encdec_widgets.workers.timing") for name in sys.modules)
    times_ms = {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}[case.backend](model, case)
    for _ in sys.stdin:
        times = _time(times_ms, case.seconds)
        print(json.dumps({"median_ms": statistics.median(times), "n": len(times)}), flush=True)


def _time(times_ms: Iterator[float], seconds: float) -> list[float]:
    """Warm up, then time; the first call of all is part of a warm-up."""
    end = time.perf_counter() + WARM_UP_SHARE * seconds
    for count in itertools.count(1):
        next(times_ms)
        if count >= WARM_UP_RUNS and time.perf_counter() >= end:
            break
    times: list[float] = []
    end = time.perf_counter() + seconds
    while len(times) < LEAST_RUNS or time.perf_counter() < end:
        times.append(next(times_ms))
    return times


def _batches(model: Any, batch_size: int) -> list[tuple[Any, list[Any]]]:
    """Random images, and targets for every output."""
    random = np.random.default_rng()

    def noise(tensor: Any) -> Any:
        return random.random((batch_size, *tensor.shape[1:]), dtype=np.float32)

    return [(noise(model.input), [noise(output) for output in model.outputs]) for _ in range(BATCHES)]


def _listed(outputs: Any) -> list[Any]:
    return list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]


def _squared_error(outputs: Any, targets: list[Any]) -> Any:
    """The mean squared error of each output, added up."""
    from keras import ops

    pairs = zip(_listed(outputs), targets, strict=True)
    return sum(ops.mean(ops.square(output - target)) for output, target in pairs)


def _tensorflow(model: Any, case: Case) -> Iterator[float]:
    import keras
    import tensorflow as tf

    optimizer = keras.optimizers.Adam()
    optimizer.build(model.trainable_variables)

    def forward(x: Any, y: Any) -> Any:
        return _listed(model(x, training=False))[-1]

    def train(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = _squared_error(model(x, training=True), y)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)
        return loss

    run = tf.function(train if case.training else forward, jit_compile=case.compilation == "XLA")
    batches = [(tf.constant(x), [tf.constant(y) for y in ys]) for x, ys in _batches(model, case.batch_size)]
    for batch in itertools.cycle(batches):
        start = time.perf_counter()
        result = run(*batch)
        # One number is fetched, which no device can give before it has worked.
        tf.reshape(result, [-1])[0].numpy()
        yield 1e3 * (time.perf_counter() - start)


def _jax(model: Any, case: Case) -> Iterator[float]:
    import jax
    import keras

    optimizer = keras.optimizers.Adam()
    optimizer.build(model.trainable_variables)
    state = [
        [variable.value for variable in variables]
        for variables in (model.trainable_variables, model.non_trainable_variables, optimizer.variables)
    ]

    wait: Any = jax.block_until_ready

    def forward(trainable: Any, others: Any, x: Any) -> Any:
        return model.stateless_call(trainable, others, x, training=False)[0]

    def error(trainable: Any, others: Any, x: Any, y: Any) -> Any:
        outputs, others = model.stateless_call(trainable, others, x, training=True)
        return _squared_error(outputs, y), others

    def train(trainable: Any, others: Any, slots: Any, x: Any, y: Any) -> Any:
        (loss, others), gradients = jax.value_and_grad(error, has_aux=True)(trainable, others, x, y)
        trainable, slots = optimizer.stateless_apply(slots, gradients, trainable)
        return loss, [trainable, others, slots]

    run = jax.jit(train if case.training else forward)
    for x, y in itertools.cycle(jax.device_put(_batches(model, case.batch_size))):
        start = time.perf_counter()
        if case.training:
            _, state = wait(run(*state, x, y))
        else:
            wait(run(*state[:2], x))
        yield 1e3 * (time.perf_counter() - start)


def _torch(model: Any, case: Case) -> Iterator[float]:
    import keras
    import torch

    optimizer = keras.optimizers.Adam()
    optimizer.build(model.trainable_variables)

    # A compiler leaves out what nobody gets.
    def forward(x: Any, _: Any) -> Any:
        with torch.no_grad():
            return _listed(model(x, training=False))[-1]

    def train(x: Any, y: Any) -> Any:
        model.zero_grad()
        loss = _squared_error(model(x, training=True), y)
        loss.backward()
        weights = model.trainable_weights
        with torch.no_grad():
            optimizer.apply([weight.value.grad for weight in weights], weights)
        return loss

    run: Callable[..., Any] = train if case.training else forward
    if case.compilation == "torch.compile":
        run = torch.compile(run)
    place = keras.ops.convert_to_tensor(0.0).device
    watched = _by_events if place.type == "cuda" else _by_the_clock
    batches = [
        (torch.as_tensor(x, device=place), [torch.as_tensor(y, device=place) for y in ys])
        for x, ys in _batches(model, case.batch_size)
    ]
    for batch in itertools.cycle(batches):
        yield watched(run, batch)


def _by_events(run: Callable[..., Any], batch: Any) -> float:
    """Milliseconds by the card's own clock, from when it began to when it ended."""
    import torch

    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    start.record()
    run(*batch)
    end.record()
    end.synchronize()
    return float(start.elapsed_time(end))


def _by_the_clock(run: Callable[..., Any], batch: Any) -> float:
    start = time.perf_counter()
    run(*batch)
    return 1e3 * (time.perf_counter() - start)


if __name__ == "__main__":
    main()
