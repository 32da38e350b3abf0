"""The settings that Jupyter reads before the user's own: the files beside this one, and a folder for this run only."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

JUPYTER_FILES = Path(__file__).with_name("jupyter_files")


@contextmanager
def jupyter_folder() -> Iterator[Path]:
    """A temporary folder that Jupyter writes to, with a kernel in it.

    The kernel runs this interpreter, whatever the user has installed as `python3`. For the rest of this process,
    Jupyter finds this folder and our own files first. The user's files stay as they are.
    """
    with tempfile.TemporaryDirectory(prefix="encdec-designer-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        kernel = folder / "kernels/python3/kernel.json"
        kernel.parent.mkdir(parents=True)
        argv = [sys.executable, "-m", "ipykernel_launcher", "--log-level=ERROR", "-f", "{connection_file}"]
        specification = {"argv": argv, "display_name": "Python 3", "language": "python"}
        kernel.write_text(json.dumps(specification), encoding="utf-8")
        _search_first("JUPYTER_PATH", folder, JUPYTER_FILES)
        _search_first("JUPYTER_CONFIG_PATH", JUPYTER_FILES)
        yield folder


def _search_first(variable: str, *folders: Path) -> None:
    users = os.environ.get(variable)
    os.environ[variable] = os.pathsep.join([*map(str, folders), *([users] if users else [])])
