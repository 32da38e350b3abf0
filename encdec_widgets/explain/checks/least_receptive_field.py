"""How far a network sees through its bottleneck, computed from its blocks before it is built."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from encdec_widgets.architectures.blocks.layer_windows import LayerWindow
from encdec_widgets.explain.joined_windows import through
from encdec_widgets.networks.windows import POINT, Window, interpolated, sliding, transposed


def least_field(design: Any) -> int | None:
    """Compute how far the output sees through the bottleneck, in px; skip connections can only add to that.

    Of several heads, it is the output of the first one.

    Args:
        design: A :class:`~encdec_widgets.designs.design.Design`.

    Returns:
        A lower bound; None where a block does not say which windows its layers have, or where the architecture does
        more than connect blocks.
    """
    network = design.architecture
    if network.own_building or (network.stacks > 1 and not network.hands_output_on):
        return None
    seen: Window | None = POINT
    for block in _way(design):
        windows = block.layer_windows()
        if windows is None:
            return None
        for layer in map(_as_window, windows):
            seen = None if layer is None or seen is None else through(layer, seen)
    return None if seen is None else max(b - a + 1 for a, b in zip(seen.first, seen.last, strict=True))


def _way(design: Any) -> Iterator[Any]:
    """The blocks on the way from the image to the output, in order."""
    network = design.architecture
    stride = design.heads[0].stride if design.heads else None
    stop = None if stride is None else network.feature_strides.index(stride)
    encoder, decoder = tuple(network.encoder_stack), tuple(network.decoder_stack)
    return chain(
        network.stem_stack or (),
        (*encoder, *decoder) * (network.stacks - 1),
        encoder,
        decoder[: stop - 1 if stop else None],
    )


def _as_window(window: LayerWindow) -> Window | None:
    """Turn what a block says into a window, for a map that the stride divides and "same" padding."""
    if window.kind == "sliding":
        return sliding(window.size, window.stride, 1, window.stride)
    if window.kind == "transposed":
        return transposed(window.size, window.stride, 1, True, None)
    return interpolated(window.stride, window.method)
