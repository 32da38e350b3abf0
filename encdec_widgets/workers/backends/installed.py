"""Which backends and devices there are on this machine."""

import importlib.util

from encdec_widgets._keras import LIBRARIES, active_backend, keras, keras_is_loaded
from encdec_widgets.networks.keras_private import first_line_in
from encdec_widgets.workers.backends import NAMES, backend_named
from encdec_widgets.workers.device import CPU, Device, told_apart


def installed_backends() -> tuple[str, ...]:
    """Names of the backends that are installed and can be timed, the active one first; none is loaded for it.

    NumPy comes with everything and is far slower than the others, so it is left out unless it is the active one.

    Example:
        >>> from encdec_widgets.workers.timing import COMPILATIONS, installed_backends
        >>> set(installed_backends()) <= set(COMPILATIONS)
        True
    """
    names = [name for name in LIBRARIES if importlib.util.find_spec(name)]
    active = active_backend()
    return tuple(dict.fromkeys([active, *names] if active in NAMES else names))


def backends_with_gradients() -> tuple[str, ...]:
    """Names of the backends that are installed and have gradients, the active one first if it is one of them.

    Example:
        >>> from encdec_widgets.workers.timing import backends_with_gradients
        >>> "numpy" in backends_with_gradients()
        False
    """
    return tuple(name for name in installed_backends() if backend_named(name).has_gradients)


def current_device() -> Device | None:
    """The device that the active Keras backend computes on by default.

    The backend is asked, not the machine: a GPU that the backend cannot use, say without a driver, is left out.

    Returns:
        The device; None as long as Keras is not loaded, since a backend takes seconds to load.

    Example:
        >>> import keras
        >>> from encdec_widgets.workers.timing import current_device, visible_devices
        >>> current_device() == visible_devices()[0]
        True
    """
    return visible_devices()[0] if keras_is_loaded() else None


def visible_devices() -> tuple[Device, ...]:
    """All devices that the active Keras backend can compute on, the one that it takes by itself first.

    The backend is loaded if it is not. The CPU is always among them.

    Example:
        >>> from encdec_widgets.workers.timing import visible_devices
        >>> "CPU" in {device.kind for device in visible_devices()}
        True
    """
    return devices_or_reason()[0]


def devices_or_reason() -> tuple[tuple[Device, ...], str]:
    """All devices as :func:`visible_devices` gives them, and why the backend could not tell them; empty if it could."""
    name = str(keras.config.backend())
    try:
        found, reason = backend_named(name).devices() if name in NAMES else [], ""
    except Exception as error:  # noqa: BLE001 - a broken driver raises any error, and the status line still needs a device
        found, reason = [], f"{type(error).__name__}: {first_line_in(error)}"
    return told_apart([*found, CPU]), reason
