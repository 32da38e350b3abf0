"""The U-Net as it was published: a list of blocks, as its up-convolutions are none that the family has."""

from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.custom import CustomEncoderDecoder
from encdec_widgets.architectures.encoder_decoder import SimpleConvBlock, SimpleUpsamplingBlock
from encdec_widgets.architectures.family import Family, PresetValues
from encdec_widgets.architectures.unet import FAMILY as UNET

_WIDTHS = (64, 128, 256, 512, 1024)


def _published() -> CustomEncoderDecoder:
    """2 x 2 up-convolutions without ReLU. As in SLEAP, convolutions keep the size."""
    down = (SimpleConvBlock(pool=i > 0, pool_before_convs=True, filters=w) for i, w in enumerate(_WIDTHS))
    up = (
        SimpleUpsamplingBlock(
            transposed_conv=True,
            transposed_conv_filters=width,
            transposed_conv_kernel_size=2,
            transposed_conv_batch_norm=False,
            transposed_conv_activation="linear",
            skip_connection=True,
            refine_convs_filters=width,
            refine_convs_batch_norm=False,
        )
        for width in _WIDTHS[-2::-1]
    )
    return CustomEncoderDecoder(encoder=tuple(down), decoder=tuple(up))


FAMILY = Family(
    name=UNET.name,
    of=UNET.of,
    presets=(
        PresetValues(
            name="U-Net (2015)",
            architecture=_published(),
            input_shape=(576, 576, 1),
            head=Head(2, "softmax"),
            purpose="The U-Net as published, which tells cells from background in microscope images.",
            source="Ronneberger et al. 2015 (arXiv 1505.04597); padded, so that 576 px stand for its 572",
        ),
    ),
)
