"""Weights are filled where Keras would have put them when their network was built."""

import os
import subprocess
import sys

import pytest

from tests.library.timed import ROOT

BEFORE = """
import threading

import keras
import numpy as np

from encdec_widgets import Design
from encdec_widgets.architectures import CustomEncoderDecoder, UNet
from encdec_widgets.encoder_decoder import EncoderBlock, SimpleConvBlock
from encdec_widgets.session import Session

design = Design(UNet(filters=2, down_blocks=1, up_blocks=1), (16, 16, 1))
image = np.ones((1, 16, 16, 1), "float32")

def plain():
    return keras.Sequential([keras.Input((16, 16, 1)), keras.layers.Conv2D(2, 3)])

class Placed(EncoderBlock):
    # Half of it is put on another device.
    def make_block(self, x_in, prefix="placed"):
        x = keras.layers.Conv2D(2, 3, padding="same", name=f"{prefix}_here")(x_in)
        with keras.device("cpu:1"):
            return keras.layers.Conv2D(2, 3, padding="same", name=f"{prefix}_there")(x)

def check_devices(scope, number):
    with scope():
        expected = number(plain())
        inside, late = design.build().model, design.build()
    assert len(expected) == 1
    assert number(inside) == number(late.model) == expected, (number(inside), number(late.model), expected)
    outside = design.build()
    with scope():
        model = outside.model
    assert number(model) == number(plain()), (number(model), number(plain()))
    # An edit follows the scope that it is made in; what it keeps stays where it is.
    with scope():
        edited = design.replace("decoder[0].refine_convs_filters", 5).build(outside)
    assert number(edited.model) == expected | number(plain())
    # In the background too.
    with scope():
        session = Session(design)
        session.change("filters", 3)
        session.wait()
        shown = session.shown.backbone
    assert number(shown.model) == expected

    def elsewhere(model):
        found = []
        thread = threading.Thread(target=lambda: found.append(number(late.model)))
        thread.start(); thread.join()
        return found[0]

    with scope():
        late = design.build()
    assert elsewhere(late) == expected

    own = Design(CustomEncoderDecoder(encoder=[Placed(pool=False), SimpleConvBlock(filters=2)]), (16, 16, 1)).build()
    placed = {layer.name[-5:]: number(layer) for layer in own.model.layers if layer.weights}
    assert placed == {"_here": {0}, "there": {1}, "conv0": {0}, "conv1": {0}}, placed
"""

TENSORFLOW = """
import tensorflow as tf

cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
tf.config.threading.set_intra_op_parallelism_threads(1)

def number(model):
    return {int(weight.value.device[-1]) for weight in model.weights}

for scope in (lambda: keras.device("cpu:1"), lambda: tf.device("CPU:1")):
    check_devices(scope, number)

with (strategy := tf.distribute.MirroredStrategy(["cpu:0", "cpu:1"])).scope():
    first, late = plain(), design.build()
    edited = design.replace("filters", 3).build(late)
kinds = {type(weight.value).__name__ for each in (late.model, edited.model) for weight in each.weights}
assert kinds == {type(first.weights[0].value).__name__} == {"MirroredVariable"}, kinds
outside = design.replace("decoder[0].refine_convs", 1).build(late)
assert {type(weight.value).__name__ for weight in outside.model.weights} == {"ResourceVariable"}
late.model.compile("sgd", "mse")
late.model.fit(np.ones((2, 16, 16, 1)), np.ones((2, 16, 16, 2)), verbose=0)

with tf.Graph().as_default():
    in_a_graph = design.build()
built = []
tf.function(lambda: built.append(design.build()), autograph=False)()
for late in (in_a_graph, built[0]):
    assert late.model.predict(image, verbose=0).shape == (1, 16, 16, 2)
    assert number(late.model) == {0}

# What is set reaches the process that times.
from encdec_widgets.workers.timing import Worker, network_of
from tests.library.timed import FactsOf
worker = Worker()
facts = worker.do(FactsOf(network_of(design.build())))
assert facts["settings"]["threads within operations"] == 1, facts
assert facts["settings"]["logical devices"] == {"/physical_device:CPU:0": [None, None]}, facts
assert facts["notices"] == [], facts
with strategy.scope():
    network = network_of(design)
assert "without the MirroredStrategy" in worker.do(FactsOf(network))["notices"][0]
worker.stop()
print("so it is")
"""

JAX = """
import jax

jax.config.update("jax_num_cpu_devices", 2)

def number(model):
    return {device.id for weight in model.weights for device in weight.value.devices()}

for scope in (lambda: keras.device("cpu:1"), lambda: jax.default_device(jax.devices("cpu")[1])):
    check_devices(scope, number)

with keras.distribution.DataParallel(devices=["cpu:0", "cpu:1"]).scope():
    late = design.build()
assert number(late.model) == {0, 1}

from encdec_widgets.workers.timing import Worker, network_of
from tests.library.timed import FactsOf
worker = Worker()
facts = worker.do(FactsOf(network_of(design.build())))
assert facts["settings"]["jax_num_cpu_devices"] == 2, facts["settings"]
pid = worker.pids
with jax.default_matmul_precision("high"):
    facts = worker.do(FactsOf(network_of(design.build())))
assert facts["settings"]["jax_default_matmul_precision"] == "high"
assert worker.pids != pid
worker.stop()
print("so it is")
"""


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(TENSORFLOW, marks=pytest.mark.tensorflow),
        pytest.param(JAX, marks=[pytest.mark.backend, pytest.mark.jax]),
    ],
    ids=["TensorFlow", "JAX"],
)
def test_weights_are_put_where_plain_keras_puts_them_and_settings_reach_the_timing(script: str) -> None:
    # In a process of its own: devices are split before a backend starts.
    ran = subprocess.run(
        [sys.executable, "-c", BEFORE + script],
        check=False,
        capture_output=True,
        text=True,
        timeout=280,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert ran.stdout.strip().endswith("so it is"), ran.stderr[-3000:]
