"""Transposed convolutions whose kernel their stride does not divide: they tend to leave a checkerboard."""

from collections.abc import Iterator

from encdec_widgets.architectures import DenseUpsamplingBlock, LeapCNN, UNet
from encdec_widgets.architectures.blocks.simple import SimpleUpsamplingBlock
from encdec_widgets.designs.levels import mend
from encdec_widgets.designs.mends import Mend
from encdec_widgets.explain.checks.check import Check
from encdec_widgets.explain.checks.network import Network
from encdec_widgets.explain.checks.possible import possible
from encdec_widgets.formatting import kernel_text, listed
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
    stride = max(window.period for window in first["windows"])
    return Check(
        kind=_KIND,
        severity="advice",
        reason=(
            f"{listed(map(network.label, places))} upsample{'s' if len(places) == 1 else ''} by a transposed "
            f"convolution with {size}, which its stride, {stride}, does not divide: some pixels get more "
            "contributions than their neighbours, which tends to show as a checkerboard (Odena et al. 2016)."
            + _as_published(network, places)
        ),
        places=tuple(place for place in places if place in network.blocks),
        mends=possible(network, _KIND, _mends(network, places)),
    )


def _is_uneven(window: Window) -> bool:
    """Whether the positions of a period get contributions from different numbers of pixels."""
    pairs = zip(window.first, window.last, strict=True)
    return len({(last - first) // window.spacing for first, last in pairs}) > 1


def _as_published(network: Network, places: list[str]) -> str:
    if any(place not in network.blocks for place in places):
        return ""
    if any(type(network.blocks.nodes[place]["definition"]) is not DenseUpsamplingBlock for place in places):
        return ""
    return (
        " FC-DenseNet is published with it: its transition up is a 3 × 3 transposed convolution of stride 2 "
        "(Jegou et al. 2017)."
    )


def _mends(network: Network, places: list[str]) -> Iterator[Mend | None]:
    blocks: dict[str, SimpleUpsamplingBlock] = {}
    for place in places:
        definition = network.blocks.nodes[place]["definition"] if place in network.blocks else None
        # Another class may do anything with fields of the same names.
        if type(definition) is not SimpleUpsamplingBlock:
            return
        blocks[network.path(place)] = definition
    # Where no convolutions follow, interpolation would take the block's only one away.
    if all(block.refine_convs for block in blocks.values()):
        yield _interpolation(network, blocks)
    # Of a 3 px kernel and stride 2: 4 px.
    sizes = {
        f"{path}.transposed_conv_kernel_size": _divisible(
            block.transposed_conv_kernel_size, block.upsampling_stride
        )
        for path, block in blocks.items()
    }
    alike = set(sizes.values())
    words = (
        f"{alike.pop()} px kernels for upsampling" if len(alike) == 1 else "kernels that the stride divides"
    )
    yield mend(sizes, words)


def _interpolation(network: Network, blocks: dict[str, SimpleUpsamplingBlock]) -> Mend | None:
    if isinstance(network.architecture, (UNet, LeapCNN)):
        return mend({"up_interpolate": True}, "interpolate instead")
    return mend({f"{path}.transposed_conv": False for path in blocks}, "interpolate instead")


def _divisible(size: int, stride: int) -> int:
    """The next size up that the stride divides."""
    return -(-size // stride) * stride
