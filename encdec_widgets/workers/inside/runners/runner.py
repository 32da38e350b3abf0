"""What the stopwatch needs to know of a backend."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import attrs
import numpy as np
from numpy.typing import NDArray

from encdec_widgets.workers.device import Device

Work = Literal["forward", "training", "gradients", "weight gradients"]
Arrays = Sequence[NDArray[np.float32]]


def _not_told(_: Device) -> int | None:
    return None


@attrs.frozen
class Runner:
    """How to run a network on a backend.

    Attributes:
        place: Copies arrays for the network's inputs and, for training, its targets to the device, and returns when
            they are there.
        run: Runs the network once on what ``place`` returned, and returns when the device has finished.
        peak_bytes: Largest memory that a device held since the runner was made, in bytes, or None where the backend
            cannot tell it.
    """

    place: Callable[[Arrays, Arrays], Any]
    run: Callable[[Any], None]
    peak_bytes: Callable[[Device], int | None] = _not_told


def one_or_all(tensors: list[Any]) -> Any:
    """What a Keras model is called with: the tensor itself where there is one only."""
    return tensors[0] if len(tensors) == 1 else tensors
