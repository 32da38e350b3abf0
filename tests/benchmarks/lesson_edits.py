"""Benchmark 11: what an edit pays for the goals of a lesson.

Two designers of a lesson's start, without a page, take the same edit in turns: one beside the lesson, all of whose
goals are open, and one alone. In milliseconds of the processor, as others may use the machine:

- ours: `designer.set(...)` beside the lesson; compared with the same alone. The figure is the median of the ratios of
  the pairs.
- judging: the goals held against the network on screen once more, when all that the screen computes is there.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from encdec_widgets import Designer
from encdec_widgets.lessons import Lesson, lesson
from encdec_widgets.lessons.predictions import Prediction
from tests.benchmarks.tables import Row, Samples, Table

EDITS: tuple[tuple[str, str, tuple[Any, Any]], ...] = (
    ("2", "filters", (12, 16)),
    ("3", "decoder[0].refine_convs_filters", (100, 104)),
    ("6", "filters", (12, 16)),
)
PAIRS, QUICK_PAIRS, WARMING = 60, 4, 4
GOAL = 1.05


def run(quick: bool) -> Table:
    """Measure edits beside lessons 2, which trains, 3, which sees, and 6, which checks."""
    rows = []
    for name, path, values in EDITS:
        beside = _all_open(lesson(name, keep=None))
        alone = Designer(beside.start)
        alone.session.assume(**beside.conditions.of_checks)
        ours, other = [], []
        for pair in range(WARMING + (QUICK_PAIRS if quick else PAIRS)):
            value = values[pair % 2]
            turns = [(beside.designer, ours), (alone, other)]
            for designer, times in turns if pair % 2 else reversed(turns):
                times.append(_ms(designer.set, path, value))
        ours, other = ours[WARMING:], other[WARMING:]
        case = f"lesson {name}: {path}"
        rows.append(
            Row(
                benchmark="lesson_edits",
                case=case,
                unit="ms",
                ours=Samples.of(ours),
                against="without a lesson",
                other=Samples.of(other),
                figure=statistics.median(a / b for a, b in zip(ours, other, strict=True)),
                goal=GOAL,
            )
        )
        judging = [_ms(beside.progress._judge_those, "network") for _ in range(len(ours))]
        rows.append(
            Row(benchmark="lesson_edits", case=f"{case}, judging", unit="ms", ours=Samples.of(judging))
        )
        beside.designer.close()
        alone.close()
    return Table(
        "An edit beside a lesson", rows, ["Milliseconds of the processor; the figure is that of the pairs."]
    )


def _all_open(made: Lesson) -> Lesson:
    """The lesson with a guess for each prediction, whose answers nobody computes."""
    progress: Any = made.progress
    progress._compute = lambda _: None
    for index, part in enumerate(progress.given):
        if isinstance(part, Prediction):
            progress.guess(index, part.choices[0] if part.choices else 1)
    return made


def _ms(action: Callable[..., object], *arguments: Any) -> float:
    began = time.process_time()
    action(*arguments)
    return 1000 * (time.process_time() - began)
