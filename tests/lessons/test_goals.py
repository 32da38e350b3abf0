"""Goals while a network is edited: what is judged and when, what stays reached, and what breaks no edit."""

import asyncio
from typing import Any

import pytest

from encdec_widgets import Design, Designer
from encdec_widgets.architectures import Hourglass
from encdec_widgets.background import Background
from encdec_widgets.lessons import Lesson, at_least, at_most, exactly
from encdec_widgets.lessons.goals import Goal
from encdec_widgets.lessons.progress import REFUSED
from encdec_widgets.lessons.seen import Seen
from tests.both_forms import in_both_forms as in_both_forms
from tests.lessons.beside import START, Desk, lesson_of
from tests.session.slow import until

DEEPER = {"down_blocks": 2, "up_blocks": 2}
"""The output sees 48 px or so."""


def seeing(px: int = 40) -> Lesson:
    lesson = lesson_of()
    lesson.goal("See.", receptive_field=at_least(px), hints=("Add a level.", "Or a convolution."))
    return lesson


def test_a_goal_is_reached_by_an_edit_and_stays_reached_with_its_design() -> None:
    lesson = seeing()
    session, progress = lesson.designer.session, lesson.progress
    said: list[str] = []
    progress.observe(lambda change: said.append(change["new"][1]), "sentence")
    assert not progress.parts[0].reached
    session.change(DEEPER)
    reached = session.design
    assert (progress.parts[0].reached, progress.parts[0].reached_now) == (True, True)
    session.undo()
    assert (progress.parts[0].reached, progress.parts[0].reached_now) == (True, False)
    assert progress.parts[0].parts[0].value == 18
    session.change({"down_blocks": 3, "up_blocks": 3})
    found = progress.reached_with(0)
    assert found is not None
    assert found.design == reached, "the first that reached it"
    assert said == ["Reached: See."]


def test_parts_are_another_value_only_where_something_of_them_changed() -> None:
    lesson = seeing()
    session, progress = lesson.designer.session, lesson.progress
    told: list[Any] = []
    progress.observe(lambda change: told.append(change["new"]), "parts")
    session.select("encoder[0]")
    session.colour_by("parameters")
    assert told == []
    session.change("filters", 4)
    assert told == [], "it sees as far as before"
    session.change(DEEPER)
    assert len(told) == 1
    assert told[0] == progress.parts


def test_hints_come_when_they_are_asked_for() -> None:
    lesson = seeing()
    state = lesson.progress.parts[0]
    assert (state.hints, state.more_hints) == ((), 2)
    assert "Add a level" not in repr(state)
    for told, more in ((("Add a level.",), 1), (("Add a level.", "Or a convolution."), 0)):
        lesson.progress.ask_hint(0)
        state = lesson.progress.parts[0]
        assert (state.hints, state.more_hints) == (told, more)
    lesson.progress.ask_hint(0)
    assert lesson.progress.parts[0] == state
    with pytest.raises(ValueError, match=r"no prediction\. Received: 0\. Would work: none"):
        lesson.progress.guess(0, 1)


def test_all_bounds_have_to_hold_of_one_network() -> None:
    lesson = lesson_of()
    lesson.goal("Both.", receptive_field=at_least(40), parameters=at_most(9000))
    session = lesson.designer.session
    session.change(DEEPER)
    assert [part.holds for part in lesson.progress.parts[0].parts] == [True, False]
    session.undo()
    assert [part.holds for part in lesson.progress.parts[0].parts] == [False, True]
    assert not lesson.progress.parts[0].reached
    session.change({**DEEPER, "filters": 4})
    assert lesson.progress.parts[0].reached


def test_an_edit_that_is_refused_leaves_the_figures_of_what_is_on_screen_and_says_so() -> None:
    lesson = seeing()
    session = lesson.designer.session
    session.change("filters", 0)
    state = lesson.progress.parts[0]
    assert state.note == REFUSED
    assert state.parts[0].value == 18
    session.change("filters", 9)
    assert lesson.progress.parts[0].note == ""
    session.change("input_shape", (63, 64, 1))
    assert lesson.progress.parts[0].note == REFUSED


def test_another_family_is_judged_too_and_a_field_that_it_lacks_does_not_hold() -> None:
    lesson = lesson_of()
    lesson.goal("Plain.", fields={"filters_rate": exactly(2.0)}, receptive_field=at_least(1))
    assert lesson.progress.parts[0].reached_now
    lesson.designer.session.load(Design(Hourglass(filters=4, down_blocks=1, up_blocks=1), (64, 64, 1)))
    state = lesson.progress.parts[0]
    assert (state.reached, state.reached_now) == (True, False)
    part = next(part for part in state.parts if part.name == "filters_rate")
    assert (part.holds, part.off_text) == (None, "this network has no field filters_rate")
    assert lesson.designer.session.problem is None


def test_an_edit_asks_for_no_quantity_that_no_goal_names(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*_: Any, **__: Any) -> Any:
        raise AssertionError("nobody asked for it")

    lesson = seeing()
    monkeypatch.setattr(Seen, "cost", property(asked))
    monkeypatch.setattr(Seen, "checks", property(asked))
    lesson.designer.session.change("filters", 4)
    assert lesson.designer.session.problem is None
    assert not lesson.designer.learning_made, "nor for what it learns"  # type: ignore[attr-defined]


def test_checks_are_those_that_are_on_screen_where_the_conditions_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk: Any = Desk()
    desk.session.assume(batch_size=8, animal_px=40)
    lesson = Lesson("own", desk, keep=None)
    lesson.goal("Nothing.", warnings=exactly(0))
    told = len(desk.session.shown.checks)
    assert lesson.progress.parts[0].parts[0].value == told
    desk.session.assume(batch_size=8, animal_px=2)
    desk.set("filters", 4)
    expected = desk.session.backbone.checks(batch_size=8, animal_px=40)
    assert lesson.progress.parts[0].parts[0].value == len(expected), (
        "the lesson's animal is as large as before"
    )


def test_what_an_observer_of_the_progress_raises_breaks_no_edit() -> None:
    lesson = seeing()
    session = lesson.designer.session

    def broken(_: Any) -> None:
        raise RuntimeError("the panel is broken")

    lesson.progress.observe(broken, "parts")
    session.change(DEEPER)
    assert session.design.architecture.down_blocks == 2
    assert str(session.problem) == "the panel is broken"
    assert lesson.progress.parts[0].reached


def test_after_the_designer_was_closed_the_rest_goes_on() -> None:
    lesson = Lesson("own", Designer(START), keep=None)
    lesson.predict("How many?", lambda: 3)
    lesson.goal("See.", receptive_field=at_least(40), hints=("Add a level.",))
    lesson.designer.close()
    lesson.progress.guess(0, 3)
    lesson.progress.ask_hint(1)
    assert lesson.progress.parts[0].score == 2
    assert lesson.progress.parts[1].parts[0].value == 18
    assert str(lesson.code()).startswith("own – 2 #")


def test_goals_wait_for_the_first_network(in_both_forms: Background) -> None:
    async def main() -> None:
        lesson = seeing()
        await until(lambda: bool(lesson.progress.parts[0].parts))
        lesson.designer.session.change(DEEPER)
        lesson.designer.session.change("filters", 4)
        await until(lambda: lesson.progress.parts[0].reached_now)
        assert lesson.designer.session.design.architecture.filters == 4

    asyncio.run(main())


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"name": "two words"}, "name is a word"),
        ({"name": "3:"}, "name is a word"),
        ({"name": ""}, "name is a word"),
        ({"name": 3}, "name is a word"),
        ({"name": "-x"}, "name is a word"),
        ({"name": ".x"}, "name is a word"),
        ({"name": "x²"}, "name is a word"),
        ({"others": "gone"}, "others is one of 'open', 'folded', 'locked'"),
        ({"controls": "filters"}, "controls are texts, in a list"),
        ({"tasks": [3]}, "tasks are texts, in a list"),
        ({"keep": 3}, "keep is the path of a file"),
        ({"keep": "."}, "this is a folder"),
    ],
    ids=str,
)
def test_what_is_no_lesson_is_refused(given: dict[str, Any], told: str) -> None:
    usual: dict[str, Any] = {"name": "own", "designer": Desk(), "keep": None}
    with pytest.raises(ValueError, match=told):
        Lesson(**{**usual, **given})


def test_a_goal_that_stands_twice_is_two_goals() -> None:
    lesson = seeing()
    lesson.goal("See.", receptive_field=at_least(40))
    lesson.designer.session.change(DEEPER)
    assert [state.reached for state in lesson.progress.parts] == [True, True]
    assert isinstance(lesson.progress.given[1], Goal)
