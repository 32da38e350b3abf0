"""What files about a design are called."""

import re

from encdec_widgets.designs.design import Design
from encdec_widgets.designs.presets import family_name, preset_name


def file_name(design: Design, ending: str, preset: str | None = None) -> str:
    """A name for a file about a design: after its preset, or else its family and its filters.

    Args:
        design: The design.
        ending: The ending of the name, without a dot.
        preset: The name of the preset that was asked for, as several presets are one network.

    Example:
        >>> from encdec_widgets import Design
        >>> from encdec_widgets.architectures import UNet
        >>> file_name(Design(UNet(filters=24)), "svg")
        'u-net-filters24.svg'
        >>> file_name(Design(UNet()), "json", preset="SLEAP large top-down")
        'sleap-large-top-down.json'
    """
    name = preset or preset_name(design)
    if name is None:
        filters = getattr(design.architecture, "filters", None)
        name = f"{family_name(design)}{'' if filters is None else f' filters{filters}'}"
    words = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return f"{words or 'network'}.{ending}"
