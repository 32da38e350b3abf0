"""How long networks take, measured in a process of its own.

The network goes to a worker process as Keras configuration, is built and run there, and comes back as a
:class:`Timing`: the notebook's kernel never blocks, runs out of memory or leaks for it.
"""

from typing import Any

from encdec_widgets.timing.client import Worker, shared_worker
from encdec_widgets.timing.device import Device, current_device
from encdec_widgets.timing.errors import TimingError, TimingStopped
from encdec_widgets.timing.request import Request
from encdec_widgets.timing.result import Timing

__all__ = [
    "Device",
    "Request",
    "Timing",
    "TimingError",
    "TimingStopped",
    "Worker",
    "current_device",
    "measure",
    "shared_worker",
]


def measure(design: Any, *, batch_size: int = 1, budget_s: float = 2.0) -> Timing:
    """Time a network's inference forward pass on the active Keras backend, and wait for the result.

    Args:
        design: A Design; or anything that was built: a Backbone, a Designer or a ``keras.Model``.
        batch_size: Images that go through the network at once.
        budget_s: Seconds that the timed runs may take, in all; first call and warm-up come on top, and the first
            timing of all also starts a process and its backend (some 5 seconds).

    Raises:
        FieldError: (a ValueError) If ``batch_size``, ``budget_s`` or the size of the network's input cannot be timed.
        TimingError: If the network could not be timed: out of memory, say.
        TypeError: If there is no network in ``design``.
    """
    Request(
        model="", backend="", batch_size=batch_size, budget_s=budget_s
    )  # Before seconds are spent on building.
    return shared_worker().measure(_model_of(design), batch_size=batch_size, budget_s=budget_s)


def _model_of(design: Any) -> Any:
    if hasattr(design, "structure"):  # A Backbone, whose weights are not asked about.
        return design.structure
    if hasattr(design, "model"):
        return design.model
    if hasattr(design, "inputs"):  # A keras.Model, whose own build() is something else.
        return design
    if hasattr(design, "build"):
        return _model_of(design.build())
    raise TypeError(f"measure needs a Design or something built from one, not {type(design).__name__}")
