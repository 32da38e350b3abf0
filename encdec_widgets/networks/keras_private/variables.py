"""Variables: described when their layer is made, filled when their values are needed."""

from collections.abc import Callable
from typing import Any

import attrs

from encdec_widgets.networks.keras_private.modules import private_module


def is_variable(thing: Any) -> bool:
    """Whether a thing is one of Keras's variables."""
    return isinstance(thing, private_module("keras").Variable)


def is_filled(variable: Any) -> bool:
    """Whether a variable has a value yet."""
    return variable._value is not None


def shape_of(variable: Any) -> tuple[int, ...]:
    """The shape of a variable; TensorFlow makes an object of its own each time that it is asked for ``shape``."""
    return tuple(variable._shape)


def fill_variable(variable: Any) -> None:
    """Give a variable without a value the one that its initializer makes."""
    variable._deferred_initialize()


def empty(variable: Any) -> None:
    """Let go of the value of a variable that nobody uses any more."""
    variable._value = None


def let_go_of_values(layer: Any) -> None:
    """Have a layer hold no values besides its variables; on PyTorch it does, and makes that list anew when asked."""
    vars(layer).get("_modules", {}).pop("_torch_params", None)


def initializer_of(variable: Any) -> Any:
    """What will make the value of a variable that has none yet; None of one that has a value."""
    initializer = variable._initializer
    return initializer.make if isinstance(initializer, _OnDevice) else initializer


def set_initializer(variable: Any, initializer: Any) -> None:
    """Let a variable without a value get what ``initializer`` makes, on the device that was noted for it."""
    device = device_noted_for(variable)
    variable._initializer = initializer if device is None else _OnDevice(initializer, device)


@attrs.frozen(eq=False)
class _OnDevice:
    """An initializer, and the device on which its values belong."""

    make: Callable[..., Any]
    device: Any

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.make(*args, **kwargs)


def place_on(variable: Any, device: Any) -> None:
    """Note the device on which a variable without a value is to be filled."""
    variable._initializer = _OnDevice(initializer_of(variable), device)


def device_noted_for(variable: Any) -> Any | None:
    """The device that was noted for a variable without a value, or None."""
    return getattr(variable._initializer, "device", None)
