"""What the kinds of head are for, in words."""

from collections.abc import Mapping, Sequence

from encdec_widgets.designs.design import Design
from encdec_widgets.export.sleap.heads import Leaf
from encdec_widgets.export.sleap.leaves import kinds_that_fit

_WORDS = {
    "single_instance": "parts of the one animal in an image",
    "centroid": "where animals are",
    "centered_instance": "parts of the animal in a crop",
    "multi_instance": "parts of all animals",
    "bottomup": "parts of all animals",
    "multi_class_bottomup": "parts of known individuals",
    "bottomup_segmentation": "outlines of all animals",
    "centered_instance_segmentation": "outline of the animal in a crop",
    "semantic_segmentation": "outlines, as one mask",
}


def choices(design: Design, known: Mapping[str, Sequence[Leaf]]) -> tuple[tuple[str, str], ...]:
    """The kinds of head that a design can be written with, each with a label; the likeliest first.

    Where its heads fit none, the first kind that there is, so that the reason is told when it is written.

    >>> from encdec_widgets import preset
    >>> from encdec_widgets.export.sleap.heads import CLASSIC
    >>> choices(preset("SLEAP centroid"), CLASSIC)[0]
    ('single_instance', 'single_instance: parts of the one animal in an image')
    """
    kinds = kinds_that_fit(design, known)
    if not kinds:
        several = "multi_instance" if "multi_instance" in known else "bottomup"
        kinds = (several if len(design.heads) > 1 else "single_instance",)
    shown = [kind for kind in kinds if design.heads or not kind.endswith("_segmentation")]
    return tuple((kind, f"{kind}: {_WORDS[kind]}") for kind in shown)
