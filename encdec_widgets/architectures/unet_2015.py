"""The U-Net as it was published, as a family: its up-convolutions are 2 x 2 and linear, which SLEAP's are not."""

from collections.abc import Sequence
from typing import Self

import attrs

from encdec_widgets.architectures._strides import StrideRules, by_name
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.blocks.widths import geometric_width
from encdec_widgets.architectures.encoder_decoder import (
    DecoderBlock,
    EncoderBlock,
    EncoderDecoder,
    SimpleConvBlock,
    SimpleUpsamplingBlock,
)
from encdec_widgets.architectures.family import Family, PresetValues
from encdec_widgets.architectures.fields.described import Need, NoEffectWhile
from encdec_widgets.architectures.fields.of_families import (
    down_blocks_field,
    filters_rate_field,
    first_filters_field,
    up_blocks_field,
    up_interpolate_field,
)
from encdec_widgets.architectures.fields.shared import kernel_size_field, num_convs_field
from encdec_widgets.architectures.made_once import made_once
from encdec_widgets.architectures.unet import FAMILY as UNET


@attrs.frozen
class UNet2015(EncoderDecoder):
    """The U-Net of the paper: its up-convolutions are 2 x 2 px and have no ReLU.

    Level ``b`` has ``int(filters * filters_rate ** b)`` filters. All convolutions have a bias and ReLU, none has batch
    normalization, and they keep the size, as in SLEAP. :class:`~encdec_widgets.architectures.unet.UNet` is SLEAP's:
    its up-convolutions have ``kernel_size`` and ReLU.

    Attributes:
        stacks: Number of times that encoder and decoder are repeated.
        filters: Filters of the first level.
        filters_rate: Factor by which the filters grow with every level.
        kernel_size: Height and width of the kernels of all convolutions but the up-convolutions, in px.
        convs_per_block: Convolutions in every block.
        down_blocks: Levels below the first one.
        up_blocks: Levels of the decoder.
        up_interpolate: If True, bilinear interpolation upsamples, else up-convolutions do.

    Example:
        >>> from encdec_widgets.architectures import UNet2015
        >>> [block.filters for block in UNet2015(down_blocks=3, up_blocks=3).encoder_stack]
        [64, 128, 256, 512]
    """

    filters: int = first_filters_field(
        "level",
        needs=(NoEffectWhile("there are no convolutions", lambda unet: not unet._convolved),),
    )
    filters_rate: float = filters_rate_field(
        "level",
        needs=(
            NoEffectWhile("all convolutions are at the first level", lambda unet: not any(unet._convolved)),
        ),
    )
    kernel_size: int = kernel_size_field(most_usual=9, group="Convolutions", needs=(Need("convs_per_block"),))
    convs_per_block: int = num_convs_field(
        2,
        "More convolutions a level see further and learn more, at more cost.",
        maximum=32,
        usual=(1, 5),
        group="Convolutions",
    )
    down_blocks: int = down_blocks_field(4, "level", group="Depth")
    up_blocks: int = up_blocks_field(4, "level", saving="much cheaper", group="Depth")
    up_interpolate: bool = up_interpolate_field(group="Upsampling")

    def __attrs_post_init__(self) -> None:
        """Refuse fields that would give a block no filters at all, or far too many."""
        _ = self.encoder_stack, self.decoder_stack

    @classmethod
    @by_name
    def from_strides(
        cls,
        *,
        max_stride: int = 16,
        output_stride: int = 1,
        filters: int = 64,
        filters_rate: float = 2,
        up_interpolate: bool = False,
        stacks: int = 1,
    ) -> Self:
        """The network with these strides: ``maximum_stride`` and ``output_stride`` are exactly as asked.

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
    def _convolved(self) -> tuple[int, ...]:
        """The level of every block with convolutions, up-convolutions included."""
        down = range(self.down_blocks + 1 if self.convs_per_block else 0)
        return (*down, *(self._levels_up if self.convs_per_block or not self.up_interpolate else ()))

    @property
    def _levels_up(self) -> range:
        return range(self.down_blocks - 1, self.down_blocks - 1 - self.up_blocks, -1)

    def _width(self, level: int) -> int:
        return geometric_width(self.filters, self.filters_rate, level)

    @property
    @made_once
    def encoder_stack(self) -> Sequence[EncoderBlock]:
        """A block at each level, which pools before it convolves; the first does not pool."""
        return [
            SimpleConvBlock(
                pool=level > 0,
                pool_before_convs=True,
                num_convs=self.convs_per_block,
                filters=self._width(level),
                kernel_size=self.kernel_size,
            )
            for level in range(self.down_blocks + 1)
        ]

    @property
    @made_once
    def decoder_stack(self) -> Sequence[DecoderBlock]:
        """``up_blocks`` blocks that double the size and concatenate the encoder's feature."""
        return [
            SimpleUpsamplingBlock(
                transposed_conv=not self.up_interpolate,
                transposed_conv_filters=width,
                transposed_conv_kernel_size=2,
                transposed_conv_batch_norm=False,
                transposed_conv_activation="linear",
                skip_connection=True,
                refine_convs=self.convs_per_block,
                refine_convs_filters=width,
                refine_convs_kernel_size=self.kernel_size,
                refine_convs_batch_norm=False,
            )
            for width in map(self._width, self._levels_up)
        ]


FAMILY = Family(
    name=UNET.name,
    of=UNet2015,
    presets=(
        PresetValues(
            name="U-Net (2015)",
            architecture=UNet2015(),
            input_shape=(576, 576, 1),
            head=Head(2, "softmax"),
            purpose="The U-Net as published, which tells cells from background in microscope images.",
            source="Ronneberger et al. 2015 (arXiv 1505.04597); padded, so that 576 px stand for its 572",
            date="2015-05",
        ),
    ),
)
