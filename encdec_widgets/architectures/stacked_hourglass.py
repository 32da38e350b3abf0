"""Stacked hourglass: residual hourglasses, each of which refines the last one's prediction (Newell et al. 2016).

As in the `paper <https://arxiv.org/abs/1603.06937>`_. The original library's
:class:`~encdec_widgets.architectures.Hourglass` is another network: plain convolutions, stacks that are only chained.
"""

from collections.abc import Sequence
from typing import Self

import attrs

from encdec_widgets._keras import keras
from encdec_widgets.architectures._strides import StrideRules, by_name
from encdec_widgets.architectures.blocks.base import Tensor
from encdec_widgets.architectures.blocks.block_call import BlockCall, make_block
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.blocks.residual import (
    ResidualBlock,
    ResidualOutputBlock,
    ResidualUpsamplingBlock,
    residual_count,
    residual_width,
)
from encdec_widgets.architectures.blocks.strided import StridedConvBlock
from encdec_widgets.architectures.blocks.widths import MAXIMUM_WIDTH
from encdec_widgets.architectures.encoder_decoder import (
    DecoderBlock,
    EncoderBlock,
    EncoderDecoder,
    IntermediateFeature,
)
from encdec_widgets.architectures.family import Family, PresetValues
from encdec_widgets.architectures.family_edits import Changes
from encdec_widgets.architectures.fields.described import FieldError, integer
from encdec_widgets.architectures.fields.few_values import STEM_STRIDES, stem_stride_field
from encdec_widgets.architectures.fields.laws import (
    CHANNEL_PAIRS,
    LEVELS_DOWN,
    LEVELS_UP,
    SQUARE_OF_FILTERS,
    STACKS,
)
from encdec_widgets.architectures.fields.shared import filters_field
from encdec_widgets.architectures.made_once import made_once
from encdec_widgets.formatting import counted


def way_of_head(index: int, count: int) -> str:
    """How the name of the layer ends that maps the prediction of one of ``count`` heads back.

    >>> way_of_head(0, 1), way_of_head(0, 2)
    ('_head_conv1x1', '_head0_conv1x1')
    """
    return f"_head{index if count > 1 else ''}_conv1x1"


@attrs.frozen
class StackJoin:
    """What the next stack gets: the input of the last one, plus its features and its predictions, each mapped back."""

    def make_block(
        self, x: Tensor, stack_input: Tensor, *predictions: Tensor, prefix: str = "join"
    ) -> Tensor:
        """Create the join: 1 x 1 convolutions to the channels of ``stack_input``, and a sum.

        Args:
            x: Output of the last stack, (batch, height, width, any channels).
            stack_input: Input of the last stack, (batch, height, width, channels).
            *predictions: Outputs of the last stack's heads, (batch, height, width, maps) each.
            prefix: Start of the name of every layer in the block.

        Returns:
            The sum, of the shape of ``stack_input``.
        """
        width = stack_input.shape[-1]
        terms = [
            stack_input,
            keras.layers.Conv2D(width, 1, data_format="channels_last", name=f"{prefix}_features_conv1x1")(x),
        ]
        for i, prediction in enumerate(predictions):
            name = prefix + way_of_head(i, len(predictions))
            terms.append(keras.layers.Conv2D(width, 1, data_format="channels_last", name=name)(prediction))
        return keras.layers.Add(name=f"{prefix}_add")(terms)


@attrs.frozen
class StackedHourglass(EncoderDecoder):
    """Stacked hourglass: a stem, and hourglasses of residuals with added skips, joined through their predictions.

    The stem is a convolution of 7 x 7 px and three residuals. An hourglass has 3 residuals a level (after pooling on
    the way down, before upsampling on the way up, on the skip between the two) and one at the bottom, all of the same
    width. It is followed by a residual and a 1 x 1 convolution with batch normalization and ReLU; from there a head
    predicts. The next stack gets the input of this one, to which its features and its prediction (of each head, where
    there are several) are added after a 1 x 1 convolution each; without a head, the features alone.

    Attributes:
        stacks: Number of hourglasses. The paper's best network has 8; 2, the default here, are the fewest that show how
            stacks are joined.
        filters: Channels of everything after the stem.
        down_blocks: Levels of an hourglass on the way down, each of which halves the size.
        up_blocks: Levels on the way up, each of which doubles it; at most ``down_blocks``, from 2 stacks on as many.
        num_residuals: Residuals in a row wherever the paper has one, but for the stem.
        stem_stride: Stride of the stem: 1, 2 (by the 7 x 7 convolution) or 4 (also by max pooling).
        stem_filters: Filters of the 7 x 7 convolution; the stem's first two residuals have twice as many channels.

    Example:
        >>> from encdec_widgets import Design
        >>> from encdec_widgets.architectures import StackedHourglass
        >>> from encdec_widgets.architectures.blocks.head import Head
        >>> network = StackedHourglass(stacks=2, filters=16, stem_filters=8, down_blocks=2, up_blocks=2)
        >>> backbone = Design(network, (64, 64, 3), Head(channels=5)).build()
        >>> [output.shape for output in backbone.model.outputs]  # each hourglass predicts
        [(None, 16, 16, 5), (None, 16, 16, 5)]
    """

    stacks: int = integer(
        2,
        minimum=1,
        maximum=64,
        usual=(1, 8),
        unit="×",
        help="Each stack corrects what the one before it predicted; time and parameters grow with their number.",
        group="Depth",
        laws=(STACKS,),
    )
    filters: int = residual_width(
        256,
        "Width of all levels; more channels carry more, and cost grows with their square.",
        laws=(SQUARE_OF_FILTERS, CHANNEL_PAIRS),
    )
    down_blocks: int = integer(
        4,
        minimum=1,
        maximum=10,
        usual=(1, 6),
        unit="levels",
        help="Each further level doubles the maximum stride and roughly the receptive field, and takes little time.",
        group="Depth",
        laws=LEVELS_DOWN,
    )
    up_blocks: int = integer(
        4,
        minimum=0,
        maximum=10,
        usual=(0, 6),
        unit="levels",
        help="Each level doubles the size of the output; fewer than on the way down give coarser, cheaper maps.",
        group="Depth",
        laws=(LEVELS_UP,),
    )
    num_residuals: int = residual_count(
        "More residuals at every place learn more, at as many times the cost."
    )
    stem_stride: int = stem_stride_field(
        "1, 2 or 4: higher makes every stack cheaper, and its output coarser by the same factor.",
        group="Stem",
    )
    stem_filters: int = filters_field(
        64,
        "More filters find more before the first pooling, where they cost most.",
        maximum=MAXIMUM_WIDTH // 2,
        most_usual=128,
        group="Stem",
    )

    def __attrs_post_init__(self) -> None:
        """Refuse decoder blocks for which there is no skip source."""
        if self.up_blocks > self.down_blocks:
            raise FieldError(
                "up_blocks",
                self.up_blocks,
                f"must be at most down_blocks={self.down_blocks}: every level up adds a feature of the way down",
                (self.down_blocks,),
                plain=f"There can't be more levels up ({self.up_blocks}) than down ({self.down_blocks}): each "
                "adds a feature map of the way down.",
            )

    @classmethod
    @by_name
    def from_strides(
        cls,
        *,
        stem_stride: int = 4,
        max_stride: int = 64,
        output_stride: int = 4,
        stem_filters: int = 64,
        filters: int = 256,
        stacks: int = 2,
    ) -> Self:
        """The network with these strides: ``maximum_stride`` and ``output_stride`` are exactly as asked.

        The arguments are those of the original's ``HourglassConfig``, without ``filter_increase``: all levels of this
        network have the same width.

        Args:
            stem_stride: Stride of the output of the stem: 1, 2 or 4.
            max_stride: Stride of the coarsest features, a power of two above ``stem_stride``.
            output_stride: Stride of the output, a power of two from ``stem_stride`` to ``max_stride``. With several
                stacks it must be ``stem_stride``.
            stem_filters: As the field of the class; so are the arguments that follow.
            filters: See ``stem_filters``.
            stacks: See ``stem_filters``.

        Returns:
            The network.

        Raises:
            FieldError: If no network has these strides, or a field cannot have its value.
        """
        rules = StrideRules(owner=cls, least_down=1, stem_strides=STEM_STRIDES, output_up_to_stem=True)
        levels = rules.levels(
            stacks=stacks, stem_stride=stem_stride, max_stride=max_stride, output_stride=output_stride
        )
        return cls(
            stacks=stacks,
            filters=filters,
            down_blocks=levels.down,
            up_blocks=levels.up,
            stem_stride=stem_stride,
            stem_filters=stem_filters,
        )

    @property
    @made_once
    def stem_stack(self) -> Sequence[EncoderBlock]:
        """The 7 x 7 convolution, and three residuals, the second of them after pooling."""
        width = 2 * self.stem_filters
        return [
            StridedConvBlock(
                pool=self.stem_stride > 1,
                num_convs=1,
                filters=self.stem_filters,
                kernel_size=7,
                batch_norm=True,
            ),
            ResidualBlock(pool=False, filters=width),
            ResidualBlock(pool=self.stem_stride == 4, filters=width),
            ResidualBlock(pool=False, filters=self.filters),
        ]

    @property
    @made_once
    def encoder_stack(self) -> Sequence[EncoderBlock]:
        """``down_blocks`` blocks that halve the size, and the bottom of the hourglass."""
        bottom = ResidualBlock(pool=False, num_residuals=self.num_residuals, filters=self.filters)
        return [*[attrs.evolve(bottom, pool=True)] * self.down_blocks, bottom]

    @property
    @made_once
    def decoder_stack(self) -> Sequence[DecoderBlock]:
        """``up_blocks`` blocks that double the size and add a skip, and what follows the hourglass."""
        up = ResidualUpsamplingBlock(num_residuals=self.num_residuals, filters=self.filters)
        return [
            *[up] * self.up_blocks,
            ResidualOutputBlock(num_residuals=self.num_residuals, filters=self.filters),
        ]

    @property
    def joins_predictions(self) -> bool:
        """Predictions are added to the input of the next stack."""
        return True

    @property
    def hands_output_on(self) -> bool:
        """The join adds it to the input of the next stack."""
        return type(self).join_stacks is StackedHourglass.join_stacks

    def decoder_up_to(self, count: int) -> Changes | None:
        """Fewer levels up: the last block, which follows the hourglass, always stays."""
        return {"up_blocks": count} if count <= self.up_blocks else None

    def skip_sources(
        self,
        stem: IntermediateFeature | None,
        stack_input: IntermediateFeature,
        encoder_features: Sequence[IntermediateFeature],
    ) -> Sequence[IntermediateFeature]:
        """The finest skip of every hourglass comes from its own input, not from the stem."""
        return [stack_input, *encoder_features]

    def join_stacks(
        self,
        stack_input: Tensor,
        output: Tensor,
        prediction: Tensor | tuple[Tensor, ...] | None,
        prefix: str,
    ) -> Tensor:
        """The input of a stack, plus what the stack made of it; see :class:`StackJoin`."""
        given = () if prediction is None else (prediction,)
        predictions = prediction if isinstance(prediction, tuple) else given
        return make_block(
            BlockCall(
                block=StackJoin(),
                stage="join",
                index=0,
                prefix=prefix,
                x=output,
                current_stride=self.output_stride,
                others=(stack_input, *predictions),
            )
        )


def _preset(stacks: int, purpose: str) -> PresetValues:
    return PresetValues(
        name=f"Stacked hourglass, {counted(stacks, 'stack')}",
        architecture=StackedHourglass(stacks=stacks),
        input_shape=(256, 256, 3),
        head=Head(16, "linear"),
        purpose=purpose,
        source="Newell et al. 2016 (arXiv 1603.06937)",
        date="2016-03",
    )


FAMILY = Family(
    name="Stacked hourglass",
    of=StackedHourglass,
    presets=(
        _preset(1, "Body parts of one person by a single hourglass, the cheapest to train."),
        _preset(2, "Body parts of one person; the second hourglass corrects the first one's maps."),
        _preset(8, "Body parts of one person by the paper's deepest network: 25 million parameters."),
    ),
)
