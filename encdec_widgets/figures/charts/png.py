"""Arrays as pictures for a page."""

from typing import Any


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
    # Plotly has a writer of PNG files, which it uses for images. It is slow to import, so it is imported here.
    import plotly.express as px

    return str(px.imshow(picture, binary_string=True, binary_backend="pypng").data[0].source)
