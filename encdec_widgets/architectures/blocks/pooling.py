"""A block that only pools, as a U-Net's encoder ends in."""

from typing import Literal

import attrs

from encdec_widgets._keras import keras
from encdec_widgets.architectures.blocks.base import EncoderBlock, Tensor, of_these_layers
from encdec_widgets.architectures.blocks.layer_windows import LayerWindow, pooling


@attrs.frozen
class PoolingBlock(EncoderBlock):
    """An encoder block that only pools (2 x 2), without convolutions.

    Attributes:
        pool: If False, the block does nothing.
        pooling_stride: Stride of the max pooling.
    """

    def make_block(self, x_in: Tensor, prefix: str = "conv_block") -> Tensor:
        """Pool ``x_in``, (batch, height, width, channels), to ``pooling_stride`` times smaller."""
        if not self.pool:
            return x_in
        return keras.layers.MaxPooling2D(
            pool_size=2,
            strides=self.pooling_stride,
            padding="same",
            data_format="channels_last",
            name=f"{prefix}_last_pool",
        )(x_in)

    @property
    @of_these_layers
    def width_fields(self) -> tuple[str, ...]:
        """None: it keeps the channels that it is given."""
        return ()

    @property
    def is_level(self) -> Literal[False]:
        """Without convolutions it is none."""
        return False

    @property
    @of_these_layers
    def pooling_window(self) -> int:
        """Its pooling is 2 x 2."""
        return 2

    @of_these_layers
    def layer_windows(self) -> tuple[LayerWindow, ...]:
        """Its pooling."""
        return (pooling(self.pooling_stride),) if self.pool else ()
