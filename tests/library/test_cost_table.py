"""The table of costs and receptive fields: plain numbers, a row a block or a layer."""

import csv
import io

import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.backbone import Backbone
from encdec_widgets.explain.cost_table import block_cost_rows, layer_cost_rows
from encdec_widgets.explain.table import block_rows, csv_lines, layer_rows


@pytest.fixture(scope="module")
def unet() -> Backbone:
    return Design(UNet(filters=2, down_blocks=2, up_blocks=2), (32, 64, 1)).build()


def test_blocks_and_layers_add_up_to_the_network(unet: Backbone) -> None:
    cost, field = unet.cost(batch_size=4), unet.receptive_field()
    for rows, graph in (
        (block_cost_rows(unet.blocks, cost, field), unet.blocks),
        (layer_cost_rows(unet.layers, cost, field), unet.layers),
    ):
        assert len(rows) == len(graph)
        for column, whole in (
            ("parameters", unet.structure.count_params()),
            ("trainable", unet.structure.count_params()),
            ("multiply-adds", cost.multiply_adds),
            ("weight bytes", unet.weight_bytes),
            ("map bytes", cost.map_bytes),
        ):
            assert sum(row[column] for row in rows) == whole, column  # type: ignore[misc]


def test_both_tables_say_the_same_of_a_row_so_that_they_can_be_one(unet: Backbone) -> None:
    cost, field = unet.cost(), unet.receptive_field()
    facts, costs = block_rows(unet.blocks), block_cost_rows(unet.blocks, cost, field)
    of_layers, costs_of_layers = layer_rows(unet.layers), layer_cost_rows(unet.layers, cost, field)
    both = {"name", "kind", "stage", "stride", "parameters"}
    for row, of_costs in (*zip(facts, costs, strict=True), *zip(of_layers, costs_of_layers, strict=True)):
        assert row.keys() & of_costs.keys() == both
        assert {key: row[key] for key in both} == {key: of_costs[key] for key in both}
    with pytest.raises(ValueError, match="Received: 'costs'"):
        unet.table("costs")  # type: ignore[arg-type]
    assert unet.table("blocks") == [{**row, **more} for row, more in zip(facts, costs, strict=True)]


def test_the_field_grows_down_the_encoder_and_that_of_the_output_is_the_last(unet: Backbone) -> None:
    field = unet.receptive_field()
    rows = block_cost_rows(unet.blocks, unet.cost(), field)
    heights = [row["receptive field height"] for row in rows if row["stage"] in ("input", "encoder")]
    assert heights[0] == 1
    assert heights == sorted(heights)  # type: ignore[type-var]
    assert (rows[-1]["receptive field height"], rows[-1]["receptive field width"]) == field.output.size


def test_what_is_not_known_is_empty_in_a_spreadsheet() -> None:
    unet = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (None, None, 1)).build()
    lines = csv_lines(block_cost_rows(unet.blocks, unet.cost(), unet.receptive_field()))
    row = list(csv.DictReader(io.StringIO("".join(lines), newline="")))[-1]
    assert row["multiply-adds"] == row["map bytes"] == ""
    assert int(row["parameters"]) > 0
    assert int(row["receptive field height"]) > 1, "the field is the same for any size"
