"""Notebooks are copied into a folder of one's own, whatever is there already."""

from __future__ import annotations

import json
import os
import signal
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from encdec_widgets.app.own_folder import own_folder
from encdec_widgets.app.serving.errors import ServingError

if sys.platform != "win32":
    import resource

NAMES = ("designer.ipynb", "lessons/1-sizes.ipynb")


def notebook(text: str, **of_cell: object) -> str:
    cell = {"cell_type": "code", "source": [text], "metadata": {}, "outputs": [], "execution_count": None}
    return json.dumps({"cells": [cell | of_cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def ours(tmp_path: Path) -> dict[str, Path]:
    """Two notebooks of a package that is installed where nobody may write."""
    found = {}
    for name in NAMES:
        found[name] = tmp_path / "package" / name
        found[name].parent.mkdir(parents=True, exist_ok=True)
        found[name].write_text(notebook(f"# {name}"))
        found[name].chmod(0o444)
    return found


@pytest.fixture
def no_root() -> Iterator[Path]:
    """A folder that others may enter and nobody may write to, for a user who is not allowed everything."""
    if sys.platform == "win32":
        pytest.skip("folders have no such permissions there")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "one.ipynb").write_text(notebook("1"))
        folder.chmod(0o555)
        was = os.geteuid()
        if was == 0:
            os.seteuid(65534)
        try:
            yield folder
        finally:
            os.seteuid(was)
            folder.chmod(0o755)


@pytest.mark.parametrize("name", ["own", "my lessons", "für die Übung 🐭", "a/b c/d", "x'y"])
def test_a_new_folder_gets_copies_that_can_be_edited(
    tmp_path: Path, ours: dict[str, Path], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    own = own_folder(Path(name), ours)
    assert own == (tmp_path / name, ())
    for copied, source in ours.items():
        copy = own.path / copied
        assert copy.read_bytes() == source.read_bytes()
        assert copy.stat().st_mode & stat.S_IWUSR


def test_what_is_there_is_kept_and_said_if_its_cells_are_others(
    tmp_path: Path, ours: dict[str, Path]
) -> None:
    own_folder(tmp_path / "own", ours)
    edited = tmp_path / "own" / NAMES[1]
    text = notebook("# mine")
    edited.write_text(text)
    assert own_folder(tmp_path / "own", ours).kept == (NAMES[1],)
    assert edited.read_text() == text
    edited.unlink()
    assert own_folder(tmp_path / "own", ours).kept == ()
    assert edited.read_bytes() == ours[NAMES[1]].read_bytes()


def test_a_lesson_that_was_only_run_is_not_said_to_differ(tmp_path: Path, ours: dict[str, Path]) -> None:
    own_folder(tmp_path / "own", ours)
    ran = tmp_path / "own" / NAMES[1]
    source = [f"# {NAMES[1][:3]}", NAMES[1][3:]]  # cut in other places, as some programs save it
    ran.write_text(notebook("", source=source, execution_count=3, outputs=[{"output_type": "stream"}]))
    assert own_folder(tmp_path / "own", ours).kept == ()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"cells": 3}', '{"cells": [{}]}', "[" * 100_000, "\0"]
)
def test_a_damaged_notebook_is_kept_and_said(tmp_path: Path, ours: dict[str, Path], text: str) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own/designer.ipynb").write_text(text)
    assert own_folder(tmp_path / "own", ours).kept == ("designer.ipynb",)
    assert (tmp_path / "own/designer.ipynb").read_text() == text


def test_links_are_followed_to_a_folder_and_kept_as_files(tmp_path: Path, ours: dict[str, Path]) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "own").symlink_to("real")
    (tmp_path / "elsewhere.ipynb").write_text(notebook("# elsewhere"))
    (tmp_path / "real/designer.ipynb").symlink_to("../elsewhere.ipynb")
    own = own_folder(tmp_path / "own", ours)
    assert own == (tmp_path / "real", ("designer.ipynb",))
    assert (tmp_path / "real" / NAMES[1]).is_file()
    assert (tmp_path / "elsewhere.ipynb").read_text() == notebook("# elsewhere")


def _file(path: Path) -> None:
    path.write_text("mine")


def _folder(path: Path) -> None:
    path.mkdir()


def _link_to_nothing(path: Path) -> None:
    path.symlink_to("nowhere")


def _link_to_itself(path: Path) -> None:
    path.symlink_to(path.name)


@pytest.mark.parametrize(
    ("place", "make"),
    [
        ("own", _file),
        ("own", _link_to_itself),
        ("own/lessons", _file),
        ("own/lessons", _link_to_nothing),
        ("own/designer.ipynb", _folder),
        ("own/designer.ipynb", _link_to_nothing),
        ("own/lessons/1-sizes.ipynb", _link_to_itself),
    ],
)
def test_what_stands_in_the_way_is_named_and_left_as_it_is(
    tmp_path: Path, ours: dict[str, Path], place: str, make: Any
) -> None:
    path = tmp_path / place
    path.parent.mkdir(parents=True, exist_ok=True)
    make(path)
    before = path.lstat()
    with pytest.raises(ServingError, match="--folder") as refused:
        own_folder(tmp_path / "own", ours)
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)
    after = path.lstat()
    assert (after.st_ino, after.st_mode, after.st_size) == (before.st_ino, before.st_mode, before.st_size)
    assert not (tmp_path / "own/nowhere").exists()
    assert not (tmp_path / "own/lessons/nowhere").exists()


def test_a_folder_that_cannot_be_written_to_is_refused_unless_it_has_all(no_root: Path) -> None:
    notebooks = {"one.ipynb": no_root / "one.ipynb"}
    assert own_folder(no_root, notebooks).kept == ()
    with pytest.raises(ServingError, match=r"Permission denied.*--folder"):
        own_folder(no_root, {"two.ipynb": no_root / "one.ipynb"})
    with pytest.raises(ServingError, match=r"Permission denied.*--folder"):
        own_folder(no_root / "in it", notebooks)


def test_a_working_folder_that_is_gone_is_said(
    tmp_path: Path, ours: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(ServingError, match="--folder"):
        own_folder(Path("own"), ours)


@pytest.mark.skipif(sys.platform == "win32", reason="files have no limit of size there")
def test_half_a_copy_is_not_kept_as_ones_own(tmp_path: Path) -> None:
    source = tmp_path / "long.ipynb"
    source.write_text(notebook("1" * 1_000_000))
    allowed = resource.getrlimit(resource.RLIMIT_FSIZE)
    heard = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a longer write then fails, as on a full disk
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, allowed[1]))
    try:
        with pytest.raises(ServingError, match="--folder"):
            own_folder(tmp_path / "own", {"long.ipynb": source})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, allowed)
        signal.signal(signal.SIGXFSZ, heard)
    assert list((tmp_path / "own").iterdir()) == []
