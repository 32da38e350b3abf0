"""Model files that are written beside edits: a traced network is a copy, and other networks are built meanwhile."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import keras
import numpy as np
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.backbone import Backbone, build_in_steps
from encdec_widgets.background import Background, InThreads
from encdec_widgets.export import model_files
from encdec_widgets.export.model_files import FORMATS
from encdec_widgets.export.model_in_background import write_model
from tests.both_forms import in_both_forms as in_both_forms

SMALL = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (32, 32, 1))
PATIENCE_S = 120.0


def outputs(model: Any) -> Any:
    return keras.ops.convert_to_numpy(model(np.ones((1, 32, 32, 1), "float32")))


async def written(
    background: Background, backbone: Backbone, ending: str, meanwhile: Callable[[], object] = lambda: None
) -> Any:
    """What the file holds, or the error; ``meanwhile`` is called once it was begun."""
    loop = asyncio.get_running_loop()
    end: asyncio.Future[Any] = loop.create_future()
    write_model(background, "model", backbone, ending, done=end.set_result, failed=end.set_result)
    assert not end.done()  # it returned at once
    meanwhile()
    return await asyncio.wait_for(end, PATIENCE_S)


def of_format(monkeypatch: pytest.MonkeyPatch, write: Callable[[Any, Any, Path], object]) -> None:
    """A format that is traced, on every backend, and written as one likes."""
    made = attrs.evolve(FORMATS[0], ending=".traced", write=write, traced=True)
    monkeypatch.setattr(model_files, "FORMATS", (made, *FORMATS))


def test_networks_are_built_while_one_is_traced(monkeypatch: pytest.MonkeyPatch) -> None:
    background, backbone, edited = InThreads(), SMALL.build(), threading.Event()
    seen: list[Any] = []

    def write(model: Any, _: Any, path: Path) -> None:
        assert edited.wait(PATIENCE_S), "no network was built meanwhile"
        seen.append(model)
        path.write_bytes(b"a file")

    def edit() -> None:
        def steps(_: Any) -> Any:
            yield
            other = yield from build_in_steps(SMALL.replace("encoder[0].activation", "elu"), backbone)
            other.fill()
            edited.set()

        background.begin(steps, key="edit")

    of_format(monkeypatch, write)
    assert asyncio.run(written(background, backbone, ".traced", edit)) == b"a file"
    (model,) = seen
    assert model is not backbone.structure
    assert {id(layer) for layer in model.layers} & {id(layer) for layer in backbone.model.layers} == set()
    np.testing.assert_array_equal(outputs(model), outputs(backbone.model))


def test_a_network_that_is_no_more_that_of_its_design_is_written_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    quantized, seen = attrs.evolve(SMALL.build(), design=SMALL.replace("filters", 3)), list[Any]()

    def write(model: Any, _: Any, path: Path) -> None:
        seen.append(model)
        path.write_bytes(b"")

    of_format(monkeypatch, write)
    asyncio.run(written(InThreads(), quantized, ".traced"))
    assert seen == [quantized.structure]


def test_keras_formats_and_refusals_come_in_both_forms(in_both_forms: Background, tmp_path: Path) -> None:
    backbone = SMALL.build()
    path = tmp_path / "net.keras"
    path.write_bytes(asyncio.run(written(in_both_forms, backbone, ".keras")))
    np.testing.assert_array_equal(outputs(keras.saving.load_model(path)), outputs(backbone.model))
    assert "The end of a name says" in str(asyncio.run(written(in_both_forms, backbone, ".exe")))


@pytest.mark.tensorflow
@pytest.mark.parametrize("ending", [".onnx", ".tflite", ""])
def test_what_is_traced_aside_is_the_network_with_its_weights(ending: str, tmp_path: Path) -> None:
    backbone = SMALL.build()
    for weight in backbone.model.weights:
        weight.assign(np.full(weight.shape, 0.01, "float32"))
    data = asyncio.run(written(InThreads(), backbone, ending))
    assert isinstance(data, bytes), data
    assert len(data) > 1000
    if ending == ".onnx":
        from onnx.reference import ReferenceEvaluator

        (made,) = ReferenceEvaluator(data).run(None, {"input": np.ones((1, 32, 32, 1), "float32")})
        np.testing.assert_allclose(made, outputs(backbone.model), rtol=1e-4)
