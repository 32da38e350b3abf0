"""Networks that several tests only look at, each built once."""

import functools

from encdec_widgets import Design
from encdec_widgets.backbone import Backbone


@functools.lru_cache(maxsize=64)
def built(design: Design) -> Backbone:
    """The network of a design; nobody may train it or fill it with other weights."""
    return design.build()
