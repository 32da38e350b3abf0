"""Predictions: guesses, scores and gaps."""

import asyncio
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encdec_widgets.background import Background
from encdec_widgets.lessons import at_least
from encdec_widgets.lessons import progress as progress_module
from encdec_widgets.lessons.predictions import Prediction, gap, score
from encdec_widgets.workers.errors import WorkerBusyError
from tests.both_forms import in_both_forms as in_both_forms
from tests.lessons.beside import lesson_of
from tests.session.slow import until

POSITIVE = st.floats(1e-6, 1e12)


def asked(answer: Any = lambda: 0, choices: Any = (), unit: Any = "") -> Prediction:
    return Prediction.of("How many?", answer, choices, unit, "", None)


@given(POSITIVE, st.floats(1.0, 100.0))
def test_a_guess_scores_by_its_ratio_in_either_direction(answer: float, ratio: float) -> None:
    expected = 2 if ratio <= 1.2 else 1 if ratio <= 2 else 0
    if min(abs(ratio - edge) for edge in (1.2, 2)) > 1e-6:
        assert score(answer * ratio, answer) == score(answer / ratio, answer) == expected
    assert score(answer, answer) == 2


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_any_two_numbers_have_a_score_and_a_gap(guess: float, answer: float) -> None:
    assert score(guess, answer) in (0, 1, 2)
    assert gap(asked(), guess, answer)


@pytest.mark.parametrize(
    ("guess", "answer", "told"),
    [
        (100, 100, "Exactly: 100 px."),
        (110, 100, "Close: it is 100 px, and you said 110 px."),
        (150, 100, "It is 100 px; you said 150 px, 50 % too much."),
        (24, 100, "It is 100 px; you said 24 px, 4.2 times too little."),
        (0, 100, "It is 100 px; you said 0 px."),
        (-5, 100, "It is 100 px; you said −5 px."),
    ],
)
def test_the_gap_is_told_in_words(guess: float, answer: float, told: str) -> None:
    assert gap(asked(unit="px"), guess, answer) == told


def test_a_choice_is_right_or_not() -> None:
    prediction = asked(choices=(240, 300, "none of them"))
    assert prediction.choices == ("240", "300", "none of them")
    assert prediction.as_guess(300) == prediction.as_answer("300") == "300"
    assert (score("300", "300"), score("240", "300")) == (2, 0)
    assert gap(prediction, "240", "300") == "It is 300; you said 240."


def test_what_is_no_guess_is_said_and_stays_open() -> None:
    lesson = lesson_of()
    lesson.predict("How many?", lambda: 3, unit="px")
    lesson.predict("Which?", lambda: "a", choices=("a", "b"))
    for value in ("many", None, True, float("nan"), float("inf")):
        with pytest.raises(ValueError, match=r"A guess is a number in px\. Received: "):
            lesson.progress.guess(0, value)
    lesson.progress.guess(0, "2.5")
    assert lesson.progress.parts[0].guess == 2.5
    with pytest.raises(ValueError, match=r"A guess is one of a, b\. Received: 'c'"):
        lesson.progress.guess(1, "c")
    with pytest.raises(ValueError, match=r"no such part of the lesson\. Received: 2\. Would work: 0 to 1"):
        lesson.progress.guess(2, 1)
    with pytest.raises(ValueError, match=r"no goal\. Received: 0\. Would work: none"):
        lesson.progress.ask_hint(0)


@pytest.mark.parametrize(
    "given",
    [
        {"question": ""},
        {"question": None},
        {"answer": 52},
        {"choices": ("one",)},
        {"choices": ("same", "same")},
        {"choices": "abc"},
        {"unit": 3},
        {"then": True},
        {"then": 0},
        {"then": "designer"},
        {"then": ["filters"]},
    ],
    ids=str,
)
def test_what_is_no_prediction_is_refused(given: dict[str, Any]) -> None:
    usual: dict[str, Any] = {"question": "How many?", "answer": lambda: 3, "unit": "", "then": None}
    with pytest.raises(ValueError, match="Received: "):
        Prediction.of(because="", **{"choices": (), **usual, **given})


def test_the_answer_is_computed_once_and_only_after_the_guess() -> None:
    calls = []

    def answer() -> int:
        calls.append(1)
        return 236

    lesson = lesson_of()
    lesson.predict("How far?", answer, unit="px", because="One more level doubles it.")
    lesson.goal("See.", receptive_field=at_least(10))
    lesson.designer.set("filters", 4)
    assert calls == []
    assert lesson.progress.parts[0].answer is None
    assert "236" not in repr(lesson.progress.parts)
    assert not lesson.progress.parts[1].open
    assert not lesson.progress.parts[1].reached, "what comes after a guess waits for it"
    said: list[str] = []
    lesson.progress.observe(lambda change: said.append(change["new"][1]), "sentence")
    lesson.progress.guess(0, 200)
    lesson.progress.guess(0, 236)
    state = lesson.progress.parts[0]
    assert calls == [1]
    assert (state.guess, state.answer, state.answer_text, state.score) == (200, 236, "236 px", 2)
    assert state.because == "One more level doubles it."
    assert said == [f"{state.gap} {state.because}", "Reached: See."]
    assert lesson.progress.parts[1].reached


def test_the_designer_is_hidden_until_the_guess_on_screen_is_made() -> None:
    lesson = lesson_of()
    progress = lesson.progress
    assert not progress.hidden
    lesson.predict("First?", lambda: 1)
    lesson.goal("See.", receptive_field=at_least(10))
    lesson.predict("Second?", lambda: 2, then=lesson.designer)
    lesson.predict("Third?", lambda: 3, then=False)
    assert progress.hidden
    progress.turn_to(1)
    assert progress.current == 0, "it is closed"
    with pytest.raises(ValueError, match="begin with the first of them"):
        progress.guess(2, 1)
    hidden: list[bool] = []
    progress.observe(lambda change: hidden.append(change["new"]), "hidden")
    progress.guess(0, 1)
    progress.turn_to(1)
    progress.turn_to(2)
    progress.guess(2, 1)
    progress.turn_to(3)
    assert hidden == [False, True, False]
    assert [state.open for state in progress.parts] == [True, True, True, True]


def test_who_turns_back_from_a_question_sees_no_designer() -> None:
    lesson = lesson_of()
    progress = lesson.progress
    for question in ("First?", "Second?"):
        lesson.predict(question, lambda: 1)
    lesson.goal("See.", receptive_field=at_least(10))
    lesson.predict("Third?", lambda: 3)
    progress.guess(0, 1)
    assert progress.hidden
    for index in (1, 0):
        progress.turn_to(index)
        assert progress.hidden
    progress.guess(1, 1)
    assert not progress.hidden, "the goal stands before the third"
    progress.turn_to(3)
    assert progress.hidden
    progress.turn_to(2)
    assert not progress.hidden


@pytest.mark.parametrize("answer", [lambda: 1 / 0, lambda: "many", lambda: None, lambda: float("nan")])
def test_an_answer_that_can_not_be_computed_is_said_and_the_lesson_goes_on(answer: Any) -> None:
    lesson = lesson_of()
    lesson.predict("How many?", answer)
    lesson.goal("See.", receptive_field=at_least(10))
    lesson.progress.guess(0, 1)
    state = lesson.progress.parts[0]
    assert state.problem.startswith("The answer can't be computed. ")
    assert (state.computing, state.answer, state.score) == (False, None, None)
    assert lesson.progress.parts[1].reached
    assert lesson.designer.session.problem is None


def test_an_answer_is_computed_beside_the_event_loop_where_there_are_threads(
    in_both_forms: Background,
) -> None:
    may_answer, threads = threading.Event(), []

    def answer() -> int:
        threads.append(threading.current_thread())
        if in_both_forms.has_threads:
            assert may_answer.wait(60)
        return 3

    async def main() -> None:
        lesson = lesson_of()
        await until(lambda: lesson.designer.session.shown is not None)
        lesson.predict("How many?", answer)
        lesson.progress.guess(0, 3)
        assert lesson.progress.parts[0].computing
        await asyncio.sleep(0)
        may_answer.set()
        await until(lambda: lesson.progress.parts[0].answer == 3)
        assert not lesson.progress.parts[0].computing

    asyncio.run(main())
    assert (threads == [threading.main_thread()]) != in_both_forms.has_threads


def test_an_answer_that_failed_is_tried_again_with_the_same_guess() -> None:
    divisors = iter([0, 1])
    lesson = lesson_of()
    lesson.predict("How many?", lambda: 3 / next(divisors))
    lesson.progress.guess(0, 5)
    assert lesson.progress.parts[0].problem
    lesson.progress.guess(0, 3)
    state = lesson.progress.parts[0]
    assert (state.guess, state.answer, state.problem) == (5, 3, "")


def test_an_answer_waits_for_a_worker_that_trains(
    in_both_forms: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    trains = threading.Event()
    trains.set()
    monkeypatch.setattr(progress_module, "AGAIN_S", 0.001)
    tries = []

    def answer() -> int:
        tries.append(1)
        if trains.is_set():
            raise WorkerBusyError("training")
        return 3

    async def main() -> None:
        lesson = lesson_of()
        await until(lambda: lesson.designer.session.shown is not None)
        lesson.predict("How many?", answer)
        lesson.progress.guess(0, 3)
        await until(lambda: len(tries) > 2)
        assert lesson.progress.parts[0].computing
        trains.clear()
        await until(lambda: lesson.progress.parts[0].answer == 3)

    asyncio.run(main())


def test_an_answer_waits_for_what_is_being_built(in_both_forms: Background) -> None:
    async def main() -> None:
        lesson = lesson_of()
        session = lesson.designer.session
        await until(lambda: session.shown is not None)
        lesson.predict("How many?", lambda: session.backbone.parameters, then=False)
        session.change("filters", 4)
        assert session.steps
        lesson.progress.guess(0, 1000)
        await until(lambda: lesson.progress.parts[0].answer is not None)
        assert lesson.progress.parts[0].answer == lesson.start.replace("filters", 4).build().parameters

    asyncio.run(main())


@pytest.mark.parametrize("share", [-1, 100.5, 500])
def test_a_share_is_from_none_to_all(share: float) -> None:
    prediction = Prediction.of("Which share?", lambda: 50, choices=(), unit="%", because="", then=None)
    with pytest.raises(ValueError, match=f"from 0 to 100 %. Received: {share}"):
        prediction.as_guess(share)
    assert prediction.as_guess(100) == 100
