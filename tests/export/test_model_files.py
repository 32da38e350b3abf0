"""Model files: each is loaded again and computes the same; where none is to be had, it is said why."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.backbone import Backbone
from encdec_widgets.export import model_files
from encdec_widgets.export.model_files import FORMATS, file_bytes
from tests.builds import built

HEADS = (Head(3, name="maps"), Head(4, "softmax", stride=2, name="pafs"))
SMALL = Design(UNet(filters=4, down_blocks=2, up_blocks=2, up_interpolate=True), (32, 32, 1), heads=HEADS)
IMAGES = np.random.default_rng(0).random((2, 32, 32, 1), dtype=np.float32)


def expected(backbone: Backbone) -> list[Any]:
    return [np.asarray(keras.ops.convert_to_numpy(each)) for each in backbone.model(IMAGES)]


def require_same(made: Sequence[Any], backbone: Backbone) -> None:
    """The same outputs, whatever their order: other programs sort them."""
    wanted = sorted(expected(backbone), key=lambda each: each.shape)
    for ours, theirs in zip(wanted, sorted(map(np.asarray, made), key=lambda each: each.shape), strict=True):
        np.testing.assert_allclose(theirs, ours, rtol=1e-4, atol=1e-5)


@pytest.mark.backend
def test_keras_files_hold_the_network_and_its_weights_on_every_backend(tmp_path: Path) -> None:
    backbone = SMALL.build()
    for ending in (".keras", ".h5"):
        loaded = keras.saving.load_model(backbone.save(tmp_path / f"net{ending}"))
        require_same(list(map(keras.ops.convert_to_numpy, loaded(IMAGES))), backbone)
    other = SMALL.build()
    other.model.load_weights(backbone.save(tmp_path / "net.weights.h5"))
    require_same(expected(other), backbone)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["net.h5", "net.keras", "net.weights.h5"]


@pytest.mark.tensorflow
def test_a_saved_model_computes_the_same(tmp_path: Path) -> None:
    import tensorflow as tf

    backbone = built(SMALL)
    loaded = tf.saved_model.load(backbone.save(tmp_path / "net"))
    require_same([each.numpy() for each in loaded.serve(IMAGES)], backbone)


@pytest.mark.full
@pytest.mark.jax
def test_a_saved_model_of_jax_computes_the_same(tmp_path: Path) -> None:
    import tensorflow as tf

    backbone = built(SMALL)
    loaded = tf.saved_model.load(backbone.save(tmp_path / "net"))
    require_same([each.numpy() for each in loaded.serve(IMAGES)], backbone)


@pytest.mark.tensorflow
def test_a_lite_rt_model_computes_the_same(tmp_path: Path) -> None:
    import tensorflow as tf

    backbone = built(SMALL)
    path = backbone.save(tmp_path / "net.tflite")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it names its successor
        interpreter = tf.lite.Interpreter(model_path=str(path))
    (given,) = interpreter.get_input_details()
    interpreter.resize_tensor_input(given["index"], IMAGES.shape)
    interpreter.allocate_tensors()
    interpreter.set_tensor(given["index"], IMAGES)
    interpreter.invoke()
    require_same(
        [interpreter.get_tensor(each["index"]) for each in interpreter.get_output_details()], backbone
    )


@pytest.mark.tensorflow
def test_an_onnx_model_computes_the_same(tmp_path: Path) -> None:
    from onnx.reference import ReferenceEvaluator

    backbone = built(SMALL)
    model = ReferenceEvaluator(str(backbone.save(tmp_path / "net.onnx")))
    assert model.input_names == ["input"]
    require_same(model.run(None, {"input": IMAGES}), backbone)


@pytest.mark.tensorflow
def test_what_is_traced_needs_a_size_where_it_interpolates_and_says_what_would_work(tmp_path: Path) -> None:
    open_sizes = SMALL.replace("input_shape", (None, None, 1))
    with pytest.raises(ValueError, match=r"needs a size.*\(256, 256, 1\)\), upsampling by nearest") as raised:
        built(open_sizes).save(tmp_path / "net")
    assert "or a .keras file" in str(raised.value)
    learned = built(open_sizes.replace("up_interpolate", False))
    assert (learned.save(tmp_path / "net") / "saved_model.pb").is_file()
    assert [each.name for each in tmp_path.iterdir()] == ["net"]


@pytest.mark.numpy
@pytest.mark.parametrize("name", ["net", "net.onnx", "net.tflite"])
def test_where_the_backend_can_not_it_says_which_can(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match=r"can't be written on the backend numpy. Would work: tensorflow"):
        built(SMALL).save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_where_a_package_is_missing_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keras.config, "backend", lambda: "tensorflow")
    monkeypatch.setattr(model_files.importlib.util, "find_spec", lambda name: None)
    (onnx,) = (each for each in FORMATS if each.ending == ".onnx")
    assert onnx.refusal == (
        "An ONNX model needs onnx and tf2onnx, not installed here. Would work: pip install 'encdec_widgets[onnx]'."
    )


def test_nothing_is_overwritten_without_being_told(tmp_path: Path) -> None:
    backbone, path = built(SMALL), tmp_path / "net.keras"
    path.write_text("mine")
    with pytest.raises(FileExistsError, match=r"There is a file .*net\.keras' already\. .*overwrite=True"):
        backbone.save(path)
    assert path.read_text() == "mine"
    assert keras.saving.load_model(backbone.save(path, overwrite=True)).count_params() == backbone.parameters


@pytest.mark.tensorflow
def test_a_folder_of_another_kind_is_never_overwritten(tmp_path: Path) -> None:
    backbone, folder = built(SMALL), tmp_path / "work"
    folder.mkdir()
    (folder / "thesis.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="is a folder, and no SavedModel"):
        backbone.save(folder, overwrite=True)
    assert (folder / "thesis.txt").read_text() == "mine"


@pytest.mark.tensorflow
def test_a_saved_model_never_takes_the_place_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "net"
    path.write_text("mine")
    with pytest.raises(FileExistsError, match="is a file, and a SavedModel is a folder"):
        built(SMALL).save(path, overwrite=True)
    assert path.read_text() == "mine"


@pytest.mark.parametrize("name", ["NET.KERAS", "Net.Weights.H5", "Net.H5"])
def test_the_case_of_an_ending_does_not_matter(tmp_path: Path, name: str) -> None:
    path = built(SMALL).save(tmp_path / name)
    assert [each.name for each in tmp_path.iterdir()] == [name]
    written = path.rename(tmp_path / name.lower())  # Keras reads by the ending in small letters alone.
    if name == "Net.Weights.H5":
        built(SMALL).model.load_weights(written)
    else:
        assert keras.saving.load_model(written).count_params() == built(SMALL).parameters


@pytest.mark.parametrize("name", ["net.pb", "net.txt", "net.pt", "net.keras.zip"])
def test_a_name_with_another_end_is_refused_with_those_that_work(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match=r"Would work: .keras, .weights.h5, .h5"):
        built(SMALL).save(tmp_path / name)


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"There is no such folder.*make it first"):
        built(SMALL).save(tmp_path / "runs" / "net.keras")


def test_an_error_leaves_nothing_behind_and_the_old_file_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backbone, path = built(SMALL), tmp_path / "net.keras"
    path.write_text("mine")

    def fail(target: Any, *_: Any, **__: Any) -> None:
        Path(target).write_text("half of it")
        raise OSError("no space left")

    monkeypatch.setattr(backbone.model, "save", fail)
    with pytest.raises(OSError, match="no space left"):
        backbone.save(path, overwrite=True)
    assert [each.name for each in tmp_path.iterdir()] == ["net.keras"]
    assert path.read_text() == "mine"


def test_progress_is_told_in_words(tmp_path: Path) -> None:
    told: list[str] = []
    built(SMALL).save(tmp_path / "net.weights.h5", on_progress=told.append)
    assert [words.split()[0] for words in told] == ["Filling", "Writing", "Wrote"]


def test_the_bytes_of_a_file_are_those_that_it_would_hold(tmp_path: Path) -> None:
    path = tmp_path / "net.keras"
    path.write_bytes(file_bytes(built(SMALL), ".keras"))
    assert keras.saving.load_model(path).count_params() == built(SMALL).parameters
