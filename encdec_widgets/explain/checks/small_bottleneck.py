"""A bottleneck smaller than 4 px."""

from collections.abc import Iterator

from encdec_widgets.designs.levels import changed, fewer_levels, level_words, mend
from encdec_widgets.designs.mends import Mend
from encdec_widgets.explain.checks.check import Check
from encdec_widgets.explain.checks.network import Network
from encdec_widgets.explain.checks.otherwise import other_stride
from encdec_widgets.explain.checks.possible import possible
from encdec_widgets.formatting import listed, shape_text, stride_text

LEAST = 4
"""Height and width that a bottleneck should have at least, in px: in a smaller map, nearly all is border."""

_KIND = f"bottleneck below {LEAST} px"


def small_bottleneck(network: Network) -> Check | None:
    """Maps of stem and encoder that are less than 4 px high or wide."""
    sizes = {
        name: data["shape"][:2]
        for name, data in network.blocks.nodes(data=True)
        if data["stage"] in ("stem", "encoder") and len(data["shape"]) == 3
    }
    small = {name: size for name, size in sizes.items() if any(px is not None and px < LEAST for px in size)}
    if not small:
        return None
    smallest = min(small, key=lambda name: min(px for px in small[name] if px is not None))
    strides = network.blocks.nodes[smallest]["strides"]
    return Check(
        kind=_KIND,
        severity="advice",
        reason=(
            f"At stride {stride_text(strides)} the map is {shape_text(small[smallest])} px "
            f"({listed(network.label(name) for name in small)}). So few positions hardly tell one place from another, "
            "and kernels see mostly padding."
        ),
        places=tuple(small),
        mends=possible(network, _KIND, _mends(network)),
    )


def _mends(network: Network) -> Iterator[Mend | None]:
    # Where a block does not do what its fields say, they do not say how large the map would be.
    if other_stride(network) is None:
        yield _larger_input(network)
        yield _fewer_levels(network)


def _enough(network: Network, stride: int) -> bool:
    sizes = network.design.input_shape[:2]
    return all(size is None or size >= LEAST * stride for size in sizes)


def _larger_input(network: Network) -> Mend | None:
    """Offer the smallest larger input that leaves 4 px at the maximum stride."""
    least = LEAST * network.architecture.maximum_stride
    *sizes, channels = network.design.input_shape
    shape = (*(size and max(size, least) for size in sizes), channels)
    if _enough(network, network.architecture.maximum_stride):
        return None  # Something else than the maximum stride makes the map so small.
    return mend({"input_shape": shape}, f"input of {shape_text(shape)}")


def _fewer_levels(network: Network) -> Mend | None:
    """Take out as few levels as it takes."""
    for count in range(1, 1 + network.architecture.maximum_stride.bit_length()):
        changes = fewer_levels(network.design, count)
        if changes is None:
            return None
        after = changed(network.design, changes)
        if after is not None and _enough(network, after.architecture.maximum_stride):
            return mend(changes, level_words(count, "fewer"))
    return None
