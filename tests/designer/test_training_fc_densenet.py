"""FC-DenseNet trains: a few steps on a small batch lower the loss. TensorFlow only; Keras on NumPy cannot train."""

import keras
import numpy as np
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import CustomEncoderDecoder, FCDenseNet, StridedConvBlock
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import EncoderDecoder, SimpleUpsamplingBlock

pytestmark = pytest.mark.tensorflow

NETWORKS = {
    "dense": FCDenseNet(
        growth_rate=4, first_filters=8, down_layers=(2, 2), bottleneck_layers=2, up_layers=(2, 2), dropout=0.1
    ),
    "strided": CustomEncoderDecoder(
        encoder=[StridedConvBlock(filters=8), StridedConvBlock(filters=8)],
        decoder=[SimpleUpsamplingBlock(refine_convs_filters=8)] * 2,
    ),
}


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_training_lowers_the_loss(network: EncoderDecoder) -> None:
    keras.utils.set_random_seed(1)
    images = np.random.default_rng(0).normal(size=(4, 16, 16, 3)).astype("float32")
    classes = (images.sum(axis=-1) > 0).astype("int32")
    model = Design(network, (16, 16, 3), Head(2, "softmax")).build().model
    # Compiling takes ten seconds for a network of many layers, a few steps without it take two.
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", run_eagerly=True)
    before = model.evaluate(images, classes, verbose=0)
    losses = [model.train_on_batch(images, classes)]
    while len(losses) < 31 and losses[-1] >= 0.7 * losses[0]:
        losses.append(model.train_on_batch(images, classes))
    assert np.isfinite([before, *losses]).all()
    assert losses[-1] < 0.7 * losses[0], losses
