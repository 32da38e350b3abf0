"""Letting widgets go."""

from typing import Any


def close_all(widget: Any) -> None:
    """Close a widget with its children, which ipywidgets leaves in kernel and page."""
    children = getattr(widget, "children", ())
    widget.close()
    for child in children:
        close_all(child)
