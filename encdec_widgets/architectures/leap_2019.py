"""LEAP as it was published: a list of blocks, as its last transposed convolution is itself the head."""

from encdec_widgets.architectures.custom import CustomEncoderDecoder
from encdec_widgets.architectures.encoder_decoder import SimpleConvBlock, SimpleUpsamplingBlock
from encdec_widgets.architectures.family import Family, PresetValues
from encdec_widgets.architectures.leap import FAMILY as LEAP


def _published() -> CustomEncoderDecoder:
    """For 32 body parts."""
    down = (SimpleConvBlock(pool=width < 256, num_convs=3, filters=width) for width in (64, 128, 256))
    up = (
        SimpleUpsamplingBlock(
            transposed_conv=True,
            transposed_conv_filters=filters,
            transposed_conv_batch_norm=False,
            transposed_conv_activation=activation,
            refine_convs=convs,
            refine_convs_filters=filters,
            refine_convs_batch_norm=False,
        )
        for filters, activation, convs in ((128, "relu", 2), (32, "linear", 0))
    )
    return CustomEncoderDecoder(encoder=tuple(down), decoder=tuple(up))


FAMILY = Family(
    name=LEAP.name,
    of=LEAP.of,
    presets=(
        PresetValues(
            name="LEAP (2019)",
            architecture=_published(),
            input_shape=(192, 192, 1),
            purpose="LEAP as published: 32 body parts of one fly, with 2.5 million parameters.",
            source="Pereira et al. 2019 (doi 10.1038/s41592-018-0234-5)",
        ),
    ),
)
