"""An encoder-decoder network of any blocks."""

from collections.abc import Iterable, Sequence
from typing import Any

import attrs

from encdec_widgets.encoder_decoder import DecoderBlock, EncoderBlock, EncoderDecoder
from encdec_widgets.fields import FieldError


def _blocks_of(kind: type) -> Any:
    def convert(value: Any, attribute: Any) -> Any:
        if value is None and attribute.name == "stem":
            return None
        blocks = tuple(value) if isinstance(value, Iterable) and not isinstance(value, str) else (value,)
        for block in blocks:
            if not isinstance(block, kind):
                raise FieldError(attribute.name, value, f"must be a list of {kind.__name__} instances")
        return blocks

    return attrs.Converter(convert, takes_field=True)  # type: ignore[call-overload]


@attrs.frozen
class CustomEncoderDecoder(EncoderDecoder):
    """Any list of encoder blocks, followed by any list of decoder blocks.

    Attributes:
        stacks: See :class:`~encdec_widgets.encoder_decoder.EncoderDecoder`.
        stem: Encoder blocks before the first stack, not repeated; None for none.
        encoder: Encoder blocks of a stack.
        decoder: Decoder blocks of a stack.
    """

    stem: tuple[EncoderBlock, ...] | None = attrs.field(default=None, converter=_blocks_of(EncoderBlock))
    encoder: tuple[EncoderBlock, ...] = attrs.field(default=(), converter=_blocks_of(EncoderBlock))
    decoder: tuple[DecoderBlock, ...] = attrs.field(default=(), converter=_blocks_of(DecoderBlock))

    @classmethod
    def of(cls, architecture: EncoderDecoder) -> "CustomEncoderDecoder":
        """The same blocks as ``architecture``, each free to be changed on its own."""
        if isinstance(architecture, cls):
            return architecture
        return cls(
            stacks=architecture.stacks,
            stem=architecture.stem_stack,
            encoder=architecture.encoder_stack,
            decoder=architecture.decoder_stack,
        )

    @property
    def stem_stack(self) -> Sequence[EncoderBlock] | None:
        """The stem as it was given."""
        return self.stem

    @property
    def encoder_stack(self) -> Sequence[EncoderBlock]:
        """The encoder as it was given."""
        return self.encoder

    @property
    def decoder_stack(self) -> Sequence[DecoderBlock]:
        """The decoder as it was given."""
        return self.decoder
