"""The codes of a class in a table: what each person reached, judged again, and what was guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import attrs
from markupsafe import Markup

from encdec_widgets.figures.charts.bars import Bar, bars
from encdec_widgets.figures.charts.dots import Dot, Scale, dots
from encdec_widgets.figures.palette import output_style_sheet
from encdec_widgets.formatting import counted, quantity_text
from encdec_widgets.lessons.goals import PartState
from encdec_widgets.lessons.judged import JudgedGoal
from encdec_widgets.lessons.quantities import QUANTITIES, Aim
from encdec_widgets.lessons.seen import Seen

_STYLE = "padding:2px 8px; text-align:left; vertical-align:top; font-size:12px"


@attrs.frozen(kw_only=True)
class Row:
    """One code that counts.

    Attributes:
        line: The number of its line.
        name: The name before it; "line 3" where there is none.
        lesson: The name of the lesson.
        code: The code.
        goals: What it says of each goal, judged again.
        scores: The score of each guess: 2, 1, 0, or None for no guess.
    """

    line: int
    name: str
    lesson: str
    code: str
    goals: tuple[JudgedGoal, ...] = ()
    scores: tuple[int | None, ...] = ()


@attrs.frozen(kw_only=True)
class Refused:
    """A line that does not count.

    Attributes:
        line: Its number.
        name: The name before it, as far as it can be told.
        text: The line.
        reason: Why: what was received, and what would work.
    """

    line: int
    name: str
    text: str
    reason: str


@attrs.frozen(kw_only=True)
class ClassTable:
    """The codes of a class; as the last line of a cell, it is shown with the guesses as bars.

    Attributes:
        rows: The codes that count, in the order of their lines.
        refused: The lines that don't, each with its reason.
        notes: What else is to be said: whose newest line counts, and lines without a code.
        questions: The questions of each lesson, in their order.
        seen: The networks that reached goals, built again, by their designs.
    """

    rows: tuple[Row, ...] = ()
    refused: tuple[Refused, ...] = ()
    notes: tuple[str, ...] = ()
    questions: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    seen: Mapping[Any, Seen] = attrs.field(factory=dict, repr=False, eq=False)

    def __len__(self) -> int:
        """How many codes count."""
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        """The codes that count."""
        return iter(self.rows)

    def to_rows(self) -> list[dict[str, Any]]:
        """A plain dict for each goal of each code, ready for ``pandas.DataFrame``."""
        return [
            {
                **goal.reported,  # first, so that none of them stands in for what is known
                "line": row.line,
                "name": row.name,
                "lesson": row.lesson,
                "goal": number,
                "reached": goal.holds,
                "network": goal.words,
                **self._figures(goal),
                "note": goal.note,
                "code": row.code,
            }
            for row in self.rows
            for number, goal in enumerate(row.goals, 1)
        ]

    def guesses(self, lesson: str) -> tuple[Counter[int | None], ...]:
        """How often each score was reached, for each prediction of a lesson; None counts those without a guess."""
        of_lesson = [row.scores for row in self.rows if row.lesson == lesson]
        return tuple(Counter(scores) for scores in zip(*of_lesson, strict=True))

    def _figures(self, goal: JudgedGoal) -> dict[str, Any]:
        """What every network is told of, whatever its goal asks for."""
        seen = self.seen.get(goal.design)
        if seen is None:
            return {}
        told = ("parameters", "receptive_field")
        return {name: QUANTITIES[name].read(seen, Aim()) for name in told}

    def _repr_html_(self) -> str:
        lessons = dict.fromkeys(row.lesson for row in self.rows)
        parts = [self._lesson(lesson) for lesson in lessons]
        if self.refused:
            parts.append(self._refused())
        parts += [Markup("<p>{}</p>").format(note) for note in self.notes]
        if not parts:
            return Markup("<p>No codes.</p>")
        return Markup('<div class="encdec-class"><style>{}</style>{}</div>').format(
            Markup(output_style_sheet(".encdec-class")), Markup("").join(parts)
        )

    def _lesson(self, lesson: str) -> Markup:
        rows = [row for row in self.rows if row.lesson == lesson]
        lines = Markup("").join(self._row(row) for row in rows)
        heads = ("name", *(f"goal {i}" for i in range(1, len(rows[0].goals) + 1)), "guesses")
        return Markup(
            "<h4>Lesson {}, {}</h4><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>{}"
        ).format(
            lesson,
            counted(len(rows), "code"),
            Markup("").join(
                Markup('<th scope="col" style="{}">{}</th>').format(_STYLE, head) for head in heads
            ),
            lines,
            Markup("").join((*self._pictures(rows), self._bars(lesson))),
        )

    def _row(self, row: Row) -> Markup:
        cells = [self._goal(goal) for goal in row.goals]
        scores = " ".join("." if score is None else str(score) for score in row.scores)
        return Markup('<tr><th scope="row" style="{}">{}</th>{}</tr>').format(
            _STYLE,
            row.name,
            Markup("").join(
                Markup('<td style="{}">{}</td>').format(_STYLE, cell) for cell in (*cells, scores)
            ),
        )

    def _goal(self, goal: JudgedGoal) -> Markup:
        if not goal.said:
            return Markup("–")
        if goal.note:
            return Markup("<strong>✗</strong> {} <code>{}</code>").format(goal.note, goal.words)
        told = ", ".join(
            f"{part.label} {part.value_text}{' (reported)' if part.name in goal.reported else ''}"
            for part in goal.parts
        )
        return Markup("✓ {}<br><code>{}</code>").format(told, goal.words or "the start")

    def _pictures(self, rows: list[Row]) -> Iterator[Markup]:
        """The networks of each goal that has two limits, by the figures that they are of."""
        for number, goals in enumerate(zip(*(row.goals for row in rows), strict=True), 1):
            limits = next((_limits(goal) for goal in goals if len(_limits(goal)) == 2), ())
            if limits:
                across, upward = (_scale(part) for part in limits)
                points = [
                    Dot(label=row.name, x=at[0].value, y=at[1].value, filled=goal.holds)
                    for row, goal in zip(rows, goals, strict=True)
                    if len(at := _limits(goal)) == 2
                ]
                yield Markup("<p>The networks of goal {}</p>{}").format(number, dots(points, across, upward))

    def _bars(self, lesson: str) -> Markup:
        """The guesses of a lesson: for each question, how many were how close."""
        parts = []
        for question, counts in zip(self.questions.get(lesson, ()), self.guesses(lesson), strict=False):
            rows = [
                Bar(label, counts[key]) for key, label in _CLOSE.items() if key is not None or counts[key]
            ]
            parts.append(
                Markup('<div style="max-width:420px"><p>{}</p>{}</div>').format(question, bars(rows, ""))
            )
        return Markup("<p>{}</p>{}").format(_LEGEND, Markup("").join(parts)) if parts else Markup("")

    def _refused(self) -> Markup:
        lines = Markup("").join(
            Markup("<li>line {}{}: {}</li>").format(
                refused.line, f", {refused.name}" if refused.name else "", refused.reason
            )
            for refused in self.refused
        )
        return Markup("<h4>{}</h4><ul>{}</ul>").format(counted(len(self.refused), "line") + " refused", lines)


def _limits(goal: JudgedGoal) -> tuple[PartState, ...]:
    """The first two bounds that are limits of a number that is known: what a picture can show."""
    limits = [
        part
        for part in goal.parts
        if part.bound is not None and part.bound.sign != "exactly" and part.value is not None
    ]
    return tuple(limits[:2])


def _scale(part: PartState) -> Scale:
    assert part.bound is not None
    write = QUANTITIES[part.name].write if part.name in QUANTITIES else quantity_text
    return Scale(title=part.label, text=write, limit=part.bound.value, limit_text=part.bound_text)


_CLOSE = {2: "2", 1: "1", 0: "0", None: "no\N{NO-BREAK SPACE}guess"}
_LEGEND = "Guesses: 2 is right, or within a fifth; 1 within a factor of two; 0 further off."
