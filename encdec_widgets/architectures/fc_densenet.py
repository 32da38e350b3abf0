"""FC-DenseNet: dense blocks down and up, joined by skip connections (Jegou et al. 2017, "One hundred layers tiramisu").

The family of the `paper <https://arxiv.org/abs/1611.09326>`_, in the form that its authors released:

============== ============================================ ===================================================
part           paper                                        here
============== ============================================ ===================================================
first          3 x 3 convolution, 48 filters                the same, in the first encoder block
dense layer    BN, ReLU, 3 x 3 convolution, dropout 0.2     the same, with a bias as released
down           5 x (dense block, transition down)           the same; a transition starts the next encoder block
transition     BN, ReLU, 1 x 1 convolution, dropout, pool   the same, 2 x 2 max pooling, as many channels as before
bottleneck     dense block                                  the last encoder block, without its input
up             5 x (transition up, dense block)             5 decoder blocks; all but the last without their input
transition up  3 x 3 transposed convolution, stride 2       the same, of the new features of the block before
skips          dense stack, concatenated                    the same, source first
end            1 x 1 convolution to the classes, softmax    ``Head(classes, "softmax")`` of the design
borders        upsampled maps are cropped to the skip's     "same" padding: sizes must divide by the maximum stride
weights        He's uniform distribution                    the same; the head starts as every other head
============== ============================================ ===================================================

With 3 channels in and 11 classes FC-DenseNet56 has 1,397,963 parameters (1.5 million in the paper, 1.40 million as
released) and FC-DenseNet103 has 9,425,163. The number in a name counts the convolutions, transposed ones and the head
included.
"""

from collections.abc import Sequence
from typing import Self

import attrs

from encdec_widgets.architectures._strides import StrideRules, by_name
from encdec_widgets.architectures.blocks.dense import (
    MOST_LAYERS,
    DenseBlock,
    DenseUpsamplingBlock,
    dropout_field,
    first_filters_field,
    growth_rate_field,
)
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import DecoderBlock, EncoderBlock, EncoderDecoder
from encdec_widgets.architectures.family import Family, PresetValues
from encdec_widgets.architectures.family_edits import Changes
from encdec_widgets.architectures.fields.described import FieldError, counts, integer
from encdec_widgets.architectures.fields.laws import DENSE, LEVELS_DOWN, LEVELS_UP
from encdec_widgets.architectures.made_once import made_once

MOST_BLOCKS = 10


@attrs.frozen
class FCDenseNet(EncoderDecoder):
    """FC-DenseNet: a dense block at every level down, a bottleneck, and a dense block at every level up.

    The output of the first level's block is at stride 1, and every further block halves the size, the bottleneck as
    well; so the maximum stride is 2 to the number of ``down_layers``. The defaults are FC-DenseNet56.

    Attributes:
        stacks: Number of times that encoder and decoder are repeated, each beginning with a first convolution of its
            own. From 2 on, ``up_layers`` must be as many as ``down_layers``. The paper has one.
        growth_rate: Channels that every dense layer adds.
        first_filters: Filters of the first convolution.
        down_layers: Dense layers of every block on the way down, fine to coarse.
        bottleneck_layers: Dense layers of the block at the coarsest stride.
        up_layers: Dense layers of every block on the way up, coarse to fine; at most as many blocks as on the way down.
            Fewer of them give a coarser output.
        dropout: Share of values that dropout sets to 0 in training; 0 makes no dropout layers.

    Example:
        >>> from encdec_widgets.architectures import FCDenseNet
        >>> dense = FCDenseNet(growth_rate=8, down_layers=(2, 3), bottleneck_layers=4, up_layers=(3, 2))
        >>> dense.maximum_stride
        4
        >>> [type(block).__name__ for block in dense.encoder_stack]
        ['DenseBlock', 'DenseBlock', 'DenseBlock']
    """

    growth_rate: int = growth_rate_field(12)
    first_filters: int = first_filters_field(48)
    down_layers: tuple[int, ...] = counts(
        (4, 4, 4, 4, 4),
        minimum=1,
        maximum=MOST_LAYERS,
        lengths=(1, MOST_BLOCKS),
        unit="layers",
        help="Dense layers of each block down, fine to coarse; a further block doubles the maximum stride.",
        group="Depth",
        laws=(*LEVELS_DOWN, DENSE),
    )
    bottleneck_layers: int = integer(
        4,
        minimum=1,
        maximum=MOST_LAYERS,
        usual=(1, 15),
        unit="layers",
        help="More dense layers at the coarsest stride learn more from furthest around, where they cost least.",
        group="Depth",
        laws=(DENSE,),
    )
    up_layers: tuple[int, ...] = counts(
        (4, 4, 4, 4, 4),
        minimum=1,
        maximum=MOST_LAYERS,
        lengths=(0, MOST_BLOCKS),
        unit="layers",
        help="Dense layers of each block up, coarse to fine; each block doubles the size of the output.",
        group="Depth",
        laws=(LEVELS_UP, DENSE),
    )
    dropout: float = dropout_field()

    def __attrs_post_init__(self) -> None:
        """Refuse more blocks up than down: the output would be larger than the input, without skips to make it of."""
        most = len(self.down_layers)
        if len(self.up_layers) > most:
            raise FieldError(
                "up_layers",
                self.up_layers,
                f"must have at most as many blocks as down_layers, which has {most}",
                (self.up_layers[:most],),
                plain=f"There can't be more blocks up ({len(self.up_layers)}) than down ({most}).",
            )

    @classmethod
    @by_name
    def from_strides(
        cls,
        *,
        max_stride: int = 32,
        output_stride: int = 1,
        growth_rate: int = 12,
        first_filters: int = 48,
        layers_per_block: int = 4,
        dropout: float = 0.2,
        stacks: int = 1,
    ) -> Self:
        """The network with these strides: ``maximum_stride`` and ``output_stride`` are exactly as asked.

        Args:
            max_stride: Stride of the coarsest features, a power of two from 2.
            output_stride: Stride of the output, a power of two up to ``max_stride``. With several stacks it must be 1.
            growth_rate: As the field of the class.
            first_filters: As the field of the class.
            layers_per_block: Dense layers of every block, the bottleneck included.
            dropout: As the field of the class.
            stacks: As the field of the class.

        Returns:
            The network; the defaults give FC-DenseNet56, and 5 layers of growth rate 16 FC-DenseNet67.

        Raises:
            FieldError: If no network has these strides, or a field cannot have its value.
        """
        rules = StrideRules(owner=_Strides, least_down=1)
        levels = rules.levels(stacks=stacks, max_stride=max_stride, output_stride=output_stride)
        layers = _Strides(layers_per_block=layers_per_block).layers_per_block
        return cls(
            stacks=stacks,
            growth_rate=growth_rate,
            first_filters=first_filters,
            down_layers=(layers,) * levels.down,
            bottleneck_layers=layers,
            up_layers=(layers,) * levels.up,
            dropout=dropout,
        )

    @property
    @made_once
    def encoder_stack(self) -> Sequence[EncoderBlock]:
        """A block for each of ``down_layers``, the first one without a transition, and the bottleneck."""
        down = [
            DenseBlock(
                pool=i > 0,
                first_filters=None if i > 0 else self.first_filters,
                num_layers=num_layers,
                growth_rate=self.growth_rate,
                dropout=self.dropout,
            )
            for i, num_layers in enumerate(self.down_layers)
        ]
        bottleneck = DenseBlock(
            num_layers=self.bottleneck_layers,
            growth_rate=self.growth_rate,
            dropout=self.dropout,
            new_features_only=bool(self.up_layers),  # the last block of a network always keeps its input
        )
        return [*down, bottleneck]

    @property
    @made_once
    def decoder_stack(self) -> Sequence[DecoderBlock]:
        """A block for each of ``up_layers``, which upsamples as many channels as the block before adds."""
        before = (self.bottleneck_layers, *self.up_layers)
        return [
            DenseUpsamplingBlock(
                transposed_conv_filters=self.growth_rate * before[i],
                num_layers=num_layers,
                growth_rate=self.growth_rate,
                dropout=self.dropout,
                new_features_only=i + 1 < len(self.up_layers),
            )
            for i, num_layers in enumerate(self.up_layers)
        ]

    def levels_by(self, change: int) -> Changes | None:
        """The coarsest blocks go, or come again, on both ways."""
        down, up = self.down_layers, self.up_layers
        if change < 0:
            return {"down_layers": down[:change], "up_layers": up[-change:]}
        return {"down_layers": (*down, *down[-1:] * change), "up_layers": (*up[:1] * change, *up)}

    def decoder_up_to(self, count: int) -> Changes | None:
        """Fewer blocks on the way up."""
        return {"up_layers": self.up_layers[:count]}


@attrs.frozen
class _Strides:
    """What :class:`StrideRules` asks of a family with counts of blocks, which this one has in the lengths of tuples."""

    stacks: int = integer(1, minimum=1, maximum=64, usual=(1, 8), help="As FCDenseNet.stacks.")
    down_blocks: int = integer(
        5, minimum=1, maximum=MOST_BLOCKS, usual=(1, 7), help="Length of FCDenseNet.down_layers."
    )
    up_blocks: int = integer(
        5, minimum=0, maximum=MOST_BLOCKS, usual=(0, 7), help="Length of FCDenseNet.up_layers."
    )
    layers_per_block: int = integer(
        4, minimum=1, maximum=MOST_LAYERS, usual=(1, 15), help="Dense layers of every block."
    )
    from_strides = FCDenseNet.from_strides


def _preset(name: str, purpose: str, network: FCDenseNet) -> PresetValues:
    return PresetValues(
        name=name,
        architecture=network,
        input_shape=(224, 224, 3),
        head=Head(11, "softmax"),
        purpose=purpose,
        source="Jegou et al. 2017 (arXiv 1611.09326), as its authors released it",
        date="2016-11",
    )


FAMILY = Family(
    name="FC-DenseNet",
    of=FCDenseNet,
    presets=(
        _preset(
            "FC-DenseNet56",
            "Classes of pixels in street scenes, with the fewest parameters: 1.4 million.",
            FCDenseNet(),
        ),
        _preset(
            "FC-DenseNet67",
            "Classes of pixels in street scenes, with 5 layers in every dense block: 3.5 million parameters.",
            FCDenseNet(
                growth_rate=16, down_layers=(5, 5, 5, 5, 5), bottleneck_layers=5, up_layers=(5, 5, 5, 5, 5)
            ),
        ),
        _preset(
            "FC-DenseNet103",
            "Classes of pixels in street scenes, with ever deeper dense blocks: 9.4 million parameters.",
            FCDenseNet(
                growth_rate=16,
                down_layers=(4, 5, 7, 10, 12),
                bottleneck_layers=15,
                up_layers=(12, 10, 7, 5, 4),
            ),
        ),
    ),
)
