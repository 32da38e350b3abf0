"""How many values of feature maps a network holds at once, from the order of its calls (an estimate).

One image goes through the network, one call after the other. A map is held from the call that makes it until the last
call that needs it. What a layer holds inside of itself is not counted: workspaces of convolutions, and maps between the
layers inside of a user's layer.
"""

import math
from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    import networkx as nx


@attrs.frozen
class Peak:
    """The most that is held at once.

    Attributes:
        values: Values of feature maps, for one image.
        layer: The layer that is computed then; the first one, where there are several such moments.
    """

    values: int
    layer: str


def values_put_out(call: Mapping[str, Any]) -> int | None:
    """How many values a call puts out for one image, in all its outputs (exact); None where a size is open.

    Args:
        call: Node attributes of the call: see :func:`encdec_widgets.networks.call_graph.call_graph`.
    """
    if any(None in shape for shape in call["shapes"]):
        return None
    return sum(map(math.prod, call["shapes"]))


def inference_peak(calls: "nx.DiGraph[str]") -> Peak | None:
    """The most that a forward pass holds at once.

    At each call that is what it takes, what it puts out, and what later calls still need. Outputs of the network are
    held until the end, and its input as long as it is needed. What a call puts out never takes the place of what it
    takes, though some backends do that where a layer changes each value by itself.

    Args:
        calls: What :func:`encdec_widgets.networks.call_graph.call_graph` returned.

    Returns:
        The peak; None where a size is open.
    """
    maps = _maps(calls, {"given", "given in inference"})
    if maps is None:
        return None
    values, step = _most((one.size, one.made, one.last_use(len(calls))) for one in maps)
    return Peak(values, list(calls.nodes.values())[step]["layer"])


def training_peak_values(calls: "nx.DiGraph[str]") -> int | None:
    """The most values of feature maps, and of gradients of maps, that a training step holds at once, for one image.

    The forward pass is followed by a backward pass through the same calls in the opposite order. A call has a backward
    pass if it, or any call before it that leads to it, has weights that are trained.

    - A map that a call with a backward pass makes or takes is held until the last such backward pass. Backends drop
      some of these maps (those that a gradient does not depend on, or that are quickly computed again) and need
      workspaces of about their size to compute gradients, which are not counted.
    - The gradient of a map is held from the backward pass of the last call that takes it (of an output: from the loss)
      through that of the call that makes it. An image has no gradient.

    Args:
        calls: What :func:`encdec_widgets.networks.call_graph.call_graph` returned.

    Returns:
        The number; None where a size is open.
    """
    maps = _maps(calls, {"given"})
    if maps is None:
        return None
    trained = _with_backward_pass(calls)
    count = len(calls)
    spans = []
    for one in maps:
        backward = [2 * count - 1 - step for step in (one.made, *one.taken) if trained[step]]
        spans.append((one.size, one.made, max(backward, default=one.last_use(count))))
        if trained[one.made]:
            spans.append((one.size, count if one.is_output else min(backward), max(backward)))
    return _most(spans)[0]


@attrs.define
class _Map:
    """The output of one call, and the outputs of later calls that take the same memory.

    Steps are numbers of calls, from 0.
    """

    size: int
    made: int
    taken: list[int] = attrs.field(factory=list)
    is_output: bool = False

    def last_use(self, steps: int) -> int:
        """The last step of a forward pass of so many steps at which it is held."""
        return steps - 1 if self.is_output else max(self.taken, default=self.made)


def _maps(calls: "nx.DiGraph[str]", same_memory: set[str]) -> list[_Map] | None:
    """The maps of a forward pass, in which calls whose output is in ``same_memory`` (see ``Traits``) make none."""
    maps: list[_Map] = []
    by_call: dict[str, _Map] = {}
    for step, name in enumerate(calls):
        call = calls.nodes[name]
        size = values_put_out(call)
        if size is None:
            return None
        taken = [by_call[source] for source in call["inputs"]]
        for one in taken:
            one.taken.append(step)
        # A user's class may crop where the class that it inherits from only reshapes.
        if call["traits"].output in same_memory and taken and taken[0].size == size:
            by_call[name] = taken[0]
        else:
            by_call[name] = _Map(size, step)
            maps.append(by_call[name])
        by_call[name].is_output |= call["is_output"]
    return maps


def _with_backward_pass(calls: "nx.DiGraph[str]") -> list[bool]:
    """Of each call in order, whether training takes it backwards."""
    trained: dict[str, bool] = {}
    for name, call in calls.nodes(data=True):
        trained[name] = call["is_trained"] or any(trained[source] for source in call["inputs"])
    return list(trained.values())


def _most(spans: Iterable[tuple[int, int, int]]) -> tuple[int, int]:
    """The largest sum of sizes that are held at one step, and the first such step.

    Args:
        spans: A size and the first and the last step at which it is held, for each thing that is held.
    """
    changes: dict[int, int] = {}
    for size, first, last in spans:
        changes[first] = changes.get(first, 0) + size
        changes[last + 1] = changes.get(last + 1, 0) - size
    steps = sorted(changes)
    sums = list(accumulate(changes[step] for step in steps))
    most = max(sums)
    return most, steps[sums.index(most)]
