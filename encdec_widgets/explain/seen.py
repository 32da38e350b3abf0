"""What the output of each call sees of the image, through all calls before it (exact)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import attrs

from encdec_widgets.explain.joined_windows import either, through
from encdec_widgets.networks.windows import POINT, WHOLE, Window, Windows

if TYPE_CHECKING:
    import networkx as nx


@attrs.frozen
class Unbounded:
    """A receptive field that is not a box of the image.

    Attributes:
        extent: "whole image" or "unknown".
        why: Name of the layer that it is due to.
    """

    extent: Literal["whole image", "unknown"]
    why: str


Seen = Windows | Unbounded
"""The receptive field of a map: windows from the map to the image, along height and width, or none."""

_IMAGE: Seen = (POINT, POINT)


def what_is_seen(calls: "nx.DiGraph[str]") -> dict[str, Seen]:
    """What the output of each call sees of the image, by the call's name.

    Args:
        calls: What :func:`encdec_widgets.networks.call_graph.call_graph` returned.
    """
    seen: dict[str, Seen] = {}
    nodes = calls.nodes
    for name, call in nodes(data=True):
        inputs = call["inputs"]
        if not inputs:
            is_image = len(call["shapes"][0]) == 3
            seen[name] = _IMAGE if is_image else Unbounded("unknown", call["layer"])
        else:
            seen[name] = _seen_by(call, [seen[source] for source in inputs], [nodes[s] for s in inputs])
    return seen


def merged(parts: Iterable[Seen], layer: str) -> Seen:
    """What several maps of the same size depend on together.

    If one of them sees the whole image, all of them together do. Otherwise, if one is unknown, all together are.

    Args:
        parts: What each of them sees.
        layer: Name of the layer that merges them.
    """
    boxes: list[Windows] = []
    unknown = None
    for part in parts:
        if isinstance(part, tuple):
            boxes.append(part)
        elif part.extent == "whole image":
            return part
        else:
            unknown = unknown or part
    if unknown:
        return unknown
    result = boxes[0]
    for box in boxes[1:]:
        windows = _by_axis(either, result, box)
        if windows is None:
            return Unbounded("unknown", layer)
        result = windows
    return result


def _seen_by(call: Mapping[str, Any], parts: Sequence[Seen], sources: Sequence[Mapping[str, Any]]) -> Seen:
    windows: Windows | None = call["windows"]
    layer: str = call["layer"]
    if windows is None:
        # If all inputs see the whole image, so does the output, even of an unknown layer.
        if all(isinstance(part, Unbounded) and part.extent == "whole image" for part in parts):
            return parts[0]
        return next(
            (p for p in parts if isinstance(p, Unbounded) and p.extent == "unknown"),
            Unbounded("unknown", layer),
        )
    before = merged(parts, layer)
    if isinstance(before, Unbounded):
        return before
    if windows[0] is WHOLE or windows[1] is WHOLE:
        return Unbounded("whole image", layer)
    if windows[0] is POINT and windows[1] is POINT:
        stretched = any(_stretches(source["shapes"][0], call["shapes"][0]) for source in sources)
        return Unbounded("unknown", layer) if stretched else before
    return _by_axis(through, windows, before) or Unbounded("unknown", layer)


def _stretches(given: Sequence[int | None], made: Sequence[int | None]) -> bool:
    """Whether a map is repeated to fit another, so that a position does not depend on the same position of it."""
    return len(given) != len(made) or any(
        before == 1 != after for before, after in zip(given[:-1], made[:-1], strict=True)
    )


def _by_axis(join: Any, one: Windows, other: Windows) -> Windows | None:
    """Join windows along height and along width; once, where both are the same."""
    height: Window | None = join(one[0], other[0])
    if one[0] is one[1] and other[0] is other[1]:
        return None if height is None else (height, height)
    width: Window | None = join(one[1], other[1])
    return None if height is None or width is None else (height, width)
