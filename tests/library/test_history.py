"""Undo, redo and the names of steps, without any widget."""

import attrs
from hypothesis import given
from hypothesis import strategies as st

from encdec_widgets import Design, preset
from encdec_widgets.architectures import LeapCNN, UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import SimpleConvBlock
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.designs.block_edits import remove
from encdec_widgets.designs.edit_names import edit_name
from encdec_widgets.designs.history import MOST_STATES, SAME_GESTURE_S, Gestures, History, State
from encdec_widgets.session.editor import Editor

START = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (64, 64, 1))


def widths(*filters: int) -> list[State]:
    return [State(START.replace("filters", value)) for value in filters]


def after(*states: State) -> History:
    history = History((State(START),))
    for state in states:
        history = history.then(state)
    return history


@given(st.lists(st.integers(1, 9), max_size=30), st.data())
def test_undo_and_redo_walk_along_what_was_done(filters: list[int], data: st.DataObject) -> None:
    history = after(*widths(*filters))
    done = [START.architecture.filters]  # type: ignore[attr-defined]
    for value in filters:
        if value != done[-1]:
            done.append(value)
    for step in data.draw(st.lists(st.sampled_from(["undo", "redo"]), max_size=40)):
        position = history.position
        history = history.undone() if step == "undo" else history.redone()
        assert history.position == min(max(position + (-1 if step == "undo" else 1), 0), len(done) - 1)
        assert history.present.design == START.replace("filters", done[history.position])
        assert (history.undo_name is None) == (history.position == 0)
        assert (history.redo_name is None) == (history.position == len(done) - 1)


def test_hundreds_of_steps_can_be_taken_back() -> None:
    history = after(*widths(*range(3, 3 + 2 * MOST_STATES)))
    steps = 0
    while history.undo_name is not None:
        history, steps = history.undone(), steps + 1
    assert steps == MOST_STATES - 1 >= 100


def test_a_new_step_forgets_what_was_undone() -> None:
    history = after(*widths(3, 4)).undone().then(*widths(9))
    assert history.redo_name is None
    assert history.undone().present.design.architecture.filters == 3  # type: ignore[attr-defined]


def test_a_drag_is_one_step_and_one_that_leads_back_is_none() -> None:
    drag = [attrs.evolve(state, gesture=("filters", 1)) for state in widths(3, 4, 5)]
    history = after(*drag)
    assert history.undo_name == "filters 2 to 5"
    assert history.undone().present.design == START
    assert after(*drag, State(START, gesture=("filters", 1))).undo_name is None
    other = attrs.evolve(widths(7)[0], gesture=("filters", 2))
    assert history.then(other).undo_name == "filters 5 to 7"


def test_a_gesture_that_leads_back_leads_back_to_the_family() -> None:
    editor = Editor.at(START).changed({"encoder[0].filters": 3}, gesture="drag")
    back = editor.changed({"encoder[0].filters": 2}, gesture="drag")
    assert (back.wanted, back.history.undo_name) == (START, None)


def test_what_could_not_be_built_is_no_step_and_what_was_undone_stays() -> None:
    before = Editor.at(START).changed({"filters": 3}).changed({"filters": 4}).undone()
    refused = before.refused(FieldError("filters", 9, "must be odd", (5,)), {"filters": 9})
    assert refused.history == before.history
    assert [mend.label for mend in refused.outcome.mends] == ["set filters to 5", "undo this change"]
    assert refused.cleared() == before


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_hand_that_rests_begins_another_gesture_unless_it_holds_on() -> None:
    clock = Clock()
    gestures = Gestures(clock)
    first = gestures.of("filters")
    clock.now += SAME_GESTURE_S / 2
    assert gestures.of("filters") == first
    clock.now += 2 * SAME_GESTURE_S
    second = gestures.of("filters")
    assert second != first
    assert gestures.of("height") != gestures.of("filters") != second

    gestures.hold(True)
    drag = gestures.of("filters")
    clock.now += 60
    assert gestures.of("filters") == drag
    gestures.hold(False)
    assert gestures.of("filters") == drag  # what the page still had to send
    gestures.hold(True)
    assert gestures.of("filters") != drag


def test_steps_are_named_by_what_they_change() -> None:
    unet = START
    names = {
        "filters 2 to 24": unet.replace("filters", 24),
        "up interpolate on": unet.replace("up_interpolate", True),
        "input size 64 × 64 × 1 to any × any × 1": unet.replace("input_shape", (None, None, 1)),
        "head on": unet.replace("head", Head()),
        "skip add on in 2 blocks": unet.replace("decoder[*].skip_add", True),
        "enc1 filters 4 to 9": unet.replace("encoder[1].filters", 9),
        "encoder blocks 5 to 4": unet.replace_all(remove(unet, "encoder[0]").changes),
        "enc2 PoolingBlock to SimpleConvBlock": unet.replace("encoder[2]", SimpleConvBlock()),
        "UNet to LeapCNN": unet.replace("architecture", LeapCNN()),
        "filters 2 to 3, and 1 more": unet.replace_all({"filters": 3, "filters_rate": 1.5}),
        "nothing": unet,
    }
    assert {edit_name(unet, design): design for design in names.values()} == names
    with_head = unet.replace("head", Head())
    assert edit_name(with_head, with_head.replace("head.channels", 5)) == "head channels 16 to 5"


def test_a_change_that_is_not_possible_is_undone_first() -> None:
    editor = Editor.at(START).changed({"filters": 4})
    refused = editor.changed({"filters": 0})
    assert refused.outcome.error is not None
    assert refused.undone() == editor
    assert editor.undone().wanted == START
    assert editor.undone().redone() == editor


def test_another_design_is_one_step_with_a_name() -> None:
    editor = Editor.at(START).replaced(lambda: preset("U-Net"))
    assert (editor.history.undo_name, editor.history.present.anew) == ("load U-Net", True)
    assert editor.undone().wanted == START
    assert editor.step_from(Editor.at(START)) == "load U-Net"
    assert editor.undone().step_from(editor) == "Undo load U-Net"
    assert editor.undone().redone().step_from(editor.undone()) == "Redo load U-Net"
