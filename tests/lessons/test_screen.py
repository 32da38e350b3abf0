"""What a lesson shows, without a browser: nothing of an answer before the guess, and every figure after it."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encdec_widgets import Design, Designer
from encdec_widgets.architectures import UNet
from encdec_widgets.lessons import Lesson, at_least, at_most
from encdec_widgets.lessons.screen import lesson_screen
from encdec_widgets.lessons.screen.lesson_fallback import HIDDEN
from encdec_widgets.lessons.screen.panel_state import CLOSED, panel_state
from encdec_widgets.lessons.screen.shown_in_cells import ShownInCells
from encdec_widgets.lessons.screen.typed import typed_number
from encdec_widgets.widgets.base import fallback

UNITS = ("", "px", "MB", "%", "×")
BECAUSE = "A level doubles the step."


@pytest.fixture
def lesson() -> Lesson:
    designer = Designer(Design(UNet(filters=4, down_blocks=1, up_blocks=1), (64, 64, 1)))
    lesson = Lesson(
        "levels",
        designer,
        title="Levels",
        question="What does a level do?",
        home="Levels see far.",
        controls=["filters", "down_blocks"],
        others="locked",
        keep=None,
    )
    deeper = designer.design.replace("down_blocks", 2)
    lesson.predict("How many parameters have two levels?", lambda: deeper.build().parameters, because=BECAUSE)
    lesson.goal(
        "See 30 px.", receptive_field=at_least(30), parameters=at_most(40_000), hints=("Deeper.", "By one.")
    )
    return lesson


def answer_of(lesson: Lesson) -> int:
    return lesson.designer.design.replace("down_blocks", 2).build().parameters


def test_before_the_guess_nothing_that_is_sent_or_printed_tells_a_number(lesson: Lesson) -> None:
    screen = lesson.screen
    assert screen.panel.state["hidden"]
    assert lesson.designer.layout.visibility == "hidden"
    assert screen.card.layout.display == ""
    sent = json.dumps(screen.panel.state)
    parameters = lesson.designer.backbone.parameters
    for told in (BECAUSE, "Levels see far", str(answer_of(lesson)), str(parameters), f"{parameters:,}"):
        assert told not in sent
        assert told not in repr(screen)
        assert told not in repr(lesson)
    backbone, sentence = screen._fallback.told()
    assert backbone is None
    assert sentence == f"levels: Levels. What does a level do? {HIDDEN}"
    assert "<img" not in fallback._bundle(backbone, sentence, "a")["text/html"]
    guess, goal = screen.panel.state["parts"]
    assert (guess["stage"], guess["state"]) == ("asked", "open")
    assert (goal["state"], goal["closed"], goal["figures"]) == ("closed", CLOSED, [])
    displayed = screen._repr_mimebundle_()
    assert displayed
    assert displayed[0]["text/plain"] == repr(lesson)


def test_the_panel_goes_from_the_guess_to_the_code(lesson: Lesson) -> None:
    screen = lesson.screen
    panel, progress = screen.panel, lesson.progress
    for text in ("", "many", "1e400", "nan"):
        number = panel.trouble[0]
        panel._came(panel, {"do": "guess", "part": 0, "text": text}, [])
        assert panel.trouble[0] == number + 1
        assert panel.trouble[1].startswith(f"A guess is a number. Received: {text!r}. Would work: ")
    assert progress.parts[0].guess is None
    panel._came(panel, {"do": "guess", "part": 0, "text": "1,500"}, [])
    assert panel.trouble[1] == ""
    assert progress.parts[0].guess == 1500
    lesson.designer.wait()
    guess = panel.state["parts"][0]
    assert guess["stage"] == "told"
    assert guess["because"] == BECAUSE
    assert guess["gap"] in panel.said[1]
    assert lesson.designer.layout.visibility is None
    assert screen.card.layout.display == "none"
    backbone, sentence = screen._fallback.told()
    assert backbone is lesson.designer.backbone
    assert "parameters" in sentence

    panel._came(panel, {"do": "turn", "part": 1}, [])
    panel._came(panel, {"do": "hint", "part": 1}, [])
    goal = panel.state["parts"][1]
    assert (panel.state["current"], goal["hints"], goal["more"]) == (1, ["Deeper."], 1)
    signs = {figure["label"]: (figure["sign"], figure["off"]) for figure in goal["figures"]}
    assert signs["parameters"] == ("✓", "")
    short = {figure["label"]: figure["short"] for figure in goal["figures"]}
    assert short["parameters"].endswith(" k ≤ 40 k")
    assert short["every position of the output sees"].endswith(" → 30 px")
    sign, off = signs["every position of the output sees"]
    assert sign == "✗"
    assert off.endswith("short")
    assert "1 goal" in panel.state["home"]["left"]

    lesson.designer.set("down_blocks", 2)
    goal = panel.state["parts"][1]
    assert (goal["state"], goal["reached"]) == ("done", "Reached")
    assert panel.said[1] == "Reached: See 30 px."
    home = panel.state["home"]
    assert (home["sentence"], home["left"], home["code"]) == ("Levels see far.", "", str(lesson.code()))
    lesson.designer.undo()
    assert panel.state["parts"][1]["reached"] == "Reached, by a network before this one"
    json.dumps(panel.state)


def test_the_page_that_trains_offers_the_tasks_of_the_lesson_and_no_others() -> None:
    designer = Designer(Design(UNet(filters=4, down_blocks=1, up_blocks=1), (64, 64, 1)))
    every, controls = tuple(designer.learning.tasks), designer.aside.learn.panel.task
    assert controls.rows["task"].info.choices == every
    with pytest.raises(ValueError, match=r"There is no such task\. Received: 'cat'\. Would work: 'mouse'"):
        Lesson("own", designer, tasks=("cat",), keep=None)
    assert tuple(designer.learning.tasks) == every
    lesson = Lesson("own", designer, tasks=("halo", "threads"), keep=None)
    assert tuple(designer.learning.tasks) == lesson.tasks == ("halo", "threads")
    assert designer.learning.settings.task == "halo"
    assert controls.rows["task"].info.choices == lesson.tasks
    with pytest.raises(ValueError, match=r"task must be one of 'halo', 'threads'.* Would work: 'halo'"):
        designer.learning.set("task", "mouse")
    designer.close()


@pytest.mark.parametrize("current", [0, 1])
def test_a_lesson_that_is_shown_begins_anew(lesson: Lesson, current: int) -> None:
    screen, progress = lesson.screen, lesson.progress
    before = panel_state(lesson)
    progress.guess(0, 1500)
    progress.turn_to(current)
    progress.begin_anew()
    assert lesson.designer.problem is None
    assert screen.panel.state == panel_state(lesson) == before
    assert lesson.designer.layout.visibility == "hidden"


@pytest.mark.parametrize(
    "message",
    [None, {}, {"do": "guess"}, {"do": "guess", "part": 7}, {"do": "turn", "part": True}, {"part": 0}],
)
def test_messages_that_no_panel_sends_do_nothing(lesson: Lesson, message: object) -> None:
    before = panel_state(lesson)
    lesson.screen.panel._came(None, message, [])
    assert panel_state(lesson) == before
    assert lesson.designer.problem is None


def test_the_controls_are_those_of_the_lesson_and_all_is_closed_with_it(lesson: Lesson) -> None:
    screen = lesson.screen
    focus = lesson.designer.session.focus
    assert (focus.paths, focus.others) == (("filters", "down_blocks"), "locked")
    screen.close()
    assert screen.comm is None
    assert lesson.designer.session.closed


def test_a_lesson_whose_cell_is_run_again_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lesson_screen, "SHOWN_IN_CELLS", ShownInCells())

    def made(name: str = "own") -> Lesson:
        designer = Designer(Design(UNet(filters=4, down_blocks=1, up_blocks=1), (16, 16, 1)))
        return Lesson(name, designer, keep=None)

    def run(cell: str, number: int, *lessons: Lesson) -> None:
        monkeypatch.setattr(lesson_screen, "running_cell", lambda: (cell, f"run {number}"))
        for lesson in lessons:
            lesson._repr_mimebundle_()

    def closed(*lessons: Lesson) -> list[bool]:
        return [lesson.designer.session.closed and lesson.screen.comm is None for lesson in lessons]

    one, two = made(), made()
    run("first", 1, one, two)
    run("second", 2, one)
    assert closed(one, two) == [False, False], "two of one run, and one of them in another cell as well"
    three = made()
    run("first", 3, three)
    assert closed(one, two, three) == [False, True, False]
    run("first", 4, three)
    assert closed(one, three) == [False, False], "it is still shown"
    run("second", 5, three)
    assert closed(one, three) == [True, False]
    assert "was closed" in one._repr_mimebundle_()[0]["text/plain"]
    monkeypatch.setattr(lesson_screen, "running_cell", lambda: None)
    four = made()
    four._repr_mimebundle_()
    assert closed(three, four) == [False, False], "who knows what a page without cells shows"

    held = [made("held"), made("other"), made("held")]
    for number, lesson in enumerate([*held, *held], 6):
        run("third", number, lesson)
        assert closed(*held) == [False] * 3, "the notebook holds them, and displays them again"
    for number, name in enumerate(["held", "other"], 12):
        run("third", number, made(name))
    assert closed(*held) == [True] * 3, "they were made again"


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(UNITS))
def test_a_number_is_read_as_it_was_typed(number: float, unit: str) -> None:
    assert typed_number(repr(number), unit) == number
    assert typed_number(f" {number!r} {unit} ", unit) == number


@given(st.integers(-(10**15), 10**15), st.sampled_from(",'_ "))
def test_thousands_may_be_set_apart(number: int, between: str) -> None:
    assert typed_number(f"{number:,}".replace(",", between)) == number


@given(st.integers(0, 999))
def test_a_comma_behind_a_nought_sets_no_thousands_apart(digits: int) -> None:
    assert typed_number(f"0,{digits:03}") == digits / 1000
    assert typed_number(f"-0,{digits:03}") == -digits / 1000


@pytest.mark.parametrize("text", ["4x", "4 x", "4X", "x4", "× 4", "4×", " 4 × "])
def test_an_x_is_the_sign_of_times_where_that_is_the_unit(text: str) -> None:
    assert typed_number(text, "×") == 4
    assert typed_number(text, "px") == text.strip()


@given(st.text(max_size=20))
def test_any_text_is_a_finite_number_or_itself(text: str) -> None:
    read = typed_number(text, "px")
    assert read == text.strip() if isinstance(read, str) else math.isfinite(read)
