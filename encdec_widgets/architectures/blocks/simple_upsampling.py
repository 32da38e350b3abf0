"""The seed's decoder block: upsampling with a skip connection and refinement.

Users import it from :mod:`encdec_widgets.architectures.encoder_decoder`.
"""

from typing import Any

import attrs

from encdec_widgets._keras import keras
from encdec_widgets.architectures.blocks.base import DecoderBlock, FieldChanges, Tensor, of_these_layers
from encdec_widgets.architectures.blocks.layer_windows import LayerWindow, convolutions
from encdec_widgets.architectures.blocks.norm_and_activation import norm_and_activation
from encdec_widgets.architectures.blocks.skip_size import require_size_of
from encdec_widgets.architectures.fields.described import Need, NoEffectWhile, SkipSource, flag
from encdec_widgets.architectures.fields.laws import BIASED, LEARNED, NORMALIZED, SKIP_ADDED, SKIP_MADE
from encdec_widgets.architectures.fields.shared import (
    activation_field,
    filters_field,
    interpolation_field,
    kernel_size_field,
    norm_order_field,
    num_convs_field,
)

_TRANSPOSED: dict[str, Any] = {"group": "Upsampling", "needs": (Need("transposed_conv"),)}
_REFINEMENT: dict[str, Any] = {"group": "Refinement", "needs": (Need("refine_convs"),)}
_FIRST_IS_THE_ONLY_ONE = NoEffectWhile(
    "the only refinement convolution has the first filters",
    lambda block: block.refine_convs == 1 and block.refine_convs_first_filters is not None,
)


@attrs.frozen
class SimpleUpsamplingBlock(DecoderBlock):
    """Standard block of upsampling with optional refinement and skip connection, used in LeapCNN and UNet.

    Two fields do here what the documentation of the original says, where its code did not: ``transposed_conv_use_bias``
    is honoured, and the refinement convolutions get ``refine_convs_activation``.

    Attributes:
        upsampling_stride: How many times larger the output is than the input, in one layer.
        transposed_conv: If True, a strided transposed convolution (learnable) upsamples. If False, interpolation does,
            and the ``transposed_conv_*`` fields have no effect.
        transposed_conv_filters: Number of filters of the transposed convolution.
        transposed_conv_kernel_size: Height and width of its kernel, in px.
        transposed_conv_use_bias: If False, it has no bias.
        transposed_conv_batch_norm: If True, batch normalization is applied after it.
        transposed_conv_batch_norm_before_activation: If True, before its activation, else after it.
        transposed_conv_activation: Name of its activation function; None is linear.
        interp_method: Interpolation if ``transposed_conv`` is False.
        skip_connection: If True, a skip connection is formed when a source feature is given. If False, none is formed
            even if there is one.
        skip_add: If True, the source is added to the upsampled tensor (after a linear 1x1 convolution on the source if
            their channels differ). If False, the two are concatenated, source first.
        refine_convs: Number of convolutions after the upsampling and the skip connection. If 0, the ``refine_convs_*``
            fields have no effect.
        refine_convs_first_filters: If not None, the filters of the first of them.
        refine_convs_filters: Filters of the refinement convolutions.
        refine_convs_use_bias: If False, they have no bias.
        refine_convs_kernel_size: Height and width of their kernels, in px.
        refine_convs_batch_norm: If True, batch normalization is applied after each of them.
        refine_convs_batch_norm_before_activation: If True, before their activation, else after it.
        refine_convs_activation: Name of their activation function; None is linear.

    Example:
        >>> import keras
        >>> from encdec_widgets.encoder_decoder import SimpleUpsamplingBlock
        >>> block = SimpleUpsamplingBlock(skip_connection=True, skip_add=True, refine_convs=1, refine_convs_filters=4)
        >>> x, skip = keras.Input((16, 16, 8)), keras.Input((32, 32, 8))
        >>> block.make_block(x, current_stride=2, skip_source=skip).shape
        (None, 32, 32, 4)
    """

    transposed_conv: bool = flag(
        False,
        help="On: upsampling is learned, at more parameters and time. Off: it is interpolated, without parameters.",
        group="Upsampling",
        laws=(LEARNED,),
    )
    transposed_conv_filters: int = filters_field(
        64,
        "Channels that the transposed convolution puts out; more carry more up, at more parameters and time.",
        folded=True,
        **_TRANSPOSED,
    )
    transposed_conv_kernel_size: int = kernel_size_field(
        "Larger kernels see further, at more cost; a size that the stride does not divide leaves a checkerboard.",
        folded=True,
        **_TRANSPOSED,
    )
    transposed_conv_use_bias: bool = flag(
        True,
        help="On: adds a constant to each upsampled channel, one parameter each.",
        folded=True,
        **_TRANSPOSED,
        laws=(BIASED,),
    )
    transposed_conv_batch_norm: bool = flag(
        True,
        help="On: batch normalization after the transposed convolution steadies training, at some time and memory.",
        folded=True,
        **_TRANSPOSED,
        laws=(NORMALIZED,),
    )
    transposed_conv_batch_norm_before_activation: bool = norm_order_field(
        "transposed_conv_activation",
        group="Upsampling",
        needs=(Need("transposed_conv"), Need("transposed_conv_batch_norm")),
    )
    transposed_conv_activation: str | None = activation_field(
        "The non-linearity after the transposed convolution, at hardly any cost; linear has none.",
        **_TRANSPOSED,
    )
    interp_method: str = interpolation_field(
        "bilinear", needs=(Need("transposed_conv", on=False), Need("upsampling_stride", above=1))
    )
    skip_connection: bool = flag(
        False,
        help="On: brings back fine detail from the encoder at the same stride, at more cost in the refinement.",
        group="Skip connection",
        needs=(SkipSource(),),
        laws=SKIP_MADE,
    )
    skip_add: bool = flag(
        False,
        help="On: the skip is added, which is cheaper. Off: it is concatenated, which keeps all channels.",
        group="Skip connection",
        needs=(Need("skip_connection"), SkipSource()),
        laws=(SKIP_ADDED,),
    )
    refine_convs: int = num_convs_field(
        2,
        "More convolutions after upsampling mix in the skip and smooth artefacts better, at more cost.",
        group="Refinement",
    )
    refine_convs_first_filters: int | None = filters_field(
        None,
        "Channels of the first refinement convolution, where they differ; more learn more, at more cost.",
        folded=True,
        **_REFINEMENT,
    )
    refine_convs_filters: int = filters_field(
        64, group="Refinement", needs=(Need("refine_convs"), _FIRST_IS_THE_ONLY_ONE)
    )
    refine_convs_use_bias: bool = flag(
        True,
        help="On: adds a constant to each channel of the refinement, one parameter each.",
        folded=True,
        **_REFINEMENT,
        laws=(BIASED,),
    )
    refine_convs_kernel_size: int = kernel_size_field(
        "Larger kernels see further and smooth over more pixels; cost grows with the square of the size.",
        **_REFINEMENT,
    )
    refine_convs_batch_norm: bool = flag(
        True,
        help="On: batch normalization after each refinement convolution steadies training, at some time and memory.",
        **_REFINEMENT,
        laws=(NORMALIZED,),
    )
    refine_convs_batch_norm_before_activation: bool = norm_order_field(
        "refine_convs_activation",
        group="Refinement",
        needs=(Need("refine_convs"), Need("refine_convs_batch_norm")),
    )
    refine_convs_activation: str | None = activation_field(
        "The non-linearity after each refinement convolution, at hardly any cost; linear has none, and learns less.",
        **_REFINEMENT,
    )

    def make_block(
        self,
        x: Tensor,
        current_stride: int | None = None,
        skip_source: Tensor | None = None,
        prefix: str = "upsample",
    ) -> Tensor:
        """Instantiate the decoder block from an input tensor.

        Args:
            x: Input tensor, (batch, height, width, channels).
            current_stride: Stride of the input tensor. If given, the strides are appended to the prefix.
            skip_source: Tensor to form a skip connection with, if ``skip_connection``; (batch, height * s, width * s,
                any channels), s being ``upsampling_stride``.
            prefix: Start of the name of every layer in the block. Two blocks of one model need different prefixes.

        Returns:
            The output tensor, ``upsampling_stride`` times larger than ``x``.

        Raises:
            FieldError: (a ValueError) If the size of ``skip_source`` is not that of the upsampled tensor.
        """
        if current_stride is not None:
            prefix += f"_s{current_stride}_to_s{current_stride // self.upsampling_stride}"
        x = self._upsample(x, prefix)
        if self.skip_connection and skip_source is not None:
            x = self._merge_skip(x, skip_source, prefix)
        for i, filters in enumerate(self._refine_widths):
            name = f"{prefix}_refine_conv{i}"
            x = keras.layers.Conv2D(
                filters,
                self.refine_convs_kernel_size,
                padding="same",
                use_bias=self.refine_convs_use_bias,
                data_format="channels_last",
                name=name,
            )(x)
            x = norm_and_activation(
                x,
                norm=f"{name}_bn" if self.refine_convs_batch_norm else None,
                norm_first=self.refine_convs_batch_norm_before_activation,
                activation=self.refine_convs_activation,
                name=f"{name}_act_{self.refine_convs_activation}",
            )
        return x

    @property
    def _refine_widths(self) -> tuple[int, ...]:
        """Filters of each refinement convolution."""
        first = self.refine_convs_first_filters
        return tuple(
            self.refine_convs_filters if i > 0 or first is None else first for i in range(self.refine_convs)
        )

    def _upsample(self, x: Tensor, prefix: str) -> Tensor:
        if not self.transposed_conv:
            return keras.layers.UpSampling2D(
                self.upsampling_stride,
                interpolation=self.interp_method,
                data_format="channels_last",
                name=f"{prefix}_interp_{self.interp_method}",
            )(x)
        trans_conv = f"{prefix}_trans_conv"
        x = keras.layers.Conv2DTranspose(
            self.transposed_conv_filters,
            self.transposed_conv_kernel_size,
            strides=self.upsampling_stride,
            padding="same",
            use_bias=self.transposed_conv_use_bias,
            data_format="channels_last",
            name=trans_conv,
        )(x)
        return norm_and_activation(
            x,
            norm=f"{trans_conv}_bn" if self.transposed_conv_batch_norm else None,
            norm_first=self.transposed_conv_batch_norm_before_activation,
            activation=self.transposed_conv_activation,
            name=f"{trans_conv}_act_{self.transposed_conv_activation}",
        )

    def _merge_skip(self, x: Tensor, skip_source: Tensor, prefix: str) -> Tensor:
        require_size_of(skip_source, x, self.upsampling_stride)
        if not self.skip_add:
            return keras.layers.Concatenate(name=f"{prefix}_skip_concat")([skip_source, x])
        if skip_source.shape[-1] != x.shape[-1]:
            skip_source = keras.layers.Conv2D(
                x.shape[-1], 1, padding="same", data_format="channels_last", name=f"{prefix}_skip_conv1x1"
            )(skip_source)
        return keras.layers.Add(name=f"{prefix}_skip_add")([skip_source, x])

    @property
    @of_these_layers
    def output_width_field(self) -> str:
        """The filters of the refinement convolutions, which come last."""
        return "refine_convs_filters"

    @of_these_layers
    def layer_windows(self) -> tuple[LayerWindow, ...]:
        """Its upsampling, and its refinement convolutions."""
        stride, method = self.upsampling_stride, self.interp_method
        upsampling = (
            LayerWindow("transposed", self.transposed_conv_kernel_size, stride)
            if self.transposed_conv
            else LayerWindow("interpolated", 0, stride, method)
        )
        return (upsampling, *convolutions(self.refine_convs, self.refine_convs_kernel_size))

    @of_these_layers
    def interpolating(self) -> FieldChanges | None:
        """Not without refinement: that would take the block's only convolution away."""
        return {"transposed_conv": False} if self.refine_convs else None

    @of_these_layers
    def with_even_kernel(self) -> FieldChanges:
        """The next larger kernel that the stride divides: of 3 px and stride 2, it is 4 px."""
        stride = self.upsampling_stride
        return {"transposed_conv_kernel_size": -(-self.transposed_conv_kernel_size // stride) * stride}
