"""Why an edit changed what it changed, in one clause that the fields know and the numbers bear out."""

from typing import TYPE_CHECKING

import attrs

from encdec_widgets.architectures.fields.laws import Law, Quantities
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.edit_names import differences
from encdec_widgets.designs.input_shapes import INPUT_FIELDS, InputShape
from encdec_widgets.designs.paths import info_at
from encdec_widgets.explain.summary import outputs_of, parameters_of

if TYPE_CHECKING:
    import networkx as nx


@attrs.frozen(eq=False)
class Known:
    """What is to be known of a network to tell later what an edit changed of it.

    Attributes:
        design: What it was built from.
        blocks: Its blocks.
        quantities: What a field can change of it.
    """

    design: Design
    blocks: "nx.DiGraph[str]"
    quantities: Quantities

    @classmethod
    def of(cls, design: Design, blocks: "nx.DiGraph[str]", seen: tuple[int, int] | None) -> "Known":
        """What is known of a network that was built.

        Args:
            design: What it was built from.
            blocks: Its blocks.
            seen: The receptive field of its output along height and width, in px; None where it is not known.
        """
        strides = [data["strides"] for _, data in blocks.nodes(data=True)]
        multiply_adds = [data["multiply_adds"] for _, data in blocks.nodes(data=True)]
        output = outputs_of(blocks)[0]["strides"]
        return cls(
            design,
            blocks,
            Quantities(
                parameters=parameters_of(blocks),
                multiply_adds=None if None in multiply_adds else sum(multiply_adds),
                receptive_field=None if seen is None else seen[0],
                maximum_stride=None if None in strides else max((s[0] for s in strides), default=None),
                output_stride=None if output is None else output[0],
            ),
        )


def why(before: Known, after: Known) -> str:
    """Why an edit changed what it changed, as one clause.

    Args:
        before: The network before it.
        after: The network after it.

    Returns:
        The first law of the field that was changed that holds for this edit; empty where none holds, where several
        fields were changed, or where the field has no laws.

    Example:
        >>> from encdec_widgets import preset
        >>> def known(design):
        ...     backbone = design.build()
        ...     return Known.of(design, backbone.blocks, backbone.receptive_field().output.size)
        >>> design = preset("SLEAP medium single")
        >>> why(known(design), known(design.replace("filters", 24)))
        'parameters grow with the square of the filters'
        >>> why(known(design), known(design.replace("down_blocks", 5)))
        'each level doubles the maximum stride, and roughly the receptive field'
    """
    # A list of blocks can be read of a family, and no family of a list; a law holds both ways.
    if before.design.architecture.has_free_blocks and not after.design.architecture.has_free_blocks:
        before, after = after, before
    changed = differences(before.design, after.design)
    fields = {path.rpartition(".")[2] for path, _, _ in changed}
    if len(fields) != 1:
        return ""
    path = changed[0][0]
    pairs = [(old, new) for _, old, new in changed]
    laws: tuple[Law, ...] = ()
    if path == "input_shape":
        (old, new) = pairs[0]
        sizes_are_same = old[:2] == new[:2]
        laws = INPUT_FIELDS["channels" if sizes_are_same else "height"].laws
        pairs = [(old[2], new[2]) if sizes_are_same else (_pixels(old), _pixels(new))]
    elif (info := info_at(after.design.architecture, path)) is not None:
        laws = info.laws
    for law in laws:
        if all(law.holds(old, new, before.quantities, after.quantities) for old, new in pairs):
            return law.clause
    return ""


def _pixels(shape: InputShape) -> int | None:
    height, width, _ = shape
    return None if height is None or width is None else height * width
