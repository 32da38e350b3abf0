"""Reading the codes of a class from what a chat has made of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import attrs

from encdec_widgets.formatting import counted, listed, quoted, shortened
from encdec_widgets.lessons.class_table import ClassTable, Refused, Row
from encdec_widgets.lessons.codes import (
    CHECK,
    Claim,
    CodeError,
    altered,
    claim_before,
    cut,
    looks_like_code,
    plain,
)
from encdec_widgets.lessons.judged import judged
from encdec_widgets.lessons.predictions import Prediction
from encdec_widgets.lessons.seen import Seen

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone
    from encdec_widgets.designs.design import Design
    from encdec_widgets.lessons.a_lesson import Lesson

_MOST_LINES = 40
"""A code that a mail has broken is looked for in so many lines."""
_STARTS = re.compile(r"(?<![\w.=-])[\w]")
_NOTHING_REACHED = re.compile(r"(?<!\S)(?:[^\w\s]+|[012.]+)$")
"""A code that reached no goal ends, before its check, in the signs of its goals or the scores of its guesses."""
_TIME = re.compile(
    r"[\[(]?\b(?:\d{4}-\d{2}-\d{2}[T ,]*)?(?:\d{1,2}[./]\d{1,2}[./]\d{2,4}[ ,]*)?\d{1,2}:\d{2}(?::\d{2})?"
    r"(?:\s*[AaPp]\.?[Mm]\.?)?[\])]?"
)
_DAY = re.compile(r"\b(?:today|yesterday)(?: at)?\b", re.IGNORECASE)
_FROM = re.compile(r"^from\s+(.+?)(?:\s+to\s+.+)?$", re.IGNORECASE)
_AROUND = " \t:;,–—-|<>*•·\"'`“”„«»‘’[]()#"


@attrs.frozen(kw_only=True)
class Found:
    """A code in a text, or a line that seems to be one.

    Attributes:
        line: The number of its line.
        name: The name before it; empty without one.
        text: The code.
        claim: What it says; None where it was cut or altered.
        reason: Why it says nothing.
    """

    line: int
    name: str
    text: str
    claim: Claim | None = None
    reason: str = ""


def read_codes(text: str | Iterable[str]) -> tuple[tuple[Found, ...], tuple[str, ...]]:
    """All codes in a text, and the lines without one.

    Args:
        text: What was pasted: lines, with names, time stamps, bullets or quote marks around them.

    Raises:
        ValueError: If it is no text, and no lines.
    """
    lines = _lines(text)
    found: list[Found] = []
    passed: dict[int, str] = {}
    at = 0
    while at < len(lines):
        in_line = list(_in_line(at + 1, lines[at]))
        taken = 1
        if any(each.claim is None for each in in_line):
            joined = _joined(lines, at)
            if joined is not None:
                in_line, taken = joined
        if in_line:
            if not in_line[0].name:
                in_line[0] = attrs.evolve(in_line[0], name=_name_above(passed, at))
            found += in_line
        elif plain(lines[at]):
            passed[at] = lines[at]
        at += taken
    return tuple(found), tuple(passed.values())


def class_table(
    text: str | Iterable[str], lesson_of: Callable[[str], Lesson | None], known: str
) -> ClassTable:
    """The codes in a text, judged again.

    Args:
        text: As in :func:`read_codes`.
        lesson_of: The lesson of a name; None where there is none.
        known: Which lessons there are, for a code of another one.
    """
    found, passed = read_codes(text)
    built: dict[Design, Backbone] = {}
    lessons: dict[str, Lesson] = {}
    rows: list[Row] = []
    refused: list[Refused] = []
    for each in found:
        try:
            rows.append(_row(each, lesson_of, known, lessons, built))
        except CodeError as error:
            refused.append(Refused(line=each.line, name=each.name, text=each.text, reason=str(error)))
    newest, notes = _newest(rows)
    if passed:
        told = listed(repr(shortened(line.strip(), 40)) for line in passed)
        notes.append(f"{counted(len(passed), 'line')} without a code: {told}.")
    return ClassTable(
        rows=tuple(newest),
        refused=tuple(refused),
        notes=tuple(notes),
        questions={name: _questions(lesson) for name, lesson in lessons.items()},
        seen=_seen(newest, lessons, built),
    )


def _row(
    found: Found,
    lesson_of: Callable[[str], Lesson | None],
    known: str,
    lessons: dict[str, Lesson],
    built: dict[Design, Backbone],
) -> Row:
    claim = found.claim
    if claim is None:
        raise CodeError(found.reason)
    if claim.lesson not in lessons:
        lesson = lesson_of(claim.lesson)
        if lesson is None:
            raise CodeError(
                f"There is no such lesson here. Received: {quoted(claim.lesson)}. Would work: {known}."
            )
        lessons[claim.lesson] = lesson
    return Row(
        line=found.line,
        name=found.name or f"line {found.line}",
        lesson=claim.lesson,
        code=found.text,
        goals=judged(claim, lessons[claim.lesson], built),
        scores=claim.scores,
    )


def _newest(rows: list[Row]) -> tuple[list[Row], list[str]]:
    """The last code of each person and lesson, and what is to be said of the others."""
    last = {(row.name.casefold(), row.lesson): row for row in rows}
    newest = [row for row in rows if last[row.name.casefold(), row.lesson] is row]
    several: dict[tuple[str, str], int] = {}
    for row in rows:
        key = (row.name.casefold(), row.lesson)
        several[key] = several.get(key, 0) + 1
    notes = [
        f"{last[key].name} has {count} codes of lesson {key[1]}: the newest counts, of line {last[key].line}."
        for key, count in several.items()
        if count > 1
    ]
    return newest, notes


def _seen(rows: list[Row], lessons: dict[str, Lesson], built: dict[Design, Backbone]) -> dict[Design, Seen]:
    return {
        goal.design: Seen(
            backbone=built[goal.design],
            start=lessons[row.lesson].start,
            conditions=lessons[row.lesson].conditions,
        )
        for row in rows
        for goal in row.goals
        if goal.design is not None
    }


def _questions(lesson: Lesson) -> tuple[str, ...]:
    return tuple(part.question for part in lesson.progress.given if isinstance(part, Prediction))


# One line


def _lines(text: str | Iterable[str]) -> list[str]:
    if isinstance(text, str):
        return text.splitlines()
    lines = list(text) if isinstance(text, Iterable) else []
    if not lines or not all(isinstance(line, str) for line in lines):
        raise ValueError(
            f"The codes are a text, or a list of lines. Received: {quoted(text)}. Would work: '''Ada: 3 ✓ ...'''."
        )
    return [part for line in lines for part in line.splitlines() or [""]]


def _in_line(number: int, line: str) -> Iterator[Found]:
    """The codes in one line; what seems to be one and is none comes with its reason."""
    text, at, named = plain(line), 0, 0
    for check in CHECK.finditer(text):
        before = text[at : check.start()].rstrip()
        for start in _STARTS.finditer(before):
            claim = claim_before(before[start.start() :], check[1])
            if claim is not None:
                name = _name(before[: start.start()])
                code = f"{before[start.start() :]} {check[0]}"
                yield Found(line=number, name=name, text=code, claim=claim)
                break
        else:
            if not (looks_like_code(before) or _NOTHING_REACHED.search(before)):
                named = check.end()  # it ends a name, as chats give it to several of one name
                continue
            whole = f"{before} {check[0]}".strip()
            yield Found(line=number, name=_guessed_name(before), text=whole, reason=str(altered(whole)))
        at = check.end()
    rest = text[at:].strip(_AROUND)
    if looks_like_code(text[max(at, named) :]) and rest:
        yield Found(line=number, name=_guessed_name(rest), text=rest, reason=str(cut(rest)))


def _joined(lines: list[str], at: int) -> tuple[list[Found], int] | None:
    """A code that was broken into several lines, and how many; None where it is none."""
    for count in range(2, min(_MOST_LINES, len(lines) - at) + 1):
        parts = [line.strip() for line in lines[at : at + count]]
        if not CHECK.search(parts[-1]):
            continue
        if any(each.claim is not None for each in _in_line(at + count, parts[-1])):
            return None  # the next one begins
        for between in ("", " "):
            found = list(_in_line(at + 1, between.join(parts)))
            if found and all(each.claim is not None for each in found):
                return found, count
        return None
    return None


def _name(before: str) -> str:
    """The name before a code, without time stamps, bullets and quote marks."""
    text = _DAY.sub(" ", _TIME.sub(" ", before)).strip(_AROUND)
    text = re.sub(r"^\d{1,3}[.)]\s+", "", text)
    sent = _FROM.match(text)
    name = " ".join((sent[1] if sent else text).split()).strip(_AROUND)
    return f"{name})" if name.count("(") > name.count(")") else name


def _name_above(passed: dict[int, str], at: int) -> str:
    """The name in the lines right above a code, where a chat writes it there with the time; they are taken out."""
    for stamped in (at - 1, at - 2):
        if stamped in passed and _TIME.search(passed[stamped]):
            above = [line for line in (stamped, stamped - 1) if line in passed]
            name_line = next((line for line in above if _name(passed[line])), None)
            if name_line is None:
                return ""
            name = _name(passed[name_line])
            for line in range(name_line, stamped + 1):
                del passed[line]
            return name
        if stamped in passed:
            return ""
    return ""


def _guessed_name(text: str) -> str:
    """The name before what seems to be a code: what stands before a colon."""
    before, colon, _ = _TIME.sub(" ", text).partition(": ")
    return _name(before) if colon else ""
