"""What maps a head's prediction into the next stack keeps its weights with its head, wherever that stands."""

from collections.abc import Sequence

import attrs
import keras
import numpy as np
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import StackedHourglass
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.backbone import Backbone

pytestmark = pytest.mark.backend

HOURGLASS = StackedHourglass(stacks=2, filters=4, stem_filters=2, down_blocks=1, up_blocks=1)
A, B, C, D = (Head(3, name=name) for name in "abcd")


def design_of(*heads: Head) -> Design:
    return Design(HOURGLASS, (16, 16, 1), heads=heads)


def ways(backbone: Backbone) -> list[np.ndarray]:
    """The kernels that map the predictions back, in the order of the heads."""
    layers = [layer for layer in backbone.model.layers if "_join_head" in layer.name]
    heads = [output.name for output in backbone.predictions[0]]
    by_input = {layer.input.name: keras.ops.convert_to_numpy(layer.kernel) for layer in layers}
    return [by_input[name] for name in heads]


def wide(head: Head, channels: int) -> Head:
    return attrs.evolve(head, channels=channels)


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        ([A, B, C], [B, C], {1: 0, 2: 1}),
        ([A, B, C], [C], {2: 0}),
        ([A, B], [B, A], {0: 1, 1: 0}),
        ([A], [D, A], {0: 1}),
        ([A, B], [D, A, B], {0: 1, 1: 2}),
        ([A, B], [A, B], {0: 0, 1: 1}),
        ([A, B], [A, B, D], {0: 0, 1: 1}),
        ([A], [wide(A, 5), D], {}),
        ([A, wide(B, 5)], [wide(A, 5), B], {}),
        ([A, B], [attrs.evolve(A, name="renamed"), B], {0: 0, 1: 1}),
    ],
    ids=lambda value: "".join(f"{h.name}{h.channels}" for h in value) if isinstance(value, list) else None,
)
def test_a_way_into_the_next_stack_follows_its_head(
    before: Sequence[Head], after: Sequence[Head], kept: dict[int, int]
) -> None:
    first = design_of(*before).build()
    had = ways(first)
    features = first.model.get_layer("stack0_join_features_conv1x1").get_weights()[0]
    second = design_of(*after).build(first)
    has = ways(second)
    found = {i: j for i, one in enumerate(had) for j, other in enumerate(has) if np.array_equal(one, other)}
    assert found == kept
    assert np.array_equal(second.model.get_layer("stack0_join_features_conv1x1").get_weights()[0], features)
