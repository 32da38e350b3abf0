"""The formats that designs are read from, each a module of its own.

Such a module has ``NAME``, what people call the format; ``recognises(text)``, which tells whether a text is of that
format, and neither raises nor takes long; and ``read(text)``, which gives a
:class:`~encdec_widgets.export.found.Found`, or raises a ValueError that says what is wrong in it. Both take a
:class:`~encdec_widgets.export.texts.Text`. A new format is a line here.
"""

import importlib
from typing import Protocol, cast

from encdec_widgets.export.found import Found
from encdec_widgets.export.texts import Text

_MODULES = (
    "encdec_widgets.export.link",
    "encdec_widgets.export.text",
    "encdec_widgets.export.design_json",
    "encdec_widgets.export.keras_code.reading",
    "encdec_widgets.export.sleap.classic_reading",
    "encdec_widgets.export.sleap.nn_reading",
)
"""In the order in which they are asked."""


class Reader(Protocol):
    """A module that reads designs."""

    NAME: str

    @staticmethod
    def recognises(text: Text) -> bool:
        """Tell whether a text is of this format."""

    @staticmethod
    def read(text: Text) -> Found:
        """Read the design that a text holds."""


def readers() -> tuple[Reader, ...]:
    """List all formats that designs are read from.

    >>> [reader.NAME for reader in readers()]
    ['link', 'text of a design', 'design JSON'...]
    """
    return tuple(cast(Reader, importlib.import_module(name)) for name in _MODULES)
