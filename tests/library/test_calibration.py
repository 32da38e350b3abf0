"""The predicted time, on devices that exist in arithmetic only: nothing here is timed."""

import json
import math
from typing import Any

import attrs
import keras
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.backbone import Backbone
from encdec_widgets.networks.graph import layer_graph
from encdec_widgets.workers.timing.calibration import TRAINING_FACTOR, Calibration, calibrate, predict_ms

DEVICE = Calibration(
    peak_multiply_adds_per_s=5e10,
    convolution_rates=((4, 2e9), (16, 1e10), (64, 3e10), (256, 4e10)),
    transposed_factor=1.5,
    bytes_per_s=2e10,
    resizing_rates=((32, 6e9), (256, 2e9)),
    layer_overhead_ms=0.01,
    call_overhead_ms=0.1,
    item_bytes=4,
)
FAST = attrs.evolve(
    DEVICE,
    peak_multiply_adds_per_s=5e13,
    convolution_rates=tuple((channels, 1000 * rate) for channels, rate in DEVICE.convolution_rates),
    bytes_per_s=4e12,
    resizing_rates=tuple((height, 500 * rate) for height, rate in DEVICE.resizing_rates),
)


def _timed_on(device: Calibration, timed: list[int] | None = None) -> Any:
    def time_model(model: Any, batch_size: int) -> float:
        if timed is not None:
            timed.append(batch_size)
        return predict_ms(layer_graph(model, ()), device, batch_size=batch_size, training=False)

    return time_model


def _backbone(size: int = 64, **fields: Any) -> Backbone:
    return Design(UNet(**{"filters": 8, "down_blocks": 2, "up_blocks": 2, **fields}), (size, size, 1)).build()


def _predicted(backbone: Backbone, batch_size: int = 1, device: Calibration = DEVICE) -> float:
    predicted = predict_ms(backbone.layers, device, batch_size=batch_size, training=False)
    assert predicted is not None
    return predicted


@pytest.mark.parametrize("device", [DEVICE, FAST], ids=["slow", "fast"])
def test_a_device_that_follows_the_model_is_found_out(device: Calibration) -> None:
    found = calibrate(_timed_on(device))
    for name in ("transposed_factor", "bytes_per_s", "call_overhead_ms"):
        assert getattr(found, name) == pytest.approx(getattr(device, name), rel=0.05), name
    # With the work of tiny convolutions, which is little and not nothing.
    tiny_ms = 1e3 * 9 * 4**4 / device.convolution_rates[0][1]
    assert found.layer_overhead_ms == pytest.approx(device.layer_overhead_ms + tiny_ms)
    for name in ("convolution_rates", "resizing_rates"):
        assert dict(getattr(found, name)) == pytest.approx(dict(getattr(device, name)), rel=0.05), name
    # Of the model's two limits the wider convolutions' rate is what a matrix product meets here.
    assert found.peak_multiply_adds_per_s == pytest.approx(device.convolution_rates[-1][1], rel=0.05)
    backbone = _backbone(up_interpolate=True)
    assert _predicted(backbone, 4, found) == pytest.approx(_predicted(backbone, 4, device), rel=0.05)


def test_a_calibration_is_short_and_keeps_a_fast_device_busy() -> None:
    on_slow: list[int] = []
    on_fast: list[int] = []
    calibrate(_timed_on(DEVICE, on_slow))
    calibrate(_timed_on(FAST, on_fast))
    assert len(on_slow) <= 15
    assert len(on_fast) <= 40
    assert max(on_fast) == 8192  # The largest matrix product.


def test_noise_does_no_harm() -> None:
    """A device that is so noisy that the longer network is the faster one, or that answers at once."""
    times = iter([5.0, 0.5, *[1.0, 0.01] * 50])
    found = calibrate(lambda model, batch_size: next(times))
    assert found.layer_overhead_ms == 0
    assert found.call_overhead_ms == 0.5
    assert all(rate > 0 for _, rate in (*found.convolution_rates, *found.resizing_rates))
    assert 0 < _predicted(_backbone(), device=found) < math.inf


def test_it_is_plain_data() -> None:
    assert Calibration.from_dict(json.loads(json.dumps(DEVICE.to_dict()))) == DEVICE
    assert Calibration.from_dict({**DEVICE.to_dict(), "of a newer version": 1}) == DEVICE
    with pytest.raises(KeyError, match="bytes_per_s"):
        Calibration.from_dict({key: value for key, value in DEVICE.to_dict().items() if key != "bytes_per_s"})


@pytest.mark.parametrize(
    ("policy", "item_bytes"), [("float32", 4), ("mixed_bfloat16", 2), ("mixed_float16", 2)]
)
def test_it_knows_the_precision_that_is_active(policy: str, item_bytes: int) -> None:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        assert calibrate(_timed_on(DEVICE)).item_bytes == item_bytes
    finally:
        keras.config.set_dtype_policy(before)


def test_a_small_network_is_predicted_as_added_up_by_hand() -> None:
    inputs = keras.Input((32, 32, 16))
    x = keras.layers.Conv2D(16, 3, padding="same")(inputs)
    x = keras.layers.Dropout(0.5)(keras.layers.MaxPooling2D()(x))
    x = keras.layers.UpSampling2D()(x)
    layers = layer_graph(keras.Model(inputs, keras.layers.Concatenate()([x, inputs])), ())
    convolution = 32 * 32 * 9 * 16 * 16 / 1e10
    pooling = 4 * 16 * (32 * 32 + 16 * 16) / 2e10
    resizing = 4 * 16 * (32 * 32 + 16 * 16) / 6e9  # 16 px are fewer than the fewest measured
    joining = 4 * 2 * (2 * 16 * 32 * 32) / 2e10
    by_hand = 0.1 + 4 * 0.01 + 1e3 * 5 * (convolution + pooling + resizing + joining)
    assert predict_ms(layers, DEVICE, batch_size=5, training=False) == pytest.approx(by_hand)
    dropout = 0.01 + 1e3 * 5 * 4 * 2 * 16 * 16 * 16 / 2e10
    step = predict_ms(layers, DEVICE, batch_size=5, training=True)
    assert step == pytest.approx(TRAINING_FACTOR * (by_hand + dropout))


@settings(max_examples=10, deadline=None)
@given(
    filters=st.integers(2, 12),
    size=st.sampled_from([32, 64]),
    batch_size=st.integers(1, 8),
    interpolate=st.booleans(),
)
def test_more_work_is_predicted_to_take_longer(
    filters: int, size: int, batch_size: int, interpolate: bool
) -> None:
    def predicted(filters: int, size: int, batch_size: int) -> float:
        return _predicted(_backbone(size, filters=filters, up_interpolate=interpolate), batch_size)

    reference = predicted(filters, size, batch_size)
    assert predicted(2 * filters, size, batch_size) > reference
    assert predicted(filters, 2 * size, batch_size) > reference
    assert reference < predicted(filters, size, batch_size + 1) < 2 * reference


def test_no_time_is_predicted_where_the_input_is_open() -> None:
    backbone = Design(UNet(filters=4, down_blocks=1, up_blocks=1), (None, None, 1)).build()
    assert predict_ms(backbone.layers, DEVICE, batch_size=1, training=False) is None


def test_no_time_is_predicted_where_a_count_is_unknown() -> None:
    inputs = keras.Input((64, 32))
    attention = keras.layers.MultiHeadAttention(2, 4)(inputs, inputs)
    layers = layer_graph(keras.Model(inputs, attention), ())
    assert predict_ms(layers, DEVICE, batch_size=1, training=False) is None
