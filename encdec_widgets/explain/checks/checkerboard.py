"""Transposed convolutions whose kernel their stride does not divide: they tend to leave a checkerboard."""

from collections.abc import Iterator, Mapping
from typing import Any

from encdec_widgets.architectures.blocks.base import DecoderBlock
from encdec_widgets.designs.levels import mend
from encdec_widgets.designs.mends import Mend
from encdec_widgets.explain.checks.check import Check
from encdec_widgets.explain.checks.network import Network
from encdec_widgets.explain.checks.possible import possible
from encdec_widgets.formatting import kernel_text, listed, sizes_text
from encdec_widgets.networks.windows import Window

_KIND = "checkerboard"


def checkerboard(network: Network) -> Check | None:
    """Transposed convolutions that reach some pixels more often than others.

    See `Odena et al. 2016 <https://distill.pub/2016/deconv-checkerboard/>`_.
    """
    uneven = {
        name: data
        for name, data in network.calls.nodes(data=True)
        # Interpolation takes turns too, but its weights always have the same sum.
        if data["parameters"] and data["windows"] is not None and any(map(_is_uneven, data["windows"]))
    }
    if not uneven:
        return None
    places = list(dict.fromkeys(data["block"] or data["layer"] for data in uneven.values()))
    first = next(iter(uneven.values()))
    kernel = network.layers.nodes[first["layer"]]["kernel_size"]
    size = f"a kernel of {kernel_text(kernel)} px" if kernel else "a kernel"
    strides = sizes_text(dict.fromkeys(window.period for window in first["windows"] if _is_uneven(window)))
    return Check(
        kind=_KIND,
        severity="advice",
        reason=(
            f"{listed(map(network.label, places))} upsample{'s' if len(places) == 1 else ''} by a transposed "
            f"convolution with {size}, which its stride, {strides}, does not divide: some pixels get more "
            "contributions than their neighbours, which tends to show as a checkerboard (Odena et al. 2016)."
            + _as_published(network, places)
        ),
        places=tuple(place for place in places if place in network.blocks),
        mends=possible(network, _KIND, _mends(network, places)),
    )


def _is_uneven(window: Window) -> bool:
    """Tell whether the positions of a period get contributions from different numbers of pixels."""
    pairs = zip(window.first, window.last, strict=True)
    return len({(last - first) // window.spacing for first, last in pairs}) > 1


def _decoder_blocks(network: Network, places: list[str]) -> dict[str, DecoderBlock] | None:
    """Find the decoder blocks of some names, by path; None if something else is among them."""
    blocks: dict[str, DecoderBlock] = {}
    for place in places:
        block = network.block(place)
        if not isinstance(block, DecoderBlock):
            return None
        blocks[network.path(place)] = block
    return blocks


def _as_published(network: Network, places: list[str]) -> str:
    blocks = _decoder_blocks(network, places) or {}
    said = {block.uneven_as_published for block in blocks.values()}
    return f" {said.pop()}" if len(said) == 1 and all(said) else ""


def _mends(network: Network, places: list[str]) -> Iterator[Mend | None]:
    blocks = _decoder_blocks(network, places) or {}
    interpolating = _in_all({path: block.interpolating() for path, block in blocks.items()})
    if interpolating:
        yield mend(network.architecture.interpolating() or interpolating, "interpolate instead")
    even = _in_all({path: block.with_even_kernel() for path, block in blocks.items()})
    sizes = set(even.values())
    one = f"{sizes.pop()} px kernels for upsampling" if len(sizes) == 1 else ""
    yield mend(even, one or "kernels that the stride divides")


def _in_all(changes: Mapping[str, Mapping[str, Any] | None]) -> dict[str, Any]:
    """Put the changes of all blocks together; empty if one of the blocks cannot be changed."""
    return {
        f"{path}.{field}": value
        for path, of_block in changes.items()
        for field, value in (of_block or {}).items()
        if None not in changes.values()
    }
