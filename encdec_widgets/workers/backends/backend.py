"""What has to be known of a Keras backend, so that networks can be timed and differentiated on it."""

from __future__ import annotations

import abc
import contextlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

import attrs

from encdec_widgets._keras import keras
from encdec_widgets.workers.device import Device

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[np.float32]

Work: TypeAlias = Literal["forward", "training", "gradients", "weight gradients"]
"""What one run computes.

"forward" and "training" are as in :class:`encdec_widgets.workers.options.Options`. "gradients" is the forward pass and,
from given gradients of the outputs, the gradients of all weights and inputs: a block's share of a training step.
"weight gradients" is the same for a block that takes only the image, whose gradient is not needed.
"""

Gradient: TypeAlias = "Callable[[Sequence[Array], Array], Array]"
"""From a batch for each input of the network and a weight for each channel of its last output: the gradient, with
respect to the first image of the first input, of the weighted sum of the channels at one position."""


def _unknown(_: Device) -> int | None:
    return None


@attrs.frozen
class Runner:
    """A network, ready to be run.

    Devices compute while Python goes on: a clock that stopped when a call returns would measure how fast work is
    queued. So ``run`` returns when the device has finished. It does not copy the result back, which is no part of the
    network.

    Attributes:
        to_device: Copies arrays for the network's inputs and, for training, its targets to the device, and returns when
            they are there.
        run: Runs the network once on what ``to_device`` returned, and returns when the device has finished.
        peak_bytes: Largest memory that was taken on a device since the runner was made, in bytes, or None where the
            backend does not say.
    """

    to_device: Callable[[Sequence[Array], Sequence[Array]], Any]
    run: Callable[[Any], None]
    peak_bytes: Callable[[Device], int | None] = _unknown


class Backend(abc.ABC):
    """A Keras backend.

    Its module imports the backend's library inside of functions, since that takes seconds: names and ways of compiling
    are read long before.

    Attributes:
        name: As in ``KERAS_BACKEND``.
        proper_name: As people write it.
        compilations: Ways to run a network, the usual one first: "eager" is layer by layer from Python.
        has_gradients: Whether networks can be trained and differentiated.
    """

    name: ClassVar[str]
    proper_name: ClassVar[str]
    compilations: ClassVar[tuple[str, ...]]
    has_gradients: ClassVar[bool] = True

    @abc.abstractmethod
    def devices(self) -> list[Device]:
        """The devices that it can compute on, the one that it takes by itself first; the CPU may be left out."""

    def on(self, device: Device) -> contextlib.AbstractContextManager[Any]:
        """Have Keras compute on ``device`` inside the ``with`` statement."""
        # "cpu", not "cpu:0": torch takes that for another device, and weights that were moved there have no gradients.
        context: contextlib.AbstractContextManager[Any] = keras.device(device.option.lower())
        return context

    def runner(self, model: Any, work: Work, compilation: str) -> Runner:
        """A Keras model, ready to be run.

        Args:
            model: A functional ``keras.Model``.
            work: What one run computes.
            compilation: One of ``compilations``.

        Raises:
            TimingError: If the backend has no gradients and ``work`` needs them.
        """
        if work == "training":
            model.compile(optimizer="adam", loss=["mse"] * len(model.outputs))
            model.optimizer.build(model.trainable_variables)
        return self._runner(model, work, compilation)

    @abc.abstractmethod
    def _runner(self, model: Any, work: Work, compilation: str) -> Runner:
        """The same, for a model that is compiled with an optimizer and a loss if ``work`` is "training"."""

    @abc.abstractmethod
    def gradient(self, model: Any, row: int, column: int) -> Gradient:
        """The gradient of one position of a Keras model's last output, in inference.

        The weights that the model has at each call count. It is traced and compiled at the first call only.

        Args:
            model: A functional ``keras.Model``; its first input and its last output are maps (height, width, channels).
            row: Row of the output.
            column: Column of the output.

        Raises:
            TimingError: If the backend has no gradients.
        """


def one_or_all(tensors: list[Any]) -> Any:
    """What a Keras model is called with: the tensor itself where there is one only."""
    return tensors[0] if len(tensors) == 1 else tensors


def dtype_of_target(work: Work, output: Any) -> Any:
    """The dtype of what is compared with an output, or is its gradient: Keras takes targets in 32 bits."""
    return "float32" if work == "training" else output.dtype
