"""A file of Keras code as this package writes it: its design stands in the closing comment, and no code is run."""

from encdec_widgets.designs.design import Design
from encdec_widgets.export.found import Found, Note
from encdec_widgets.export.keras_code.closing import END, is_ours, read_closing
from encdec_widgets.export.texts import Text

NAME = "Keras code"
_EDITED = (
    "The file was edited since it was written. The comment at its end counts; edits of the code are not in the "
    "design."
)


def recognises(text: Text) -> bool:
    """Tell whether a text is such a file, also where the comment at its end is cut off."""
    return is_ours(text.text)


def read(text: Text) -> Found:
    """Read the design in the closing comment, as strictly as :meth:`Design.from_json`.

    Raises:
        ValueError: If it holds no design that is possible.
    """
    closing = read_closing(text.text)
    if closing is None:
        raise ValueError(
            "This is Keras code whose design is lost: the comment at its end, which holds it, is cut off or damaged. "
            f"Would work: the file as it was written, which ends with the line {END!r}."
        )
    notes = (Note("not carried", "", _EDITED),) if closing.edited else ()
    return Found(Design.from_json(closing.json), NAME, notes)
