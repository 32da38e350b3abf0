"""The scopes of Keras and of its backend that surround a building: they say where weights go.

Weights are filled later than Keras would fill them, often outside of the scope in which their network was built, and
networks that are edited are built in other threads. The scopes belong to one thread, as in Keras, and so does the seed
of ``keras.utils.set_random_seed``.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import attrs

from encdec_widgets._keras import keras
from encdec_widgets.networks.keras_private import SEED, seed_here, strategy_around, thread_state


def device_here() -> Any | None:
    """The device on which Keras puts a tensor in this thread; None where :func:`device_of` does not know."""
    return device_of(keras.ops.convert_to_tensor(0.0))


def device_of(tensor: Any) -> Any | None:
    """The device of a tensor, as its backend has it; None inside a graph of TensorFlow, where that is open."""
    return getattr(tensor, "device", None) or None


@contextmanager
def on_device(device: Any | None) -> Iterator[None]:
    """Have Keras put tensors on a device, inside the ``with`` statement; None leaves it as it is.

    Args:
        device: What :func:`device_here` gave, in any thread.
    """
    if device is None or device == device_here():
        yield
        return
    # Keras takes devices of JAX as they are, and names of the others.
    with keras.device(device if keras.config.backend() == "jax" else str(device)):
        yield


def spread_here() -> Any | None:
    """What spreads the weights that this thread makes over devices, or None."""
    return strategy_around() or keras.distribution.distribution()


@attrs.frozen(eq=False)
class Scopes:
    """The scopes that a thread is in.

    Attributes:
        device: Where Keras puts tensors: that of ``keras.device``, ``tf.device`` or ``jax.default_device``.
        spread: What spreads weights over devices: a ``tf.distribute`` strategy or a ``keras.distribution``, or None.
        seed: What ``keras.utils.set_random_seed`` was given, or None.
    """

    device: Any | None = attrs.field(factory=device_here)
    spread: Any | None = attrs.field(factory=spread_here)
    seed: int | None = attrs.field(factory=seed_here)

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Put this thread into the scopes, inside the ``with`` statement, where it is not in them."""
        with ExitStack() as stack:
            if self.spread is not None and self.spread is not spread_here():
                stack.enter_context(self.spread.scope())
            stack.enter_context(on_device(self.device))
            stack.enter_context(thread_state(SEED, self.seed))
            yield
