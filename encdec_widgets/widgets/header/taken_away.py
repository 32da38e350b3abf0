"""What can be taken away of a design, as files that a browser saves."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import attrs

from encdec_widgets.explain.table import block_rows, csv_lines
from encdec_widgets.figures.scene import scene
from encdec_widgets.figures.still import still

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone


@attrs.frozen
class Way:
    """One way to take a design away.

    Attributes:
        label: What it is called in the menu.
        help: One sentence on what it is for.
        ending: Of the file's name.
        kind: The file's media type.
        make: Writes the file's text.
    """

    label: str
    help: str
    ending: str
    kind: str
    make: Callable[["Backbone"], str]


WAYS: Mapping[str, Way] = {
    "json": Way(
        "Design (JSON)",
        "The design alone, to be opened here again or by Design.from_json.",
        "json",
        "application/json",
        lambda backbone: backbone.design.to_json(),
    ),
    "csv": Way(
        "Table (CSV)",
        "A row for each block, for a spreadsheet.",
        "csv",
        "text/csv",
        lambda backbone: "".join(csv_lines(block_rows(backbone.blocks))),
    ),
    "svg": Way(
        "Picture (SVG)",
        "The picture of the blocks, without marks of edits.",
        "svg",
        "image/svg+xml",
        lambda backbone: still(scene(backbone.blocks)),
    ),
}
"""All ways, by the name that the page asks for."""
