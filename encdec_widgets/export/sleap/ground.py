"""Where sleap-nn builds another network than SLEAP up to 1.4, Keras and this library: everywhere off common ground.

Found by running sleap-nn 0.3.5.
"""

from collections.abc import Iterator

import attrs

from encdec_widgets.architectures import UNet
from encdec_widgets.export.sleap.counts import parameters, sleap_nn_parameters
from encdec_widgets.export.sleap.section import Section
from encdec_widgets.formatting import counted, exact_text

FIDELITY = (
    "Same layers, same widths, same number of parameters in SLEAP 1.0 to 1.4, in SLEAP 1.5 and later (sleap-nn) and "
    "here: for U-Nets without stem, of one stack, with middle block, 3 px kernels and 2 convolutions. Trained weights "
    "carry over exactly with interpolated upsampling; with transposed convolutions only to SLEAP 1.4 and earlier."
)
"""What people need to know before they hand a network over, beside the button and in the documentation."""


@attrs.frozen
class Difference:
    """Something in which sleap-nn differs.

    Attributes:
        field: The field of the U-Net.
        key: The key in its configuration.
        value: The value that both build alike.
        text: What sleap-nn does, as a sentence.
    """

    field: str
    key: str
    value: object
    text: str


def differences(unet: UNet) -> Iterator[Difference]:
    """List all in which sleap-nn would build another network than ``unet``.

    >>> [difference.key for difference in differences(UNet(middle_block=False))]
    ['middle_block']
    """
    if not unet.middle_block:
        yield Difference(
            "middle_block", "middle_block", True, "sleap-nn builds it, and fails at the first image."
        )
    if unet.convs_per_block < 2:
        yield Difference("convs_per_block", "convs_per_block", 2, "sleap-nn cannot build it.")
    elif unet.convs_per_block > 2:
        text = "In sleap-nn the decoder has 2 convolutions a block, whatever is asked."
        yield Difference("convs_per_block", "convs_per_block", 2, text)
    if unet.kernel_size != 3 and not unet.up_interpolate and unet.up_blocks:
        text = "In sleap-nn the kernels of transposed convolutions are 3 px, whatever is asked."
        yield Difference("kernel_size", "kernel_size", 3, text)
    if unet.stem_blocks:
        yield Difference("stem_blocks", "stem_stride", 0, _stem(unet))
    if unet.stacks > 1:
        yield Difference("stacks", "stacks", 1, "sleap-nn builds it, and fails at the first image.")


def _stem(unet: UNet) -> str:
    levels = counted(unet.stem_blocks, "level")
    text = f"With a stem, sleap-nn goes {levels} deeper, and its decoder has as many blocks more"
    runs = unet.stem_blocks < 2 or unet.output_stride >= 2 ** (2 * unet.stem_blocks - 1)
    return f"{text}." if runs else f"{text}; it fails at the first image."


def note_differences(unet: UNet, channels: int, section: Section) -> None:
    """Note where sleap-nn builds another network than ``unet``, with the parameters of both.

    Args:
        unet: What was read.
        channels: The channels of its input.
        section: The part of the file that it was read from.
    """
    here, there = parameters(unet, channels), sleap_nn_parameters(unet, channels)
    theirs = "an unknown number" if there is None else exact_text(there)
    for difference in differences(unet):
        counts = f"Parameters of the backbone: {exact_text(here)} here, {theirs} in sleap-nn."
        section.note("differs", difference.key, f"{difference.text} {counts}")
