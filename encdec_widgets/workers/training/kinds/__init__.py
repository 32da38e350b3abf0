"""The kinds of what a network can find: points, masks and classes."""

from encdec_widgets.workers.training.kinds.classes import Classes
from encdec_widgets.workers.training.kinds.kind import Kind
from encdec_widgets.workers.training.kinds.mask import Mask
from encdec_widgets.workers.training.kinds.points import Points

KINDS: dict[str, Kind] = {kind.name: kind for kind in (Points(), Mask(), Classes())}
"""All kinds, by the name that a task calls them."""
