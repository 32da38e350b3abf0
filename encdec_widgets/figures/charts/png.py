"""Arrays as pictures for a page."""

import base64
from typing import Any

from encdec_widgets.workers.png import png


def png_url(picture: Any) -> str:
    """A PNG as a data URL.

    Args:
        picture: 8-bit numbers: (height, width) of grey, (height, width, 3) of colours, or (height, width, 4) with how
            opaque they are.

    Example:
        >>> import numpy as np
        >>> png_url(np.zeros((2, 2), np.uint8))[:22]
        'data:image/png;base64,'
    """
    return f"data:image/png;base64,{base64.b64encode(png(picture)).decode('ascii')}"
