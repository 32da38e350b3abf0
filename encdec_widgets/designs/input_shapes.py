"""The shape of an input: height, width and channels, and the nearest shapes that an architecture can take."""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Any, TypeAlias

from encdec_widgets.architectures.encoder_decoder import EncoderDecoder
from encdec_widgets.architectures.fields.described import FieldError, FieldInfo, is_number
from encdec_widgets.architectures.fields.laws import IMAGE_CHANNELS, PIXELS
from encdec_widgets.architectures.fields.working import is_trying
from encdec_widgets.formatting import value_text

InputShape: TypeAlias = tuple[int | None, int | None, int]

INPUT_FIELDS = {
    "height": FieldInfo(
        kind="integer",
        default=256,
        minimum=1,
        maximum=16384,
        usual=(32, 1024),
        unit="px",
        optional=True,
        help="Height of the image; memory and time grow with it, parameters do not.",
        laws=(PIXELS,),
    ),
    "width": FieldInfo(
        kind="integer",
        default=256,
        minimum=1,
        maximum=16384,
        usual=(32, 1024),
        unit="px",
        optional=True,
        help="Width of the image; memory and time grow with it, parameters do not.",
        laws=(PIXELS,),
    ),
    "channels": FieldInfo(
        kind="integer",
        default=1,
        minimum=1,
        maximum=4096,
        usual=(1, 4),
        unit="channels",
        help="Channels of the image, 1 for grey, 3 for colour; more widen the first convolution alone.",
        laws=(IMAGE_CHANNELS,),
    ),
}
_LARGEST = INPUT_FIELDS["height"].maximum
_MOST_ITEMS = 5
"""More items are not read: a value may have any number of them, or no end."""
_COLOURS = 4
"""An image has so many channels at most, where a first number is taken for them."""


def as_input_shape(value: Any, architecture: EncoderDecoder) -> InputShape:
    """Read the shape of an input.

    Args:
        value: Height, width and channels.
        architecture: What is to take the input: shapes that it can take are suggested.

    Raises:
        FieldError: If it is none. Whether the architecture can take it is not checked.
    """
    items = _items(value)
    if items is None or len(items) != len(INPUT_FIELDS):
        words, meant = _of_another_length(items)
        nearest = tuple(shape for one in meant for shape in nearest_shapes(one, architecture))
        raise FieldError(
            "input_shape", value, f"must be three numbers: height, width and channels{words}", nearest
        )
    sizes = []
    for (name, info), size in zip(INPUT_FIELDS.items(), items, strict=True):
        try:
            sizes.append(info.accept(name, size))
        except FieldError:
            require_height_first(items, value, architecture)
            nearest = nearest_shapes(items, architecture)
            allowed = f"must have as {name} {info.allowed()}"
            plain = f"{name.capitalize()} must be {info.of_kind.allowed(info)}, not {value_text(size)}."
            raise FieldError("input_shape", value, allowed, nearest, plain=plain) from None
    return sizes[0], sizes[1], sizes[2]


def require_sizes_that_fit(shape: InputShape, architecture: EncoderDecoder) -> None:
    """Check that an architecture can take inputs of a shape, as far as that is known before it is built.

    Raises:
        FieldError: If it cannot; it names the nearest shapes that it can take.
    """
    stride = architecture.maximum_stride
    *sizes, _ = shape
    if all(size is None or size % stride == 0 for size in sizes):
        return
    if not architecture.strides_decide:
        return  # building tells
    require_height_first(shape, shape, architecture)
    words = f"must have a height and width that the maximum stride, {stride}, divides"
    if is_trying():
        raise FieldError("input_shape", shape, words)
    block_path, way, plain = _where_it_breaks(architecture, sizes)
    nearest = nearest_shapes(shape, architecture)
    raise FieldError("input_shape", shape, f"{words}{way}", nearest, block_path, plain)


def require_height_first(items: Sequence[Any], value: Any, architecture: EncoderDecoder) -> None:
    """Check that the channels do not come first, as some libraries have it.

    Args:
        items: The three items of a shape that is not possible.
        value: The shape as it was received.
        architecture: What is to take the input.

    Raises:
        FieldError: If they seem to: see :func:`turned`.
    """
    meant = turned(items)
    if meant is not None and items[0] % architecture.maximum_stride:
        raise channels_come_first(value, nearest_shapes(meant, architecture))


def turned(items: Sequence[Any]) -> tuple[Any, Any, Any] | None:
    """The shape that is meant where the channels seem to come first; else None.

    They seem to where the first number is one of channels, and the others are larger.

    >>> turned((3, 256, 320)), turned((256, 320, 3))
    ((256, 320, 3), None)
    """
    first, height, width = items
    return (height, width, first) if _looks_like_channels(first, (height, width)) else None


def channels_come_first(value: Any, suggestions: Iterable[InputShape]) -> FieldError:
    """What to raise for a shape whose channels seem to come first."""
    words = "must be height, width and channels, in this order: here the channels seem to come first"
    return FieldError("input_shape", value, words, dict.fromkeys(suggestions))


def nearest_shapes(items: Sequence[Any], architecture: EncoderDecoder) -> tuple[InputShape, ...]:
    """The shapes next to one that is not possible whose height and width the maximum stride divides.

    Args:
        items: Height, width and channels; where one is no number, its default is taken.
        architecture: What is to take the input.

    Returns:
        The next smaller and the next larger one; where a size would be too large, it is open.
    """
    *sizes, channels = items
    around = [_around(size, architecture.maximum_stride) for size in sizes]
    counts = _suggested(INPUT_FIELDS["channels"], channels)
    shapes = ((*pair, count) for count in counts for pair in zip(*around, strict=True))
    return tuple(dict.fromkeys((height, width, count) for height, width, count in shapes))


def _around(size: Any, stride: int) -> tuple[int | None, int | None]:
    """The multiples of a stride just below and just above a size."""
    if size is None or stride > _LARGEST:
        return None, None
    near = _suggested(INPUT_FIELDS["height"], size)[0]
    below, above = max(near // stride, 1) * stride, -(-near // stride) * stride
    return below, above if above <= _LARGEST else below


def _suggested(info: FieldInfo, value: Any) -> tuple[int, ...]:
    """A number as it is, where it is possible, or else those that the field suggests."""
    try:
        return (info.accept("size", value),)
    except FieldError as error:
        return error.suggestions


def _items(value: Any) -> list[Any] | None:
    """The items of a shape; None of what is none."""
    try:
        if isinstance(value, (str, bytes, bytearray, Mapping, Set)):
            return None
        items = list(itertools.islice(value, _MOST_ITEMS))
    except Exception:  # noqa: BLE001 - an object may raise anything when it is gone through
        return None
    return items


def _of_another_length(items: list[Any] | None) -> tuple[str, list[Sequence[Any]]]:
    """What may be meant by a shape of other than three items: in words, and as three items."""
    grey, colour = 1, 3
    if items is not None and len(items) == 2 and all(map(_is_size, items)):
        return "; the number of channels is missing", [(*items, grey), (*items, colour)]
    if items is not None and len(items) == 4 and all(map(_is_size, items[1:])):
        _, first, *others = items
        channels_first = _looks_like_channels(first, others)
        return ", without the number of images", [(*others, first) if channels_first else (first, *others)]
    return "", [(INPUT_FIELDS["height"].default, INPUT_FIELDS["width"].default, grey)]


def _is_size(value: Any) -> bool:
    return value is None or is_number(value)


def _looks_like_channels(first: Any, others: Sequence[Any]) -> bool:
    return (
        is_number(first)
        and 1 <= first <= _COLOURS
        and all(is_number(other) and other > _COLOURS for other in others)
    )


def _where_it_breaks(architecture: EncoderDecoder, sizes: Sequence[int | None]) -> tuple[str, str, str]:
    """Find the block that cannot divide a size.

    Returns:
        Its path; the way to it, ": 300 → 150 → 75 px, which encoder[3], ..."; and a sentence for a person.
    """
    for size in sizes:
        if size is None:
            continue
        way, at = [size], 1
        for block_path, factor in _factors(architecture):
            at *= factor
            if way[-1] % factor:
                steps = " → ".join(map(str, way))
                return (
                    block_path,
                    f": {steps} px, which {block_path}, at stride {at}, cannot divide by {factor}",
                    _undivided(way, [factor for _, factor in _factors(architecture)]),
                )
            if factor > 1:
                way.append(way[-1] // factor)
    return "", "", ""


def _undivided(way: Sequence[int], factors: Sequence[int]) -> str:
    """Say that a size is too odd for a network: "300 px can't be halved four times (300, 150, 75)."."""
    strides = [factor for factor in factors if factor > 1]
    if set(strides) == {2}:
        asked = f"halved {_times(len(strides))}"
    else:
        asked = f"divided by {' and then by '.join(map(str, strides))}"
    return f"{way[0]} px can't be {asked} ({', '.join(map(str, way))})."


def _times(count: int) -> str:
    few = ("", "once", "twice", "three times", "four times", "five times", "six times")
    return few[count] if count < len(few) else f"{count} times"


def _factors(architecture: EncoderDecoder) -> Iterator[tuple[str, int]]:
    """By how much each block makes the map smaller, with the path of the block."""
    for stage in ("stem", "encoder"):
        for index, block in enumerate(getattr(architecture, f"{stage}_stack") or ()):
            yield f"{stage}[{index}]", block.downsampling_stride
