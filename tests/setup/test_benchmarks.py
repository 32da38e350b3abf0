"""The benchmarks run: nobody calls them every day, and what they edit changes with the project."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from encdec_widgets import preset, presets
from tests.benchmarks.__main__ import NAMES
from tests.benchmarks.edits import fields

ROOT = Path(__file__).resolve().parents[2]
# Seconds that the longest takes on two quiet cores, five times over.
LONGEST_S = 1500


@pytest.mark.parametrize("name", sorted(presets()))
def test_every_field_of_a_preset_is_edited(name: str) -> None:
    design = preset(name)
    found = fields(design)
    assert len({field.path for field in found}) == len(found)
    assert {"block", "network"} == {field.scope for field in found}
    assert all(field.values for field in found)
    edited = [next(field.neighbours(design), None) for field in found]
    # Some fields have no other value beside the others, such as the pooling of a block whose partner undoes it.
    assert sum(other is not None for other in edited) > 0.5 * len(found)
    assert design not in edited


@pytest.mark.full
@pytest.mark.timeout(2 * LONGEST_S)
@pytest.mark.parametrize("name", [name for name in NAMES if name != "classroom"])
def test_a_benchmark_runs(name: str, tmp_path: Path) -> None:
    """That of the class needs a control group of its own."""
    figures = tmp_path / "figures.json"
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", name, "--quick", "--json", str(figures)],
        cwd=ROOT,
        env={**os.environ, "KERAS_BACKEND": "tensorflow"},
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert figures.stat().st_size > 0
