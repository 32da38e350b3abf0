"""Where the notebooks for a class are: the way in, and the lessons that it leads to.

An installed package has them beside this module. In a clone, which an editable installation uses too, they stand in
``notebooks/``; pyproject.toml says what goes where.
"""

from __future__ import annotations

import re
from pathlib import Path

WAY_IN = "designer.ipynb"
"""The name of the notebook that leads to the others."""
_LESSONS = "lessons"
_INSTALLED = Path(__file__).with_name("notebook_files")
_IN_CLONE = Path(__file__).resolve().parents[2] / "notebooks"


def notebooks() -> dict[str, Path]:
    """Every notebook for a class, by the name that it has beside the way in.

    Raises:
        FileNotFoundError: If they are neither in the installed package nor in a clone.

    Example:
        >>> notebooks()["designer.ipynb"].is_file()
        True
    """
    lessons = lesson_notebooks().values()
    return {WAY_IN: _folder() / WAY_IN, **{lesson_name(path): path for path in lessons}}


def lesson_notebooks() -> dict[str, Path]:
    """The notebook of each lesson, by the lesson's number as text, in their order.

    Raises:
        FileNotFoundError: If they are neither in the installed package nor in a clone.

    Example:
        >>> all(path.name.startswith(f"{number}-") for number, path in lesson_notebooks().items())
        True
    """
    found = {}
    for path in (_folder() / _LESSONS).glob("*.ipynb"):
        if match := re.match(r"(\d+)-", path.name):
            found[match[1]] = path
    return {number: found[number] for number in sorted(found, key=int)}


def lesson_name(path: Path) -> str:
    """The name that the notebook of a lesson has beside the way in.

    Example:
        >>> lesson_name(Path("somewhere/1-sizes.ipynb"))
        'lessons/1-sizes.ipynb'
    """
    return f"{_LESSONS}/{path.name}"


def _folder() -> Path:
    for folder in (_INSTALLED, _IN_CLONE):
        if (folder / WAY_IN).is_file():
            return folder
    raise FileNotFoundError(
        f"the notebooks are neither in {_INSTALLED} nor in {_IN_CLONE}: install the package again, "
        "pip install --force-reinstall encdec_widgets"
    )
