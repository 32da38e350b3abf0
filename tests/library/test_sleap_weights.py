"""Weights of trained SLEAP models, in and out: models made by plain Keras in the layout of SLEAP's files."""

import json
import logging
import shutil
from pathlib import Path
from typing import Any

import attrs
import h5py
import numpy as np
import pytest

from encdec_widgets import Design, feature_maps, read_design
from encdec_widgets._keras import keras
from encdec_widgets.architectures import Hourglass, LeapCNN, UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.export.sleap.keras_2 import keras_2_config
from encdec_widgets.export.sleap.saving import with_sleap_names
from encdec_widgets.workers.timing import Worker

pytestmark = pytest.mark.backend
HEADS = {
    "confmaps": {"part_names": ["a", "b", "c"], "output_stride": 2},
    "pafs": {"edges": [["a", "b"], ["b", "c"]], "output_stride": 4},
}


def sleap_model(interpolated: bool) -> Any:
    """A U-Net of 4 filters and stride 4 with two heads, as SLEAP 1.4 makes and names it, by plain Keras."""
    layers = keras.layers

    def convolution(x: Any, filters: int, name: str, act: str) -> Any:
        return layers.Activation("relu", name=act)(layers.Conv2D(filters, 3, padding="same", name=name)(x))

    image = x = keras.Input((32, 48, 1), name="input")
    skips = []
    for level, filters in enumerate((4, 8)):
        if level:
            x = layers.MaxPooling2D(2, padding="same", name=f"stack0_enc{level}_pool")(x)
        for i in range(2):
            x = convolution(x, filters, f"stack0_enc{level}_conv{i}", f"stack0_enc{level}_act{i}_relu")
        skips.append(x)
    x = layers.MaxPooling2D(2, padding="same", name="stack0_enc2_last_pool")(x)
    for index, part in ((3, "middle_expand"), (4, "middle_contract")):
        x = convolution(x, 16, f"stack0_enc{index}_{part}_conv0", f"stack0_enc{index}_{part}_act0_relu")
    coarse, block = x, "stack0_dec0_s4_to_s2"
    if interpolated:
        x = layers.UpSampling2D(2, interpolation="bilinear", name=f"{block}_interp_bilinear")(x)
    else:
        x = layers.Conv2DTranspose(8, 3, 2, padding="same", name=f"{block}_trans_conv")(x)
        x = layers.Activation("relu", name=f"{block}_trans_conv_act_relu")(x)
    x = layers.Concatenate(name=f"{block}_skip_concat")([skips[1], x])
    for i in range(2):
        x = convolution(x, 8, f"{block}_refine_conv{i}", f"{block}_refine_conv{i}_act_relu")
    heads = [
        layers.Conv2D(3, 1, padding="same", name="MultiInstanceConfmapsHead")(x),
        layers.Conv2D(4, 1, padding="same", name="PartAffinityFieldsHead")(coarse),
    ]
    return keras.Model(image, heads)


def configuration(interpolated: bool) -> str:
    unet = {"max_stride": 4, "output_stride": 2, "filters": 4, "up_interpolate": interpolated}
    model = {"backbone": {"unet": unet}, "heads": {"multi_instance": HEADS}}
    preprocessing = {"target_height": 32, "target_width": 48, "ensure_grayscale": True}
    return json.dumps({"data": {"preprocessing": preprocessing}, "model": model})


def as_keras_2_names_them(file: Path, ending: str = "") -> None:
    """Rename the datasets as Keras 2 does, and the heads as SLEAP 1.0 does where they have an ending."""
    with h5py.File(file, "r+") as opened:
        weights = opened["model_weights"]
        for layer in list(weights):
            name = f"{layer}{ending}" if layer.endswith("Head") else layer
            kept = {path.rpartition("/")[2]: held[()] for path, held in datasets(weights[layer]).items()}
            del weights[layer]
            for variable, values in kept.items():
                weights[f"{name}/{name}/{variable}:0"] = values


def datasets(group: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    group.visititems(lambda path, held: found.update({path: held} if isinstance(held, h5py.Dataset) else {}))
    return found


@pytest.fixture
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    interpolated: bool = getattr(request, "param", True)
    (tmp_path / "training_config.json").write_text(configuration(interpolated))
    save(sleap_model(interpolated), tmp_path)
    return tmp_path


def save(model: Any, folder: Path) -> None:
    logging.disable(logging.WARNING)  # Keras says that this format is old
    try:
        model.save(folder / "best_model.h5")
    finally:
        logging.disable(logging.NOTSET)


def outputs(model: Any, listed: bool = False) -> list[Any]:
    image = np.random.default_rng(0).random((1, 32, 48, 1), dtype=np.float32)
    given = model([image] if listed else image, training=False)
    return [keras.ops.convert_to_numpy(one) for one in (given if isinstance(given, list) else [given])]


def assert_same(model: Any, other: Any, listed: bool = False) -> None:
    """Whether both give the same; the first one may take a list of images, as models written by Keras 2 do."""
    for here, there in zip(outputs(model, listed), outputs(other), strict=True):
        np.testing.assert_allclose(here, there, atol=1e-5, rtol=0)
        assert np.abs(there).max() > 1e-3


@pytest.mark.parametrize("folder", [True, False], indirect=True, ids=["interpolated", "transposed"])
@pytest.mark.parametrize("naming", ["Keras 3", "Keras 2", "SLEAP 1.0"])
def test_outputs_are_those_of_the_trained_model(folder: Path, naming: str) -> None:
    trained = keras.saving.load_model(folder / "best_model.h5", compile=False)
    if naming != "Keras 3":
        as_keras_2_names_them(folder / "best_model.h5", "_0" if naming == "SLEAP 1.0" else "")
    found = read_design(folder)
    assert [head.name for head in found.design.heads] == ["confmaps", "pafs"]
    assert_same(found.backbone(weights=True).model, trained)


def test_what_the_layers_of_a_trained_model_see_is_what_they_put_out(folder: Path, worker: Worker) -> None:
    confmaps, _ = outputs(keras.saving.load_model(folder / "best_model.h5", compile=False))
    image = np.random.default_rng(0).random((32, 48, 1), dtype=np.float32)
    maps = feature_maps(read_design(folder).backbone(weights=True), image, worker=worker)
    assert maps.weights == "the network's own weights"
    (head,) = (head for head in maps.heads if head.label == "confmaps")
    assert [peak.value for peak in head.peaks] == pytest.approx(confmaps.max((0, 1, 2)), abs=1e-5)


@pytest.mark.parametrize("interpolated", [True, False])
def test_a_network_goes_out_and_comes_back_with_its_weights(tmp_path: Path, interpolated: bool) -> None:
    unet = UNet.from_strides(max_stride=4, output_stride=2, filters=4, up_interpolate=interpolated)
    heads = (Head(3), Head(6, name="offsets"), Head(4, stride=4, name="pafs"))
    backbone = Design(unet, (32, 48, 1), heads).build()
    logging.disable(logging.WARNING)
    backbone.to_sleap(tmp_path / "run", "multi_instance", part_names=["a", "b", "c"])
    logging.disable(logging.NOTSET)
    model = keras.saving.load_model(tmp_path / "run/best_model.h5", compile=False)
    assert [layer.name for layer in model.layers if layer.name.endswith("Head")] == [
        "MultiInstanceConfmapsHead",
        "OffsetRefinementHead",
        "PartAffinityFieldsHead",
    ]
    assert_same(model, backbone.model, listed=True)
    found = read_design(tmp_path / "run")
    assert found.design == backbone.design
    assert_same(found.backbone(weights=True).model, backbone.model)
    with pytest.raises(FileExistsError, match=r"training_config\.json' already\. .* overwrite=True"):
        backbone.to_sleap(tmp_path / "run", "multi_instance")


def test_what_a_model_folder_cannot_say_is_refused(tmp_path: Path) -> None:
    unet = UNet(filters=2, down_blocks=2, up_blocks=2)
    for design, words in (
        (Design(unet, (32, 32, 1)), "heads must be there"),
        (Design(attrs.evolve(unet, stacks=2), (32, 32, 1), Head(2)), "stacks must be 1"),
        (Design(unet, (32, 32, 1), Head(2, "softmax")), "activation in SLEAP JSON must be 'linear'"),
    ):
        with pytest.raises(ValueError, match=words):
            design.build().to_sleap(tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_weights_that_do_not_fit_are_refused_with_the_layer(folder: Path) -> None:
    file, whole = folder / "best_model.h5", folder / "whole.h5"
    shutil.copy(file, whole)

    def refused(words: str) -> None:
        with pytest.raises(ValueError, match=words):
            read_design(folder).backbone(weights=True)

    def changed(layer: str, values: Any, name: str = "kernel") -> None:
        shutil.copy(whole, file)
        with h5py.File(file, "r+") as opened:
            group = opened[f"model_weights/{layer}"]
            path = next(path for path in datasets(group) if path.endswith(name))
            del group[path]
            if values is not None:
                group[path] = values

    changed("stack0_enc0_conv0", np.zeros((3, 3, 1, 5), np.float32))
    refused("The kernel of 'stack0_enc0_conv0' is 3 × 3 × 1 × 5 in the trained model, and 3 × 3 × 1 × 4 in")
    changed("stack0_enc1_conv1", None, "bias")
    refused("has no 'bias' of the layer 'stack0_enc1_conv1'")
    changed("stack0_enc1_conv1", np.zeros((3, 3, 8, 8), int))
    refused("holds no plain numbers")
    changed("stack0_enc1_conv1", h5py.ExternalLink("/etc/passwd", "/"))
    refused("has no 'kernel' of the layer 'stack0_enc1_conv1'")
    changed("stack0_enc1_conv1", h5py.SoftLink("/model_weights"))
    refused("has no 'kernel' of the layer 'stack0_enc1_conv1'")
    shutil.copy(whole, file)
    with h5py.File(file, "r+") as opened:
        opened["model_weights/stack0_enc9/kernel"] = np.zeros(3, np.float32)
    refused("layers that its configuration does not say: stack0_enc9")
    file.write_bytes(whole.read_bytes()[:5000])
    refused("can't be read as HDF5")
    file.unlink()
    refused("There is no best_model.h5 in the folder")
    (folder / "best.ckpt").touch()
    refused("best.ckpt, which is PyTorch's, is not read")
    with pytest.raises(ValueError, match="read from a text"):
        read_design(configuration(True)).backbone(weights=True)


def test_layers_that_are_not_carried_are_named(folder: Path) -> None:
    with h5py.File(folder / "best_model.h5", "r+") as opened:
        opened["model_weights/ClassVectorsHead/kernel"] = np.zeros((3, 2), np.float32)
        opened[f"model_weights/{'x' * 10_000}/kernel"] = np.zeros((3, 2), np.float32)
    with pytest.warns(UserWarning, match="Weights of ClassVectorsHead and x{100}…x{99} are not carried"):
        read_design(folder).backbone(weights=True)


@pytest.mark.parametrize(
    "architecture",
    [
        UNet(filters=2, stem_blocks=1, stem_kernel_size=7, down_blocks=2, up_blocks=2),
        LeapCNN(filters=2, up_interpolate=True),
        Hourglass(stacks=1, stem_filters=4, filters=4, filter_increase=2),
    ],
    ids=lambda architecture: type(architecture).__name__,
)
def test_the_file_has_the_network_as_keras_2_writes_it(architecture: Any) -> None:
    backbone = Design(architecture, (64, 64, 1), Head(2)).build()
    model = with_sleap_names(backbone)
    written = keras_2_config(model)["config"]
    head = {"stack0_head": "SingleInstanceConfmapsHead"}
    graph = backbone.layers
    joined = {
        layer["name"]: {source for source, *_ in layer["inbound_nodes"][0]}
        for layer in written["layers"]
        if layer["inbound_nodes"]
    }
    assert joined == {
        head.get(name, name): set(graph.predecessors(name)) for name in graph if name != "input"
    }
    assert written["layers"][0]["config"]["batch_input_shape"] == [None, 64, 64, 1]
    assert written["output_layers"] == [["SingleInstanceConfmapsHead", 0, 0]]
    json.dumps(written)


def test_weights_that_are_no_group_of_the_file_are_refused_and_no_link_is_followed(folder: Path) -> None:
    file = folder / "best_model.h5"
    shutil.copy(file, folder / "other.h5")
    for held in (
        np.zeros(3, np.float32),
        h5py.ExternalLink("other.h5", "model_weights"),
        h5py.SoftLink("/elsewhere"),
    ):
        with h5py.File(file, "w") as opened:
            opened["model_weights"] = held
        with pytest.raises(ValueError, match=r"'model_weights' in best_model\.h5 is no group of this file"):
            read_design(folder).backbone(weights=True)
