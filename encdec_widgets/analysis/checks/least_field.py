"""How far a network of plain convolutions sees at least, told before it is built."""

from collections.abc import Iterator
from typing import Any

import attrs

from encdec_widgets.architectures import CustomEncoderDecoder, LeapCNN, StridedConvBlock, UNet
from encdec_widgets.architectures.unet import PoolingBlock
from encdec_widgets.blocks import SimpleConvBlock, SimpleUpsamplingBlock


def least_field(design: Any) -> int | None:
    """Height and width in px that the output sees at least, on the way through the bottleneck.

    Skip connections can only add to it.

    Args:
        design: A :class:`~encdec_widgets.design.Design`.

    Returns:
        A lower bound; None for anything but one stack of the shipped blocks of plain convolutions.
    """
    if type(design.architecture) in (UNet, LeapCNN):
        design = attrs.evolve(design, architecture=CustomEncoderDecoder.of(design.architecture))
    network = design.architecture
    if type(network) is not CustomEncoderDecoder or network.stacks > 1:
        return None
    encoder = [*(network.stem or ()), *network.encoder]
    if any(type(block) not in (SimpleConvBlock, StridedConvBlock, PoolingBlock) for block in encoder) or any(
        type(block) is not SimpleUpsamplingBlock for block in network.decoder
    ):
        return None
    size = step = 1
    for kernel, stride in (window for block in encoder for window in _windows(block)):
        size += (kernel - 1) * step
        step *= stride
    return (_coarse_positions(design) - 1) * step + size


def _windows(block: Any) -> Iterator[tuple[int, int]]:
    """Kernel and stride of the layers of an encoder block, in order."""
    stride = block.pooling_stride if block.pool else 1
    pooling = [(2, stride)] if block.pool else []
    if isinstance(block, PoolingBlock):
        yield from pooling
        return
    convs = [(block.kernel_size, 1)] * block.num_convs
    if isinstance(block, StridedConvBlock):
        yield block.kernel_size, stride
        yield from convs[1:]
    else:
        yield from [*pooling, *convs] if block.pool_before_convs else [*convs, *pooling]


def _coarse_positions(design: Any) -> int:
    """How many positions of the coarsest map, in a row, a position of the output depends on at least."""
    network, head = design.architecture, design.head
    stop = None if head is None or head.stride is None else network.feature_strides.index(head.stride)
    positions = 1
    for block in reversed(network.decoder[: stop - 1 if stop else None]):
        positions += block.refine_convs * (block.refine_convs_kernel_size - 1)
        reach = block.transposed_conv_kernel_size if block.transposed_conv else block.upsampling_stride
        positions = max((positions + reach - 1) // block.upsampling_stride, 1)
    return positions
