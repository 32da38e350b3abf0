"""Makes the table of what the presets cost and see: `python -m tests.preset_costs` writes it into the families' README.

All but the last column is read from the built networks, and a test holds it to them. The last one is measured, which
takes some minutes; `--keep-measured` leaves it as it stands.
"""

import re
import sys
from pathlib import Path

from encdec_widgets import architectures, preset, presets
from encdec_widgets.explain.receptive_field import MapReceptiveField
from encdec_widgets.formatting import bytes_text, count_text
from encdec_widgets.workers.timing import EffectiveField, TimingError, effective_field
from tests.builds import built

README = Path(architectures.__file__).parent / "README.md"
HEADER = (
    "| preset | input | parameters | multiply-adds | weights | forward pass | training step | output sees | "
    "encoder alone | effective, random weights |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
)
_BEGIN, _END = "<!-- made by tests/preset_costs.py -->\n", "<!-- end -->\n"


def read_columns(name: str) -> tuple[str, ...]:
    """What is read from the network of a preset, a text a column."""
    backbone = built(preset(name))
    cost, field = backbone.cost(), backbone.receptive_field()
    assert cost.multiply_adds is not None
    assert cost.inference_bytes is not None
    assert cost.training_bytes is not None
    return (
        name,
        " × ".join(map(str, backbone.design.input_shape)),
        f"{cost.parameters:,}",
        count_text(cost.multiply_adds),
        bytes_text(cost.weight_bytes),
        bytes_text(cost.inference_bytes),
        bytes_text(cost.training_bytes),
        _seen(field.output),
        "none shown" if field.encoder_only is None else f"{field.encoder_only} px",
    )


def _seen(field: MapReceptiveField) -> str:
    return f"{field.size[0]} × {field.size[1]} px" if field.size else field.extent


def _effective(name: str) -> str:
    try:
        field = effective_field(preset(name))
    except TimingError as error:
        return f"not measured: {error}"
    return _effective_text(field)


def _effective_text(field: EffectiveField) -> str:
    return f"{'more than ' if field.cut_off else ''}{field.size:.0f} px"


def documented(columns: int) -> dict[str, list[str]]:
    """The rows of the documented table of presets that has so many columns, by preset."""
    lines = README.read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return {row[0]: row[1:] for row in cells if row[0] in presets() and len(row) == columns}


def main(keep_measured: bool) -> None:
    """Measure, and write the table."""
    rows = []
    measured = {name: row[-1] for name, row in documented(10).items()} if keep_measured else {}
    for name in presets():
        rows.append(f"| {' | '.join((*read_columns(name), measured.get(name) or _effective(name)))} |\n")
        print(rows[-1], end="", flush=True)
    text = README.read_text(encoding="utf-8")
    table = f"{_BEGIN}{HEADER}{''.join(rows)}{_END}"
    pattern = re.compile(f"{re.escape(_BEGIN)}.*?{re.escape(_END)}", re.DOTALL)
    README.write_text(pattern.sub(lambda _: table, text), encoding="utf-8")


if __name__ == "__main__":
    main("--keep-measured" in sys.argv[1:])
