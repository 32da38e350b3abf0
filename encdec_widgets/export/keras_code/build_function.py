"""The tables of a network's blocks, and the function that builds it of them."""

from collections.abc import Mapping, Sequence

import attrs

from encdec_widgets.export.keras_code.kinds import Written
from encdec_widgets.export.keras_code.layout import LAST, Layout
from encdec_widgets.networks.built_block import BuiltBlock

_HEADS = {
    "block": "What makes it",
    "skip": "The feature of its skip connection",
    "settings": "Its settings",
    "block, skip": "What makes it, and the feature of its skip connection",
    "block, settings": "What makes it, and its settings",
    "skip, settings": "The feature of its skip connection, and its settings",
    "block, skip, settings": "What makes it, the feature of its skip connection, and its settings",
}
"""What the columns of a table are, in words."""


@attrs.frozen
class Stage:
    """Blocks that follow one another: their table with its comment, if they need one, and the lines that make them."""

    comment: str
    table: str
    lines: tuple[str, ...]


def table_and_lines(
    stage: str,
    prefix: str,
    rows: Sequence[tuple[Written, str | None]],
    *,
    stores: bool,
    with_skips: bool = False,
) -> Stage:
    """The code of a stage.

    Args:
        stage: Name of the table.
        prefix: Start of the names of the blocks' layers, with what an f-string puts in.
        rows: How each block is written, and the feature for its skip connection.
        stores: Whether what the blocks give is used by name later on.
        with_skips: Whether the blocks' functions take the source of a skip connection.
    """
    if not rows:
        return Stage("", "", ())
    functions = {row.function for row, _ in rows}
    columns = {
        "block": [row.function for row, _ in rows] if len(functions) > 1 else [],
        "skip": [repr(skip) for _, skip in rows] if with_skips else [],
        "settings": [repr(dict(row.settings)) for row, _ in rows]
        if any(row.settings for row, _ in rows)
        else [],
    }
    used = {name: values for name, values in columns.items() if values}
    function = "block" if "block" in used else rows[0][0].function
    source = "features[skip]" if all(skip for _, skip in rows) else "features.get(skip)"
    given = [
        "x",
        *([source] if with_skips else []),
        _text(f"{prefix}{{i}}"),
        *(["**settings"] * ("settings" in used)),
    ]
    kept = f'features[f"{_short(prefix)}{{i}}"] = ' if stores else ""
    call = f"x = {kept}{function}({', '.join(given)})"
    if len(rows) == 1:
        return Stage("", "", (_only_call(prefix, *rows[0], stores=stores, with_skips=with_skips),))
    if not used:
        return Stage("", "", (f"for i in range({len(rows)}):", f"    {call}"))
    targets = ", ".join(used)
    over = f"({targets})" if len(used) > 1 else targets
    cells = zip(*used.values(), strict=True)
    table = ", ".join(f"({', '.join(row)})" if len(row) > 1 else row[0] for row in cells)
    return Stage(
        f"# {_HEADS[targets]}, for each block.\n",
        f"{stage} = ({table})",
        (f"for i, {over} in enumerate({stage}):", f"    {call}"),
    )


def _only_call(prefix: str, row: Written, skip: str | None, *, stores: bool, with_skips: bool) -> str:
    source = [f"features[{skip!r}]" if skip else "None"] if with_skips else []
    given = [
        "x",
        *source,
        _text(f"{prefix}0"),
        *(f"{name}={value!r}" for name, value in row.settings.items()),
    ]
    kept = f'features["{_short(prefix)}0"] = ' if stores else ""
    return f"x = {kept}{row.function}({', '.join(given)})"


def _short(prefix: str) -> str:
    return prefix.rpartition("_")[2]


def _text(text: str) -> str:
    return f'f"{text}"' if "{" in text else repr(text)


def build_lines(
    layout: Layout, written: Mapping[BuiltBlock, Written], name: str, *, with_skips: bool
) -> tuple[list[tuple[str, str]], list[str]]:
    """The tables, each with its comment, and the lines of the function ``build`` after its docstring."""
    in_stack = "stack{stack}" if layout.stacks > 1 else "stack0"
    named = layout.named
    stem = table_and_lines("STEM", "stem", [(written[b], None) for b in layout.stem], stores=False)
    encoder = table_and_lines(
        "ENCODER",
        f"{in_stack}_enc",
        [(written[b], None) for b in layout.encoder],
        stores=any(each.startswith("enc") for each in named),
    )
    decoder = table_and_lines(
        "DECODER",
        f"{in_stack}_dec",
        [(written[b], skip) for b, skip in zip(layout.decoder, layout.skips, strict=True)],
        stores=any(each.startswith("dec") for each in named),
        with_skips=with_skips,
    )
    lines = ['inputs = x = keras.Input(input_shape, name="input")', *stem.lines]
    if "stem" in named:
        lines[-1:] = [f"stem = {lines[-1]}"] if len(layout.stem) == 1 else [lines[-1], "stem = x"]
    stack = [*_first_features(layout), *encoder.lines, *decoder.lines]
    heads = [_head_call(layout, written, i, in_stack) for i in range(len(layout.heads))]
    outputs = "x"
    if heads:
        outputs = "predictions" if len(heads) > 1 else "prediction"
        stack.append(f"predictions = [{', '.join(heads)}]" if len(heads) > 1 else f"prediction = {heads[0]}")
    if layout.stacks == 1:
        lines += stack
    else:
        stack.append(f"outputs.{'extend' if len(heads) > 1 else 'append'}({outputs})")
        stack += _join_lines(layout, written, in_stack)
        lines += ["outputs = []", f"for stack in range({layout.stacks}):", *(f"    {line}" for line in stack)]
        outputs = "outputs"
    lines.append(f"return keras.Model(inputs, {outputs}, name={name!r})")
    return [(stage.comment, stage.table) for stage in (stem, encoder, decoder) if stage.table], lines


def _first_features(layout: Layout) -> list[str]:
    first = {"stem": "stem", "input": "x"}
    given = ", ".join(f"{name!r}: {value}" for name, value in first.items() if name in layout.named)
    return [f"features = {{{given}}}"] if layout.named else []


def _head_call(layout: Layout, written: Mapping[BuiltBlock, Written], i: int, in_stack: str) -> str:
    head, source = layout.heads[i], layout.attached[i]
    suffix = head.call.prefix.partition("_")[2]
    settings = (f"{name}={value!r}" for name, value in written[head].settings.items())
    x = "x" if source == LAST else f"features[{source!r}]"
    return f"{written[head].function}({', '.join([x, _text(f'{in_stack}_{suffix}'), *settings])})"


def _join_lines(layout: Layout, written: Mapping[BuiltBlock, Written], in_stack: str) -> list[str]:
    if layout.join is None:
        return []
    several = len(layout.heads) > 1
    others = [
        f"features[{other!r}]"
        if isinstance(other, str)
        else f"predictions[{other}]"
        if several
        else "prediction"
        for other in layout.joined
    ]
    settings = (f"{name}={value!r}" for name, value in written[layout.join].settings.items())
    given = ["x", *others, _text(f"{in_stack}_join"), *settings]
    return [
        f"if stack < {layout.stacks - 1}:",
        f"    x = {written[layout.join].function}({', '.join(given)})",
    ]
