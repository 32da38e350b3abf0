"""NumPy, which is for inference only."""

import contextlib
from collections.abc import Sequence
from typing import Any, NoReturn

from encdec_widgets.workers.backends.backend import Backend, Loss, Runner, Work, one_or_all
from encdec_widgets.workers.device import CPU, Device
from encdec_widgets.workers.errors import TimingError


class NumPy(Backend):
    """NumPy: layer by layer on the CPU, without gradients."""

    name = "numpy"
    proper_name = "NumPy"
    compilations = ("eager",)
    has_gradients = False

    def compiles(self, compilation: str) -> bool:
        """Keras's convolutions on NumPy are JAX's, which compiles one for each shape that it meets."""
        return True

    def devices(self) -> list[Device]:
        """The CPU."""
        return [CPU]

    def on(self, device: Device) -> contextlib.AbstractContextManager[None]:
        """Nothing: there is one device only."""
        return contextlib.nullcontext()

    def _runner(self, model: Any, work: Work, compilation: str) -> Runner:
        if work != "forward":
            raise TimingError("NumPy has no gradients: choose the forward pass, or another Keras backend")

        def to_device(inputs: Sequence[Any], _: Sequence[Any]) -> Any:
            return one_or_all(list(inputs))

        def run(x: Any) -> None:
            model(x, training=False)

        return Runner(to_device, run)

    def training_step(self, model: Any, loss: Loss, optimizer: Any) -> NoReturn:
        """Raise a TimingError that says what to do instead."""
        raise TimingError("NumPy has no gradients: choose another Keras backend to train on")

    def gradient(self, model: Any, row: int, column: int) -> NoReturn:
        """Raise a TimingError that says what to do instead."""
        raise TimingError(
            "NumPy has no gradients: choose another Keras backend for the effective receptive field"
        )


BACKEND = NumPy()
