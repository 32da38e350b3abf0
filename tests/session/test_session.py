"""What a session holds: one valid network, undo, a selection, conditions, and the words for all of it."""

from typing import Any

import pytest

from encdec_widgets import preset
from encdec_widgets.architectures import LeapCNN
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.designs.block_edits import duplicate, move, remove
from encdec_widgets.session import Session
from tests.amount import full_or
from tests.session.conftest import SMALL


@pytest.mark.parametrize("start", [None, "LEAP CNN", LeapCNN(filters=2), SMALL])
def test_it_starts_from_anything_that_is_a_network(start: object) -> None:
    session = Session(start)  # type: ignore[arg-type]
    assert session.model is session.backbone.model
    assert session.design == session.backbone.design
    assert session.problem is None


def test_it_refuses_to_start_from_anything_else() -> None:
    with pytest.raises(ValueError, match="Received: 42"):
        Session(42)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no preset named 'X-Net'"):
        Session("X-Net")


def test_several_fields_are_changed_together(session: Session) -> None:
    session.change({"filters": 3, "down_blocks": 3})
    assert session.design == SMALL.replace_all({"filters": 3, "down_blocks": 3})
    session.undo()
    assert session.design == SMALL


def test_a_list_of_blocks_is_changed_and_its_selection_moves_along(session: Session) -> None:
    session.select("encoder[0]")
    session.change(duplicate(session.editor.wanted, "encoder[0]"))
    assert (session.selected, session.shown.selected) == ("encoder[1]", "encoder[1]")
    count = len(session.design.architecture.encoder_stack)
    session.change(remove(session.editor.wanted, "encoder[1]"))
    assert len(session.design.architecture.encoder_stack) == count - 1
    session.undo()
    session.undo()
    assert session.design == SMALL


def test_twins_that_change_places_are_said_to_be_alike(session: Session) -> None:
    session.change(duplicate(session.editor.wanted, "encoder[0]"))
    before = session.design
    session.change(move(session.editor.wanted, "encoder[0]", 1))
    assert session.design == before
    assert (session.shown.words, session.shown.effect) == (
        "move enc0 later",
        "nothing changed, as these blocks are alike",
    )


def test_load_takes_a_design_an_architecture_or_a_preset(session: Session) -> None:
    session.load("LEAP (2019)")
    assert session.design == preset("LEAP (2019)")
    assert session.editor.history.undo_name == "load LEAP (2019)"
    session.load(42)  # type: ignore[arg-type]
    assert "Received: 42" in str(session.problem)
    assert session.design == preset("LEAP (2019)")


def test_undo_gives_up_what_is_not_possible_first(session: Session) -> None:
    session.change("filters", 4)
    session.change("filters", 0)
    session.undo()
    assert (session.problem, session.design) == (None, SMALL.replace("filters", 4))
    session.undo()
    assert session.design == SMALL
    session.undo()  # nothing is left
    session.redo()
    assert session.design == SMALL.replace("filters", 4)


def test_a_hundred_steps_can_be_taken_back(session: Session) -> None:
    designs = []
    for i in range(full_or(101, 21)):
        session.change("filters", 3 + i % 2)
        designs.append(session.design)
    for design in reversed(designs[:-1]):
        session.undo()
        assert session.design == design
    assert session.editor.history.undo_name == "filters 2 to 3"


def test_what_changes_while_a_pointer_is_down_is_one_step(session: Session) -> None:
    session.hold(True)
    for value in range(3, 12):
        session.turn("filters", value)
    session.hold(False)
    assert session.editor.history.undo_name == "filters 2 to 11"
    session.undo()
    assert session.design == SMALL
    assert session.in_hand == "filters"


def test_a_preset_that_is_undone_leaves_each_network_its_own_weights(session: Session) -> None:
    session.load("SLEAP centroid")
    theirs = session.model.get_layer("stack0_enc0_conv0")
    session.undo()
    assert session.model.get_layer("stack0_enc0_conv0") is not theirs


# What is selected


def test_a_path_of_no_block_is_refused_with_those_that_there_are(session: Session) -> None:
    for path in ("filters", "encoder[9]", "head"):
        with pytest.raises(ValueError, match=r"no such block.*Would work: .*'encoder\[0\]'"):
            session.select(path)


def test_a_block_is_selected_by_its_name_in_the_graph(session: Session) -> None:
    session.select_block("stack0_enc1")
    assert (session.selected, session.shown.selected_blocks) == ("encoder[1]", ("stack0_enc1",))
    session.select_block("gone")
    assert session.selected == "encoder[1]"
    session.change("head", Head(3))
    session.select_block("stack0_head")
    assert session.selected == "head"
    session.change("head", None)
    assert session.selected is None


def test_the_same_selection_again_is_told_again(session: Session) -> None:
    told: list[Any] = []
    session.observe(lambda change: told.append((change["new"].path, change["new"].chosen)), "selection")
    session.select("encoder[0]")
    session.select("encoder[0]")
    session.change(duplicate(session.editor.wanted, "encoder[0]"))
    assert told == [("encoder[0]", True), ("encoder[0]", True), ("encoder[1]", False)]


# Conditions, checks, dismissed advice


def test_checks_come_with_the_network_and_with_other_conditions(session: Session) -> None:
    assert session.shown.checks == session.backbone.checks()
    shown: list[tuple[str, ...]] = []
    session.observe(lambda change: shown.append(tuple(c.kind for c in change["new"].checks)), "shown")
    session.assume(animal_px=400)
    assert shown[-1][0] == "receptive field below the animal"
    session.change("filters", 3)
    assert shown[-1][0] == "receptive field below the animal"
    assert len(shown) == 2
    session.assume(animal_px=400)
    assert len(shown) == 2, "nothing is new"


def test_a_condition_that_is_not_possible_is_refused(session: Session) -> None:
    before = session.conditions
    with pytest.raises(ValueError, match="batch_size must be a whole number from 1"):
        session.assume(batch_size=0)
    assert session.conditions == before


def test_advice_of_a_kind_that_is_dismissed_is_not_told(session: Session) -> None:
    kinds = [check.kind for check in session.shown.told(session.dismissed)]
    assert kinds == ["checkerboard"]
    session.dismiss("checkerboard")
    session.dismiss("checkerboard")
    assert session.dismissed == ("checkerboard",)
    assert session.shown.told(session.dismissed) == ()
    session.show_dismissed()
    assert session.shown.told(session.dismissed) == session.shown.checks


# What is said of a network


def test_what_is_said_of_a_network_tells_what_it_is_and_what_changed(session: Session) -> None:
    assert session.shown.summary.startswith("U-Net, 2 levels, 2 skips, output stride 1")
    assert (session.shown.words, session.shown.effect, session.shown.marks) == ("", "", {})
    session.change("filters", 3)
    assert session.shown.words == "filters 2 to 3"
    assert session.shown.effect.startswith("+")
    assert set(session.shown.marks) <= set(session.backbone.blocks)


def test_the_name_that_was_asked_for_stays_until_the_first_edit_and_comes_back_by_undo() -> None:
    session = Session("SLEAP centroid")
    assert session.editor.preset == "SLEAP centroid"
    session.change("filters", 24)
    assert session.editor.preset is None
    session.undo()
    assert session.editor.preset == "SLEAP centroid"
    session.load("LEAP CNN")
    session.undo()
    assert session.editor.preset == "SLEAP centroid"


def test_another_name_of_the_same_network_is_kept_without_a_step_to_undo() -> None:
    session = Session("SLEAP centroid")
    session.change("filters", 24)
    session.undo()
    session.load("SLEAP medium single")
    assert session.editor.preset == "SLEAP medium single"
    assert session.editor.history.undo_name is None
    assert session.editor.history.redo_name == "filters 16 to 24"
    session.load("X-Net")
    assert session.editor.preset == "SLEAP medium single"


def test_a_design_of_several_names_has_the_first_where_none_was_asked_for() -> None:
    assert Session(preset("SLEAP centroid")).editor.preset == "SLEAP medium single"
