"""How much is held at once, against networks that are really run, map by map."""

import weakref
from typing import Any

import attrs
import keras
import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers as kl

from encdec_widgets.explain.live_memory import inference_peak, training_peak_values, values_put_out
from encdec_widgets.networks.call_graph import call_graph
from encdec_widgets.networks.layer_traits import TRAITS, UNKNOWN

KINDS = ("Conv2D", "Add", "Dropout", "Reshape", "Custom")


@st.composite
def graphs(draw: st.DrawFn) -> "nx.DiGraph[str]":
    """Small graphs of calls with branches, several inputs, several outputs, and calls of a layer that was called."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    shapes = st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3))
    taken: set[str] = set()
    for number in range(draw(st.integers(1, 9))):
        earlier = list(graph)
        inputs = draw(st.lists(st.sampled_from(earlier), min_size=1, max_size=3)) if earlier else []
        kind = draw(st.sampled_from(KINDS)) if inputs else "InputLayer"
        if kind in ("Dropout", "Reshape"):
            inputs = inputs[:1]
        same = kind in ("Dropout", "Reshape") and draw(st.integers(0, 3))
        again = kind == "Conv2D" and number > 1 and draw(st.booleans())
        graph.add_node(
            f"call{number}",
            layer="call1" if again else f"call{number}",
            kind=kind,
            inputs=tuple(inputs),
            shapes=graph.nodes[inputs[0]]["shapes"]
            if same
            else tuple(draw(st.lists(shapes, min_size=1, max_size=2))),
            is_output=draw(st.booleans()),
            traits=TRAITS.get(kind, UNKNOWN),
            is_trained=kind == "Conv2D" and draw(st.booleans()),
        )
        taken.update(inputs)
    for name, call in graph.nodes(data=True):
        call["is_output"] |= name not in taken
    return graph


class _Run:
    """A run of a network with arrays that really come and go: Python frees what nothing holds any more."""

    def __init__(self, calls: "nx.DiGraph[str]", no_copies: set[str]) -> None:
        self.calls = list(calls.nodes(data=True))
        self.no_copies = no_copies
        self.alive = self.most = 0
        self.layer = ""

    def array(self, size: int, layer: str) -> Any:
        array = np.zeros(size, np.int8)
        weakref.finalize(array, self.freed, size)
        self.alive += size
        if self.alive > self.most:
            self.most, self.layer = self.alive, layer
        return array

    def freed(self, size: int) -> None:
        self.alive -= size

    def made(self, call: dict[str, Any], given: list[Any]) -> Any:
        size = sum(height * width * channels for height, width, channels in call["shapes"])
        if call["kind"] in self.no_copies and given[0].size == size:
            return given[0]
        return self.array(size, call["layer"])

    def forward(self) -> None:
        held: dict[str, Any] = {}
        for step, (name, call) in enumerate(self.calls):
            held[name] = self.made(call, [held[source] for source in call["inputs"]])
            later = {source for _, after in self.calls[step + 1 :] for source in after["inputs"]}
            held = {n: array for n, array in held.items() if n in later or dict(self.calls)[n]["is_output"]}

    def training(self) -> None:
        held, gradients, tape = {}, {}, []
        for step, (name, call) in enumerate(self.calls):
            given = [held[source] for source in call["inputs"]]
            array = held[name] = self.made(call, given)
            if call["is_trained"] or any(id(one) in gradients for one in given):
                # What is recorded of a call keeps its arrays; None stands where a gradient will be.
                gradients[id(array)] = None
                tape.append((call, array, given))
            later = {source for _, after in self.calls[step + 1 :] for source in after["inputs"]}
            held = {n: one for n, one in held.items() if n in later or dict(self.calls)[n]["is_output"]}
            del array, given
        outputs = [
            held[name] for name, call in self.calls if call["is_output"] and id(held[name]) in gradients
        ]
        held.clear()
        while outputs:
            self.add_gradient(gradients, outputs.pop(), "loss")
        while tape:
            call, array, given = tape[-1]
            for one in given:
                if id(one) in gradients:
                    self.add_gradient(gradients, one, call["layer"])
            if not any(one is array for one in given):
                del gradients[id(array)]
            one = array = given = None
            tape.pop()

    def add_gradient(self, gradients: dict[int, Any], array: Any, layer: str) -> None:
        if gradients[id(array)] is None:
            gradients[id(array)] = self.array(array.size, layer)


@settings(max_examples=300, deadline=None)
@given(calls=graphs())
def test_a_forward_pass_holds_what_arrays_that_come_and_go_hold(calls: "nx.DiGraph[str]") -> None:
    run = _Run(calls, {"Dropout", "Reshape"})
    run.forward()
    peak = inference_peak(calls)
    assert peak is not None
    assert (peak.values, peak.layer) == (run.most, run.layer)
    assert run.alive == 0


@settings(max_examples=300, deadline=None)
@given(calls=graphs())
def test_a_training_step_holds_what_a_tape_of_arrays_holds(calls: "nx.DiGraph[str]") -> None:
    run = _Run(calls, {"Reshape"})
    run.training()
    assert training_peak_values(calls) == run.most
    assert run.alive == 0


@settings(max_examples=100, deadline=None)
@given(calls=graphs())
def test_training_holds_at_least_what_a_forward_pass_holds(calls: "nx.DiGraph[str]") -> None:
    peak, training = inference_peak(calls), training_peak_values(calls)
    assert peak is not None
    assert training is not None
    sizes = [values_put_out(call) or 0 for _, call in calls.nodes(data=True)]
    assert max(sizes) <= peak.values <= training <= 2 * sum(sizes)


def _graph(outputs: Any, inputs: Any) -> "nx.DiGraph[str]":
    return call_graph(keras.Model(inputs, outputs), ())


def _chain(*layers: Any, shape: tuple[int | None, ...] = (4, 4, 2)) -> "nx.DiGraph[str]":
    x = inputs = keras.Input(shape, name="image")
    for layer in layers:
        x = layer(x)
    return _graph(x, inputs)


def test_a_chain_holds_two_neighbours() -> None:
    peak = inference_peak(_chain(kl.Conv2D(3, 1), kl.Conv2D(5, 1, name="wide"), kl.Conv2D(1, 1)))
    assert peak is not None
    assert (peak.values, peak.layer) == (16 * (3 + 5), "wide")


def test_a_skip_is_held_while_the_rest_is_computed() -> None:
    inputs = keras.Input((4, 4, 2))
    start = kl.Conv2D(7, 1)(inputs)
    x = kl.Conv2D(1, 1)(kl.Conv2D(2, 1)(start))
    peak = inference_peak(_graph(kl.Concatenate(name="join")([start, x]), inputs))
    assert peak is not None
    assert (peak.values, peak.layer) == (16 * (7 + 1 + 8), "join")


def test_outputs_are_held_until_the_end() -> None:
    inputs = keras.Input((4, 4, 1))
    early = kl.Conv2D(9, 1, name="early")(inputs)
    late = kl.Conv2D(2, 1, name="late")(kl.Conv2D(3, 1)(kl.Conv2D(1, 1)(early)))
    alone, both = inference_peak(_graph(late, inputs)), inference_peak(_graph([early, late], inputs))
    assert alone is not None
    assert both is not None
    assert (alone.values, both.values) == (16 * (1 + 9), 16 * (9 + 3 + 2))
    assert both.layer == "late"


@pytest.mark.parametrize(
    "layer",
    [kl.Dropout(0.5), kl.SpatialDropout2D(0.5), kl.GaussianNoise(1.0)],
    ids=lambda x: type(x).__name__,
)
def test_dropout_makes_a_map_when_it_is_trained_only(layer: Any) -> None:
    with_it, without = _chain(kl.Conv2D(3, 1), layer), _chain(kl.Conv2D(3, 1))
    assert attrs.evolve(_peak(with_it), layer="") == attrs.evolve(_peak(without), layer="")
    # Its map and the gradient of its map.
    assert training_peak_values(with_it) == (training_peak_values(without) or 0) + 2 * 16 * 3


@pytest.mark.parametrize(
    "layer",
    [kl.Identity(), kl.Reshape((2, 8, 3)), kl.Flatten(), kl.Activation("linear")],
    ids=lambda x: type(x).__name__,
)
def test_the_same_values_again_are_no_map(layer: Any) -> None:
    with_it, without = _chain(kl.Conv2D(3, 1), layer), _chain(kl.Conv2D(3, 1))
    assert _peak(with_it).values == _peak(without).values
    assert training_peak_values(with_it) == training_peak_values(without)


def test_an_activation_that_changes_values_is_a_map() -> None:
    with_it, without = _chain(kl.Conv2D(3, 1), kl.Activation("relu")), _chain(kl.Conv2D(3, 1))
    assert _peak(with_it).values > _peak(without).values


def _peak(calls: "nx.DiGraph[str]") -> Any:
    peak = inference_peak(calls)
    assert peak is not None
    return peak


def test_a_frozen_start_is_not_kept_for_a_backward_pass() -> None:
    first, second = kl.Conv2D(8, 1), kl.Conv2D(8, 1)
    trained = training_peak_values(_chain(first, second, kl.Conv2D(1, 1)))
    # All three maps and the image, and gradients where most are held: of the two of 8 channels, less the last map.
    assert trained == 16 * (2 + 8 + 8 + 8 + 8)
    first.trainable = second.trainable = False
    # The map that the last layer takes, its own map, and the gradient of that.
    assert training_peak_values(_chain(first, second, kl.Conv2D(1, 1))) == 16 * (8 + 8)


def test_a_network_without_trained_weights_holds_what_a_forward_pass_does() -> None:
    calls = _chain(kl.MaxPooling2D(), kl.ReLU(), kl.UpSampling2D())
    assert training_peak_values(calls) == _peak(calls).values


def test_an_open_size_leaves_it_open() -> None:
    calls = _chain(kl.Conv2D(3, 1), shape=(None, 4, 2))
    assert inference_peak(calls) is None
    assert training_peak_values(calls) is None
