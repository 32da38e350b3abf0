"""Receptive fields in words: how far the output sees, and whether an animal fits into that."""

from typing import TYPE_CHECKING, Literal

from encdec_widgets.formatting import exact_text, length_text, number_text, px_text, signed, sizes_text

if TYPE_CHECKING:
    from encdec_widgets.explain.receptive_field import MapReceptiveField


def extent_text(extent: Literal["exact", "whole image", "unknown"], size: tuple[float, float] | None) -> str:
    """A receptive field in short: "188 px", "188 × 120 px" (height, width), "whole image" or "unknown"."""
    if size is None:
        return extent
    height, width = size
    return px_text(height) if height == width else f"{length_text(height)} × {px_text(width)}"


def what_sees(head: str = "") -> str:
    """What sees so far: the output, or one of several heads.

    >>> what_sees(), what_sees("pafs")
    ('the output', 'the head pafs')
    """
    return f"the head {head}" if head else "the output"


def output_words(seen: "MapReceptiveField", input_scale: float = 1.0, of: str = "the output") -> str:
    """How far the output of a network sees, in sentences.

    Args:
        seen: The receptive field of the output, in px of the network's input.
        input_scale: By how much the image is scaled before the network sees it.
        of: What sees: see :func:`what_sees`.
    """
    sees = f"{of[:1].upper()}{of[1:]} sees"
    if seen.size is None:
        due_to = f": it is due to {seen.why}" if seen.why else ""
        if seen.extent == "whole image":
            return f"{sees} the whole image{due_to}."
        return f"How far {of} sees is not known{due_to}."
    height, width = seen.size
    said = f"{sees} {exact_text(height)} × {exact_text(width)} px (exact)"
    if seen.offset is not None and any(seen.offset):
        said += ", offset {} down, {} right".format(*map(signed, seen.offset))
    if seen.smallest not in (None, seen.size):
        said += f"; {extent_text('exact', seen.smallest)} where it sees least"
    if input_scale != 1:
        scaled = extent_text("exact", (height / input_scale, width / input_scale))
        said += f". At input scale {number_text(input_scale)} this is {scaled} of the camera's image"
    return f"{said}."


def dialog_words(encoder_only: int | None, input_scale: float = 1.0) -> str:
    """What SLEAP's training dialog would show, and what that leaves out.

    Args:
        encoder_only: The figure, in px of the network's input; None where it shows none.
        input_scale: By how much the image is scaled before the network sees it.
    """
    if encoder_only is None:
        return "SLEAP's dialog shows no figure for such a network."
    scaled = "" if input_scale == 1 else f" ({px_text(encoder_only / input_scale)} of the camera's image)"
    return (
        f"SLEAP's dialog would show {exact_text(encoder_only)} px{scaled}: it counts the convolutions and the pooling "
        "of the down blocks alone, without stem, middle block and decoder."
    )


def fits(seen: "MapReceptiveField", animal_px: float, input_scale: float = 1.0) -> bool | None:
    """Whether an animal lies within the receptive field of the output, however it is turned; None where it is unknown.

    Args:
        seen: The receptive field of the output, in px of the network's input.
        animal_px: Length of the animal in px of the camera's image.
        input_scale: By how much the image is scaled before the network sees it.
    """
    if seen.size is None:
        return True if seen.extent == "whole image" else None
    return animal_px * input_scale <= min(seen.size)


def verdict(
    seen: "MapReceptiveField", animal_px: float, input_scale: float = 1.0, of: str = "the output"
) -> str:
    """The same in a sentence, with both lengths in px of the camera's image; ``of`` is what sees."""
    animal = f"The animal of {px_text(animal_px)}"
    if seen.size is None:
        if seen.extent == "whole image":
            return f"{animal} fits into what {of} sees: the whole image."
        return f"Whether the animal of {px_text(animal_px)} fits into what {of} sees is not known."
    across = px_text(min(seen.size) / input_scale)
    if not fits(seen, animal_px, input_scale):
        return f"{animal} is longer than what {of} sees ({across})."
    least = min(seen.smallest or seen.size)
    if animal_px * input_scale > least:
        seen_least = px_text(least / input_scale)
        return f"{animal} fits into what {of} sees at most ({across}), but not at least ({seen_least})."
    return f"{animal} fits into what {of} sees ({across})."


def too_small_words(image: tuple[int | None, ...], animal_px: float, input_scale: float = 1.0) -> str:
    """What is to be said where the network's own image does not hold the animal; else nothing.

    Args:
        image: Height and width of the network's input, in px; None where it is open.
        animal_px: Length of the animal in px of the camera's image.
        input_scale: By how much the image is scaled before the network sees it.
    """
    known = [size for size in image if size is not None]
    if not known or animal_px * input_scale <= min(known):
        return ""
    return (
        f"The network's own image, {sizes_text(known)} px, does not hold the animal of "
        f"{px_text(animal_px * input_scale)} in it."
    )


def effective_words(size: float, input_scale: float = 1.0, *, cut_off: bool = False) -> str:
    """How large an effective receptive field is.

    Args:
        size: How far across, in px of the network's input.
        input_scale: By how much the image is scaled before the network sees it.
        cut_off: Whether it reaches the border of the input, so that it would be larger in a larger one.
    """
    across = f"{'at least' if cut_off else 'about'} {px_text(round(size))} across"
    scaled = "" if input_scale == 1 else f", {px_text(round(size / input_scale))} of the camera's image"
    border = ", cut off at the border of the input" if cut_off else ""
    return f"effective: {across}{scaled}{border} (measured on random weights; training makes it grow)"
