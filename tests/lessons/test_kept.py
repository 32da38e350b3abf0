"""What was done in a lesson comes back: where the cell is run again, and where the kernel was started anew."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.background import Background
from encdec_widgets.designs.design_json import to_data
from encdec_widgets.lessons import Lesson, at_least
from encdec_widgets.lessons import progress as progress_module
from encdec_widgets.lessons.kept import LessonFile
from encdec_widgets.session.network_time import NetworkTime
from tests.both_forms import in_both_forms as in_both_forms
from tests.lessons.beside import START, Desk, lesson_of
from tests.session.slow import until

DEEPER = START.replace_all({"down_blocks": 2, "up_blocks": 2})
CALLS: list[int] = []


def answer() -> int:
    CALLS.append(1)
    return 100


@pytest.fixture
def file(tmp_path: Path) -> Path:
    CALLS.clear()
    return tmp_path / "kept" / "lesson.json"


def made(keep: Any, start: Design = START) -> Lesson:
    """The lesson as its cell makes it, each time that it is run."""
    lesson = lesson_of(start, keep=keep)
    lesson.predict("How many?", answer, unit="px", because="So it is.")
    lesson.goal("See.", receptive_field=at_least(40), hints=("One.", "Two."))
    lesson.predict("Which?", lambda: "a", choices=("a", "b"))
    lesson.goal("Be quick.", time_ms=at_least(1))
    return lesson


def done(lesson: Lesson) -> Lesson:
    """All that a person can do in it."""
    progress, session = lesson.progress, lesson.designer.session
    progress.guess(0, 90)
    progress.turn_to(1)
    progress.ask_hint(1)
    session.load(DEEPER)
    progress.guess(2, "b")
    session.set_time(NetworkTime(design=DEEPER, ms=3.5, measured=True, work="forward pass", device="CPU"))
    return lesson


def test_everything_comes_back_where_the_cell_is_run_again(file: Path) -> None:
    first = done(made(file))
    again = made(file)
    assert again.designer.session.design == DEEPER
    assert again.start == START
    assert again.progress.current == 1
    before, after = first.progress.parts, again.progress.parts
    assert after[:3] == before[:3]
    assert after[3].reached
    assert not after[3].reached_now, "the time is that of the kernel before"
    assert again.code() == first.code()
    assert "time_ms:3.5" in again.code()
    assert CALLS == [1], "the answer is kept: nobody measures it again"
    again.designer.session.undo()
    assert again.designer.session.design == START


FRESH = """
import sys
from tests.lessons.test_kept import made
lesson = made(sys.argv[1])
as_before = lesson.designer.session.design.to_json() == sys.argv[2]
print(lesson.code(), lesson.progress.current, lesson.progress.hidden, as_before)
"""


def test_everything_comes_back_in_another_process(file: Path) -> None:
    code = done(made(file)).code()
    environment = {**os.environ, "KERAS_BACKEND": "numpy", "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-c", FRESH, str(file), DEEPER.to_json()]
    how: dict[str, Any] = {"cwd": Path(__file__).parents[2], "env": environment, "encoding": "utf-8"}
    said = subprocess.run(command, check=False, capture_output=True, timeout=280, **how)
    assert said.stdout.split("\n")[0] == f"{code} 1 False True", said.stderr


def test_nothing_is_written_before_somebody_does_something(file: Path) -> None:
    lesson = made(file)
    assert not file.parent.exists()
    lesson.designer.session.change("filters", 9)
    assert file.exists()


def test_a_lesson_has_a_file_of_its_name_in_the_folder_of_the_notebook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    lesson_names = ("3", "Skips", "skips", "für-alle")
    for name in lesson_names:
        lesson = lesson_of(name=name, keep="")
        lesson.predict("How many?", answer)
        lesson.progress.guess(0, 5)
    files = {path.name for path in (tmp_path / ".encdec-lessons").iterdir()}
    assert "3.json" in files
    assert len({name.lower() for name in files}) == len(lesson_names), (
        "also where letters' case does not count"
    )


def test_another_start_is_another_lesson_and_the_old_file_is_kept_aside(file: Path) -> None:
    done(made(file))
    other = made(file, START.replace("filters", 4))
    assert other.progress.parts[0].guess is None
    assert other.designer.session.design == other.start
    assert other.progress.note == (
        "lesson.json is of a lesson that starts with another network: the lesson begins anew. The old file is kept as "
        "lesson.json.other."
    )
    aside = file.with_name("lesson.json.other")
    assert json.loads(aside.read_text(encoding="utf-8"))["start"] == to_data(START)


def test_no_file_that_is_set_aside_takes_the_place_of_an_earlier_one(file: Path) -> None:
    for filters in (3, 4, 5):
        lesson = made(file, START.replace("filters", filters))
        assert lesson.progress.parts[0].guess is None
        lesson.progress.guess(0, filters)
    asides = [file.with_name(f"lesson.json.other{number}") for number in ("", 2)]
    guesses = [json.loads(aside.read_text(encoding="utf-8"))["parts"] for aside in asides]
    assert [guess["How many?; px"]["guess"] for guess in guesses] == [3, 4]
    assert lesson.progress.note.endswith(" The old file is kept as lesson.json.other2.")
    for text in ("{", "["):
        file.write_text(text, encoding="utf-8")
        LessonFile(file, "own", START)
    assert file.with_name("lesson.json.damaged").read_text(encoding="utf-8") == "{"
    assert file.with_name("lesson.json.damaged2").read_text(encoding="utf-8") == "["


def test_what_an_earlier_release_has_kept_of_a_start_with_fewer_fields_comes_back(file: Path) -> None:
    code = done(made(file)).code()
    data = json.loads(file.read_text(encoding="utf-8"))
    del data["start"]["architecture"]["fields"]["up_interpolate"]
    file.write_text(json.dumps(data), encoding="utf-8")
    again = made(file)
    assert (again.progress.note, again.code()) == ("", code)
    data["start"]["architecture"]["fields"]["a_field_of_later"] = 1
    file.write_text(json.dumps(data), encoding="utf-8")
    assert "starts with another network" in made(file).progress.note


def test_two_notebooks_of_one_lesson_name_do_not_write_over_each_other(file: Path) -> None:
    first = LessonFile(file, "own", START)
    first.write({"a": {"guess": 1}}, START, "")
    second = LessonFile(file, "own", DEEPER)
    second.write({"b": {"guess": 2}}, DEEPER, "")
    text = file.read_text(encoding="utf-8")
    for act in (lambda: first.write({"a": {"guess": 3}}, START, ""), first.begin_anew):
        act()
        assert first.note == (
            "What you do here is kept until the kernel ends, and no longer. lesson.json is of a lesson that starts "
            "with another network: another notebook keeps it there. Would work: close that one, and run this cell "
            "again."
        )
        assert file.read_text(encoding="utf-8") == text
    assert len(list(file.parent.iterdir())) == 2, "the first one's is kept aside, once"


def test_a_file_that_is_damaged_while_the_lesson_goes_on_is_written_anew_and_said_so(file: Path) -> None:
    lesson = made(file)
    lesson.progress.guess(0, 90)
    file.write_text("{", encoding="utf-8")
    lesson.progress.ask_hint(1)
    assert lesson.progress.note == (
        "lesson.json was damaged and can't be read: it is written anew, with what was done here. The old file is kept "
        "as lesson.json.damaged."
    )
    again = made(file)
    assert again.progress.parts[0].guess == 90
    assert again.progress.parts[1].hints == ("One.",)


def test_a_part_that_was_changed_is_another_part(file: Path) -> None:
    done(made(file))
    lesson = lesson_of(keep=file)
    lesson.predict("How many?", answer, unit="mm")
    lesson.predict("Which?", lambda: "a", choices=("a", "b"))
    lesson.goal("See.", receptive_field=at_least(41), hints=("One.",))
    assert lesson.progress.parts[0].guess is None
    assert lesson.progress.parts[1].guess == "b"
    assert lesson.progress.parts[2].hints == ()


def test_a_guess_whose_answer_did_not_come_is_answered_after_the_restart(file: Path) -> None:
    lesson = lesson_of(keep=file)
    lesson.predict("How many?", lambda: 1 / 0, unit="px", because="So it is.")
    lesson.progress.guess(0, 90)
    again = made(file)
    assert again.progress.parts[0].answer == 100


def test_begin_anew_forgets_all_of_it(file: Path) -> None:
    lesson = done(made(file))
    lesson.progress.begin_anew()
    for each in (lesson, made(file)):
        fresh = made(None)
        assert each.designer.session.design == START
        assert each.progress.parts[:3] == fresh.progress.parts[:3]
        assert each.progress.current == 0
        assert each.progress.hidden
        assert each.code() == fresh.code()


BROKEN = st.one_of(
    st.text(max_size=40),
    st.recursive(
        st.none() | st.integers() | st.text(max_size=3),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    ).map(json.dumps),
)


@settings(max_examples=30)
@given(BROKEN)
def test_a_damaged_file_is_kept_aside_and_the_lesson_begins_anew(tmp_path_factory: Any, text: str) -> None:
    file = tmp_path_factory.mktemp("kept") / "lesson.json"
    file.write_text(text, encoding="utf-8", newline="")
    kept = LessonFile(file, "own", START)
    if text:
        assert kept.note.startswith("lesson.json was damaged and can't be read: the lesson begins anew.")
        assert file.with_name("lesson.json.damaged").read_bytes() == text.encode()
    assert (kept.parts, kept.design) == ({}, None)
    kept.write({"a part": {"guess": 3}}, START, "")
    assert LessonFile(file, "own", START).parts == {"a part": {"guess": 3}}


@pytest.mark.parametrize("end", [1, 40, -1])
def test_a_file_that_was_cut_is_damaged(file: Path, end: int) -> None:
    done(made(file))
    file.write_bytes(file.read_bytes()[:end])
    lesson = made(file)
    assert "was damaged" in lesson.progress.note
    assert lesson.progress.parts[0].guess is None


@pytest.mark.parametrize(
    "part",
    [
        {"guess": "many"},
        {"guess": None, "answer": 3},
        {"guess": [1]},
        {"hints": "all"},
        {"hints": -5},
        {"reached": {"design": {}, "figures": {}}},
        {"reached": {"design": None, "figures": {}}},
        {"reached": {"design": to_data(START), "figures": {"f1": "good"}}},
        {"reached": 7},
    ],
    ids=str,
)
def test_a_part_that_makes_no_sense_is_as_if_it_were_not_there(file: Path, part: dict[str, Any]) -> None:
    done(made(file))
    data = json.loads(file.read_text(encoding="utf-8"))
    data["parts"] = dict.fromkeys(data["parts"], part)
    file.write_text(json.dumps(data), encoding="utf-8")
    lesson = made(file)
    assert lesson.progress.parts[0].guess is None
    assert lesson.progress.parts[1].hints == ()
    assert not lesson.progress.parts[3].reached
    assert lesson.designer.session.problem is None


def test_a_folder_that_can_not_be_written_is_said_and_the_lesson_goes_on(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file where the folder should be", encoding="utf-8")
    lesson = done(made(tmp_path / "kept" / "lesson.json"))
    assert lesson.progress.note.startswith("What you do here is kept until the kernel ends, and no longer. ")
    assert lesson.progress.parts[1].reached
    assert lesson.designer.session.problem is None


def test_of_a_lesson_that_is_made_again_the_newest_alone_is_kept(file: Path) -> None:
    again = []

    def slow() -> int:
        """While it computes, the cell is run again, and a person goes on there."""
        if not again:
            again.append(lesson := made(file))
            lesson.designer.session.load(DEEPER)
            lesson.progress.turn_to(1)
        return 100

    old = lesson_of(keep=file)
    old.predict("How many?", slow, unit="px")
    old.goal("See.", receptive_field=at_least(40), hints=("One.", "Two."))
    old.progress.guess(0, 90)
    assert old.progress.parts[0].answer == 100, "it goes on, wherever it is still seen"
    old.designer.session.change("filters", 3)
    assert old.progress.note == (
        "What you do here is kept until the kernel ends, and no longer. The lesson was made again: go on there."
    )
    assert again[0].progress.note == ""
    last = made(file)
    assert (last.designer.session.design, last.progress.current) == (DEEPER, 1)
    assert last.progress.parts[0].guess == 90
    elsewhere = made(file.with_name("other.json"))
    assert last.progress.note == elsewhere.progress.note == ""


def test_two_kernels_that_write_keep_what_each_of_them_has(file: Path) -> None:
    one = made(file)
    progress_module._keeping.clear()  # another kernel knows nothing of the first
    two = made(file)
    one.progress.guess(0, 90)
    two.progress.guess(0, 80)
    two.designer.session.load(DEEPER)
    one.progress.ask_hint(1)
    again = made(file)
    assert again.progress.parts[0].guess == 90, "that of the one that wrote last"
    assert again.progress.parts[1].hints == ("One.",)
    assert again.progress.parts[1].reached, "by the other one"


def test_a_design_of_classes_that_are_not_there_is_said(file: Path) -> None:
    done(made(file))
    text = file.read_text(encoding="utf-8")
    data = json.loads(text)
    data["design"]["architecture"]["class"] = "somewhere.Else"
    file.write_text(json.dumps(data), encoding="utf-8")
    lesson = made(file)
    assert "needs the class 'somewhere.Else'" in lesson.progress.note
    assert lesson.designer.session.design == START
    assert lesson.progress.parts[0].guess == 90


def test_the_network_on_screen_is_kept_once_edits_rest(file: Path, in_both_forms: Background) -> None:
    async def main() -> None:
        lesson = made(file)
        session = lesson.designer.session
        await until(lambda: session.shown is not None)
        for filters in (9, 10, 11):
            session.turn("filters", filters)
        await until(file.exists)
        kept = LessonFile(file, "own", START).design
        assert kept is not None
        assert isinstance(kept.architecture, UNet)
        assert kept.architecture.filters == 11

    asyncio.run(main())


def test_nowhere_is_a_place_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done(made(None))
    assert list(tmp_path.iterdir()) == []
    assert Desk().session.design == START
