"""Networks that nobody uses are freed; what is used in any part stays."""

import gc
import weakref
from collections.abc import Callable, Iterator
from gc import collect  # where a test counts calls of gc.collect, this one is none of them
from typing import Any

import keras  # noqa: F401 - first: an error that PyTorch keeps of its import holds the frames that lead there
import numpy as np
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.backbone import Backbone
from encdec_widgets.networks import discarded
from encdec_widgets.networks.discarded import Discarded, free_if_unused
from encdec_widgets.networks.keras_private import is_filled

pytestmark = pytest.mark.backend

SMALL = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (32, 32, 1))
LAST = "stack0_dec1_s2_to_s1_refine_conv0"


@pytest.fixture(autouse=True)
def _no_collection() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


def replaced(path: str = "filters", value: Any = 3) -> tuple[Backbone, Backbone]:
    before = SMALL.build()
    assert before.model is not None
    after = SMALL.replace(path, value).build(before)
    assert after.model is not None
    # On PyTorch, Keras's trees of tensors leave cycles behind, which the collector of young objects frees in no time.
    collect(1)
    return before, after


def test_a_network_that_nobody_uses_gives_its_weights_back() -> None:
    before, after = replaced()
    model, values = weakref.ref(before.structure), [weakref.ref(v.value) for v in before.structure.weights]
    del before
    assert free_if_unused(model, [after.structure])
    assert [value() for value in values] == [None] * len(values)


@pytest.mark.parametrize(
    "part",
    [
        lambda model: model,
        lambda model: model.get_layer(LAST),
        lambda model: model.get_layer(LAST).output,
        lambda model: [layer.call for layer in model.layers][3],
    ],
    ids=["model", "layer", "tensor", "method"],
)
def test_any_part_that_is_used_keeps_it(part: Callable[[Any], Any]) -> None:
    before, after = replaced()
    model, held = weakref.ref(before.structure), part(before.structure)
    variables = list(before.structure.weights)
    del before
    assert not free_if_unused(model, [after.structure])
    assert all(map(is_filled, variables))
    del held


def test_what_the_newer_network_shares_stays() -> None:
    before, after = replaced("encoder[1].kernel_size", 5)
    model = weakref.ref(before.structure)
    del before
    assert free_if_unused(model, [after.structure])
    assert all(map(is_filled, after.structure.variables))
    assert np.isfinite(after.model.predict(np.ones((1, 32, 32, 1), "float32"), verbose=0)).all()


def test_a_single_weight_that_is_held_keeps_its_value() -> None:
    before, after = replaced()
    model, held = weakref.ref(before.structure), before.structure.get_layer(LAST).kernel
    del before
    free_if_unused(model, [after.structure])
    assert is_filled(held)


def test_a_network_that_is_used_is_tried_again_and_then_left_to_the_collector(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(discarded, "TRY_AFTER", 1)
    collected: list[int] = []
    monkeypatch.setattr(discarded.gc, "collect", lambda: collected.append(1))
    before, after = replaced()
    held = before.model
    value = weakref.ref(held.weights[0].value)
    waiting = Discarded()
    waiting.add(held, after.structure)
    del before
    waiting.free(after.structure)
    assert value() is not None
    del held
    waiting.free(after.structure)
    assert value() is None
    assert not collected


def test_what_is_used_for_long_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discarded, "TRY_AFTER", 1)
    monkeypatch.setattr(discarded, "COLLECT_AFTER", 1)
    collected: list[int] = []
    monkeypatch.setattr(discarded.gc, "collect", lambda: collected.append(1))
    before, after = replaced()
    waiting = Discarded()
    waiting.add(before.model, after.structure)
    for expected in ([], [1]):
        waiting.free(after.structure)
        assert collected == expected
