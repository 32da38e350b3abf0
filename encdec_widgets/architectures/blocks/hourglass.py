"""The blocks of the hourglass as the original library has it: plain convolutions whose skip connections are added."""

from typing import Any

import attrs

from encdec_widgets._keras import keras
from encdec_widgets.architectures.blocks.base import DecoderBlock, EncoderBlock, Tensor, of_these_layers
from encdec_widgets.architectures.blocks.layer_windows import LayerWindow, convolutions, pooling
from encdec_widgets.architectures.blocks.skip_size import require_size_of
from encdec_widgets.architectures.blocks.widths import MAXIMUM_WIDTH
from encdec_widgets.architectures.fields.described import FieldError, Need, flag
from encdec_widgets.architectures.fields.few_values import few_values, stem_stride_field
from encdec_widgets.architectures.fields.shared import filters_field, interpolation_field
from encdec_widgets.formatting import stride_text


def _always_two(help: str, *, group: str) -> Any:
    return few_values(2, (2,), help=help, group=group, unit="×")


def _conv(x: Tensor, filters: int, prefix: str, *, kernel_size: int = 3, stride: int = 1) -> Tensor:
    """Convolution with ReLU, then batch normalization."""
    x = keras.layers.Conv2D(
        filters,
        kernel_size,
        strides=stride,
        padding="same",
        activation="relu",
        data_format="channels_last",
        name=f"{prefix}_conv",
    )(x)
    return keras.layers.BatchNormalization(name=f"{prefix}_bn")(x)


@attrs.frozen
class StemBlock(EncoderBlock):
    """Stem of the hourglass: a 7 x 7 convolution, a 3 x 3 convolution, pooling and another 3 x 3 convolution.

    All convolutions have a bias and ReLU and are followed by batch normalization. The original also takes a stride of
    8, calls it 8 and builds 2; here only strides that the block really has can be asked for.

    Attributes:
        pool: If False, nothing is made smaller. The pooling layer stays, with stride 1.
        pooling_stride: How many times smaller the output is than the input: 1, 2 (by pooling) or 4 (the 7 x 7
            convolution also has stride 2).
        filters: Filters of the 7 x 7 convolution; the first 3 x 3 convolution has twice as many.
        output_filters: Filters of the last convolution.
    """

    pool: bool = flag(
        True,
        help="On: pooling makes the map smaller, so that what follows is cheaper and sees further.",
        group="Pooling",
        needs=(Need("pooling_stride", above=1),),
    )
    pooling_stride: int = stem_stride_field(
        "Higher makes all that follows cheaper and see further, at the cost of detail.",
        group="Pooling",
        needs=(Need("pool"),),
    )
    filters: int = filters_field(
        128,
        "More filters find more at full resolution, which is where they cost most.",
        maximum=MAXIMUM_WIDTH // 2,
        group="Convolutions",
    )
    output_filters: int = filters_field(
        256, "Channels handed to the first stack; more carry more, at more cost.", group="Convolutions"
    )

    def make_block(self, x_in: Tensor, prefix: str = "stem") -> Tensor:
        """Create the block from an input tensor.

        Args:
            x_in: Input tensor, (batch, height, width, channels).
            prefix: Start of the name of every layer in the block.

        Returns:
            The output tensor, (batch, height / s, width / s, output_filters), s being ``pooling_stride`` if ``pool``,
            else 1.
        """
        stride = self.pooling_stride if self.pool else 1
        x = _conv(x_in, self.filters, f"{prefix}_conv7x7", kernel_size=7, stride=2 if stride == 4 else 1)
        x = _conv(x, 2 * self.filters, f"{prefix}_conv3x3")
        x = keras.layers.MaxPooling2D(
            pool_size=2,
            strides=2 if stride > 1 else 1,
            padding="same",
            data_format="channels_last",
            name=f"{prefix}_pool",
        )(x)
        return _conv(x, self.output_filters, f"{prefix}_conv3x3_out")

    @property
    @of_these_layers
    def output_width_field(self) -> str:
        """The filters of its last convolution."""
        return "output_filters"

    @of_these_layers
    def layer_windows(self) -> tuple[LayerWindow, ...]:
        """Its convolutions and its pooling, which stays with stride 1 where nothing is made smaller."""
        stride = self.downsampling_stride
        first = LayerWindow("sliding", 7, 2 if stride == 4 else 1)
        return (first, *convolutions(1, 3), pooling(min(stride, 2)), *convolutions(1, 3))


@attrs.frozen
class DownsamplingBlock(EncoderBlock):
    """Pooling that halves the size, then a 3 x 3 convolution with ReLU and batch normalization.

    The original ignores ``pool`` and ``pooling_stride`` when it builds the block, but counts them in the strides; here
    they can only be what the block does.

    Attributes:
        pool: Always True.
        pooling_stride: Always 2.
        filters: Filters of the convolution.
    """

    pool: bool = few_values(
        True, (True,), help="This block always pools; that is how it sees further.", group="Pooling"
    )
    pooling_stride: int = _always_two("This block always makes the map 2 times smaller.", group="Pooling")
    filters: int = filters_field(256, group="Convolutions")

    def make_block(self, x_in: Tensor, prefix: str = "downsample") -> Tensor:
        """Create the block from an input tensor.

        Args:
            x_in: Input tensor, (batch, height, width, channels).
            prefix: Start of the name of every layer in the block.

        Returns:
            The output tensor, (batch, height / 2, width / 2, filters).
        """
        x = keras.layers.MaxPooling2D(
            pool_size=2, strides=2, padding="same", data_format="channels_last", name=f"{prefix}_pool"
        )(x_in)
        return _conv(x, self.filters, f"{prefix}_conv")

    @of_these_layers
    def layer_windows(self) -> tuple[LayerWindow, ...]:
        """Its pooling and its convolution."""
        return (pooling(2), *convolutions(1, 3))


@attrs.frozen
class UpsamplingBlock(DecoderBlock):
    """A 3 x 3 convolution, interpolation to double the size, and the skip source added after its own convolution.

    Both convolutions have ReLU and batch normalization. The original ignores ``upsampling_stride`` when it builds the
    block, but counts it in the strides; here it can only be what the block does.

    Attributes:
        upsampling_stride: Always 2.
        filters: Filters of both convolutions.
        interp_method: Interpolation that upsamples.
    """

    upsampling_stride: int = _always_two(
        "This block always makes the map 2 times larger.", group="Upsampling"
    )
    filters: int = filters_field(256, group="Convolutions")
    interp_method: str = interpolation_field("bilinear")

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
            current_stride: Stride of the input tensor. Only an error message uses it.
            skip_source: Tensor to add, (batch, height * 2, width * 2, any channels). This block cannot do without.
            prefix: Start of the name of every layer in the block.

        Returns:
            The output tensor, (batch, height * 2, width * 2, filters).

        Raises:
            FieldError: (a ValueError) If there is no ``skip_source``, or its size is not that of the upsampled tensor.
        """
        if skip_source is None:
            wanted = "" if current_stride is None else f" of stride {stride_text(current_stride / 2)}"
            raise FieldError(
                "skip_source",
                None,
                f"must be a feature{wanted}: an hourglass UpsamplingBlock always adds one and needs a skip source "
                "(SimpleUpsamplingBlock can do without)",
            )
        x = _conv(x, self.filters, f"{prefix}_conv")
        x = keras.layers.UpSampling2D(
            2,
            interpolation=self.interp_method,
            data_format="channels_last",
            name=f"{prefix}_{self.interp_method}",
        )(x)
        require_size_of(skip_source, x, self.upsampling_stride)
        skip = _conv(skip_source, self.filters, f"{prefix}_skip")
        return keras.layers.Add(name=f"{prefix}_skip_add")([x, skip])

    @property
    def needs_skip(self) -> bool:
        """It always adds one."""
        return True

    @of_these_layers
    def layer_windows(self) -> tuple[LayerWindow, ...]:
        """Its convolution and its interpolation."""
        return (*convolutions(1, 3), LayerWindow("interpolated", 0, 2, self.interp_method))
