"""A prediction: a question that is answered with a guess before the product computes the answer."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import attrs

from encdec_widgets.formatting import (
    count_text,
    error_text,
    factor_text,
    percent_text,
    quantity_text,
    quoted,
)

Answer: TypeAlias = float | str

_NEAR, _FAR = math.log2(1.2), 1.0
"""How far a guess may be from the answer, in powers of two, to score 2, and 1."""


@attrs.frozen(kw_only=True, eq=False)
class Prediction:
    """A question, and how its answer is computed.

    Attributes:
        question: The question.
        answer: Computes the answer: a number, or one of the choices. It is called when the guess was made.
        choices: What can be chosen; empty where the answer is a number.
        unit: The unit of the answer, such as "px"; "%" takes shares in percent.
        because: Why the answer is what it is, told with it.
        then: What is hidden until the guess is made: None for the designer, False for nothing.
    """

    question: str
    answer: Callable[[], Any]
    choices: tuple[str, ...] = ()
    unit: str = ""
    because: str = ""
    then: Any = None

    @classmethod
    def of(
        cls, question: Any, answer: Any, choices: Sequence[Any], unit: Any, because: Any, then: Any
    ) -> Prediction:
        """A prediction as ``Lesson.predict`` takes it.

        Raises:
            ValueError: If the question or a choice is no text, the answer is no function, or something else than the
                designer is to be hidden.
        """
        for name, text in (("question", question), ("unit", unit), ("because", because)):
            if not isinstance(text, str) or (name == "question" and not text.strip()):
                raise ValueError(f"{name} is a text. Received: {quoted(text)}.")
        if not callable(answer):
            raise ValueError(
                "answer is a function without arguments, so that the answer is computed and stands nowhere. Received: "
                f"{quoted(answer)}. Would work: lambda: design.build().parameters, say."
            )
        written = () if isinstance(choices, str) else tuple(map(_choice_text, choices))
        if isinstance(choices, str) or len(written) == 1 or len(set(written)) < len(written):
            raise ValueError(
                f"choices are two or more different texts, or none for a number. Received: {quoted(choices)}."
            )
        if then is not None and then is not False:
            raise ValueError(
                "then is what is hidden until the guess is made: the lesson's designer, which it is if left out, or "
                f"False for nothing. Received: {quoted(then)}. Would work: then=False."
            )
        return cls(question=question, answer=answer, choices=written, unit=unit, because=because, then=then)

    @property
    def key(self) -> str:
        """By which a guess is found again after a restart: a question that was changed is another one."""
        return "; ".join([self.question, *self.choices, self.unit])

    def as_guess(self, value: Any) -> Answer:
        """A guess as a number or one of the choices.

        Raises:
            ValueError: If it is neither, or a share in percent that is below 0 or above 100.
        """
        if self.choices:
            if _choice_text(value) in self.choices:
                return _choice_text(value)
            raise ValueError(f"A guess is one of {', '.join(self.choices)}. Received: {quoted(value)}.")
        number = _as_number(value)
        if number is None:
            unit = f" in {self.unit}" if self.unit else ""
            raise ValueError(f"A guess is a number{unit}. Received: {quoted(value)}. Would work: 25, say.")
        if self.unit == "%" and not 0 <= number <= 100:
            raise ValueError(f"A share is from 0 to 100 %. Received: {quoted(value)}. Would work: 25, say.")
        return number

    def as_answer(self, value: Any) -> Answer:
        """What the answer's function gave, as a number or one of the choices.

        Raises:
            ValueError: If it is neither.
        """
        if self.choices:
            if _choice_text(value) in self.choices:
                return _choice_text(value)
            raise ValueError(
                f"the answer is one of {', '.join(self.choices)}, and its function gave {quoted(value)}"
            )
        number = _as_number(value)
        if number is None:
            raise ValueError(f"the answer is a number, and its function gave {quoted(value)}")
        return number

    def text(self, value: Answer) -> str:
        """A guess or an answer with its unit."""
        if isinstance(value, str):
            return value
        number = count_text(value) if abs(value) >= 10_000 else quantity_text(value)
        return f"{number} {self.unit}" if self.unit else number


@attrs.frozen(kw_only=True)
class PredictionState:
    """What is known of a prediction.

    Attributes:
        question: The question.
        choices: What can be chosen; empty where the answer is a number.
        unit: The unit of the answer.
        guess: The guess; None as long as there is none.
        answer: The answer; None as long as there is no guess, or it is being computed.
        answer_text: The answer with its unit; empty as long as there is none.
        gap: How far the guess is from it, in words; empty as long as there is no answer.
        score: 2, 1 or 0; None as long as there is no answer.
        computing: Whether the answer is being computed.
        because: Why the answer is what it is; empty as long as there is none.
        problem: Why the answer can't be computed; empty where nothing went wrong.
        open: Whether the predictions before it have their guesses.
        hides: Whether the designer is hidden until there is a guess.
    """

    question: str
    choices: tuple[str, ...] = ()
    unit: str = ""
    guess: Answer | None = None
    answer: Answer | None = None
    answer_text: str = ""
    gap: str = ""
    score: int | None = None
    computing: bool = False
    because: str = ""
    problem: str = ""
    open: bool = True
    hides: bool = True


def score(guess: Answer, answer: Answer) -> int:
    """How good a guess is: 2 within a fifth, 1 within a factor of two, else 0; of choices 2 or 0.

    >>> score(120, 100), score(83.4, 100), score(190, 100), score(40, 100), score("b", "b"), score("a", "b")
    (2, 2, 1, 0, 2, 0)
    """
    if isinstance(guess, str) or isinstance(answer, str):
        return 2 if guess == answer else 0
    off = _powers_of_two(guess, answer)
    return 2 if off <= _NEAR + 1e-9 else 1 if off <= _FAR + 1e-9 else 0


def gap(prediction: Prediction, guess: Answer, answer: Answer) -> str:
    """How far a guess is from the answer, in words."""
    told = prediction.text(answer)
    if guess == answer:
        return f"Exactly: {told}."
    if isinstance(guess, str) or isinstance(answer, str):
        return f"It is {told}; you said {prediction.text(guess)}."
    said = prediction.text(guess)
    ratio = guess / answer if answer else math.inf
    if not 0 < ratio < math.inf:
        return f"It is {told}; you said {said}."
    how = "too much" if ratio > 1 else "too little"
    times = max(ratio, 1 / ratio)
    if score(guess, answer) == 2:
        return f"Close: it is {told}, and you said {said}."
    far = f"{factor_text(times)} times {how}" if times >= 2 else f"{percent_text(abs(ratio - 1))} {how}"
    return f"It is {told}; you said {said}, {far}."


def problem_text(error: Exception) -> str:
    """Why an answer can't be computed."""
    return f"The answer can't be computed. {error_text(error)}"


def _powers_of_two(guess: float, answer: float) -> float:
    if guess == answer:
        return 0.0
    if guess == 0 or answer == 0 or (guess < 0) != (answer < 0):
        return math.inf
    return abs(math.log2(guess / answer))


def _choice_text(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else str(value)


def _as_number(value: Any) -> float | None:
    try:
        number = float(value) if not isinstance(value, bool) else math.nan
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
