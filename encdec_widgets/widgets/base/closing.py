"""Letting widgets go."""

from typing import Any


def close_all(widget: Any) -> None:
    """Close a widget with its children, layout and style, which ipywidgets leaves in kernel and page."""
    for part in (*getattr(widget, "children", ()), getattr(widget, "style", None), widget.layout):
        if hasattr(part, "layout"):
            close_all(part)
        elif part is not None:
            part.close()
    widget.close()
