"""Families of encoder-decoder networks, one a file, each with its presets."""

from encdec_widgets.architectures.blocks import (
    DenseBlock,
    DenseUpsamplingBlock,
    ResidualBlock,
    ResidualOutputBlock,
    ResidualUpsamplingBlock,
    StridedConvBlock,
    TransitionDown,
)
from encdec_widgets.architectures.custom import CustomEncoderDecoder
from encdec_widgets.architectures.fc_densenet import FCDenseNet
from encdec_widgets.architectures.hourglass import Hourglass
from encdec_widgets.architectures.leap import LeapCNN
from encdec_widgets.architectures.leap_2019 import Leap2019
from encdec_widgets.architectures.stacked_hourglass import StackedHourglass
from encdec_widgets.architectures.unet import UNet
from encdec_widgets.architectures.unet_2015 import UNet2015

__all__ = [
    "CustomEncoderDecoder",
    "DenseBlock",
    "DenseUpsamplingBlock",
    "FCDenseNet",
    "Hourglass",
    "Leap2019",
    "LeapCNN",
    "ResidualBlock",
    "ResidualOutputBlock",
    "ResidualUpsamplingBlock",
    "StackedHourglass",
    "StridedConvBlock",
    "TransitionDown",
    "UNet",
    "UNet2015",
]
