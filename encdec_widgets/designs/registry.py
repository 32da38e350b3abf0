"""The ways out of a design or its network by name: what can be built or written from it, and the function that does it.

A design imports nothing of the rooms above. Its methods ask here for a function by name, and the module of that
function is imported then. A new way out of a design is a line here, a method of
:class:`~encdec_widgets.designs.design.Design` that asks for it, and the module with the function.
"""

import importlib
from collections.abc import Callable
from typing import Any

from encdec_widgets.formatting import quoted

_ANSWERS = {
    "build": "encdec_widgets.backbone:build_backbone",
    "save_model": "encdec_widgets.export.model_files:save",
    "to_code": "encdec_widgets.export.keras_code.written:to_code",
    "save_sleap_model": "encdec_widgets.export.sleap.saving:save_sleap_model",
    "mends": "encdec_widgets.designs.edits:mends_of",
    "to_json": "encdec_widgets.designs.design_json:to_json",
    "to_text": "encdec_widgets.export.text:to_text",
    "to_link": "encdec_widgets.export.link:to_link",
    "to_html": "encdec_widgets.export.page.page:to_html",
    "picture": "encdec_widgets.export.picture:picture",
    "pictures": "encdec_widgets.export.picture:pictures",
    "read_design": "encdec_widgets.export.reading:read_design",
    "write_file": "encdec_widgets.export.file:write_file",
    "save_design": "encdec_widgets.export.file:save",
    "to_sleap": "encdec_widgets.export.sleap.classic_writing:to_sleap",
    "to_sleap_nn": "encdec_widgets.export.sleap.nn_writing:to_sleap_nn",
}


def names() -> tuple[str, ...]:
    """List the names of all ways out."""
    return tuple(_ANSWERS)


def answering(name: str) -> Callable[..., Any]:
    """Give the function of a name; its first argument is a design, a network of one or several, or a path.

    Raises:
        ValueError: If there is no function of that name.
    """
    if name not in _ANSWERS:
        raise ValueError(
            f"A design has no such way out. Received: {quoted(name)}. Would work: {', '.join(map(repr, _ANSWERS))}."
        )
    module, _, function = _ANSWERS[name].partition(":")
    answer: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return answer
