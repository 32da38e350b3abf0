"""A link that opens the designer with a design: it stands in the link itself, packed, so that no server keeps it."""

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from encdec_widgets.designs.design import Design
from encdec_widgets.export.found import Found
from encdec_widgets.export.packed import packed, unpacked
from encdec_widgets.formatting import error_text, quoted

if TYPE_CHECKING:
    from encdec_widgets.export.texts import Text

NAME = "link"
KEY = "design"
"""The name of the design in the query of a link."""
LONGEST = 2000
"""Of a link in characters: browsers, chats and mail programs take so many."""
BINDER = (
    "https://mybinder.org/v2/gh/encdec-widgets/encdec_widgets/HEAD"
    "?urlpath=voila%2Frender%2Fencdec_widgets%2Fapp%2Fserving%2Fjupyter_files%2Fapp%2Fdesigner.ipynb"
)
"""The app on Binder, which opens in any browser."""
_INSIDE = "urlpath"  # Binder's name for the address of a page, with a query of its own
_LINKS = ("http://", "https://", f"?{KEY}=", f"{KEY}=")
_DEEPEST = 3
"""So many addresses are looked through, each in the ``urlpath`` of the one before; Binder and JupyterHub need two."""
_SECRET = re.compile("token(=|%3d|%253d)", re.IGNORECASE)  # what a link must not carry, in whichever place
_USER = re.compile("//[^/?#]*@")


def to_link(design: Design, base: str = BINDER) -> str:
    """Write a link that opens the designer with this design.

    Args:
        design: The design. It is all in the link, and nothing is sent anywhere.
        base: The address of the designer: of an app (``http://127.0.0.1:8866/``) or of Binder, which is the default. A
            token, a user name and password, what stands after ``#`` and another design are left out.

    Raises:
        ValueError: If ``base`` is no address of a page; if more than 3 addresses stand in each other's ``urlpath``; if
            the link would be longer than 2000 characters; or if a field of a user's class holds something that JSON has
            no form for.

    Example:
        >>> from encdec_widgets import preset
        >>> link = to_link(preset("SLEAP centroid"), "http://127.0.0.1:8866/?theme=dark")
        >>> link[:41], len(link)
        ('http://127.0.0.1:8866/?theme=dark&design=', 320)
        >>> from_link(link) == preset("SLEAP centroid")
        True
    """
    try:
        parts = urlsplit(base)
        is_page = parts.scheme in ("http", "https") and bool(parts.hostname)
    except (AttributeError, TypeError, ValueError):
        is_page = False
    if not is_page:
        raise ValueError(
            f"base is the address of a page, such as 'http://127.0.0.1:8866/'. Received: {quoted(base)}."
        )
    query = _with(parts.query, packed(design))
    netloc = parts.netloc.rpartition("@")[2]
    link = urlunsplit(parts._replace(netloc=netloc, query=query, fragment=""))
    if len(link) > LONGEST:
        raise ValueError(
            f"A link has at most {LONGEST} characters, and that to this design would have {len(link)}. "
            "Take the design away as JSON or as text."
        )
    return link


def from_link(link: str) -> Design:
    """The design in a link; nothing is fetched, and the rest of the link does not matter.

    Args:
        link: What :func:`to_link` gave, or its query alone.

    Raises:
        ValueError: If there is no design in it, or it is damaged, too long, or names what is unknown here.
    """
    if len(link) > 2 * LONGEST:
        raise ValueError(f"A link has at most {LONGEST} characters. Received: {len(link):,} characters.")
    address = "".join(link.split())
    text = in_query(address.partition("#")[0].partition("?")[2] if "?" in address else address)
    if text is None:
        raise ValueError(
            f"There is no design in this link: {KEY}= is missing in it. Received: {quoted(link)}."
        )
    return from_packed_link(text)


def from_packed_link(text: str) -> Design:
    """The design that stands packed in a link, by its text alone.

    Raises:
        ValueError: As :func:`from_link`.
    """
    if len(text) > LONGEST:
        raise ValueError(
            f"The design in a link has at most {LONGEST} characters. Received: {len(text):,} characters."
        )
    try:
        return unpacked(text)
    except ValueError as error:
        raise ValueError(f"The link can't be read. {error_text(error)}") from error


def recognises(text: "Text") -> bool:
    """Tell whether a text is a link."""
    start = text.text.lstrip()
    return start.startswith(_LINKS) and len(start.split()) == 1


def read(text: "Text") -> Found:
    """Read the design in a link; nothing is fetched.

    Raises:
        ValueError: As :func:`from_link`.
    """
    return Found(from_link(text.text), NAME)


def in_query(query: str) -> str | None:
    """The packed design in the query of a link; None if there is none.

    >>> in_query("theme=dark&design=1abc"), in_query("theme=dark")
    ('1abc', None)
    """
    for _ in range(_DEEPEST):
        found = dict(parse_qsl(query, keep_blank_values=True))
        if KEY in found:
            return found[KEY]
        query = found.get(_INSIDE, "").partition("?")[2]
    return None


def _with(query: str, text: str, deep: int = 1) -> str:
    """A query with a design in it, which stands in the innermost address."""
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if name != KEY and not _is_secret(name, value)]
    inside = dict(kept).get(_INSIDE)
    if inside is None:
        return urlencode([*kept, (KEY, text)])
    if deep == _DEEPEST:
        raise ValueError(f"base has more than {_DEEPEST} addresses, each in the {_INSIDE} of another.")
    page, _, of_page = inside.partition("#")[0].partition("?")
    nested = f"{_USER.sub('//', page)}?{_with(of_page, text, deep + 1)}"
    return urlencode([(name, nested if name == _INSIDE else value) for name, value in kept])


def _is_secret(name: str, value: str) -> bool:
    return _SECRET.search(f"{name}=" if name == _INSIDE else f"{name}={value}") is not None
