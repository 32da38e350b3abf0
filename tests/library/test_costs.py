"""What networks cost, against Keras's own layers and against figures by hand."""

import json
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import attrs
import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import layers as kl

from encdec_widgets import Design, preset
from encdec_widgets.architectures import CustomEncoderDecoder, Hourglass, UNet
from encdec_widgets.architectures.encoder_decoder import EncoderBlock, SimpleUpsamplingBlock
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.explain.costs import Cost, PartCost, costs
from encdec_widgets.explain.live_memory import inference_peak, training_peak_values
from encdec_widgets.networks.call_graph import call_graph
from tests.library.test_any_network import FAMILIES, SLOW, instances
from tests.library.tied import Tied

SUMS = ("parameters", "trainable_parameters", "multiply_adds", "weight_bytes", "map_bytes")
VALUE_BYTES = {"float32": 4, "mixed_float16": 2, "mixed_bfloat16": 2}


def _of(backbone: Any, **conditions: Any) -> Cost:
    # Read anew, as layers may have been frozen since.
    return costs(call_graph(backbone.structure, backbone.built_blocks), **conditions)


def _values(layers: Iterable[Any]) -> int:
    """Values that layers put out for one image, each layer being called once."""
    return sum(math.prod(layer.output.shape[1:]) for layer in layers)


def _size(weights: Iterable[Any]) -> int:
    return sum(math.prod(weight.shape) for weight in weights)


def _check(backbone: Any, cost: Cost) -> None:
    """Hold all that is exact against the layers of the model, and against its own sums."""
    model = backbone.structure
    value_bytes = cost.batch_size * VALUE_BYTES[cost.precision]
    assert cost.parameters == model.count_params() == _size(model.weights)
    assert cost.trainable_parameters == _size(model.trainable_weights)
    assert cost.weight_bytes == backbone.weight_bytes
    assert cost.map_bytes == _values(model.layers) * value_bytes
    assert set(cost.layers) == {layer.name for layer in model.layers} == set(backbone.layers)
    for layer in model.layers:
        part = cost.layers[layer.name]
        assert part.parameters == layer.count_params()
        assert part.trainable_parameters == _size(layer.trainable_weights)
        assert part.map_bytes == _values([layer]) * value_bytes
        assert part.multiply_adds == backbone.layers.nodes[layer.name]["multiply_adds"]
    assert set(cost.blocks) == set(backbone.blocks)
    for name, data in backbone.blocks.nodes(data=True):
        assert cost.blocks[name] == _sum(cost.layers[layer] for layer in data["layers"])
    assert _sum(cost.blocks.values()) == _sum(cost.layers.values()) == _sum([cost])


def _sum(parts: Iterable[PartCost]) -> PartCost:
    parts = list(parts)
    return PartCost(**{name: sum(getattr(part, name) for part in parts) for name in SUMS})


@pytest.mark.parametrize("cls", FAMILIES)
@SLOW
@given(data=st.data())
def test_costs_of_a_family_are_what_its_layers_say(cls: type, data: st.DataObject) -> None:
    network = data.draw(instances(cls))
    if isinstance(network, FieldError):
        return
    size = 2 * network.maximum_stride
    try:
        backbone = Design(network, (size, size, 2)).build()
    except FieldError:
        return
    layers = backbone.structure.layers
    for layer in data.draw(st.lists(st.sampled_from(layers), max_size=3)):
        layer.trainable = False
    batch_size = data.draw(st.integers(1, 9))
    cost = _of(backbone, batch_size=batch_size, precision=data.draw(st.sampled_from(list(VALUE_BYTES))))
    _check(backbone, cost)
    _check_memory(backbone, cost)


def _check_memory(backbone: Any, cost: Cost) -> None:
    """Hold the estimates against what they say that they contain; how maps are held is for test_live_memory.py."""
    calls = call_graph(backbone.structure, backbone.built_blocks)
    inference, training = inference_peak(calls), training_peak_values(calls)
    assert inference is not None
    assert training is not None
    value_bytes = cost.batch_size * VALUE_BYTES[cost.precision]
    copies = 0 if cost.precision == "float32" else 2 * cost.parameters
    assert cost.copy_bytes == copies
    trained = sum(
        math.prod(weight.shape) * np.dtype(weight.dtype).itemsize
        for weight in backbone.structure.trainable_weights
    )
    assert cost.inference_bytes == cost.weight_bytes + copies + inference.values * value_bytes
    assert cost.training_bytes == cost.weight_bytes + copies + 3 * trained + training * value_bytes
    assert cost.peak_layer == inference.layer
    largest = max(_number(part.map_bytes) for part in cost.layers.values())
    assert largest <= inference.values * value_bytes <= training * value_bytes <= 2 * _number(cost.map_bytes)


@pytest.fixture(scope="module")
def unet() -> Any:
    return Design(UNet(filters=4, down_blocks=2, up_blocks=2), (32, 24, 1)).build()


def test_a_batch_multiplies_maps_and_not_weights(unet: Any) -> None:
    one, eight = _of(unet), _of(unet, batch_size=8)
    assert one.batch_size == 1
    for name in ("parameters", "trainable_parameters", "multiply_adds", "weight_bytes", "peak_layer"):
        assert getattr(one, name) == getattr(eight, name)
    assert eight.map_bytes == 8 * _number(one.map_bytes)
    weights = one.weight_bytes
    assert _number(eight.inference_bytes) - weights == 8 * (_number(one.inference_bytes) - weights)
    assert _number(eight.training_bytes) - 4 * weights == 8 * (_number(one.training_bytes) - 4 * weights)


@pytest.mark.parametrize("precision", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision_halves_maps_and_copies_weights(unet: Any, precision: str) -> None:
    single, mixed = _of(unet), _of(unet, precision=precision)
    assert (mixed.precision, mixed.weight_bytes) == (precision, single.weight_bytes)
    assert 2 * _number(mixed.map_bytes) == single.map_bytes
    for name, stored in (("inference_bytes", 1), ("training_bytes", 4)):
        maps = _number(getattr(single, name)) - stored * single.weight_bytes
        copy = single.weight_bytes // 2
        assert getattr(mixed, name) == stored * single.weight_bytes + copy + maps // 2


def _number(value: int | None) -> int:
    assert value is not None
    return value


def test_a_small_u_net_costs_what_was_calculated_by_hand() -> None:
    network = UNet(
        filters=2, filters_rate=2, down_blocks=1, up_blocks=1, convs_per_block=1, up_interpolate=True
    )
    cost = _of(Design(network, (8, 8, 1)).build())
    # Convolutions of 1 to 2, 2 to 4 and (2 + 4) to 2 channels, with biases.
    assert cost.parameters == (9 * 1 * 2 + 2) + (9 * 2 * 4 + 4) + (9 * 6 * 2 + 2)
    assert cost.multiply_adds == 64 * 9 * 1 * 2 + 16 * 9 * 2 * 4 + 64 * 9 * 6 * 2
    # Image, convolution and activation; pooled; convolution and activation; upsampled, joined, convolution, activation.
    maps = 64 * (1 + 2 + 2) + 16 * 2 + 16 * (4 + 4) + 64 * (4 + 6 + 2 + 2)
    assert cost.map_bytes == 4 * maps
    # At the concatenation: the skip, what was upsampled, and what they make.
    assert cost.inference_bytes == 4 * (cost.parameters + 64 * (2 + 4 + 6))
    assert cost.peak_layer == "stack0_dec0_s2_to_s1_skip_concat"
    # At its backward pass: all maps but those of the convolution and activation after it, and gradients of those three.
    assert cost.training_bytes == 4 * (4 * cost.parameters + maps - 64 * (2 + 2) + 64 * (2 + 4 + 6))


def test_fc_densenet_has_few_parameters_and_large_maps() -> None:
    """Jégou et al. 2017 give 9.4 M parameters, of which its maps tell nothing."""
    dense, unet = (
        _of(attrs.evolve(preset(name), input_shape=(256, 256, 3)).build())
        for name in ("FC-DenseNet103", "U-Net")
    )
    assert (round(dense.parameters / 1e5), round(unet.parameters / 1e6)) == (94, 35)
    assert _number(dense.map_bytes) > 5 * _number(unet.map_bytes)
    maps = [_number(cost.inference_bytes) - cost.weight_bytes for cost in (dense, unet)]
    assert maps[0] > 2.5 * maps[1]
    assert _number(dense.training_bytes) > 2.5 * _number(unet.training_bytes)


def test_averages_of_a_normalization_and_frozen_layers_are_not_trained() -> None:
    network = Hourglass(stem_filters=2, filters=2, filter_increase=1, stacks=1, down_blocks=1, up_blocks=1)
    backbone = Design(network, (16, 16, 1)).build()
    cost = _of(backbone)
    norms = [layer for layer in backbone.structure.layers if isinstance(layer, kl.BatchNormalization)]
    averages = sum(2 * layer.output.shape[-1] for layer in norms)
    assert cost.parameters - cost.trainable_parameters == averages > 0
    frozen = next(layer for layer in backbone.structure.layers if isinstance(layer, kl.Conv2D))
    frozen.trainable = False
    after = _of(backbone)
    assert after.parameters == cost.parameters
    assert cost.trainable_parameters - after.trainable_parameters == frozen.count_params()
    assert after.layers[frozen.name].trainable_parameters == 0
    _check(backbone, after)
    _check_memory(backbone, after)


def test_an_open_size_leaves_memory_open_and_nothing_else() -> None:
    backbone = Design(UNet(filters=4, down_blocks=1, up_blocks=1), (None, 16, 1)).build()
    cost = _of(backbone)
    open_ones = ("multiply_adds", "map_bytes", "inference_bytes", "peak_layer", "training_bytes")
    assert {getattr(cost, name) for name in open_ones} == {None}
    assert cost.parameters == backbone.parameters
    assert cost.weight_bytes == backbone.weight_bytes
    assert cost.blocks["input"].map_bytes is None


def test_a_layer_that_is_called_again_counts_its_weights_once_and_its_maps_each_time() -> None:
    shared, inputs = kl.Conv2D(3, 3, padding="same", name="shared"), keras.Input((8, 8, 3))
    model = keras.Model(inputs, shared(kl.MaxPooling2D(name="pool")(shared(inputs))))
    cost = costs(call_graph(model, ()))
    assert cost.parameters == model.count_params()
    assert cost.layers["shared"].map_bytes == 4 * 3 * (64 + 16)
    assert set(cost.layers) == set(cost.blocks) == {inputs._keras_history.operation.name, "shared", "pool"}
    # At the backward pass of the pooling: all maps but the last one, and the gradients of the two that it joins.
    assert cost.training_bytes == 4 * (4 * cost.parameters + 3 * (64 + 64 + 16) + 3 * (64 + 16))


def test_freezing_is_seen_after_costs_were_told() -> None:
    backbone = Design(UNet(filters=2, down_blocks=1, up_blocks=1), (8, 8, 1)).build()
    before = backbone.cost()
    for layer in backbone.structure.layers:
        layer.trainable = False
    frozen = backbone.cost()
    assert (before.trainable_parameters, frozen.trainable_parameters) == (backbone.parameters, 0)
    assert {part.trainable_parameters for part in frozen.layers.values()} == {0}
    _check_memory(backbone, frozen)
    assert _number(frozen.training_bytes) == _number(frozen.inference_bytes) < _number(before.training_bytes)
    for layer in backbone.structure.layers:
        layer.trainable = True
    assert backbone.cost() == before


@attrs.frozen
class _Sharing(EncoderBlock):
    """A user's block of layers that have their weights in common."""

    pool: bool = False

    def make_block(self, x_in: Any, prefix: str = "") -> Any:
        conv = kl.Conv2D(x_in.shape[-1], 3, padding="same", use_bias=False, name=f"{prefix}_conv")
        inside = keras.Sequential([conv, kl.Conv2D(3, 1)], name=f"{prefix}_inside")
        return Tied(conv, name=f"{prefix}_tied")(conv(x_in)) + inside(x_in)


def test_weights_that_layers_share_count_once() -> None:
    network = CustomEncoderDecoder(encoder=[_Sharing(), _Sharing()], decoder=[SimpleUpsamplingBlock()])
    backbone = Design(network, (8, 8, 3)).build()
    cost = backbone.cost()
    assert cost.parameters == backbone.parameters == backbone.structure.count_params()
    assert cost.parameters == sum(layer.parameters for layer in cost.layers.values())
    assert cost.trainable_parameters == _size(backbone.structure.trainable_weights)
    assert cost.weight_bytes == backbone.weight_bytes
    assert [cost.blocks[f"stack0_enc{n}"].parameters for n in (0, 1)] == [9 * 9 + 12] * 2
    _check_memory(backbone, cost)
    assert sum(row["parameters"] for row in backbone.table("layers")) == backbone.parameters  # type: ignore[misc]


@pytest.fixture
def policy() -> Iterator[Callable[[str], None]]:
    """Sets Keras's dtype policy, until the end of the test."""
    before = keras.config.dtype_policy()
    yield keras.config.set_dtype_policy
    keras.config.set_dtype_policy(before)


@pytest.mark.parametrize(
    ("name", "map_bytes", "weight_bytes", "copy_bytes"),
    [
        ("float32", 4, 4, 0),
        ("float64", 8, 8, 0),
        ("float16", 2, 2, 0),
        ("bfloat16", 2, 2, 0),
        ("mixed_float16", 2, 4, 2),
        ("mixed_bfloat16", 2, 4, 2),
    ],
)
def test_costs_are_those_of_the_precision_that_a_network_was_built_with(
    unet: Any, policy: Callable[[str], None], name: str, map_bytes: int, weight_bytes: int, copy_bytes: int
) -> None:
    policy(name)
    backbone = unet.design.build()
    policy("float32")
    cost, single = backbone.cost(), unet.cost()
    assert backbone.precision == cost.precision == name
    assert cost.map_bytes == map_bytes * _number(single.map_bytes) // 4
    assert cost.weight_bytes == weight_bytes * cost.parameters
    assert cost.copy_bytes == copy_bytes * cost.parameters
    maps = _number(single.inference_bytes) - single.weight_bytes
    assert cost.inference_bytes == (weight_bytes + copy_bytes) * cost.parameters + map_bytes * maps // 4
    maps = _number(single.training_bytes) - 4 * single.weight_bytes
    assert cost.training_bytes == (4 * weight_bytes + copy_bytes) * cost.parameters + map_bytes * maps // 4
    assert backbone.cost(precision=cost.precision) == cost
    assert backbone.cost(precision="mixed_float16").precision == "mixed_float16"
    computed = {layer.compute_dtype for layer in backbone.structure.layers if layer.weights}
    assert computed == {name.removeprefix("mixed_")}


@attrs.frozen
class _Widening(EncoderBlock):
    """A user's block that makes two maps of one by a layer of the user's own."""

    pool: bool = False

    def make_block(self, x_in: Any, prefix: str = "") -> Any:
        left, right = _TwoMaps(name=f"{prefix}_two")(x_in)
        return kl.Concatenate(name=f"{prefix}_join")([left, right])


class _TwoMaps(kl.Layer):
    def build(self, shape: Any) -> None:
        self.scale = self.add_weight(shape=(shape[-1],), dtype="float64")
        self.offset = self.add_weight(shape=(shape[-1],), dtype="float64", trainable=False)

    def call(self, x: Any) -> Any:
        scaled = x * keras.ops.cast(self.scale, x.dtype)
        return scaled, keras.ops.concatenate([scaled, scaled + keras.ops.cast(self.offset, x.dtype)])

    def compute_output_spec(self, x: Any) -> Any:
        return keras.KerasTensor(x.shape, x.dtype), keras.KerasTensor((*x.shape[:-1], 2), x.dtype)


def test_a_users_layer_costs_what_it_puts_out_and_stores() -> None:
    network = CustomEncoderDecoder(encoder=[_Widening()], decoder=[SimpleUpsamplingBlock()])
    backbone = Design(network, (4, 4, 3)).build()
    cost = _of(backbone, batch_size=2)
    _check_memory(backbone, cost)
    (part,) = (part for name, part in cost.layers.items() if name.endswith("_two"))
    assert (part.parameters, part.trainable_parameters, part.weight_bytes) == (6, 3, 6 * 8)
    assert part.map_bytes == 2 * 4 * 16 * (3 + 2)


@pytest.mark.parametrize("batch_size", [0, -1, 2.5, None, "many", math.nan, True, 10**6])
def test_a_batch_size_that_there_is_not_is_refused(unet: Any, batch_size: Any) -> None:
    with pytest.raises(
        FieldError, match=r"batch_size must be a whole number from 1 .*Would work: "
    ) as raised:
        _of(unet, batch_size=batch_size)
    assert isinstance(raised.value, ValueError)
    assert raised.value.value is batch_size
    _of(unet, batch_size=raised.value.suggestions[0])


@pytest.mark.parametrize("precision", ["float16", "float64", "mixed_float61", "", 32])
def test_a_precision_that_there_is_not_is_refused(unet: Any, precision: Any) -> None:
    with pytest.raises(FieldError, match=r"precision must be one of 'float32', .*Would work: ") as raised:
        _of(unet, precision=precision)
    _of(unet, precision=raised.value.suggestions[0])


def test_whole_numbers_of_numpy_are_numbers_too(unet: Any) -> None:
    assert _of(unet, batch_size=np.int64(3)) == _of(unet, batch_size=3)


def test_costs_are_plain_data(unet: Any) -> None:
    cost = _of(unet, batch_size=2)
    data = json.loads(json.dumps(cost.to_dict()))
    assert data["training_bytes"] == cost.training_bytes
    block = next(iter(cost.blocks))
    assert data["blocks"][block] == attrs.asdict(cost.blocks[block])
    assert not any(math.isnan(data[name]) for name in SUMS)
