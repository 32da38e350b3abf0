"""A Keras model read as a graph of its calls."""

from typing import Any

import attrs
import keras
import networkx as nx
import pytest
from keras import layers as kl

from encdec_widgets import Design
from encdec_widgets.architectures import CustomEncoderDecoder, UNet
from encdec_widgets.architectures.encoder_decoder import EncoderBlock, SimpleUpsamplingBlock
from encdec_widgets.networks.call_graph import as_trained_now, call_graph
from tests.library.tied import Tied

COUNTS = ("parameters", "weight_bytes", "trainable_parameters", "trainable_bytes")


def _image() -> Any:
    return keras.Input((8, 8, 2), name="image")


def _counts(graph: "nx.DiGraph[str]", name: str) -> tuple[int, ...]:
    return tuple(graph.nodes[name][count] for count in COUNTS)


def test_each_call_of_a_layer_is_a_node_and_its_weights_are_those_of_the_first() -> None:
    inputs, shared = _image(), kl.Conv2D(2, 3, padding="same", name="shared")
    halved = kl.MaxPooling2D(name="pool")(shared(inputs))
    graph = call_graph(keras.Model(inputs, shared(shared(halved))), ())
    assert list(graph) == ["image", "shared", "pool", "shared:1", "shared:2"]
    assert list(graph.edges) == [
        ("image", "shared"),
        ("shared", "pool"),
        ("pool", "shared:1"),
        ("shared:1", "shared:2"),
    ]
    calls = ("shared", "shared:1", "shared:2")
    assert {graph.nodes[name]["layer"] for name in calls} == {"shared"}
    assert [graph.nodes[name]["shapes"] for name in calls] == [((8, 8, 2),), ((4, 4, 2),), ((4, 4, 2),)]
    once = 9 * 2 * 2
    assert [graph.nodes[name]["multiply_adds"] for name in calls] == [64 * once, 16 * once, 16 * once]
    assert _counts(graph, "shared") == (once + 2, 4 * (once + 2), once + 2, 4 * (once + 2))
    assert _counts(graph, "shared:1") == _counts(graph, "shared:2") == (0, 0, 0, 0)
    assert [graph.nodes[name]["is_trained"] for name in graph] == [False, True, False, True, True]


def test_a_call_of_the_same_layer_in_another_model_is_no_node() -> None:
    inputs, shared = _image(), kl.Conv2D(2, 3, name="shared")
    keras.Model(inputs, kl.ReLU()(shared(inputs)))
    assert list(call_graph(keras.Model(inputs, shared(inputs)), ())) == ["image", "shared"]


def test_inputs_are_in_order_and_as_often_as_they_are_taken() -> None:
    inputs = _image()
    left, right = kl.Conv2D(2, 1, name="left")(inputs), kl.Conv2D(2, 1, name="right")(inputs)
    joined = kl.Concatenate(name="join")([right, left, right])
    graph = call_graph(keras.Model(inputs, [joined, left]), ())
    assert graph.nodes["join"]["inputs"] == ("right", "left", "right")
    assert graph.nodes["image"]["inputs"] == ()
    assert {name for name, is_output in graph.nodes(data="is_output") if is_output} == {"join", "left"}
    for name, inputs_of in graph.nodes(data="inputs"):
        assert set(inputs_of) == set(graph.predecessors(name))


def test_a_model_inside_is_one_call_with_all_its_weights() -> None:
    inputs = _image()
    inner = keras.Sequential([kl.Conv2D(2, 1), kl.BatchNormalization()], name="inner")
    graph = call_graph(keras.Model(inputs, inner(inner(inputs))), ())
    assert list(graph) == ["image", "inner", "inner:1"]
    # A kernel and biases, and four numbers a channel, of which the averages are not trained.
    assert _counts(graph, "inner") == (6 + 8, 4 * (6 + 8), 6 + 4, 4 * (6 + 4))
    assert graph.nodes["inner:1"]["is_trained"]


@pytest.mark.parametrize("inside_first", [True, False])
def test_a_layer_that_is_called_and_stands_in_a_model_as_well_counts_once(inside_first: bool) -> None:
    inputs, conv = _image(), kl.Conv2D(2, 3, padding="same", name="conv")
    inner = keras.Sequential([conv], name="inner")
    first, second = (inner, conv) if inside_first else (conv, inner)
    model = keras.Model(inputs, second(first(inputs)))
    graph = call_graph(model, ())
    count = model.count_params()
    assert _counts(graph, first.name) == (count, 4 * count, count, 4 * count)
    assert _counts(graph, second.name) == (0, 0, 0, 0)
    assert graph.nodes[second.name]["is_trained"]


def test_a_model_that_holds_more_than_was_counted_counts_the_rest() -> None:
    inputs, conv = _image(), kl.Conv2D(2, 1, name="conv")
    inner = keras.Sequential([conv, kl.Conv2D(5, 1)], name="inner")
    graph = call_graph(keras.Model(inputs, inner(conv(inputs))), ())
    assert _counts(graph, "inner")[0] == 2 * 5 + 5


def test_tied_weights_count_at_the_first_layer_that_has_them() -> None:
    inputs, conv = _image(), kl.Conv2D(2, 3, padding="same", use_bias=False, name="conv")
    tied = Tied(conv, name="tied")
    graph = call_graph(keras.Model(inputs, tied(conv(inputs))), ())
    assert _counts(graph, "conv") == (36, 4 * 36, 36, 4 * 36)
    assert _counts(graph, "tied") == (0, 0, 0, 0)
    assert graph.nodes["tied"]["is_trained"]
    assert graph.nodes["tied"]["multiply_adds"] is None


def test_what_is_trained_is_read_anew_and_the_graph_before_stays_as_it_was() -> None:
    inputs, conv = _image(), kl.Conv2D(2, 1, name="conv")
    model = keras.Model(inputs, kl.Conv2D(3, 1, name="last")(conv(inputs)))
    before = call_graph(model, ())
    conv.trainable = False
    after = as_trained_now(before, model)
    assert _counts(before, "conv") == (6, 24, 6, 24)
    assert _counts(after, "conv") == (6, 24, 0, 0)
    assert _counts(after, "last") == _counts(before, "last")
    assert (before.nodes["conv"]["is_trained"], after.nodes["conv"]["is_trained"]) == (True, False)
    conv.trainable = True
    assert nx.utils.graphs_equal(as_trained_now(after, model), before)


def test_a_linear_activation_passes_on_and_nothing_else_does() -> None:
    @keras.saving.register_keras_serializable("test_call_graph")
    def linear(x: Any) -> Any:
        return 2 * x

    inputs = x = _image()
    for layer in (
        kl.Activation("linear", name="passes"),
        kl.Activation("relu", name="rectifies"),
        kl.Activation(linear, name="doubles"),
        kl.Conv2D(2, 1, activation="linear", name="convolves"),
    ):
        x = layer(x)
    graph = call_graph(keras.Model(inputs, x), ())
    assert [name for name, traits in graph.nodes(data="traits") if traits.output == "given"] == ["passes"]


def test_calls_of_a_u_net_tell_their_blocks_and_its_skips() -> None:
    backbone = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (16, 16, 1)).build()
    calls = backbone.calls
    assert nx.is_directed_acyclic_graph(calls)
    assert {call["block"] or call["layer"] for _, call in calls.nodes(data=True)} == set(backbone.blocks)
    outputs = {name: call for call, blocks in calls.nodes(data="output_of") for name in blocks}
    assert set(outputs) == set(backbone.blocks)
    for built in backbone.built_blocks:
        assert outputs[built.call.prefix] == built.output._keras_history.operation.name
    skips = {
        (calls.nodes[source]["block"], calls.nodes[target]["block"])
        for source, target, skip in calls.edges(data="skip")
        if skip
    }
    assert skips == {ends[:2] for ends in backbone.blocks.edges(data="skip") if ends[2]}
    assert len(skips) == 2


@attrs.frozen
class _PassingOn(EncoderBlock):
    """A user's block that makes nothing."""

    pool: bool = False

    def make_block(self, x_in: Any, prefix: str = "") -> Any:
        return x_in


def test_a_call_makes_the_output_of_each_block_that_passes_it_on() -> None:
    network = CustomEncoderDecoder(encoder=[_PassingOn(), _PassingOn()], decoder=[SimpleUpsamplingBlock()])
    calls = Design(network, (4, 4, 1)).build().calls
    (image,) = (blocks for name, blocks in calls.nodes(data="output_of") if name == "input")
    assert set(image) == {"input", "stack0_enc0", "stack0_enc1"}
