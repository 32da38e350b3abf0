"""The designer and its parts, as Jupyter widgets."""

from encdec_widgets.widgets.designer import Designer

__all__ = ["Designer"]
