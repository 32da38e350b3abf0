"""Weights that edits took away, kept so that undo and redo can give them back: a value that goes with a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import attrs

from encdec_widgets.backbone import Backbone
from encdec_widgets.designs.counterparts import counterparts
from encdec_widgets.designs.history import History, State
from encdec_widgets.explain.machine_memory import memory_limit
from encdec_widgets.networks.built_block import Place
from encdec_widgets.networks.followed import FollowedLayer, Origin, detached
from encdec_widgets.networks.heads_in_joins import ways_now
from encdec_widgets.networks.weights import bytes_held, has_values

if TYPE_CHECKING:
    from encdec_widgets.designs.design import Design

SHARE = 4
"""Kept weights take at most a quarter of the memory: one part of so many."""
WHERE_UNKNOWN = 2**28
"""Bytes that kept weights take at most where the size of the memory is not known."""

Origins = Mapping[Place, Mapping[str, Origin]]


@attrs.frozen(eq=False)
class Left:
    """A state whose network was left, and which layers it had.

    Attributes:
        state: The state of the history.
        origins: Origins of the layers, by place and name.
    """

    state: State
    origins: Origins


@attrs.frozen(eq=False)
class KeptWeights:
    """What is known, with a network, of weights that it has and of those that edits up to it took away.

    A layer is known by its *origin* through all networks in which it keeps its weights: see
    :mod:`encdec_widgets.networks.followed`. Each layer is either in the newest network or among ``layers``, never both.

    Attributes:
        state: The state of the history that the network belongs to; None where there is none.
        valued: Origins of the network's layers that had weights before it was built.
        left: States whose networks had weights and were left.
        layers: Layers that are in no newer network, with their weights, by origin; those that were taken away last are
            the last.
        parameters: How many parameters of the network have the weights that they had before; None where no weights had
            been filled before.
        let_go: How many parameters had to be let go, as there was no room, when the network was built.
    """

    state: State | None = None
    valued: frozenset[Origin] = frozenset()
    left: tuple[Left, ...] = ()
    layers: Mapping[Origin, FollowedLayer] = attrs.field(factory=dict)
    parameters: int | None = None
    let_go: int = 0

    def after(
        self, before: Backbone | None, now: Backbone, history: History, limit: int | None = None
    ) -> KeptWeights:
        """What is known with the next network.

        Args:
            before: The network that this belongs to; None if there was none.
            now: The next network, whose weights are not filled yet.
            history: All states as they are with the next network, which is the present one's.
            limit: Bytes that kept weights may take; by default a quarter of the memory that there is.
        """
        if before is None or not (
            self.valued or self.layers or any(map(has_values, before.network.variables))
        ):
            return KeptWeights(state=history.present)
        states = {id(state) for state in history.states}
        left = [one for one in self.left if id(one.state) in states and one.state is not self.state]
        if self.state is not None and id(self.state) in states:
            left.append(Left(self.state, before.network.origins))
        origins = _all_origins(now.network.origins)
        had = {
            origin: layer
            for origin, layer in _layers_of(before).items()
            if origin in self.valued or any(map(has_values, layer.sources))
        }
        wanted = {origin for one in left for origin in _all_origins(one.origins)} - origins
        layers = {origin: layer for origin, layer in self.layers.items() if origin in wanted}
        taken_away = {origin: layer for origin, layer in had.items() if origin in wanted}
        layers.update(zip(taken_away, detached(list(taken_away.values())), strict=True))
        let_go = _make_room(layers, limit)
        known = had | dict(self.layers)
        valued = frozenset(origins & known.keys())
        # A layer that several blocks use is in each of them, and counts once.
        different = {tuple(map(id, known[origin].sources)): known[origin] for origin in valued}
        kept = sum(layer.parameters for layer in different.values())
        return KeptWeights(history.present, valued, tuple(left), layers, kept, let_go)

    def back(self, design: Design, history: History) -> dict[Place, dict[str, FollowedLayer]]:
        """The layers that get their weights back where the history has gone back to a state.

        They are those that the network of this state had when it was left. Where there was none, as edits followed each
        other quickly, they are those of the states next to it, as far as they correspond.

        Args:
            design: The design that is to be built.
            history: All states; the present one is that of the design.
        """
        found: dict[Place, dict[str, FollowedLayer]] = {}
        if not self.layers:
            return found
        position = {id(state): i for i, state in enumerate(history.states)}
        nearest = sorted(
            (one for one in self.left if id(one.state) in position),
            key=lambda one: abs(position[id(one.state)] - history.position),
        )
        if nearest and nearest[0].state is history.present:
            nearest = nearest[:1]
        for one in nearest:
            same = one.state is history.present
            indexes = {} if same else counterparts(one.state.design, design)
            ways = {} if same else ways_now(indexes["head"], len(one.state.design.heads))
            for place, origins in one.origins.items():
                names = ways if place[0] == "join" else {}
                for now in _places_now(place, indexes):
                    there = found.setdefault(now, {})
                    for name, origin in origins.items():
                        name_now = names.get(name, name)
                        if origin in self.layers and name_now is not None:
                            there.setdefault(name_now, self.layers[origin])
        return {place: layers for place, layers in found.items() if layers}


def _layers_of(backbone: Backbone) -> dict[Origin, FollowedLayer]:
    layers = backbone.network.layers.values()
    return {layer.origin: layer for of_place in layers for layer in of_place.values()}


def _all_origins(origins: Origins) -> set[Origin]:
    return {origin for of_place in origins.values() for origin in of_place.values()}


def _places_now(place: Place, indexes: Mapping[str, Sequence[int | None]]) -> list[Place]:
    stage, prefix, index = place
    if stage not in indexes:
        return [place]
    return [(stage, prefix, now) for now, before in enumerate(indexes[stage]) if before == index]


def _make_room(layers: dict[Origin, FollowedLayer], limit: int | None) -> int:
    """Let go of the weights that were taken away first, until all others fit; return how many parameters these are."""
    held = {origin: bytes_held(layer.sources) for origin, layer in layers.items()}
    total = sum(held.values())
    if limit is None and total:
        memory = memory_limit()
        limit = WHERE_UNKNOWN if memory is None else memory // SHARE
    let_go = 0
    for origin, size in held.items():
        if limit is None or total <= limit:
            break
        if size:
            let_go += layers.pop(origin).parameters
            total -= size
    return let_go
