"""What a family says of itself beside its class: the name that people know it by, and its presets."""

from typing import TypeAlias

import attrs

from encdec_widgets.architectures.blocks.head import Heads
from encdec_widgets.architectures.encoder_decoder import EncoderDecoder

InputShape: TypeAlias = tuple[int | None, int | None, int]
"""Height and width in px, each None if it is open, and number of channels."""
SLEAP_DATE = "2024-12"
"""When SLEAP 1.4.1 appeared, whose networks some presets are."""


@attrs.frozen(kw_only=True)
class PresetValues:
    """A network that is known by name, as plain values.

    Attributes:
        name: The name that people know it by.
        architecture: The network.
        purpose: One sentence on what it is for.
        source: Where it comes from.
        date: When that appeared, as year and month (``"2015-05"``).
        input_shape: The input that it was made for; None for the usual one.
        head: What it ends in, a head or several; None for the bare backbone.
    """

    name: str
    architecture: EncoderDecoder
    purpose: str
    source: str
    date: str
    input_shape: InputShape | None = None
    head: Heads = None


@attrs.frozen(kw_only=True)
class Family:
    """A family, with its presets or some of them.

    Attributes:
        name: The name that people know it by.
        of: The class of its architectures. Networks of another class can be listed under the family as well, such as
            lists of blocks that were published under its name.
        presets: Its networks that are known by name; the first one is where a person starts who chooses the family.
    """

    name: str
    of: type[EncoderDecoder]
    presets: tuple[PresetValues, ...] = ()
