"""The network that is trained: built from what was sent, or from the one before an edit."""

import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import attrs

from encdec_widgets._keras import keras
from encdec_widgets.backbone import Backbone
from encdec_widgets.designs.design import Design
from encdec_widgets.networks.followed import FollowedLayer, Origin, followed_layers, keep_weights
from encdec_widgets.networks.keras_config import configure_keras
from encdec_widgets.networks.keras_private import calls_to
from encdec_widgets.networks.weights import fill
from encdec_widgets.workers.inside.loading import freeze, load

POLICY = "float32"
Check = Callable[[Any, str], None]


@attrs.frozen(kw_only=True, eq=False)
class TrainedNetwork:
    """A network in this process that is trained.

    Attributes:
        model: The Keras model, with weights.
        layers: Its layers with weights, by origin: see :mod:`encdec_widgets.networks.followed`.
        backbone: What it was built as, where it is a design of shipped classes.
        kept: How many of its parameters have the weights of the network before.
        followed: Its layers by name, where it was not built as a design.
    """

    model: Any
    layers: Mapping[Origin, Any]
    backbone: Backbone | None = None
    followed: Mapping[str, FollowedLayer] = attrs.field(factory=dict)
    kept: int = 0

    @property
    def parameters(self) -> int:
        """How many parameters it has."""
        return int(self.model.count_params())

    def pairs_with(self, before: "TrainedNetwork") -> Iterator[tuple[Any, Any]]:
        """The variables that have the values of an earlier network's, each with that one."""
        for origin, layer in self.layers.items():
            earlier = before.layers.get(origin)
            if earlier is not None:
                yield from zip(layer.variables, earlier.variables, strict=True)


def built(
    network: Mapping[str, Any], seed: str, check: Check, before: TrainedNetwork | None = None
) -> TrainedNetwork:
    """Build what was sent.

    Args:
        network: The fields of a :class:`encdec_widgets.workers.sent_network.Network`.
        seed: What first weights come from.
        check: As in :func:`encdec_widgets.workers.inside.loading.load`.
        before: The network before an edit, whose weights are kept where layers are the same.
    """
    # Initializers draw the seed of their own from Python's numbers when their layer is made. Keras's own way to set a
    # seed would have it draw the weights itself, which takes JAX half a second a layer.
    random.seed(seed)
    if network["kind"] == "design":
        return _of_design(network, check, before)
    return _of_model(network, check, before)


def _of_design(network: Mapping[str, Any], check: Check, before: TrainedNetwork | None) -> TrainedNetwork:
    configure_keras(network["config"])
    keras.config.set_dtype_policy(POLICY)
    backbone = Design.from_json(network["text"]).build(None if before is None else before.backbone)
    check(backbone.structure, POLICY)
    backbone.fill(anyway=True)  # It was checked with what training takes besides.
    freeze(backbone.model, network["frozen"])
    followed = {
        layer.origin: layer for of_place in backbone.network.layers.values() for layer in of_place.values()
    }
    return TrainedNetwork(
        model=backbone.model,
        layers={origin: layer.layer for origin, layer in followed.items()},
        backbone=backbone,
        kept=_kept(followed, before),
    )


def _of_model(network: Mapping[str, Any], check: Check, before: TrainedNetwork | None) -> TrainedNetwork:
    model = load(network, POLICY, check, fill).model
    layers = followed_layers("", calls_to(model.outputs))
    origins = keep_weights(layers, {} if before is None else before.followed)
    freeze(model, network["frozen"])  # Layers that keep their weights are frozen as they were before.
    followed = {name: attrs.evolve(layer, origin=origins[name]) for name, layer in layers.items()}
    by_origin = {layer.origin: layer for layer in followed.values()}
    return TrainedNetwork(
        model=model,
        layers={origin: layer.layer for origin, layer in by_origin.items()},
        followed=followed,
        kept=_kept(by_origin, before),
    )


def _kept(followed: Mapping[Origin, FollowedLayer], before: TrainedNetwork | None) -> int:
    if before is None:
        return 0
    # A layer that several blocks use counts once.
    different = {id(layer.layer): layer for origin, layer in followed.items() if origin in before.layers}
    return sum(layer.parameters for layer in different.values())
