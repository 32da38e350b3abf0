"""A network is timed as what it is: what was changed since it was built, and what is set around it, arrives."""

import contextlib
from collections.abc import Iterator
from typing import Any

import attrs
import keras
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.backbone import Backbone
from encdec_widgets.networks.keras_config import config_of_keras, configure_keras
from encdec_widgets.workers.backends import running_backend
from encdec_widgets.workers.backends.backend import Setting
from encdec_widgets.workers.backends.on_numpy import NumPy
from encdec_widgets.workers.inside.bench import Bench
from encdec_widgets.workers.inside.loading import Loaded, load
from encdec_widgets.workers.timing import Timing, Worker, compare, measure, network_of
from encdec_widgets.workers.timing.measuring import Measurement
from tests.library.timed import DESIGN, FactsOf, job, small_model

pytestmark = pytest.mark.backend


def arrived(thing: Any, precision: str | None = None) -> Loaded:
    """What is built of it in the process that times: it is loaded here, with the function that this process calls."""
    before = keras.config.dtype_policy()
    try:
        return load(attrs.asdict(network_of(thing)), precision)
    finally:
        keras.config.set_dtype_policy(before)


def trained(model: Any) -> dict[str, int]:
    return {layer.name: len(layer.trainable_weights) for layer in model.layers if layer.weights}


def frozen_encoder(backbone: Backbone) -> None:
    for layer in backbone.structure.layers:
        layer.trainable = "enc" not in layer.name


def frozen_kernels(backbone: Backbone) -> None:
    for layer in backbone.structure.layers:
        if "conv" in layer.name and layer.weights:
            layer.weights[0].trainable = False


def frozen_whole(backbone: Backbone) -> None:
    backbone.structure.trainable = False


@pytest.mark.parametrize("freeze", [frozen_encoder, frozen_kernels, frozen_whole, lambda backbone: None])
def test_frozen_weights_are_frozen_there_of_a_backbone_as_of_its_model(freeze: Any) -> None:
    backbone = DESIGN.replace("decoder[0].refine_convs_batch_norm", True).build()
    freeze(backbone)
    expected = trained(backbone.structure)
    for thing in (backbone, backbone.model):
        assert trained(arrived(thing).model) == expected
    assert (
        sum(trained(arrived(backbone.design).model).values())
        == sum(trained(DESIGN.build().structure).values()) + 4
    )


@contextlib.contextmanager
def policy(name: str) -> Iterator[None]:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def test_the_precision_is_the_one_that_it_was_built_with() -> None:
    with policy("mixed_bfloat16"):
        backbone = DESIGN.build()
        assert arrived(DESIGN).precision == "mixed_bfloat16"
    found = arrived(backbone)
    assert (found.precision, found.model.dtype_policy.name) == ("mixed_bfloat16", "mixed_bfloat16")
    assert arrived(DESIGN).precision == "float32"
    with policy("mixed_bfloat16"):
        assert arrived(DESIGN.build(), "float32").precision == "float32"


def test_what_was_changed_on_a_layer_arrives() -> None:
    backbone = Design(UNet(filters=2, down_blocks=1, up_blocks=1), (16, 16, 1), Head(channels=2)).build()
    backbone.model.get_layer("stack0_head").activation = keras.activations.softmax
    model = arrived(backbone).model
    assert model.get_layer("stack0_head").activation is keras.activations.softmax


def test_the_blocks_of_a_backbone_are_known_there() -> None:
    backbone = DESIGN.build()
    blocks = {name: tuple(data["layers"]) for name, data in backbone.blocks.nodes(data=True)}
    assert {name: tuple(layers) for name, layers in arrived(backbone).blocks.items()} == blocks
    assert {name: tuple(layers) for name, layers in arrived(DESIGN).blocks.items()} == blocks


def test_settings_of_keras_arrive() -> None:
    before = config_of_keras()
    other = {
        "floatx": "float64",
        "epsilon": 1e-5,
        "image_data_format": "channels_first",
        "flash_attention": False,
    }
    assert before.keys() == other.keys()
    try:
        configure_keras(other)
        network = attrs.asdict(network_of(small_model()))
        assert network["config"] == other
        configure_keras(before)
        load(network, None)
        assert config_of_keras() == other
    finally:
        configure_keras(before)
    assert config_of_keras() == before


# What is set for the backend


@contextlib.contextmanager
def _set_here() -> Iterator[tuple[str, Any]]:
    """Set something for the backend that can be set at any time: its name and what it is."""
    backend = keras.config.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        tf.config.optimizer.set_jit(True)
        try:
            yield "automatic clustering", "autoclustering"
        finally:
            tf.config.optimizer.set_jit(False)
    elif backend == "jax":
        import jax

        with jax.default_matmul_precision("high"):
            yield "jax_default_matmul_precision", "high"
    else:
        import torch

        before = torch.get_num_threads()
        torch.set_num_threads(before + 1)
        try:
            yield "threads within operations", before + 1
        finally:
            torch.set_num_threads(before)


@pytest.mark.skipif(keras.config.backend() == "numpy", reason="NumPy has no settings")
def test_what_is_set_for_the_backend_arrives_and_a_process_that_began_with_it_is_replaced() -> None:
    network, worker = network_of(DESIGN.build()), Worker()
    with _set_here() as (name, value):
        facts = worker.do(FactsOf(network))
        assert facts["settings"][name] == value
        assert facts["notices"] == []
        pids = worker.pids
        worker.do(FactsOf(network))
        assert worker.pids == pids
    after = worker.do(FactsOf(network))["settings"]
    assert after == {**facts["settings"], name: after[name]}
    assert after[name] != value
    assert worker.pids != pids
    worker.stop()


def test_a_variable_that_backends_read_arrives_when_it_is_set_late(monkeypatch: pytest.MonkeyPatch) -> None:
    network, worker = network_of(small_model()), Worker()
    worker.do(FactsOf(network, backend="numpy"))
    pids = worker.pids
    monkeypatch.setenv("SOME_OTHER_VARIABLE", "1")
    worker.do(FactsOf(network, backend="numpy"))
    assert worker.pids == pids
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    worker.do(FactsOf(network, backend="numpy"))
    assert worker.pids != pids
    worker.stop()


class Stubborn(NumPy):
    """A backend with a setting that comes too late, and one that is taken."""

    def __init__(self) -> None:
        self.taken = 1

    @property
    def settings(self) -> dict[str, Setting]:
        def refuses(value: Any) -> None:
            raise RuntimeError("cannot be modified\nafter initialization")

        return {
            "threads": Setting(lambda: 4, refuses),
            "colours": Setting(lambda: self.taken, lambda value: setattr(self, "taken", value)),
        }


def test_what_cannot_be_set_is_said() -> None:
    backend = Stubborn()
    told = {"threads": 2, "colours": 3, "of a later version": 1}
    assert backend.differs(told)
    assert backend.take(told) == [
        "NumPy ran with threads 4, not with 2 as where the network comes from (cannot be modified after initialization)"
    ]
    assert backend.taken == 3
    assert not backend.differs({"colours": 3})
    assert backend.take({}) == []


def test_a_process_stays_where_a_setting_cannot_be_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process could not take it either."""
    monkeypatch.setattr(type(running_backend()), "settings", Stubborn.settings)
    monkeypatch.setattr(running_backend(), "taken", 1, raising=False)
    bench = Bench()
    told = {"threads": 2, "colours": 3}
    assert not bench.begin(told, fresh=True)["too_late"]
    assert not bench.begin(told, fresh=False)["too_late"]
    assert bench.begin({**told, "colours": 4}, fresh=False)["too_late"]


def test_notices_stand_in_the_result_and_in_its_line(worker: Worker) -> None:
    notice = "timed on one device, without the Strategy that it would have been spread by"
    network = attrs.evolve(network_of(small_model()), notices=(notice,))
    measured: Measurement = attrs.evolve(job(), network=network)
    timing = worker.do(measured)
    assert timing.notices[0] == notice  # PyTorch's noise on a busy machine has one, too
    assert notice in str(timing)
    assert Timing.from_dict(timing.to_dict()) == timing


def test_a_device_that_is_not_there_is_said_and_one_that_is_there_is_taken(worker: Worker) -> None:
    network = network_of(small_model())
    backend = keras.config.backend()
    elsewhere = attrs.evolve(network, devices={backend: "GPU:77"})
    assert worker.do(FactsOf(elsewhere))["notices"] == [
        "computed on CPU, as the process that computes sees no GPU:77"
    ]
    assert worker.do(FactsOf(elsewhere, device="CPU"))["notices"] == []
    assert worker.do(FactsOf(attrs.evolve(network, devices={backend: "CPU"})))["device_option"] == "CPU"


@pytest.mark.skipif(keras.config.backend() == "numpy", reason="NumPy has no gradients")
def test_a_frozen_encoder_is_timed_in_training_block_by_block_and_raced(worker: Worker) -> None:
    backbone = DESIGN.build()
    frozen_encoder(backbone)
    timing = measure(backbone, worker=worker, work="training", by_block=True, budget_s=0.05)
    assert [block.name for block in timing.blocks] == [name for name in backbone.blocks if name != "input"]
    assert all(block.median_ms > 0 for block in timing.blocks)
    race = compare(backbone, backbone.model, worker=worker, work="training", budget_s=0.05)
    assert race.a.multiply_adds == race.b.multiply_adds


def test_where_a_device_is_chosen_nothing_is_computed_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """A full card is left alone; where it is the default, a sum that fails on it keeps nothing from being timed."""

    def full(*_: Any) -> Any:
        raise RuntimeError("CUDA error: out of memory")

    monkeypatch.setattr(keras.ops, "add", full)
    model = small_model()
    assert network_of(model, "CPU").devices == network_of(model).devices == {}
    monkeypatch.undo()
    assert network_of(model).devices == {keras.config.backend(): "CPU"}
    assert network_of(model, "CPU").devices == {}
