"""The devices that Keras computes on."""

from collections.abc import Callable
from typing import Any, Literal

import attrs

from encdec_widgets._keras import keras, keras_is_loaded


@attrs.frozen
class Device:
    """A device that networks run on.

    Attributes:
        name: What a person calls it: "NVIDIA H200", or "CPU" where there is no other.
        kind: "GPU", "TPU" or "CPU".
        number: Which of its kind, from 0, as the backend counts them.

    Example:
        >>> from encdec_widgets.workers.timing import Device
        >>> card = Device("NVIDIA H200", "GPU", number=1)
        >>> str(card), card.kind
        ('NVIDIA H200', 'GPU')
    """

    name: str
    kind: Literal["GPU", "TPU", "CPU"]
    number: int = 0

    def __str__(self) -> str:
        """Its name."""
        return self.name

    @property
    def place(self) -> str:
        """What the option ``device`` of a timing calls it: "CPU", "GPU:0", ..."""
        return self.kind if self.kind == "CPU" else f"{self.kind}:{self.number}"


CPU = Device("CPU", "CPU")


def current_device() -> Device | None:
    """The device that the active Keras backend computes on by default.

    It asks the backend, not the machine: a GPU that the backend cannot use, for want of a driver say, is not named.

    Returns:
        The device; None as long as Keras is not loaded, since asking would load a backend, which takes seconds.

    Example:
        >>> import keras
        >>> from encdec_widgets.workers.timing import current_device, visible_devices
        >>> current_device() == visible_devices()[0]
        True
    """
    return visible_devices()[0] if keras_is_loaded() else None


def visible_devices() -> tuple[Device, ...]:
    """All devices that the active Keras backend can compute on, the one that it takes by itself first.

    It loads the backend where it is not loaded. The CPU is always among them.

    Example:
        >>> from encdec_widgets.workers.timing import visible_devices
        >>> "CPU" in {device.kind for device in visible_devices()}
        True
    """
    try:
        found = _FIND.get(keras.config.backend(), _cpu)()
    except Exception:  # noqa: BLE001 - a broken driver raises whatever it likes, and a status line goes on
        found = [CPU]
    return tuple(dict.fromkeys([*found, CPU]))


def _cpu() -> list[Device]:
    return [CPU]


def _tensorflow() -> list[Device]:
    import tensorflow as tf

    # Visible devices, not logical ones: listing those would initialize the GPU and take its memory.
    gpus: list[Any] = tf.config.get_visible_devices("GPU")
    details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
    return [Device(told.get("device_name") or "GPU", "GPU", number) for number, told in enumerate(details)]


def _jax() -> list[Device]:
    import jax

    devices: list[Any] = jax.devices()
    return [
        CPU
        if device.platform == "cpu"
        else Device(device.device_kind, "TPU" if device.platform == "tpu" else "GPU", number)
        for number, device in enumerate(devices)
    ]


def _torch() -> list[Device]:
    import torch

    # Where Keras puts tensors, which KERAS_TORCH_DEVICE may have moved off the GPU.
    place: Any = keras.ops.convert_to_tensor(0.0).device
    cards = [Device(torch.cuda.get_device_name(n), "GPU", n) for n in range(torch.cuda.device_count())]
    if place.type == "cpu":
        return [CPU, *cards]
    if place.type != "cuda":
        return [Device(f"GPU ({place.type})", "GPU")]
    return sorted(cards, key=lambda card: card.number != (place.index or 0))


_FIND: dict[str, Callable[[], list[Device]]] = {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}
