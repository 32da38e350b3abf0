"""Mends at the edge of memory: one that lets a network take more than there is mends nothing."""

from typing import get_args

from encdec_widgets.designs.design import Design
from encdec_widgets.explain.checks.network import Network
from encdec_widgets.explain.costs import Cost, Precision

EDGE = 4
"""No mend takes so many times the memory: only where the network takes more than this part of the memory that there is,
is what a mend leads to built and looked at, which takes as long as an edit. What is to take less is always built."""


_NOT_EVEN_BUILT = 3


def beyond(cost: Cost, limit: int) -> int:
    """How far a network is beyond the memory: 0 if it can be trained, 1 if it can only be run, 2 if not even that."""
    run, train = cost.inference_bytes or 0, cost.training_bytes or 0
    return 2 if run > limit else int(train > limit)


def keeps_within_memory(network: Network, after: Design) -> bool:
    """Whether a design can still be run and trained where the network that it mends can."""
    cost, limit = network.cost, network.memory_bytes
    if cost is None or limit is None or cost.inference_bytes is None:
        return True
    now = beyond(cost, limit)
    nearer = cost.inference_bytes if now else cost.training_bytes
    if now == 2 or nearer is None or EDGE * nearer <= limit:
        return True
    return _beyond_then(cost, limit, after) <= now


def comes_within_memory(network: Network, after: Design) -> bool:
    """Whether a design can be run, or trained, where the network that it mends cannot; it is built."""
    cost, limit = network.cost, network.memory_bytes
    return cost is None or limit is None or _beyond_then(cost, limit, after) < beyond(cost, limit)


def _beyond_then(cost: Cost, limit: int, after: Design) -> int:
    known = cost.precision in get_args(Precision)
    try:
        then = after.build().cost(cost.batch_size, cost.precision if known else None)  # type: ignore[arg-type]
    except Exception:  # noqa: BLE001 - a user's block may raise anything; what cannot be built mends nothing
        return _NOT_EVEN_BUILT
    return beyond(then, limit)
