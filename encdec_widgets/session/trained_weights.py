"""Weights that were trained in another process, and how they come to the networks of a session.

They come by the rule that keeps weights over edits (:mod:`encdec_widgets.networks.followed`): a layer is known by its
origin through all networks in which it keeps its weights. So weights that were trained for one design reach those of
its layers that a later network still has, and those that undo can bring back.

Nothing is filled or built for it. A layer that has no weights yet reads them from the file when it is filled, as where
``designer.model`` is read; one that has them gets them at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs
from numpy.typing import NDArray

from encdec_widgets.backbone import Backbone
from encdec_widgets.networks.followed import FollowedLayer, Origin
from encdec_widgets.networks.weights import give_when_filled, has_values, held_elsewhere
from encdec_widgets.session.kept_weights import KeptWeights

if TYPE_CHECKING:  # What trains is imported when something was trained.
    from encdec_widgets.workers.training.result import WeightsOf

_OF_THE_TASK = re.compile(r"stack\d+_head/")
"""How the paths of the weights begin that make the task's maps: they stay with the task."""


@attrs.frozen(eq=False)
class Read:
    """Reads one of the weights of a file.

    Attributes:
        weights: The file, which is there as long as somebody holds this.
        number: The number of the weights in it.
    """

    weights: WeightsOf
    number: int

    def __call__(self) -> NDArray[Any]:
        """The values."""
        from encdec_widgets.workers.training.weights_file import load_one

        return load_one(self.weights.path, self.number)


Learnt = Mapping[Origin, tuple[Read | None, ...]]
"""What was learnt: of each layer, by its origin, what reads each of its weights; None of one that was not trained."""


def has_weights(backbone: Backbone) -> bool:
    """Whether a network has any weights, or is to get some from elsewhere, that are no freshly drawn ones."""
    return any(map(has_values, backbone.network.variables))


def learnt(trained: Backbone, weights: WeightsOf) -> Learnt:
    """What was learnt of the layers of a network.

    Args:
        trained: The network as it is here; training had a copy of it, with the task's maps in place of its heads.
        weights: Those of the copy.

    Raises:
        TimingError: If the file can't be read.
    """
    from encdec_widgets.workers.training.weights_file import load

    saved = [(path, values.shape) for path, values in load(weights.path)]
    numbers = _numbers(trained, saved)
    found: dict[Origin, tuple[Read | None, ...]] = {}
    for layer in _layers(trained):
        each = (numbers.get(id(variable)) for variable in layer.sources)
        reads = tuple(None if number is None else Read(weights, number) for number in each)
        if any(reads):
            found[layer.origin] = reads
    return found


def take(what: Learnt, backbone: Backbone, kept: KeptWeights) -> KeptWeights:
    """Let those layers of a network have learnt weights that are still the same.

    Args:
        what: What was learnt.
        backbone: The network.
        kept: What is known with it of weights that edits took away.

    Returns:
        What is known with it now: layers that undo brings back have what was learnt too.
    """
    valued = set(kept.valued)
    for layer in _layers(backbone):
        for variable, read in zip(layer.sources, what.get(layer.origin, ()), strict=False):
            if read is not None:
                give_when_filled(variable, read)
                valued.add(layer.origin)
    layers = {origin: _with(layer, what.get(origin)) for origin, layer in kept.layers.items()}
    return attrs.evolve(kept, valued=frozenset(valued), layers=layers)


def _with(layer: FollowedLayer, reads: tuple[Read | None, ...] | None) -> FollowedLayer:
    if reads is None:
        return layer
    sources = tuple(
        source if read is None else held_elsewhere(read)
        for source, read in zip(layer.sources, reads, strict=True)
    )
    return attrs.evolve(layer, sources=sources)


def _numbers(trained: Backbone, saved: Sequence[tuple[str, tuple[int, ...]]]) -> dict[int, int]:
    """Which of the saved weights each variable of a network has, by the variable's id.

    Paths say so for layers that have a name of their block. Keras numbers the others anew in each process: they count
    in their order.
    """
    prefixes = tuple(built.call.prefix for built in trained.built_blocks)
    heads = {
        id(variable)
        for built in trained.built_blocks
        if built.call.stage == "head"
        for variable in built.variables
    }
    here = {
        id(variable): variable for variable in trained.network.variables if id(variable) not in heads
    }.values()
    numbered = [(number, path, shape) for number, (path, shape) in enumerate(saved)]
    there = [one for one in numbered if not _OF_THE_TASK.match(one[1])]
    by_path = {variable.path: variable for variable in here if variable.path.startswith(prefixes)}
    pairs = [(by_path[path], number, shape) for number, path, shape in there if path in by_path]
    unnamed = [variable for variable in here if not variable.path.startswith(prefixes)]
    others = [(number, shape) for number, path, shape in there if not path.startswith(prefixes)]
    if len(unnamed) == len(others):
        pairs += [(variable, *other) for variable, other in zip(unnamed, others, strict=True)]
    return {id(variable): number for variable, number, shape in pairs if tuple(variable.shape) == shape}


def _layers(backbone: Backbone) -> Iterator[FollowedLayer]:
    for of_place in backbone.network.layers.values():
        yield from of_place.values()
