"""Histories as data of JSON: read as they were written, small, and refused in words where they are none."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encdec_widgets import Design, preset, presets
from encdec_widgets.designs.design_json import to_data
from encdec_widgets.designs.history import History, State
from encdec_widgets.designs.json_changes import differences, with_changes
from encdec_widgets.designs.kept_history import MOST_KEPT, HistoryWriter, KeptHistory

START = preset("SLEAP centroid")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.floats(allow_nan=False) | st.text(max_size=2),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.text(max_size=1), parts, max_size=3),
    max_leaves=12,
)


def through_json(history: History, writer: HistoryWriter | None = None) -> KeptHistory:
    return KeptHistory.of(json.loads(json.dumps((writer or HistoryWriter()).data_of(history))))


def edited(*paths: tuple[str, Any], position: int | None = None) -> History:
    states = [State(START, name="SLEAP centroid")]
    for path, value in paths:
        states.append(State(states[-1].design.replace(path, value)))
    return History(tuple(states), len(paths) if position is None else position)


@given(JSON, JSON)
def test_data_with_its_differences_from_other_data_is_the_other_data(before: Any, after: Any) -> None:
    kept = json.dumps(before)
    assert json.dumps(with_changes(before, differences(before, after))) == json.dumps(after)
    assert json.dumps(before) == kept


@given(st.lists(st.sampled_from([*presets()]), min_size=1, max_size=5), st.data())
@settings(deadline=None)
def test_a_history_is_read_as_it_was_written(names: list[str], data: st.DataObject) -> None:
    states = [State(START), *(State(preset(name), f"load {name}", anew=True, name=name) for name in names)]
    history = History(tuple(states), data.draw(st.integers(0, len(names))))
    kept = through_json(history).history()
    assert [state.design for state in kept.states] == [state.design for state in states]
    assert [(s.words, s.name) for s in kept.states] == [(s.words, s.name) for s in states]
    assert (kept.position, kept.undo_name, kept.redo_name) == (
        history.position,
        history.undo_name,
        history.redo_name,
    )


def test_edits_of_a_family_of_its_blocks_and_of_its_input_come_back() -> None:
    history = edited(("filters", 24), ("encoder[1].num_convs", 3), ("input_shape", (128, 128, 3)))
    kept = through_json(history)
    assert kept.count == 3
    assert kept.history().present.design == history.present.design
    assert kept.history().undone().undone().present.design == START.replace("filters", 24)


def test_an_edit_of_a_field_takes_few_characters_however_large_the_design() -> None:
    history = edited(("encoder[0].filters", 8), *(("encoder[0].filters", 9 + i) for i in range(100)))
    data = HistoryWriter().data_of(history)
    assert len(json.dumps(data["edits"][1:])) < 10_000 < len(json.dumps(to_data(START))) * 100


def test_each_edit_is_written_once(monkeypatch: pytest.MonkeyPatch) -> None:
    writer, history = HistoryWriter(), edited(("filters", 24), ("filters", 25))
    first = writer.data_of(history)
    monkeypatch.setattr("encdec_widgets.designs.kept_history.to_data", lambda _: pytest.fail("written again"))
    assert writer.data_of(history) == first
    assert writer.data_of(history.undone()) == {**first, "position": 1}


@pytest.mark.parametrize("position", [0, 1, MOST_KEPT + 49, MOST_KEPT + 50])
def test_of_a_long_history_the_newest_edits_are_kept_and_the_present_design(position: int) -> None:
    history = edited(*(("filters", 17 + i) for i in range(MOST_KEPT + 50)), position=position)
    kept = through_json(history).history()
    assert len(kept.states) == MOST_KEPT + 1
    assert kept.present.design == history.present.design
    assert [state.design for state in kept.states] in [
        [state.design for state in history.states[i : i + MOST_KEPT + 1]] for i in (0, 1, 50)
    ]


GOOD = HistoryWriter().data_of(edited(("filters", 24)))


def with_edit(**entries: Any) -> dict[str, Any]:
    return {**GOOD, "edits": [{**GOOD["edits"][0], **entries}]}


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        {},
        {**GOOD, "first": "x"},
        {**GOOD, "edits": None},
        {**GOOD, "edits": []},
        {**GOOD, "edits": GOOD["edits"] * (MOST_KEPT + 1)},
        {**GOOD, "position": 2},
        {**GOOD, "position": -1},
        {**GOOD, "position": True},
        {**GOOD, "position": "1"},
        {**GOOD, "name": 1},
        {**GOOD, "first": {}},
        {**GOOD, "edits": ["x"]},
        with_edit(changes=None),
        with_edit(changes=[1]),
        with_edit(changes=[["filters", 3]]),
        with_edit(changes=[[["architecture", "fields", "no field"], 3]]),
        with_edit(changes=[[["architecture", "fields", "filters"], 0]]),
        with_edit(changes=[[["input_shape", True], 0]]),
        with_edit(changes=[[["input_shape", 9], 0]]),
        with_edit(changes=[[["architecture", "class"], "os.system"]]),
        with_edit(changes=[[[], None]]),
        with_edit(words=["x"]),
        with_edit(code="x"),
    ],
)
def test_what_is_no_history_is_refused_in_words(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        KeptHistory.of(wrong).history()


@given(JSON, st.data())
def test_whatever_stands_in_it_it_is_read_or_refused(value: Any, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from([*GOOD]))
    try:
        history = KeptHistory.of({**GOOD, key: value}).history()
    except ValueError as error:
        assert str(error)
    else:
        assert all(isinstance(state.design, Design) for state in history.states)
