"""Pooling, or a strided convolution, whose window is smaller than its stride: it never looks at some of the pixels."""

from collections.abc import Iterator
from typing import Any

import attrs

from encdec_widgets.analysis.checks.check import Check
from encdec_widgets.analysis.checks.network import Network
from encdec_widgets.analysis.checks.possible import mend, possible
from encdec_widgets.analysis.checks.words import listed
from encdec_widgets.blocks import SimpleConvBlock
from encdec_widgets.fields import described_fields
from encdec_widgets.mends import Mend
from encdec_widgets.windows import Window, Windows


@attrs.frozen
class _Gap:
    """A call that leaves pixels out.

    Attributes:
        place: The block, or the layer where it is in none.
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
    share = f"{100 * first.share:.0f} %"
    names = list(dict.fromkeys(gap.place for gap in gaps))
    more = listed(network.label(name) for name in names if name != first.place)
    sizes = " × ".join(str(_size(window)) for window in first.windows)
    steps = " × ".join(str(step) for step in dict.fromkeys(window.step for window in first.windows))
    return Check(
        kind="pixels never looked at",
        severity="advice",
        reason=(
            f"{network.label(first.place)} moves a window of {sizes} px in steps of {steps}, so that {share} of the "
            "pixels before it are never looked at: what is found only there is lost."
            + (f" So it is with {more}." if more else "")
        ),
        places=tuple(name for name in names if name in network.blocks),
        mends=possible(network.design, _mends(network, gaps)),
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
    """The share of the pixels that is looked at; all of them where it cannot be told."""
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
    """Larger kernels; pooling by 2 as often as it takes; pooling by 2 once."""
    blocks: dict[str, Any] = {}
    for gap in gaps:
        definition = network.blocks.nodes[gap.place]["definition"] if gap.place in network.blocks else None
        steps = {window.step for window in gap.windows}
        if definition is None or steps != {getattr(definition, "pooling_stride", None)}:
            return  # What moves the window so far is no field of a block.
        blocks[network.path(gap.place)] = definition
    names = listed(path.replace("encoder[", "enc").replace("[", "").rstrip("]") for path in blocks)
    kernels = {f"{path}.kernel_size": block.pooling_stride // 2 * 2 + 1 for path, block in blocks.items()}
    if all(_strides_by_kernel(block) for block in blocks.values()):
        yield mend(kernels, f"larger kernels in {names}")
        return
    yield mend(_pooling_repeated(network, blocks), f"pooling by 2 repeatedly in {names}")
    yield mend({f"{path}.pooling_stride": 2 for path in blocks}, f"pooling stride 2 in {names}")


def _strides_by_kernel(block: Any) -> bool:
    """Whether it is a convolution that moves by the block's stride, rather than a pooling of 2 x 2."""
    return "kernel_size" in described_fields(block) and not isinstance(block, SimpleConvBlock)


def _pooling_repeated(network: Network, blocks: dict[str, Any]) -> dict[str, Any] | None:
    """Blocks that only pool, next to those that pooled too far, so that all strides stay as they are."""
    changes: dict[str, Any] = {}
    for stage in ("stem", "encoder"):
        stack: list[Any] = []
        for index, block in enumerate(getattr(network.architecture, f"{stage}_stack") or ()):
            if f"{stage}[{index}]" not in blocks:
                stack.append(block)
                continue
            halvings = block.pooling_stride.bit_length() - 1
            if 2**halvings != block.pooling_stride:
                return None
            # A block that pools before its convolutions works on the small map, and goes on doing so.
            pooling = [SimpleConvBlock(num_convs=0)] * (halvings - 1)
            once = attrs.evolve(block, pooling_stride=2)
            stack.extend([once, *pooling] if _pools_last(block) else [*pooling, once])
            changes[f"{stage}[:]"] = stack
    return {path: tuple(stack) for path, stack in changes.items()}


def _pools_last(block: Any) -> bool:
    return isinstance(block, SimpleConvBlock) and not block.pool_before_convs
