"""An encoder-decoder network of any blocks."""

from collections.abc import Sequence
from typing import Any

import attrs

from encdec_widgets.architectures.blocks.base import Tensor
from encdec_widgets.architectures.encoder_decoder import (
    DecoderBlock,
    EncoderBlock,
    EncoderDecoder,
    IntermediateFeature,
)
from encdec_widgets.architectures.family import Family
from encdec_widgets.architectures.fields.described import FieldError

# What says how blocks are connected, and what a list of blocks could not say again.
_WIRING = ("skip_sources", "join_stacks", "joins_predictions")


def _as_wiring(value: Any) -> EncoderDecoder | None:
    if value is None or isinstance(value, EncoderDecoder):
        return value
    raise FieldError("wiring", value, "must be an EncoderDecoder or None", (None,))


def _blocks(kind: type, *, optional: bool = False) -> Any:
    """An attrs field that holds a tuple of blocks of one kind."""

    def convert(value: Any, attribute: Any) -> Any:
        if value is None and optional:
            return None
        blocks = tuple(value) if isinstance(value, (list, tuple)) else (value,)
        if all(isinstance(block, kind) for block in blocks):
            return None if optional and not blocks else blocks
        raise FieldError(attribute.name, value, f"must be a list of {kind.__name__} instances")

    return attrs.field(default=None if optional else (), converter=attrs.Converter(convert, takes_field=True))


@attrs.frozen
class CustomEncoderDecoder(EncoderDecoder):
    """Any list of encoder blocks, followed by any list of decoder blocks.

    Attributes:
        stacks: See :class:`~encdec_widgets.architectures.encoder_decoder.EncoderDecoder`.
        stem: Encoder blocks before the first stack, not repeated; None for none. An empty tuple becomes None: a stem
            without blocks would make the input itself the source of a skip connection.
        encoder: Encoder blocks of a stack.
        decoder: Decoder blocks of a stack.
        wiring: An architecture whose ``skip_sources`` and ``join_stacks`` connect the blocks; None for the seed's way.

    Example:
        >>> from encdec_widgets import Design
        >>> from encdec_widgets.architectures import CustomEncoderDecoder, ResidualBlock
        >>> from encdec_widgets.encoder_decoder import SimpleConvBlock, SimpleUpsamplingBlock
        >>> network = CustomEncoderDecoder(
        ...     encoder=(SimpleConvBlock(filters=8), ResidualBlock(filters=16)),
        ...     decoder=(SimpleUpsamplingBlock(upsampling_stride=4, refine_convs_filters=8),),
        ... )
        >>> Design(network, (32, 32, 1)).build().parameters
        3512
    """

    stem: tuple[EncoderBlock, ...] | None = _blocks(EncoderBlock, optional=True)
    encoder: tuple[EncoderBlock, ...] = _blocks(EncoderBlock)
    decoder: tuple[DecoderBlock, ...] = _blocks(DecoderBlock)
    wiring: EncoderDecoder | None = attrs.field(default=None, converter=_as_wiring)

    @classmethod
    def of(cls, architecture: EncoderDecoder) -> "CustomEncoderDecoder":
        """The same blocks as ``architecture``, connected in the same way, each free to be changed on its own.

        Raises:
            FieldError: If ``architecture`` does more than connect blocks.
        """
        if isinstance(architecture, cls):
            return architecture
        if architecture.own_building:
            raise FieldError(
                "architecture",
                type(architecture).__name__,
                f"cannot be changed block by block, as it has a {architecture.own_building[0]} of its own",
            )
        rewired = any(getattr(type(architecture), n) is not getattr(EncoderDecoder, n) for n in _WIRING)
        return cls(
            wiring=architecture if rewired else None,
            stacks=architecture.stacks,
            stem=None if architecture.stem_stack is None else tuple(architecture.stem_stack),
            encoder=tuple(architecture.encoder_stack),
            decoder=tuple(architecture.decoder_stack),
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

    @property
    def has_free_blocks(self) -> bool:
        """Its blocks are its fields."""
        return True

    @property
    def strides_decide(self) -> bool:
        """As in the wiring, if there is one."""
        return super().strides_decide and (self.wiring is None or self.wiring.strides_decide)

    @property
    def joins_predictions(self) -> bool:
        """As in the wiring, if there is one."""
        return self.wiring is not None and self.wiring.joins_predictions

    @property
    def hands_output_on(self) -> bool:
        """As in the wiring, if there is one."""
        return self.wiring is None or self.wiring.hands_output_on

    def skip_sources(
        self,
        stem: IntermediateFeature | None,
        stack_input: IntermediateFeature,
        encoder_features: Sequence[IntermediateFeature],
    ) -> Sequence[IntermediateFeature]:
        """As in the wiring, if there is one."""
        if self.wiring is None:
            return super().skip_sources(stem, stack_input, encoder_features)
        return self.wiring.skip_sources(stem, stack_input, encoder_features)

    def join_stacks(
        self,
        stack_input: Tensor,
        output: Tensor,
        prediction: Tensor | tuple[Tensor, ...] | None,
        prefix: str,
    ) -> Tensor:
        """As in the wiring, if there is one."""
        if self.wiring is None:
            return super().join_stacks(stack_input, output, prediction, prefix)
        return self.wiring.join_stacks(stack_input, output, prediction, prefix)


FAMILY = Family(name="Custom", of=CustomEncoderDecoder)
