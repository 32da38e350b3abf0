"""What the tests of the timing share: models to time, and waiting for a worker."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import psutil

from encdec_widgets.architectures import UNet
from encdec_widgets.timing import (
    Timing,
    TimingError,
    Worker,
)

ROOT = Path(__file__).resolve().parents[2]


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


class Told:
    """Keeps what a worker reports, and waits for it."""

    def __init__(self) -> None:
        self.outcomes: list[Timing | TimingError] = []
        self._event = threading.Event()

    def __call__(self, outcome: Timing | TimingError) -> None:
        self.outcomes.append(outcome)
        self._event.set()

    def wait(self, seconds: float = 120) -> Timing | TimingError:
        assert self._event.wait(seconds)
        return self.outcomes[0]


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


def busy_and_running(worker: Worker) -> Told:
    """A warm worker in the middle of a run that would take a minute."""
    worker.measure(small_model(), budget_s=0.05)
    told = Told()
    worker.submit(small_model(), budget_s=60, on_done=told)
    time.sleep(0.5)
    assert worker.busy
    return told
