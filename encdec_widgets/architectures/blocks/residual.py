"""Residual blocks, as the stacked hourglass has them (`Newell et al. 2016 <https://arxiv.org/abs/1603.06937>`_).

A residual is a bottleneck that normalizes first: BN, ReLU, 1 x 1 convolution to half the width, BN, ReLU, 3 x 3
convolution, BN, ReLU, 1 x 1 convolution to the full width, added to its own input. All convolutions have a bias. The
blocks can stand in any list of blocks, next to those of the seed.
"""

from collections.abc import Iterable
from typing import Any

import attrs

from encdec_widgets._keras import keras
from encdec_widgets.architectures.blocks.base import DecoderBlock, EncoderBlock, Tensor, of_these_layers
from encdec_widgets.architectures.blocks.layer_windows import LayerWindow, convolutions, pooling
from encdec_widgets.architectures.blocks.skip_size import require_size_of
from encdec_widgets.architectures.blocks.widths import MAXIMUM_WIDTH
from encdec_widgets.architectures.fields.described import SkipSource, flag, integer
from encdec_widgets.architectures.fields.laws import (
    CHANNEL_PAIRS,
    FURTHER_CONVOLUTIONS,
    OWN_WEIGHTS,
    SKIP_MADE,
    Law,
)
from encdec_widgets.architectures.fields.shared import COST_OF_FILTERS, filters_field, upsampling_stride_field


def residual_width(default: int, help: str = COST_OF_FILTERS, laws: Iterable[Law] = (CHANNEL_PAIRS,)) -> Any:
    """A field for the channels of residuals: from 2, as a bottleneck has half as many."""
    return filters_field(default, help, minimum=2, maximum=MAXIMUM_WIDTH, group="Residuals", laws=laws)


def residual_count(help: str) -> Any:
    """A field for the number of residuals in a row."""
    return integer(
        1,
        minimum=1,
        maximum=32,
        usual=(1, 4),
        unit="blocks",
        help=help,
        group="Residuals",
        laws=(FURTHER_CONVOLUTIONS, OWN_WEIGHTS),
    )


def _residual(x: Tensor, filters: int, name: str) -> Tensor:
    """One residual: from (batch, height, width, any) to (batch, height, width, filters)."""
    shortcut = x
    half = filters // 2
    for i, (width, kernel_size) in enumerate(((half, 1), (half, 3), (filters, 1))):
        x = keras.layers.BatchNormalization(name=f"{name}_bn{i}")(x)
        x = keras.layers.Activation("relu", name=f"{name}_act{i}_relu")(x)
        x = keras.layers.Conv2D(
            width, kernel_size, padding="same", data_format="channels_last", name=f"{name}_conv{i}"
        )(x)
    if shortcut.shape[-1] != filters:
        shortcut = keras.layers.Conv2D(
            filters, 1, data_format="channels_last", name=f"{name}_shortcut_conv1x1"
        )(shortcut)
    return keras.layers.Add(name=f"{name}_add")([shortcut, x])


def _residuals(x: Tensor, filters: int, count: int, name: str) -> Tensor:
    """Residuals, one after the other."""
    for i in range(count):
        x = _residual(x, filters, f"{name}{i}")
    return x


def _upsample(x: Tensor, stride: int, prefix: str) -> Tensor:
    """Make a map larger by repeating its pixels."""
    return keras.layers.UpSampling2D(
        stride, interpolation="nearest", data_format="channels_last", name=f"{prefix}_interp_nearest"
    )(x)


def _upsampling_window(stride: int) -> LayerWindow:
    return LayerWindow("interpolated", 0, stride, "nearest")


@attrs.frozen
class ResidualBlock(EncoderBlock):
    """Max pooling, if any, and then residuals: the output is itself at the coarser stride, as a skip source needs.

    Attributes:
        pool: If True, max pooling comes first.
        pooling_stride: Stride of the max pooling. Its window is always 2 x 2, as that of
            :class:`~encdec_widgets.architectures.encoder_decoder.SimpleConvBlock`.
        num_residuals: Number of residuals, one after the other.
        filters: Channels of the output; the bottlenecks have half as many, rounded down.

    Example:
        >>> import keras
        >>> from encdec_widgets.architectures import ResidualBlock
        >>> x = keras.Input((32, 32, 3))
        >>> ResidualBlock(filters=24, num_residuals=2).make_block(x).shape
        (None, 16, 16, 24)
    """

    num_residuals: int = residual_count("More residuals see further and learn more, at more cost.")
    filters: int = residual_width(256)

    def make_block(self, x_in: Tensor, prefix: str = "residual") -> Tensor:
        """Create the block from an input tensor.

        Args:
            x_in: Input tensor, (batch, height, width, channels).
            prefix: Start of the name of every layer in the block.

        Returns:
            The output tensor, (batch, height / s, width / s, filters), s being ``pooling_stride`` if ``pool``, else 1.
        """
        x = x_in
        if self.pool:
            x = keras.layers.MaxPooling2D(
                pool_size=2,
                strides=self.pooling_stride,
                padding="same",
                data_format="channels_last",
                name=f"{prefix}_pool",
            )(x)
        return _residuals(x, self.filters, self.num_residuals, f"{prefix}_res")

    @property
    @of_these_layers
    def pooling_window(self) -> int:
        """Its pooling is 2 x 2."""
        return 2

    @of_these_layers
    def layer_windows(self) -> tuple[LayerWindow, ...]:
        """Its pooling, and the 3 x 3 convolution of every residual."""
        pools = (pooling(self.pooling_stride),) if self.pool else ()
        return (*pools, *convolutions(self.num_residuals, 3))


@attrs.frozen
class ResidualUpsamplingBlock(DecoderBlock):
    """Residuals, nearest-neighbour upsampling, and the skip source added after residuals of its own.

    Attributes:
        upsampling_stride: How many times larger the output is than the input; 1 makes no upsampling layer.
        num_residuals: Number of residuals before the upsampling, and as many on the skip source.
        filters: Channels of the output; the bottlenecks have half as many, rounded down.
        skip_connection: If True, a source feature is added when one is given. If False, none is.

    Example:
        >>> import keras
        >>> from encdec_widgets.architectures import ResidualUpsamplingBlock
        >>> x, skip = keras.Input((8, 8, 24)), keras.Input((16, 16, 3))
        >>> y = ResidualUpsamplingBlock(filters=24).make_block(x, current_stride=2, skip_source=skip, prefix="up0")
        >>> y.shape
        (None, 16, 16, 24)
    """

    num_residuals: int = residual_count(
        "More residuals, on the way up and on the skip, learn more, at more cost."
    )
    filters: int = residual_width(256)
    skip_connection: bool = flag(
        True,
        help="On: brings back fine detail from the encoder at the same stride, at the cost of residuals of its own.",
        group="Skip connection",
        needs=(SkipSource(),),
        laws=SKIP_MADE,
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
            current_stride: Stride of the input tensor; not used.
            skip_source: Tensor to add, if ``skip_connection``; (batch, height * s, width * s, any channels), s being
                ``upsampling_stride``. None for no skip branch.
            prefix: Start of the name of every layer in the block.

        Returns:
            The output tensor, (batch, height * s, width * s, filters).

        Raises:
            FieldError: (a ValueError) If the size of ``skip_source`` is not that of the upsampled tensor.
        """
        x = _residuals(x, self.filters, self.num_residuals, f"{prefix}_res")
        if self.upsampling_stride > 1:
            x = _upsample(x, self.upsampling_stride, prefix)
        if not self.skip_connection or skip_source is None:
            return x
        require_size_of(skip_source, x, self.upsampling_stride)
        skip = _residuals(skip_source, self.filters, self.num_residuals, f"{prefix}_skip_res")
        return keras.layers.Add(name=f"{prefix}_skip_add")([skip, x])

    @of_these_layers
    def layer_windows(self) -> tuple[LayerWindow, ...]:
        """The 3 x 3 convolution of every residual, and the upsampling."""
        return (*convolutions(self.num_residuals, 3), _upsampling_window(self.upsampling_stride))


@attrs.frozen
class ResidualOutputBlock(DecoderBlock):
    """What follows an hourglass before its prediction: residuals, then a 1 x 1 convolution with BN and ReLU.

    Attributes:
        upsampling_stride: How many times larger the output is than the input, by nearest neighbours at the end; 1, as
            in the paper, makes no upsampling layer.
        num_residuals: Number of residuals.
        filters: Channels of the residuals and of the output; the bottlenecks have half as many, rounded down.

    Example:
        >>> from encdec_widgets import Design
        >>> from encdec_widgets.architectures import CustomEncoderDecoder, ResidualBlock, ResidualOutputBlock
        >>> encoder, decoder = ResidualBlock(filters=8), ResidualOutputBlock(filters=8)
        >>> network = CustomEncoderDecoder(encoder=(encoder,), decoder=(decoder,))
        >>> Design(network, (32, 32, 3)).build().model.output_shape
        (None, 16, 16, 8)
    """

    upsampling_stride: int = upsampling_stride_field(
        1,
        "How many times larger the block makes the map at its end, without new detail; higher costs memory.",
    )
    num_residuals: int = residual_count("More residuals refine the result further, at more cost.")
    filters: int = residual_width(256)

    def make_block(
        self,
        x: Tensor,
        current_stride: int | None = None,
        skip_source: Tensor | None = None,
        prefix: str = "output",
    ) -> Tensor:
        """Instantiate the decoder block from an input tensor.

        Args:
            x: Input tensor, (batch, height, width, channels).
            current_stride: Stride of the input tensor; not used.
            skip_source: Not used: this block forms no skip connection.
            prefix: Start of the name of every layer in the block.

        Returns:
            The output tensor, (batch, height * s, width * s, filters), s being ``upsampling_stride``.
        """
        x = _residuals(x, self.filters, self.num_residuals, f"{prefix}_res")
        x = keras.layers.Conv2D(self.filters, 1, data_format="channels_last", name=f"{prefix}_conv1x1")(x)
        x = keras.layers.BatchNormalization(name=f"{prefix}_conv1x1_bn")(x)
        x = keras.layers.Activation("relu", name=f"{prefix}_conv1x1_act_relu")(x)
        return _upsample(x, self.upsampling_stride, prefix) if self.upsampling_stride > 1 else x

    @of_these_layers
    def layer_windows(self) -> tuple[LayerWindow, ...]:
        """The 3 x 3 convolution of every residual, and the upsampling."""
        return (*convolutions(self.num_residuals, 3), _upsampling_window(self.upsampling_stride))
