"""The table of a network: its rows are the network that was built, and its CSV is safe and complete."""

import csv
import io
from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from encdec_widgets.architectures.encoder_decoder import SimpleConvBlock, SimpleUpsamplingBlock
from encdec_widgets.explain.table import Row, block_rows, csv_lines, layer_rows

ADDING = CustomEncoderDecoder(
    encoder=[SimpleConvBlock(filters=4, pool=False), SimpleConvBlock(filters=4, pool_before_convs=True)],
    decoder=[SimpleUpsamplingBlock(skip_connection=True, skip_add=True)],
)
DESIGNS = {
    "U-Net": Design(UNet(filters=2, down_blocks=2, up_blocks=2), (32, 16, 3), Head(4)),
    "any size": Design(UNet(filters=2, down_blocks=2, up_blocks=2), (None, None, 1)),
    "larger output": Design(LeapCNN(filters=2, down_blocks=1, up_blocks=2), (32, 32, 1)),
    "two stacks": Design(UNet(filters=2, stem_blocks=1, down_blocks=2, up_blocks=2, stacks=2), (64, 64, 1)),
    "hourglass": Design(
        Hourglass(stem_filters=4, filters=4, down_blocks=2, up_blocks=2, stacks=1), (64, 64, 1)
    ),
    "stacked hourglass": Design(
        StackedHourglass(filters=4, down_blocks=1, up_blocks=1, num_residuals=1, stacks=2), (64, 64, 3)
    ),
    "FC-DenseNet": Design(
        FCDenseNet(growth_rate=2, first_filters=2, down_layers=(1, 2), bottleneck_layers=1, up_layers=(2, 1)),
        (32, 32, 1),
    ),
    "added skips": Design(ADDING, (32, 32, 1)),
}


@pytest.fixture(params=DESIGNS, scope="module")
def backbone(request: pytest.FixtureRequest) -> Any:
    return DESIGNS[request.param].build()


def _map(shape: tuple[int | None, ...]) -> dict[str, int | None]:
    return dict(zip(("height", "width", "channels"), shape, strict=True))


def _part(row: Row, *keys: str) -> dict[str, Any]:
    return {key: row[key] for key in keys}


def test_a_row_a_layer_with_what_keras_says_of_it(backbone: Any) -> None:
    rows = layer_rows(backbone.layers)
    assert [row["name"] for row in rows] == [layer.name for layer in backbone.structure.layers]
    for row, layer in zip(rows, backbone.structure.layers, strict=True):
        assert row["kind"] == type(layer).__name__
        assert row["parameters"] == layer.count_params()
        assert _part(row, "height", "width", "channels") == _map(layer.output.shape[1:])
        kernel = getattr(layer, "kernel_size", None)
        assert row["kernel"] == (f"{kernel[0]} × {kernel[1]}" if kernel else None)
        sources = layer.input if isinstance(layer.input, list) else [layer.input]
        names = [tensor._keras_history.operation.name for tensor in sources]
        assert row["inputs"] == (", ".join(names) or None)


def test_a_row_a_block_that_sums_up_its_layers(backbone: Any) -> None:
    rows = block_rows(backbone.blocks)
    layers = layer_rows(backbone.layers)
    assert len({row["name"] for row in rows}) == len(rows) == len(backbone.blocks)
    assert sum(row["parameters"] for row in rows) == backbone.structure.count_params()
    assert sum(row["layers"] for row in rows) == len(backbone.structure.layers)
    for row in rows:
        own = [layer for layer in layers if (layer["block"] or layer["name"]) == row["name"]]
        assert row["layers"] == len(own)
        assert row["parameters"] == sum(layer["parameters"] for layer in own)
        assert {(layer["stage"], layer["stack"]) for layer in own} == {(row["stage"], row["stack"])}
        kernels = dict.fromkeys(layer["kernel"] for layer in own if layer["kernel"])
        assert row["kernel"] == (", ".join(kernels) or None)
        output = backbone.blocks.nodes[list(backbone.blocks)[rows.index(row)]]
        assert _part(row, "height", "width", "channels") == _map(output["shape"])
        assert _part(row, "kind", "stride", "stage", "stack") == {
            key: output[key] for key in ("kind", "stride", "stage", "stack")
        }


def test_every_edge_of_the_picture_is_in_the_row_of_its_target(backbone: Any) -> None:
    blocks, label = backbone.blocks, dict(backbone.blocks.nodes(data="label"))
    for name, row in zip(blocks, block_rows(blocks), strict=True):
        edges = [(label[source], data) for source, _, data in blocks.in_edges(name, data=True)]
        skips = [(source, data["merge"]) for source, data in edges if data["skip"]]
        assert row["inputs"] == (", ".join(source for source, _ in edges) or None)
        assert row["skip from"] == (", ".join(source for source, _ in skips) or None)
        assert row["merge"] == (", ".join(merge for _, merge in skips) or None)


def test_the_skip_of_a_layer_is_one_of_its_inputs(backbone: Any) -> None:
    rows = [row for row in layer_rows(backbone.layers) if row["skip from"]]
    into = {target for _, target, skip in backbone.layers.edges(data="skip") if skip}
    assert {row["name"] for row in rows} == into
    assert all(row["skip from"] in row["inputs"].split(", ") for row in rows)


def test_how_skips_join() -> None:
    merges = [row["merge"] for row in block_rows(DESIGNS["added skips"].build().blocks) if row["skip from"]]
    assert merges == ["addition"]
    (row, _) = (row for row in block_rows(DESIGNS["U-Net"].build().blocks) if row["skip from"])
    assert _part(row, "name", "inputs", "skip from", "merge") == {
        "name": "dec0",
        "inputs": "enc1, enc4",
        "skip from": "enc1",
        "merge": "concatenation",
    }


def test_sizes_that_are_not_known_are_none_and_strides_below_one_are_numbers() -> None:
    rows = block_rows(DESIGNS["any size"].build().blocks)
    assert {(row["height"], row["width"]) for row in rows} == {(None, None)}
    assert all(row["channels"] and row["stride"] for row in rows)
    assert min(row["stride"] for row in block_rows(DESIGNS["larger output"].build().blocks)) == 0.5


def test_an_output_that_is_no_map_has_no_size() -> None:
    graph: nx.DiGraph[str] = nx.DiGraph()
    facts = {"kind": "Dense", "block": None, "stage": "other", "stack": 0, "strides": None, "parameters": 7}
    graph.add_node("dense", **facts, shape=(5,), channels=5, kernel_size=None)
    graph.add_node("number", **facts, shape=(), channels=None, kernel_size=None)
    sizes = [(row["height"], row["width"], row["channels"], row["stride"]) for row in layer_rows(graph)]
    assert sizes == [(None, None, 5, None), (None, None, None, None)]


def _read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_csv_has_every_row_of_a_network(backbone: Any) -> None:
    for rows in (block_rows(backbone.blocks), layer_rows(backbone.layers)):
        expected = [{key: "" if value is None else str(value) for key, value in row.items()} for row in rows]
        assert _read("".join(csv_lines(rows))) == expected


values = st.none() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
tables = st.lists(st.fixed_dictionaries({"name": st.text(), "skip from": values, "size": values}))


@given(tables)
def test_csv_keeps_numbers_and_text_but_for_an_apostrophe(rows: list[Row]) -> None:
    read = _read("".join(csv_lines(rows)))
    assert len(read) == len(rows)
    for row, cells in zip(rows, read, strict=True):
        for key, value in row.items():
            if isinstance(value, str):
                assert cells[key] in (value, f"'{value}")
            elif value is None:
                assert cells[key] == ""
            else:
                assert type(value)(cells[key]) == value


@given(st.sampled_from(["=", "+", "-", "@", "\t", "\r"]), st.text(), st.integers(max_value=-1))
def test_no_text_is_a_formula_and_negative_numbers_are_numbers(start: str, text: str, number: int) -> None:
    (cells,) = _read("".join(csv_lines([{"name": start + text, "number": number}])))
    assert cells == {"name": f"'{start}{text}", "number": str(number)}


@given(tables)
def test_lines_of_csv_can_be_put_in_any_order(rows: list[Row]) -> None:
    header, *lines = csv_lines(rows) or [""]
    assert _read(header + "".join(reversed(lines))) == _read("".join(csv_lines(rows)))[::-1]


def test_no_rows_are_no_text_and_rows_of_different_keys_are_refused() -> None:
    assert csv_lines([]) == []
    with pytest.raises(ValueError, match=r"Received \['size'\] after \['name'\]"):
        csv_lines([{"name": "a"}, {"size": 3}])
