"""Large networks: what is alike is drawn once, and every node has a box that stands for it."""

import networkx as nx
import pytest

from encdec_widgets import Design, preset
from encdec_widgets.architectures import StackedHourglass, UNet
from encdec_widgets.figures import layers_as_boxes, scene
from encdec_widgets.figures.folds import folded
from tests.builds import built
from tests.library.drawn_networks import graphs

STACKS = Design(
    StackedHourglass(stacks=4, filters=4, stem_filters=2, down_blocks=1, up_blocks=1), (64, 64, 1)
)


@pytest.mark.parametrize("width", [100.0, 400.0, 5000.0])
def test_every_node_has_a_box_that_stands_for_it_and_nothing_leads_back(width: float) -> None:
    for graph in graphs().values():
        smaller, stands = folded(graph, width)
        assert set(stands) == set(graph)
        assert set(stands.values()) == set(smaller)
        assert nx.is_directed_acyclic_graph(smaller)
        columns = [data["column"] for _, data in smaller.nodes(data=True)]
        assert columns == list(range(len(smaller)))
        kept = {(stands[source], stands[target]) for source, target in graph.edges}
        assert set(smaller.edges) <= kept
        if len(graph) <= width / 16:
            assert smaller is graph


def test_stacks_that_are_alike_are_drawn_once() -> None:
    blocks = STACKS.build().blocks
    smaller, stands = folded(blocks, 120)
    assert {data["stack"] for _, data in smaller.nodes(data=True)} == {0, 3}, "the last one has no join"
    assert stands["stack2_enc0"] == "stack0_enc0"
    words = [text.text for text in scene(blocks, width=200).texts]
    assert "stacks 0 to 2 (× 3)" in words or "0" in words
    wide = [text.text for text in scene(built(preset("Stacked hourglass, 8 stacks")).blocks).texts]
    assert "stacks 0 to 6 (× 7)" in wide


def test_stacks_that_differ_are_drawn_each() -> None:
    design = Design(UNet(filters=2, stacks=3, down_blocks=2, up_blocks=2), (32, 32, 1))
    different = design.replace("decoder[0].refine_convs", 3).build().blocks
    smaller, _ = folded(different, 100)
    assert len({data["stack"] for _, data in smaller.nodes(data=True)}) in (1, 3)


def test_a_group_of_layers_that_is_repeated_is_one_box() -> None:
    backbone = built(preset("FC-DenseNet103"))
    graph = layers_as_boxes(backbone.layers, backbone.blocks)
    smaller, stands = folded(graph, 692)
    labels = [data["label"] for _, data in smaller.nodes(data=True)]
    for times in (4, 5, 7, 10, 12, 15):
        assert f"dense layer × {times}" in labels
    drawn = stands["stack0_enc4_dense11_concat"]
    assert drawn == stands["stack0_enc4_dense0_bn"]
    group = smaller.nodes[drawn]
    assert len(group["layers"]) == 60
    assert group["parameters"] == sum(graph.nodes[name]["parameters"] for name in group["layers"])
    assert group["channels"] == graph.nodes["stack0_enc4_dense11_concat"]["channels"]
    assert "× 12" in " ".join(text.text for text in scene(graph).texts)


def test_a_layer_of_a_group_is_selected_with_its_group() -> None:
    backbone = built(preset("FC-DenseNet103"))
    graph = layers_as_boxes(backbone.layers, backbone.blocks)
    drawn = scene(graph, selected=["stack0_enc4_dense7_conv"])
    assert [name for name, box in drawn.boxes.items() if box.selected] == ["stack0_enc4_dense0_bn"]
