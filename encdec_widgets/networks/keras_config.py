"""What is set in ``keras.config``, beside the dtype policy, and counts when a network is built or run."""

from collections.abc import Mapping
from typing import Any

from encdec_widgets._keras import keras


def config_of_keras() -> dict[str, Any]:
    """The settings of this process and thread, as plain data, by the names that they have in ``keras.config``."""
    config = keras.config
    return {
        "floatx": config.floatx(),
        "epsilon": config.epsilon(),
        "image_data_format": config.image_data_format(),
        # Keras says None where it is on.
        "flash_attention": config.is_flash_attention_enabled() is not False,
    }


def configure_keras(settings: Mapping[str, Any]) -> None:
    """Set in this process and thread what :func:`config_of_keras` told of another; nothing of what it does not name."""
    config = keras.config
    setters = {
        "floatx": config.set_floatx,
        "epsilon": config.set_epsilon,
        "image_data_format": config.set_image_data_format,
        "flash_attention": lambda on: (
            config.enable_flash_attention() if on else config.disable_flash_attention()
        ),
    }
    for name, value in settings.items():
        setters[name](value)
