"""The architecture of a design: its blocks are lists of blocks, or it is said how to write them."""

from collections.abc import Iterator, Sequence
from typing import Any

from encdec_widgets.architectures.encoder_decoder import DecoderBlock, EncoderBlock, EncoderDecoder
from encdec_widgets.architectures.fields.described import FieldError


def as_architecture(value: Any) -> EncoderDecoder:
    """What was given as the architecture of a design.

    Raises:
        FieldError: (a ValueError) If it is none, or one of its lists of blocks is none.
    """
    if not isinstance(value, EncoderDecoder):
        raise FieldError("architecture", value, "must be an instance of EncoderDecoder, such as UNet()")
    for stack, kind in (("stem", EncoderBlock), ("encoder", EncoderBlock), ("decoder", DecoderBlock)):
        try:
            blocks = getattr(value, f"{stack}_stack")
        except NotImplementedError:
            raise FieldError(
                "architecture", value, f"must define {stack}_stack, a property that gives a list of blocks"
            ) from None
        if blocks is None and stack == "stem":
            continue
        if not isinstance(blocks, Sequence) or not all(isinstance(block, kind) for block in blocks):
            raise FieldError(
                f"{stack}_stack",
                blocks,
                f"must be a property that gives a list of {kind.__name__} instances: {_what_to_write(stack, blocks)}",
            )
    return value


def _what_to_write(stack: str, received: Any) -> str:
    """Say how to write a property that gives a list of blocks, where it gives something else."""
    if callable(received):
        return f"write @property above def {stack}_stack(self)"
    if received is None:
        return "end it with return and the list"
    if isinstance(received, Iterator):
        return "return a list, not a generator, which can be read only once"
    example = "SimpleUpsamplingBlock()" if stack == "decoder" else "SimpleConvBlock()"
    return f"return a list such as [{example}]"
