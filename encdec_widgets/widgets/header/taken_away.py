"""What can be taken away of a design, as files that a browser saves."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import attrs

from encdec_widgets.explain.table import block_rows, csv_lines
from encdec_widgets.export.keras_code.written import code_of
from encdec_widgets.export.model_files import file_bytes
from encdec_widgets.figures.scene import scene
from encdec_widgets.figures.still import still
from encdec_widgets.formatting import bytes_text

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone

LARGEST_MODEL = 100_000_000
"""Bytes of weights that are sent to a page at most: it holds them in memory, and so does the notebook's server."""


@attrs.frozen
class Way:
    """One way to take a design away.

    Attributes:
        label: What it is called in the menu.
        help: One sentence on what it is for.
        ending: Of the file's name.
        kind: The file's media type.
        make: Writes what the file holds: its text, or its bytes.
        is_model: Whether it holds all weights, and takes seconds: it is made in the background.
    """

    label: str
    help: str
    ending: str
    kind: str
    make: Callable[["Backbone"], str | bytes]
    is_model: bool = False

    def refusal(self, backbone: "Backbone") -> str | None:
        """Why it is not made of a network, and what would work; None where it is made."""
        if not self.is_model or backbone.weight_bytes <= LARGEST_MODEL:
            return None
        return (
            f"It would be {bytes_text(backbone.weight_bytes)}; a page gets up to {bytes_text(LARGEST_MODEL)}. "
            f"Would work: backbone.save({f'network.{self.ending}'.removesuffix('.zip')!r}) in code."
        )


def _model(label: str, help: str, ending: str, *, written_as: str | None = None) -> Way:
    """A model file, which Keras writes as ``written_as``: an ending, by default that of the file."""
    as_ending = f".{ending}" if written_as is None else written_as
    return Way(
        label,
        help,
        ending,
        "application/octet-stream",
        lambda backbone: file_bytes(backbone, as_ending),
        is_model=True,
    )


WAYS: Mapping[str, Way] = {
    "json": Way(
        "Design (JSON)",
        "The design alone, to be opened here again or by Design.from_json.",
        "json",
        "application/json",
        lambda backbone: backbone.design.to_json(),
    ),
    "code": Way(
        "Keras code (.py)",
        "One plain Keras file that builds this network; Open takes the design back from it.",
        "py",
        "text/x-python",
        code_of,
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
    "keras": _model(
        "Keras model (.keras)", "The network with its present weights, for keras.saving.load_model.", "keras"
    ),
    "weights": _model(
        "Weights (.weights.h5)", "Its present weights alone, for model.load_weights.", "weights.h5"
    ),
    "onnx": _model(
        "ONNX model (.onnx)", "For ONNX Runtime and others; needs TensorFlow, and the extra onnx.", "onnx"
    ),
    "tflite": _model("LiteRT model (.tflite)", "For phones and small devices; needs TensorFlow.", "tflite"),
    "saved_model": _model(
        "SavedModel (.zip)", "TensorFlow's folder, packed; needs TensorFlow or JAX.", "zip", written_as=""
    ),
}
"""All ways, by the name that the page asks for."""
