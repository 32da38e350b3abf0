"""The scale of images that a design is loaded with comes with its network, and goes with undo."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from encdec_widgets import Design, preset, presets
from encdec_widgets.architectures.blocks.simple_conv import SimpleConvBlock
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.background import Background
from encdec_widgets.designs.kept_history import HistoryWriter, KeptHistory
from encdec_widgets.session import Session
from tests.session.conftest import SMALL

SCALED = SMALL.replace("filters", 3)


def scale(session: Session) -> float:
    session.wait()
    return session.conditions.input_scale


def test_undo_and_redo_bring_the_scale_of_each_design(session: Session) -> None:
    session.assume(input_scale=0.5)
    session.load(SCALED, input_scale=0.25)
    assert scale(session) == 0.25
    session.change("filters", 4)
    session.undo()
    assert scale(session) == 0.25, "an edit is none of the scale"
    session.undo()
    assert (session.design, scale(session)) == (SMALL, 0.5)
    session.redo()
    assert (session.design, scale(session)) == (SCALED, 0.25)


def test_what_is_set_by_hand_stays_while_edits_of_the_same_design_are_undone(session: Session) -> None:
    session.load(SCALED, input_scale=0.25)
    session.change("filters", 4)
    session.assume(input_scale=0.75)
    session.undo()
    session.redo()
    assert scale(session) == 0.75
    session.hold(True)
    for filters in (5, 4):  # a drag that leads back to the step before it
        session.turn("filters", filters)
    session.hold(False)
    assert scale(session) == 0.75


def test_checks_are_those_of_the_scale(session: Session) -> None:
    session.assume(animal_px=200)
    assert any(check.kind == "receptive field below the animal" for check in session.shown.checks)
    session.load(SCALED, input_scale=0.1)
    session.wait()
    assert not any(check.kind == "receptive field below the animal" for check in session.shown.checks)
    session.undo()
    session.wait()
    assert any(check.kind == "receptive field below the animal" for check in session.shown.checks)


def test_a_design_that_is_there_already_takes_the_scale(session: Session) -> None:
    session.load(SMALL, input_scale=0.25)
    assert scale(session) == 0.25
    assert session.editor.history.undo_name is None


def test_a_design_that_is_loaded_without_a_scale_leaves_it(session: Session) -> None:
    session.assume(input_scale=0.25)
    session.load(SCALED)
    assert scale(session) == 0.25


def test_a_scale_that_is_not_possible_loads_nothing(session: Session) -> None:
    with pytest.raises(FieldError, match="input_scale"):
        session.load(SCALED, input_scale=0.0)
    assert session.design == SMALL


def test_what_is_brought_back_has_the_scale_of_its_design(session: Session) -> None:
    session.load(SCALED, input_scale=0.25)
    session.change("filters", 4)
    kept = KeptHistory.of(json.loads(json.dumps(HistoryWriter().data_of(session.editor.history))))
    later = Session(SMALL)
    later.bring_back(kept.history())
    assert (later.design, scale(later)) == (session.design, 0.25)
    later.undo()
    later.undo()
    assert (later.design, scale(later)) == (SMALL, 1.0)
    data = json.loads(json.dumps(kept.data).replace("0.25", "0.01"))
    with pytest.raises(ValueError, match="edit 1: scales are two numbers"):
        KeptHistory.of(data).history()


def test_a_scale_that_is_set_while_a_design_is_built_stays(in_both_forms: Background) -> None:
    async def set_meanwhile() -> None:
        session = Session(SMALL, background=in_both_forms)
        session.load(SCALED, input_scale=0.25)
        session.assume(input_scale=0.75)  # its network may not be on screen yet
        assert scale(session) == 0.75
        session.load(SMALL, input_scale=0.5)
        session.load(SMALL, input_scale=0.6)  # the same design, for other images
        assert scale(session) == 0.6
        session.close()

    asyncio.run(set_meanwhile())


def test_of_designs_that_follow_at_once_undo_finds_each_scale(in_both_forms: Background) -> None:
    async def used_in_a_row() -> None:
        session = Session(SMALL, background=in_both_forms)
        session.load(SCALED, input_scale=0.25)
        session.load(SMALL.replace("filters", 5), input_scale=0.75)  # the one before may not be on screen yet
        assert scale(session) == 0.75
        session.undo()
        assert (session.design, scale(session)) == (SCALED, 0.25)
        session.undo()
        assert (session.design, scale(session)) == (SMALL, 1.0)
        session.close()

    asyncio.run(used_in_a_row())


def test_another_name_of_the_same_preset_leaves_the_scale_as_it_is_set(session: Session) -> None:
    names: dict[Design, list[str]] = {}
    for name in presets():
        names.setdefault(preset(name), []).append(name)
    one, other = next(same for same in names.values() if len(same) > 1)[:2]
    session.load(one, input_scale=0.5)
    session.load(other)
    session.assume(input_scale=0.8)
    session.change("filters", 8)
    assert scale(session) == 0.8
    session.undo()
    session.undo()
    assert (session.design, scale(session)) == (SMALL, 1.0)


def test_a_scale_that_is_set_last_counts_where_the_design_after_it_is_refused(
    in_both_forms: Background,
) -> None:
    class Refuses(SimpleConvBlock):
        def make_block(self, x_in: Any, prefix: str = "conv_block") -> Any:
            raise ValueError("it is not built")

    refused = SCALED.replace("encoder[0]", Refuses())

    async def refused_meanwhile() -> None:
        session = Session(SMALL, background=in_both_forms)
        session.load(SCALED, input_scale=0.25)
        session.load(refused)
        session.assume(input_scale=0.75)
        assert scale(session) == 0.75
        assert (session.design, session.problem is None) == (SCALED, False)
        session.close()

    asyncio.run(refused_meanwhile())


def test_undo_of_a_design_finds_the_scale_that_was_set_before_it(in_both_forms: Background) -> None:
    async def set_between() -> None:
        session = Session(SMALL, background=in_both_forms)
        session.load(SCALED, input_scale=0.25)
        session.assume(input_scale=0.75)
        session.load(SMALL.replace("filters", 5), input_scale=0.5)
        assert scale(session) == 0.5
        session.undo()
        assert (session.design, scale(session)) == (SCALED, 0.75)
        session.close()

    asyncio.run(set_between())
