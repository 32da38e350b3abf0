"""What a person's own arrays must be: looked through once, image by image, all of them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from encdec_widgets.formatting import error_text, quoted
from encdec_widgets.workers.training.tasks.task import TaskError

MOST_NAMES = 32
"""So many maps at most: more are taken for a mistake, such as grey values for classes."""
_CALLED = {"points": "Points", "mask": "Masks", "classes": "Classes"}


def checked_images(images: Any) -> NDArray[Any]:
    """Images as an array, of their own type: (number, height, width), or with channels behind.

    Raises:
        TaskError: If they are no such array, or hold NaN or infinity; it says in which one.
    """
    array = _array(images, "Images")
    if array.dtype.kind not in "buif" or array.ndim not in (3, 4) or 0 in array.shape:
        raise TaskError(
            "Images must be an array of numbers of the shape (number, height, width) or (number, height, width, "
            f"channels). Received: {array.dtype.name} of the shape {array.shape}."
        )
    if array.dtype.kind == "f":
        for number, image in enumerate(array):
            # In 32 bits, as they are trained on: there, a number beyond 3e38 is infinity.
            with np.errstate(over="ignore"):
                finite = np.isfinite(image.astype(np.float32)).all()
            if not finite:
                raise TaskError(
                    f"Image {number} holds NaN or infinity; finite numbers would work, such as "
                    "np.nan_to_num(images)."
                )
    return array


def checked_targets(kind: str, value: Any, shape: tuple[int, ...]) -> tuple[NDArray[Any], int]:
    """What is to be found, as an array of its own type, and how many maps it takes.

    Args:
        kind: "points", "mask" or "classes".
        value: What was given.
        shape: (number, height, width) of the images.

    Raises:
        TaskError: If it is nothing of that kind, or not of as many images.
    """
    called = _CALLED[kind]
    given = array = _array(value, called)
    number, height, width = shape
    if kind == "points":
        fits, wanted = array.ndim == 3 and array.shape[0::2] == (number, 2), f"({number}, points, 2)"
    elif kind == "classes":
        fits, wanted = array.shape == shape, f"{shape}"
    else:
        array = array[..., None] if array.shape == shape else array
        fits = array.ndim == 4 and array.shape[:3] == shape
        wanted = f"{shape} or ({number}, {height}, {width}, names)"
    if not fits or array.dtype.kind not in "buif" or not array.size:
        raise TaskError(
            f"{called} of {number} images of {height} x {width} px must be numbers of the shape {wanted}. Received: "
            f"{given.dtype.name} of the shape {given.shape}."
        )
    if kind == "classes":
        return array, _number_of_classes(array)
    names = array.shape[1] if kind == "points" else array.shape[3]
    if names > MOST_NAMES:
        raise TaskError(f"There can be {MOST_NAMES} {called.lower()} an image at most. Received: {names}.")
    if kind == "mask":
        _require_masks(array)
    return array, names


def _number_of_classes(classes: NDArray[Any]) -> int:
    highest = 0
    for number, image in enumerate(classes):
        if not np.isfinite(image).all():
            raise TaskError(f"The classes of image {number} hold NaN or infinity; 0 for nothing would work.")
        least, most = image.min(), image.max()
        if least < 0 or (image.dtype.kind == "f" and (image != np.floor(image)).any()):
            raise TaskError(
                f"Classes must be whole numbers, 0 for nothing and 1, 2, ... for the names. Received in image "
                f"{number}: values from {least:.6g} to {most:.6g}."
            )
        highest = max(highest, int(most))
    if highest > MOST_NAMES:
        if all(np.isin(image, (0, highest)).all() for image in classes):
            works = f"masks instead: masks = classes == {highest}"
        else:
            works = "np.unique(classes, return_inverse=True), which numbers the values that there are"
        raise TaskError(
            f"Classes must be 0 for nothing and 1 to {MOST_NAMES} at most for the names. Received: values up to "
            f"{highest}. Would work: {works}."
        )
    return max(highest, 1)


def _require_masks(masks: NDArray[Any]) -> None:
    if masks.dtype.kind == "b":
        return
    for number, mask in enumerate(masks):
        if not np.isin(mask, (0, 1)).all():
            raise TaskError(
                f"Masks must be 0 or 1 in each pixel. Received in image {number}: values from {mask.min():.6g} to "
                f"{mask.max():.6g}. Would work: masks > {np.nan_to_num(mask).max() / 2:.6g}, or classes= for numbers "
                "of classes."
            )


def _array(value: Any, called: str) -> NDArray[Any]:
    try:
        return np.asarray(value)
    except Exception as error:  # a list of arrays of several shapes, or anything
        raise TaskError(
            f"{called} must be an array of numbers. NumPy says: {error_text(error):.200}. Received: {quoted(value)}."
        ) from error
