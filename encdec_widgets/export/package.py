"""Packages: zip archives such as SLEAP exports training jobs as, with one configuration in them or several.

Nothing is unpacked onto the disk: the list of files is read, and what may be a configuration.
"""

import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

from encdec_widgets.formatting import counted, error_text, listed, quoted, shortened
from encdec_widgets.travelling import Travelling

BEGINNINGS = (b"PK\x03\x04", b"PK\x05\x06")
"""The first bytes of a zip archive; the second ones are of an empty one."""
_ENDINGS = (".json", ".yaml", ".yml")
_MOST_FILES = 10_000
_MOST_TEXTS = 20
_NOT_READ = (
    zipfile.BadZipFile,
    OSError,
    RuntimeError,
    ValueError,
    EOFError,
)  # damaged, encrypted, of an unknown kind


class SeveralConfigurationsError(Travelling, ValueError):
    """A package holds several configurations, of which one is to be chosen.

    Attributes:
        names: Their names in the package.
    """

    def __init__(self, message: str, names: tuple[str, ...]) -> None:
        """Keep the names, so that they can be offered."""
        super().__init__(message)
        self.names = names


def package_of(path: Path) -> tuple[Path, str] | None:
    """The zip archive that a path names or leads into, and the name of a file in it, which may be empty.

    Returns:
        None where there is no such archive.
    """
    for archive in (path, *path.parents):
        if archive.is_file():
            with archive.open("rb") as opened:
                is_package = opened.read(4) in BEGINNINGS
            return (
                (archive, path.relative_to(archive).as_posix() if path != archive else "")
                if is_package
                else None
            )
    return None


def configuration_in(
    source: Path | bytes, name: str, *, is_configuration: Callable[[bytes], bool], largest: int
) -> tuple[str, bytes]:
    """Read a configuration of a package.

    Args:
        source: The path of the archive, or all that it holds.
        name: The name of the configuration in it; empty for the only one.
        is_configuration: Tells whether a text is one.
        largest: So many bytes a text has at most.

    Returns:
        Its name, and what it holds.

    Raises:
        SeveralConfigurationsError: (a ValueError) If there are several, and no name was given.
        ValueError: If there is none, or if it can't be read.
    """
    try:
        with zipfile.ZipFile(BytesIO(source) if isinstance(source, bytes) else source) as archive:
            if len(archive.infolist()) > _MOST_FILES:
                raise ValueError(f"it holds more than {_MOST_FILES:,} files")
            if name:
                return name, _read(archive, name, largest)
            found = [(each, data) for each, data in _texts(archive, largest) if is_configuration(data)]
    except _NOT_READ as error:
        raise ValueError(f"This zip archive can't be read: {shortened(error_text(error))}.") from None
    if not found:
        raise ValueError("This zip archive holds no configuration that is read here, in JSON or YAML.")
    if len(found) > 1:
        raise _several(tuple(each for each, _ in found), source)
    return found[0]


def _texts(archive: zipfile.ZipFile, largest: int) -> Iterator[tuple[str, bytes]]:
    """What may be a configuration: JSON and YAML, neither hidden nor too large."""
    names = [
        info.filename
        for info in archive.infolist()
        if info.filename.lower().endswith(_ENDINGS)
        and info.file_size <= largest
        and not any(part.startswith((".", "__")) for part in info.filename.split("/"))
    ]
    for name in dict.fromkeys(names[:_MOST_TEXTS]):
        yield name, _read(archive, name, largest)


def _read(archive: zipfile.ZipFile, name: str, largest: int) -> bytes:
    if name not in archive.namelist():
        raise ValueError(f"there is no {quoted(name)} in it; it holds {_names(archive.namelist())}")
    with archive.open(name) as opened:
        data = opened.read(largest + 1)  # The list of files may say a smaller size.
    if len(data) > largest:
        raise ValueError(f"{quoted(name)} is too large for a design")
    return data


def _several(names: tuple[str, ...], source: Path | bytes) -> SeveralConfigurationsError:
    way = "Choose one of them."
    if isinstance(source, Path):
        way = f"Would work: the path of one, {quoted((source / names[0]).as_posix())}."
    return SeveralConfigurationsError(
        f"This zip archive holds {counted(len(names), 'configuration')}: {_names(names)}. {way}", names
    )


def _names(names: "tuple[str, ...] | list[str]") -> str:
    return listed((shortened(name) for name in names), most=8)
