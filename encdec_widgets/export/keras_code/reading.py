"""A file of Keras code as this package writes it: its design stands in the closing comment, and no code is run."""

from encdec_widgets.designs.design import Design
from encdec_widgets.export.found import Found, Note
from encdec_widgets.export.keras_code.closing import read_closing
from encdec_widgets.export.texts import Text

NAME = "Keras code"
_EDITED = "The file was edited since it was written. This is the design that it was written from, without the edits."


def recognises(text: Text) -> bool:
    """Tell whether a text ends in a design as a comment."""
    return read_closing(text.text) is not None


def read(text: Text) -> Found:
    """Read the design in the closing comment, as strictly as :meth:`Design.from_json`.

    Raises:
        ValueError: If it holds no design that is possible.
    """
    closing = read_closing(text.text)
    if closing is None:
        raise ValueError("This code has no design as a closing comment.")
    notes = (Note("not carried", "", _EDITED),) if closing.edited else ()
    return Found(Design.from_json(closing.json), NAME, notes)
