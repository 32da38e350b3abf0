"""The notebooks of the lessons: clean, silent on the answers, and run as a pupil and as a teacher run them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from encdec_widgets.lessons import read
from encdec_widgets.lessons.goals import Goal
from encdec_widgets.lessons.taught import MODULES, for_your_lab
from tests.amount import full_or
from tests.lessons.designs_of_lessons import ALL
from tests.lessons.test_taught import taught

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
OF_LESSONS = sorted((NOTEBOOKS / "lessons").glob("*.ipynb"))
ANSWERS = NOTEBOOKS / "teacher" / "answers.ipynb"


def cells_of(path: Path) -> list[Any]:
    return list(nbformat.read(path, as_version=4).cells)


@pytest.mark.parametrize("path", [*OF_LESSONS, ANSWERS], ids=lambda path: path.name)
def test_a_notebook_is_stored_clean(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    assert notebook.metadata.kernelspec.name == "python3"
    assert "widgets" not in notebook.metadata
    for cell in notebook.cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


def test_each_lesson_has_a_notebook_of_its_title_and_question() -> None:
    assert [path.name[0] for path in OF_LESSONS] == list(MODULES)
    for path, name in zip(OF_LESSONS, MODULES, strict=True):
        of, cells = taught(name), cells_of(path)
        assert path.stem == f"{name}-{of.title.lower().replace(' ', '-')}"
        assert cells[0].source.startswith(f"# {name} {of.title}\n\n**{of.question}**")
        code = [cell.source for cell in cells if cell.cell_type == "code"]
        assert len(code) == 2
        assert f"lesson({name})" in code[0]
        assert code[1].endswith(".code()")


# Nothing tells an answer

TOLD_BY = {
    "1": (),  # a number, which stands among the choices
    "2": ("at stride 2",),
    "3": ("one more level", "coin", "half of"),
    "4": ("full resolution", "deep"),
    "5": ("twice as many", "SLEAP medium single has less"),
    "6": ("large top-down",),
}
"""Words that would tell an answer."""
ANSWERS_AS_NUMBERS = {
    "1": {"300"},
    "2": {"38"},
    "3": {"46", "50"},
    "4": {"3.998", "4"},
    "5": {"1.92", "1.9", "44", "1188", "87"},
    "6": {"1"},
}


def numbers_in(text: str) -> set[str]:
    """The numbers of a text, without commas; what follows a letter belongs to a name."""
    return {number.replace(",", "") for number in re.findall(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?!\w)", text)}


def told_before(name: str) -> str:
    """What a lesson says before any guess, and in its hints: without its choices, one of which is the answer."""
    of = taught(name)
    said = [of.title, of.question]
    for part in of.progress.given:
        said += [part.text, *part.hints] if isinstance(part, Goal) else [part.question]
    return "\n".join(said)


def given_numbers(name: str) -> set[str]:
    """Numbers that a pupil has to be told: those of bounds and of the design at the start."""
    of = taught(name)
    text = json.dumps(of.start.to_json()) + told_bounds(name)
    return numbers_in(text) | ({str(for_your_lab.BATCH)} if name == "6" else set())


def told_bounds(name: str) -> str:
    goals = [part for part in taught(name).progress.given if isinstance(part, Goal)]
    return " ".join(f"{part.bound.value}" for goal in goals for part in goal.parts)


@pytest.mark.parametrize(("path", "name"), [*zip(OF_LESSONS, MODULES, strict=True)], ids=MODULES)
def test_nothing_in_a_pupils_notebook_or_lesson_tells_an_answer(path: Path, name: str) -> None:
    text = "\n".join(cell.source for cell in cells_of(path)) + "\n" + told_before(name)
    secrets = {
        str(value)
        for tried in ALL
        if tried.lesson == name and tried.reaches
        for number in (*tried.edits.values(), *tried.numbers.values())
        for value in (number if isinstance(number, tuple) else (number,))
        if isinstance(value, float) or (not isinstance(value, bool) and value >= 6)
    }
    assert secrets - given_numbers(name), "a test that looks for nothing"
    assert not (secrets - given_numbers(name)) & numbers_in(text)
    text = text.replace(f"# {name} ", "").replace(f"lesson({name})", "")  # which lesson it is
    assert not ANSWERS_AS_NUMBERS[name] & numbers_in(text)
    for words in TOLD_BY[name]:
        assert words not in text


# As a pupil

WAIT = """
import asyncio
async def guess(of, *guesses):
    for index, value in guesses:
        of.progress.turn_to(index)
        of.progress.guess(index, value)
        while of.progress.parts[index].computing:
            await asyncio.sleep(0.02)
        assert not of.progress.parts[index].problem, of.progress.parts[index].problem
        print(of.progress.parts[index].gap)
async def train(of, steps=None):
    of.designer.learning.start(anew=True, steps=steps)
    while of.designer.learning.state.running:
        await asyncio.sleep(0.02)
    print(of.designer.learning.trained)
def edit(of, **edits):
    for path, value in edits.items():
        of.designer.set(path, value)
"""
TRAINS = full_or(None, 20)
"""Steps of a pupil's trainings: those of the lesson, or so few that its goal is not reached."""
PUPILS = {
    "1": """
assert sizes.progress.hidden
await guess(sizes, (0, "240 px"))
edit(sizes, down_blocks=6, input_shape=(500, 500, 1))
assert sizes.designer.problem is not None
edit(sizes, input_shape=(512, 512, 1), up_blocks=6)
sizes.progress.ask_hint(1)
edit(sizes, up_blocks=5)
""",
    "2": f"""
await guess(skips, (0, 25))
skips.designer.set("decoder[2].skip_connection", False)
skips.designer.set("decoder[0].skip_connection", False)
await train(skips, {TRAINS})
""",
    "3": f"""
await guess(seeing_far, (0, "twice as many filters"))
edit(seeing_far, convs_per_block=4)
edit(seeing_far, filters=8)
await guess(seeing_far, (2, 80))
edit(seeing_far, convs_per_block=2, up_blocks=2, down_blocks=2, filters=4)
await train(seeing_far, {TRAINS})
""",
    "4": """
parameters_lie.designer.aside.timing.pin.click()
await guess(parameters_lie, (0, 2), (1, "slower"))
edit(parameters_lie, filters=48, filters_rate=1, down_blocks=3)
parameters_lie.designer.aside.timing.measure_race()
while parameters_lie.designer.aside.timing.running:
    await asyncio.sleep(0.02)
print(parameters_lie.designer.aside.timing.race)
""",
    "5": """
await guess(stacks, (0, 2))
edit(stacks, stacks=2, filters=128)
await guess(stacks, (2, "FC-DenseNet56"), (3, 82))
""",
    "6": """
await guess(for_your_lab, (0, 5))
edit(for_your_lab, up_interpolate=True, filters=8)
""",
}
SAYS = {
    "1": r"1 ✓ 0 down_blocks=6 up_blocks=5 input_shape=512x512x1 #\w{4}",
    "2": r"2 [✓–] 1 .*#\w{4}",
    "3": r"3 ✓[✓–] 01 filters=8 convs_per_block=4 .*#\w{4}",
    "4": r"4 [✓–] 1\d .*#\w{4}",
    "5": r"5 ✓ 201 stacks=2 filters=128 #\w{4}",
    "6": r"6 ✓ 0 filters=8 up_interpolate=on #\w{4}",
}


def texts_of(cell: Any) -> Iterator[str]:
    for output in cell.outputs:
        yield output.get("text") or output.get("data", {}).get("text/plain", "")


class Kernel:
    """A kernel in a folder of its own, in which the notebooks are run one after the other: it is started once."""

    def __init__(self, folder: Path) -> None:
        notebook = nbformat.v4.new_notebook()
        notebook.metadata = nbformat.read(OF_LESSONS[0], as_version=4).metadata
        resources = {"metadata": {"path": str(folder)}}
        self.folder, self.notebook = folder, notebook
        self.client = NotebookClient(notebook, timeout=280, store_widget_state=False, resources=resources)

    def run(self, source: str) -> list[str]:
        """Run a cell, and give what it put out as text."""
        cell = nbformat.v4.new_code_cell(source)
        self.notebook.cells.append(cell)
        self.client.execute_cell(cell, len(self.notebook.cells) - 1)
        return list(texts_of(cell))


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    kernel = Kernel(tmp_path_factory.mktemp("pupil"))
    with kernel.client.setup_kernel():
        kernel.run(WAIT)
        yield kernel


@pytest.mark.tensorflow
@pytest.mark.parametrize(("path", "name"), [*zip(OF_LESSONS, MODULES, strict=True)], ids=MODULES)
def test_a_pupil_comes_from_the_first_guess_to_the_line(path: Path, name: str, kernel: Kernel) -> None:
    shown, code = (cell.source for cell in cells_of(path) if cell.cell_type == "code")
    kernel.run(shown)
    (line,) = kernel.run(code)
    assert re.fullmatch(rf"{name} –+ \.+ #\w{{4}}", line), "Run all tells nothing"
    said = kernel.run(PUPILS[name])
    (line,) = kernel.run(code)
    assert re.fullmatch(SAYS[name], line), (line, *said)
    table = read(f"Ada: {line}")
    assert not table.refused
    assert [goal.holds for goal in table.rows[0].goals] == [goal.said for goal in table.rows[0].goals]
    # The cell again, as after a restart of the kernel: what was done is still there.
    kernel.run(shown)
    assert kernel.run(code) == [line]
    assert any(file.stem.endswith(name) for file in (kernel.folder / ".encdec-lessons").iterdir())


def test_the_code_of_the_teachers_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(
        r"```python\n(.*?)```", (NOTEBOOKS / "README.md").read_text(encoding="utf-8"), re.DOTALL
    )
    (block,) = blocks
    exec(compile(block, "README.md", "exec"), {})
    assert "<svg" in (tmp_path / "lesson-3.html").read_text(encoding="utf-8")


# As a teacher


@pytest.mark.timeout(900)  # on a machine that is busy with something else; a minute on a quiet one
@pytest.mark.tensorflow
def test_the_teachers_notebook_reaches_every_goal(tmp_path: Path) -> None:
    notebook = nbformat.read(ANSWERS, as_version=4)
    # On a busy machine the interval of lesson 4's race is wide, and its lower end may fall short of the goal.
    counted = (
        "len(table.rows), len(table.refused), "
        "[goal.holds or (row.lesson == '4' and not goal.said) for row in table.rows for goal in row.goals]"
    )
    notebook.cells.append(nbformat.v4.new_code_cell(counted))
    NotebookClient(
        notebook, timeout=280, store_widget_state=False, resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    (told,) = texts_of(notebook.cells[-1])
    assert told == f"(6, 2, {[True] * 7})"
    assert list(tmp_path.iterdir()) == [], "the teacher's lessons are kept nowhere"
