"""What is asked of a timing, checked before anything is started."""

from typing import Any

import attrs

from encdec_widgets._keras import keras
from encdec_widgets.fields import FieldError, integer, real


@attrs.frozen(kw_only=True)
class Request:
    """A network to time, and how.

    Attributes:
        model: The network, as the text of ``keras.Model.to_json``.
        backend: The Keras backend to time it on.
        batch_size: Images that go through the network at once.
        budget_s: Seconds that the timed runs may take, in all; first call and warm-up come on top.
    """

    model: str
    backend: str
    batch_size: int = integer(
        1,
        minimum=1,
        maximum=65536,
        usual=(1, 64),
        unit="images",
        help="Images in one pass; larger batches give more images a second and take more memory.",
    )
    budget_s: float = real(
        2.0,
        minimum=0.01,
        maximum=600,
        usual=(0.5, 10),
        unit="s",
        help="Time for the timed runs, in all; first call and warm-up come on top.",
    )


def request_for(model: Any, batch_size: Any, budget_s: Any) -> Request:
    """The request to time a Keras model on the active backend.

    Only the architecture is asked about, not the weights: random ones take the same time.

    Raises:
        FieldError: (a ValueError) If ``batch_size`` or ``budget_s`` is out of bounds, if the size of the model's input
            is left open, or if its batch size is fixed to another one.
    """
    request = Request(model="", backend=keras.config.backend(), batch_size=batch_size, budget_s=budget_s)
    for tensor in model.inputs:
        _check_input(tuple(tensor.shape), request.batch_size)
    # Keras is not thread-safe, so the network is written down here, in the caller's thread.
    return attrs.evolve(request, model=model.to_json())


def _check_input(shape: tuple[int | None, ...], batch_size: int) -> None:
    fixed_batch, *size = shape
    if None in size:
        raise FieldError(
            "input_shape", tuple(size), "must be fixed (no None in it) for a network to be timed"
        )
    if fixed_batch not in (None, batch_size):
        raise FieldError(
            "batch_size",
            batch_size,
            f"must be {fixed_batch}, which the network's input is fixed to",
            (fixed_batch,),
        )
