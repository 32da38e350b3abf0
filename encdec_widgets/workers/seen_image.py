"""A person's image as a network takes it: its middle, at the size, channels and values of the network's input."""

from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.workers.scaling import scaled
from encdec_widgets.workers.training.tasks import Mouse, Task

_LUMA = (0.299, 0.587, 0.114)
"""How much red, green and blue count for a grey value (Recommendation ITU-R BT.601)."""
SAMPLE = 32
"""Pictures of a task are standardised by the mean and the standard deviation of so many, as in training."""
LARGEST = 2**26
"""Values of an image that is taken; a larger one is a film, or a mistake."""


@attrs.frozen(eq=False)
class SeenImage:
    """What a network is given, and what a person sees of it.

    Attributes:
        values: (height, width, channels), as 32-bit floats: from 0 to 1, or standardised.
        picture: The same for the eye, (height, width) of grey or (height, width, 3), as 8-bit numbers.
        part: Height and width, in px, of the middle of the person's image that was taken.
        given: Height and width of the person's image.
    """

    values: NDArray[np.float32]
    picture: NDArray[np.uint8]
    part: tuple[int, int]
    given: tuple[int, int]


def seen_image(image: Any, shape: tuple[int, int, int], *, standardise: bool = False) -> SeenImage:
    """Make an image fit the input of a network.

    The largest part in the middle that has the input's proportions is scaled to its size. Whole numbers from 0 to 255,
    or to 65,535 where one is larger than 255, become numbers from 0 to 1; other numbers stay as they are. A network of
    one channel gets the grey of a colour image; one of more channels gets a grey image in each.

    Args:
        image: (height, width), (height, width, 1), (height, width, 3), or as many channels as the input has.
        shape: Height, width and channels of the input.
        standardise: Whether the values are shifted and scaled to a mean of 0 and a standard deviation of 1, as those of
            the training are.

    Raises:
        FieldError: (a ValueError) If it is no such image, or holds numbers that are not finite.

    Example:
        >>> import numpy as np
        >>> seen = seen_image(np.full((40, 60, 3), 255, np.uint8), (32, 32, 1))
        >>> seen.values.shape, float(seen.values.max()), seen.part
        ((32, 32, 1), 1.0, (40, 40))
    """
    pixels = pixels_of(image, shape[-1])
    given = pixels.shape[0], pixels.shape[1]
    middle = _middle(pixels, shape[0] / shape[1])
    values = np.clip(scaled(middle, shape[:2]), middle.min(), middle.max())  # rounding may go past the ends
    picture = _picture(values)
    values = _in_channels(values, shape[-1])
    if standardise:
        values = (values - values.mean()) / max(float(values.std()), 1e-6)
    return SeenImage(values.astype(np.float32), picture, (middle.shape[0], middle.shape[1]), given)


def pixels_of(image: Any, channels: int) -> NDArray[np.float32]:
    """An image with an axis of channels, and whole numbers as shares of 1; one that is so stays as it is.

    Args:
        image: As in :func:`seen_image`.
        channels: Those of the input.

    Raises:
        FieldError: (a ValueError) If it is no such image, or holds numbers that are not finite.
    """
    array = np.asarray(image)
    allowed = "must be numbers of shape (height, width), (height, width, 3)" + (
        f" or (height, width, {channels})" if channels not in (1, 3) else ""
    )
    received = f"an array of shape {array.shape}, {array.dtype}"
    if array.dtype.kind not in "buif" or array.ndim not in (2, 3) or not 0 < array.size <= LARGEST:
        raise FieldError("image", received, allowed)
    if array.ndim == 2:
        array = array[..., None]
    if array.shape[-1] not in (1, 3, channels):
        raise FieldError("image", received, allowed)
    pixels = array.astype(np.float32)
    if not np.isfinite(pixels).all():
        raise FieldError("image", f"{received}, with numbers that are not finite", "must hold finite numbers")
    if array.dtype.kind not in "ui":
        return pixels
    return pixels / np.float32(255 if pixels.max() <= 255 else 65_535)


def _middle(pixels: NDArray[np.float32], proportion: float) -> NDArray[np.float32]:
    """The largest part in the middle whose height is ``proportion`` times its width, to a px."""
    height, width = pixels.shape[:2]
    rows = min(height, max(1, round(width * proportion)))
    columns = min(width, max(1, round(height / proportion)))
    top, left = (height - rows) // 2, (width - columns) // 2
    return pixels[top : top + rows, left : left + columns]


def _in_channels(values: Any, channels: int) -> Any:
    if values.shape[-1] == channels:
        return values
    grey = values @ np.array(_LUMA, np.float32) if values.shape[-1] == 3 else values[..., 0]
    return np.repeat(grey[..., None], channels, axis=-1)


def _picture(values: Any) -> NDArray[np.uint8]:
    """For the eye: from 0 to 1 as it is; other values from the smallest to the largest."""
    shown = values if values.shape[-1] == 3 else values.mean(axis=-1)
    low, high = float(shown.min()), float(shown.max())
    if low < 0 or high > 1:
        shown = (shown - low) / max(high - low, 1e-12)
    picture: NDArray[np.uint8] = np.round(255 * shown).astype(np.uint8)
    return picture


def sample_image(seed: int = 0) -> NDArray[np.float32]:
    """A sample to look at: a mouse from above, as one of the tasks to be trained on draws it.

    Args:
        seed: Another one draws another mouse.

    Returns:
        (64, 64), as 32-bit floats: in a larger picture the mouse would be lost.

    Example:
        >>> sample_image().shape
        (64, 64)
    """
    image: NDArray[np.float32] = Mouse().batch(seed=seed, number=0, count=1, size=64).images[0]
    return image


def training_image(task: Task, size: int) -> NDArray[np.float32]:
    """The first picture that a task never trains on, standardised together with others, as training does.

    Args:
        task: The task.
        size: Height and width, in px.

    Raises:
        TaskError: (a ValueError) If the task draws something that is no picture.

    Example:
        >>> from encdec_widgets.workers.training import Mouse
        >>> training_image(Mouse(), 64).shape
        (64, 64)
    """
    images = task.first(SAMPLE, size).images
    standard: NDArray[np.float32] = (images[0] - images.mean()) / max(float(images.std()), 1e-6)
    return standard
