"""The settings that Jupyter reads: the files beside this one, and a folder for this run only."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from encdec_widgets.app.serving.stopping import Stop
from encdec_widgets.app.serving.surroundings import without_relative

JUPYTER_FILES = Path(__file__).with_name("jupyter_files")
_KERNEL = ["-m", "ipykernel_launcher", "--log-level=ERROR", "-f", "{connection_file}"]
# -P: Python does not search the working folder. The rest: nor does IPython, and it runs no file of PYTHONSTARTUP.
_TRUSTING_NOTHING = ["--IPKernelApp.ignore_cwd=True", "--IPKernelApp.exec_PYTHONSTARTUP=False"]


@contextmanager
def run_folder(stop: Stop) -> Iterator[Path]:
    """A temporary folder that only this user can read, removed in the end, also by ``stop``."""
    folder = Path(tempfile.gettempdir()).resolve() / f"encdec-designer-{secrets.token_hex(8)}"
    stop.folder = folder  # first, so that no signal comes between
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def only_our_settings(folder: Path) -> None:
    """Let this process and its kernels read nothing that depends on the user's or the working folder's settings.

    Kernels run this interpreter, whatever the user has installed as ``python3``. The settings of this user's Jupyter
    and IPython stay as they are and are not read: they may be for other versions, and a notebook of ours needs none.
    """
    _write_kernel(folder, ["-P", *_KERNEL, *_TRUSTING_NOTHING])
    os.environ["PYTHONSAFEPATH"] = "1"  # for what the kernels start
    _set("PYTHONPATH", without_relative("PYTHONPATH"))
    _set("JUPYTER_PATH", [folder, JUPYTER_FILES, *without_relative("JUPYTER_PATH")])
    _set("JUPYTER_CONFIG_PATH", [JUPYTER_FILES])
    for variable in ("JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        place = folder / variable.lower()
        place.mkdir()
        os.environ[variable] = str(place)


def lab_settings(folder: Path) -> None:
    """Let Jupyter find our kernel and our files first, and then all that is the user's.

    A kernel searches the folder of its notebook for modules, as in any JupyterLab.
    """
    _write_kernel(folder, _KERNEL)
    for variable, folders in (
        ("JUPYTER_PATH", [folder, JUPYTER_FILES]),
        ("JUPYTER_CONFIG_PATH", [JUPYTER_FILES]),
    ):
        users = os.environ.get(variable)
        _set(variable, [*folders, *([users] if users else [])])


def _write_kernel(folder: Path, arguments: Sequence[str]) -> None:
    kernel = folder / "kernels/python3/kernel.json"
    kernel.parent.mkdir(parents=True)
    specification = {"argv": [sys.executable, *arguments], "display_name": "Python 3", "language": "python"}
    kernel.write_text(json.dumps(specification), encoding="utf-8")


def _set(variable: str, folders: Sequence[Path | str]) -> None:
    if folders:
        os.environ[variable] = os.pathsep.join(map(str, folders))
    else:
        os.environ.pop(variable, None)
