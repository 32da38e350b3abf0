"""What the panel shows of a lesson, as plain values for the page; the page draws them and knows nothing else."""

from typing import TYPE_CHECKING, Any

from encdec_widgets.formatting import counted, error_text
from encdec_widgets.lessons.goals import Goal, GoalState, Part, PartState
from encdec_widgets.lessons.predictions import Prediction, PredictionState
from encdec_widgets.lessons.quantities import QUANTITIES

if TYPE_CHECKING:
    from encdec_widgets.lessons.a_lesson import Lesson

CLOSED = "This step opens when the guess before it is made."
COMPUTING = "The answer is being computed, with the networks of the question. This takes some seconds."
SIGNS = {
    True: ("✓", "holds", "held"),
    False: ("✗", "not yet", "missed"),
    None: ("?", "not known yet", "unknown"),
}
"""The sign of a bound that holds, does not, or can't be told yet, its words, and its name in the style sheet."""
SHORT_SIGNS = {"at least": "≥", "at most": "≤", "exactly": "="}
"""How a bound stands in one line."""
SHORT_LABELS = {
    "receptive_field": "every position sees",
    "training_mb": "training memory",
    "inference_mb": "forward memory",
    "warnings": "checks find",
    "f1": "F1",
    "right": "told rightly",
    "swapped": "swapped",
    "px": "error",
    "training_steps": "training steps",
    "slower": "slower than A",
    "time_ms": "time",
}
"""What a quantity is called in one line, where its label is long or says the task, which the goal says."""


def panel_state(lesson: "Lesson") -> dict[str, Any]:
    """Everything that the panel shows, as JSON can hold it."""
    progress = lesson.progress
    parts = [
        _guess_state(given, part) if isinstance(given, Prediction) else _goal_state(given, part)
        for given, part in zip(progress.given, progress.parts, strict=True)
    ]
    return {
        "name": heading(lesson),
        "title": lesson.title,
        "question": lesson.question,
        "parts": parts,
        "current": progress.current,
        "hidden": progress.hidden,
        "note": progress.note,
        "home": _home_state(lesson, parts),
    }


def heading(lesson: "Lesson") -> str:
    """What the lesson is called on screen: "Lesson 3" for a number, else its name."""
    return f"Lesson {lesson.name}" if lesson.name.isdecimal() else lesson.name


def _guess_state(given: Prediction, part: PredictionState) -> dict[str, Any]:
    told = part.answer is not None
    return {
        "kind": "guess",
        "state": _state(done=part.guess is not None, is_open=part.open),
        "closed": "" if part.open else CLOSED,
        "question": part.question,
        "choices": list(part.choices),
        "unit": part.unit,
        "stage": "told" if told else "computing" if part.computing else "failed" if part.problem else "asked",
        "guess": "" if part.guess is None else given.text(part.guess),
        "answer": part.answer_text,
        "gap": part.gap,
        "because": part.because,
        "computing": COMPUTING,
        "problem": part.problem,
    }


def _goal_state(given: Goal, part: GoalState) -> dict[str, Any]:
    return {
        "kind": "goal",
        "state": _state(done=part.reached, is_open=part.open),
        "closed": "" if part.open else CLOSED,
        "text": part.text,
        "figures": [
            _figure(bound, each) for bound, each in zip(given.parts, part.parts, strict=False)
        ],  # none as long as the goal is closed
        "reached": _reached_words(part),
        "hints": list(part.hints),
        "more": part.more_hints,
        "note": part.note,
    }


def _figure(given: Part, part: PartState) -> dict[str, Any]:
    sign, word, holds = SIGNS[part.holds]
    bound, quantity = given.bound.sign, given.quantity
    own = QUANTITIES.get(quantity.name) is not quantity  # of the lesson; it may be called as one of ours
    return {
        "sign": sign,
        "word": word,
        "holds": holds,
        "label": part.label,
        "short_label": part.label if own else SHORT_LABELS.get(quantity.name, part.label),
        "value": part.value_text or "–",
        "bound": f"has to be {part.bound_text}" if bound == "exactly" else part.bound_text,
        "off": part.off_text,
        "short": _short(part, part.bound_text.removeprefix(f"{bound} ")),
    }


def _short(part: PartState, limit: str) -> str:
    """The figure and its bound for one line: "16 → 64" where it has to change, "478 k ≤ 500 k" where it holds."""
    if part.holds is None:
        return limit if part.bound is None else f"{SHORT_SIGNS[part.bound.sign]} {limit}"
    if not part.holds:
        unit = limit.rpartition(" ")[2]  # said once
        return f"{part.value_text.removesuffix(f' {unit}')} → {limit}"
    if part.bound is None or part.bound.sign == "exactly":
        return part.value_text
    return f"{part.value_text} {SHORT_SIGNS[part.bound.sign]} {limit}"


def _reached_words(part: GoalState) -> str:
    if not part.reached:
        return ""
    return "Reached" if part.reached_now else "Reached, by a network before this one"


def _state(*, done: bool, is_open: bool) -> str:
    return "closed" if not is_open else "done" if done else "open"


def _home_state(lesson: "Lesson", parts: list[dict[str, Any]]) -> dict[str, Any]:
    """The end of the lesson. Its sentence may tell answers, so it comes when nothing is left to be guessed."""
    guesses = sum(part["kind"] == "guess" and part["stage"] == "asked" for part in parts)
    goals = sum(part["kind"] == "goal" and part["state"] != "done" for part in parts)
    left = [
        *([counted(guesses, "question")] if guesses else []),
        *([counted(goals, "goal")] if goals else []),
    ]
    return {
        "sentence": "" if guesses else lesson.home,
        "left": f"Still open: {' and '.join(left)}. The code says so, and can be handed in at any time."
        if left
        else "",
        "code": _code(lesson),
        "after": lesson.after,
        "done": not left,
    }


def _code(lesson: "Lesson") -> str:
    """The line for the class; where a class of one's own has no words for it, why there is none."""
    try:
        return str(lesson.code())
    except ValueError as error:
        return f"There is no code: {error_text(error)}"
