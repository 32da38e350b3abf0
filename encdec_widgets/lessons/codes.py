"""The code of a lesson: one line that fits a chat, and says what was guessed and which networks reached the goals.

``3 ✓ 2 filters=8 down_blocks=4 #c85a``: the lesson; a sign for each goal; a digit for each guess; for each goal that
was reached the difference of its network from the lesson's start, as words, goals after the first behind a ``;``; and
a check over all before it. What can't be built again is reported: ``f1:0.90``.
"""

from __future__ import annotations

import binascii
import re
import unicodedata
from collections.abc import Mapping

import attrs

from encdec_widgets.formatting import shortened

REACHED, OPEN, NO_GUESS, NEXT = "✓", "–", ".", ";"
_NAME = re.compile(r"\w[\w.-]{0,39}")
_LOOKS_ALIKE = {**dict.fromkeys("✔☑✅√", REACHED), **dict.fromkeys("-‐‑‒—―−", OPEN)}
_SIGNS = re.compile(f"[{REACHED}{OPEN}]+")
_SCORES = re.compile(r"[012.]+")
_FIGURE = re.compile(r"([a-z_0-9]+):(-?[0-9.e+-]+)")
CHECK = re.compile(r"#([0-9a-fA-F]{4})(?!\w)")
_LIKE = re.compile(rf"{REACHED}|(?<!\S)[a-z_]\w*=\S|#[0-9a-fA-F]{{0,4}}\W*$")
_UNSEEN = dict.fromkeys(map(ord, "\ufe0e\ufe0f\u200b\u200c\u200d\u2060\ufeff\u00ad"))


class Code(str):
    """The line, which a notebook shows as it is to be copied."""

    __slots__ = ()

    def __repr__(self) -> str:
        """The line itself."""
        return str(self)


class CodeError(ValueError):
    """A line that is no code, with what was received and what would work."""


@attrs.frozen(kw_only=True)
class Claim:
    """What a code says.

    Attributes:
        lesson: The name of the lesson.
        reached: Whether each goal was reached.
        scores: The score of each guess; None for no guess.
        networks: For each goal that was reached, the words that its network differs in from the lesson's start.
        figures: For each of them, what is reported of a training, a race or a timing, by quantity.
    """

    lesson: str
    reached: tuple[bool, ...] = ()
    scores: tuple[int | None, ...] = ()
    networks: tuple[tuple[str, ...], ...] = ()
    figures: tuple[Mapping[str, float], ...] = ()

    def line(self) -> Code:
        """The code.

        Example:
            >>> Claim(
            ...     lesson="3", reached=(True, False), scores=(2, None), networks=(("filters=8",),), figures=({},)
            ... ).line()
            3 ✓– 2. filters=8 #2442
        """
        words = [self.lesson]
        if self.reached:
            words.append("".join(REACHED if reached else OPEN for reached in self.reached))
        if self.scores:
            words.append("".join(NO_GUESS if score is None else str(score) for score in self.scores))
        for i, (network, figures) in enumerate(zip(self.networks, self.figures, strict=True)):
            words += [NEXT] if i else []
            words += [*network, *(f"{name}:{value!r}" for name, value in figures.items())]
        text = " ".join(words)
        return Code(f"{text} #{check_of(text)}")


def check_of(text: str) -> str:
    """The four digits that a line ends in: CRC-16, which no altered character leaves as it was."""
    return f"{binascii.crc_hqx(text.encode(), 0xFFFF):04x}"


def plain(text: str) -> str:
    """A line as chats leave it, in the form that was sent: one kind of spaces, no signs that are not seen."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_UNSEEN).split())


def is_name(text: str) -> bool:
    """Whether a lesson can be called so: its codes are found again in what chats make of them.

    >>> is_name("skips-2"), is_name("-x"), is_name("x²")
    (True, False, False)
    """
    return _NAME.fullmatch(text) is not None and plain(text) == text


def claim_of(line: str) -> Claim:
    """Read a code, which is the whole line.

    Raises:
        CodeError: (a ValueError) If it is none, or was cut or altered.
    """
    text = plain(line)
    found = CHECK.search(text)
    if found is None or found.end() != len(text):
        raise cut(text)
    claim = _read(text[: found.start()].rstrip(), found[1].lower())
    if claim is None:
        raise altered(text)
    return claim


def claim_before(text: str, check: str) -> Claim | None:
    """What a text says, if its check is ``check``; None if it is no code, or was altered."""
    return _read(text, check.lower())


def cut(text: str) -> CodeError:
    """What to say of a line that lacks its end."""
    return CodeError(
        f"This was cut: a code ends in # and four digits. Received: {shortened(text, 60)!r}. Would work: the whole "
        "line, as the lesson shows it."
    )


def altered(text: str) -> CodeError:
    """What to say of a line whose check is another one."""
    return CodeError(
        f"This was altered or cut: its four last digits are not those of what stands before them. Received: "
        f"{shortened(text, 60)!r}. Would work: the line copied again, as the lesson shows it."
    )


def looks_like_code(text: str) -> bool:
    """Whether a line seems to be a code, or a part of one.

    >>> looks_like_code("3 ✓ 2 filters=8"), looks_like_code("2 –– .. #1"), looks_like_code("thanks, see you at 10 - 12")
    (True, True, False)
    """
    return _LIKE.search(_signs(text)) is not None


def _signs(word: str) -> str:
    return "".join(_LOOKS_ALIKE.get(sign, sign) for sign in word)


def _read(text: str, check: str) -> Claim | None:
    words = text.split(" ")
    lesson, rest = words[0], words[1:]
    if not is_name(lesson):
        return None
    signs = scores = ""
    if rest and _SIGNS.fullmatch(_signs(rest[0])):
        signs = _signs(rest.pop(0))
    if rest and _SCORES.fullmatch(rest[0]):
        scores = rest.pop(0)
    if check_of(" ".join([lesson, *filter(None, (signs, scores)), *rest])) != check:
        return None
    networks = _split(rest)
    if len(networks) != max(signs.count(REACHED), 1) or (rest and REACHED not in signs):
        return None
    if REACHED not in signs:
        networks = []
    try:
        figures = tuple(_figures(words) for words in networks)
    except ValueError:
        return None
    return Claim(
        lesson=lesson,
        reached=tuple(sign == REACHED for sign in signs),
        scores=tuple(None if score == NO_GUESS else int(score) for score in scores),
        networks=tuple(tuple(word for word in words if not _FIGURE.fullmatch(word)) for words in networks),
        figures=figures,
    )


def _split(words: list[str]) -> list[list[str]]:
    """The words of each network that reached a goal."""
    of_each: list[list[str]] = [[]]
    for word in words:
        if word == NEXT:
            of_each.append([])
        else:
            of_each[-1].append(word)
    return of_each


def _figures(words: list[str]) -> Mapping[str, float]:
    """The figures that are reported of a network."""
    return {match[1]: float(match[2]) for word in words if (match := _FIGURE.fullmatch(word))}
