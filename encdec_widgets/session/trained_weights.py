"""Weights that were trained in another process: how they come to the networks of a session, and how its own leave.

They come by the rule that keeps weights over edits (:mod:`encdec_widgets.networks.followed`): a layer is known by its
origin through all networks in which it keeps its weights. So weights that were trained for one design reach those of
its layers that a later network still has, and those that undo can bring back.

Nothing is filled for it. A layer that has no weights yet reads them from the file when it is filled, as where
``designer.model`` is read; one that has them gets them at once.
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
from numpy.typing import NDArray

from encdec_widgets.backbone import Backbone
from encdec_widgets.networks.followed import FollowedLayer, Origin
from encdec_widgets.networks.weights import give_when_filled, has_values, held_elsewhere, value_of
from encdec_widgets.session.kept_weights import KeptWeights
from encdec_widgets.workers.training.weights_file import load, load_one

Read = Callable[[], NDArray[Any]]
Learnt = Mapping[Origin, tuple[Read | None, ...]]
"""What was learnt: for each layer, by its origin, what gives the values of each weight; None of one that was not."""


class WeightsFile:
    """A file of trained weights, which goes when nobody needs it any more."""

    def __init__(self, path: Path) -> None:
        """Take over a file of :mod:`encdec_widgets.workers.training.weights_file`, and read nothing yet."""
        self.path = path
        weakref.finalize(self, path.unlink, missing_ok=True)

    def read(self, number: int) -> NDArray[Any]:
        """One of the weights, by its number."""
        return load_one(self.path, number)


def weights_of(backbone: Backbone) -> Iterator[tuple[str, NDArray[Any]]]:
    """Those weights of a network that are no freshly drawn ones, each with its path; nothing is filled for it.

    Example:
        >>> from encdec_widgets import Design
        >>> from encdec_widgets.architectures import UNet
        >>> from encdec_widgets.session.trained_weights import weights_of
        >>> backbone = Design(UNet(filters=2, down_blocks=1, up_blocks=1), (32, 32, 1)).build()
        >>> list(weights_of(backbone))  # they are still to be drawn
        []
        >>> _ = backbone.model
        >>> next(weights_of(backbone))[0]
        'stack0_enc0_conv0/kernel'
    """
    for variable in _once(backbone):
        values = value_of(variable)
        if values is not None:
            yield variable.path, values


def has_weights(backbone: Backbone) -> bool:
    """Whether a network has any weights that are no freshly drawn ones."""
    return any(map(has_values, backbone.network.variables))


def learnt(trained: Backbone, file: WeightsFile) -> Learnt:
    """What was learnt of the layers of a network.

    Args:
        trained: The network as it is here; training had a copy of it, with other heads.
        file: The weights of the copy.
    """
    saved = [(path, values.shape) for path, values in load(file.path)]
    numbers = _numbers(trained, saved)
    found: dict[Origin, tuple[Read | None, ...]] = {}
    for layer in _layers(trained):
        reads = tuple(
            None if number is None else functools.partial(file.read, number)
            for number in (numbers.get(id(variable)) for variable in layer.sources)
        )
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

    Paths say so where all of them are the network's. Keras numbers layers that have no name of their own anew in each
    process: where a path is another, the order counts.
    """
    variables = _once(trained)
    by_path = {variable.path: variable for variable in variables}
    if len(by_path) == len(variables) and all(path in by_path for path, _ in saved):
        pairs = [(by_path[path], shape) for path, shape in saved]
    else:
        heads = {
            id(variable)
            for built in trained.built_blocks
            if built.call.stage == "head"
            for variable in built.variables
        }
        others = [variable for variable in variables if id(variable) not in heads]
        if len(others) != len(saved):
            return {}
        pairs = [(variable, shape) for variable, (_, shape) in zip(others, saved, strict=True)]
    return {
        id(variable): number
        for number, (variable, shape) in enumerate(pairs)
        if tuple(variable.shape) == shape
    }


def _once(backbone: Backbone) -> list[Any]:
    """All weights of a network, each once."""
    return list({id(variable): variable for variable in backbone.network.variables}.values())


def _layers(backbone: Backbone) -> Iterator[FollowedLayer]:
    for of_place in backbone.network.layers.values():
        yield from of_place.values()
