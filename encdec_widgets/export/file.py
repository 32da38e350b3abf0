"""Files that a person takes away: never over one that is there without being told, and whole or not at all."""

import os
import secrets
from pathlib import Path
from typing import Any

from encdec_widgets.designs.design import Design
from encdec_widgets.formatting import quoted

ENDING = "encdec.json"
"""Of the file of a design: ``mice.encdec.json``."""


def save(design: Design, path: Any, *, overwrite: bool = False) -> Path:
    """Write a design into a file, as JSON.

    Args:
        design: The design.
        path: Of the file.
        overwrite: Whether a file that is there may be replaced.

    Returns:
        The path of the file.

    Raises:
        FileExistsError: If there is a file, and ``overwrite`` is False.
        ValueError: If ``path`` is no path of a file in a folder that is there, or a field of a user's class holds
            something that JSON has no form for.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from encdec_widgets import Design, preset
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     file = save(preset("U-Net"), Path(folder) / "mice.encdec.json")
        ...     Design.from_json(file.read_text(encoding="utf-8")) == preset("U-Net")
        True
    """
    return write_file(path, f"{design.to_json()}\n".encode(), overwrite=overwrite)


def write_file(path: Any, data: bytes, *, overwrite: bool = False) -> Path:
    """Write a file as a whole: whoever is interrupted leaves none, or the one that was there.

    Raises:
        FileExistsError: If there is a file, and ``overwrite`` is False.
        ValueError: If ``path`` is no path of a file in a folder that is there.
    """
    target = file_to_write(path, overwrite=overwrite)
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        beside.write_bytes(data)
        if overwrite:
            beside.replace(target.resolve())
        else:
            _link(beside, target)
    finally:
        beside.unlink(missing_ok=True)
    return target


def file_to_write(path: Any, *, overwrite: bool = False) -> Path:
    """The path of a file that may be written, which is asked before work that takes long.

    Raises:
        FileExistsError: As :func:`write_file`.
        ValueError: As :func:`write_file`.
    """
    if not isinstance(path, (str, os.PathLike)) or not str(path):
        raise ValueError(f'path is that of a file, such as "mice.{ENDING}". Received: {quoted(path)}.')
    target = Path(path).expanduser()
    if target.is_dir() or not target.parent.is_dir():
        what = "a folder" if target.is_dir() else "in a folder that is not there"
        raise ValueError(f"path is that of a file, and this is {what}. Received: {quoted(str(path))}.")
    require_free(target, overwrite=overwrite)
    return target


def require_free(path: Path, *, overwrite: bool) -> None:
    """Refuse to write over what is there without being told.

    Raises:
        FileExistsError: If there is a file or folder of this name, and ``overwrite`` is False.
    """
    if path.exists() and not overwrite:
        what = "folder" if path.is_dir() else "file"
        raise FileExistsError(
            f"There is a {what} {quoted(str(path))} already. Would work: another name, or overwrite=True."
        )


def _link(source: Path, target: Path) -> None:
    """Give a file its name, unless there is one of that name by now."""
    try:
        target.hardlink_to(source)
    except FileExistsError:
        raise
    except (OSError, NotImplementedError):  # a file system without hard links
        with target.open("xb") as file:
            file.write(source.read_bytes())
