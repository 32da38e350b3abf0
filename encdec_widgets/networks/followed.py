"""Layers followed from a network to the one that is edited from it: which of them keep their weights.

The rule: **a layer keeps its weights where it corresponds to a layer of the earlier network, is the same, and is fed in
the same way**, whatever its name or number.

- It *corresponds* to a layer of the counterpart of its block (:mod:`encdec_widgets.designs.counterparts` says which
  block that is), by its name within the block, or else by its order among the layers of that name without numbers. A
  layer outside of all blocks corresponds by its name.
- It *is the same* where class, settings and shapes of weights are equal. Its name, and whether it is frozen, do not
  count; a layer that keeps its weights stays frozen, and so do single weights of it.
- It *is fed in the same way* where the maps that are joined in its input have the same numbers of channels in the same
  order, so that each weight meets the channel that it was learnt for. What computes these maps may have changed: that
  is what an edit before the layer does.

A layer that keeps its weights has the *origin* of the layer that it has them from. So it is known through any number of
networks, also where none of them was filled.
"""

import itertools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any

import attrs

from encdec_widgets.architectures.fields.by_content import same
from encdec_widgets.networks.keras_private import call_that_made, joins_channels, settings_of, shape_of
from encdec_widgets.networks.users_classes import may_be_of_a_users_class
from encdec_widgets.networks.weights import as_drawn, number_in, take_over

Origin = object
"""Stands for a layer in all networks in which it keeps its weights; it is compared by identity."""


@attrs.frozen(eq=False)
class FollowedLayer:
    """A layer with weights, and all that decides whether another one can keep them.

    Attributes:
        layer: The layer as Keras has it; None of one whose network may be gone.
        origin: See above.
        kind: Its class.
        shapes: Shapes of its weights.
        sources: Where its weights come from, one for each: see :func:`encdec_widgets.networks.weights.take_over`.
        trainable: Whether it is trained.
        trained: Whether each of its weights is: single ones may be frozen.
    """

    layer: Any
    origin: Origin
    kind: type
    shapes: tuple[tuple[int, ...], ...]
    sources: tuple[Any, ...]
    trainable: bool
    trained: tuple[bool, ...]
    _read: Callable[[], tuple[Any, tuple[Any, ...]]] = attrs.field(repr=False)
    _count: Callable[[], int] = attrs.field(repr=False)

    @classmethod
    def of(cls, call: Any, origin: Origin) -> "FollowedLayer":
        """The layer that ``call`` is a call of."""
        layer = call.operation
        return cls(
            layer=layer,
            origin=origin,
            kind=type(layer),
            shapes=tuple(map(shape_of, layer.variables)),
            sources=tuple(layer.variables),
            trainable=layer.trainable,
            trained=tuple(variable.trainable for variable in layer.variables),
            read=lambda: (_settings(layer), tuple(map(joined_channels, call.input_tensors))),
            count=lambda: number_in(layer.weights),
        )

    @cached_property
    def parameters(self) -> int:
        """How many parameters it has; the state of a random generator, as dropout has one, is none of them."""
        return self._count()

    @cached_property
    def facts(self) -> tuple[Any, tuple[Any, ...]]:
        """Its settings, None where it can't say them; and how it is fed."""
        return self._read()

    def is_same_as(self, other: "FollowedLayer") -> bool:
        """Whether it is the same and fed in the same way."""
        if self.kind is not other.kind or self.shapes != other.shapes:
            return False
        (settings, fed), (others, others_fed) = self.facts, other.facts
        return settings is not None and fed == others_fed and same(settings, others)


def detached(layers: Sequence[FollowedLayer]) -> list[FollowedLayer]:
    """The same without their network, which can be discarded: their weights alone are held.

    Weights that are as their initializer drew them are not held either, but drawn again.
    """
    held = iter(as_drawn([source for layer in layers for source in layer.sources]))
    return [_without_network(layer, tuple(itertools.islice(held, len(layer.sources)))) for layer in layers]


def _without_network(layer: FollowedLayer, sources: tuple[Any, ...]) -> FollowedLayer:
    facts, parameters = layer.facts, layer.parameters
    return attrs.evolve(layer, layer=None, sources=sources, read=lambda: facts, count=lambda: parameters)


def followed_layers(
    prefix: str, calls: Iterable[Any], origins: Mapping[str, Origin] = MappingProxyType({})
) -> dict[str, FollowedLayer]:
    """The layers with weights of a block, by their name within it.

    Args:
        prefix: How the names of its layers begin. One that Keras named is called by its number in the block.
        calls: The calls of its layers, in order; of a layer that is called several times, the first counts.
        origins: The origins that are known already, by these names.
    """
    layers: dict[str, FollowedLayer] = {}
    seen: set[int] = set()
    for call in calls:
        layer = call.operation
        if id(layer) in seen or not getattr(layer, "variables", ()):
            continue
        seen.add(id(layer))
        name = layer.name.removeprefix(prefix)
        if name == layer.name:
            role = _role(name)
            name = f"{role} {sum(_role(other) == role for other in layers)}"
        layers[name] = FollowedLayer.of(call, origins.get(name) or Origin())
    return layers


def keep_weights(
    layers: Mapping[str, FollowedLayer], *earlier: Mapping[str, FollowedLayer]
) -> dict[str, Origin]:
    """Let those layers have their weights that are the same as earlier ones.

    Args:
        layers: Layers of a block, by name.
        *earlier: Layers of the block before, by name; those that come first are preferred.

    Returns:
        The origins of all ``layers``, by name.
    """
    origins = {name: layer.origin for name, layer in layers.items()}
    left = dict(layers)
    for others in earlier:
        for name, other in _pairs(left, others):
            del left[name]
            origins[name] = other.origin
            layer = layers[name].layer
            for variable, source in zip(layer.variables, other.sources, strict=True):
                take_over(variable, source)
            if layer.trainable != other.trainable:
                layer.trainable = other.trainable
            for variable, trained in zip(layer.variables, other.trained, strict=True):
                if variable.trainable != trained:
                    variable.trainable = trained
    return origins


def _pairs(
    layers: Mapping[str, FollowedLayer], others: Mapping[str, FollowedLayer]
) -> list[tuple[str, FollowedLayer]]:
    pairs = [
        (name, others[name])
        for name, layer in layers.items()
        if name in others and layer.is_same_as(others[name])
    ]
    paired = {name for name, _ in pairs}
    left = {name: other for name, other in others.items() if name not in paired}
    for name, layer in layers.items():
        if name in paired:
            continue
        role = _role(name)
        found = next((n for n, other in left.items() if _role(n) == role and layer.is_same_as(other)), None)
        if found is not None:
            pairs.append((name, left.pop(found)))
    return pairs


def _role(name: str) -> str:
    """A name without its numbers: blocks number their layers, by strides and sizes too."""
    return re.sub(r"[\d\s_]+", "_", name).rstrip("_")


def joined_channels(tensor: Any) -> tuple[Any, ...]:
    """The numbers of channels of the maps that are joined in a tensor, in their order.

    Layers that leave the channels as they are, such as pooling, an activation or a normalization, are looked through.
    """
    while True:
        call = call_that_made(tensor)
        inputs = call.input_tensors
        if joins_channels(call.operation):
            return tuple(channels for one in inputs for channels in joined_channels(one))
        if len(inputs) != 1 or not _leaves_channels(call.operation, inputs[0].shape, tensor.shape):
            return (tensor.shape[-1],)
        tensor = inputs[0]


def _leaves_channels(operation: Any, before: tuple[Any, ...], after: tuple[Any, ...]) -> bool:
    by_channel = all(len(variable.shape) < 2 for variable in getattr(operation, "variables", ()))
    return by_channel and len(before) == len(after) and before[-1] == after[-1]


def _settings(layer: Any) -> Any:
    try:
        return _without_names(settings_of(layer))
    except Exception as error:
        if not may_be_of_a_users_class(error, layer):
            raise
        return None


def _without_names(settings: Any) -> Any:
    """Settings without the names of layers, and without what freezes them, which is no setting of the network."""
    if isinstance(settings, dict):
        of_a_layer = {"name", "trainable"} <= settings.keys()
        return {
            key: _without_names(value)
            for key, value in settings.items()
            if not (of_a_layer and key in ("name", "trainable"))
        }
    if isinstance(settings, (list, tuple)):
        return [_without_names(value) for value in settings]
    return settings
