"""Sizes of the input that a network can really be built for, where only building can tell.

A user's own block may pad, crop or resize, so that its strides do not say which sizes fit. Where a network cannot be
built, networks for other sizes are: the maps of each attempt show by how much its size misses one that fits.
"""

from collections.abc import Callable, Generator
from typing import Any, TypeAlias

from encdec_widgets.architectures.blocks.block_call import BlockCall
from encdec_widgets.architectures.encoder_decoder import EncoderDecoder
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.formatting import error_text, shortened
from encdec_widgets.networks.building import BuildTooLongError

MOST_TRIES = 6
"""So many sizes are tried below the one that does not fit, and so many above."""

InputShape: TypeAlias = tuple[int | None, int | None, int]
Build: TypeAlias = Callable[[InputShape, Callable[[BlockCall], None]], Generator[None, None, Any]]
"""Builds the network for another input, in steps, and calls its second argument before each block is made."""


def size_refusal(
    error: Exception, architecture: EncoderDecoder, shape: InputShape, build: Build
) -> Generator[None, None, Exception]:
    """Tell whether it is the size of the input for which a network cannot be built.

    Args:
        error: What came up when it was built.
        architecture: The network.
        shape: Height, width and channels of the input.
        build: Builds it for another input.

    Yields:
        None after each step of building.

    Returns:
        A FieldError of the input's shape, with the nearest sizes that fit: networks were built for them. None are named
        where none was found, and yet the network is built where the size is open. Else ``error``.
    """
    if architecture.strides_decide or shape[:2] == (None, None) or isinstance(error, BuildTooLongError):
        return error
    first = yield from _attempted(shape, build)
    if first.error is None:  # what ended the building was not the network
        return error
    found = []
    for up in (False, True):
        fitting = yield from _fitting(shape, first, architecture.maximum_stride, up, build)
        if fitting is not None:
            found.append(fitting)
    if not found:
        of_any_size = yield from _attempted((None, None, shape[2]), build)
        if of_any_size.error is not None:
            return error
    words = f"must have a height and width that fit all blocks; in {first.path}, {_reason(error, first.path)}"
    return FieldError("input_shape", shape, words, dict.fromkeys(found), first.path)


class _Attempt:
    """A network that is built for one size, as far as it can be.

    Attributes:
        error: Why it could not be built; None if it was.
        path: Path of the block that was made last.
        misses: For height and width, the first map that a block cannot divide: its stride, the factor and the rest.
    """

    def __init__(self, ends_at_a_miss: bool) -> None:
        """Build nothing yet; ``ends_at_a_miss`` says whether to go on after a map that cannot be divided."""
        self._ends_at_a_miss = ends_at_a_miss
        self.error: Exception | None = None
        self.path = ""
        self.misses: list[tuple[int, int, int] | None] = [None, None]

    def watch(self, call: BlockCall) -> None:
        """Look at the map that a block gets."""
        self.path = f"{call.stage}[{call.index}]"
        if call.stage not in ("stem", "encoder"):
            return
        factor = call.block.downsampling_stride
        for axis, size in enumerate(call.x.shape[1:3]):
            if self.misses[axis] is None and size is not None and size % factor:
                self.misses[axis] = (call.current_stride, factor, size % factor)
        if self._ends_at_a_miss and self.missed:
            raise ValueError(f"{self.path} cannot divide its map by {factor}.")

    @property
    def missed(self) -> bool:
        """Whether there is a map that a block cannot divide."""
        return self.misses != [None, None]

    def next_shape(self, shape: InputShape, stride: int, up: bool) -> InputShape:
        """The next shape to try: one for which the first map that cannot be divided is smaller or larger by the rest.

        Where all maps can be divided, it is the next one that the maximum stride divides. What is open stays open.
        """
        height, width = (
            None
            if size is None
            else _without_rest(size, miss, up)
            if self.missed
            else _next(size, stride, up)
            for size, miss in zip(shape[:2], self.misses, strict=True)
        )
        return height, width, shape[2]


def _attempted(
    shape: InputShape, build: Build, ends_at_a_miss: bool = False
) -> Generator[None, None, _Attempt]:
    attempt = _Attempt(ends_at_a_miss)
    try:
        yield from build(shape, attempt.watch)
    except Exception as error:  # noqa: BLE001 - a user's block may raise anything
        attempt.error = error
    return attempt


def _fitting(
    shape: InputShape, attempt: _Attempt, stride: int, up: bool, build: Build
) -> Generator[None, None, InputShape | None]:
    """The next smaller or larger shape that fits; None if none was found."""
    missed = True
    for _ in range(MOST_TRIES):
        if not (missed or attempt.missed):  # another multiple of the stride has not helped
            return None
        missed = attempt.missed
        shape = attempt.next_shape(shape, stride, up)
        if min(size for size in shape if size is not None) < 1:
            return None
        attempt = yield from _attempted(shape, build, ends_at_a_miss=True)
        if attempt.error is None:
            return shape
    return None


def _next(size: int, stride: int, up: bool) -> int:
    """The next multiple of a stride, which is another size."""
    return (size // stride + 1) * stride if up else (-(-size // stride) - 1) * stride


def _without_rest(size: int, miss: tuple[int, int, int] | None, up: bool) -> int:
    """The size for which the map that missed has no rest."""
    if miss is None:
        return size
    at, factor, rest = miss
    return size + at * (factor - rest) if up else size - at * rest


def _reason(error: Exception, path: str) -> str:
    """What went wrong in a block, in one line."""
    if isinstance(error, FieldError):
        return f"{error.field.removeprefix(f'{path}.')} {error.allowed}"
    return shortened(error_text(error).strip().partition("\n")[0].removesuffix("."))
