"""What can be taken away of a design: as files that a browser saves, or as a text that is copied.

What writes a file is imported when it is asked for: most designers are looked at, and nothing is taken away.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import attrs

from encdec_widgets.explain.table import block_rows, csv_lines
from encdec_widgets.export.file import ENDING
from encdec_widgets.figures.scene import scene
from encdec_widgets.figures.still import still
from encdec_widgets.formatting import bytes_text

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone

LARGEST_MODEL = 100_000_000
"""Bytes of weights that a page gets at most."""


@attrs.frozen
class Choice:
    """What a person chooses before a file is made.

    Attributes:
        text: What to know of it.
        among: Gives what there is for a network: a value and a label each, the likeliest first.
        make: Writes the file's text or bytes for a network and a value, with what is to be said of it.
        endings: Of the file's name for some of the values.
        ready: Raises a ValueError where no file is made of a network, whatever is chosen.
        busy: Says what is going on while it is made, where that takes seconds: it is then made in the background.
    """

    text: str
    among: Callable[["Backbone"], tuple[tuple[str, str], ...]]
    make: Callable[["Backbone", str], tuple[str | bytes, tuple[str, ...]]]
    endings: Mapping[str, str] = attrs.field(factory=dict)
    ready: Callable[["Backbone"], object] = lambda _: None
    busy: Callable[["Backbone"], str] | None = None


@attrs.frozen
class Way:
    """One way to take a design away.

    Attributes:
        label: What it is called in the menu.
        help: One sentence on what it is for.
        ending: Of the file's name.
        kind: The file's media type.
        make: Writes the file's text or bytes; None where something is chosen first, and of a page of many networks,
            which are built in the background.
        chosen_first: Gives what is chosen before, if anything is.
        copies: Whether the text is copied to the clipboard, and not saved.
    """

    label: str
    help: str
    ending: str
    kind: str
    make: Callable[["Backbone"], str | bytes] | None = None
    chosen_first: Callable[[], Choice] | None = None
    copies: bool = False

    @property
    def choice(self) -> Choice | None:
        """What is chosen before, if anything is."""
        return None if self.chosen_first is None else self.chosen_first()

    @property
    def name(self) -> str:
        """The label without what is only said in a menu."""
        return self.label.removesuffix("…").removesuffix(" (copied)")


def _classic_choice() -> Choice:
    from encdec_widgets.export.sleap import classic_writing
    from encdec_widgets.export.sleap.ground import FIDELITY
    from encdec_widgets.export.sleap.heads import CLASSIC
    from encdec_widgets.export.sleap.kinds import choices

    def make(backbone: "Backbone", head_type: str) -> tuple[str, tuple[str, ...]]:
        written = classic_writing.written(backbone.design, head_type)
        return written.text, written.warnings

    return Choice(FIDELITY, lambda backbone: choices(backbone.design, CLASSIC), make)


def _sleap_nn_choice() -> Choice:
    from encdec_widgets.export.sleap import nn_writing
    from encdec_widgets.export.sleap.ground import FIDELITY
    from encdec_widgets.export.sleap.heads import SLEAP_NN
    from encdec_widgets.export.sleap.kinds import choices

    def make(backbone: "Backbone", head_type: str) -> tuple[str, tuple[str, ...]]:
        written = nn_writing.written(backbone.design, head_type)
        return written.text, written.warnings

    return Choice(FIDELITY, lambda backbone: choices(backbone.design, SLEAP_NN), make)


def _keras_code(backbone: "Backbone") -> str:
    from encdec_widgets.export.keras_code.written import code_of

    return code_of(backbone)


def _of_a_page(backbone: "Backbone") -> None:
    """Refuse a network that is too large for a page, which holds it in memory, as does the notebook's server."""
    if backbone.weight_bytes > LARGEST_MODEL:
        raise ValueError(
            f"it is {bytes_text(backbone.weight_bytes)} of weights, and a page gets up to {bytes_text(LARGEST_MODEL)}. "
            "Would work in code: designer.backbone.save('network.keras')"
        )


def _model_choice() -> Choice:
    from encdec_widgets.export.model_files import FORMATS, WHERE_OTHERS_ARE_WRITTEN, file_bytes

    return Choice(
        "The network with its present weights. Writing takes up to some seconds, beside edits. "
        f"{WHERE_OTHERS_ARE_WRITTEN}",
        lambda _: tuple((each.ending, each.label) for each in FORMATS if each.refusal is None),
        lambda backbone, ending: (file_bytes(backbone, ending), ()),
        endings={each.ending: each.ending.removeprefix(".") or "zip" for each in FORMATS},
        ready=_of_a_page,
        busy=lambda backbone: f"with {bytes_text(backbone.weight_bytes)} of weights. Edits go on meanwhile.",
    )


WAYS: Mapping[str, Way] = {
    "json": Way(
        "Design (JSON)",
        "The design alone, to be opened here again or by read_design.",
        ENDING,
        "application/json",
        lambda backbone: backbone.design.to_json(),
    ),
    "sleap": Way(
        "SLEAP up to 1.4 (JSON)…",
        "A training profile for SLEAP, to be loaded in its training dialog.",
        "json",
        "application/json",
        chosen_first=_classic_choice,
    ),
    "sleap_nn": Way(
        "SLEAP from 1.5, sleap-nn (YAML)…",
        "A configuration for sleap-nn, and for the training dialog of SLEAP from 1.5 on.",
        "yaml",
        "application/yaml",
        chosen_first=_sleap_nn_choice,
    ),
    "code": Way(
        "Keras code (.py)",
        "One plain Keras file that builds this network; Open takes the design back from it.",
        "py",
        "text/x-python",
        _keras_code,
    ),
    "model": Way(
        "Model file…",
        "The network with its present weights, for Keras, ONNX Runtime, LiteRT or TensorFlow.",
        "keras",
        "application/octet-stream",
        chosen_first=_model_choice,
    ),
    "link": Way(
        "Link (copied)",
        "A link that opens the designer with this design in any browser, on Binder; the design is all in the link.",
        "",
        "text/plain",
        lambda backbone: backbone.design.to_link(),
        copies=True,
    ),
    "text": Way(
        "Text for a chat (copied)",
        "The design as a line of text, to be pasted into a message, into Open or into read_design.",
        "",
        "text/plain",
        lambda backbone: backbone.design.to_text(),
        copies=True,
    ),
    "html": Way(
        "Page with sliders (HTML)",
        "One file for hand-outs and slides, which needs no server: this network and its neighbours.",
        "html",
        "text/html",
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
