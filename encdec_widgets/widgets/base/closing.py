"""Letting widgets go."""

from typing import Any

from encdec_widgets.widgets.base.ipywidgets_private import looks_of


def close_all(widget: Any) -> None:
    """Close a widget with its children, layout and style, which ipywidgets leaves in kernel and page."""
    parts = (*getattr(widget, "children", ()), *looks_of(widget))
    widget.close()
    for part in parts:
        close_all(part)
