"""What README.md and the notebooks tell people to run really runs."""

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from encdec_widgets.workers.timing import measuring
from tests.library.calibrated import KNOWN

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def test_the_readmes_code_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)  # it writes files
    for conditions, told in KNOWN.items():
        monkeypatch.setitem(measuring._calibrations, conditions, told)
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) >= 4
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), names)
    assert [layer.name for layer in names["model"].layers][-1] == "stack0_dec1_s2_to_s1_refine_conv1_act_relu"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_is_stored_clean_and_runs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    assert notebook.metadata.kernelspec.name == "python3", "without a kernel's name JupyterLab asks for one"
    assert "widgets" not in notebook.metadata
    for cell in notebook.cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
    NotebookClient(notebook, timeout=300, store_widget_state=False).execute()
