"""A Keras model made from the text that was sent, at the precision that was asked for."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from encdec_widgets._keras import keras
from encdec_widgets.designs.design import Design
from encdec_widgets.networks.graph import layer_graph
from encdec_widgets.networks.keras_config import configure_keras
from encdec_widgets.networks.keras_private import reason_in
from encdec_widgets.networks.long_ways import room_for_long_ways
from encdec_widgets.networks.weights import fill_at_random, model_of, unfilled
from encdec_widgets.workers.errors import TimingError
from encdec_widgets.workers.sent_functions import unpacked

if TYPE_CHECKING:
    import networkx as nx


@attrs.frozen(eq=False)
class Loaded:
    """A network in this process.

    Attributes:
        model: The Keras model, with random weights.
        layers: Its graph of layers.
        blocks: Names of the layers of every block, by the block's name.
        precision: Name of the dtype policy of the layers that hold weights, or names where they have several.
        policy: Name of the one that most of them have.
    """

    model: Any
    layers: "nx.DiGraph[str]"
    blocks: Mapping[str, Sequence[str]]
    precision: str
    policy: str


def load(
    network: Mapping[str, Any],
    precision: str | None,
    check: Callable[[Any, str], None] = lambda model, policy: None,
    fill: Callable[[Iterable[Any]], None] = fill_at_random,
) -> Loaded:
    """Build the network of a request.

    A model's text is Keras configuration, which can run code when it is loaded. This one was written a moment ago by
    this package in the parent process, from the network that is there. It is never read from a file or taken from other
    people.

    Args:
        network: The fields of a :class:`encdec_widgets.workers.sent_network.Network`.
        precision: Name of the dtype policy; None for the network's own.
        check: Is given the model before its weights take memory, and the policy of most layers; may refuse it.
        fill: Gives its weights their values; random ones will do for a clock.
    """
    configure_keras(network["config"])
    keras.config.set_dtype_policy(precision or network["policy"])
    if network["kind"] == "design":
        backbone = Design.from_json(network["text"]).build()
        check(backbone.structure, _precision(backbone.structure)[1])
        fill(backbone.structure.variables)
        blocks = {name: data["layers"] for name, data in backbone.blocks.nodes(data=True)}
        return Loaded(backbone.model, backbone.layers, blocks, *_precision(backbone.model))
    config = json.loads(network["text"])
    if precision:
        _set_policies(config, precision)
    text = json.dumps(config)
    with unfilled() as variables, room_for_long_ways():
        try:
            with keras.utils.custom_object_scope(unpacked(network["functions"])):
                whole = keras.models.model_from_json(text)
        except Exception as error:
            # What Keras advises after the reason is of no use in another process.
            words = " ".join(reason_in(error).partition(". ")[0].split())[:160]
            raise TimingError(
                "this network cannot be built in another process, which knows layers of Keras and what it can import: "
                f"classes and functions in files of their own, beside the notebook. Keras says: {words}"
            ) from error
    # A Sequential has no graph of operations, and inputs and outputs may stand in dicts: this is the plain form.
    with room_for_long_ways():
        model = model_of(whole.inputs, whole.outputs)
    check(model, _precision(model)[1])
    fill(variables)
    freeze(model, network["frozen"])
    return Loaded(model, layer_graph(model, ()), network["blocks"], *_precision(model))


def freeze(model: Any, frozen: Mapping[str, Sequence[int]]) -> None:
    """Freeze single weights. A model's text says which layers are frozen, and not that single weights are."""
    for layer in model.layers:
        for number in frozen.get(layer.name, ()):
            layer.weights[number].trainable = False


def _set_policies(config: Any, precision: str) -> None:
    """Give every layer of a model's configuration another dtype policy."""
    if isinstance(config, list):
        for item in config:
            _set_policies(item, precision)
    elif isinstance(config, dict):
        if config.get("class_name") == "DTypePolicy":
            config["config"]["name"] = precision
        for item in config.values():
            _set_policies(item, precision)


def _precision(model: Any) -> tuple[str, str]:
    """The dtype policies of a model's layers, in words, and the one that most of them have."""
    policies = Counter(layer.dtype_policy.name for layer in model.layers if layer.weights)
    if not policies:
        policies[model.dtype_policy.name] = 1
    return " and ".join(sorted(policies)), policies.most_common(1)[0][0]
