"""Reading a design, whatever it was written in: a file, a folder of a model, or the text itself."""

import codecs
import os
from pathlib import Path

import attrs

from encdec_widgets.export.foreign import require_not_foreign
from encdec_widgets.export.formats import readers
from encdec_widgets.export.found import Found, Note
from encdec_widgets.export.package import BEGINNINGS, configuration_in, package_of
from encdec_widgets.export.texts import LARGEST, Text
from encdec_widgets.formatting import bytes_text, error_text, listed, quoted, shortened

CONFIGURATIONS = tuple(
    f"{name}.{ending}" for name in ("training_config", "initial_config") for ending in ("json", "yaml", "yml")
)
"""What is looked for in a folder, in this order: as trained before as asked for."""
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_HDF5 = b"\x89HDF\r\n\x1a\n"
_TEXT_HAS = ("\n", "\r", "{", "=")


def read_design(source: "str | os.PathLike[str]") -> Found:
    """Read a design from a file, from the folder of a SLEAP model, or from a text.

    :func:`~encdec_widgets.export.formats.readers` lists the formats. No code is run, and nothing is fetched.

    Args:
        source: A path, or the text itself: a text with a line break, ``{`` or ``=`` is taken as the text, any other as
            a path; a ``Path`` always is one. In a folder, ``training_config`` comes before ``initial_config``. A zip
            archive, such as SLEAP's training job package, is read where it holds one configuration; of several, one is
            chosen by a path that goes on: ``jobs.zip/centroid.json``.

    Returns:
        The design, with notes on what was assumed, overwritten and not carried.

    Raises:
        ValueError: If there is no such file, or if it holds no design that can be read; it says what was tried. Of an
            archive with several configurations, it is a ``SeveralConfigurationsError`` and names them.

    Example:
        >>> from encdec_widgets import preset, read_design
        >>> found = read_design(preset("SLEAP centroid").to_json())
        >>> found.design == preset("SLEAP centroid")
        True
        >>> found
        design JSON: UNet, input 256 × 256 × 1
    """
    if isinstance(source, str) and any(mark in source for mark in _TEXT_HAS):
        try:
            return read_text(source)
        except ValueError as error:
            error.add_note("It was taken as a text; to read a file whose path has = or { in it, give a Path.")
            raise
    try:
        path = Path(source).expanduser()
    except (TypeError, RuntimeError):
        raise ValueError(
            f"read_design takes the path of a file or folder, or a text. Received: {quoted(source)}."
        ) from None
    if isinstance(source, str) and not source.strip():
        raise ValueError("read_design takes the path of a file or folder, or a text. Received an empty text.")
    package = _package_of(path)
    file, notes = (package[0], ()) if package else _file_at(path)
    try:
        if package:
            name, data = _chosen(*package)
            file = package[0] / name
        else:
            data = _bytes_of(file)
        found = read_text(_decoded(data))
    except ValueError as error:
        raise _with_words(error, f"In the file {shortened(str(file))}") from error
    return attrs.evolve(found, path=file, notes=(*notes, *found.notes))


def read_bytes(data: bytes, name: str = "") -> Found:
    """Read the design in what a file holds: a text, or a zip archive with configurations.

    Args:
        data: What the file holds.
        name: In an archive, the name of the configuration; empty for the only one.

    Raises:
        ValueError: As :func:`read_design`.
    """
    if data.startswith(BEGINNINGS):
        _, data = _chosen(data, name)
    return read_text(_decoded(data))


def read_text(text: str) -> Found:
    """Read the design that a text holds: as :func:`read_design`, and never as a path.

    Raises:
        ValueError: If it holds no design that can be read; it says what was tried.
    """
    if len(text) > LARGEST:
        raise ValueError(
            f"This text is too long for a design: {len(text):,} characters. Would work: up to {LARGEST:,}."
        )
    source = Text(text.removeprefix("\ufeff"))
    for reader in readers():
        if reader.recognises(source):
            return reader.read(source)
    require_not_foreign(source)
    raise ValueError(_not_recognised(source))


def _package_of(path: Path) -> tuple[Path, str] | None:
    try:
        return package_of(path)
    except (OSError, ValueError):
        return None  # What is wrong with the path is told where it is taken as that of a file.


def _chosen(source: Path | bytes, name: str) -> tuple[str, bytes]:
    return configuration_in(source, name, is_configuration=_is_configuration, largest=LARGEST)


def _is_configuration(data: bytes) -> bool:
    try:
        text = Text(_decoded(data).removeprefix("\ufeff"))
    except ValueError:
        return False
    return any(reader.recognises(text) for reader in readers())


def _file_at(path: Path) -> tuple[Path, tuple[Note, ...]]:
    """The file to read at a path, and what to note of others beside it."""
    try:
        if path.is_file():
            return path, ()
        there = path.is_dir()
        found = [path / name for name in CONFIGURATIONS if (path / name).is_file()] if there else []
    except (OSError, ValueError) as error:
        raise ValueError(
            f"{quoted(str(path))} was taken as a path: {shortened(error_text(error))}."
        ) from None
    if not there:
        raise ValueError(
            f"There is no such file or folder. Received: {quoted(str(path))}, which was taken as a path: a text has a "
            "line break, { or =."
        )
    if not found:
        raise ValueError(
            f"There is no configuration in the folder {quoted(str(path))}. Looked for: {', '.join(CONFIGURATIONS)}."
        )
    others = listed([file.name for file in found[1:]])
    notes = (Note("not carried", "", f"{found[0].name} was read, not {others} beside it."),) if others else ()
    return found[0], notes


def _bytes_of(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            data = opened.read(LARGEST + 1)
            size = os.fstat(opened.fileno()).st_size
    except OSError as error:
        raise ValueError(f"it cannot be read: {error_text(error)}") from None
    if len(data) > LARGEST:
        raise ValueError(
            f"it is too large for a design: {bytes_text(max(size, len(data)))}. Would work: up to {bytes_text(LARGEST)}"
        )
    return data


def _decoded(data: bytes) -> str:
    if data.startswith(_HDF5):
        raise ValueError(
            "it holds weights: read the folder that it is in, and .backbone(weights=True) takes them"
        )
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ValueError(f"it is no text in UTF-8: {error_text(error)}") from None


def _not_recognised(text: Text) -> str:
    """Say what was tried, and why it is none of it."""
    known = listed((reader.NAME for reader in readers()), most=20)
    reason = ""
    try:
        _ = text.json if text.begins_as_json else text.yaml
    except ValueError as error:
        reason = f" As {'JSON' if text.begins_as_json else 'YAML'}: {error_text(error)}."
    return (
        f"This text holds no design in a known format. Tried: {known}.{reason} Received the text "
        f"{quoted(text.text)}."
    )


def _with_words(error: ValueError, words: str) -> ValueError:
    """The same error where it is one of a field, with a note of the file; else its text after those words."""
    if type(error) is not ValueError:
        error.add_note(words + ".")
        return error
    return ValueError(f"{words}: {error_text(error)}")
