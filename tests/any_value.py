"""Values that a program may hand over in place of a number, a flag or a text."""

import datetime as dt
import decimal
import enum
import fractions
from typing import Any, NoReturn

import keras
import numpy as np

from encdec_widgets.architectures import UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import SimpleConvBlock


class Evil:
    """An object that cannot be looked at in any way."""

    def _refuse(self, *_: Any) -> NoReturn:
        raise ZeroDivisionError

    __repr__ = __str__ = __eq__ = __hash__ = __bool__ = __len__ = __iter__ = __getitem__ = _refuse
    __float__ = __int__ = __index__ = __abs__ = __lt__ = __contains__ = __getattr__ = _refuse


class Talkative:
    """An object with a huge ``repr``."""

    def __repr__(self) -> str:
        return "talk " * 100_000


class Choice(enum.StrEnum):
    RELU = "relu"


def _holding_itself() -> list[Any]:
    value: list[Any] = [1]
    value.append(value)
    return value


def _deep() -> list[Any]:
    value: list[Any] = []
    for _ in range(500):
        value = [value]
    return value


VALUES: dict[str, Any] = {
    "None": None,
    "True": True,
    "0": 0,
    "-1": -1,
    "1": 1,
    "3": 3,
    "2.5": 2.5,
    "1e308": 1e308,
    "NaN": float("nan"),
    "infinity": float("inf"),
    "a whole number beyond floats": 10**400,
    "a whole number too long to be written": 10**5000,
    "an empty text": "",
    "a text": "relu",
    "a number as a text": "5",
    "half a character": "\ud800",
    "a huge text": "x" * 100_000,
    "a text with a slash": "a/b",
    "a text with a blank": " left eye",
    "a text with an accent": "é",
    "a text of HTML": "<b>'",
    "bytes": b"abc",
    "bytes that are no text": b"\xff",
    "()": (),
    "two names": ("relu", "relu"),
    "a shape": (16, 16, 3),
    "a list of numbers": [4, 5],
    "a list that holds itself": _holding_itself(),
    "500 lists": _deep(),
    "a dict": {"a": 1},
    "a set": {1, 2, 3},
    "an iterator": iter(range(3)),
    "a range": range(3),
    "a number of NumPy": np.int64(3),
    "a fraction of NumPy": np.float32(2.5),
    "a flag of NumPy": np.bool_(True),
    "a text of NumPy": np.str_("relu"),
    "an array of no dimension": np.array(3),
    "an array": np.array([1, 2, 3]),
    "a larger array": np.zeros((40, 40)),
    "a masked number": np.ma.masked,
    "a duration of NumPy": np.timedelta64(3),
    "seconds of NumPy": np.timedelta64(3, "ns"),
    "a date of NumPy": np.datetime64("2020-01-01"),
    "a duration": dt.timedelta(3),
    "a complex number": 1j,
    "a third": fractions.Fraction(1, 3),
    "a decimal number": decimal.Decimal(3),
    "a name of a choice": Choice.RELU,
    "an object that raises": Evil(),
    "an object with a huge repr": Talkative(),
    "a function": lambda x: x,
    "an activation": keras.activations.gelu,
    "a layer": keras.layers.ReLU(),
    "a symbolic tensor": keras.Input((3,)),
    "a class": UNet,
    "an architecture": UNet(filters=2, down_blocks=1, up_blocks=1),
    "a block": SimpleConvBlock(filters=2),
    "a head": Head(channels=2),
    "...": ...,
}
"""Each by a name that tells what it is."""
