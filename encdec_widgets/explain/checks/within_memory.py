"""Mends at the edge of memory: one that lets a network take more than there is mends nothing."""

from functools import lru_cache
from typing import Any, get_args

from encdec_widgets.designs.classes import users_classes
from encdec_widgets.designs.design import Design
from encdec_widgets.explain.checks.network import Network
from encdec_widgets.explain.costs import Cost, Precision
from encdec_widgets.networks.building import settings_here

EDGE = 4
"""No mend takes so many times the memory: only where the network takes more than this part of the memory that there is,
is what a mend leads to built and looked at, which takes as long as an edit. What is to take less is always built."""


_NOT_EVEN_BUILT = 3


def beyond(run: int | None, train: int | None, limit: int) -> int:
    """How far a network is beyond the memory: 0 if it can be trained, 1 if it can only be run, 2 if not even that.

    Args:
        run: Bytes that running it takes; None where that is not known, which counts as nothing.
        train: Bytes that training it takes.
        limit: Bytes of memory that there are.
    """
    return 2 if (run or 0) > limit else int((train or 0) > limit)


def keeps_within_memory(network: Network, after: Design) -> bool:
    """Whether a design can still be run and trained where the network that it mends can."""
    cost, limit = network.cost, network.memory_bytes
    if cost is None or limit is None or cost.inference_bytes is None:
        return True
    now = beyond(cost.inference_bytes, cost.training_bytes, limit)
    nearer = cost.inference_bytes if now else cost.training_bytes
    if now == 2 or nearer is None or EDGE * nearer <= limit:
        return True
    return _beyond_then(cost, limit, after) <= now


def comes_within_memory(network: Network, after: Design) -> bool:
    """Whether a design can be run, or trained, where the network that it mends cannot; it is built."""
    cost, limit = network.cost, network.memory_bytes
    if cost is None or limit is None:
        return True
    return _beyond_then(cost, limit, after) < beyond(cost.inference_bytes, cost.training_bytes, limit)


def _beyond_then(cost: Cost, limit: int, after: Design) -> int:
    precision = cost.precision if cost.precision in get_args(Precision) else None
    try:
        of_one = _cost_of_one.__wrapped__ if users_classes(after) else _cost_of_one
        one = of_one(after, precision, settings_here())
    except Exception:  # noqa: BLE001 - a user's block may raise anything; what cannot be built mends nothing
        return _NOT_EVEN_BUILT
    more = cost.batch_size - 1
    run, train = one.inference_bytes, one.training_bytes
    if run is not None and train is not None:
        run += more * (run - one.inference_weight_bytes)
        train += more * (train - one.training_weight_bytes)
    return beyond(run, train, limit)


@lru_cache(maxsize=32)
def _cost_of_one(after: Design, precision: Precision | None, settings: tuple[Any, ...]) -> Cost:
    """What a design costs with one image: the same at every step of a slider of the batch size.

    Args:
        after: The design.
        precision: The dtype policy that it is to have; None for the one that is set.
        settings: What is set, which another build depends on.
    """
    return after.build().cost(1, precision)
