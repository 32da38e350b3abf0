"""Encoder-decoder networks, designed live in a notebook.

A :class:`Design` is a value; building it gives a real Keras backbone; the backbone is read into graphs; graphs are
drawn and timed; an edit makes the next design. :class:`Designer` is the widget that shows all of it.

Names are imported when they are first used: a design needs no Keras, a script no widgets.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from encdec_widgets.catalogue import preset, presets
    from encdec_widgets.design import Design
    from encdec_widgets.timing import compare, effective_field, measure
    from encdec_widgets.widgets import Designer

__version__ = "0.1.0"
__all__ = ["Design", "Designer", "compare", "effective_field", "measure", "preset", "presets"]

_HOMES = {
    "Design": "encdec_widgets.design",
    "Designer": "encdec_widgets.widgets",
    "compare": "encdec_widgets.timing",
    "effective_field": "encdec_widgets.timing",
    "measure": "encdec_widgets.timing",
    "preset": "encdec_widgets.catalogue",
    "presets": "encdec_widgets.catalogue",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
