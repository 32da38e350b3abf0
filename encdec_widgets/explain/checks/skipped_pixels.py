"""Pooling, or a strided convolution, whose window is smaller than its stride: it never looks at some of the pixels."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import attrs

from encdec_widgets.architectures.blocks.base import EncoderBlock
from encdec_widgets.architectures.blocks.simple_conv import SimpleConvBlock
from encdec_widgets.designs.levels import mend
from encdec_widgets.designs.mends import Mend
from encdec_widgets.explain.checks.check import Check
from encdec_widgets.explain.checks.network import Network
from encdec_widgets.explain.checks.possible import possible
from encdec_widgets.formatting import listed, percent_text, sizes_text
from encdec_widgets.networks.windows import Window, Windows

_KIND = "pixels never looked at"


@attrs.frozen
class _Gap:
    """A call that leaves pixels out.

    Attributes:
        place: The name of the block, or of the layer where it is in none.
        windows: Its windows.
        share: Share of the pixels that it never looks at.
    """

    place: str
    windows: Windows
    share: float


def skipped_pixels(network: Network) -> Check | None:
    """Layers that move their window further than it reaches."""
    gaps = list(_gaps(network))
    if not gaps:
        return None
    first = gaps[0]
    names = list(dict.fromkeys(gap.place for gap in gaps))
    more = listed(network.label(name) for name in names if name != first.place)
    sizes = sizes_text(map(_size, first.windows))
    steps = sizes_text(dict.fromkeys(window.step for window in first.windows))
    return Check(
        kind=_KIND,
        severity="advice",
        reason=(
            f"{network.label(first.place)} moves a window of {sizes} px in steps of {steps}, so that "
            f"{percent_text(first.share)} of the pixels before it are never looked at: what is found only there is "
            "lost." + (f" So it is with {more}." if more else "")
        ),
        places=tuple(name for name in names if name in network.blocks),
        mends=possible(network, _KIND, _mends(network, gaps)),
    )


def _gaps(network: Network) -> Iterator[_Gap]:
    nodes = network.calls.nodes
    for name, data in nodes(data=True):
        windows, seen = data["windows"], _seen(data["windows"])
        if seen == 1:
            continue
        # A shortcut may leave out what another layer of its block looks at.
        siblings = {
            other
            for source in data["inputs"]
            for other in network.calls.successors(source)
            if other != name and nodes[other]["block"] == data["block"]
        }
        if all(_seen(nodes[other]["windows"]) < 1 for other in siblings):
            yield _Gap(data["block"] or data["layer"], windows, 1 - seen)


def _seen(windows: Windows | None) -> float:
    """Compute the share of the pixels that is looked at; it is 1 where the windows are not known."""
    if windows is None:
        return 1
    height, width = windows
    return _seen_along(height) * _seen_along(width)


def _seen_along(window: Window) -> float:
    if window.step <= 1:
        return 1
    seen = {
        position % window.step
        for first, last in zip(window.first, window.last, strict=True)
        for position in range(first, min(last, first + window.step * window.spacing) + 1, window.spacing)
    }
    return len(seen) / window.step


def _size(window: Window) -> int:
    return max(last - first for first, last in zip(window.first, window.last, strict=True)) + 1


def _mends(network: Network, gaps: list[_Gap]) -> Iterator[Mend | None]:
    """Pool by 2 as often as it takes, or once; with either, make the kernels of strided convolutions larger."""
    pooling: list[str] = []
    kernels: dict[str, Mapping[str, Any]] = {}
    for gap in gaps:
        block = network.block(gap.place)
        if not isinstance(block, EncoderBlock):
            return
        path, covering = network.path(gap.place), block.covering_kernel()
        if covering:
            kernels[path] = covering
        elif (block.pooling_window or 0) >= 2:  # a smaller window leaves pixels out at stride 2 too
            pooling.append(path)
        else:
            return
    larger = f"larger kernels in {_names(kernels)}" if kernels else ""
    of_kernels = {f"{path}.{field}": value for path, new in kernels.items() for field, value in new.items()}
    if not pooling:
        yield mend(of_kernels, larger)
        return
    more = f", {larger}" if kernels else ""
    yield mend(
        _pooling_repeated(network, pooling, kernels), f"pooling by 2 repeatedly in {_names(pooling)}{more}"
    )
    once = {f"{path}.pooling_stride": 2 for path in pooling}
    yield mend({**once, **of_kernels}, f"pooling stride 2 in {_names(pooling)}{more}")


def _names(paths: Iterable[str]) -> str:
    return listed(path.replace("encoder[", "enc").replace("[", "").rstrip("]") for path in paths)


def _pooling_repeated(
    network: Network, pooling: Collection[str], kernels: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any] | None:
    """Put blocks that only pool next to those that pool too far, so that all strides stay as they are."""
    stacks: dict[str, list[Any]] = {}
    for stage in ("stem", "encoder"):
        stack = stacks[f"{stage}[:]"] = []
        for index, block in enumerate(getattr(network.architecture, f"{stage}_stack") or ()):
            path = f"{stage}[{index}]"
            if path in kernels:
                stack.append(attrs.evolve(block, **kernels[path]))
            elif path in pooling:
                halvings = block.pooling_stride.bit_length() - 1
                if 2**halvings != block.pooling_stride:
                    return None
                # A block that pools before its convolutions works on the small map, and goes on doing so.
                between = [SimpleConvBlock(num_convs=0)] * (halvings - 1)
                once = attrs.evolve(block, pooling_stride=2)
                stack.extend([once, *between] if block.pools_last else [*between, once])
            else:
                stack.append(block)
    touched = {path.partition("[")[0] for path in (*pooling, *kernels)}
    return {path: tuple(stack) for path, stack in stacks.items() if path.partition("[")[0] in touched}
