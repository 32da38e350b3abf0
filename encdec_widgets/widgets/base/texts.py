"""Texts as HTML: what is put into it is escaped, unless it is HTML already."""

from collections.abc import Iterable

from markupsafe import Markup

NOTHING = Markup("")


def note(text: str) -> Markup:
    """A text that tells something.

    >>> note("1 < 2")
    Markup('<div class="encdec-note">1 &lt; 2</div>')
    """
    return Markup('<div class="encdec-note">{}</div>').format(text)


def error(text: str) -> Markup:
    """A text that tells what is not possible, or what failed."""
    return Markup('<div class="encdec-error">{}</div>').format(text)


def answer(text: str, *, top: bool = False) -> Markup:
    """What comes of something that was pressed: the page scrolls its column until it is seen.

    Args:
        text: HTML.
        top: Whether to scroll until it stands at the top of its column, as there is more below it.
    """
    return Markup('<div class="encdec-answer{}">{}</div>').format(" encdec-answer-top" if top else "", text)


def notices(texts: Iterable[str]) -> Markup:
    """Texts of which a reader should take notice, one under the other; empty ones are left out."""
    return joined(Markup('<div class="encdec-notice">{}</div>').format(text) for text in texts if text)


def lines(texts: Iterable[str]) -> Markup:
    """Texts one under the other."""
    return joined(Markup("<div>{}</div>").format(text) for text in texts)


def heading(text: str, level: int) -> Markup:
    """A heading."""
    return Markup("<h{level}>{text}</h{level}>").format(level=level, text=text)


def joined(parts: Iterable[str]) -> Markup:
    """Parts one after the other."""
    return NOTHING.join(parts)
