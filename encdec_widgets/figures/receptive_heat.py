"""An effective receptive field as a picture to be laid over an image."""

import math
from typing import Any

import numpy as np

_RED_GREEN_BLUE = (213, 94, 0)  # for colour-blind people as well
_LARGEST = 256  # px: more would not be seen on the page


def heat_image(gradient: Any) -> str:
    """The picture as a data URL: a PNG of one colour that covers as much as the gradient is large.

    Args:
        gradient: (height, width), 1 where it is largest, not negative.

    Raises:
        ValueError: If it has another number of axes, or holds something that is no finite number.
    """
    values = np.asarray(gradient, dtype=float)
    if values.ndim != 2 or not values.size or not np.isfinite(values).all():
        raise ValueError(
            f"an effective field is drawn from finite numbers on two axes. Received: an array of shape {values.shape}"
            f"{'' if np.isfinite(values).all() else ' with numbers that are not finite'}."
        )
    step = math.ceil(max(values.shape) / _LARGEST)
    values = np.clip(values[::step, ::step], 0, 1)
    picture = np.empty((*values.shape, 4), dtype=np.uint8)
    picture[..., :3] = _RED_GREEN_BLUE
    picture[..., 3] = np.round(values * 255)
    # Plotly brings a writer of PNG files, and makes one where it draws an image. Imported here, as it takes a while.
    import plotly.express as px

    return str(px.imshow(picture, binary_string=True, binary_backend="pypng").data[0].source)
