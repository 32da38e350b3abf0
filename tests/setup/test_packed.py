"""What is packed: the source distribution has every file of the project, the wheel the package and the notebooks."""

import subprocess
from pathlib import Path

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

from encdec_widgets.lessons import notebooks

ROOT = Path(__file__).parents[2]


def test_the_source_distribution_has_every_file_that_is_tracked() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("this is no clone, so that nothing is tracked")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    # A file that was removed and not committed yet is still tracked.
    tracked = {name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()}
    assert {"pyproject.toml", "LICENSE", ".ci/run", "tests/data/numeric.npz"} <= tracked
    packed = {
        Path(file.distribution_path).as_posix() for file in SdistBuilder(str(ROOT)).recurse_included_files()
    }
    assert tracked - packed == set()


def test_the_wheel_has_the_package_and_the_notebooks_where_they_are_looked_for() -> None:
    files = WheelBuilder(str(ROOT)).recurse_included_files()
    packed = {Path(file.distribution_path).as_posix(): Path(file.path) for file in files}
    assert {name.partition("/")[0] for name in packed} == {"encdec_widgets"}
    folder = notebooks._INSTALLED.relative_to(ROOT).as_posix()
    found = {
        name.removeprefix(f"{folder}/"): path for name, path in packed.items() if name.startswith(folder)
    }
    assert found == notebooks.notebooks()
    in_package = {path for path in (ROOT / "encdec_widgets").rglob("*") if path.is_file()}
    in_package = {path for path in in_package if "__pycache__" not in path.parts}
    assert in_package - set(packed.values()) == set()


def test_notebooks_are_found_in_an_installed_package_and_in_a_clone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("_INSTALLED", "_IN_CLONE"):
        monkeypatch.setattr(notebooks, folder, tmp_path / folder)
    with pytest.raises(FileNotFoundError, match="install the package again"):
        notebooks.lesson_notebooks()
    for folder in ("_IN_CLONE", "_INSTALLED"):  # a folder `notebooks` beside an installed package is not ours
        lessons = tmp_path / folder / "lessons"
        lessons.mkdir(parents=True)
        for name in ("10-last", "2-second", "1-first", "sheet", ".ipynb_checkpoints"):
            (lessons / f"{name}.ipynb").touch()
        (tmp_path / folder / "designer.ipynb").touch()
        found = notebooks.lesson_notebooks()
        assert [*found] == ["1", "2", "10"]
        assert found["2"] == lessons / "2-second.ipynb"
        assert [*notebooks.notebooks()] == [
            "designer.ipynb", "lessons/1-first.ipynb", "lessons/2-second.ipynb", "lessons/10-last.ipynb"
        ]  # fmt: skip
