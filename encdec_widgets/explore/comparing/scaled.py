"""What designs see, and their strides, in px of the camera's image: so those of different input scales compare."""

from collections.abc import Mapping, Sequence
from typing import Any

from encdec_widgets.architectures.fields.info import FieldInfo
from encdec_widgets.explore.figures_of import FIGURES
from encdec_widgets.formatting import quoted

_LENGTHS = ("px", "stride")
"""Units of figures that are lengths in px of the image that the network sees."""
_SCALE = FieldInfo(
    kind="real",
    default=1.0,
    minimum=0.01,
    maximum=1,
    help="By what the camera's images are multiplied in size before the network sees them.",
)


def of_camera(figures: Mapping[str, float], input_scale: float) -> dict[str, float]:
    """Figures whose lengths are in px of the camera's image.

    >>> of_camera({"parameters": 5, "receptive_field": 48, "output_stride": 4}, 0.25)
    {'parameters': 5, 'receptive_field': 192.0, 'output_stride': 16.0}

    Args:
        figures: Figures by name, with lengths in px of the image that the network sees.
        input_scale: By what the camera's images are multiplied in size before it sees them.
    """
    if input_scale == 1:
        return dict(figures)
    return {name: value / input_scale if is_length(name) else value for name, value in figures.items()}


def is_length(name: str) -> bool:
    """Whether a figure is a length in px of an image.

    >>> is_length("receptive_field"), is_length("output_stride"), is_length("parameters")
    (True, True, False)
    """
    return FIGURES[name].unit in _LENGTHS


def checked_scales(scales: Sequence[Any] | None, count: int) -> tuple[float, ...]:
    """The input scale of each of several designs; 1 for all where none is given.

    >>> checked_scales(None, 2), checked_scales([0.5, 1], 2)
    ((1.0, 1.0), (0.5, 1))

    Args:
        scales: The scales; None for 1.
        count: How many designs there are.

    Raises:
        ValueError: If they are not as many, or one is not possible.
    """
    if scales is None:
        return (1.0,) * count
    if not isinstance(scales, Sequence) or isinstance(scales, str) or len(scales) != count:
        raise ValueError(
            f"input_scales must be as many as there are designs, {count}. Received: {quoted(scales)}."
        )
    return tuple(_SCALE.accept("input_scales", scale) for scale in scales)
