"""What a design can become, by name, and which module makes it: the one bell that rings to the rooms above.

A design knows nothing of what is built or written from it. Its methods ask here by name, and the module that answers is
imported when it is first asked. A new way out of a design is a line here, a method of
:class:`~encdec_widgets.designs.design.Design` that asks for it, and the module that answers.
"""

import importlib
from collections.abc import Callable
from typing import Any

_ANSWERS = {
    "build": "encdec_widgets.backbone:build_backbone",
    "to_json": "encdec_widgets.designs.design_json:to_json",
}


def names() -> tuple[str, ...]:
    """All names that somebody answers to."""
    return tuple(_ANSWERS)


def answering(name: str) -> Callable[..., Any]:
    """The function that answers to ``name``: it takes a design first.

    Raises:
        ValueError: If there is none of that name.
    """
    if name not in _ANSWERS:
        raise ValueError(f"Nothing answers to {name!r}. Would work: {', '.join(map(repr, _ANSWERS))}.")
    module, _, function = _ANSWERS[name].partition(":")
    answer: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return answer
