"""What the tests of the timing share: models to time, jobs, and waiting for a worker."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import keras
import psutil

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.workers.job import Ask, Tell
from encdec_widgets.workers.timing import Measurement, Network, Progress, Worker, checked, network_of

ROOT = Path(__file__).resolve().parents[2]

DESIGN = Design(UNet(filters=4, down_blocks=2, up_blocks=2), input_shape=(32, 32, 1))
"""A design with skips, of a few blocks."""


def small_model(size: int | None = 16, batch_size: int | None = None) -> Any:
    x_in = keras.layers.Input((size, size, 1), batch_size=batch_size)
    return keras.Model(x_in, keras.layers.Conv2D(4, 3, padding="same", activation="relu")(x_in))


def forking_model() -> Any:
    x_in = keras.layers.Input((16, 16, 1))
    y = keras.layers.Conv2D(4, 3, padding="same")(x_in)
    return keras.Model(x_in, [y, keras.layers.MaxPooling2D()(y)])


def joining_model() -> Any:
    left, right = keras.layers.Input((16, 16, 1)), keras.layers.Input((16, 16, 2))
    return keras.Model([left, right], keras.layers.Concatenate()([left, right]))


def unet() -> Any:
    x_in = keras.layers.Input((32, 32, 1))
    x_out, _ = UNet(filters=4, down_blocks=2, up_blocks=2).make_backbone(x_in)
    return keras.Model(x_in, x_out)


def dropping_model() -> Any:
    x_in = keras.layers.Input((16, 16, 1))
    return keras.Model(x_in, keras.layers.Dropout(0.5)(keras.layers.BatchNormalization()(x_in)))


def sequential_model() -> Any:
    return keras.Sequential([keras.layers.Input((16, 16, 1)), keras.layers.Conv2D(4, 3)])


def job(thing: Any = None, *, by_block: bool = False, **options: Any) -> Measurement:
    """A measurement, as ``measure`` makes it."""
    network = network_of(small_model() if thing is None else thing)
    return Measurement(network=network, options=checked(**{"budget_s": 0.05, **options}), by_block=by_block)


class FactsOf:
    """A job: what a process says of a network when it has loaded it."""

    budget_s = 0.0

    def __init__(self, network: Network, **options: Any) -> None:
        self._network = network
        self._options = checked(**options)
        self.backends = (str(self._options.backend),)

    def do(self, ask: Ask, tell: Tell) -> dict[str, Any]:
        arguments = {
            "name": "network",
            "network": attrs.asdict(self._network),
            "options": attrs.asdict(self._options),
        }
        return ask(self.backends[0], "load", 1, arguments)


class Told:
    """Keeps what a worker reports, and waits for it."""

    def __init__(self) -> None:
        self.outcomes: list[Any] = []
        self.progress: list[Progress] = []
        self._done = threading.Event()
        self._runs = threading.Event()

    def __call__(self, outcome: Any) -> None:
        self.outcomes.append(outcome)
        self._done.set()
        self._runs.set()

    def on_progress(self, progress: Progress) -> None:
        self.progress.append(progress)
        if progress.doing.startswith("first call"):
            self._runs.set()

    def wait(self, seconds: float = 120) -> Any:
        assert self._done.wait(seconds)
        return self.outcomes[0]

    def wait_until_it_runs(self, seconds: float = 120) -> None:
        assert self._runs.wait(seconds)
        assert not self.outcomes


def alive(pid: int) -> bool:
    try:
        # A process that nobody has fetched the exit status of is still listed, as a zombie.
        return str(psutil.Process(pid).status()) != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def eventually(condition: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def computed_s(worker: Worker) -> float:
    """Seconds for which the worker's processes have computed."""
    times = [psutil.Process(pid).cpu_times() for pid in worker.pids]
    return sum(time.user + time.system for time in times)


def busy_and_running(worker: Worker) -> Told:
    """A worker in the middle of the warm-up of a timing that would take a minute."""
    told = Told()
    worker.submit(job(budget_s=60), on_done=told, on_progress=told.on_progress)
    told.wait_until_it_runs()
    begun = computed_s(worker)
    assert eventually(
        lambda: computed_s(worker) > begun + 0.2
    )  # The warm-up takes a tenth of the budget at least.
    assert worker.busy
    return told
