"""Each network has a name of its own, as Keras gives to its own models; nothing else depends on it."""

import threading
from typing import Any

import keras
import numpy as np
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.workers.timing import network_of

DESIGN = Design(UNet(filters=2, down_blocks=1, up_blocks=1), (16, 16, 1))


@pytest.mark.backend
def test_two_networks_go_into_one_model() -> None:
    first = DESIGN.build()
    models = [first.model, DESIGN.build().model, DESIGN.replace("filters", 3).build(first).model]
    x = keras.Input((16, 16, 1))
    joined = keras.Model(x, keras.layers.Concatenate()([model(x) for model in models]))
    image = np.ones((1, 16, 16, 1), "float32")
    expected = np.concatenate([model.predict(image, verbose=0) for model in models], axis=-1)
    assert np.allclose(joined.predict(image, verbose=0), expected, atol=1e-6)
    assert network_of(joined).shapes == ((16, 16, 1),)


def test_names_are_those_of_the_family_with_numbers_and_never_the_same_in_other_threads() -> None:
    names: list[str] = []

    def build(count: int) -> None:
        names.extend(DESIGN.build().structure.name for _ in range(count))

    threads = [threading.Thread(target=build, args=(3,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    build(2)
    assert len(set(names)) == len(names) == 8
    assert all(name.rstrip("0123456789") in ("UNet", "UNet_") for name in names)


def test_layers_designs_and_what_is_reused_do_not_depend_on_it() -> None:
    first, second = DESIGN.build(), DESIGN.build()
    layers: list[list[Any]] = [[layer.name for layer in each.structure.layers] for each in (first, second)]
    assert layers[0] == layers[1]
    assert first.design.to_json() == second.design.to_json()
    edited = DESIGN.replace("decoder[0].refine_convs", 1).build(second)
    assert edited.structure.layers[1] is second.structure.layers[1]
