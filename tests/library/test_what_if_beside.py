"""Other values of a field, tried beside the network that is edited: an edit waits for one block, none is lost."""

import asyncio
import threading
from collections.abc import Iterable
from typing import Any

import keras
import pytest

from encdec_widgets.backbone import Backbone, build_backbone
from encdec_widgets.background import Background
from encdec_widgets.explore.what_if import Point, Question, WhatIf
from encdec_widgets.networks.one_at_a_time import one_at_a_time
from encdec_widgets.networks.weights import fill
from encdec_widgets.session.live_builder import LiveBuilder, Request
from tests.designer.slow import GATE, PATIENCE_S, in_a_loop, until
from tests.library.tried_values import CAPRICIOUS, DESIGN, values
from tests.library.tried_values import built as built
from tests.session.conftest import gate as gate

pytestmark = pytest.mark.usefixtures("gate")


def test_points_come_on_the_loop_that_asked_and_at_their_precision(
    built: list[Backbone], in_both_forms: Background
) -> None:
    async def scenario() -> None:
        threads: set[int] = set()
        points: list[Point] = []

        def came(_: Question, point: Point) -> None:
            threads.add(threading.get_ident())
            points.append(point)

        question = Question(design=DESIGN, path="convs_per_block")
        WhatIf(came).ask(question)
        assert not points
        await until(lambda: len(points) == len(question.values))
        assert threads == {threading.get_ident()}
        assert {backbone.structure.dtype_policy.name for backbone in built} == {"mixed_bfloat16"}

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        in_a_loop(scenario)
    finally:
        keras.config.set_dtype_policy(before)


async def held_up(points: list[Point]) -> WhatIf:
    """A question whose first block is being made and waits at the gate, or was just made on the event loop alone."""
    GATE.open.clear()
    what_if = WhatIf(lambda _, point: points.append(point))
    what_if.ask(Question(design=CAPRICIOUS, path="encoder[2].filters"))
    await until(GATE.reached.is_set)
    return what_if


def no_thread_left() -> bool:
    return not any(thread.name == "encdec-background" for thread in threading.enumerate())


async def ended(what_if: WhatIf) -> None:
    """Stop, and wait until no thread is left that would make blocks of the next test."""
    what_if.stop()
    GATE.open.set()
    await until(no_thread_left)


def test_what_is_stopped_ends_after_a_block_and_tells_nothing(in_both_forms: Background) -> None:
    async def scenario() -> None:
        points: list[Point] = []
        what_if = await held_up(points)
        what_if.stop()
        GATE.open.set()
        await until(lambda: no_thread_left() and not in_both_forms._tasks)
        await asyncio.sleep(0)  # a turn of the loop, for what would be told
        assert GATE.made == [2]
        assert points == []

    in_a_loop(scenario)


def test_an_edit_waits_for_one_block_at_most() -> None:
    async def scenario() -> None:
        points: list[Point] = []
        what_if = await held_up(points)
        what_if.stop()
        edit = asyncio.create_task(
            asyncio.to_thread(lambda: build_backbone(CAPRICIOUS.replace("encoder[0].filters", 7)))
        )
        await until(lambda: one_at_a_time.awaited)
        assert not edit.done()
        GATE.open.set()
        backbone = await edit
        assert GATE.made == [2, 7, 2, 2]
        assert backbone.parameters == 14 + 16 + 6
        assert points == []

    in_a_loop(scenario)


def test_weights_that_are_there_wait_for_nothing() -> None:
    async def scenario() -> None:
        live = DESIGN.build()
        model = live.model
        what_if = await held_up([])
        try:
            assert await asyncio.wait_for(asyncio.to_thread(lambda: live.model), PATIENCE_S / 3) is model
            assert live.features
        finally:
            await ended(what_if)

    in_a_loop(scenario)


def test_weights_to_be_filled_wait_for_one_block_and_the_variant_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made_before: list[int] = []

    def fill_in_turn(variables: Iterable[Any], *, notes_drawn: bool) -> None:
        made_before.extend(GATE.made)
        fill(variables)

    monkeypatch.setattr("encdec_widgets.networks.building.fill", fill_in_turn)

    async def scenario() -> None:
        live = DESIGN.build()
        points: list[Point] = []
        what_if = await held_up(points)
        assert not one_at_a_time.awaited
        reading = asyncio.create_task(asyncio.to_thread(lambda: live.model))
        await until(lambda: one_at_a_time.awaited)
        GATE.open.set()
        await reading
        assert made_before == [2]
        assert live.filled
        await until(lambda: len(points) > 1)
        await ended(what_if)
        assert GATE.made[:5] == [2, 2, 2, 2, 2]  # three blocks of the first variant, two of the second
        assert GATE.made[5] == points[1].value != 2
        assert points[0].parameters == 4 + 6 + 6

    in_a_loop(scenario)


def test_two_of_them_do_not_give_way_to_each_other() -> None:
    async def scenario() -> None:
        points: list[Point] = []
        what_if = await held_up(points)
        other = WhatIf(lambda _, point: points.append(point))
        other.ask(Question(design=CAPRICIOUS, path="encoder[2].filters"))
        GATE.open.set()
        await until(lambda: len(points) == 10)
        await ended(what_if)
        assert len(GATE.made) == 2 * 5 * 3

    in_a_loop(scenario)


def test_a_newer_question_drops_the_older_one(in_both_forms: Background) -> None:
    async def scenario() -> None:
        points: list[Point] = []
        what_if = await held_up(points)
        newer = Question(design=DESIGN, path="convs_per_block")
        what_if.ask(newer)
        GATE.open.set()
        await until(lambda: len(points) == len(newer.values))
        await until(no_thread_left)
        assert values(points) == [2, 1, 3, 4, 5]

    in_a_loop(scenario)


def test_an_edit_is_built_between_two_blocks_of_a_variant_which_then_goes_on(
    in_both_forms: Background,
) -> None:
    async def scenario() -> None:
        points: list[Point] = []
        results: list[Any] = []
        await held_up(points)
        builder = LiveBuilder(lambda _, result: results.append(result), lambda *_: None)
        builder.build(Request(CAPRICIOUS.replace("encoder[0].filters", 7)))
        GATE.open.set()
        builder.wait()
        assert results[0].parameters == 14 + 16 + 6
        assert GATE.made[:4] == [2, 7, 2, 2]
        await until(lambda: len(points) == 5)
        assert GATE.made[4:6] == [2, 2]
        assert len(GATE.made) == 3 + 5 * 3

    in_a_loop(scenario)


def test_a_loop_that_has_been_closed_ends_the_work() -> None:
    async def scenario() -> None:
        await held_up([])

    in_a_loop(scenario)
    GATE.open.set()
    asyncio.run(until(no_thread_left))
    assert len(GATE.made) <= 3
