"""Mends that work: what a check offers is tried on the design first."""

import logging
from collections.abc import Iterable

from encdec_widgets.designs.levels import changed
from encdec_widgets.designs.mends import Mend
from encdec_widgets.explain.checks.foreseen import WARNINGS, foreseen
from encdec_widgets.explain.checks.network import Network

LOG = logging.getLogger("encdec_widgets.explain.checks")
"""What could not be checked or mended, because a user's class raised an error, goes here (at the level "debug")."""


def possible(network: Network, kind: str, mends: Iterable[Mend | None]) -> tuple[Mend, ...]:
    """Those mends that give another valid design, each once.

    Args:
        network: The network that was checked.
        kind: The kind of the check. A mend that is foreseen to leave it, or to bring a warning, is none.
        mends: What might mend it. A generator may raise an error, such as a user's class makes: what it gave before
            that counts.
    """
    found: list[Mend] = []
    try:
        for one in mends:
            if one is not None and one not in found and _works(network, kind, one):
                found.append(one)
    except Exception:
        LOG.debug("No further mends of %r", kind, exc_info=True)
    return tuple(found)


def _works(network: Network, kind: str, one: Mend) -> bool:
    after = changed(network.design, one.changes)
    if after is None:
        return False
    now, then = (foreseen(design, network.skipping) for design in (network.design, after))
    if now is None or then is None:
        return True
    return kind not in then and not (then & WARNINGS) - now
