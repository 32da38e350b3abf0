import itertools

import networkx as nx
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import CustomEncoderDecoder, FCDenseNet, StackedHourglass, UNet
from encdec_widgets.architectures.encoder_decoder import SimpleConvBlock, SimpleUpsamplingBlock
from encdec_widgets.backbone import Backbone
from encdec_widgets.figures import as_plotly, layers_as_boxes, scene
from encdec_widgets.figures.parts import Rect

ADDING = CustomEncoderDecoder(
    encoder=[SimpleConvBlock(filters=4, pool=False), SimpleConvBlock(filters=8, pool_before_convs=True)],
    decoder=[SimpleUpsamplingBlock(skip_connection=True, skip_add=True)],
)
NETWORKS = {
    "unet": Design(UNet(filters=2, down_blocks=2, up_blocks=2), (32, 32, 1)),
    "residual": Design(StackedHourglass(stacks=2, filters=4, stem_filters=2, down_blocks=2, up_blocks=2)),
    "dense": Design(FCDenseNet(growth_rate=2, down_layers=(2, 2), bottleneck_layers=3, up_layers=(2, 3))),
    "adding": Design(ADDING, (32, 32, 1)),
}


@pytest.fixture(params=NETWORKS, scope="module")
def backbone(request: pytest.FixtureRequest) -> Backbone:
    return NETWORKS[request.param].build()


def pictures(backbone: Backbone) -> list[nx.DiGraph]:
    names = (None, *backbone.blocks)
    return [backbone.blocks, *(layers_as_boxes(backbone.layers, backbone.blocks, name) for name in names)]


def test_a_box_a_layer_with_the_facts_of_the_layer(backbone: Backbone) -> None:
    graph = layers_as_boxes(backbone.layers, backbone.blocks)
    assert set(graph) == set(backbone.layers)
    assert set(graph.edges) == set(backbone.layers.edges)
    for name, data in graph.nodes(data=True):
        layer = backbone.layers.nodes[name]
        for key in ("kind", "stage", "stride", "shape", "channels", "parameters"):
            assert data[key] == layer[key]
        assert data["kernel_sizes"] == ((layer["kernel_size"],) if layer["kernel_size"] else ())
        assert data["label"]
        assert name.endswith(data["label"])


def test_columns_are_a_topological_order_and_rows_are_strides(backbone: Backbone) -> None:
    for graph in pictures(backbone)[1:]:
        columns = nx.get_node_attributes(graph, "column")
        assert list(columns.values()) == list(range(len(graph)))
        assert all(columns[source] < columns[target] for source, target in graph.edges)
        strides = sorted({data["stride"] for _, data in graph.nodes(data=True)})
        assert all(strides[data["row"]] == data["stride"] for _, data in graph.nodes(data=True))


def test_layers_of_a_block_stand_together(backbone: Backbone) -> None:
    graph = layers_as_boxes(backbone.layers, backbone.blocks)
    blocks = [backbone.layers.nodes[name]["block"] or name for name in graph]
    assert len(list(itertools.groupby(blocks))) == len(backbone.blocks)


def test_a_block_has_its_layers_and_what_they_come_from(backbone: Backbone) -> None:
    for name, data in backbone.blocks.nodes(data=True):
        graph = layers_as_boxes(backbone.layers, backbone.blocks, name)
        assert {node for node, box in graph.nodes(data=True) if box["layer"]} == set(data["layers"])
        stubs = [node for node, box in graph.nodes(data=True) if box["layer"] is None]
        assert set(stubs) == set(backbone.blocks.predecessors(name))
        for stub in stubs:
            assert graph.nodes[stub]["label"].startswith("from ")
            for key in ("stage", "stride", "channels", "parameters"):
                assert graph.nodes[stub][key] == backbone.blocks.nodes[stub][key]
            # A skip into the block is one here, too, and joins in the same way.
            edge = backbone.blocks.edges[stub, name]
            assert any(e["skip"] for _, _, e in graph.out_edges(stub, data=True)) == edge["skip"]
            merges = {e["merge"] for _, _, e in graph.out_edges(stub, data=True) if e["skip"]}
            assert merges == ({edge["merge"]} if edge["skip"] else set())


def test_lines_are_level_or_upright_and_run_around_boxes(backbone: Backbone) -> None:
    for graph in pictures(backbone):
        drawn = scene(graph, width=4000)  # as much room as nothing is folded in
        assert set(drawn.boxes) == set(graph)
        assert {(line.source, line.target) for line in drawn.lines} == set(graph.edges)
        for line in drawn.lines:
            for (x0, y0), (x1, y1) in itertools.pairwise(line.points):
                assert x0 == x1 or y0 == y1, "level or upright"
                way = Rect(min(x0, x1), max(x0, x1), max(y0, y1), min(y0, y1)).grown(0.1)
                for name, box in drawn.boxes.items():
                    assert not way.meets(box.whole.grown(-0.2)), f"{line} runs through {name}"


def test_lines_above_boxes_do_not_lie_on_each_other(backbone: Backbone) -> None:
    for graph in pictures(backbone):
        drawn = scene(graph, width=4000)
        runs = [
            (line.source, line.points[2], line.points[3])
            for line in drawn.lines
            if len(line.points) == 6 and line.points[2][1] > drawn.boxes[line.source].top
        ]
        for (source, (start, y), (end, _)), (other, (first, height), (last, _)) in itertools.combinations(
            runs, 2
        ):
            assert source == other or y != height or end <= first or last <= start


def test_hover_tells_the_facts_of_a_layer() -> None:
    backbone = NETWORKS["unet"].build()
    boxes = scene(layers_as_boxes(backbone.layers, backbone.blocks, "stack0_dec0")).boxes
    texts = {name: box.hover for name, box in boxes.items()}
    conv = next(name for name in texts if name.endswith("refine_conv0"))
    text = texts[conv]
    assert "in 1 layer" not in text
    for fact in ("refine_conv0", "Conv2D, decoder", "stride 2", "16 × 16 px", "4 channels", "kernel 3 × 3"):
        assert fact in text
    assert f"{backbone.layers.nodes[conv]['parameters']:,} parameters" in text
    assert "parameters in 5 layers" in texts["stack0_enc1"], "a block is told as a block"


def test_labels_leave_out_what_all_layers_of_the_block_share() -> None:
    backbone = NETWORKS["unet"].build()
    graph = layers_as_boxes(backbone.layers, backbone.blocks, "stack0_enc1")
    assert [data["label"] for _, data in graph.nodes(data=True)] == [
        "from enc0", "pool", "conv0", "act0_relu", "conv1", "act1_relu",
    ]  # fmt: skip
    pooling = layers_as_boxes(backbone.layers, backbone.blocks, "stack0_enc2")
    assert [data["label"] for _, data in pooling.nodes(data=True)] == ["from enc1", "last_pool"]


def test_a_block_that_does_not_exist_is_named_with_those_that_do() -> None:
    backbone = NETWORKS["unet"].build()
    with pytest.raises(ValueError, match=r"no block named 'enc9'.*stack0_enc0"):
        layers_as_boxes(backbone.layers, backbone.blocks, "enc9")


def test_names_of_layers_stay_text() -> None:
    backbone = NETWORKS["unet"].build()
    renamed = nx.relabel_nodes(backbone.layers, {"stack0_enc1_conv0": "<img src=x>"})
    blocks = backbone.blocks.copy()
    blocks.nodes["stack0_enc1"]["layers"] = tuple(
        "<img src=x>" if name == "stack0_enc1_conv0" else name
        for name in blocks.nodes["stack0_enc1"]["layers"]
    )
    data = as_plotly(scene(layers_as_boxes(renamed, blocks, "stack0_enc1"), width=2000))["data"]
    told = [entry[1] for trace in data for entry in trace.get("customdata", ())]
    shown = "".join([*told, *(text for trace in data for text in trace.get("text", ()))])
    assert "<img" not in shown
    assert "&lt;img" in shown


def test_layers_have_the_colours_of_their_blocks(backbone: Backbone) -> None:
    of_blocks = {name: box.fill for name, box in scene(backbone.blocks, width=4000).boxes.items()}
    for name, box in scene(layers_as_boxes(backbone.layers, backbone.blocks), width=9000).boxes.items():
        block = backbone.layers.nodes[name]["block"] or name
        assert box.fill == of_blocks[block]
