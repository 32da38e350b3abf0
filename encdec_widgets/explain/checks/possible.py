"""Mends that work: what a check offers is tried on the design first."""

import logging
from collections.abc import Iterable

from encdec_widgets.designs.classes import users_classes
from encdec_widgets.designs.levels import changed
from encdec_widgets.designs.mends import Mend
from encdec_widgets.explain.checks.foreseen import WARNINGS, foreseen
from encdec_widgets.explain.checks.network import Network
from encdec_widgets.explain.checks.within_memory import keeps_within_memory

OF_MEMORY = "too large to"
"""So begin the kinds of checks whose mends are seen to take less when they are made."""
LOG = logging.getLogger("encdec_widgets.explain.checks")


def log_error(network: Network, what: str) -> None:
    """Log the exception that kept a check or a mend from being made.

    Where a user's class has a part in it, which may raise anything, the level is "debug". Otherwise it is a fault of
    this package, and the level is "error".

    Args:
        network: The network that was checked.
        what: What could not be made.
    """
    level = logging.DEBUG if users_classes(network.design) else logging.ERROR
    LOG.log(level, "%s could not be made", what, exc_info=True)


def possible(network: Network, kind: str, mends: Iterable[Mend | None]) -> tuple[Mend, ...]:
    """Those mends that give another valid design, each once.

    Args:
        network: The network that was checked.
        kind: The kind of the check. A mend that is foreseen to leave it or to bring a warning is none, nor is one that
            takes more memory than there is.
        mends: What might mend it. A generator may raise an error, such as a user's class makes: what it gave before
            that counts.
    """
    found: list[Mend] = []
    try:
        for one in mends:
            if one is not None and one not in found and _works(network, kind, one):
                found.append(one)
    except Exception:  # noqa: BLE001 - a user's class may raise anything; it is logged
        log_error(network, f"A mend of {kind!r}")
    return tuple(found)


def _works(network: Network, kind: str, one: Mend) -> bool:
    after = changed(network.design, one.changes)
    if after is None:
        return False
    now, then = (foreseen(design, network.skipping) for design in (network.design, after))
    if now is not None and then is not None and (kind in then or (then & WARNINGS) - now):
        return False
    return kind.startswith(OF_MEMORY) or keeps_within_memory(network, after)
