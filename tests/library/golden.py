"""The golden facts of the original: loading them, building a case with this library, describing it, comparing.

The format is described in ``tests/data/README.md``. Nothing here knows a case by its name: any case of the same format
can be built, described and compared.
"""

import gzip
import json
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import attrs
import keras
import numpy as np

from encdec_widgets import encoder_decoder
from encdec_widgets.architectures import CustomEncoderDecoder, Hourglass, LeapCNN, UNet, hourglass, unet
from encdec_widgets.architectures.encoder_decoder import EncoderDecoder, IntermediateFeature

DATA = Path(__file__).parents[1] / "data"
Json = dict[str, Any]

CLASSES: dict[str, Any] = {
    cls.__name__: cls
    for cls in (
        encoder_decoder.EncoderBlock,
        encoder_decoder.DecoderBlock,
        encoder_decoder.EncoderDecoder,
        encoder_decoder.SimpleConvBlock,
        encoder_decoder.SimpleUpsamplingBlock,
        unet.PoolingBlock,
        hourglass.StemBlock,
        hourglass.DownsamplingBlock,
        hourglass.UpsamplingBlock,
        Hourglass,
        LeapCNN,
        UNet,
    )
}
PROPERTIES = (
    "stem_features_stride",
    "encoder_features_stride",
    "decoder_features_stride",
    "maximum_stride",
    "output_stride",
)
STAGES = ("stem", "encoder", "decoder")
STACKS = ("stem_stack", "encoder_stack", "decoder_stack")
_CONV = ("filters", "kernel_size", "strides", "padding", "dilation_rate", "use_bias", "activation")
SETTINGS: dict[str, tuple[str, ...]] = {
    "Conv2D": _CONV,
    "Conv2DTranspose": (*_CONV, "output_padding"),
    "Activation": ("activation",),
    "BatchNormalization": ("momentum", "epsilon", "center", "scale"),
    "MaxPooling2D": ("pool_size", "strides", "padding"),
    "UpSampling2D": ("size", "interpolation"),
    "Concatenate": ("axis",),
}


def public_cases() -> list[Json]:
    """The 210 networks and blocks."""
    with gzip.open(DATA / "public.json.gz", "rt") as file:
        cases: list[Json] = json.load(file)["cases"]
    return cases


def numeric_cases() -> list[Json]:
    """The 18 networks of which the numbers are known."""
    cases: list[Json] = json.loads((DATA / "numeric.json").read_text())["cases"]
    return cases


def numeric_arrays(case_id: str) -> dict[str, np.ndarray]:
    """Weights, inputs and outputs of one numeric case; keys without the name of the case."""
    with np.load(DATA / "numeric.npz") as arrays:
        start = f"{case_id}|"
        return {key.removeprefix(start): arrays[key] for key in arrays.files if key.startswith(start)}


# --- building ---------------------------------------------------------------------------------------------------------


@attrs.frozen
class Built:
    """A case, built with this library."""

    model: keras.Model
    outputs: list[Any]
    multi_output: bool
    features: list[Any] | None
    made: tuple[str, ...]
    warned: tuple[str, ...]


def value_of(case: Json) -> Any:
    """The block or network of a case.

    Raises:
        ValueError: If the library refuses it.
    """
    if "config" in case:
        config = case["config"]
        strides = {"output_stride": config["output_stride"]} if "output_stride" in config else {}
        return CLASSES[case["class"]].from_strides(**config["args"], **strides)
    if case["class"] == "Custom":
        lists = {stage: case[stage] and [value_of(block) for block in case[stage]] for stage in STAGES}
        return CustomEncoderDecoder(**case["args"], **lists)
    return CLASSES[case["class"]](**case["args"])


def build(case: Json, value: Any) -> Built:
    """The Keras model of a case.

    Raises:
        ValueError: If it cannot be built.
        NotImplementedError: If the class is only a base class.
    """
    call = dict(case.get("call") or {})
    method = case.get("method") or call.pop("method", None)
    main = "make_backbone" if isinstance(value, EncoderDecoder) else "make_block"
    with _recording() as made, warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always", UserWarning)
        x = keras.Input(case["input"], name="input")
        inputs = [x]
        if "skip_shape" in call:
            inputs.append(keras.Input(call.pop("skip_shape"), name="skip"))
            call["skip_source"] = inputs[-1]
        for key in ("skip_sources", "skip_source_features"):
            if key in call:
                call["skip_source_features"] = sources = _sources(call.pop(key))
                inputs += [source.tensor for source in sources]
        made.extend(tensor.name for tensor in inputs)
        returned = getattr(value, method or main)(x, **call)
    outputs, features = returned if isinstance(returned, tuple) else (returned, None)
    tensors = outputs if isinstance(outputs, list) else [outputs]
    used = {id(layer) for layer in _upstream(tensors)}
    model = keras.Model([tensor for tensor in inputs if id(_layer(tensor)) in used], tensors)
    return Built(
        model=model,
        outputs=tensors,
        multi_output=isinstance(outputs, list),
        features=features,
        made=tuple(made),
        warned=tuple(str(warning.message) for warning in warned),
    )


def _sources(described: Sequence[Json]) -> list[IntermediateFeature]:
    return [
        IntermediateFeature(tensor=keras.Input(source["shape"], name=f"skip{i}"), stride=source["stride"])
        for i, source in enumerate(described)
    ]


@contextmanager
def _recording() -> Iterator[list[str]]:
    """Names of the layers that are called inside the ``with`` statement, in order.

    The original calls each layer as it creates it, so that this is its order of creation as well.
    """
    made: list[str] = []
    call = keras.Layer.__call__

    def record(layer: Any, *args: Any, **kwargs: Any) -> Any:
        made.append(layer.name)
        return call(layer, *args, **kwargs)

    with mock.patch.object(keras.Layer, "__call__", record):
        yield made


def _layer(tensor: Any) -> Any:
    return tensor._keras_history.operation


def _inbound(layer: Any) -> list[Any]:
    return [_layer(tensor) for node in layer._inbound_nodes for tensor in node.input_tensors]


def _upstream(tensors: Sequence[Any]) -> list[Any]:
    layers = [_layer(tensor) for tensor in tensors]
    seen: dict[int, Any] = {}
    while layers:
        layer = layers.pop()
        if id(layer) not in seen:
            seen[id(layer)] = layer
            layers += _inbound(layer)
    return list(seen.values())


# --- describing -------------------------------------------------------------------------------------------------------


def describe(case: Json) -> Json:
    """What this library makes of a case, in the format of the golden results."""
    try:
        value = value_of(case)
    except ValueError as error:
        return {"error": {"stage": "construct", "type": type(error).__name__, "message": str(error)}}
    result = describe_value(value)
    try:
        return result | describe_built(build(case, value))
    except (ValueError, NotImplementedError) as error:
        return result | {"error": {"stage": "make", "type": type(error).__name__, "message": str(error)}}


def describe_value(value: Any) -> Json:
    """Fields, stride properties and blocks."""
    result: Json = {"attrs": _attributes(value)}
    if isinstance(value, EncoderDecoder):
        result["properties"] = {name: _or_error(lambda n=name: getattr(value, n)) for name in PROPERTIES}
        result["blocks"] = {name: _or_error(lambda n=name: _blocks(getattr(value, n))) for name in STACKS}
    return result


def _attributes(value: Any) -> Json:
    # Golden custom networks are subclasses of EncoderDecoder without fields of their own.
    owner = EncoderDecoder if isinstance(value, CustomEncoderDecoder) else type(value)
    return {attribute.name: getattr(value, attribute.name) for attribute in attrs.fields(owner)}


def _blocks(blocks: Sequence[Any] | None) -> list[Json] | None:
    if blocks is None:
        return None
    return [{"class": type(block).__name__, "attrs": _attributes(block)} for block in blocks]


def _or_error(get: Callable[[], Any]) -> Any:
    try:
        return get()
    except NotImplementedError as error:
        return {"error": {"stage": "property", "type": type(error).__name__, "message": str(error)}}


def describe_built(built: Built) -> Json:
    """Layers, parameters, outputs and intermediate features."""
    model, layers = built.model, built.model.layers
    result: Json = {
        "multi_output": built.multi_output,
        "inputs": [tensor.name for tensor in model.inputs],
        "outputs": [_tensor(output) for output in built.outputs],
        "params": {
            "trainable": _count(model.trainable_weights),
            "non_trainable": _count(model.non_trainable_weights),
            "n_trainable_weights": len(model.trainable_weights),
            "n_weights": len(model.weights),
        },
    }
    names = {layer.name for layer in layers}
    made = [name for name in built.made if name in names]
    result["layers"] = [_layer_facts(layer, made) for layer in layers]
    if len(made) < len(built.made):
        result["unused_layers"] = [name for name in built.made if name not in names]
    if built.features is not None:
        result["features"] = [
            [_feature(f) for f in feature] if isinstance(feature, list) else _feature(feature)
            for feature in built.features
        ]
    return result


def _layer_facts(layer: Any, made: list[str]) -> Json:
    config = layer.get_config()
    facts: Json = {
        "name": layer.name,
        "class": type(layer).__name__,
        "shape": list(layer.output.shape[1:]),
        "in": [source.name for source in _inbound(layer)],
        "made": made.index(layer.name),
    }
    if settings := SETTINGS.get(type(layer).__name__):
        facts["cfg"] = {name: _plain(config[name]) for name in settings}
    if layer.weights:
        facts["params"] = [_count(layer.trainable_weights), _count(layer.non_trainable_weights)]
    return facts


def _tensor(tensor: Any) -> Json:
    return {"shape": list(tensor.shape[1:]), "layer": _layer(tensor).name}


def _feature(feature: IntermediateFeature) -> Json:
    return _tensor(feature.tensor) | {"stride": feature.stride, "scale": feature.scale}


def _count(weights: Sequence[Any]) -> int:
    return sum(int(np.prod(weight.shape)) for weight in weights)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


# --- comparing --------------------------------------------------------------------------------------------------------


def differences(expected: Any, actual: Any, where: str = "") -> list[str]:
    """Everything in which two results differ, one line each; empty where they agree.

    Of an error only its presence is compared, and what was made before it, where this library got as far. The order of
    the fields of a class counts, because it is the order of its positional arguments.
    """
    if isinstance(expected, dict) and isinstance(actual, dict):
        if "error" in expected and "error" in actual:
            got_as_far = expected.keys() & actual.keys() - {"error"}
            expected, actual = ({key: result[key] for key in got_as_far} for result in (expected, actual))
        found = [f"{where}.{key}: missing" for key in expected if key not in actual]
        found += [f"{where}.{key}: not in the original" for key in actual if key not in expected]
        if not found and where.endswith("attrs") and list(expected) != list(actual):
            found.append(f"{where}: order {list(actual)} instead of {list(expected)}")
        for key in expected.keys() & actual.keys():
            found += differences(expected[key], actual[key], f"{where}.{key}")
        return found
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        pairs = enumerate(zip(expected, actual, strict=True))
        return [line for i, (e, a) in pairs for line in differences(e, a, f"{where}[{i}]")]
    if expected == actual and isinstance(expected, bool) == isinstance(actual, bool):
        return []
    return [f"{where}: {actual!r} instead of {expected!r}"]
