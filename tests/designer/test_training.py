"""Networks of every family are real: they learn, are saved and reloaded, and compute in mixed precision."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import (
    CustomEncoderDecoder,
    Hourglass,
    LeapCNN,
    ResidualBlock,
    ResidualUpsamplingBlock,
    StackedHourglass,
    StridedConvBlock,
    UNet,
)
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import SimpleConvBlock, SimpleUpsamplingBlock

pytestmark = (
    pytest.mark.tensorflow
)  # Keras on NumPy cannot train, and on JAX a step of an eager network takes minutes

# Every kind of block that a list can hold, in one small network.
OWN = CustomEncoderDecoder(
    stem=(StridedConvBlock(num_convs=1, filters=4),),
    encoder=(SimpleConvBlock(filters=4), ResidualBlock(pool=False, filters=6)),
    decoder=(
        ResidualUpsamplingBlock(filters=4),
        SimpleUpsamplingBlock(refine_convs_filters=4, transposed_conv=True, transposed_conv_filters=4),
    ),
)
ARCHITECTURES = {
    "UNet": UNet(filters=4, down_blocks=2, up_blocks=2),
    "LeapCNN": LeapCNN(filters=4, down_blocks=2, up_blocks=2),
    "Hourglass": Hourglass(
        stacks=2, stem_filters=4, filters=4, filter_increase=2, down_blocks=2, up_blocks=2, stem_stride=2
    ),
    "StackedHourglass": StackedHourglass(
        stacks=2, stem_filters=4, filters=8, down_blocks=1, up_blocks=1, num_residuals=1, stem_stride=2
    ),
    "CustomEncoderDecoder": OWN,
}
SIZE = 16


@pytest.fixture(params=ARCHITECTURES)
def design(request: pytest.FixtureRequest) -> Design:
    return Design(ARCHITECTURES[request.param], (SIZE, SIZE, 1), Head(2))


@pytest.fixture
def _seeded() -> None:
    keras.utils.set_random_seed(7)


@pytest.fixture
def _mixed_precision() -> Iterator[None]:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    yield
    keras.config.set_dtype_policy(before)


def _images() -> np.ndarray:
    """Images of a spot each, in different places."""
    y, x = np.mgrid[:SIZE, :SIZE]
    centres = ((4, 4), (4, 11), (11, 4), (11, 11))
    spots = [np.exp(-((y - row) ** 2 + (x - column) ** 2) / 8) for row, column in centres]
    return np.stack(spots)[..., None].astype("float32")


def _targets(model: Any, images: np.ndarray) -> list[np.ndarray]:
    """Maps of the spot and of the background, as large as each output."""
    maps = np.concatenate([images, 1 - images], axis=-1)
    steps = [SIZE // output.shape[1] for output in model.outputs]
    return [maps[:, ::step, ::step] for step in steps]


def _outputs(model: Any, images: np.ndarray) -> list[np.ndarray]:
    outputs = model(images, training=False)
    return [np.asarray(output) for output in (outputs if isinstance(outputs, list) else [outputs])]


def _losses(model: Any, images: np.ndarray, steps: int, enough: float = 0) -> list[float]:
    """The loss of each step, up to one that is below a share of the first."""
    targets = _targets(model, images)
    y = targets if len(targets) > 1 else targets[0]
    # Compiling takes a minute for a network of many layers, a few steps without it take seconds.
    model.compile(keras.optimizers.Adam(0.005), loss="mse", run_eagerly=True)
    losses: list[float] = []
    for _ in range(steps):
        losses.append(model.train_on_batch(images, y, return_dict=True)["loss"])
        if losses[-1] < enough * losses[0]:
            break
    return losses


@pytest.mark.usefixtures("_seeded")
def test_some_steps_lower_the_loss(design: Design) -> None:
    model, images = design.build().model, _images()
    kernels = [variable for variable in model.trainable_variables if variable.name == "kernel"]
    before = [kernel.numpy().copy() for kernel in kernels]
    losses = _losses(model, images, 12, enough=0.8)
    assert np.isfinite(losses).all()
    assert losses[-1] < 0.8 * losses[0]
    for kernel, old in zip(kernels, before, strict=True):
        assert np.any(kernel.numpy() != old), f"{kernel.path} takes no part in the training"


def test_a_saved_model_gives_the_same_output_without_this_library(design: Design, tmp_path: Path) -> None:
    model, images = design.build().model, _images()
    path = tmp_path / "model.keras"
    model.save(path)
    with zipfile.ZipFile(path) as archive:
        config = json.loads(archive.read("config.json"))
    for layer in config["config"]["layers"]:
        assert layer["module"].split(".")[0] == "keras"
        assert layer["registered_name"] is None
    assert "encdec_widgets" not in json.dumps(config)
    for saved, made in zip(
        _outputs(keras.models.load_model(path), images), _outputs(model, images), strict=True
    ):
        np.testing.assert_array_equal(saved, made)


@pytest.mark.usefixtures("_seeded", "_mixed_precision")
def test_mixed_precision_computes_in_half_and_keeps_its_weights_in_full(design: Design) -> None:
    model, images = design.build().model, _images()
    assert {layer.compute_dtype for layer in model.layers} == {"float16"}
    assert {variable.dtype for variable in model.trainable_variables} == {"float32"}
    for output in _outputs(model, images):
        assert output.dtype == np.float16
        assert np.isfinite(output).all()
    assert np.isfinite(_losses(model, images, 2)).all()


def test_mixed_precision_of_another_test_is_over(design: Design) -> None:
    assert keras.config.dtype_policy().name == "float32"
    assert {layer.compute_dtype for layer in design.build().model.layers} == {"float32"}
