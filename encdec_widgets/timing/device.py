"""The device that Keras computes on."""

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
    """

    name: str
    kind: Literal["GPU", "TPU", "CPU"]

    def __str__(self) -> str:
        """Its name."""
        return self.name


CPU = Device("CPU", "CPU")


def current_device() -> Device | None:
    """The device that the active Keras backend computes on by default.

    It asks the backend, not the machine: a GPU that the backend cannot use, for want of a driver say, is not named.

    Returns:
        The device; None as long as Keras is not loaded, since asking would load a backend, which takes seconds.
    """
    if not keras_is_loaded():
        return None
    try:
        return _FIND.get(keras.config.backend(), _cpu)()
    except Exception:  # noqa: BLE001 - a broken driver raises whatever it likes, and a status line goes on
        return CPU


def _cpu() -> Device:
    return CPU


def _tensorflow() -> Device:
    import tensorflow as tf

    # Visible devices, not logical ones: listing those would initialize the GPU and take its memory.
    gpus: list[Any] = tf.config.get_visible_devices("GPU")
    if not gpus:
        return CPU
    return Device(tf.config.experimental.get_device_details(gpus[0]).get("device_name") or "GPU", "GPU")


def _jax() -> Device:
    import jax

    device: Any = jax.devices()[0]
    if device.platform == "cpu":
        return CPU
    return Device(device.device_kind, "TPU" if device.platform == "tpu" else "GPU")


def _torch() -> Device:
    import torch

    # Where Keras puts tensors, which KERAS_TORCH_DEVICE may have moved off the GPU.
    place: Any = keras.ops.convert_to_tensor(0.0).device
    if place.type == "cpu":
        return CPU
    return Device(torch.cuda.get_device_name(place) if place.type == "cuda" else f"GPU ({place.type})", "GPU")


_FIND: dict[str, Callable[[], Device]] = {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}
