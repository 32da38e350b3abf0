"""U-Net: an encoder and a decoder of convolutions, joined by skip connections (Ronneberger et al. 2015).

The family as the original library has it: its ``UNet`` class, field for field and layer for layer.
"""

from collections.abc import Iterable, Sequence
from typing import Self

import attrs

from encdec_widgets.architectures._strides import StrideRules, by_name, most_blocks, powers_of_two
from encdec_widgets.architectures.blocks.pooling import PoolingBlock
from encdec_widgets.architectures.blocks.widths import geometric_width
from encdec_widgets.architectures.encoder_decoder import (
    DecoderBlock,
    EncoderBlock,
    EncoderDecoder,
    SimpleConvBlock,
    SimpleUpsamplingBlock,
)
from encdec_widgets.architectures.family import SLEAP_DATE, Family, PresetValues
from encdec_widgets.architectures.fields.described import Need, NoEffectWhile, flag, integer
from encdec_widgets.architectures.fields.laws import CONTRACTED, LEVELS_DOWN, MIDDLE
from encdec_widgets.architectures.fields.of_families import (
    down_blocks_field,
    filters_rate_field,
    first_filters_field,
    up_blocks_field,
    up_interpolate_field,
)
from encdec_widgets.architectures.fields.shared import kernel_size_field, num_convs_field
from encdec_widgets.architectures.made_once import made_once


@attrs.frozen
class UNet(EncoderDecoder):
    """U-Net: convolutions and pooling down, upsampling up, a skip connection at every level.

    Level ``b``, counted from the stem, has ``int(filters * filters_rate ** b)`` filters. All convolutions have a bias
    and ReLU, none has batch normalization. The original paper's network has 2 x 2 transposed convolutions; this one has
    ``kernel_size``, as SLEAP has.

    Attributes:
        stacks: Number of times that encoder and decoder are repeated.
        filters: Filters of the first level.
        filters_rate: Factor by which the filters grow with every level.
        kernel_size: Height and width of the kernels of encoder and decoder, in px.
        stem_kernel_size: Height and width of the kernels of the stem, in px.
        convs_per_block: Convolutions in every block.
        stem_blocks: Levels before the encoder, which are not repeated in stacked models and give no skips.
        down_blocks: Levels of the encoder. The encoder always ends in a pooling, so that 0 still pools once.
        middle_block: If True, there are convolutions between encoder and decoder.
        up_blocks: Levels of the decoder.
        up_interpolate: If True, bilinear interpolation upsamples, else transposed convolutions do.
        block_contraction: If True, the last convolutions of the middle and of every decoder block already have the
            filters of the next level.

    Example:
        >>> from encdec_widgets.architectures import UNet
        >>> unet = UNet(filters=16, down_blocks=3, up_blocks=2)
        >>> unet.maximum_stride, unet.output_stride
        (8, 2)
        >>> [block.refine_convs_filters for block in unet.decoder_stack]
        [64, 32]
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
    kernel_size: int = kernel_size_field(
        most_usual=9,
        group="Convolutions",
        needs=(
            NoEffectWhile("there are no convolutions after the stem", lambda unet: not unet._after_the_stem),
        ),
    )
    stem_kernel_size: int = kernel_size_field(
        "Larger kernels in the stem see further at full resolution, where they cost most.",
        most_usual=9,
        group="Convolutions",
        folded=True,
        needs=(Need("stem_blocks"), Need("convs_per_block")),
    )
    convs_per_block: int = num_convs_field(
        2,
        "More convolutions a level see further and learn more, at more cost.",
        maximum=32,
        usual=(1, 5),
        group="Convolutions",
        needs=(NoEffectWhile("there are no levels and no middle block", lambda unet: not unet._has_blocks),),
    )
    stem_blocks: int = integer(
        0,
        minimum=0,
        maximum=8,
        usual=(0, 4),
        unit="levels",
        help="Each level before the encoder makes all that follows cheaper, but gives no fine skip.",
        group="Depth",
        folded=True,
        laws=LEVELS_DOWN,
    )
    down_blocks: int = down_blocks_field(4, "level", group="Depth")
    middle_block: bool = flag(
        True,
        help="On: more convolutions at the coarsest stride, which see furthest and hold many of the parameters.",
        group="Depth",
        laws=(MIDDLE,),
    )
    up_blocks: int = up_blocks_field(4, "level", saving="much cheaper", group="Depth")
    up_interpolate: bool = up_interpolate_field(group="Upsampling")
    block_contraction: bool = flag(
        False,
        help="On: blocks of the way up end with the fewer filters of the next level, which is cheaper.",
        group="Width",
        folded=True,
        needs=(NoEffectWhile("no block would become narrower", lambda unet: not unet._can_contract),),
        laws=(CONTRACTED,),
    )

    def __attrs_post_init__(self) -> None:
        """Refuse fields that would give a block no filters at all, or far too many."""
        _ = self.stem_stack, self.encoder_stack, self.decoder_stack

    @classmethod
    @by_name
    def from_strides(
        cls,
        *,
        stem_stride: int | None = None,
        max_stride: int = 16,
        output_stride: int = 1,
        filters: int = 64,
        filters_rate: float = 2,
        middle_block: bool = True,
        up_interpolate: bool = False,
        stacks: int = 1,
    ) -> Self:
        """The network with these strides: ``maximum_stride`` and ``output_stride`` are exactly as asked.

        The arguments are those of the original's ``UNetConfig``. As there, kernels are 3 px wide and those of the stem
        7 px, and a block has 2 convolutions.

        Args:
            stem_stride: Stride of the output of the stem, a power of two below ``max_stride``; None or 1 for no stem.
            max_stride: Stride of the coarsest features, a power of two from 2.
            output_stride: Stride of the output, a power of two up to ``max_stride``. With several stacks it must be the
                stride of the stem.
            filters: As the field of the class; so are the arguments that follow.
            filters_rate: See ``filters``.
            middle_block: See ``filters``.
            up_interpolate: See ``filters``.
            stacks: See ``filters``.

        Returns:
            The network.

        Raises:
            FieldError: If no network has these strides, or a field cannot have its value.
        """
        # The encoder pools once even with 0 levels, so that only 1 level and more give the stride that was asked for.
        stem_strides = (None, *powers_of_two(1, 2 ** most_blocks(cls, "stem_blocks")))
        rules = StrideRules(owner=cls, least_down=1, stem_strides=stem_strides)
        levels = rules.levels(
            stacks=stacks, stem_stride=stem_stride, max_stride=max_stride, output_stride=output_stride
        )
        return cls(
            stacks=stacks,
            filters=filters,
            filters_rate=filters_rate,
            stem_kernel_size=7,
            stem_blocks=levels.stem,
            down_blocks=levels.down,
            middle_block=middle_block,
            up_blocks=levels.up,
            up_interpolate=up_interpolate,
        )

    def _width(self, level: int) -> int:
        return geometric_width(self.filters, self.filters_rate, level)

    @property
    def _deepest(self) -> int:
        return self.stem_blocks + self.down_blocks

    @property
    def _has_blocks(self) -> bool:
        return bool(self.stem_blocks or self.down_blocks or self.middle_block or self.up_blocks)

    @property
    def _after_the_stem(self) -> tuple[int, ...]:
        """The level of each convolution after the stem, transposed ones included, that says how wide it is."""
        levels = range(self.stem_blocks, self._deepest if self.convs_per_block else 0)
        narrower = int(self.block_contraction)
        middle = (self._deepest,) * (self.convs_per_block > 1) + (self._deepest - narrower,)
        up = []
        for level in range(self._deepest - 1, self._deepest - 1 - self.up_blocks, -1):
            first = self.convs_per_block > 0 or not self.up_interpolate
            up += [level] * first + [level - narrower] * (self.convs_per_block > 1)
        return (*levels, *(middle if self.middle_block else ()), *up)

    @property
    def _convolved(self) -> tuple[int, ...]:
        """As :attr:`_after_the_stem`, with those of the stem."""
        return (*range(self.stem_blocks if self.convs_per_block else 0), *self._after_the_stem)

    @property
    def _can_contract(self) -> bool:
        """Whether ``block_contraction`` makes a convolution as wide as the next level, where that differs."""
        first = self._deepest if self.middle_block else self._deepest - 1
        last = self._deepest - self.up_blocks if self.convs_per_block > 1 else self._deepest
        widths = [self.filters * self.filters_rate**level for level in range(last - 1, first + 1)]
        return len(set(map(int, widths))) > 1

    def _levels(self, levels: Iterable[int], kernel_size: int) -> list[EncoderBlock]:
        """Blocks that pool and then convolve, the very first without pooling, and a last pooling."""
        blocks: list[EncoderBlock] = [
            SimpleConvBlock(
                pool=i > 0,
                pool_before_convs=True,
                num_convs=self.convs_per_block,
                filters=self._width(level),
                kernel_size=kernel_size,
            )
            for i, level in enumerate(levels)
        ]
        return [*blocks, PoolingBlock()]

    @property
    @made_once
    def stem_stack(self) -> Sequence[EncoderBlock] | None:
        """``stem_blocks`` levels and a pooling, or None without a stem."""
        if self.stem_blocks == 0:
            return None
        return self._levels(range(self.stem_blocks), self.stem_kernel_size)

    @property
    @made_once
    def encoder_stack(self) -> Sequence[EncoderBlock]:
        """``down_blocks`` levels, a pooling, and the middle's one or two blocks."""
        deepest = self._deepest
        blocks = self._levels(range(self.stem_blocks, deepest), self.kernel_size)
        if not self.middle_block:
            return blocks
        if self.convs_per_block > 1:
            blocks.append(self._middle(self.convs_per_block - 1, self._width(deepest), "_middle_expand"))
        contracted = deepest - 1 if self.block_contraction else deepest
        return [*blocks, self._middle(1, self._width(contracted), "_middle_contract")]

    def _middle(self, num_convs: int, filters: int, block_prefix: str) -> SimpleConvBlock:
        return SimpleConvBlock(
            pool=False,
            num_convs=num_convs,
            filters=filters,
            kernel_size=self.kernel_size,
            block_prefix=block_prefix,
        )

    @property
    @made_once
    def decoder_stack(self) -> Sequence[DecoderBlock]:
        """``up_blocks`` blocks that double the size and concatenate the encoder's feature."""
        deepest = self._deepest
        blocks = []
        for i in range(self.up_blocks):
            filters_in = self._width(deepest - 1 - i)
            filters_out = self._width(deepest - 2 - i) if self.block_contraction else filters_in
            blocks.append(
                SimpleUpsamplingBlock(
                    transposed_conv=not self.up_interpolate,
                    transposed_conv_filters=filters_in,
                    transposed_conv_kernel_size=self.kernel_size,
                    transposed_conv_batch_norm=False,
                    skip_connection=True,
                    refine_convs=self.convs_per_block,
                    refine_convs_first_filters=filters_in,
                    refine_convs_filters=filters_out,
                    refine_convs_kernel_size=self.kernel_size,
                    refine_convs_batch_norm=False,
                )
            )
        return blocks


def _sleap_profile(name: str, purpose: str, down: int, up: int, filters: int, rate: float) -> PresetValues:
    return PresetValues(
        name=f"SLEAP {name}",
        architecture=UNet(
            filters=filters, filters_rate=rate, down_blocks=down, up_blocks=up, up_interpolate=True
        ),
        purpose=purpose,
        source="training profile shipped with SLEAP 1.4.1",
        date=SLEAP_DATE,
    )


FAMILY = Family(
    name="U-Net",
    of=UNet,
    presets=(
        PresetValues(
            name="U-Net",
            architecture=UNet(),
            purpose="The default U-Net of SLEAP: wide, learned upsampling, 34.5 million parameters.",
            source="Ronneberger et al. 2015 (arXiv 1505.04597), as in SLEAP 1.4.1",
            date=SLEAP_DATE,
        ),
        _sleap_profile("medium single", "One animal in the image, at half resolution.", 4, 3, 16, 2),
        _sleap_profile("centroid", "Finds where animals are, at half resolution.", 4, 3, 16, 2),
        _sleap_profile("medium top-down", "Body parts in a crop around each animal.", 4, 2, 24, 2),
        _sleap_profile("medium bottom-up", "Body parts of all animals in the whole image.", 5, 3, 16, 2),
        _sleap_profile("large single", "One large animal: a wider receptive field.", 5, 3, 32, 1.5),
        _sleap_profile("large top-down", "Crops of large animals: a wider receptive field.", 5, 3, 24, 1.5),
        _sleap_profile("large bottom-up", "All animals in a large image: the widest field.", 6, 4, 32, 1.5),
    ),
)
