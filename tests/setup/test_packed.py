"""What is packed: the source distribution has every file of the project."""

import subprocess
from pathlib import Path

import pytest
from hatchling.builders.sdist import SdistBuilder

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
