"""The time of a network, predicted before it is run from the times of a few tiny networks.

The prediction adds up layers. Each takes as long as its arithmetic or its memory traffic, whichever is longer (the
roofline model: Williams, Waterman and Patterson, 2009, https://doi.org/10.1145/1498765.1498785), and some overhead.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
import networkx as nx
import numpy as np
from numpy.typing import NDArray

from encdec_widgets._keras import keras

TimeModel = Callable[[Any, int], float]
"""Median time of a forward pass of a Keras model, in milliseconds, at a number of images; it does its own warm-up."""

TRAINING_FACTOR = 3.0
"""A training step, in forward passes: for each product forwards there are two backwards, by inputs and by weights."""

# Maps are larger where there are fewer channels, so that each takes about as long on a CPU; the pairs are channels and
# height (width is the same).
_CONVOLUTIONS = ((4, 256), (16, 128), (64, 64), (256, 24))
_TRANSPOSED = (32, 128)
_ELEMENT_WISE = (32, 256)
# Backends that resize by a matrix product take longer per pixel for larger maps.
_RESIZED = ((64, 32), (8, 256))
# Several layers, as the first and the last of a network may have to bring maps into another order of memory.
_DEPTH = 4
_OVERHEAD_DEPTH = 9
# A device that needs less than this is not busy: it gets more to do.
_BUSY_MS = 0.4
_PRODUCT_MS = 2.0
_MAX_BATCH = 256
_MAX_BYTES = 2**27  # of the largest map that a tiny network puts out
_MAX_PRODUCT = 8192


@attrs.frozen(kw_only=True)
class Calibration:
    """What was measured of a device with tiny networks, at one precision and one way of compiling.

    Attributes:
        peak_multiply_adds_per_s: The device's ceiling: the largest rate seen on a square matrix product.
        convolution_rates: Pairs of a number of channels (in and out) and the multiply-adds per second of 3 x 3
            convolutions at it; the fewest channels first.
        transposed_factor: How many times longer a multiply-add of a transposed convolution of stride 2 takes.
        bytes_per_s: Memory traffic of an element-wise layer, read and written.
        resizing_rates: Pairs of a height in px and the bytes per second, read and written, of bilinear upsampling from
            it; the smallest first.
        layer_overhead_ms: What a layer takes besides its work, in milliseconds.
        call_overhead_ms: What a call of a whole network takes besides its layers, in milliseconds.
        item_bytes: Bytes of one value of a feature map, at the precision that layers compute with.
        forward_factor: How many times as long a forward pass takes as its layers add up to; 1 until a run was far off.
        training_factor: The same of a training step.
    """

    peak_multiply_adds_per_s: float
    convolution_rates: tuple[tuple[int, float], ...]
    transposed_factor: float
    bytes_per_s: float
    resizing_rates: tuple[tuple[int, float], ...]
    layer_overhead_ms: float
    call_overhead_ms: float
    item_bytes: int
    forward_factor: float = 1.0
    training_factor: float = TRAINING_FACTOR

    def corrected(self, work: str, by: float) -> "Calibration":
        """The same, by which this ``work`` ("forward" or "training") takes ``by`` times as long."""
        name = f"{work}_factor"
        return attrs.evolve(self, **{name: by * getattr(self, name)})

    def to_dict(self) -> dict[str, Any]:
        """The fields as plain data, ready for JSON."""
        return attrs.asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Calibration":
        """The calibration that ``to_dict`` made ``data`` from, through JSON or not; unknown keys are ignored.

        Raises:
            KeyError: If a figure is missing.
        """
        values = {
            attribute.name: data[attribute.name]
            for attribute in attrs.fields(cls)
            if attribute.default is attrs.NOTHING or attribute.name in data
        }
        for name in ("convolution_rates", "resizing_rates"):
            values[name] = tuple((int(at), float(rate)) for at, rate in values[name])
        return cls(**values)


def calibrate(time_model: TimeModel) -> Calibration:
    """Time some tiny Keras models, under the dtype policy that is active; about 15 of them.

    Args:
        time_model: Gives the median time of a forward pass, in milliseconds, of a model at a number of images. Some
            20 ms a model are enough: a prediction is no better than its own coarseness.
    """
    item_bytes = _item_bytes()
    one, many = (time_model(_chain(4, 4, [_convolution(4)] * n), 1) for n in (1, _OVERHEAD_DEPTH))
    layer_ms = max(0.0, (many - one) / (_OVERHEAD_DEPTH - 1))
    # The longer chain is an upper bound too: the very first model may have been timed while the device woke up.
    call_ms = max(0.0, min(one, many) - layer_ms)

    def busy_s(model: Any, batch_size: int) -> float:
        """Seconds for which the device works."""
        ms = time_model(model, batch_size)
        # What is left after the overhead is noise where it is less than a tenth.
        return 1e-3 * max(ms - call_ms - (len(model.layers) - 1) * layer_ms, ms / 10)

    def image_s(model: Any) -> float:
        """Seconds for an image, with enough images at once to keep the device busy."""
        batch_size = 1
        most = min(_MAX_BATCH, max(1, _MAX_BYTES // (item_bytes * math.prod(model.outputs[0].shape[1:]))))
        while (seconds := busy_s(model, batch_size)) < 1e-3 * _BUSY_MS and batch_size < most:
            wanted = math.ceil(3e-3 * _BUSY_MS / seconds) * batch_size
            batch_size = min(max(wanted, 2 * batch_size), 16 * batch_size, most)
        return seconds / batch_size

    rates = []
    for channels, size in _CONVOLUTIONS:
        seconds = image_s(_chain(channels, size, [_convolution(channels)] * _DEPTH))
        rates.append((channels, _DEPTH * 9 * channels**2 * size**2 / seconds))
    channels, size = _TRANSPOSED
    transposed_s = image_s(_chain(channels, size, [_transposed(channels)]))
    transposed_rate = 4 * channels**2 * size**2 / transposed_s
    resizing = []
    for channels_resized, height in _RESIZED:
        seconds = image_s(_chain(channels_resized, height, [_resizing]))
        resizing.append((height, 5 * channels_resized * height**2 * item_bytes / seconds))
    channels_in, height = _ELEMENT_WISE
    element_wise_s = image_s(_chain(channels_in, height, [_relu]))
    return Calibration(
        peak_multiply_adds_per_s=_peak(busy_s),
        convolution_rates=tuple(rates),
        # As wide as predict_ms sees it, which spreads its products over the larger map that it puts out.
        transposed_factor=_at(channels / 2, rates) / transposed_rate,
        bytes_per_s=2 * channels_in * height**2 * item_bytes / element_wise_s,
        resizing_rates=tuple(resizing),
        layer_overhead_ms=layer_ms,
        call_overhead_ms=call_ms,
        item_bytes=item_bytes,
    )


def predict_ms(
    layers: "nx.DiGraph[str]", calibration: Calibration, *, batch_size: int, training: bool
) -> float | None:
    """The median time that a network is likely to take (an estimate).

    Each layer takes the longer of its arithmetic, at the rate of convolutions that are as wide, and its memory
    traffic, each map read and written once; and the layer's overhead. A training step takes ``TRAINING_FACTOR`` times
    that, until one was measured that was far off.

    Against measured medians of forward passes of ten networks (eight on JAX) at one and at four images, in float32 on
    two CPU cores that had other work too, by four calibrations: within a factor of 2 in nine cases of ten, of 3.3 in
    all, on TensorFlow and on JAX. A calibration made at a busy moment predicts too much. Training steps and GPUs were
    not compared.

    Args:
        layers: What :func:`encdec_widgets.networks.graph.layer_graph` returned, for an input of fixed size.
        calibration: What the device can do.
        batch_size: Images that go through the network at once.
        training: Whether a training step is meant, not an inference forward pass.

    Returns:
        Milliseconds for the whole batch; None where the size of a map is open, or it is not known how many
        multiply-adds a layer takes.
    """
    total_s = 0.0
    for name, layer in layers.nodes(data=True):
        drops = layer["traits"].output == "given in inference"
        if layer["stage"] == "input" or (drops and not training):
            continue
        shapes = [layer["shape"], *(layers.nodes[source]["shape"] for source in layers.predecessors(name))]
        count = layer["multiply_adds"]
        if count is None or any(None in shape for shape in shapes):
            return None
        work_s = max(_arithmetic_s(layer, count, calibration), _traffic_s(layer, shapes, calibration))
        total_s += batch_size * work_s + 1e-3 * calibration.layer_overhead_ms
    ms = 1e3 * total_s + calibration.call_overhead_ms
    return ms * (calibration.training_factor if training else calibration.forward_factor)


def _arithmetic_s(layer: Mapping[str, Any], count: int, calibration: Calibration) -> float:
    """Seconds for ``count`` multiply-adds of a layer, those of one image."""
    if not count:
        return 0.0
    window = math.prod(layer["shape"][:-1]) * math.prod(layer["kernel_size"] or (1,))
    # Of input and output channels, the geometric mean, in each group: few channels keep no device busy.
    rate = _at(math.sqrt(count / window), calibration.convolution_rates)
    factor = calibration.transposed_factor if layer["traits"].products == "input" else 1.0
    return float(count * factor / rate)


def _traffic_s(
    layer: Mapping[str, Any], shapes: Sequence[tuple[int, ...]], calibration: Calibration
) -> float:
    """Seconds to read what a layer is given and to write what it makes, for one image."""
    traffic = calibration.item_bytes * sum(map(math.prod, shapes))
    if layer["traits"].resizes:
        side = math.sqrt(math.prod(shapes[-1][:2]))
        return traffic / _at(side, calibration.resizing_rates)
    return traffic / calibration.bytes_per_s


def _at(size: float, rates: Sequence[tuple[int, float]]) -> float:
    """The rate at a size between those that were measured; beyond them, that of the nearest."""
    sizes, values = np.log(np.array(rates)).T
    return math.exp(np.interp(math.log(size), sizes, values))


def _peak(busy_s: Callable[[Any, int], float]) -> float:
    """The largest rate of multiply-adds seen on square matrix products, each twice as large as the one before."""
    best, size = 0.0, 512
    while True:
        product = keras.layers.Dense(size, use_bias=False, kernel_initializer=_noise)
        inputs = keras.Input((size,), dtype=_compute_dtype())
        seconds = busy_s(keras.Model(inputs, product(inputs)), size)
        best = max(best, size**3 / seconds)
        # Two at least: one alone could have met a moment at which the device was busy with something else.
        if size > 512 and (seconds >= 1e-3 * _PRODUCT_MS or size >= _MAX_PRODUCT):
            return best
        size *= 2


def _chain(channels: int, size: int, makers: Sequence[Callable[[], Any]]) -> Any:
    """A Keras model of layers one after the other, on square maps."""
    x = inputs = keras.Input((size, size, channels), dtype=_compute_dtype())
    for make in makers:
        x = make()(x)
    return keras.Model(inputs, x)


def _convolution(channels: int) -> Callable[[], Any]:
    return lambda: keras.layers.Conv2D(
        channels, 3, padding="same", data_format="channels_last", kernel_initializer=_noise
    )


def _transposed(channels: int) -> Callable[[], Any]:
    return lambda: keras.layers.Conv2DTranspose(
        channels, 2, strides=2, padding="same", data_format="channels_last", kernel_initializer=_noise
    )


def _resizing() -> Any:
    return keras.layers.UpSampling2D(2, interpolation="bilinear", data_format="channels_last")


def _relu() -> Any:
    return keras.layers.Activation("relu")


def _noise(shape: Sequence[int], dtype: Any = None) -> NDArray[np.float32]:
    """Weights around 0. JAX would compile a generator of random numbers for each shape."""
    return 0.1 * np.random.default_rng().random(shape, dtype=np.float32) - 0.05


def _item_bytes() -> int:
    """Bytes of a value that the active dtype policy computes with."""
    return int(_compute_dtype().removeprefix("bfloat").removeprefix("float")) // 8


def _compute_dtype() -> str:
    return str(keras.config.dtype_policy().compute_dtype)
