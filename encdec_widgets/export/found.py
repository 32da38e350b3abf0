"""What was read: a design, and what its file says that the design does not, or the other way round."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

import attrs
from markupsafe import Markup

from encdec_widgets.architectures.fields.by_content import ByContent
from encdec_widgets.designs.design import Design
from encdec_widgets.formatting import shape_text

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone

Kind: TypeAlias = Literal["assumed", "overwritten", "not carried", "differs"]
"""A note says that a value was assumed, that another value of the file overwrites it, that it is not carried into the
design, or that the program of the file builds another network there."""


@attrs.frozen
class Note(ByContent):
    """One thing to know of a design that was read.

    Attributes:
        kind: See :data:`Kind`.
        key: Where it stands in the file, such as ``model.backbone.unet.output_stride``; empty for the whole file.
        text: A sentence.
    """

    kind: Kind
    key: str
    text: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.key}: {self.text}" if self.key else f"{self.kind}: {self.text}"


@attrs.frozen(repr=False)
class Found(ByContent):
    """A design that was read, with notes.

    Attributes:
        design: The design.
        format: The name of the format that it was written in, such as "SLEAP JSON".
        notes: What was assumed, overwritten or not carried.
        path: The file that it was read from; None of a text.
        head_layers: The names that the layers of its heads have in a trained model of that format, in their order.
    """

    design: Design
    format: str
    notes: tuple[Note, ...] = ()
    path: Path | None = None
    head_layers: tuple[str, ...] = ()

    def backbone(self, weights: bool = False) -> "Backbone":
        """Build the network.

        Args:
            weights: Whether to give it the weights of the trained model that stands in the same folder.

        Raises:
            ValueError: If there is no trained model that can be read, or if its weights are not those of this network.
            BackendMissingError: (an ImportError) If no Keras backend is installed.
        """
        if not weights:
            return self.design.build()
        from encdec_widgets.export.sleap.weights import trained_backbone

        return trained_backbone(self)

    @property
    def heading(self) -> str:
        """The format and the network in one line."""
        architecture = self.design.architecture
        size = shape_text(self.design.input_shape)
        return f"{self.format}: {type(architecture).__name__}, input {size} × {self.design.input_shape[2]}"

    def __repr__(self) -> str:
        return "\n".join([self.heading, *(f"  {note}" for note in self.notes)])

    def _repr_html_(self) -> str:
        rows = (Markup("<li><b>{}</b> <code>{}</code> {}</li>").format(*attrs.astuple(n)) for n in self.notes)
        notes = Markup("<ul>{}</ul>").format(Markup("").join(rows)) if self.notes else Markup("")
        return str(Markup("<div>{}{}</div>").format(self.heading, notes))
