"""A face, kept for one release, of :mod:`encdec_widgets.architectures.blocks.head`."""

from encdec_widgets.architectures.blocks.head import Head

__all__ = ["Head"]
