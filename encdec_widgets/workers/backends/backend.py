"""What has to be known of a Keras backend, so that networks can be timed and differentiated on it."""

from __future__ import annotations

import abc
import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

import attrs

from encdec_widgets._keras import is_loaded, keras
from encdec_widgets.workers.device import Device

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[np.float32]

Work: TypeAlias = Literal["forward", "training", "gradients", "weight gradients"]
"""What one run computes.

"forward" and "training" are as in :class:`encdec_widgets.workers.options.Options`. "gradients" is the forward pass and,
from given gradients of the outputs, the gradients of all weights and inputs: a block's share of a training step.
"weight gradients" is the same for a block before which no weight is trained, so that the gradients of its inputs are
not needed; where its own are frozen too, it is the forward pass of training.
"""

Gradient: TypeAlias = "Callable[[Sequence[Array], Array], Array]"
"""From a batch for each input of the network and a weight for each channel of its last output: the gradient, with
respect to the first image of the first input, of the weighted sum of the channels at one position."""

Loss: TypeAlias = "Callable[[Sequence[Any], Any], Any]"
"""From the outputs of a network and the maps that are wanted, all of them tensors, to one number."""


def _unknown(_: Device) -> int | None:
    return None


@attrs.frozen
class Setting:
    """One thing that a program can set for a backend while it runs.

    Attributes:
        get: What is set, as plain data.
        set: Sets what ``get`` gave in another process; raises if that is too late, or not possible here.
    """

    get: Callable[[], Any]
    set: Callable[[Any], Any]


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


@attrs.frozen
class TrainingStep:
    """A network that is trained step by step.

    Attributes:
        step: Takes one step on a batch of images and of maps, and returns the loss before it.
        predict: What the last output gives for a batch of images, in inference. It is compiled for one size of batch.
        settle: Has the variables of the model and of the optimizer hold what was learnt; before that they may not.
    """

    step: Callable[[Array, Array], float]
    predict: Callable[[Array], Array]
    settle: Callable[[], None]


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

    @property
    def settings(self) -> Mapping[str, Setting]:
        """What a program can set for it while it runs, by the name that a person knows it by; its library is loaded."""
        return {}

    def settings_here(self) -> dict[str, Any]:
        """What has been set for it in this process, as plain data; nothing where its library is not loaded."""
        if not is_loaded(self.name):
            return {}
        return {name: setting.get() for name, setting in self.settings.items()}

    def now(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """How that is set in this process what ``settings`` names, as far as this version knows it."""
        return {name: setting.get() for name, setting in self._told(settings).items()}

    def differs(self, settings: Mapping[str, Any]) -> bool:
        """Whether anything is set otherwise in this process than :meth:`settings_here` told of another."""
        return any(setting.get() != settings[name] for name, setting in self._told(settings).items())

    def _told(self, settings: Mapping[str, Any]) -> Mapping[str, Setting]:
        return {name: setting for name, setting in self.settings.items() if name in settings}

    def take(self, settings: Mapping[str, Any]) -> list[str]:
        """Set in this process what has been set in another.

        Args:
            settings: What :meth:`settings_here` gave there.

        Returns:
            A sentence, without a full stop, for each setting that could not be taken.
        """
        failed = []
        for name, setting in self._told(settings).items():
            wanted, here = settings[name], setting.get()
            if wanted != here:
                try:
                    setting.set(wanted)
                except Exception as error:  # noqa: BLE001 - a backend may refuse a setting with any error; it is told
                    words = " ".join(str(error).split())[:160]
                    failed.append(
                        f"{self.proper_name} ran with {name} {here!r:.80}, not with {wanted!r:.80} as where the "
                        f"network comes from ({words})"
                    )
        return failed

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
    def training_step(self, model: Any, loss: Loss, optimizer: Any) -> TrainingStep:
        """A Keras model, ready to be trained; it is traced and compiled at the first step.

        Args:
            model: A functional ``keras.Model`` with one input and maps as outputs.
            loss: What is to become small.
            optimizer: A Keras optimizer, built for the model's trainable variables.

        Raises:
            TimingError: If the backend has no gradients.
        """

    def compiles(self, compilation: str) -> bool:
        """Whether the first call of a network compiles something, which may take long."""
        return compilation != "eager"

    def calibrated_as(self, compilation: str) -> str:
        """The way of running in which a device is calibrated for networks that run in ``compilation``.

        Some 15 small networks are timed for it: where each takes seconds to compile, another way stands in.
        """
        return compilation

    def settings_for_threads(self, threads: int) -> dict[str, Any]:
        """What of :attr:`settings` has it compute with so many threads; nothing where it cannot be told."""
        return {}

    def without_cards(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Of settings that were told, those that a process can take that finds no card."""
        return dict(settings)

    def advice_when_noisy(self, settings: Mapping[str, Any]) -> str | None:
        """What may help where times on the CPU differ much under these settings: a sentence without a full stop."""
        return None

    def training_threads(self, threads: int | None) -> contextlib.AbstractContextManager[None]:
        """Have what is trained inside the ``with`` statement computed with as many threads as suit a training.

        Args:
            threads: How many were asked for, which are set already; None where that was left open.
        """
        return contextlib.nullcontext()

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
