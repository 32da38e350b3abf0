"""The codes of a class, as chats, mails and pads make them: all are found, judged again, and told in a table."""

from __future__ import annotations

import re
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encdec_widgets.lessons import Lesson, at_least, at_most, judged, read
from encdec_widgets.lessons.class_table import ClassTable, Row
from encdec_widgets.lessons.code_of_lesson import code_of
from encdec_widgets.lessons.codes import Claim
from encdec_widgets.lessons.judged import JudgedGoal
from encdec_widgets.lessons.reading import class_table, read_codes
from encdec_widgets.session.network_time import NetworkTime
from tests.amount import full_or
from tests.lessons.beside import START, lesson_of

DEEPER = {"down_blocks": 2, "up_blocks": 2, "filters": 4}


def made(name: str = "own") -> Lesson:
    lesson = lesson_of(name=name)
    lesson.predict("How many?", lambda: 100, unit="px")
    lesson.predict("Which?", lambda: "a", choices=("a", "b"))
    lesson.goal("See.", receptive_field=at_least(40), parameters=at_most(9000))
    lesson.goal("Be quick.", time_ms=at_most(20), parameters=at_most(100_000))
    return lesson


def solved(lesson: Lesson, filters: int = 4) -> Lesson:
    lesson.progress.guess(0, 90)
    lesson.progress.guess(1, "b")
    lesson.designer.session.change({**DEEPER, "filters": filters})
    return lesson


LESSON = made()
CODE = solved(made()).code()
"""The first goal is reached, the second not."""
WORSE = code_of(made())


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("{}", "line 1"),
        ("Ada: {}", "Ada"),
        ("Ada:{}", "Ada"),
        ("Ada Lovelace: {}", "Ada Lovelace"),
        ("Ada (she/her): {}", "Ada (she/her)"),
        ("  Ada :  {}  ", "Ada"),
        ("- Ada: {}", "Ada"),
        ("• Ada: {}", "Ada"),
        ("* {}", "line 1"),
        ("1. Ada: {}", "Ada"),
        ("> Ada: {}", "Ada"),
        ('Ada: "{}"', "Ada"),
        ("Ada: “{}”", "Ada"),
        ("Ada: `{}`", "Ada"),
        ("Ada: **{}**", "Ada"),
        ("Ada: ({})", "Ada"),
        ("10:32 Ada: {}", "Ada"),
        ("[10:32:15] Ada: {}", "Ada"),
        ("10:32:15 From Ada to Everyone: {}", "Ada"),
        ("10:32:15\t From  Ada : {}", "Ada"),
        ("10:32 AM Ada: {}", "Ada"),
        ("[30.11.2026, 10:32] Ada: {}", "Ada"),
        ("2026-11-30 10:32 Ada: {}", "Ada"),
        ("Ada [10:32]: {}", "Ada"),
        ("Ada | {}", "Ada"),
        ("Ada, {}", "Ada"),
        ("Ada - {}", "Ada"),
        ("Zoë Müller: {} thanks!", "Zoë Müller"),
        ("Ada: {}.", "Ada"),
        ("<Ada> {}", "Ada"),
        ("Ada#1234: {}", "Ada#1234"),
        ("Ada #12ab: {}", "Ada #12ab"),
        ("10:32 From Ada#1234 to Bob#4321: {}", "Ada#1234"),
    ],
)
def test_a_name_before_a_line_is_found_and_what_a_chat_adds_is_not(line: str, name: str) -> None:
    table = LESSON.read(line.format(CODE))
    assert [row.name for row in table.rows] == [name]
    assert table.rows[0].code == CODE
    assert not table.refused


@pytest.mark.parametrize(
    ("above", "name"),
    [
        ("10:32:15 From Ada to Everyone:\n\t", "Ada"),
        ("Ada Lovelace\n  10:32 AM\n", "Ada Lovelace"),
        ("Ada Lovelace  10:32 AM\n", "Ada Lovelace"),
        ("Ada — Today at 10:32\n", "Ada"),
        ("Ada#1234 — Today at 10:32\n", "Ada#1234"),
        ("Ada#1234\n10:32\n", "Ada#1234"),
        ("Ada — Yesterday at 10:32 PM\n\n", "Ada"),
        ("[10:32]\n", "line 2"),
        ("Here is mine\n", "line 2"),
    ],
)
def test_a_name_above_a_line_is_found_where_a_chat_writes_it_with_the_time(above: str, name: str) -> None:
    table = LESSON.read(f"{above}{CODE}\nBob: {CODE}")
    assert [row.name for row in table.rows] == [name, "Bob"]
    assert bool(table.notes) == name.startswith("line"), (
        "a line that was taken for a name is no line without a code"
    )


def test_a_paste_of_a_class_is_read_with_all_that_stands_in_between() -> None:
    lines = f"""
    Good morning all!

    10:31 Ada: {CODE}
    10:32 Bob: {WORSE}
      "{CODE}"

    10:33 Cleo: sorry, a minute more
    """
    table = LESSON.read(lines)
    assert [(row.line, row.name) for row in table.rows] == [(4, "Ada"), (5, "Bob"), (6, "line 6")]
    assert not table.refused
    assert table.notes == (
        "2 lines without a code: 'Good morning all!' and '10:33 Cleo: sorry, a minute more'.",
    )
    assert [[goal.holds for goal in row.goals] for row in table.rows] == [
        [True, False],
        [False, False],
        [True, False],
    ]
    assert [row.scores for row in table.rows] == [(2, 0), (None, None), (2, 0)]
    assert LESSON.read(lines.splitlines()) == table


def test_the_newest_of_several_lines_of_one_person_counts_and_that_is_said() -> None:
    table = LESSON.read(f"Ada: {WORSE}\nBob: {WORSE}\nada: {CODE}\n{CODE}\n{CODE}")
    assert [(row.line, row.name) for row in table.rows] == [
        (2, "Bob"),
        (3, "ada"),
        (4, "line 4"),
        (5, "line 5"),
    ]
    assert table.notes == ("ada has 2 codes of lesson own: the newest counts, of line 3.",)


def test_lines_of_several_lessons_are_told_apart() -> None:
    other = made("other")
    both = {"own": LESSON, "other": other}
    text = f"Ada: {CODE}\nAda: {solved(made('other')).code()}\nBob: {made('third').code()}"
    table = class_table(text, both.get, "own, other")
    assert [(row.name, row.lesson) for row in table.rows] == [("Ada", "own"), ("Ada", "other")]
    (refused,) = table.refused
    assert (refused.line, refused.name) == (3, "Bob")
    assert refused.reason == "There is no such lesson here. Received: 'third'. Would work: own, other."
    assert set(table.questions) == {"own", "other"}
    assert not table.notes


def test_several_codes_in_one_line_are_all_read() -> None:
    table = LESSON.read(f"Ada: {CODE}, Bob: {WORSE}")
    assert [(row.name, row.code) for row in table.rows] == [("Ada", CODE), ("Bob", WORSE)]


@pytest.mark.parametrize("width", [20, 33, 60])
def test_a_long_code_that_a_mail_has_broken_is_joined(width: int) -> None:
    lesson = made()
    lesson.progress.guess(0, 90)
    lesson.progress.guess(1, "a")
    lesson.designer.session.change(DEEPER)
    blocks = lesson.designer.session.design.blocks_of("encoder")
    lesson.designer.session.change(
        "encoder[:]", (attrs.evolve(blocks[0], num_convs=3, pool=True), *blocks[1:])
    )
    again = made()
    again.progress.guess(0, 90)
    again.progress.guess(1, "a")
    again.designer.session.load(lesson.designer.session.design)
    line = f"Ada: {again.code()}"
    assert "design=" in line
    broken = "\n".join(line[i : i + width] for i in range(0, len(line), width))
    table = LESSON.read(f"hello\n{broken}\nBob: {CODE}")
    assert [(row.name, row.goals[0].holds) for row in table.rows] == [("Ada", True), ("Bob", True)]
    assert not table.refused


@settings(max_examples=full_or(1000, 60))
@given(st.integers(6, len(CODE) - 1))
def test_a_code_that_was_cut_is_refused_with_its_line_and_name(end: int) -> None:
    table = LESSON.read(f"Ada: {CODE[:end]}\nBob: {CODE}")
    assert [row.name for row in table.rows] == ["Bob"]
    (refused,) = table.refused
    assert (refused.line, refused.name) == (1, "Ada")
    assert refused.reason.startswith("This was cut: a code ends in # and four digits. Received: ")


@settings(max_examples=full_or(1000, 60))
@given(st.integers(0, len(CODE) - 1), st.sampled_from("0123456789abcfz"))
def test_a_code_that_was_altered_is_refused_or_says_the_same(at: int, sign: str) -> None:
    altered = CODE[:at] + sign + CODE[at + 1 :]
    table = LESSON.read(f"Ada: {altered}")
    if altered == CODE:
        assert table.rows
    else:
        assert not table.rows
        assert len(table.refused) + len(table.notes) == 1


@pytest.mark.parametrize("line", [CODE, WORSE])
@pytest.mark.parametrize("name", ["Ada", "Ada#1234"])
def test_a_line_with_another_check_or_none_is_refused_under_its_name(line: str, name: str) -> None:
    check = line[-4:]
    other = "0000" if check != "0000" else "1111"
    for altered, told in ((line[:-4] + other, "This was altered"), (line[:-2], "This was cut")):
        (refused,) = LESSON.read(f"{name}: {altered}").refused
        assert refused.name == name
        assert refused.reason.startswith(told)


def claim(*words: str, reached: Any = (True, False), figures: Any = ({},), scores: Any = (2, 2)) -> str:
    """The line of somebody who can compute the check."""
    return Claim(lesson="own", reached=reached, scores=scores, networks=(words,), figures=figures).line()


def test_a_goal_that_its_network_does_not_reach_does_not_count() -> None:
    (row,) = LESSON.read(f"Eve: {claim('down_blocks=4', 'up_blocks=4')}").rows
    goal = row.goals[0]
    assert (goal.said, goal.holds) == (True, False)
    parameters = START.replace_all({"down_blocks": 4, "up_blocks": 4}).build().parameters
    told = f"parameters {parameters / 1e3:.0f} k (at most 9 k)"
    assert goal.note == f"says ✓, but its network does not reach it: {told}"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("filters=0",), "says ✓, but its network can't be built: filters must be a whole number"),
        (("nothing=8",), "says ✓, but its network can't be built: .*has no field 'nothing'"),
        (("input_shape=63x63x1",), "says ✓, but its network can't be built: input_shape must have"),
        (("design=AAAA",), "says ✓, but its network can't be built: the packed design is damaged"),
    ],
)
def test_a_network_that_can_not_be_built_does_not_count(words: tuple[str, ...], told: str) -> None:
    table = LESSON.read(f"Eve: {claim(*words)}\nAda: {CODE}")
    assert [row.goals[0].holds for row in table.rows] == [False, True]
    assert re.match(told, table.rows[0].goals[0].note)


def test_a_network_that_takes_too_long_to_build_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judged, "BUILT_WITHIN_S", 1e-6)
    table = made().read(f"Eve: {claim(*(f'{key}={value}' for key, value in DEEPER.items()))}")
    assert (
        table.rows[0]
        .goals[0]
        .note.startswith("says ✓, but its network can't be built: Building takes longer than ")
    )
    assert not table.rows[0].goals[0].holds


def test_a_code_of_another_version_of_the_lesson_says_how_it_differs() -> None:
    (refused,) = LESSON.read(claim("filters=4", reached=(True,), scores=(2,))).refused
    assert refused.reason == (
        "This is the code of another version of lesson own. Received: 1 goal and 1 prediction. Would work: a code of "
        "the lesson as it is here, with 2 goals and 2 predictions."
    )


def test_what_can_not_be_built_again_is_shown_as_reported() -> None:
    lesson = made()
    lesson.progress.guess(0, 90)
    lesson.progress.guess(1, "a")
    session = lesson.designer.session
    session.set_time(NetworkTime(design=START, ms=12.34567, measured=True, work="forward pass", device="CPU"))
    code = lesson.code()
    assert code.startswith("own –✓ 22 time_ms:12.3 #")
    (row,) = LESSON.read(code).rows
    assert row.goals[1].holds
    assert row.goals[1].reported == {"time_ms": 12.3}
    assert "(reported)" in LESSON.read(code)._repr_html_()
    for figures, told in (({}, "not reported"), ({"time_ms": 25}, "25.0 ms (at most 20.0 ms)")):
        line = claim(reached=(False, True), figures=(figures,))
        goal = LESSON.read(line).rows[0].goals[1]
        assert not goal.holds
        assert told in goal.note


@pytest.mark.parametrize("name", ["reached", "parameters", "name", "code", "receptive_field", "f1"])
@pytest.mark.parametrize("goal", [0, 1])
def test_a_figure_that_the_goal_does_not_ask_for_does_not_count_and_stands_for_nothing(
    name: str, goal: int
) -> None:
    words = [f"{key}={value}" for key, value in DEEPER.items()]
    figures = ({name: 5, **({"time_ms": 12} if goal else {})},)
    line = claim(*words, reached=(goal == 0, goal == 1), figures=figures)
    told = LESSON.read(f"Eve: {line}").to_rows()[goal]
    expected = "time_ms" if goal else "nothing"
    assert told["note"] == f"says ✓, but reports {name}; a code of this goal reports {expected}"
    assert (told["name"], told["reached"], told["code"]) == ("Eve", False, line)
    assert told.get("parameters") != 5
    assert told.get("receptive_field") != 5


def test_a_reported_quantity_of_a_name_that_the_table_has_replaces_nothing_there() -> None:
    goal = JudgedGoal(said=True, reported={"name": 0, "reached": 1, "time_ms": 3})
    (told,) = ClassTable(rows=(Row(line=1, name="Ada", lesson="own", code="c", goals=(goal,)),)).to_rows()
    assert (told["name"], told["reached"], told["time_ms"]) == ("Ada", False, 3)


@pytest.mark.parametrize("ms", [19.99999, 20.0, 0.123456, 12.0])
def test_a_figure_that_is_shortened_holds_as_all_of_its_digits_do(ms: float) -> None:
    lesson = lesson_of()
    lesson.goal("Be quick.", time_ms=at_most(ms))
    lesson.designer.session.set_time(
        NetworkTime(design=START, ms=ms, measured=True, work="forward pass", device="CPU")
    )
    assert lesson.progress.parts[0].reached
    assert lesson.read(lesson.code()).rows[0].goals[0].holds


@settings(max_examples=full_or(500, 15))
@given(st.integers(1, 64), st.integers(1, 4), st.booleans())
def test_what_the_lesson_says_is_what_the_teacher_reads(filters: int, levels: int, interpolate: bool) -> None:
    lesson = made()
    lesson.progress.guess(0, 90)
    lesson.progress.guess(1, "a")
    edits = {"filters": filters, "down_blocks": levels, "up_blocks": levels, "up_interpolate": interpolate}
    lesson.designer.session.change(edits)
    (row,) = LESSON.read(lesson.code()).rows
    state, goal = lesson.progress.parts[2], row.goals[0]
    assert (goal.said, goal.holds) == (state.reached, state.reached)
    if state.reached:
        assert goal.parts == state.parts
        assert goal.design == lesson.designer.session.design


def test_a_table_has_a_plain_row_for_each_goal_and_a_picture_of_guesses() -> None:
    table = LESSON.read(f"Ada: {CODE}\nBob: {WORSE}\n<script>: {CODE}\nEve: 3 ✓ 2 filt")
    assert len(table) == len(list(table)) == 3
    rows = table.to_rows()
    assert [(row["name"], row["goal"], row["reached"]) for row in rows[:4]] == [
        ("Ada", 1, True),
        ("Ada", 2, False),
        ("Bob", 1, False),
        ("Bob", 2, False),
    ]
    built = START.replace_all(DEEPER).build()
    assert rows[0]["parameters"] == built.parameters
    assert rows[0]["receptive_field"] == 44
    assert rows[0]["network"].split(" ") == ["filters=4", "down_blocks=2", "up_blocks=2"]
    assert table.guesses("own") == ({2: 2, None: 1}, {0: 2, None: 1})
    html = table._repr_html_()
    assert "<script>" not in html
    assert "How many?" in html
    assert "1 line refused" in html
    assert "within a fifth" in html
    style, _, drawn = html.partition("</style>")
    for colour in set(re.findall(r"var\((--encdec-[a-z-]+)", drawn)):
        assert style.count(f"{colour}: #") == 2, f"{colour}: for light pages and for dark ones"


def test_an_empty_paste_is_an_empty_table() -> None:
    assert LESSON.read("")._repr_html_() == "<p>No codes.</p>"
    assert len(LESSON.read("\n \n")) == 0
    for nonsense in (None, 3, [3], [None]):
        with pytest.raises(ValueError, match=r"The codes are a text, or a list of lines\. Received: "):
            LESSON.read(nonsense)  # type: ignore[arg-type]


@given(st.text(max_size=120))
def test_any_text_is_read(text: str) -> None:
    found, _ = read_codes(text)
    assert all(each.claim is not None or each.reason for each in found)


def test_a_lesson_of_ones_own_is_read_beside_the_six() -> None:
    table = read(f"Ada: {CODE}", lessons=[LESSON])
    assert [row.name for row in table.rows] == ["Ada"]
