"""The sentences of help of the boxes to tick, for the page: ipywidgets shows their labels again as tooltips."""

from functools import lru_cache

from encdec_widgets.architectures.fields.described import described_fields, field_words
from encdec_widgets.designs.block_edits import blocks_of
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.paths import STAGES
from encdec_widgets.widgets.controls.head_controls import PRESENT, PRESENT_LABEL
from encdec_widgets.widgets.controls.input_controls import ANY_SIZE, ANY_SIZE_HELP


def flag_help(design: Design) -> dict[str, str]:
    """A sentence by the label of each box that a design has controls for, also of those that are folded away."""
    blocks = (block for stage in STAGES for block in blocks_of(design, stage))
    return _flag_help(frozenset(map(type, (design.architecture, *blocks))))


@lru_cache(maxsize=16)  # A slider moves values, and no classes.
def _flag_help(owners: frozenset[type]) -> dict[str, str]:
    fields = (item for owner in owners for item in described_fields(owner).items())
    flags = {
        field_words(name): info.help for name, info in fields if info.of_kind.control(info) == "checkbox"
    }
    return {ANY_SIZE: ANY_SIZE_HELP, PRESENT_LABEL: PRESENT.help, **flags}
