"""A network as it is sent to a worker process: plain text, and which layers make which block."""

from collections.abc import Mapping
from typing import Any, Literal

import attrs

from encdec_widgets._keras import configuration, keras, keras_is_loaded
from encdec_widgets.architectures.encoder_decoder import EncoderDecoder
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.designs.classes import users_classes
from encdec_widgets.designs.presets import as_design
from encdec_widgets.formatting import error_text
from encdec_widgets.networks.keras_config import config_of_keras
from encdec_widgets.networks.scopes import device_of, spread_here
from encdec_widgets.workers.device import option_in
from encdec_widgets.workers.errors import TimingError
from encdec_widgets.workers.interrupts import no_interrupt_lost
from encdec_widgets.workers.options import AUTO
from encdec_widgets.workers.sent_classes import classes_of
from encdec_widgets.workers.sent_functions import functions_of, named, packed


@attrs.frozen(kw_only=True, eq=False)
class Network:
    """What a worker process builds.

    Attributes:
        kind: "design": ``text`` is that of ``Design.to_json``; "model": that of ``keras.Model.to_json``, for networks
            that were built, whose layers may have been changed since, and for classes that a user wrote, which another
            process does not know; layers of Keras it does know.
        text: The network. It holds no weights: random ones take the same time.
        policy: Name of the dtype policy that it is built with. A design's layers follow it; a model's text names that
            of each layer.
        blocks: Of a model, the layers of every block, by the block's name; a design's are read from what is built.
        shapes: Shape of each input, without the batch: height, width, channels.
        fixed_batch: The batch size that the network is fixed to, if it is.
        frozen: Of a model, which weights training leaves as they are: their numbers in the list of weights of each
            layer, by the layer's name.
        config: Settings of Keras where it comes from, by their names in ``keras.config``; empty before Keras is loaded.
        devices: The device that it would run on where it comes from, as the option ``device`` names it, by the backend;
            empty where that is not known.
        notices: What is otherwise where it comes from than where it is timed, a sentence each.
        heads: How many of its outputs, the last ones, are those of its last stack.
        functions: Of a model, the functions and classes of layers that a user wrote: see
            :mod:`encdec_widgets.workers.sent_functions`.

    Example:
        >>> from encdec_widgets import Design
        >>> from encdec_widgets.architectures import UNet
        >>> design = Design(UNet(filters=2, down_blocks=1, up_blocks=1), (32, 32, 1))
        >>> from encdec_widgets.workers.timing import Network, network_of
        >>> network: Network = network_of(design)
        >>> network.shapes
        ((32, 32, 1),)
        >>> network.check(batch_size=4)  # raises nothing: it can be timed
    """

    kind: Literal["design", "model"]
    text: str
    policy: str
    blocks: Mapping[str, tuple[str, ...]]
    shapes: tuple[tuple[int | None, ...], ...]
    fixed_batch: int | None = None
    frozen: Mapping[str, tuple[int, ...]] = attrs.field(factory=dict)
    config: Mapping[str, Any] = attrs.field(factory=dict)
    devices: Mapping[str, str] = attrs.field(factory=dict)
    notices: tuple[str, ...] = ()
    heads: int = 1
    functions: str = ""

    def check(self, batch_size: int) -> None:
        """Refuse what cannot be timed.

        Raises:
            FieldError: (a ValueError) If the size of an input is left open, or its batch size fixed to another one.
        """
        for shape in self.shapes:
            if None in shape:
                raise FieldError(
                    "input_shape", shape, "must be fixed (no None in it) for a network to be timed"
                )
        if self.fixed_batch not in (None, batch_size):
            raise FieldError(
                "batch_size",
                batch_size,
                f"must be {self.fixed_batch}, which the network's input is fixed to",
                (self.fixed_batch,),
            )


@no_interrupt_lost()
def network_of(thing: Any, device: str = AUTO) -> Network:
    """The network in a Design, an architecture, the name of a preset, a Backbone, a Designer or a ``keras.Model``.

    Keras is not thread-safe: call it in the thread that owns the network.

    Args:
        thing: Whatever has a network.
        device: The option ``device`` of what is to be done with it. Where it is "auto", the backend computes a sum
            here, which tells on which device the network would run; with "CPU" no card is touched.

    Raises:
        TimingError: If it holds something that cannot be sent to another process.
        TypeError: If there is no network in it.
        ValueError: If there is no preset of that name.

    Example:
        >>> import keras
        >>> from encdec_widgets.workers.timing import network_of
        >>> x = keras.Input((16, 16, 3), batch_size=2)
        >>> network_of(keras.Model(x, keras.layers.Conv2D(4, 3)(x))).fixed_batch
        2
    """
    if hasattr(thing, "structure"):  # A Backbone, whose weights are not asked about.
        return _of_backbone(thing, device)
    if hasattr(thing, "backbone"):  # A Designer.
        return _of_backbone(thing.backbone, device)
    if hasattr(thing, "architecture") and hasattr(thing, "to_json"):
        return _of_design(thing, device)
    if hasattr(thing, "inputs") and hasattr(thing, "layers"):
        return _of_model(thing, {layer.name: (layer.name,) for layer in thing.layers}, device)
    if hasattr(thing, "model"):
        return network_of(thing.model, device)
    if isinstance(thing, (str, EncoderDecoder)):
        return _of_design(as_design(thing), device)
    raise TypeError(
        f"there is no network in {type(thing).__name__}: give a Design, an architecture, the name of a "
        "preset, a Backbone, a Designer, or a keras.Model that is built"
    )


def _of_design(design: Any, device: str) -> Network:
    policy = keras.config.dtype_policy() if keras_is_loaded() else None
    # A map of policies goes by the paths of layers: each layer's own is known once it is built.
    if users_classes(design) or isinstance(policy, Mapping):
        return _of_backbone(design.build(), device)
    return Network(
        kind="design",
        text=design.to_json(),
        policy=configuration().floatx if policy is None else str(policy.name),
        blocks={},
        shapes=(tuple(design.input_shape),),
        config=config_of_keras() if keras_is_loaded() else {},
        notices=_notices() if keras_is_loaded() else (),
        heads=max(len(design.heads), 1),
    )


def _of_backbone(backbone: Any, device: str) -> Network:
    blocks = {name: tuple(data["layers"]) for name, data in backbone.blocks.nodes(data=True)}
    return _of_model(backbone.structure, blocks, device, max(len(backbone.design.heads), 1))


def _of_model(model: Any, blocks: Mapping[str, tuple[str, ...]], device: str, heads: int = 1) -> Network:
    batches = [tensor.shape[0] for tensor in model.inputs if tensor.shape[0] is not None]
    policy: Any = model.dtype_policy
    classes, functions = classes_of(model), functions_of(model)
    try:
        with named(functions):
            text = model.to_json()
    except Exception as error:  # a user's layer, and what it holds, may raise anything
        raise TimingError(
            "this network holds something that cannot be written down for another process; a function with def in its "
            f"place can. Keras says: {error_text(error):.200}"
        ) from error
    return Network(
        kind="model",
        text=text,
        functions=packed({**classes, **functions}),
        policy=str(getattr(policy, "default_policy", policy).name),
        blocks=blocks,
        shapes=tuple(tuple(tensor.shape[1:]) for tensor in model.inputs),
        fixed_batch=batches[0] if batches else None,
        frozen=frozen_weights(model),
        config=config_of_keras(),
        devices=_devices() if device == AUTO else {},
        notices=_notices(),
        heads=heads,
    )


def frozen_weights(model: Any) -> dict[str, tuple[int, ...]]:
    """Which weights of a model training leaves as they are, one by one, as :class:`Network` has them."""
    frozen = {
        layer.name: tuple(number for number, weight in enumerate(layer.weights) if not weight.trainable)
        for layer in model.layers
    }
    return {name: numbers for name, numbers in frozen.items() if numbers}


def _devices() -> dict[str, str]:
    # A sum runs where a network would; a bare number may wait elsewhere.
    try:
        device = option_in(str(device_of(keras.ops.add(keras.ops.convert_to_tensor(0.0), 1.0)) or ""))
    except Exception:  # noqa: BLE001 - a card that is full, or whose driver is broken, takes no sum
        return {}
    return {} if device is None else {str(keras.config.backend()): device}


def _notices() -> tuple[str, ...]:
    spread = spread_here()
    if spread is None:
        return ()
    return (f"timed on one device, without the {type(spread).__name__} that it would have been spread by",)
