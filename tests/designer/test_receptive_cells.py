"""The cells of the output on the image: their size, how far off a point may lie, and the spread of a head's targets."""

import networkx as nx
import pytest

from encdec_widgets import Design, preset
from encdec_widgets.architectures import UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.explain.receptive_field import MapReceptiveField, ReceptiveField
from encdec_widgets.widgets.pages.receptive_cells import cells_on_image, fineness_of
from encdec_widgets.widgets.pages.receptive_panel import ReceptivePanel

SMALL = Design(UNet(filters=2, down_blocks=3, up_blocks=3), (64, 64, 1))


@pytest.fixture
def panel() -> ReceptivePanel:
    return ReceptivePanel()


def show(panel: ReceptivePanel, design: Design) -> None:
    backbone = design.build()
    panel.show(backbone.receptive_field(), backbone.blocks)


@pytest.mark.parametrize(("up_blocks", "stride"), [(3, 1), (2, 2), (1, 4)])
@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_a_cell_is_drawn_to_scale(panel: ReceptivePanel, up_blocks: int, stride: int, scale: float) -> None:
    panel.input_scale = scale
    show(panel, SMALL.replace("up_blocks", up_blocks))
    cells = panel.view.cells
    assert cells["size"] == stride / scale
    assert cells["sigma"] == 2.5 / scale
    assert cells["limit"] == f"± {stride / scale / 2:g} px"
    assert cells["text"] == f"{stride / scale:g} px, ± {stride / scale / 2:g} px"
    assert cells["words"].startswith(f"A cell of the output is {stride / scale:g} px of the camera's image")
    assert cells["words"].replace("'", "&#39;") in panel.text, "it is told to who does not see it, too"


def test_it_follows_the_animal_and_the_scale(panel: ReceptivePanel) -> None:
    show(panel, SMALL)
    panel.animal_px = 50
    assert "1 % of the animal's 50 px" in panel.view.cells["words"]
    panel.input_scale = 0.25
    assert panel.view.cells["size"] == 4


@pytest.mark.parametrize(("scale", "sigma"), [(1, "2.5 px"), (0.5, "5 px (2.5 px of the scaled image)")])
def test_the_sigma_on_the_image_is_the_one_in_the_words(
    panel: ReceptivePanel, scale: float, sigma: str
) -> None:
    panel.input_scale = scale
    show(panel, SMALL)
    cells = panel.view.cells
    assert f"A sigma of {sigma} is" in cells["words"]
    assert cells["spread"] == f"sigma {sigma.partition(' (')[0]}"


def test_of_several_heads_it_is_the_first(panel: ReceptivePanel) -> None:
    heads = (Head(name="points", channels=2), Head(name="parts", channels=4))
    show(panel, Design(SMALL.architecture, SMALL.input_shape, heads=heads))
    assert "points: A cell of the output is 1 px" in panel.text


def test_where_the_stride_is_not_known_or_not_one_nothing_is_drawn(panel: ReceptivePanel) -> None:
    blocks: nx.DiGraph[str] = nx.DiGraph()
    blocks.add_node("dec0", stage="decoder", stride=None, strides=(1, 2), label="dec0")
    seen = MapReceptiveField(extent="exact", size=(9, 9), smallest=(9, 9), offset=(0, 0))
    for strides, outputs in (((1, 2), {"dec0": seen}), (None, {"dec0": seen}), ((1, 1), {})):
        blocks.nodes["dec0"]["strides"] = strides
        receptive = ReceptiveField(
            output=seen, outputs=outputs, blocks={"dec0": seen}, layers={}, skips={}, encoder_only=None
        )
        assert fineness_of(receptive, blocks, 1.0, 100) is None
        panel.show(receptive, blocks)
        assert panel.view.cells == cells_on_image(None) == {}


def test_a_preset_of_a_coarse_output_says_so(panel: ReceptivePanel) -> None:
    show(panel, preset("SLEAP medium top-down"))
    assert "(stride 4 at scale 1)" in panel.text
    assert panel.view.cells["limit"] == "± 2 px"
