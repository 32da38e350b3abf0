"""The design at the end of a file of code, as a comment, and how it is read back: as data, never run."""

import hashlib
import re
import textwrap

import attrs

TOLD_AT_THE_TOP = "designed with encdec_widgets, which reads it back from the comment at the end."
_FIRST_LINE = "# The design, which read_design of encdec_widgets reads back."
_HEAD = f"{_FIRST_LINE}\n# Checksum of this file: "
_MARGIN = "# | "  # so that no linter takes it for code
END = "# End of the design."
_OURS = re.compile(rf"^(?:{re.escape(TOLD_AT_THE_TOP)}|{re.escape(_FIRST_LINE)})\r?$", re.MULTILINE)
_CLOSING = re.compile(
    rf"^{re.escape(_HEAD)}([0-9a-f]{{64}})\n((?:# \| .*\n)+){re.escape(END)}$", re.MULTILINE
)


@attrs.frozen
class Closing:
    """What a file of code says of its design.

    Attributes:
        json: The design's JSON.
        edited: Whether the file was changed since it was written.
    """

    json: str
    edited: bool


def closed(code: str, json: str) -> str:
    """Code with its design as a closing comment.

    >>> read_closing(closed("x = 1", '{"a": "b"}'))
    Closing(json='{"a": "b"}', edited=False)
    """
    comment = textwrap.indent(json, _MARGIN)
    return f"{code.rstrip()}\n\n{_HEAD}{_checksum(code, comment)}\n{comment}\n{END}\n"


def read_closing(text: str) -> Closing | None:
    r"""The design that a file of code ends in; None if there is none. Ends of lines may be those of Windows.

    >>> read_closing("x = 1") is None
    True
    >>> read_closing(closed("x = 1", "{}").replace("x = 1", "x = 2").replace("\n", "\r\n"))
    Closing(json='{}', edited=True)
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    found = _CLOSING.search(text)
    if found is None:
        return None
    comment = found[2].removesuffix("\n")
    around = text[: found.start()], text[found.end() :]
    json = "\n".join(line.removeprefix(_MARGIN) for line in comment.split("\n"))
    return Closing(json, edited=_checksum("".join(around), comment) != found[1])


def is_ours(text: str) -> bool:
    r"""Whether a text says that it is such a file, also where its closing comment is cut off.

    >>> whole = closed("x = 1", "{}")
    >>> is_ours(whole.removesuffix("# End of the design.\n")), is_ours("x = 1")
    (True, False)
    """
    return _OURS.search(text) is not None


def _checksum(code: str, comment: str) -> str:
    return hashlib.sha256(f"{code.strip()}\n{comment}".encode()).hexdigest()
