"""FC-DenseNet as a family: as published, layer by layer, from strides, and several of them in a row."""

from typing import Any

import attrs
import pytest

from encdec_widgets import Design, preset
from encdec_widgets.architectures import FCDenseNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.fields.described import FieldError

SMALL = FCDenseNet(
    growth_rate=3, first_filters=5, down_layers=(1, 2), bottleneck_layers=3, up_layers=(2, 1), dropout=0.1
)

# From the table in the reference; the channel numbers count the stack of a dense block together with its input.
PUBLISHED = {
    "FC-DenseNet56": (56, 1_397_963, [48, 96, 144, 192, 240, 288, 336, 384, 336, 288, 240, 192]),
    "FC-DenseNet67": (67, None, None),
    "FC-DenseNet103": (103, 9_425_163, [48, 112, 192, 304, 464, 656, 896, 1088, 816, 576, 384, 256]),
}


@pytest.fixture(scope="module", params=PUBLISHED)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def backbone(name: str) -> Any:
    return preset(name).build()


def _layers(backbone: Any, kind: str) -> dict[str, Any]:
    return {layer.name: layer for layer in backbone.structure.layers if type(layer).__name__ == kind}


def _stack_channels(backbone: Any, block: str) -> int:
    """Channels of a block's dense stack, whether or not the block puts its input out."""
    norms = [name for name in backbone.blocks.nodes[block]["layers"] if name.endswith("_bn")]
    last = next(name for name in reversed(norms) if "_dense" in name)
    growth = _layers(backbone, "Conv2D")[last.replace("_bn", "_conv")].filters
    return int(_layers(backbone, "BatchNormalization")[last].input.shape[-1]) + int(growth)


def test_the_number_in_the_name_counts_the_convolutions(name: str, backbone: Any) -> None:
    convolutions = _layers(backbone, "Conv2D") | _layers(backbone, "Conv2DTranspose")
    assert len(convolutions) == PUBLISHED[name][0] == int(name.removeprefix("FC-DenseNet"))
    assert len(_layers(backbone, "Conv2DTranspose")) == len(_layers(backbone, "MaxPooling2D")) == 5


def test_parameters_are_the_published_ones(name: str, backbone: Any) -> None:
    assert backbone.design.input_shape == (224, 224, 3)
    assert backbone.design.head == Head(11, "softmax")
    if PUBLISHED[name][1] is not None:
        assert backbone.parameters == PUBLISHED[name][1]


def test_channels_are_the_published_ones(name: str, backbone: Any) -> None:
    blocks = [
        block for block, data in backbone.blocks.nodes(data=True) if data["stage"] in ("encoder", "decoder")
    ]
    stacks = [_stack_channels(backbone, block) for block in blocks]
    first = _layers(backbone, "Conv2D")["stack0_enc0_first_conv"].filters
    if PUBLISHED[name][2] is not None:
        assert [first, *stacks] == PUBLISHED[name][2]
    architecture = backbone.design.architecture
    added = [layers * architecture.growth_rate for layers in (*architecture.up_layers[:-1],)]
    channels = [backbone.blocks.nodes[block]["channels"] for block in blocks]
    assert channels[:5] == stacks[:5]  # the encoder hands its stacks on,
    assert (
        channels[5] == architecture.bottleneck_layers * architecture.growth_rate
    )  # the bottleneck what it adds,
    assert channels[6:-1] == added  # as does the decoder,
    assert channels[-1] == stacks[-1]  # but for its last block
    transposed = _layers(backbone, "Conv2DTranspose").values()
    assert [layer.filters for layer in transposed] == channels[5:-1]
    assert [layer.input.shape[-1] for layer in transposed] == channels[5:-1]


def test_a_skip_a_level_brings_the_dense_stack(backbone: Any) -> None:
    skips = [
        (source, target, data["merge"])
        for source, target, data in backbone.blocks.edges(data=True)
        if data["skip"]
    ]
    assert sorted(skips) == [(f"stack0_enc{i}", f"stack0_dec{4 - i}", "concatenation") for i in range(5)]
    assert [backbone.blocks.nodes[source]["stride"] for source, _, _ in sorted(skips)] == [1, 2, 4, 8, 16]
    for source, target, data in backbone.layers.edges(data=True):
        if data["skip"]:
            assert source.endswith("_concat")
            assert target.endswith("_skip_concat")
    assert backbone.notices == ()
    assert backbone.blocks.nodes["stack0_head"]["shape"] == (224, 224, 11)


def _as_text(layer: Any) -> str:
    details = {
        "Conv2D": lambda: f"{layer.filters} {layer.kernel_size} {layer.use_bias} {layer.activation.__name__}",
        "Conv2DTranspose": lambda: f"{layer.filters} {layer.kernel_size} {layer.strides} {layer.use_bias}",
        "MaxPooling2D": lambda: f"{layer.pool_size} {layer.strides}",
        "Dropout": lambda: str(layer.rate),
        "Activation": lambda: str(layer.activation.__name__),
    }
    return f"{layer.name}: {details.get(type(layer).__name__, lambda: type(layer).__name__)()}"


def test_a_small_one_layer_by_layer() -> None:
    model = Design(SMALL, (8, 8, 1)).build().structure

    def dense(prefix: str, concat: bool) -> list[str]:
        lines = ["bn: BatchNormalization", "act_relu: relu", "conv: 3 (3, 3) True linear", "dropout: 0.1"]
        return [f"{prefix}_{line}" for line in [*lines, *(["concat: Concatenate"] if concat else [])]]

    e, d0, d1 = "stack0_enc", "stack0_dec0_s4_to_s2", "stack0_dec1_s2_to_s1"
    expected = [
        "input: InputLayer",
        f"{e}0_first_conv: 5 (3, 3) True linear",
        *dense(f"{e}0_dense0", True),
        f"{e}1_transition_bn: BatchNormalization",
        f"{e}1_transition_act_relu: relu",
        f"{e}1_transition_conv: 8 (1, 1) True linear",
        f"{e}1_transition_dropout: 0.1",
        f"{e}1_transition_pool: (2, 2) (2, 2)",
        *dense(f"{e}1_dense0", True),
        *dense(f"{e}1_dense1", True),
        f"{e}2_transition_bn: BatchNormalization",
        f"{e}2_transition_act_relu: relu",
        f"{e}2_transition_conv: 14 (1, 1) True linear",
        f"{e}2_transition_dropout: 0.1",
        f"{e}2_transition_pool: (2, 2) (2, 2)",
        *dense(f"{e}2_dense0", True),
        *dense(f"{e}2_dense1", True),
        *dense(f"{e}2_dense2", False),
        f"{e}2_new_features: Concatenate",
        f"{d0}_trans_conv: 9 (3, 3) (2, 2) True",
        f"{d0}_skip_concat: Concatenate",
        *dense(f"{d0}_dense0", True),
        *dense(f"{d0}_dense1", False),
        f"{d0}_new_features: Concatenate",
        f"{d1}_trans_conv: 6 (3, 3) (2, 2) True",
        f"{d1}_skip_concat: Concatenate",
        *dense(f"{d1}_dense0", True),
    ]
    assert sorted(map(_as_text, model.layers)) == sorted(expected)
    sources = [tensor.shape[-1] for tensor in model.get_layer(f"{d1}_skip_concat").input]
    assert sources == [8, 6]  # the skip first, as in the seed


def test_the_defaults_are_56_and_from_strides_agrees() -> None:
    assert preset("FC-DenseNet56").architecture == FCDenseNet() == FCDenseNet.from_strides()
    sixty_seven = FCDenseNet.from_strides(growth_rate=16, layers_per_block=5)
    assert preset("FC-DenseNet67").architecture == sixty_seven
    half = FCDenseNet.from_strides(max_stride=8, output_stride=2, first_filters=7, dropout=0)
    assert (half.maximum_stride, half.output_stride) == (8, 2)
    assert (half.down_layers, half.up_layers) == ((4, 4, 4), (4, 4))
    assert (half.first_filters, half.dropout) == (7, 0)


@pytest.mark.parametrize(
    ("arguments", "field", "suggestions"),
    [
        ({"max_stride": 24}, "max_stride", {16, 32}),
        ({"max_stride": 1}, "max_stride", {2}),
        ({"max_stride": 4096}, "max_stride", {1024}),
        ({"output_stride": 64}, "output_stride", {32}),
        ({"output_stride": 2, "stacks": 2}, "output_stride", {1}),
        ({"layers_per_block": 0}, "layers_per_block", {1}),
        ({"growth_rate": "12"}, "growth_rate", {12}),
        ({"stacks": 0}, "stacks", {1}),
    ],
)
def test_from_strides_refuses_what_it_cannot_do(
    arguments: dict[str, Any], field: str, suggestions: set[int]
) -> None:
    with pytest.raises(FieldError) as caught:
        FCDenseNet.from_strides(**arguments)
    assert caught.value.field == field
    assert set(caught.value.suggestions) == suggestions
    FCDenseNet.from_strides(**arguments | {field: caught.value.suggestions[0]})


def test_more_blocks_up_than_down_are_refused_with_a_way_out() -> None:
    with pytest.raises(
        FieldError, match="up_layers must have at most as many blocks as down_layers"
    ) as caught:
        attrs.evolve(SMALL, up_layers=(4, 5, 6))
    assert caught.value.suggestions == ((4, 5),)


def test_stacks_repeat_where_they_fit_together() -> None:
    design = Design(attrs.evolve(SMALL, stacks=2), (8, 8, 1), Head(2))
    backbone = design.build()
    assert [tuple(output.shape[1:]) for output in backbone.structure.outputs] == [(8, 8, 2), (8, 8, 2)]
    assert sum(data["skip"] for _, _, data in backbone.blocks.edges(data=True)) == 4
    with pytest.raises(FieldError, match="stacks"):
        design.replace("up_layers", (2,))


@pytest.mark.parametrize("up_layers", [(), (1,), (1, 2)])
def test_the_last_block_keeps_its_input(up_layers: tuple[int, ...]) -> None:
    design = Design(attrs.evolve(SMALL, up_layers=up_layers), (8, 8, 1))
    backbone = design.build()
    assert design.architecture.output_stride == 4 >> len(up_layers)
    assert backbone.structure.outputs[0].shape[1] == 8 // design.architecture.output_stride
    last = [name for name, data in backbone.blocks.nodes(data=True) if data["stage"] != "input"][-1]
    assert backbone.blocks.nodes[last]["channels"] == _stack_channels(backbone, last)


def test_without_dropout_there_is_no_dropout_layer() -> None:
    assert not _layers(Design(attrs.evolve(SMALL, dropout=0), (8, 8, 1)).build(), "Dropout")
