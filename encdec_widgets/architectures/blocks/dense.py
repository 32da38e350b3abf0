"""Dense blocks: layers that each see the outputs of all layers before them (Jegou et al. 2017).

The building blocks of :class:`~encdec_widgets.architectures.fc_densenet.FCDenseNet`, for lists of one's own as well.
Convolutions start from He's uniform distribution, as in the paper.
"""

from typing import Any, Literal

import attrs

from encdec_widgets._keras import keras
from encdec_widgets.architectures.blocks.base import DecoderBlock, EncoderBlock, Tensor, of_these_layers
from encdec_widgets.architectures.blocks.layer_windows import LayerWindow, convolutions, pooling
from encdec_widgets.architectures.blocks.skip_size import require_size_of
from encdec_widgets.architectures.fields.described import SkipSource, flag, integer, real
from encdec_widgets.architectures.fields.laws import DENSE, DROPPED, FEWER_CHANNELS, SKIP_MADE
from encdec_widgets.architectures.fields.shared import filters_field, upsampling_stride_field

MOST_LAYERS = 64
MAXIMUM_GROWTH = 256
_DENSE = "Dense layers"


def growth_rate_field(default: int) -> Any:
    """The field ``growth_rate``."""
    return integer(
        default,
        minimum=1,
        maximum=MAXIMUM_GROWTH,
        usual=(1, 48),
        unit="channels",
        help="Channels that each dense layer adds to the stack; cost grows with its square.",
        group=_DENSE,
        laws=(DENSE,),
    )


def dropout_field(group: str = _DENSE) -> Any:
    """The field ``dropout``."""
    return real(
        0.2,
        minimum=0,
        maximum=0.9,
        usual=(0, 0.5),
        unit="share",
        help="Share of values dropped in training; higher overfits less and learns more slowly.",
        group=group,
        laws=(DROPPED,),
    )


def first_filters_field(default: int | None) -> Any:
    """The field ``first_filters``, which can be None only where that is its default, and is rarely needed there."""
    return filters_field(
        default,
        "Channels of a first convolution; more widen all dense layers of the block, at more cost.",
        most_usual=96,
        group=_DENSE,
        folded=default is None,
    )


def _num_layers() -> Any:
    return integer(
        4,
        minimum=1,
        maximum=MOST_LAYERS,
        usual=(1, 15),
        unit="layers",
        help="Each dense layer sees all before it; more learn more, at a cost that grows with their square.",
        group=_DENSE,
        laws=(DENSE,),
    )


def _new_features_only(default: bool) -> Any:
    return flag(
        default,
        help="On: puts out only what its layers add, which is cheaper to upsample. Off: its input as well.",
        group=_DENSE,
        folded=True,
        laws=(FEWER_CHANNELS,),
    )


def _convolution(x: Tensor, filters: int, kernel_size: int, name: str) -> Tensor:
    """A convolution that starts from He's uniform distribution."""
    return keras.layers.Conv2D(
        filters,
        kernel_size,
        padding="same",
        kernel_initializer="he_uniform",
        data_format="channels_last",
        name=name,
    )(x)


def _norm_relu_conv(x: Tensor, filters: int, kernel_size: int, dropout: float, prefix: str) -> Tensor:
    """Batch normalization, ReLU, convolution and dropout: what both dense layers and transitions are made of."""
    x = keras.layers.BatchNormalization(name=f"{prefix}_bn")(x)
    x = keras.layers.Activation("relu", name=f"{prefix}_act_relu")(x)
    x = _convolution(x, filters, kernel_size, f"{prefix}_conv")
    return keras.layers.Dropout(dropout, name=f"{prefix}_dropout")(x) if dropout else x


def _transition_down(x: Tensor, stride: int, dropout: float, prefix: str) -> Tensor:
    """Batch normalization, ReLU, a 1 x 1 convolution, dropout and max pooling."""
    x = _norm_relu_conv(x, x.shape[-1], 1, dropout, prefix)
    return keras.layers.MaxPooling2D(
        pool_size=2, strides=stride, padding="same", data_format="channels_last", name=f"{prefix}_pool"
    )(x)


def _dense_layers(
    x: Tensor, num_layers: int, growth_rate: int, dropout: float, new_features_only: bool, prefix: str
) -> Tensor:
    """Layers that each add ``growth_rate`` channels to the stack, which starts as ``x``."""
    stack = x
    added: list[Tensor] = []
    for i in range(num_layers):
        if i > 0:
            stack = keras.layers.Concatenate(name=f"{prefix}_dense{i - 1}_concat")([stack, added[-1]])
        added.append(_norm_relu_conv(stack, growth_rate, 3, dropout, f"{prefix}_dense{i}"))
    if not new_features_only:
        return keras.layers.Concatenate(name=f"{prefix}_dense{num_layers - 1}_concat")([stack, added[-1]])
    return keras.layers.Concatenate(name=f"{prefix}_new_features")(added) if num_layers > 1 else added[0]


@attrs.frozen
class DenseBlock(EncoderBlock):
    """Dense layers, after a transition to a coarser stride if ``pool``.

    A dense layer is batch normalization, ReLU, a 3 x 3 convolution with a bias, and dropout; its output is
    concatenated to the running stack. The transition comes first, so that the block's output, the dense stack, is the
    first feature at its stride: the one that skip connections start from.

    Attributes:
        pool: If True, the block starts with a transition: batch normalization, ReLU, a 1 x 1 convolution that keeps the
            channels, dropout and max pooling. If False, there is none.
        pooling_stride: Stride of that max pooling. Its window is always 2 x 2, as in
            :class:`~encdec_widgets.architectures.encoder_decoder.SimpleConvBlock`.
        first_filters: Filters of a linear 3 x 3 convolution before the dense layers; None for no such convolution.
        num_layers: Number of dense layers.
        growth_rate: Channels that each of them adds.
        dropout: Share of values that dropout sets to 0 in training; 0 makes no dropout layer.
        new_features_only: If True, the output is what the dense layers added, without the block's input: for what is
            upsampled next.

    Example:
        >>> import keras
        >>> from encdec_widgets.architectures import DenseBlock
        >>> x = keras.Input((32, 32, 10))
        >>> DenseBlock(pool=False, num_layers=3, growth_rate=4).make_block(x).shape  # 10 and three times 4 channels
        (None, 32, 32, 22)
    """

    first_filters: int | None = first_filters_field(None)
    num_layers: int = _num_layers()
    growth_rate: int = growth_rate_field(16)
    dropout: float = dropout_field()
    new_features_only: bool = _new_features_only(False)

    def make_block(self, x_in: Tensor, prefix: str = "dense_block") -> Tensor:
        """Create the block from an input tensor.

        Args:
            x_in: Input tensor, (batch, height, width, channels).
            prefix: Start of the name of every layer in the block. Two blocks of one model need different prefixes.

        Returns:
            The output tensor, (batch, height / s, width / s, c): s is ``pooling_stride`` if ``pool``, else 1; c is
            ``num_layers * growth_rate``, plus, unless ``new_features_only``, ``first_filters`` or else the channels of
            ``x_in``.
        """
        x = x_in
        if self.pool:
            x = _transition_down(x, self.pooling_stride, self.dropout, f"{prefix}_transition")
        if self.first_filters is not None:
            x = _convolution(x, self.first_filters, 3, f"{prefix}_first_conv")
        return _dense_layers(
            x, self.num_layers, self.growth_rate, self.dropout, self.new_features_only, prefix
        )

    @property
    @of_these_layers
    def pooling_window(self) -> int:
        """Its pooling is 2 x 2."""
        return 2

    @of_these_layers
    def layer_windows(self) -> tuple[LayerWindow, ...]:
        """Its pooling, its first convolution, and its dense layers one after the other."""
        pools = (pooling(self.pooling_stride),) if self.pool else ()
        return (*pools, *convolutions(self.num_layers + (self.first_filters is not None), 3))


@attrs.frozen
class TransitionDown(EncoderBlock):
    """The transition between dense blocks, as a block of its own.

    In a network it is the first feature at its stride, so that a skip connection starts from it and not from what
    follows; a :class:`DenseBlock` with ``pool`` gives its dense stack instead.

    Attributes:
        pool: If False, batch normalization, ReLU, convolution and dropout remain, without pooling.
        pooling_stride: Stride of the max pooling, whose window is always 2 x 2.
        dropout: Share of values that dropout sets to 0 in training; 0 makes no dropout layer.

    Example:
        >>> import keras
        >>> from encdec_widgets.architectures import TransitionDown
        >>> x = keras.Input((32, 32, 10))
        >>> TransitionDown(pooling_stride=2).make_block(x).shape  # half the size, as many channels
        (None, 16, 16, 10)
    """

    dropout: float = dropout_field(group="Convolutions")

    def make_block(self, x_in: Tensor, prefix: str = "transition_down") -> Tensor:
        """Create the block from an input tensor.

        Args:
            x_in: Input tensor, (batch, height, width, channels).
            prefix: Start of the name of every layer in the block.

        Returns:
            The output tensor, (batch, height / s, width / s, channels), s being ``pooling_stride`` if ``pool``, else 1.
        """
        if self.pool:
            return _transition_down(x_in, self.pooling_stride, self.dropout, prefix)
        return _norm_relu_conv(x_in, x_in.shape[-1], 1, self.dropout, prefix)

    @property
    def is_level(self) -> Literal[False]:
        """Without dense layers it is none."""
        return False

    @property
    @of_these_layers
    def width_fields(self) -> tuple[str, ...]:
        """None: it keeps the channels that it is given."""
        return ()

    @property
    @of_these_layers
    def pooling_window(self) -> int:
        """Its pooling is 2 x 2."""
        return 2

    @of_these_layers
    def layer_windows(self) -> tuple[LayerWindow, ...]:
        """Its pooling."""
        return (pooling(self.pooling_stride),) if self.pool else ()


@attrs.frozen
class DenseUpsamplingBlock(DecoderBlock):
    """A transition to a finer stride, a concatenated skip connection, and dense layers.

    Attributes:
        upsampling_stride: How many times larger the output is than the input. The kernel is always 3 x 3.
        transposed_conv_filters: Filters of the linear 3 x 3 transposed convolution that upsamples. In FC-DenseNet there
            are as many as the block before adds channels.
        skip_connection: If True, a source feature that is given is concatenated, source first.
        num_layers: Number of dense layers.
        growth_rate: Channels that each of them adds.
        dropout: Share of values that dropout sets to 0 in training; 0 makes no dropout layer.
        new_features_only: If True, the output is what the dense layers added; if False, also what they were added to,
            as in the last block of FC-DenseNet.

    Example:
        >>> import keras
        >>> from encdec_widgets.architectures import DenseUpsamplingBlock
        >>> block = DenseUpsamplingBlock(transposed_conv_filters=6, num_layers=2, growth_rate=4)
        >>> x, skip = keras.Input((8, 8, 12)), keras.Input((16, 16, 5))
        >>> block.make_block(x, current_stride=4, skip_source=skip).shape
        (None, 16, 16, 8)
    """

    upsampling_stride: int = upsampling_stride_field(
        2,
        "How many times larger the block makes the map; higher takes fewer steps, and above 3 leaves gaps.",
    )
    transposed_conv_filters: int = filters_field(
        64,
        "Channels that are upsampled; more carry more of the coarse context up, at more cost.",
        maximum=MOST_LAYERS * MAXIMUM_GROWTH,
        group="Upsampling",
    )
    skip_connection: bool = flag(
        True,
        help="On: brings back fine detail from the encoder at the same stride, at more cost in every dense layer.",
        group="Skip connection",
        needs=(SkipSource(),),
        laws=SKIP_MADE,
    )
    num_layers: int = _num_layers()
    growth_rate: int = growth_rate_field(16)
    dropout: float = dropout_field()
    new_features_only: bool = _new_features_only(True)

    def make_block(
        self,
        x: Tensor,
        current_stride: int | None = None,
        skip_source: Tensor | None = None,
        prefix: str = "dense_upsample",
    ) -> Tensor:
        """Instantiate the decoder block from an input tensor.

        Args:
            x: Input tensor, (batch, height, width, channels).
            current_stride: Stride of the input tensor. If given, the strides are appended to the prefix.
            skip_source: Tensor to concatenate, if ``skip_connection``; (batch, height * s, width * s, any channels), s
                being ``upsampling_stride``.
            prefix: Start of the name of every layer in the block. Two blocks of one model need different prefixes.

        Returns:
            The output tensor, (batch, height * s, width * s, c): c is ``num_layers * growth_rate``, plus, unless
            ``new_features_only``, ``transposed_conv_filters`` and the channels of the skip source.

        Raises:
            ValueError: If the size of ``skip_source`` is not that of the upsampled tensor.
        """
        if current_stride is not None:
            prefix += f"_s{current_stride}_to_s{current_stride // self.upsampling_stride}"
        x = keras.layers.Conv2DTranspose(
            self.transposed_conv_filters,
            3,
            strides=self.upsampling_stride,
            padding="same",
            kernel_initializer="he_uniform",
            data_format="channels_last",
            name=f"{prefix}_trans_conv",
        )(x)
        if self.skip_connection and skip_source is not None:
            require_size_of(skip_source, x, self.upsampling_stride)
            x = keras.layers.Concatenate(name=f"{prefix}_skip_concat")([skip_source, x])
        return _dense_layers(
            x, self.num_layers, self.growth_rate, self.dropout, self.new_features_only, prefix
        )

    @of_these_layers
    def layer_windows(self) -> tuple[LayerWindow, ...]:
        """Its transposed convolution, and its dense layers one after the other."""
        return (LayerWindow("transposed", 3, self.upsampling_stride), *convolutions(self.num_layers, 3))

    @property
    @of_these_layers
    def uneven_as_published(self) -> str:
        """The transition up of FC-DenseNet."""
        return (
            "FC-DenseNet is published with it: its transition up is a 3 × 3 transposed convolution of stride 2 "
            "(Jegou et al. 2017)."
        )
