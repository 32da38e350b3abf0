"""Families of encoder-decoder networks, one a file."""

from encdec_widgets.architectures.custom import CustomEncoderDecoder
from encdec_widgets.architectures.hourglass import Hourglass
from encdec_widgets.architectures.leap import LeapCNN
from encdec_widgets.architectures.unet import UNet

__all__ = ["CustomEncoderDecoder", "Hourglass", "LeapCNN", "UNet"]
