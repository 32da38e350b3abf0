"""Feature maps as the page takes them: plain data and the bytes of pictures."""

from typing import Any

from encdec_widgets.explain.seen import Seen, Unbounded
from encdec_widgets.formatting import sizes_text, stride_text
from encdec_widgets.widgets.pages.feature_maps_words import peak_words, range_words
from encdec_widgets.workers.feature_maps import BlockMaps, FeatureMaps

LONGEST_PERIOD = 4096
"""What positions see is sent as long as it repeats after so many of them at most."""
_EXTENTS = {"whole image": "the whole image", "unknown": "an unknown part of the image"}


def image_of_page(maps: FeatureMaps) -> tuple[dict[str, Any], bytes]:
    """The image as the network saw it."""
    picture = maps.picture
    image = {
        "size": list(maps.size),
        "channels": picture.shape[2] if picture.ndim == 3 else 1,
        "words": f"Image of {sizes_text(maps.size)} px as the network sees it.",
    }
    return image, picture.tobytes()


def block_of_page(block: BlockMaps, seen: Seen | None) -> tuple[dict[str, Any], bytes]:
    """The maps of a block.

    Args:
        block: The block.
        seen: What its positions see of the image; None where that is not known.
    """
    extent, sees = "unknown", []
    if isinstance(seen, Unbounded):
        extent = seen.extent
    elif seen is not None and max(axis.period for axis in seen) <= LONGEST_PERIOD:
        sees = [
            {"period": axis.period, "step": axis.step, "first": list(axis.first), "last": list(axis.last)}
            for axis in seen
        ]
    told = {
        "label": block.label,
        "size": list(block.size),
        "strides": stride_text(block.stride),
        "tile": list(block.tiles.shape[1:]),
        "channels": [{"number": one.number, "words": range_words(one)} for one in block.liveliest],
        "sees": sees,
        "extent": _EXTENTS[extent],
    }
    return told, block.tiles.tobytes()


def head_of_page(maps: FeatureMaps, block: str) -> tuple[dict[str, Any], bytes]:
    """The peaks of the head that is selected, or else of the first one; empty of a network without heads."""
    heads = [head for head in maps.heads if head.name == block] or list(maps.heads)
    if not heads:
        return {}, b""
    head = heads[0]
    told = {
        "label": head.label,
        "size": list(head.heat.shape),
        "peaks": [{"place": list(peak.position), "words": peak_words(peak)} for peak in head.peaks],
    }
    return told, head.heat.tobytes()
