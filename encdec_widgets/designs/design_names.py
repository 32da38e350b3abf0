"""What designs are called where several stand beside each other."""

from collections.abc import Collection
from itertools import count

from encdec_widgets.designs.design import Design
from encdec_widgets.designs.presets import family_name, preset_name

LONGEST_NAME = 160
"""So many characters a name may have in a table: those that the advisor gives have fewer, and are not cut."""


def design_name(design: Design) -> str:
    """What a design is called: its preset, or its family with its filters.

    Example:
        >>> from encdec_widgets import preset
        >>> design_name(preset("SLEAP medium single")), design_name(preset("SLEAP centroid").replace("filters", 20))
        ('SLEAP medium single', 'U-Net, 20 filters')
    """
    name = preset_name(design)
    if name is not None:
        return name
    filters = getattr(design.architecture, "filters", None)
    return f"{family_name(design)}{'' if filters is None else f', {filters} filters'}"


def told_apart(name: str, others: Collection[str]) -> str:
    """The name, with a number where another one has it.

    Example:
        >>> told_apart("mine", ["mine", "mine (2)"])
        'mine (3)'
    """
    numbered = (name if number == 1 else f"{name} ({number})" for number in count(1))
    return next(one for one in numbered if one not in others)
