"""Modules of Keras that have no public name."""

import functools
from typing import Any

from encdec_widgets._keras import keras_module


@functools.cache
def private_module(name: str) -> Any:
    """A module of Keras, imported when it is first asked for."""
    return keras_module(name)
