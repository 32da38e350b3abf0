"""What README.md and the notebooks tell people to run really runs."""

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from encdec_widgets.lessons import lesson
from encdec_widgets.lessons.notebooks import WAY_IN, lesson_name, lesson_notebooks, notebooks
from encdec_widgets.workers.timing import measuring
from tests.library.calibrated import KNOWN

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))  # those of lessons are run as a pupil runs them
WITH_LINKS = [
    path for path in (ROOT / "notebooks").rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts
]


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


def links(path: Path) -> list[str]:
    """What the text cells of a notebook link to, but for other sites."""
    cells = nbformat.read(path, as_version=4).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return [link for link in re.findall(r"\]\(([^)\s]*)\)", text) if "://" not in link]


@pytest.mark.parametrize("path", WITH_LINKS, ids=lambda path: path.name)
def test_links_of_a_notebook_lead_somewhere(path: Path) -> None:
    assert [link for link in links(path) if not (path.parent / link.partition("#")[0]).is_file()] == []


def test_the_way_in_leads_to_every_lesson_and_no_notebook_for_a_class_leads_to_what_is_not_copied() -> None:
    copied = notebooks()
    way_in = copied[WAY_IN]
    assert [way_in.parent / link for link in links(way_in)] == [*lesson_notebooks().values()]
    for path in copied.values():
        targets = {(path.parent / link.partition("#")[0]).resolve() for link in links(path)}
        assert targets <= {other.resolve() for other in copied.values()}


def test_the_way_in_has_the_title_and_the_question_of_each_lesson() -> None:
    text = "\n".join(cell.source for cell in nbformat.read(notebooks()[WAY_IN], as_version=4).cells)
    for number, path in lesson_notebooks().items():
        made = lesson(number, keep=None)
        assert f"| [{number} {made.title}]({lesson_name(path)}) | {made.question} |\n" in f"{text}\n"
        made.designer.close()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_is_stored_clean_and_runs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    assert notebook.metadata.kernelspec.name == "python3", "without a kernel's name JupyterLab asks for one"
    assert "widgets" not in notebook.metadata
    for cell in notebook.cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
    NotebookClient(notebook, timeout=300, store_widget_state=False).execute()
