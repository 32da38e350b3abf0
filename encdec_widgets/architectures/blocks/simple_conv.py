"""The seed's encoder block: convolutions with pooling.

Users import it from :mod:`encdec_widgets.architectures.encoder_decoder`.
"""

from typing import Any

import attrs

from encdec_widgets._keras import keras
from encdec_widgets.architectures.blocks.base import EncoderBlock, Tensor, of_these_layers
from encdec_widgets.architectures.blocks.layer_windows import LayerWindow, convolutions, pooling
from encdec_widgets.architectures.blocks.norm_and_activation import norm_and_activation
from encdec_widgets.architectures.fields.described import Need, NoEffectWhile, flag, layer_name
from encdec_widgets.architectures.fields.laws import BIASED, NORMALIZED
from encdec_widgets.architectures.fields.shared import (
    activation_field,
    filters_field,
    kernel_size_field,
    norm_order_field,
    num_convs_field,
)

_CONVS: dict[str, Any] = {"group": "Convolutions", "needs": (Need("num_convs"),)}


@attrs.frozen
class SimpleConvBlock(EncoderBlock):
    """Flexible block of convolutions and max pooling, used in LeapCNN and UNet.

    Attributes:
        pool: If True, applies max pooling.
        pooling_stride: Stride of the max pooling. Its window is always 2 x 2: a stride of 1 still pools, a stride of 4
            never looks at three quarters of the pixels.
        pool_before_convs: If True, max pooling is performed before the convolutions.
        num_convs: Number of convolutions with activation; all share the settings below.
        filters: Number of filters of each convolution.
        kernel_size: Height and width of the kernels, in px.
        use_bias: If False, the convolutions have no bias.
        batch_norm: If True, applies batch normalization after each convolution.
        batch_norm_before_activation: If True: convolution, normalization, activation; if False: convolution,
            activation, normalization.
        activation: Name of the activation function (typically "relu" or "linear"); None is linear.
        block_prefix: Text appended to the prefix given when the block is made.

    Example:
        >>> import keras
        >>> from encdec_widgets.encoder_decoder import SimpleConvBlock
        >>> x = keras.Input((64, 64, 1))
        >>> SimpleConvBlock(num_convs=1, filters=16).make_block(x, prefix="enc0").shape
        (None, 32, 32, 16)
        >>> try:
        ...     SimpleConvBlock(pooling_stride=0)
        ... except ValueError as error:
        ...     print(error)
        pooling_stride must be a whole number from 1 to 64. Received: pooling_stride=0. Would work: 1.
    """

    pool_before_convs: bool = flag(
        False,
        help="On: pooling first, so that convolutions cost less, see further and can be a skip source at their stride.",
        group="Pooling",
        needs=(Need("pool"), Need("num_convs")),
    )
    num_convs: int = num_convs_field(2, group="Convolutions")
    filters: int = filters_field(32, **_CONVS)
    kernel_size: int = kernel_size_field(**_CONVS)
    use_bias: bool = flag(
        True,
        help="On: adds a constant to each channel, one parameter each; redundant before batch normalization.",
        folded=True,
        **_CONVS,
        laws=(BIASED,),
    )
    batch_norm: bool = flag(
        False,
        help="On: batch normalization steadies training, at some more time and memory.",
        **_CONVS,
        laws=(NORMALIZED,),
    )
    batch_norm_before_activation: bool = norm_order_field(
        "activation", group="Convolutions", needs=(Need("num_convs"), Need("batch_norm"))
    )
    activation: str | None = activation_field(
        "The non-linearity after each convolution, at hardly any cost; linear has none, and learns less.",
        **_CONVS,
    )
    block_prefix: str = layer_name(
        "",
        help="Appended to the names of the block's layers; the network stays the same.",
        group="Layer names",
        folded=True,
        needs=(NoEffectWhile("the block has no layers", lambda block: not (block.pool or block.num_convs)),),
    )

    def make_block(self, x_in: Tensor, prefix: str = "conv_block") -> Tensor:
        """Create the block from an input tensor.

        Args:
            x_in: Input tensor, (batch, height, width, channels).
            prefix: Start of the name of every layer in the block. Two blocks of one model need different prefixes.

        Returns:
            The output tensor, (batch, height / s, width / s, filters), s being ``pooling_stride`` if ``pool``, else 1.
            Without any layer (no convolutions, no pooling) this is ``x_in`` itself.
        """
        prefix += self.block_prefix
        x = x_in
        if self.pool and self.pool_before_convs:
            x = _max_pool(x, self.pooling_stride, f"{prefix}_pool")
        for i in range(self.num_convs):
            x = keras.layers.Conv2D(
                self.filters,
                self.kernel_size,
                padding="same",
                use_bias=self.use_bias,
                data_format="channels_last",
                name=f"{prefix}_conv{i}",
            )(x)
            x = norm_and_activation(
                x,
                norm=f"{prefix}_bn{i}" if self.batch_norm else None,
                norm_first=self.batch_norm_before_activation,
                activation=self.activation,
                name=f"{prefix}_act{i}_{self.activation}",
            )
        if self.pool and not self.pool_before_convs:
            x = _max_pool(x, self.pooling_stride, f"{prefix}_pool")
        return x

    @property
    def is_level(self) -> bool:
        """A block that halves the size, unless it only pools."""
        return super().is_level and self.num_convs > 0

    @property
    @of_these_layers
    def pooling_window(self) -> int:
        """Its pooling is 2 x 2."""
        return 2

    @property
    def pools_last(self) -> bool:
        """Unless the field ``pool_before_convs`` says otherwise."""
        return not self.pool_before_convs

    @of_these_layers
    def layer_windows(self) -> tuple[LayerWindow, ...]:
        """Its convolutions, before or after its pooling."""
        pools = (pooling(self.pooling_stride),) if self.pool else ()
        convs = convolutions(self.num_convs, self.kernel_size)
        return (*pools, *convs) if self.pool_before_convs else (*convs, *pools)


def _max_pool(x: Tensor, stride: int, name: str) -> Tensor:
    return keras.layers.MaxPooling2D(
        pool_size=2, strides=stride, padding="same", data_format="channels_last", name=name
    )(x)
