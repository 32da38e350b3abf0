"""A network as a table: a row a block or a row a layer, with every fact that the picture shows.

Rows are plain dicts, ready for ``pandas.DataFrame(rows)`` or, by :func:`csv_lines`, for a spreadsheet. What is not
known, as the height of an input of any size, is None. A stride that differs along height and width is a text, "1 × 2".
"""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from encdec_widgets.formatting import kernel_text, stride_text
from encdec_widgets.networks.block_labels import block_label
from encdec_widgets.networks.strides import one_stride

if TYPE_CHECKING:
    import networkx as nx

    from encdec_widgets.networks.strides import Strides

Value: TypeAlias = str | int | float | None
Row: TypeAlias = dict[str, Value]

# A spreadsheet takes a text that begins with one of these for a formula, and formulas can run programs.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def block_rows(blocks: "nx.DiGraph[str]") -> list[Row]:
    """The blocks of a network, in its order.

    Args:
        blocks: What ``backbone.blocks`` is: see :func:`encdec_widgets.networks.graph.block_graph`.

    Returns:
        A dict a block: ``name`` (as the picture has it), ``kind`` (class), ``stage``, ``stack`` (from 0), ``stride``;
        ``height``, ``width`` (px) and ``channels`` of the output; ``kernel`` (the different sizes, px), ``parameters``
        and ``layers`` (counts), ``inputs`` (names of all blocks that it takes something from), ``skip from`` (those of
        them that a skip connection comes from) and ``merge`` (how, in the same order).
    """
    names = {name: str(data["label"]) for name, data in blocks.nodes(data=True)}
    rows = []
    for name, data in blocks.nodes(data=True):
        skips = _skips(blocks, name)
        rows.append(
            {
                "name": names[name],
                "kind": data["kind"],
                **_place(data),
                **_output(data),
                "kernel": _joined(map(kernel_text, data["kernel_sizes"])),
                "parameters": int(data["parameters"]),
                "layers": len(data["layers"]),
                "inputs": _joined(names[source] for source in blocks.predecessors(name)),
                "skip from": _joined(names[source] for source in skips),
                "merge": _joined(blocks.edges[source, name]["merge"] for source in skips),
            }
        )
    return rows


def layer_rows(layers: "nx.DiGraph[str]") -> list[Row]:
    """The layers of a network, in its order.

    Args:
        layers: What ``backbone.layers`` is: see :func:`encdec_widgets.networks.graph.layer_graph`.

    Returns:
        A dict a layer: ``name`` (Keras's), ``kind`` (class), ``block`` (as the picture has it; None outside of blocks),
        ``stage``, ``stack`` (from 0), ``stride``; ``height``, ``width`` (px) and ``channels`` of the output;
        ``kernel`` (px), ``parameters``, ``inputs`` (names of all layers that it takes something from) and ``skip from``
        (those of them that a skip connection comes from).
    """
    several_stacks = any(stack for _, stack in layers.nodes(data="stack"))
    rows = []
    for name, data in layers.nodes(data=True):
        block, kernel = data["block"], data["kernel_size"]
        if block is not None:
            block = block_label(block, several_stacks=several_stacks)
        rows.append(
            {
                "name": name,
                "kind": data["kind"],
                "block": block,
                **_place(data),
                **_output(data),
                "kernel": kernel_text(kernel) if kernel else None,
                "parameters": int(data["parameters"]),
                "inputs": _joined(layers.predecessors(name)),
                "skip from": _joined(_skips(layers, name)),
            }
        )
    return rows


def csv_lines(rows: Sequence[Row]) -> list[str]:
    """``rows`` as comma-separated values, for a spreadsheet or ``pandas.read_csv``: the header, then each row's text.

    Line ends are included: the header, joined with the rows in any order, is valid CSV. Text that a spreadsheet would
    take for a formula has an apostrophe before it. Nothing stands for None.

    Raises:
        ValueError: If the rows have different keys.
    """
    if not rows:
        return []
    columns = list(rows[0])
    for row in rows:
        if row.keys() != rows[0].keys():
            raise ValueError(f"All rows of a table have the same keys. Received {list(row)} after {columns}.")
    return [_csv_line(columns), *(_csv_line(row[column] for column in columns) for row in rows)]


def _csv_line(values: Iterable[Value]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow([_harmless(value) for value in values])
    return buffer.getvalue()


def _harmless(value: Value) -> Value:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value


def stride_value(strides: "Strides | None") -> Value:
    """Strides as the value of a cell: the number that both are, or a text, "1 × 2"; None where they are unknown."""
    stride = one_stride(strides)
    return stride_text(strides) if stride is None and strides is not None else stride


def _place(data: dict[str, Any]) -> Row:
    return {"stage": data["stage"], "stack": data["stack"], "stride": stride_value(data["strides"])}


def _output(data: dict[str, Any]) -> Row:
    shape = data["shape"]
    height, width = shape[:2] if len(shape) == 3 else (None, None)
    return {"height": height, "width": width, "channels": data["channels"]}


def _skips(graph: "nx.DiGraph[str]", name: str) -> list[str]:
    return [source for source in graph.predecessors(name) if graph.edges[source, name]["skip"]]


def _joined(texts: Iterable[str]) -> str | None:
    return ", ".join(texts) or None
