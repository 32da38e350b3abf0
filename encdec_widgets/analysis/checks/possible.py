"""Mends that work: what a check offers is tried on the design first."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from encdec_widgets.analysis.checks.foreseen import WARNINGS, foreseen
from encdec_widgets.analysis.checks.network import Network
from encdec_widgets.mends import Mend

LOG = logging.getLogger("encdec_widgets.analysis.checks")
"""What could not be checked or mended, because a user's class raised an error, goes here (at the level "debug")."""


def mend(changes: Mapping[str, Any] | None, words: str) -> Mend | None:
    """A mend that makes some changes together; None without changes."""
    if not changes:
        return None
    if len(changes) > 1:
        return Mend(None, None, dict(changes), words)
    ((field, value),) = changes.items()
    return Mend(field, value, dict(changes), words)


def changed(design: Any, changes: Mapping[str, Any]) -> Any | None:
    """The design with some changes; None where it is no valid one, or only one with an output larger than its input."""
    try:
        after = design.replace_all(changes)
        sound = _ends_within_input(after) or not _ends_within_input(design)
    except Exception:  # noqa: BLE001 - a user's class may raise anything when it is given another value
        return None
    return after if sound and after != design else None


def _ends_within_input(design: Any) -> bool:
    head = design.head
    return bool(design.architecture.output_stride >= 1 or (head is not None and head.stride is not None))


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
