"""Networks that nobody uses any more, freed at once.

Keras models are cycles, which only Python's garbage collector frees, and it does not see how much memory their weights
hold. A full collection looks at every object of the process, which takes some 200 ms. Here only the objects of one
network are looked at, by the collector's own reasoning: what is referred to from within them alone is used by nobody.
"""

import gc
import sys
from collections import Counter
from collections.abc import Iterable
from types import BuiltinFunctionType, CodeType, FrameType, ModuleType
from typing import Any
from weakref import ref

from encdec_widgets._keras import keras
from encdec_widgets.networks.keras_private import empty, is_filled, is_variable, let_go_of_values
from encdec_widgets.networks.weights import number_in

_NEVER_A_NETWORKS_OWN = (type, ModuleType, CodeType, FrameType, BuiltinFunctionType)
MOST_OBJECTS = 500_000
"""A network that leads to more objects is left to the garbage collector."""


TRY_AFTER = 2_000_000
"""So many parameters of discarded networks, 8 MB, may wait: to look at a network costs as much as a small edit."""
COLLECT_AFTER = 16_000_000
"""After so many parameters that are still used in part, or were when it was tried, everything is collected."""


class Discarded:
    """Networks that were replaced by others, whose weights are freed as soon as nobody uses them."""

    def __init__(self) -> None:
        """Begin with none."""
        self._waiting: list[
            tuple[ref[Any], int, bool]
        ] = []  # with parameters, and whether it was tried before
        self._used = 0

    def add(self, model: Any, newer: Any) -> None:
        """Add a Keras model that was replaced by a ``newer`` one, which may share layers and weights with it."""
        shared = {id(variable) for variable in newer.variables}
        own = [variable for variable in model.variables if id(variable) not in shared and is_filled(variable)]
        if own:
            self._waiting.append((ref(model), number_in(own), False))

    def free(self, newest: Any) -> None:
        """Free those that nobody uses, once it is worth it. The ``newest`` model may share layers with them."""
        if sum(parameters for _, parameters, _ in self._waiting) < TRY_AFTER:
            return
        waiting, self._waiting = self._waiting, []
        for model, parameters, tried in waiting:
            if free_if_unused(model, [newest]):
                continue
            if tried:
                self._used += parameters
            else:  # A loop may hold the last model until it reads the next one.
                self._waiting.append((model, parameters, True))
        if self._used > COLLECT_AFTER:
            self._used = 0
            gc.collect()


def free_if_unused(model: "ref[Any]", others: Iterable[Any]) -> bool:
    """Free the weights of a network, unless something outside of it uses any part of it.

    A layer, a tensor or a single weight that is held elsewhere counts as a use of all that it leads to.

    Args:
        model: Refers to the network, which must not be held by the caller.
        others: Keras models that are in use, and may share layers and weights with it: their layers stay.

    Returns:
        Whether all that is its own is gone.
    """
    objects = [model()]
    if objects[0] is None:
        return True
    ours = {id(operation) for other in others for operation in other.operations}
    references = _explore(objects, ours)
    if references is None:
        return False
    unused = _unused(objects, references)
    own = {id(operation) for operation in objects[0].operations} - ours
    if not {id(objects[0]), *own} <= unused:
        return False
    for thing in objects:
        if id(thing) in unused:
            if is_variable(thing):
                empty(thing)
            elif isinstance(thing, keras.layers.Layer):
                let_go_of_values(thing)
    return True


def _explore(objects: list[Any], left_out: set[int]) -> Counter[int] | None:
    """Add everything that ``objects`` lead to; count by id how often each thing is referred to from among them."""
    references: Counter[int] = Counter()
    seen = left_out | set(map(id, objects))
    start = 0
    while start < len(objects):
        found = gc.get_referents(*objects[start:])
        start = len(objects)
        references.update(map(id, found))
        for thing in filter(gc.is_tracked, found):
            if id(thing) not in seen:
                seen.add(id(thing))
                if _may_be_its_own(thing):
                    objects.append(thing)
        if start > MOST_OBJECTS:
            return None
    return references


def _may_be_its_own(thing: Any) -> bool:
    names_of_a_module = type(thing) is dict and "__builtins__" in thing
    return not names_of_a_module and not isinstance(thing, _NEVER_A_NETWORKS_OWN)


def _unused(objects: list[Any], references: Counter[int]) -> set[int]:
    """The ids of those of ``objects`` that are referred to from among them alone."""
    sentinel = [object()]
    ours = sys.getrefcount(sentinel[0])  # what asking costs, and the list
    unused = set(map(id, objects))
    used = [
        i for i in range(len(objects)) if sys.getrefcount(objects[i]) - ours != references[id(objects[i])]
    ]
    pending = [objects[i] for i in used]
    while pending:
        unused.difference_update(map(id, pending))
        pending = [thing for thing in gc.get_referents(*pending) if id(thing) in unused]
    return unused
