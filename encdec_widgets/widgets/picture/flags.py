"""What is said of blocks in the picture: what checks found there, and where what was asked for goes wrong."""

from collections.abc import Collection

from encdec_widgets.designs.block_edits import nodes_at
from encdec_widgets.session.shown import Shown

_BREAKS = "⚠ cannot divide the size that was asked for"


def flags(shown: Shown, dismissed: Collection[str]) -> dict[str, str]:
    """What is to be said of blocks, by name.

    Args:
        shown: The network on screen.
        dismissed: Kinds of advice that are not to be told.
    """
    said: dict[str, list[str]] = {}
    for check in shown.told(dismissed):
        for name in check.places:
            said.setdefault(name, []).append(f"⚠ {check.kind}")
    found = {name: ", ".join(kinds) for name, kinds in said.items()}
    if shown.broken_at:
        found.update(dict.fromkeys(nodes_at(shown.backbone.blocks, shown.broken_at), _BREAKS))
    return found
