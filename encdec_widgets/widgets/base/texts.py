"""Texts as HTML: what is put into it is escaped, unless it is HTML already."""

from collections.abc import Iterable

from markupsafe import Markup, escape

from encdec_widgets.explain.glossary import terms_of

NOTHING = Markup("")


def explained(text: str) -> Markup:
    """A text in which each term of the field tells what it means, to the pointer and to whoever tabs to it.

    >>> explained("multiply-adds < 2 G").endswith("multiply-adds</span> &lt; 2 G")
    True
    """
    parts, at = [], 0
    for start, end, meaning in terms_of(text):
        term = Markup('<span class="encdec-term" tabindex="0" data-help="{}">{}</span>')
        parts += [escape(text[at:start]), term.format(meaning, text[start:end])]
        at = end
    return joined([*parts, escape(text[at:])])


def note(text: str) -> Markup:
    """A text that tells something.

    >>> note("1 < 2")
    Markup('<div class="encdec-note">1 &lt; 2</div>')
    """
    return Markup('<div class="encdec-note">{}</div>').format(text)


def error(text: str) -> Markup:
    """A text that tells what is not possible, or what failed."""
    return Markup('<div class="encdec-error">{}</div>').format(text)


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
