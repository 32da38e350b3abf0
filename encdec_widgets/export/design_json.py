"""A design's own JSON, as :meth:`Design.to_json` writes it."""

from encdec_widgets.designs.design import Design
from encdec_widgets.designs.design_json import VERSION_KEY
from encdec_widgets.export.found import Found
from encdec_widgets.export.texts import Text

NAME = "design JSON"


def recognises(text: Text) -> bool:
    """Tell whether a text is the JSON of a design."""
    return VERSION_KEY in text.json_object


def read(text: Text) -> Found:
    """Read the JSON of a design, as strictly as :meth:`Design.from_json`.

    Raises:
        ValueError: If it holds no design that is possible.
    """
    return Found(Design.from_json(text.text), NAME)
