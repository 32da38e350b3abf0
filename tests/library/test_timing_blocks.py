"""Time by block: a network taken apart, its parts timed, and both reconciled."""

from types import SimpleNamespace
from typing import Any

import attrs
import keras
import numpy as np
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import (
    CustomEncoderDecoder,
    FCDenseNet,
    Hourglass,
    LeapCNN,
    StackedHourglass,
    UNet,
)
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import DecoderBlock, EncoderBlock
from encdec_widgets.architectures.fields.described import integer
from encdec_widgets.workers.inside import parts
from encdec_widgets.workers.timing import Timing, Worker, measure, network_of
from tests.library.timed import DESIGN, forking_model, joining_model, sequential_model, unet

pytestmark = pytest.mark.backend

# Blocks that only this module knows, which no other process can import by the name that a design keeps.


@attrs.frozen
class Shuffled(EncoderBlock):
    """Two branches that are joined."""

    filters: int = integer(4, minimum=1, maximum=64, usual=(1, 16), help="Width of a branch.")

    def make_block(self, x_in: Any, prefix: str = "shuffled") -> Any:
        wide = keras.layers.Conv2D(self.filters, 5, padding="same", name=f"{prefix}_wide")(x_in)
        narrow = keras.layers.Conv2D(self.filters, 1, name=f"{prefix}_narrow")(x_in)
        x = keras.layers.Concatenate(name=f"{prefix}_both")([wide, narrow])
        return keras.layers.MaxPooling2D(2, name=f"{prefix}_pool")(x) if self.pool else x


@attrs.frozen
class Added(DecoderBlock):
    """Upsampling, and the skip added."""

    def make_block(
        self, x_in: Any, current_stride: int, skip_source: Any = None, prefix: str = "added"
    ) -> Any:
        x = keras.layers.UpSampling2D(2, name=f"{prefix}_up")(x_in)
        if skip_source is None:
            return x
        skip = keras.layers.Conv2D(x.shape[-1], 1, name=f"{prefix}_skip")(skip_source)
        return keras.layers.Add(name=f"{prefix}_add")([x, skip])


HOMEMADE = Design(
    CustomEncoderDecoder(encoder=[Shuffled(pool=False), Shuffled(), Shuffled(pool=False)], decoder=[Added()]),
    (16, 16, 1),
    head=Head(3),
)
DESIGNS = {
    "U-Net": DESIGN,
    "U-Net with a head": Design(DESIGN.architecture, (32, 32, 1), head=Head(2)),
    "head on a coarse feature": Design(DESIGN.architecture, (32, 32, 1), head=Head(2, stride=2)),
    "two heads": Design(
        DESIGN.architecture, (32, 32, 1), heads=[Head(2, name="maps"), Head(3, stride=2, name="fields")]
    ),
    "LEAP": Design(LeapCNN(filters=2), (16, 16, 3), head=Head(2)),
    "hourglasses": Design(
        Hourglass(
            filters=4, filter_increase=2, stem_filters=2, stem_stride=2, down_blocks=2, up_blocks=2, stacks=2
        ),
        (16, 16, 1),
    ),
    "stacked hourglass": Design(
        StackedHourglass(filters=4, stem_filters=2, down_blocks=2, up_blocks=2, num_residuals=1),
        (16, 16, 1),
        head=Head(2),
    ),
    "dense blocks": Design(
        FCDenseNet(growth_rate=2, first_filters=4, down_layers=(2, 2), bottleneck_layers=2, up_layers=(2, 2)),
        (16, 16, 1),
        head=Head(2),
    ),
    "stacks": Design(UNet(filters=2, down_blocks=1, up_blocks=1, stacks=2), (16, 16, 1), head=Head(2)),
    "heads of stacks": Design(
        StackedHourglass(filters=4, stem_filters=2, down_blocks=2, up_blocks=2, num_residuals=1),
        (16, 16, 1),
        heads=[Head(2, name="maps"), Head(3, name="fields")],
    ),
    "homemade": HOMEMADE,
}


def taken_apart(
    model: Any, blocks: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> tuple[dict[str, Any], list[tuple[list[Any], list[Any]]]]:
    """The blocks' models, and of each the tensors of the whole that enter and leave it."""
    seams: list[tuple[list[Any], list[Any]]] = []

    def make(entering: list[Any], leaving: list[Any]) -> Any:
        seams.append((entering, leaving))
        return keras.Model(entering, leaving)

    with monkeypatch.context() as patch:
        patch.setattr(parts, "keras", SimpleNamespace(Model=make))
        models = parts.block_models(model, blocks)
    return models, seams


def check_composition(model: Any, blocks: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Run the parts one after the other, on what those before them gave, and the whole; both must agree."""
    x = [np.random.default_rng(0).random((2, *tensor.shape[1:]), dtype=np.float32) for tensor in model.inputs]
    before = model.predict_on_batch(x if len(x) > 1 else x[0])
    models, seams = taken_apart(model, blocks, monkeypatch)
    values = {id(tensor): array for tensor, array in zip(model.inputs, x, strict=True)}
    waiting = dict(zip(models, seams, strict=True))
    entered = left = 0
    while waiting:
        ready = [name for name, (entering, _) in waiting.items() if all(id(t) in values for t in entering)]
        assert ready, f"none of {list(waiting)} has all of its inputs"
        for name in ready:
            entering, leaving = waiting.pop(name)
            given = [values[id(tensor)] for tensor in entering]
            made = models[name].predict_on_batch(given)
            made = made if isinstance(made, list) else [made]
            entered += sum(array.size for array in given)
            left += sum(array.size for array in made)
            values |= {id(tensor): array for tensor, array in zip(leaving, made, strict=True)}
    for whole in (before, model.predict_on_batch(x if len(x) > 1 else x[0])):
        for tensor, array in zip(model.outputs, whole if isinstance(whole, list) else [whole], strict=True):
            np.testing.assert_allclose(values[id(tensor)], array, rtol=1e-3, atol=1e-4)
    # What they are timed on side by side; two images went through them.
    assert parts.map_values(models.values(), "forward") == entered / 2
    assert parts.map_values(models.values(), "training") == (entered + left) / 2
    return models


# What cuts a network does not depend on the backend, and some compile for seconds what runs once here.
@pytest.mark.parametrize(
    "name", DESIGNS if keras.config.backend() == "numpy" else ["U-Net with a head", "homemade"]
)
def test_the_blocks_in_a_row_compute_what_the_network_computes(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    backbone = DESIGNS[name].build()
    blocks = {block: data["layers"] for block, data in backbone.blocks.nodes(data=True)}
    models = check_composition(backbone.model, blocks, monkeypatch)
    computing = [block for block, data in backbone.blocks.nodes(data=True) if data["stage"] != "input"]
    assert list(models) == computing
    # Every weight is in one part, and none is lost.
    weights = [id(weight) for model in models.values() for weight in model.weights]
    assert sorted(weights) == sorted(id(weight) for weight in backbone.model.weights)


@pytest.mark.parametrize("make_model", [forking_model, joining_model, unet])
def test_the_layers_of_any_model_do_too(make_model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    model = make_model()
    blocks = {layer.name: (layer.name,) for layer in model.layers}
    models = check_composition(model, blocks, monkeypatch)
    inputs = {tensor._keras_history.operation.name for tensor in model.inputs}
    assert set(models) == set(blocks) - inputs


def test_a_layer_that_is_called_twice_is_one_part_with_both_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    shared = keras.layers.Conv2D(1, 3, padding="same", name="shared")
    x_in = keras.layers.Input((8, 8, 1))
    model = keras.Model(x_in, shared(keras.layers.ReLU(name="between")(shared(x_in))))
    models, seams = taken_apart(model, {"shared": ("shared",), "between": ("between",)}, monkeypatch)
    assert list(models) == ["shared", "between"]
    assert [(len(entering), len(leaving)) for entering, leaving in seams] == [(2, 2), (1, 1)]


# Timed


def check_parts(timing: Timing, names: list[str]) -> None:
    assert [block.name for block in timing.blocks] == names
    assert all(block.median_ms > 0 and block.n > 0 for block in timing.blocks)
    assert timing.remainder_ms is not None
    assert timing.remainder_ms + sum(block.median_ms for block in timing.blocks) == pytest.approx(
        timing.median_ms
    )
    for name in names:
        assert f"  {name} " in repr(timing)
    assert "  remainder " in repr(timing)


@pytest.mark.parametrize("name", ["stacks", "homemade"])
def test_the_blocks_of_a_design_are_timed_and_reconciled_with_the_whole(worker: Worker, name: str) -> None:
    blocks = DESIGNS[name].build().blocks.nodes(data=True)
    timing = measure(DESIGNS[name], worker=worker, budget_s=0.05, by_block=True)
    check_parts(timing, [block for block, data in blocks if data["stage"] != "input"])


def test_blocks_of_ones_own_travel_as_keras_configuration(worker: Worker) -> None:
    network = network_of(HOMEMADE)
    assert network.kind == "model"
    backbone = HOMEMADE.build()
    assert set(network.blocks) == set(backbone.blocks)
    timing = measure(HOMEMADE, worker=worker, budget_s=0.05)
    assert timing.multiply_adds == sum(data["multiply_adds"] for _, data in backbone.layers.nodes(data=True))


def test_the_layers_of_a_model_are_timed_as_its_blocks(worker: Worker) -> None:
    for model in (forking_model(), sequential_model()):
        layers = [layer.name for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
        check_parts(measure(model, worker=worker, budget_s=0.05, by_block=True), layers)


def test_the_blocks_of_a_large_network_take_most_of_its_time(worker: Worker) -> None:
    timing = measure(Design(DESIGN.architecture, (256, 256, 1)), worker=worker, budget_s=0.2, by_block=True)
    assert timing.remainder_ms is not None
    # Compilers join work across blocks and machines are busy: a factor of three says that the parts are the whole's.
    assert 1 / 3 < sum(block.median_ms for block in timing.blocks) / timing.median_ms < 3
