"""The recipe of a lesson in CONTRIBUTING is one that works, from the guess to the teacher's table."""

import re
from pathlib import Path
from typing import Any

import pytest

CONTRIBUTING = Path(__file__).parents[2] / ".github" / "CONTRIBUTING.md"


def test_the_cell_of_the_recipe_makes_a_lesson_that_can_be_solved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    recipe = CONTRIBUTING.read_text(encoding="utf-8").partition("### A lesson of your own, in one cell")[2]
    (cell,) = re.findall(r"```python\n(.*?)```", recipe.partition("\n### ")[0], re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(cell, "recipe", "exec"), names)  # the recipe's own cell
    lesson, designer = names["lesson"], names["designer"]
    progress = lesson.progress
    assert progress.hidden
    progress.guess(0, 14_000)
    answer = names["wider"].build().parameters
    assert (progress.parts[0].answer, progress.hidden) == (answer, False)
    progress.turn_to(1)
    for path, value in (("down_blocks", 2), ("up_blocks", 2), ("filters", 4)):
        assert not progress.parts[1].reached
        designer.set(path, value)
    assert progress.parts[1].reached
    table = lesson.read(f"Ada: {lesson.code()}")
    assert [(row.name, row.goals[0].holds) for row in table.rows] == [("Ada", True)]
    assert (tmp_path / ".encdec-lessons" / "depth.json").exists()
