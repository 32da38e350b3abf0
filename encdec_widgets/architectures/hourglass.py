"""Hourglass: stacked encoder-decoders of plain convolutions, joined by added skip connections.

The family as the original library has it: its ``Hourglass`` class, field for field and layer for layer. It follows
Associative Embedding (`Newell, Huang & Deng 2017 <https://arxiv.org/abs/1611.05424>`_): plain 3 x 3 convolutions
instead of the residual blocks of the `first hourglass paper <https://arxiv.org/abs/1603.06937>`_, and stacks that are
only chained.
"""

from collections.abc import Sequence
from typing import Self

import attrs

from encdec_widgets.architectures._strides import StrideRules, by_name
from encdec_widgets.architectures.blocks.hourglass import DownsamplingBlock, StemBlock, UpsamplingBlock
from encdec_widgets.architectures.blocks.widths import MAXIMUM_WIDTH
from encdec_widgets.architectures.encoder_decoder import DecoderBlock, EncoderBlock, EncoderDecoder
from encdec_widgets.architectures.family import SLEAP_DATE, Family, PresetValues
from encdec_widgets.architectures.fields.described import FieldError, Need, integer
from encdec_widgets.architectures.fields.few_values import STEM_STRIDES, stem_stride_field
from encdec_widgets.architectures.fields.laws import CHANNEL_PAIRS, INCREASE, LEVELS_DOWN, LEVELS_UP, STACKS
from encdec_widgets.architectures.fields.shared import filters_field, interpolation_field
from encdec_widgets.architectures.made_once import made_once


@attrs.frozen
class Hourglass(EncoderDecoder):
    """Hourglass: a stem, and stacks of pooling and upsampling whose skip connections are added.

    Encoder block ``i`` has ``filters + i * filter_increase`` filters, and the decoder block that leads back to its
    input has as many. The output of a stack is, unchanged, the input of the next one.

    As in the original, ``stacks`` is the last argument of this family, not the first, and defaults to 3.

    Attributes:
        down_blocks: Blocks of the encoder, each of which halves the size.
        up_blocks: Blocks of the decoder, each of which doubles the size; at most ``down_blocks``.
        stem_filters: Filters of the first convolution of the stem.
        stem_stride: Stride of the stem: 1, 2 or 4.
        filters: Filters of the first block of the encoder, and of the stem's output.
        filter_increase: Filters that are added with every level; negative for ever fewer.
        interp_method: Interpolation that upsamples.
        stacks: Number of times that encoder and decoder are repeated. From 2 on, ``up_blocks`` must be ``down_blocks``.

    Example:
        >>> from encdec_widgets.architectures import Hourglass
        >>> hourglass = Hourglass(stacks=1, filters=64, filter_increase=32)
        >>> [block.filters for block in hourglass.encoder_stack]
        [64, 96, 128, 160]
        >>> hourglass.stem_features_stride, hourglass.maximum_stride
        (4, 64)
    """

    down_blocks: int = integer(
        4,
        minimum=0,
        maximum=10,
        usual=(1, 7),
        unit="blocks",
        help="Each further block doubles the maximum stride and roughly the receptive field, at more parameters.",
        group="Depth",
        laws=LEVELS_DOWN,
    )
    up_blocks: int = integer(
        4,
        minimum=0,
        maximum=10,
        usual=(0, 7),
        unit="blocks",
        help="Each block doubles the size of the output; fewer than on the way down give coarser, cheaper maps.",
        group="Depth",
        laws=(LEVELS_UP,),
    )
    stem_filters: int = filters_field(
        128,
        "More filters find more before the first pooling, where they cost most.",
        maximum=MAXIMUM_WIDTH // 2,
        group="Stem",
    )
    stem_stride: int = stem_stride_field(
        "Higher makes every stack cheaper, and its output coarser by the same factor.", group="Stem"
    )
    filters: int = filters_field(
        256,
        "Width of the finest level, to which all others add; cost grows with its square.",
        group="Width",
        laws=(CHANNEL_PAIRS,),
    )
    filter_increase: int = integer(
        128,
        minimum=-MAXIMUM_WIDTH,
        maximum=MAXIMUM_WIDTH,
        usual=(0, 256),
        unit="channels",
        help="How many channels wider each coarser level is; higher puts more parameters at the deepest levels.",
        group="Width",
        needs=(Need("down_blocks", above=1),),
        laws=(INCREASE,),
    )
    interp_method: str = interpolation_field("nearest", needs=(Need("up_blocks"),))
    stacks: int = integer(
        3,
        minimum=1,
        maximum=64,
        usual=(1, 8),
        unit="×",
        help="Each stack refines what the one before it found; time and parameters grow with their number.",
        group="Depth",
        laws=(STACKS,),
    )

    def __attrs_post_init__(self) -> None:
        """Refuse widths that no block can have, and decoder blocks for which there is no skip source."""
        if self.up_blocks > self.down_blocks:
            raise FieldError(
                "up_blocks",
                self.up_blocks,
                f"must be at most down_blocks={self.down_blocks}: every decoder block adds a feature of the encoder",
                (self.down_blocks,),
                plain=f"There can't be more levels up ({self.up_blocks}) than down ({self.down_blocks}): each "
                "adds a feature map of the way down.",
            )
        deepest = self._width(max(self.down_blocks - 1, 0))
        if not 1 <= deepest <= MAXIMUM_WIDTH:
            raise FieldError(
                "filter_increase",
                self.filter_increase,
                f"must leave every block 1 to {MAXIMUM_WIDTH} filters: {self.filters} filters, "
                f"{self.down_blocks - 1} times increased by {self.filter_increase}, are {deepest}",
                (0,),
                plain=f"The deepest block would have {deepest:,} channels ({self.filters}, and "
                f"{self.filter_increase} more at each of {self.down_blocks - 1} levels); "
                f"it can have {MAXIMUM_WIDTH:,}.",
            )

    @classmethod
    @by_name
    def from_strides(
        cls,
        *,
        stem_stride: int = 4,
        max_stride: int = 64,
        output_stride: int = 4,
        stem_filters: int = 128,
        filters: int = 256,
        filter_increase: int = 128,
        stacks: int = 3,
    ) -> Self:
        """The network with these strides: ``maximum_stride`` and ``output_stride`` are exactly as asked.

        The arguments are those of the original's ``HourglassConfig``.

        Args:
            stem_stride: Stride of the output of the stem: 1, 2 or 4.
            max_stride: Stride of the coarsest features, a power of two above ``stem_stride``.
            output_stride: Stride of the output, a power of two from ``stem_stride`` to ``max_stride``. With several
                stacks it must be ``stem_stride``.
            stem_filters: As the field of the class; so are the arguments that follow.
            filters: See ``stem_filters``.
            filter_increase: See ``stem_filters``.
            stacks: See ``stem_filters``.

        Returns:
            The network; nearest neighbours interpolate.

        Raises:
            FieldError: If no network has these strides, or a field cannot have its value.
        """
        rules = StrideRules(owner=cls, least_down=1, stem_strides=STEM_STRIDES, output_up_to_stem=True)
        levels = rules.levels(
            stacks=stacks, stem_stride=stem_stride, max_stride=max_stride, output_stride=output_stride
        )
        return cls(
            down_blocks=levels.down,
            up_blocks=levels.up,
            stem_filters=stem_filters,
            stem_stride=stem_stride,
            filters=filters,
            filter_increase=filter_increase,
            stacks=stacks,
        )

    def _width(self, level: int) -> int:
        return self.filters + level * self.filter_increase

    @property
    @made_once
    def stem_stack(self) -> Sequence[EncoderBlock]:
        """One stem block."""
        return [
            StemBlock(pooling_stride=self.stem_stride, filters=self.stem_filters, output_filters=self.filters)
        ]

    @property
    @made_once
    def encoder_stack(self) -> Sequence[EncoderBlock]:
        """``down_blocks`` blocks that halve the size."""
        return [DownsamplingBlock(filters=self._width(i)) for i in range(self.down_blocks)]

    @property
    @made_once
    def decoder_stack(self) -> Sequence[DecoderBlock]:
        """``up_blocks`` blocks that double the size, the deepest level first."""
        return [
            UpsamplingBlock(filters=self._width(self.down_blocks - 1 - i), interp_method=self.interp_method)
            for i in range(self.up_blocks)
        ]


FAMILY = Family(
    name="Hourglass",
    of=Hourglass,
    presets=(
        PresetValues(
            name="Hourglass (SLEAP)",
            architecture=Hourglass(),
            purpose="The default hourglass of SLEAP: three stacks of plain convolutions, 66 million parameters.",
            source="Newell, Huang & Deng 2017 (arXiv 1611.05424), as in SLEAP 1.4.1",
            date=SLEAP_DATE,
        ),
    ),
)
