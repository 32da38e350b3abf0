"""All families, in the order in which they and their presets are offered. A new family is a file and a line here."""

from encdec_widgets.architectures import (
    custom,
    fc_densenet,
    hourglass,
    leap,
    leap_2019,
    stacked_hourglass,
    unet,
    unet_2015,
)
from encdec_widgets.architectures.family import Family

FAMILIES: tuple[Family, ...] = (
    unet.FAMILY,
    leap.FAMILY,
    unet_2015.FAMILY,
    leap_2019.FAMILY,
    hourglass.FAMILY,
    stacked_hourglass.FAMILY,
    fc_densenet.FAMILY,
    custom.FAMILY,
)
"""A family can stand here more than once, each time with further presets."""
