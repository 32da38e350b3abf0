"""Downsampling by a strided convolution, in place of pooling."""

import attrs

from encdec_widgets._keras import keras
from encdec_widgets.architectures.blocks.base import EncoderBlock, FieldChanges, Tensor, of_these_layers
from encdec_widgets.architectures.blocks.layer_windows import LayerWindow, convolutions
from encdec_widgets.architectures.blocks.norm_and_activation import norm_and_activation
from encdec_widgets.architectures.fields.described import Need, flag, layer_name
from encdec_widgets.architectures.fields.laws import BIASED, FEWER_PIXELS, NORMALIZED
from encdec_widgets.architectures.fields.shared import (
    activation_field,
    filters_field,
    kernel_size_field,
    norm_order_field,
    num_convs_field,
    pooling_stride_field,
)


@attrs.frozen
class StridedConvBlock(EncoderBlock):
    """Convolutions, the first of which makes the map smaller by its stride: downsampling that is learned.

    It is the first, so that the others already work on the smaller map, which is cheaper and sees further; with
    ``pool`` off this is a plain block of convolutions. It takes the place of
    :class:`~encdec_widgets.architectures.encoder_decoder.SimpleConvBlock` with ``pool_before_convs``.

    Attributes:
        pool: If True, the first convolution has the stride ``pooling_stride``; if False, it has stride 1.
        pooling_stride: That stride: how many times smaller the output is than the input.
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
        >>> from encdec_widgets.architectures import StridedConvBlock, UNet
        >>> from encdec_widgets import Design
        >>> design = Design(UNet(filters=4, down_blocks=2, up_blocks=2), (32, 32, 1))
        >>> learned = design.replace("encoder[1]", StridedConvBlock(filters=8))
        >>> type(learned.architecture).__name__, learned.architecture.maximum_stride
        ('CustomEncoderDecoder', 4)
    """

    pool: bool = flag(
        True,
        help="On: the first convolution makes the map smaller, so that what follows sees further and costs less.",
        group="Downsampling",
        needs=(Need("pooling_stride", above=1),),
        laws=(FEWER_PIXELS,),
    )
    pooling_stride: int = pooling_stride_field(
        "How many times smaller the map becomes; higher sees further, and above the kernel's size leaves pixels out.",
        group="Downsampling",
    )
    num_convs: int = num_convs_field(2, minimum=1, usual=(1, 6), group="Convolutions")
    filters: int = filters_field(32, group="Convolutions")
    kernel_size: int = kernel_size_field(group="Convolutions")
    use_bias: bool = flag(
        True,
        help="On: adds a constant to each channel, one parameter each; redundant before batch normalization.",
        group="Convolutions",
        folded=True,
        laws=(BIASED,),
    )
    batch_norm: bool = flag(
        False,
        help="On: batch normalization steadies training, at some more time and memory.",
        group="Convolutions",
        laws=(NORMALIZED,),
    )
    batch_norm_before_activation: bool = norm_order_field(
        "activation", group="Convolutions", needs=(Need("batch_norm"),)
    )
    activation: str | None = activation_field(
        "The non-linearity after each convolution, at hardly any cost; linear has none, and learns less.",
        group="Convolutions",
    )
    block_prefix: str = layer_name(
        "",
        help="Appended to the names of the block's layers; the network stays the same.",
        group="Layer names",
        folded=True,
    )

    def make_block(self, x_in: Tensor, prefix: str = "strided_block") -> Tensor:
        """Create the block from an input tensor.

        Args:
            x_in: Input tensor, (batch, height, width, channels).
            prefix: Start of the name of every layer in the block. Two blocks of one model need different prefixes.

        Returns:
            The output tensor, (batch, height / s, width / s, filters), s being ``pooling_stride`` if ``pool``, else 1.
        """
        prefix += self.block_prefix
        x = x_in
        for i in range(self.num_convs):
            x = keras.layers.Conv2D(
                self.filters,
                self.kernel_size,
                strides=self.pooling_stride if self.pool and i == 0 else 1,
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
        return x

    @of_these_layers
    def covering_kernel(self) -> FieldChanges:
        """The odd kernel that reaches as far as the stride."""
        return {"kernel_size": self.pooling_stride // 2 * 2 + 1}

    @of_these_layers
    def layer_windows(self) -> tuple[LayerWindow, ...]:
        """Its convolutions, the first of them with the stride."""
        first = LayerWindow("sliding", self.kernel_size, self.downsampling_stride)
        return (first, *convolutions(self.num_convs - 1, self.kernel_size))
