"""Parameters of U-Nets, counted without building them: here and in SLEAP up to 1.4, and as sleap-nn builds them.

sleap-nn's counts were found by running sleap-nn 0.3.5; ``tests/library/test_sleap_counts.py`` holds the measured ones.
"""

from encdec_widgets.architectures import UNet
from encdec_widgets.architectures.blocks.widths import geometric_width


def convolution(kernel_size: int, inputs: int, outputs: int) -> int:
    """Parameters of a convolution with a bias, transposed or not.

    >>> convolution(3, 1, 16)
    160
    """
    return kernel_size**2 * inputs * outputs + outputs


def parameters(unet: UNet, channels: int) -> int:
    """Parameters of a U-Net with levels, convolutions and no block contraction, as Keras builds it.

    >>> parameters(UNet(filters=16, up_blocks=3, up_interpolate=True), 1)
    1953072
    """
    total, stem = _levels(unet, range(unet.stem_blocks), unet.stem_kernel_size, channels)
    inputs = stem
    for _ in range(unet.stacks):
        more, inputs = _stack(unet, inputs, stem)
        total += more
    return total


def sleap_nn_parameters(unet: UNet, channels: int) -> int | None:
    """Parameters of a U-Net in sleap-nn; None where it can't be built there, or where the count was never measured.

    >>> sleap_nn_parameters(UNet(filters=16, up_blocks=3, up_interpolate=True, middle_block=False), 1)
    1067824
    >>> sleap_nn_parameters(UNet(convs_per_block=1), 1) is None
    True
    """
    if unet.convs_per_block < 2:
        return None
    if unet.stem_blocks:
        return _with_stem_in_sleap_nn(unet, channels)
    total, inputs = _levels(unet, range(unet.down_blocks), unet.kernel_size, channels)
    middle = _middle(unet, inputs) if unet.middle_block else 0
    # The decoder's first convolution expects the middle block's channels, whether there is one or not.
    total += middle + _decoder(unet, unet.up_blocks, _width(unet, unet.down_blocks))
    if unet.stacks > 1 and (channels != 1 or not unet.middle_block):
        return None
    return total + (unet.stacks - 1) * (total - middle)  # stacks after the first have no middle block there


def _width(unet: UNet, level: int) -> int:
    return geometric_width(unet.filters, unet.filters_rate, level)


def _levels(unet: UNet, levels: range, kernel_size: int, inputs: int) -> tuple[int, int]:
    """Parameters of some levels of the way down, and the channels that they put out."""
    total = 0
    for level in levels:
        for _ in range(unet.convs_per_block):
            total += convolution(kernel_size, inputs, _width(unet, level))
            inputs = _width(unet, level)
    return total, inputs


def _middle(unet: UNet, inputs: int) -> int:
    width = _width(unet, unet.stem_blocks + unet.down_blocks)
    first = convolution(unet.kernel_size, inputs, width)
    return first + (unet.convs_per_block - 1) * convolution(unet.kernel_size, width, width)


def _stack(unet: UNet, inputs: int, stem: int) -> tuple[int, int]:
    """Parameters of an encoder and its decoder, and the channels that they put out."""
    deepest = unet.stem_blocks + unet.down_blocks
    # The stem's output is the first feature of its stride, and so the skip source there.
    skips = {level: _width(unet, level) for level in range(unet.stem_blocks, deepest)}
    if unet.stem_blocks:
        skips[unet.stem_blocks] = stem
    total, at = _levels(unet, range(unet.stem_blocks, deepest), unet.kernel_size, inputs)
    if unet.middle_block:
        total += _middle(unet, at)
        at = _width(unet, deepest)
    for level in range(deepest - 1, deepest - 1 - unet.up_blocks, -1):
        width = _width(unet, level)
        if not unet.up_interpolate:
            total += convolution(unet.kernel_size, at, width)
            at = width
        at += skips.get(level, 0)
        for _ in range(unet.convs_per_block):
            total += convolution(unet.kernel_size, at, width)
            at = width
    return total, at


def _decoder(unet: UNet, blocks: int, inputs: int) -> int:
    """Parameters of sleap-nn's decoder: two convolutions in each block, transposed ones of 3 px, whatever is asked."""
    deepest, total = unet.stem_blocks + unet.down_blocks, 0
    for level in range(deepest - 1, deepest - 1 - blocks, -1):
        width = _width(unet, level)
        if not unet.up_interpolate:
            total += convolution(3, inputs, width)
            inputs = width
        total += convolution(unet.kernel_size, inputs + width, width)
        total += convolution(unet.kernel_size, width, width)
        inputs = width
    return total


def _with_stem_in_sleap_nn(unet: UNet, channels: int) -> int | None:
    """With a stem, sleap-nn pools as often more, and its decoder has as many blocks more; measured in plain cases."""
    deepest = unet.stem_blocks + unet.down_blocks
    blocks = unet.up_blocks + unet.stem_blocks
    plain = unet.convs_per_block == 2 and unet.kernel_size == 3 and unet.stacks == 1
    if not (plain and unet.middle_block and unet.up_interpolate) or blocks > deepest + 1:
        return None
    stem, inputs = _levels(unet, range(unet.stem_blocks), unet.stem_kernel_size, channels)
    levels, inputs = _levels(unet, range(unet.stem_blocks, deepest), unet.kernel_size, inputs)
    total = (
        stem + levels + _middle(unet, inputs) + _decoder(unet, min(blocks, deepest), _width(unet, deepest))
    )
    # One block more than there are levels has one convolution.
    return total + (convolution(3, unet.filters, unet.filters) if blocks > deepest else 0)
