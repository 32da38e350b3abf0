"""What is seen through any layers of Keras, of any size of image, against what outputs really change with."""

from functools import partial
from typing import Any

import keras
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from keras import layers as kl

from encdec_widgets.explain.seen import what_is_seen
from encdec_widgets.networks.call_graph import call_graph
from tests.amount import full_or
from tests.library.measured_fields import MEASURES, Measure, check, has_room, linear

pytestmark = pytest.mark.backend

EXAMPLES = full_or({"tensorflow": 12, "numpy": 8}.get(keras.backend.backend(), 3), 3)
SLOW = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))

PAIRS = st.tuples(st.integers(1, 4), st.integers(1, 4))
AMOUNTS = st.tuples(PAIRS, PAIRS)
PADDING = st.sampled_from(["same", "valid"])


@st.composite
def convolutions(draw: Any) -> Any:
    dilated = draw(st.booleans())
    return partial(
        kl.Conv2D,
        1,
        draw(PAIRS),
        strides=1 if dilated else draw(PAIRS),
        dilation_rate=draw(st.tuples(st.integers(1, 3), st.integers(1, 3))) if dilated else 1,
        padding=draw(PADDING),
    )


# Layers are made only when they are drawn.
LAYERS = st.one_of(
    convolutions(),
    st.builds(partial, st.just(kl.SeparableConv2D), st.just(1), PAIRS, padding=PADDING),
    st.builds(partial, st.just(kl.MaxPooling2D), PAIRS, strides=PAIRS, padding=PADDING),
    st.builds(partial, st.just(kl.Conv2DTranspose), st.just(1), PAIRS, strides=PAIRS, padding=PADDING),
    st.builds(partial, st.just(kl.UpSampling2D), st.tuples(st.integers(1, 3), st.integers(1, 3))),
    st.builds(partial, st.just(kl.ZeroPadding2D), AMOUNTS),
    st.builds(partial, st.just(kl.Cropping2D), AMOUNTS),
)


@pytest.mark.parametrize("measure", MEASURES)
@SLOW
@given(data=st.data(), height=st.integers(60, 90), width=st.integers(60, 90))
def test_a_chain_of_any_layers_with_branches(
    measure: Measure, data: st.DataObject, height: int, width: int
) -> None:
    x = inputs = keras.Input((height, width, 1))
    for make in data.draw(st.lists(LAYERS, min_size=1, max_size=4)):
        try:
            x = make()(x)
        except ValueError:  # Nothing is left of the map.
            assume(False)
        if data.draw(st.booleans()):
            branch = kl.Conv2D(
                1, data.draw(PAIRS), dilation_rate=data.draw(st.integers(1, 2)), padding="same"
            )
            x = kl.Concatenate()([x, branch(x)])
    calls = call_graph(keras.Model(inputs, x), [])
    seen = list(what_is_seen(calls).values())[-1]
    assert isinstance(seen, tuple)
    extents = [max(window.last) - min(window.first) + 2 * window.step for window in seen]
    assume(extents[0] < height / 2 and extents[1] < width / 2)
    # Layers that crop one side can move the middle of the image to a border of the output.
    assume(all(map(has_room, seen, (height, width), x.shape[1:3])))
    check(linear(inputs, x), (height, width, 1), seen, measure)
