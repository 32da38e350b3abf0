"""Encoder-decoder networks, designed live in a notebook.

A :class:`Design` is a value; building it gives a real Keras backbone; the backbone is read into graphs; graphs are
drawn and timed; an edit makes the next design. :class:`Designer` is the widget that shows all of it.

Names are imported when they are first used: a design needs no Keras, a script no widgets.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from encdec_widgets.designs.design import Design
    from encdec_widgets.designs.presets import preset, presets
    from encdec_widgets.explore.advise import advise
    from encdec_widgets.explore.compared import compare_designs
    from encdec_widgets.explore.pareto import pareto
    from encdec_widgets.explore.sweep import sweep
    from encdec_widgets.export.designs_figure import designs_figure
    from encdec_widgets.export.reading import read_design
    from encdec_widgets.widgets import Designer
    from encdec_widgets.workers.feature_maps import feature_maps
    from encdec_widgets.workers.timing import compare, effective_field, measure, race
    from encdec_widgets.workers.training import train

__version__ = "0.1.0"
__all__ = [
    "Design",
    "Designer",
    "advise",
    "compare",
    "compare_designs",
    "designs_figure",
    "effective_field",
    "feature_maps",
    "measure",
    "pareto",
    "preset",
    "presets",
    "race",
    "read_design",
    "sweep",
    "train",
]

_HOMES = {
    "Design": "encdec_widgets.designs.design",
    "Designer": "encdec_widgets.widgets",
    "advise": "encdec_widgets.explore.advise",
    "compare": "encdec_widgets.workers.timing",
    "compare_designs": "encdec_widgets.explore.compared",
    "designs_figure": "encdec_widgets.export.designs_figure",
    "effective_field": "encdec_widgets.workers.timing",
    "feature_maps": "encdec_widgets.workers.feature_maps",
    "measure": "encdec_widgets.workers.timing",
    "pareto": "encdec_widgets.explore.pareto",
    "preset": "encdec_widgets.designs.presets",
    "presets": "encdec_widgets.designs.presets",
    "race": "encdec_widgets.workers.timing",
    "read_design": "encdec_widgets.export.reading",
    "sweep": "encdec_widgets.explore.sweep",
    "train": "encdec_widgets.workers.training",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
