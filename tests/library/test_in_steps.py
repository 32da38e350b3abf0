"""A network built in many steps is the one that is built in one."""

from typing import Any

import attrs
import keras
import numpy as np
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import (
    CustomEncoderDecoder,
    FCDenseNet,
    Hourglass,
    LeapCNN,
    StackedHourglass,
    UNet,
)
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import (
    EncoderBlock,
    EncoderDecoder,
    SimpleConvBlock,
    SimpleUpsamplingBlock,
)
from encdec_widgets.backbone import Backbone, build_backbone, build_in_steps
from encdec_widgets.networks.building import BuildTooLongError
from encdec_widgets.networks.one_at_a_time import one_at_a_time

HEAD = Head(channels=3)
UNNAMED = CustomEncoderDecoder(
    encoder=[SimpleConvBlock(filters=2), SimpleConvBlock(filters=3)], decoder=[SimpleUpsamplingBlock()]
)
FAMILIES: list[EncoderDecoder] = [
    LeapCNN(filters=2, down_blocks=2, up_blocks=2),
    UNet(filters=2, down_blocks=2, up_blocks=2, stacks=2),
    Hourglass(filters=2, down_blocks=2, up_blocks=2),
    StackedHourglass(filters=4, stacks=2),
    FCDenseNet(growth_rate=2),
    UNNAMED,
]


def small(architecture: EncoderDecoder) -> Design:
    side = 2 * architecture.maximum_stride
    return Design(architecture, (side, side, 1), HEAD)


def in_many_steps(
    design: Design, previous: Backbone | None = None, meanwhile: Design | None = None
) -> tuple[Backbone, int]:
    """The network and how many steps were taken; ``meanwhile`` is built after each."""
    steps = build_in_steps(design, previous, gives_way=lambda: True)
    taken = 0
    while True:
        taken += 1
        try:
            next(steps)
        except StopIteration as end:
            return end.value, taken
        if meanwhile is not None:
            meanwhile.build()


def assert_same(one: Backbone, other: Backbone, *, values: bool = True) -> None:
    models = one.structure, other.structure
    names, weights, configs = (
        [[layer.name for layer in model.layers] for model in models],
        [[(weight.path, tuple(weight.shape)) for weight in model.weights] for model in models],
        [_without_seeds({**model.get_config(), "name": None}) for model in models],
    )
    assert names[0] == names[1]
    assert weights[0] == weights[1]
    assert configs[0] == configs[1]
    for graphs in ((one.layers, other.layers), (one.blocks, other.blocks), (one.calls, other.calls)):
        assert list(graphs[0].nodes(data=True)) == list(graphs[1].nodes(data=True))
        assert list(graphs[0].edges(data=True)) == list(graphs[1].edges(data=True))
    assert one.receptive_field() == other.receptive_field()
    if values:
        for a, b in zip(one.model.get_weights(), other.model.get_weights(), strict=True):
            assert np.array_equal(a, b)


def _without_seeds(config: Any) -> Any:
    if isinstance(config, dict):
        return {key: _without_seeds(value) for key, value in config.items() if key != "seed"}
    return [_without_seeds(value) for value in config] if isinstance(config, list | tuple) else config


@pytest.mark.parametrize("architecture", FAMILIES, ids=lambda a: type(a).__name__)
def test_it_is_the_network_that_is_built_in_one_step(architecture: EncoderDecoder) -> None:
    design = small(architecture)
    keras.utils.set_random_seed(5)
    whole = design.build()
    keras.utils.set_random_seed(5)
    stepped, taken = in_many_steps(design)
    assert taken == len(stepped.built_blocks) > 2
    assert_same(whole, stepped)


@pytest.mark.parametrize("architecture", FAMILIES, ids=lambda a: type(a).__name__)
def test_what_is_built_between_its_steps_changes_nothing(architecture: EncoderDecoder) -> None:
    design = small(architecture)
    stepped, _ = in_many_steps(design, meanwhile=small(UNNAMED))
    assert_same(design.build(), stepped, values=False)


def test_a_rebuild_in_steps_keeps_layers_and_weights_as_one_in_one_step_does() -> None:
    design = small(FAMILIES[1])
    before = design.build()
    edited = design.replace("encoder[1].filters", 5)
    whole = build_backbone(edited, before)
    stepped, _ = in_many_steps(edited, before)
    shared = [
        [layer is other for layer, other in zip(each.structure.layers, before.structure.layers, strict=False)]
        for each in (whole, stepped)
    ]
    assert shared[0] == shared[1]
    assert any(shared[1])
    assert_same(whole, stepped, values=False)
    kept = 0
    for was, layer, other in zip(*(each.model.layers for each in (before, whole, stepped)), strict=True):
        for before_it, one, two in zip(
            was.get_weights(), layer.get_weights(), other.get_weights(), strict=True
        ):
            assert one.shape == two.shape
            if before_it.shape == one.shape:
                assert np.array_equal(before_it, one)
                assert np.array_equal(before_it, two)
                kept += 1
    assert kept > 10


@attrs.frozen
class Unnamed(EncoderBlock):
    """A block whose layers have the names that Keras gives them."""

    def make_block(self, x_in: Any, prefix: str = "block") -> Any:
        return keras.layers.Conv2D(2, 3, padding="same")(keras.layers.Dropout(0.1)(x_in))


def test_layers_without_a_name_go_on_being_numbered() -> None:
    design = Design(CustomEncoderDecoder(encoder=[Unnamed(pool=False)] * 3), (8, 8, 1))
    stepped, taken = in_many_steps(design, meanwhile=design)
    assert taken == 3
    assert [layer.name for layer in stepped.structure.layers] == [
        *("input", "dropout", "conv2d", "dropout_1", "conv2d_1", "dropout_2", "conv2d_2")
    ]


@attrs.frozen
class LayersBetweenBlocks(CustomEncoderDecoder):
    """An architecture that makes a layer outside of its blocks, each time that it is run."""

    def make_encoder(self, x_in: Any, *args: Any, **kwargs: Any) -> Any:
        x, features = super().make_encoder(x_in, *args, **kwargs)
        return keras.layers.Conv2D(4, 1)(x), features


def test_layers_outside_of_blocks_are_made_once_in_what_is_built() -> None:
    architecture = LayersBetweenBlocks(
        encoder=[SimpleConvBlock(filters=2)] * 2, decoder=[SimpleUpsamplingBlock()] * 2
    )
    design = small(architecture)
    stepped, taken = in_many_steps(design)
    assert 1 < taken < len(stepped.built_blocks) + 1
    assert_same(design.build(), stepped, values=False)
    assert len({id(block) for block in stepped.built_blocks}) == len(
        {block.call.prefix for block in stepped.built_blocks}
    )


@attrs.frozen
class MadeOfBlocks(EncoderBlock):
    """A block that is itself an encoder-decoder."""

    def make_block(self, x_in: Any, prefix: str = "block") -> Any:
        inner = CustomEncoderDecoder(encoder=[SimpleConvBlock(filters=2)], decoder=[SimpleUpsamplingBlock()])
        x, _ = inner.make_encoder(x_in, 1, prefix=f"{prefix}_enc")
        return inner.make_decoder(x, 2, prefix=f"{prefix}_dec")[0]


def test_a_block_that_is_made_of_blocks_is_one_step() -> None:
    design = Design(CustomEncoderDecoder(encoder=[MadeOfBlocks(pool=False)] * 3), (8, 8, 1))
    stepped, taken = in_many_steps(design)
    assert taken == 3
    assert [block.call.prefix for block in stepped.built_blocks][:3] == [
        "stack0_enc0_enc0",
        "stack0_enc0_dec0",
        "stack0_enc0",
    ]
    assert_same(design.build(), stepped, values=False)


def test_what_a_step_raises_ends_the_building_and_the_earlier_network_is_as_it_was() -> None:
    design = small(FAMILIES[1])
    before = design.build()
    calls = {id(layer): len(layer._outbound_nodes) for layer in before.structure.layers}
    steps = build_in_steps(design.replace("encoder[1].filters", 5), before, gives_way=lambda: True)
    for _ in range(3):
        next(steps)
    assert calls != {id(layer): len(layer._outbound_nodes) for layer in before.structure.layers}
    steps.close()
    assert calls == {id(layer): len(layer._outbound_nodes) for layer in before.structure.layers}


def test_precision_is_that_of_each_build_and_the_thread_keeps_its_own() -> None:
    before = keras.config.dtype_policy()
    design = small(UNNAMED)
    steps = [
        build_in_steps(design, gives_way=lambda: True, policy=keras.DTypePolicy(name))
        for name in ("mixed_bfloat16", "float32")
    ]
    built: list[Backbone] = []
    while len(built) < 2:
        for each in steps:
            try:
                next(each)
            except StopIteration as end:
                built += [end.value] if end.value else []
            assert keras.config.dtype_policy() == before
    assert [backbone.precision for backbone in built] == ["mixed_bfloat16", "float32"]


def test_seconds_are_those_of_the_steps_and_too_many_are_refused() -> None:
    design = small(UNNAMED)
    with pytest.raises(BuildTooLongError, match="longer than 0 s"):
        in_many_steps_with(at_most_s=0.0, design=design)
    assert in_many_steps_with(at_most_s=1000.0, design=design).build_seconds > 0


def in_many_steps_with(design: Design, at_most_s: float) -> Backbone:
    steps = build_in_steps(design, gives_way=lambda: True, at_most_s=at_most_s)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            backbone: Backbone = end.value
            return backbone


def test_between_two_steps_others_can_build() -> None:
    steps = build_in_steps(small(UNNAMED), gives_way=lambda: True)
    next(steps)
    assert one_at_a_time._owner is None
    steps.close()
