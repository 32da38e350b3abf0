"""What this library is to do where the original did otherwise: from a golden case to the result that is expected.

Two kinds of differences are known, and all are here. Some are intended, and named by the ``deviates`` of a case:
everything that they do not name must still agree. The others are differences between Keras 2, which the original
used, and Keras 3.
"""

import copy
import math
import re
from typing import Any

from tests.library.golden import STAGES, Json, describe

_WIDTHS = ("filters", "transposed_conv_filters", "refine_convs_filters", "refine_convs_first_filters")


def refused(case: Json) -> bool:
    """Whether the original built something else than it was asked for, which this library refuses."""
    labelled = any(deviation.endswith(" refused") for deviation in case.get("deviates", ()))
    return labelled or any(_ignores(block) for stage in STAGES for block in case.get(stage) or ())


def _ignores(block: Json) -> bool:
    """Whether a hourglass block ignored an argument.

    Where such a block stands alone, the case is labelled; in a custom list it is not, and yet it can only be refused in
    both or in neither.
    """
    allowed = _HEEDED.get(block["class"], {})
    return any(block["args"].get(name, values[0]) not in values for name, values in allowed.items())


_HEEDED = {
    "StemBlock": {"pooling_stride": (4, 2, 1)},
    "DownsamplingBlock": {"pool": (True,), "pooling_stride": (2,)},
    "UpsamplingBlock": {"upsampling_stride": (2,)},
}


def intended(case: Json) -> Json:
    """The result that this library is to have."""
    if refused(case):
        return {"error": {}}
    result = copy.deepcopy(case["result"])
    for deviation in case.get("deviates", ()):
        _INTENDED[deviation](case, result)
    _truncate_widths(result)
    _know_both_dimensions(case, result)
    return _without_sources(case, result) if _lacks_sources(case) else result


def missing_skips(case: Json) -> int:
    """How many skip connections were asked for and dropped without a word, because no feature had the stride."""
    result, call = case["result"], case.get("call") or {}
    if (
        "blocks" not in result
        or "layers" not in result
        or call.get("method") in ("make_stem", "make_encoder")
    ):
        return 0
    stacks = 1 if "method" in call else result["attrs"]["stacks"]
    # A hourglass block has no such field: it always forms one.
    asked = [block["attrs"].get("skip_connection", True) for block in result["blocks"]["decoder_stack"]]
    formed = [layer for layer in result["layers"] if re.search(r"_skip_(concat|add)$", layer["name"])]
    return stacks * sum(asked) - len(formed)


def as_computed(case: Json) -> Json:
    """A numeric case with the arguments that the original computed with, instead of those that it ignored."""
    case = copy.deepcopy(case)
    blocks = [block for stage in STAGES for block in case.get(stage) or ()]
    for made in (case, *blocks):
        if made["class"] == "SimpleUpsamplingBlock":
            made["args"].pop("transposed_conv_use_bias", None)
            made["args"]["refine_convs_activation"] = made["args"].get("transposed_conv_activation", "relu")
    return case


# --- intended differences ---------------------------------------------------------------------------------------------


def _refine_activation(case: Json, result: Json) -> None:
    """Refinement convolutions have the activation that the layer's name shows."""
    for layer in result["layers"]:
        if shown := re.search(r"_refine_conv\d+_act_(.*)$", layer["name"]):
            layer["cfg"]["activation"] = "linear" if shown[1] == "None" else shown[1]


def _transposed_bias(case: Json, result: Json) -> None:
    """A transposed convolution has no bias where none was asked for."""
    for layer in result["layers"]:
        if layer["class"] != "Conv2DTranspose":
            continue
        if "blocks" in result:
            index = re.search(r"(\d+)(_s\d+_to_s\d+)?_trans_conv$", layer["name"])
            assert index
            attributes = result["blocks"]["decoder_stack"][int(index[1])]["attrs"]
        else:
            attributes = result["attrs"]
        if not attributes["transposed_conv_use_bias"]:
            layer["cfg"]["use_bias"] = False
            layer["params"][0] -= layer["cfg"]["filters"]
            result["params"]["trainable"] -= layer["cfg"]["filters"]
            result["params"]["n_trainable_weights"] -= 1
            result["params"]["n_weights"] -= 1


def _output_larger_than_input(case: Json, result: Json) -> None:
    """Built as by the original; its ``output_stride`` of 0 is what tells."""
    assert result["properties"]["output_stride"] == 0


_INTENDED = {
    "refine_convs_activation": _refine_activation,
    "transposed_conv_use_bias": _transposed_bias,
    "output stride 0": _output_larger_than_input,
}


def _truncate_widths(result: Json) -> None:
    """Filters that come out as floats are truncated, as Keras 2 did when it made the layer; Keras 3 refuses them."""
    for blocks in result.get("blocks", {}).values():
        for block in blocks if isinstance(blocks, list) else ():
            for name in _WIDTHS:
                if isinstance(block["attrs"].get(name), float):
                    block["attrs"][name] = int(block["attrs"][name])


def _lacks_sources(case: Json) -> bool:
    """Whether a decoder is made without skip sources, which made the original stumble over its own default."""
    call = case.get("call") or {}
    return call.get("method") == "make_decoder" and not {"skip_sources", "skip_source_features"} & call.keys()


def _without_sources(case: Json, result: Json) -> Json:
    result.pop("error", None)
    return describe({**case, "call": {**case["call"], "skip_source_features": []}}) | result


# --- Keras 2 and Keras 3 ----------------------------------------------------------------------------------------------


def _know_both_dimensions(case: Json, result: Json) -> None:
    """Upsampling a map of which one dimension is unknown made Keras 2 forget the other; Keras 3 remembers it."""
    known = [axis for axis in (0, 1) if case["input"][axis] is not None]
    if len(known) != 1 or "layers" not in result:
        return
    (axis,) = known
    sizes: dict[str, int | None] = {}
    for layer in result["layers"]:
        if layer["shape"][axis] is None and layer["in"]:
            layer["shape"][axis] = _size(layer, sizes[layer["in"][0]], axis)
        sizes[layer["name"]] = layer["shape"][axis]
    for tensor in _flat([result["outputs"], result.get("features", [])]):
        tensor["shape"][axis] = sizes[tensor["layer"]]


def _size(layer: Json, inbound: int | None, axis: int) -> int | None:
    if inbound is None:
        return None
    settings = layer.get("cfg", {})
    if layer["class"] == "UpSampling2D":
        return int(inbound * settings["size"][axis])
    stride = settings.get("strides", (1, 1))[axis]
    return int(inbound * stride) if layer["class"] == "Conv2DTranspose" else math.ceil(inbound / stride)


def _flat(nested: Any) -> list[Json]:
    return [nested] if isinstance(nested, dict) else [tensor for part in nested for tensor in _flat(part)]
