"""What the package uses of anywidget's script is there, and every widget's script is made to hear."""

from pathlib import Path

import anywidget
import pytest

from encdec_widgets import Designer
from encdec_widgets.widgets.base.anywidget_private import PRIVATE_NAMES, hearing
from encdec_widgets.widgets.base.plotly_private import FigureWidget
from tests.designer.reading import SMALL, walk

SCRIPT = Path(anywidget.__file__).with_name("nbextension") / "index.js"


@pytest.mark.parametrize("name", PRIVATE_NAMES)
def test_it_is_there(name: str) -> None:
    assert name in SCRIPT.read_text(encoding="utf-8"), (
        f"anywidget {anywidget.__version__} has no {name} any more"
    )


def test_each_anywidget_of_a_designer_hears_by_a_name_of_its_own() -> None:
    parts = [part for part in walk(Designer(SMALL)) if isinstance(part, anywidget.AnyWidget)]
    assert any(isinstance(part, FigureWidget) for part in parts)
    for part in parts:
        assert "encdecHearing(" in str(part._esm)
        assert part.get_state()["_own_id"] == part.model_id


def test_a_script_is_changed_where_it_is_exported() -> None:
    assert hearing("export default { render };\n").endswith("export default encdecHearing({ render });\n")
    made = hearing("text('export{a as default}');var b=()=>({});export{b as default};")
    assert made.endswith("const encdecMakes = b; b = () => encdecHearing(encdecMakes());\n")
    assert hearing(made) == made
    assert hearing("export function render() {}") == "export function render() {}"
