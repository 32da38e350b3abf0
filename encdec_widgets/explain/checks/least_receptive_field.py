"""How far a network of plain convolutions sees through its bottleneck, told before it is built."""

from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from encdec_widgets.architectures import CustomEncoderDecoder, LeapCNN, StridedConvBlock, UNet
from encdec_widgets.architectures.blocks.pooling import PoolingBlock
from encdec_widgets.architectures.blocks.simple import SimpleConvBlock, SimpleUpsamplingBlock
from encdec_widgets.explain.joined_windows import through
from encdec_widgets.networks.windows import POINT, Window, interpolated, sliding, transposed


def least_field(design: Any) -> int | None:
    """Height and width in px that the output sees on the way through the bottleneck; skip connections can only add.

    Args:
        design: A :class:`~encdec_widgets.designs.design.Design`.

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
    seen: Window | None = POINT
    for window in (*_down(encoder), *_up(design)):
        seen = None if window is None or seen is None else through(window, seen)
    return None if seen is None else max(b - a + 1 for a, b in zip(seen.first, seen.last, strict=True))


def _down(encoder: Sequence[Any]) -> Iterator[Window]:
    """The windows of the layers of encoder blocks, in order."""
    for block in encoder:
        stride = block.pooling_stride if block.pool else 1
        pooling = [_window(2, stride)] if block.pool else []
        if isinstance(block, PoolingBlock):
            yield from pooling
            continue
        convs = [_window(block.kernel_size)] * block.num_convs
        if isinstance(block, StridedConvBlock):
            yield from (_window(block.kernel_size, stride), *convs[1:])
        else:
            yield from (*pooling, *convs) if block.pool_before_convs else (*convs, *pooling)


def _up(design: Any) -> Iterator[Window | None]:
    """The windows of the layers of the decoder blocks that lead to the output, in order."""
    network, head = design.architecture, design.head
    stop = None if head is None or head.stride is None else network.feature_strides.index(head.stride)
    for block in network.decoder[: stop - 1 if stop else None]:
        stride = block.upsampling_stride
        if block.transposed_conv:
            yield transposed(block.transposed_conv_kernel_size, stride, 1, True, None)
        else:
            yield interpolated(stride, block.interp_method)
        yield from [_window(block.refine_convs_kernel_size)] * block.refine_convs


def _window(kernel: int, stride: int = 1) -> Window:
    """Of "same" padding of a map that the stride divides."""
    return sliding(kernel, stride, 1, stride)
