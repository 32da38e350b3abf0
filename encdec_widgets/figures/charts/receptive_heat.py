"""An effective receptive field as a picture that can be laid over an image."""

import math
from typing import Any

import numpy as np

from encdec_widgets.figures.charts.png import png_url

_RED_GREEN_BLUE = (213, 94, 0)  # for colour-blind people as well
_LARGEST = 256  # px: a finer picture would look the same on the page


def heat_image(gradient: Any) -> str:
    """The picture as a data URL: a PNG of one colour, which is more opaque where the gradient is larger.

    Args:
        gradient: A value of 0 or more for each pixel, (height, width); the largest is 1.

    Raises:
        ValueError: If it has another number of axes, or a value that is not finite.
    """
    values = np.asarray(gradient, dtype=float)
    if values.ndim != 2 or not values.size or not np.isfinite(values).all():
        raise ValueError(
            "an effective receptive field is drawn from finite numbers on two axes. Received: an array of shape "
            f"{values.shape}"
            f"{'' if np.isfinite(values).all() else ' with numbers that are not finite'}."
        )
    step = math.ceil(max(values.shape) / _LARGEST)
    values = np.clip(values[::step, ::step], 0, 1)
    picture = np.empty((*values.shape, 4), dtype=np.uint8)
    picture[..., :3] = _RED_GREEN_BLUE
    picture[..., 3] = np.round(values * 255)
    return png_url(picture)
