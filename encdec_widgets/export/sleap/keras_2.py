"""The configuration of a model as Keras 2 reads it, which SLEAP up to 1.4 has.

Keras 3 writes an HDF5 file with the weights where Keras 2 looks for them, and with a configuration that Keras 2 does
not read. The layers of SLEAP's networks are few, and both know them by the same settings.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from encdec_widgets.networks.keras_private import maker_of

_OF_CONVOLUTIONS = (
    "filters",
    "kernel_size",
    "strides",
    "padding",
    "data_format",
    "dilation_rate",
    "activation",
    "use_bias",
)
_SETTINGS: Mapping[str, tuple[str, ...]] = {
    "Activation": ("activation",),
    "Add": (),
    "BatchNormalization": ("axis", "momentum", "epsilon", "center", "scale"),
    "Concatenate": ("axis",),
    "Conv2D": (*_OF_CONVOLUTIONS, "groups"),
    "Conv2DTranspose": (*_OF_CONVOLUTIONS, "output_padding"),
    "MaxPooling2D": ("pool_size", "strides", "padding", "data_format"),
    "UpSampling2D": ("size", "data_format", "interpolation"),
}


def keras_2_config(model: Any) -> dict[str, Any]:
    """The configuration of a functional Keras 3 model as Keras 2 writes it.

    Args:
        model: A model of SLEAP's layers, each of which is called once.

    Raises:
        KeyError: If it has a layer of another class.
    """
    return {
        "class_name": "Functional",
        "config": {
            "name": model.name,
            "layers": [_layer(layer) for layer in model.layers],
            "input_layers": [_at(tensor) for tensor in model.inputs],
            "output_layers": [_at(tensor) for tensor in model.outputs],
        },
    }


def _layer(layer: Any) -> dict[str, Any]:
    kind = type(layer).__name__
    own: dict[str, Any] = {"name": layer.name, "dtype": layer.dtype}
    if kind == "InputLayer":
        own |= {"batch_input_shape": list(layer.batch_shape), "sparse": False, "ragged": False}
    else:
        settings = layer.get_config()
        own |= {"trainable": True, **{key: settings[key] for key in _SETTINGS[kind]}}
    called_with = [[[*_at(tensor), {}] for tensor in _inputs(layer)]]
    return {
        "class_name": kind,
        "config": own,
        "name": layer.name,
        "inbound_nodes": [] if kind == "InputLayer" else called_with,
    }


def _inputs(layer: Any) -> Iterator[Any]:
    if type(layer).__name__ != "InputLayer":
        yield from layer.input if isinstance(layer.input, list) else [layer.input]


def _at(tensor: Any) -> list[Any]:
    """Where a tensor comes from: the layer, its first call, and its first output."""
    return [maker_of(tensor).name, 0, 0]
