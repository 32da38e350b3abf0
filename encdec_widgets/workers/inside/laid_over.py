"""Predictions laid over images in colours, so that "one or the other" is seen: red and blue together are violet."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from encdec_widgets.workers.training.kinds.kind import as_large_as

COLOURS = {
    "red": (255, 40, 70),
    "blue": (40, 110, 255),
    "yellow": (255, 205, 0),
    "green": (20, 190, 110),
    "orange": (255, 130, 20),
    "pink": (255, 120, 200),
    "cyan": (0, 200, 220),
}
"""For a look-alike pair the first two: no other two mix to a colour that is so plainly neither."""
OPACITY = 0.85
GAP_PX = 2
GAP = 128


def colours_of(names: Sequence[str], alike: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """The name of the colour of each map.

    >>> colours_of(("head", "left foot", "right foot"), [("left foot", "right foot")])
    ('yellow', 'red', 'blue')
    >>> colours_of(("dark ring", "bright ring"), [])
    ('red', 'blue')

    Args:
        names: What the maps find.
        alike: Pairs that look alike: the first pair is red and blue.
    """
    first = list(alike[0]) if alike else list(names[:2]) if len(names) == 2 else []
    others = [colour for colour in COLOURS if not first or colour not in ("red", "blue")]
    rest = [name for name in names if name not in first]
    found = dict(zip(first, ("red", "blue"), strict=False))
    found |= {name: others[number % len(others)] for number, name in enumerate(rest)}
    return tuple(found[name] for name in names)


def row(
    images: NDArray[np.float32], painted: NDArray[np.float32], colours: Sequence[str]
) -> NDArray[np.uint8]:
    """Images beside each other, with what was predicted over them: (height, width, 3).

    Args:
        images: (number, size, size), of any brightness.
        painted: How strongly each map is painted, from 0 to 1: (number, height, width, names).
        colours: The colour of each map.
    """
    number, size, _ = images.shape
    # Of all, so that one grey is the same in each of them.
    low, high = (float(value) for value in np.percentile(images, (0.5, 99.5)))
    grey = np.clip((images - low) / max(high - low, 1e-6), 0, 1)[..., None] * 255
    strength = as_large_as(np.clip(painted, 0, 1), size)
    palette = np.array([COLOURS[colour] for colour in colours], np.float32)
    mixed = strength @ palette / np.maximum(strength.sum(-1, keepdims=True), 1e-6)
    share = OPACITY * strength.max(-1, keepdims=True)
    pictures = (1 - share) * grey + share * mixed
    beside = np.full((size, number * (size + GAP_PX) - GAP_PX, 3), GAP, np.uint8)
    for n, picture in enumerate(pictures):
        at = n * (size + GAP_PX)
        beside[:, at : at + size] = picture.round()
    return beside


def words(what: str, number: int, names: Sequence[str], colours: Sequence[str], score: str) -> str:
    """What the row shows, for a person who does not see it."""
    of_maps = ", ".join(f"{name} in {colour}" for name, colour in zip(names, colours, strict=True))
    end = f" Score: {score}." if score else ""
    mixed = " Where two colours mix, the network says either." if len(names) > 1 else ""
    return f"{number} images of {what}, with what the network finds laid over them: {of_maps}.{mixed}{end}"
