"""Edits while an event loop runs, as in a notebook: built in the background, the newest first."""

from collections.abc import Callable
from typing import Any

import attrs
import numpy as np
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import CustomEncoderDecoder
from encdec_widgets.session import Session
from tests.session.conftest import SMALL
from tests.session.slow import SLOW, Gate, SlowBlock, filters_of, held_up, in_a_loop, until

pytestmark = pytest.mark.usefixtures("in_both_forms")


def kernel(session: Session) -> Any:
    return session.model.get_layer("stack0_enc0_conv0").get_weights()[0]


def test_an_edit_returns_before_the_network_is_built(gate: Gate) -> None:
    async def scenario() -> None:
        session = Session(SLOW)
        gate.open.clear()
        session.turn("encoder[0].filters", 5)
        assert filters_of(session) == [2, 2, 2]
        assert session.editor.wanted == SLOW.replace("encoder[0].filters", 5)
        gate.open.set()
        await until(lambda: filters_of(session) == [5, 2, 2])

    in_a_loop(scenario)


def test_an_edit_that_was_overtaken_is_dropped_and_the_newest_shown_with_all_changes(gate: Gate) -> None:
    async def scenario() -> None:
        session = Session(SLOW)
        shown: list[list[int]] = []
        session.observe(lambda change: shown.append(filters_of(session)), "backbone")
        gate.made.clear()
        await held_up(gate, session, "encoder[0].filters", 3)
        for value in range(4, 40):
            session.turn("encoder[1].filters", value)
        gate.open.set()
        await until(lambda: filters_of(session) == [3, 39, 2])
        assert len(gate.made) <= 6
        assert shown[-1] == [3, 39, 2]
        assert shown in ([[3, 39, 2]], [[3, 2, 2], [3, 39, 2]])

    in_a_loop(scenario)


def test_an_edit_from_code_comes_after_one_that_is_being_built(gate: Gate) -> None:
    async def scenario() -> None:
        session = Session(SMALL)
        session.turn("filters", 3)
        session.change("input_shape", (32, 32, 1), now=True)
        wanted = attrs.evolve(SMALL.replace("filters", 3), input_shape=(32, 32, 1))
        assert session.shown.backbone.design == wanted

    in_a_loop(scenario)


def test_a_value_that_only_building_refuses_leaves_the_last_network(gate: Gate) -> None:
    async def scenario() -> None:
        session = Session(SLOW)
        session.turn("encoder[1].filters", 13)
        session.wait()
        assert "must not be 13" in str(session.problem)
        assert session.design == SLOW
        session.turn("encoder[1].filters", 14)
        session.wait()
        assert session.problem is None
        assert filters_of(session) == [2, 14, 2]

    in_a_loop(scenario)


def test_a_refused_value_that_was_overtaken_is_not_told(gate: Gate) -> None:
    async def scenario() -> None:
        session = Session(SLOW)
        await held_up(gate, session, "encoder[2].filters", 13)
        session.turn("encoder[2].filters", 4)
        gate.open.set()
        session.wait()
        assert session.problem is None
        assert filters_of(session) == [2, 2, 4]

    in_a_loop(scenario)


def test_precision_is_that_of_the_thread_that_edits(gate: Gate, precision: Callable[[str], None]) -> None:
    precision("mixed_bfloat16")

    async def scenario() -> None:
        session = Session(SMALL)
        session.turn("filters", 3)
        assert session.model.get_layer("stack0_enc0_conv0").compute_dtype == "bfloat16"

    in_a_loop(scenario)


def test_each_edit_has_the_precision_of_its_moment(gate: Gate, precision: Callable[[str], None]) -> None:
    async def scenario() -> None:
        session = Session(SLOW)
        await held_up(gate, session, "encoder[0].filters", 4)
        precision("mixed_bfloat16")
        session.turn("encoder[0].filters", 5)
        gate.open.set()
        assert session.model.get_layer("stack0_enc0_conv").compute_dtype == "bfloat16"

    in_a_loop(scenario)


def test_another_preset_does_not_get_the_weights_of_the_last() -> None:
    session = Session(SMALL)
    before = kernel(session)
    session.load(SMALL.replace("kernel_size", 5).replace("stem_kernel_size", 3))
    session.load(SMALL)
    assert not np.array_equal(kernel(session), before)


def test_a_preset_that_was_overtaken_still_gets_weights_of_its_own(gate: Gate) -> None:
    async def scenario() -> None:
        session = Session(SMALL)
        before = kernel(session)
        session.load(SMALL.replace("up_blocks", 1))
        session.turn("encoder[1].activation", "elu")
        assert not np.array_equal(kernel(session), before)

    in_a_loop(scenario)


def test_an_observer_may_edit_the_session(gate: Gate) -> None:
    async def scenario() -> None:
        session = Session(SMALL)

        def double(change: Any) -> None:
            if change["new"].architecture.filters == 3:
                session.change("filters", 6, now=True)

        session.observe(double, "design")
        session.turn("filters", 3)
        session.wait()
        assert session.design.architecture.filters == 6
        assert session.backbone.design == session.design

    in_a_loop(scenario)


def test_an_interrupt_leaves_the_network_that_is_shown(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: SlowBlock, x_in: Any, prefix: str = "block") -> Any:
        raise KeyboardInterrupt

    session = Session(SLOW)
    with monkeypatch.context() as patch:
        patch.setattr(SlowBlock, "make_block", interrupted)
        with pytest.raises(KeyboardInterrupt):
            session.change("encoder[1].filters", 5, now=True)
    assert session.design == SLOW
    assert session.steps == ()
    session.change("encoder[2].filters", 6)
    assert filters_of(session) == [2, 2, 6]


def test_stopping_with_another_edit_waiting_drops_both(gate: Gate) -> None:
    async def scenario() -> None:
        session = Session(SLOW)
        await held_up(gate, session, "encoder[0].filters", 7)
        session.turn("encoder[0].filters", 8)
        assert len(session.steps) == 2
        session.stop()
        assert session.steps == ()
        gate.open.set()
        session.wait()
        assert filters_of(session) == [2, 2, 2]
        assert session.design == SLOW
        session.turn("encoder[1].filters", 9)
        assert session.design.architecture.encoder_stack[1].filters == 9

    in_a_loop(scenario)


def test_progress_is_told_and_ends_with_the_build(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("encdec_widgets.session.live_builder.PROGRESS_S", 0.0)

    async def scenario() -> None:
        session = Session(SLOW)
        await held_up(gate, session, "encoder[0].filters", 7)
        await until(lambda: session.progress is not None)
        assert (session.progress.total, session.progress.done) == (3, 0)
        gate.open.set()
        await until(lambda: filters_of(session) == [7, 2, 2])
        assert session.progress is None

    in_a_loop(scenario)


def test_a_refused_edit_does_not_take_the_one_before_it_along(gate: Gate) -> None:
    async def scenario() -> None:
        session = Session(SLOW)
        await held_up(gate, session, "encoder[0].filters", 5)
        session.turn("encoder[1].filters", 13)
        session.turn("encoder[1].filters", 13)
        gate.open.set()
        await until(lambda: filters_of(session) == [5, 2, 2])
        session.wait()
        assert "must not be 13" in str(session.problem)
        assert session.design.architecture.encoder_stack[0].filters == 5

    in_a_loop(scenario)


def test_waiting_is_also_for_what_an_observer_edits(gate: Gate) -> None:
    async def scenario() -> None:
        session = Session(SLOW)

        def more(_: Any) -> None:
            filters = filters_of(session)[0]
            if filters < 6:
                session.change("encoder[0].filters", filters + 1)

        session.observe(more, "shown")
        session.change("encoder[0].filters", 3)
        session.wait()
        assert (filters_of(session), session.steps) == ([6, 2, 2], ())

    in_a_loop(scenario)


def test_reading_while_an_edit_is_told_gives_the_network_that_is_shown(gate: Gate) -> None:
    async def scenario() -> None:
        session = Session(SLOW)
        read: list[Design] = []
        session.observe(lambda _: read.append(session.design), ["editor", "steps"])
        session.change("encoder[0].filters", 3)
        session.change("encoder[0].filters", 4)
        assert read == [SLOW] * 4
        session.wait()
        assert filters_of(session) == [4, 2, 2]

    in_a_loop(scenario)


def test_a_block_that_ends_python_ends_one_build(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    def leave(self: SlowBlock, x_in: Any, prefix: str = "block") -> Any:
        raise SystemExit

    async def scenario() -> None:
        session = Session(SLOW)
        with monkeypatch.context() as patch:
            patch.setattr(SlowBlock, "make_block", leave)
            session.turn("encoder[0].filters", 4)
            session.wait()
            assert "SystemExit" in str(session.problem)
        session.turn("encoder[0].filters", 5)
        session.wait()
        assert filters_of(session) == [5, 2, 2]

    in_a_loop(scenario)


def test_a_session_outlives_an_event_loop(gate: Gate) -> None:
    session = Session(SLOW)

    async def leave_in_the_middle() -> None:
        await held_up(gate, session, "encoder[0].filters", 4)

    in_a_loop(leave_in_the_middle)
    gate.open.set()
    session.wait()

    async def scenario() -> None:
        session.turn("encoder[1].filters", 6)
        session.wait()
        assert filters_of(session) == [4, 6, 2]

    in_a_loop(scenario)


def test_words_are_of_all_that_has_changed(gate: Gate) -> None:
    async def scenario() -> None:
        session = Session(SLOW)
        await held_up(gate, session, "encoder[0].filters", 5)
        session.turn("encoder[1].filters", 6)
        gate.open.set()
        await until(lambda: filters_of(session) == [5, 6, 2])
        assert session.shown.words == "enc0 filters 2 to 5, enc1 filters 2 to 6"

    in_a_loop(scenario)


def test_an_edit_that_is_refused_leaves_the_words_to_the_one_before(gate: Gate) -> None:
    async def scenario() -> None:
        session = Session(SLOW)
        await held_up(gate, session, "encoder[0].filters", 5)
        session.turn("encoder[1].filters", 13)
        gate.open.set()
        session.wait()
        assert session.problem is not None
        assert filters_of(session) == [5, 2, 2]
        assert session.shown.words == "enc0 filters 2 to 5"

    in_a_loop(scenario)


def test_a_block_that_is_going_cannot_be_selected(gate: Gate) -> None:
    async def scenario() -> None:
        session = Session(SLOW)
        gate.open.clear()
        session.load(Design(CustomEncoderDecoder(encoder=[SlowBlock(filters=7)]), (32, 32, 1)))
        session.select_block("stack0_enc2")
        gate.open.set()
        session.wait()
        assert (session.problem, session.selected) == (None, None)
        assert filters_of(session) == [7]

    in_a_loop(scenario)


def test_a_closed_session_shows_nothing_that_was_being_built(gate: Gate) -> None:
    async def scenario() -> None:
        session = Session(SLOW)
        told: list[Any] = []
        session.observe(told.append, ["shown", "editor"])
        await held_up(gate, session, "encoder[0].filters", 7)
        told.clear()
        session.close()
        gate.open.set()
        session.wait()
        assert filters_of(session) == [2, 2, 2]
        assert told == []

    in_a_loop(scenario)
