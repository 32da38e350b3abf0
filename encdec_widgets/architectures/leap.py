"""LEAP CNN: an encoder and a decoder without skip connections (Pereira et al. 2019).

The family as the original library has it, a generalisation of the published network.
"""

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
from encdec_widgets.architectures.family import SLEAP_DATE, Family, PresetValues
from encdec_widgets.architectures.fields.described import Need, NoEffectWhile
from encdec_widgets.architectures.fields.of_families import (
    down_blocks_field,
    filters_rate_field,
    first_filters_field,
    up_blocks_field,
    up_interpolate_field,
)
from encdec_widgets.architectures.fields.shared import num_convs_field
from encdec_widgets.architectures.made_once import made_once


@attrs.frozen
class LeapCNN(EncoderDecoder):
    """LEAP CNN: convolutions and pooling down, upsampling up, no skip connections.

    Encoder block ``i`` has ``int(filters * filters_rate ** i)`` filters. Decoder block ``i`` has
    ``int(filters * filters_rate ** (up_blocks - i))``: its widths follow ``up_blocks``, not ``down_blocks``.

    Attributes:
        stacks: Number of times that encoder and decoder are repeated.
        filters: Filters of the first encoder block.
        filters_rate: Factor by which the filters grow with every level.
        down_blocks: Blocks of the encoder, each ending in a pooling.
        down_convs_per_block: Convolutions in every encoder block.
        up_blocks: Blocks of the decoder.
        up_interpolate: If True, bilinear interpolation upsamples, else transposed convolutions do.
        up_convs_per_block: Convolutions in every decoder block, after the upsampling.

    Example:
        >>> from encdec_widgets.architectures import LeapCNN
        >>> leap = LeapCNN.from_strides(max_stride=8, output_stride=4, filters=32)
        >>> leap.down_blocks, leap.up_blocks
        (3, 1)
        >>> [block.skip_connection for block in leap.decoder_stack]
        [False]
    """

    filters: int = first_filters_field(
        "block",
        needs=(NoEffectWhile("there are no convolutions", lambda leap: not leap._levels),),
    )
    filters_rate: float = filters_rate_field(
        "block",
        needs=(NoEffectWhile("only the first block has convolutions", lambda leap: not any(leap._levels)),),
    )
    down_blocks: int = down_blocks_field(3, "block", group="Encoder")
    down_convs_per_block: int = num_convs_field(
        3,
        "More convolutions on the way down see further and learn more, at more cost.",
        maximum=32,
        usual=(1, 5),
        group="Encoder",
        needs=(Need("down_blocks"),),
    )
    up_blocks: int = up_blocks_field(3, "block", group="Decoder")
    up_interpolate: bool = up_interpolate_field(group="Decoder")
    up_convs_per_block: int = num_convs_field(
        2,
        "More convolutions after upsampling smooth its artefacts, at more cost.",
        maximum=32,
        usual=(0, 5),
        group="Decoder",
        needs=(Need("up_blocks"),),
    )

    def __attrs_post_init__(self) -> None:
        """Refuse fields that would give a block no filters at all, or far too many."""
        _ = self.encoder_stack, self.decoder_stack

    @classmethod
    @by_name
    def from_strides(
        cls,
        *,
        max_stride: int = 8,
        output_stride: int = 1,
        filters: int = 64,
        filters_rate: float = 2,
        up_interpolate: bool = False,
        stacks: int = 1,
    ) -> Self:
        """The network with these strides: ``maximum_stride`` and ``output_stride`` are exactly as asked.

        The arguments are those of the original's ``LEAPConfig``. As there, a block has 3 convolutions on the way down
        and 2 on the way up.

        Args:
            max_stride: Stride of the coarsest features, a power of two.
            output_stride: Stride of the output, a power of two up to ``max_stride``. With several stacks it must be 1.
            filters: As the field of the class; so are the arguments that follow.
            filters_rate: See ``filters``.
            up_interpolate: See ``filters``.
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
            up_interpolate=up_interpolate,
        )

    @property
    def _levels(self) -> tuple[int, ...]:
        """How often the width of each block with convolutions, transposed ones included, is multiplied by the rate."""
        down = range(self.down_blocks if self.down_convs_per_block else 0)
        up = range(1, self.up_blocks + 1) if self.up_convs_per_block or not self.up_interpolate else ()
        return (*down, *up)

    def _width(self, level: int) -> int:
        return geometric_width(self.filters, self.filters_rate, level)

    @property
    def kernel_size(self) -> int:
        """Height and width of all kernels, in px: always 3."""
        return 3

    @property
    @made_once
    def encoder_stack(self) -> Sequence[EncoderBlock]:
        """``down_blocks`` blocks of convolutions, each ending in a pooling."""
        return [
            SimpleConvBlock(
                num_convs=self.down_convs_per_block, filters=self._width(i), kernel_size=self.kernel_size
            )
            for i in range(self.down_blocks)
        ]

    @property
    @made_once
    def decoder_stack(self) -> Sequence[DecoderBlock]:
        """``up_blocks`` blocks that double the size, the widest first."""
        return [
            SimpleUpsamplingBlock(
                transposed_conv=not self.up_interpolate,
                transposed_conv_filters=self._width(i),
                transposed_conv_kernel_size=self.kernel_size,
                transposed_conv_batch_norm=False,
                refine_convs=self.up_convs_per_block,
                refine_convs_filters=self._width(i),
                refine_convs_kernel_size=self.kernel_size,
                refine_convs_batch_norm=False,
            )
            for i in range(self.up_blocks, 0, -1)
        ]


FAMILY = Family(
    name="LEAP CNN",
    of=LeapCNN,
    presets=(
        PresetValues(
            name="LEAP CNN",
            architecture=LeapCNN(),
            purpose="SLEAP's default, the simplest of all families: straight down and up, without skip connections.",
            source="Pereira et al. 2019 (doi 10.1038/s41592-018-0234-5), as generalised in SLEAP 1.4.1",
            date=SLEAP_DATE,
        ),
    ),
)
