"""LEAP as it was published, as a family: its last transposed convolution is itself the head."""

from collections.abc import Sequence
from typing import Self

import attrs

from encdec_widgets.architectures._strides import StrideRules, by_name
from encdec_widgets.architectures.blocks.widths import geometric_width
from encdec_widgets.architectures.encoder_decoder import (
    DecoderBlock,
    EncoderBlock,
    EncoderDecoder,
    SimpleConvBlock,
    SimpleUpsamplingBlock,
)
from encdec_widgets.architectures.family import Family, PresetValues
from encdec_widgets.architectures.fields.described import Need, NoEffectWhile, integer
from encdec_widgets.architectures.fields.laws import CHANNEL_PAIRS
from encdec_widgets.architectures.fields.of_families import (
    down_blocks_field,
    filters_rate_field,
    first_filters_field,
    up_blocks_field,
)
from encdec_widgets.architectures.fields.shared import num_convs_field
from encdec_widgets.architectures.leap import FAMILY as LEAP
from encdec_widgets.architectures.made_once import made_once


@attrs.frozen
class Leap2019(EncoderDecoder):
    """LEAP of the paper: the last block of the decoder puts out one linear map for each body part.

    Encoder block ``i`` has ``int(filters * filters_rate ** i)`` filters, and so has the decoder at the same stride, but
    for its last block. :class:`~encdec_widgets.architectures.leap.LeapCNN` is SLEAP's, which pools once more and has no
    maps of its own.

    Attributes:
        stacks: Number of times that encoder and decoder are repeated.
        filters: Filters of the first encoder block.
        filters_rate: Factor by which the filters grow with every level.
        down_blocks: Blocks of the encoder that end in a pooling; one without follows them.
        down_convs_per_block: Convolutions in every encoder block.
        up_blocks: Blocks of the decoder.
        up_convs_per_block: Convolutions in every decoder block but the last, after the upsampling.
        body_parts: Maps that the last block puts out.

    Example:
        >>> from encdec_widgets.architectures import Leap2019
        >>> [block.transposed_conv_filters for block in Leap2019(body_parts=12).decoder_stack]
        [128, 12]
    """

    filters: int = first_filters_field(
        "block",
        needs=(
            NoEffectWhile("there are no convolutions but those to the maps", lambda leap: not leap._levels),
        ),
    )
    filters_rate: float = filters_rate_field(
        "block",
        needs=(NoEffectWhile("only the first block has convolutions", lambda leap: not any(leap._levels)),),
    )
    down_blocks: int = down_blocks_field(2, "block", group="Encoder")
    down_convs_per_block: int = num_convs_field(
        3,
        "More convolutions on the way down see further and learn more, at more cost.",
        maximum=32,
        usual=(1, 5),
        group="Encoder",
    )
    up_blocks: int = up_blocks_field(2, "block", group="Decoder")
    up_convs_per_block: int = num_convs_field(
        2,
        "More convolutions after upsampling smooth its artefacts, at more cost.",
        maximum=32,
        usual=(0, 5),
        group="Decoder",
        needs=(NoEffectWhile("the only block of the decoder is its last", lambda leap: leap.up_blocks < 2),),
    )
    body_parts: int = integer(
        32,
        minimum=1,
        maximum=4096,
        usual=(1, 64),
        unit="maps",
        help="The last block puts out one map for each body part.",
        group="Decoder",
        needs=(Need("up_blocks"),),
        laws=(CHANNEL_PAIRS,),
    )

    def __attrs_post_init__(self) -> None:
        """Refuse fields that would give a block no filters at all, or far too many."""
        _ = self.encoder_stack, self.decoder_stack

    @classmethod
    @by_name
    def from_strides(
        cls,
        *,
        max_stride: int = 4,
        output_stride: int = 1,
        filters: int = 64,
        filters_rate: float = 2,
        stacks: int = 1,
    ) -> Self:
        """The network with these strides: ``maximum_stride`` and ``output_stride`` are exactly as asked.

        Args:
            max_stride: Stride of the coarsest features, a power of two.
            output_stride: Stride of the output, a power of two up to ``max_stride``. With several stacks it must be 1.
            filters: As the field of the class; so are the arguments that follow.
            filters_rate: See ``filters``.
            stacks: See ``filters``.

        Returns:
            The network.

        Raises:
            FieldError: If no network has these strides, or a field cannot have its value.
        """
        rules = StrideRules(owner=cls, least_down=0)
        levels = rules.levels(stacks=stacks, max_stride=max_stride, output_stride=output_stride)
        return cls(
            stacks=stacks,
            filters=filters,
            filters_rate=filters_rate,
            down_blocks=levels.down,
            up_blocks=levels.up,
        )

    @property
    def _levels_up(self) -> range:
        """The levels of the decoder but the last, which has no filters of its own."""
        return range(self.down_blocks - 1, self.down_blocks - max(self.up_blocks, 1), -1)

    @property
    def _levels(self) -> tuple[int, ...]:
        """The level of every block whose width follows from the filters."""
        return (*range(self.down_blocks + 1 if self.down_convs_per_block else 0), *self._levels_up)

    def _width(self, level: int) -> int:
        return geometric_width(self.filters, self.filters_rate, level)

    @property
    def kernel_size(self) -> int:
        """Height and width of all kernels, in px: always 3."""
        return 3

    @property
    @made_once
    def encoder_stack(self) -> Sequence[EncoderBlock]:
        """``down_blocks`` blocks of convolutions, each ending in a pooling, and one without."""
        return [
            SimpleConvBlock(
                pool=level < self.down_blocks,
                num_convs=self.down_convs_per_block,
                filters=self._width(level),
                kernel_size=self.kernel_size,
            )
            for level in range(self.down_blocks + 1)
        ]

    @property
    @made_once
    def decoder_stack(self) -> Sequence[DecoderBlock]:
        """``up_blocks`` blocks that double the size; the last puts out the maps of the body parts."""
        if not self.up_blocks:
            return []
        return [
            *(self._up(self._width(level), "relu", self.up_convs_per_block) for level in self._levels_up),
            self._up(self.body_parts, "linear", 0),
        ]

    def _up(self, filters: int, activation: str, convs: int) -> SimpleUpsamplingBlock:
        return SimpleUpsamplingBlock(
            transposed_conv=True,
            transposed_conv_filters=filters,
            transposed_conv_kernel_size=self.kernel_size,
            transposed_conv_batch_norm=False,
            transposed_conv_activation=activation,
            refine_convs=convs,
            refine_convs_filters=filters,
            refine_convs_kernel_size=self.kernel_size,
            refine_convs_batch_norm=False,
        )


FAMILY = Family(
    name=LEAP.name,
    of=Leap2019,
    presets=(
        PresetValues(
            name="LEAP (2019)",
            architecture=Leap2019(),
            input_shape=(192, 192, 1),
            purpose="LEAP as published: 32 body parts of one fly, with 2.5 million parameters.",
            source="Pereira et al. 2019 (doi 10.1038/s41592-018-0234-5)",
            date="2019-01",
        ),
    ),
)
