"""Edits of levels that keep the output as fine as it is, and mends made of changes."""

from collections.abc import Mapping
from typing import Any

from encdec_widgets.architectures.fields.working import trying
from encdec_widgets.designs.mends import Mend


def level_words(count: int, what: str) -> str:
    """Write a number of levels: "one level fewer", "2 levels more"."""
    return f"one level {what}" if count == 1 else f"{count} levels {what}"


def fewer_levels(design: Any, count: int) -> dict[str, Any] | None:
    """Take the ``count`` coarsest levels out of a design, so that the output stays as fine.

    Args:
        design: A :class:`~encdec_widgets.designs.design.Design`.
        count: Number of levels, from 1.

    Returns:
        The changes that its architecture names; None where they give no valid design with a smaller maximum stride.
    """
    changes: dict[str, Any] | None = design.architecture.fewer_levels(count)
    return None if _moved(design, changes, -1) is None else changes


def more_levels(design: Any, count: int) -> tuple[dict[str, Any], Any] | None:
    """Add ``count`` levels to a design, so that the output stays as fine; None if that cannot be done.

    Where the larger maximum stride does not divide the input, the next larger input goes with it.

    Args:
        design: A :class:`~encdec_widgets.designs.design.Design`.
        count: Number of levels, from 1.

    Returns:
        The changes that its architecture names, and the design that they give.
    """
    changes: dict[str, Any] | None = design.architecture.more_levels(count)
    if changes is None:
        return None
    after = _moved(design, changes, 1)
    if after is not None:
        return changes, after
    stride = design.architecture.maximum_stride * 2**count
    *sizes, channels = design.input_shape
    larger = {**changes, "input_shape": (*(size and -(-size // stride) * stride for size in sizes), channels)}
    after = _moved(design, larger, 1)
    return None if after is None else (larger, after)


def shorter_decoder(design: Any, count: int) -> dict[str, Any]:
    """Leave the first ``count`` blocks of the decoder, by the family's own fields or else as a list of blocks."""
    architecture = design.architecture
    return architecture.decoder_up_to(count) or {"decoder[:]": tuple(architecture.decoder_stack[:count])}


def _moved(design: Any, changes: Mapping[str, Any] | None, direction: int) -> Any | None:
    """The design that changes give; None unless its maximum stride is really smaller, or larger."""
    after = None if changes is None else changed(design, changes)
    if after is None:
        return None
    before = design.architecture.maximum_stride
    return after if (after.architecture.maximum_stride - before) * direction > 0 else None


def mend(changes: Mapping[str, Any] | None, words: str) -> Mend | None:
    """Make a mend of changes that belong together; None without changes."""
    if not changes:
        return None
    if len(changes) > 1:
        return Mend(None, None, dict(changes), words)
    ((field, value),) = changes.items()
    return Mend(field, value, dict(changes), words)


def changed(design: Any, changes: Mapping[str, Any]) -> Any | None:
    """Change a design; None if it is not valid then, or if its output grows larger than its input.

    None too where only building could tell whether it is valid: strides do not decide it, and sizes are others.
    """
    try:
        with trying():
            after = design.replace_all(changes)
        sound = (_ends_within_input(after) or not _ends_within_input(design)) and (
            after.architecture.strides_decide or _is_divided(design, after) or _sizes(after) == _sizes(design)
        )
    except Exception:  # noqa: BLE001 - a user's class may raise anything when it is given another value
        return None
    return after if sound and after != design else None


def _is_divided(*designs: Any) -> bool:
    """Whether each maximum stride divides height and width, so that strides tell enough of user's blocks too."""
    return all(
        size is None or size % design.architecture.maximum_stride == 0
        for design in designs
        for size in design.input_shape[:2]
    )


def _sizes(design: Any) -> tuple[Any, ...]:
    """All of a design that the sizes of maps depend on, as far as its fields say."""
    architecture = design.architecture
    down = [[block.downsampling_stride for block in stack] for stack in _encoders(architecture)]
    return design.input_shape, down, [block.upsampling_stride for block in architecture.decoder_stack]


def _encoders(architecture: Any) -> tuple[Any, Any]:
    return architecture.stem_stack or (), architecture.encoder_stack


def _ends_within_input(design: Any) -> bool:
    heads = design.heads
    return bool(
        design.architecture.output_stride >= 1 or (heads and all(head.stride is not None for head in heads))
    )


def without_stem(design: Any) -> Mend | None:
    """Make the levels of a stem levels of the encoder, which give skip connections; None without such levels."""
    return mend(design.architecture.stem_as_levels(), "no stem: its levels in the encoder")
