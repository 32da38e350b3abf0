"""Files of Keras code run in a process of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

RUNNER = Path(__file__).parent / "run_code.py"


def run(codes: Mapping[str, str], folder: Path, *, backend: str, path: str = "") -> str:
    """Run files of code in a process of their own; what they build then lies beside them. Gives what it prints."""
    for name, code in codes.items():
        (folder / f"{name}.py").write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(RUNNER), str(folder)],
        env={**os.environ, "KERAS_BACKEND": backend, "PYTHONPATH": path},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def built_in(folder: Path, name: str) -> object:
    """What the file of this name built."""
    return json.loads((folder / f"{name}.json").read_text())
