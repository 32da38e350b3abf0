"""What each single position of a block's map sees of the image (exact)."""

from typing import TYPE_CHECKING

from encdec_widgets.explain.seen import Seen, what_is_seen
from encdec_widgets.networks.windows import Window

if TYPE_CHECKING:
    import networkx as nx


def seen_by_blocks(calls: "nx.DiGraph[str]") -> dict[str, Seen]:
    """What the positions of each block's output see, by the block's name.

    Args:
        calls: What :func:`encdec_widgets.networks.call_graph.call_graph` returned.

    Example:
        >>> from encdec_widgets import preset
        >>> seen = seen_by_blocks(preset("SLEAP centroid").build().calls)["stack0_enc1"]
        >>> [ends_at(axis, 0) for axis in seen], [ends_at(axis, 10) for axis in seen]
        ([(-4, 5), (-4, 5)], [(16, 25), (16, 25)])
    """
    seen = what_is_seen(calls)
    return {block: seen[name] for name, blocks in calls.nodes(data="output_of") for block in blocks}


def ends_at(window: Window, position: int) -> tuple[int, int]:
    """The first and the last px of the image that a position depends on, along one axis.

    They may lie beyond the image, in its padding. Where the last lies before the first, it depends on none.
    """
    turns, place = divmod(position, window.period)
    return window.first[place] + turns * window.step, window.last[place] + turns * window.step
