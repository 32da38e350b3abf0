"""The blocks that encoders and decoders are made of, one kind a file."""

from encdec_widgets.architectures.blocks.base import DecoderBlock, EncoderBlock
from encdec_widgets.architectures.blocks.dense import DenseBlock, DenseUpsamplingBlock, TransitionDown
from encdec_widgets.architectures.blocks.hourglass import DownsamplingBlock, StemBlock, UpsamplingBlock
from encdec_widgets.architectures.blocks.pooling import PoolingBlock
from encdec_widgets.architectures.blocks.residual import (
    ResidualBlock,
    ResidualOutputBlock,
    ResidualUpsamplingBlock,
)
from encdec_widgets.architectures.blocks.simple_conv import SimpleConvBlock
from encdec_widgets.architectures.blocks.simple_upsampling import SimpleUpsamplingBlock
from encdec_widgets.architectures.blocks.strided import StridedConvBlock

__all__ = [
    "DecoderBlock",
    "DenseBlock",
    "DenseUpsamplingBlock",
    "DownsamplingBlock",
    "EncoderBlock",
    "PoolingBlock",
    "ResidualBlock",
    "ResidualOutputBlock",
    "ResidualUpsamplingBlock",
    "SimpleConvBlock",
    "SimpleUpsamplingBlock",
    "StemBlock",
    "StridedConvBlock",
    "TransitionDown",
    "UpsamplingBlock",
]
