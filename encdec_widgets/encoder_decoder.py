"""The seed of the library: what is documented as ``sleap.nn.architectures.encoder_decoder``, for Keras 3.

A face of :mod:`encdec_widgets.architectures.encoder_decoder`, where it all stands.
"""

from encdec_widgets.architectures.encoder_decoder import (
    DecoderBlock,
    EncoderBlock,
    EncoderDecoder,
    IntermediateFeature,
    SimpleConvBlock,
    SimpleUpsamplingBlock,
)

__all__ = [
    "DecoderBlock",
    "EncoderBlock",
    "EncoderDecoder",
    "IntermediateFeature",
    "SimpleConvBlock",
    "SimpleUpsamplingBlock",
]
