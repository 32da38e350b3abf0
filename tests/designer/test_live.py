"""Edits at controls while an event loop runs, as in a notebook: built in the background, the newest first."""

from collections.abc import Callable, Iterator
from typing import Any

import attrs
import keras
import numpy as np
import pytest

from encdec_widgets import Designer
from tests.designer.reading import SMALL, control, drawn_channels, text_of
from tests.designer.slow import SLOW, Gate, SlowBlock, edit, filters_of, held_up, in_a_loop, until


def test_a_control_returns_before_the_network_is_built(gate: Gate) -> None:
    async def scenario() -> None:
        designer = Designer(SLOW)
        gate.open.clear()
        edit(designer, "encoder[0].filters", 5)
        assert filters_of(designer) == [2, 2, 2]
        gate.open.set()
        await until(lambda: filters_of(designer) == [5, 2, 2])
        assert drawn_channels(designer)[1] == 5

    in_a_loop(scenario)


def test_reading_a_trait_waits_for_the_newest_network(gate: Gate) -> None:
    async def scenario() -> None:
        designer = Designer(SMALL)
        filters = control(designer, "filters")
        filters.value = 3
        assert designer.design.architecture.filters == 3
        filters.value = 4
        assert designer.backbone.design.architecture.filters == 4
        filters.value = 5
        assert designer.model.get_layer("stack0_enc0_conv0").filters == 5
        filters.value = 6
        designer.wait()
        assert drawn_channels(designer)[1] == 6

    in_a_loop(scenario)


def test_an_edit_that_was_overtaken_is_dropped_and_the_newest_shown_with_all_changes(gate: Gate) -> None:
    async def scenario() -> None:
        designer = Designer(SLOW)
        shown: list[list[int]] = []
        designer.observe(lambda change: shown.append(filters_of(designer)), "backbone")
        gate.made.clear()
        await held_up(gate, designer, "encoder[0].filters", 3)
        for value in range(4, 40):
            edit(designer, "encoder[1].filters", value)
        gate.open.set()
        await until(lambda: filters_of(designer) == [3, 39, 2])
        assert len(gate.made) <= 6
        assert shown[-1] == [3, 39, 2]
        assert shown in ([[3, 39, 2]], [[3, 2, 2], [3, 39, 2]])

    in_a_loop(scenario)


def test_an_edit_from_code_comes_after_one_that_is_being_built(gate: Gate) -> None:
    async def scenario() -> None:
        designer = Designer(SMALL)
        control(designer, "filters").value = 3
        designer.set("input_shape", (32, 32, 1))
        assert designer.session.shown.backbone.design == attrs.evolve(
            SMALL.replace("filters", 3), input_shape=(32, 32, 1)
        )

    in_a_loop(scenario)


def test_a_long_build_tells_its_progress_and_can_be_stopped(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("encdec_widgets.session.live_builder.PROGRESS_S", 0.0)

    async def scenario() -> None:
        designer = Designer(SLOW)
        before = text_of(designer)
        gate.reached.clear()
        gate.open.clear()
        edit(designer, "encoder[0].filters", 7)
        await until(lambda: "Building:" in text_of(designer))
        assert "of 3 blocks" in text_of(designer)
        stop = control(designer, "Stop")
        assert stop.layout.display != "none"
        stop.click()
        gate.open.set()
        await until(lambda: "Building:" not in text_of(designer))
        assert stop.layout.display == "none"
        assert text_of(designer) == before
        assert filters_of(designer) == [2, 2, 2]
        assert designer.design == SLOW
        edit(designer, "encoder[0].filters", 8)
        assert designer.design.architecture.encoder_stack[0].filters == 8

    in_a_loop(scenario)


def test_a_value_that_only_building_refuses_leaves_the_last_network(gate: Gate) -> None:
    async def scenario() -> None:
        designer = Designer(SLOW)
        edit(designer, "encoder[1].filters", 13)
        designer.wait()
        assert "must not be 13" in text_of(designer)
        assert designer.design == SLOW
        edit(designer, "encoder[1].filters", 14)
        designer.wait()
        assert designer.problem is None
        assert filters_of(designer) == [2, 14, 2]

    in_a_loop(scenario)


def test_a_refused_value_that_was_overtaken_is_not_shown(gate: Gate) -> None:
    async def scenario() -> None:
        designer = Designer(SLOW)
        await held_up(gate, designer, "encoder[2].filters", 13)
        edit(designer, "encoder[2].filters", 4)
        gate.open.set()
        designer.wait()
        assert designer.problem is None
        assert filters_of(designer) == [2, 2, 4]

    in_a_loop(scenario)


@pytest.fixture
def precision() -> Iterator[Callable[[str], None]]:
    """Sets Keras's precision, until the end of the test."""
    before = keras.config.dtype_policy()
    yield keras.config.set_dtype_policy
    keras.config.set_dtype_policy(before)


def test_precision_is_that_of_whoever_edits(gate: Gate, precision: Callable[[str], None]) -> None:
    precision("mixed_bfloat16")

    async def scenario() -> None:
        designer = Designer(SMALL)
        edit(designer, "filters", 3)
        assert designer.model.get_layer("stack0_enc0_conv0").compute_dtype == "bfloat16"

    in_a_loop(scenario)


def test_an_observer_of_the_model_gets_it_with_its_weights(gate: Gate) -> None:
    designer = Designer(SMALL)
    seen: list[Any] = []
    designer.observe(lambda change: seen.append(change["new"]), "model")
    designer.set("filters", 3)
    assert seen == [designer.model]
    assert designer.backbone.filled


def test_a_network_that_nobody_asks_for_takes_no_memory(gate: Gate) -> None:
    designer = Designer(SMALL)
    designer.set("filters", 3)
    assert not designer.backbone.filled
    assert designer.model is designer.backbone.structure
    assert designer.backbone.filled


def test_traits_agree_with_each_other_while_they_change(gate: Gate) -> None:
    designer = Designer(SMALL)
    seen: list[tuple[Any, ...]] = []

    def look(_: Any) -> None:
        seen.append(
            (designer.design, designer.backbone.design, designer.model.get_layer("stack0_enc0_conv0").filters)
        )

    designer.observe(look, ["design", "backbone"])
    designer.set("filters", 3)
    wanted = SMALL.replace("filters", 3)
    assert seen == [(wanted, wanted, 3)] * 2


def test_another_preset_does_not_get_the_weights_of_the_last(gate: Gate) -> None:
    designer = Designer(SMALL)
    before = designer.model.get_layer("stack0_enc0_conv0").get_weights()[0]
    designer.load(SMALL.replace("kernel_size", 5).replace("stem_kernel_size", 3))
    designer.load(SMALL)
    assert not np.array_equal(designer.model.get_layer("stack0_enc0_conv0").get_weights()[0], before)


def test_an_observer_may_edit_the_designer(gate: Gate) -> None:
    async def scenario() -> None:
        designer = Designer(SMALL)

        def double(change: Any) -> None:
            if change["new"].architecture.filters == 3:
                designer.set("filters", 6)

        designer.observe(double, "design")
        edit(designer, "filters", 3)
        designer.wait()
        assert designer.design.architecture.filters == 6
        assert designer.backbone.design == designer.design
        assert drawn_channels(designer)[1] == 6
        assert control(designer, "filters").value == 6

    in_a_loop(scenario)


def test_an_interrupt_leaves_the_network_on_screen(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: SlowBlock, x_in: Any, prefix: str = "block") -> Any:
        raise KeyboardInterrupt

    designer = Designer(SLOW)
    with monkeypatch.context() as patch:
        patch.setattr(SlowBlock, "make_block", interrupted)
        with pytest.raises(KeyboardInterrupt):
            designer.set("encoder[1].filters", 5)
    assert designer.design == SLOW
    designer.set("encoder[2].filters", 6)
    assert filters_of(designer) == [2, 2, 6]


def test_stopping_with_another_edit_waiting_drops_both(gate: Gate) -> None:
    async def scenario() -> None:
        designer = Designer(SLOW)
        await held_up(gate, designer, "encoder[0].filters", 7)
        edit(designer, "encoder[0].filters", 8)
        control(designer, "Stop").click()
        gate.open.set()
        designer.wait()
        assert filters_of(designer) == [2, 2, 2]
        assert designer.design == SLOW
        assert "Building" not in text_of(designer)
        edit(designer, "encoder[1].filters", 9)
        assert designer.design.architecture.encoder_stack[1].filters == 9

    in_a_loop(scenario)


def test_a_preset_that_was_overtaken_still_gets_weights_of_its_own(gate: Gate) -> None:
    async def scenario() -> None:
        designer = Designer(SMALL)
        before = designer.model.get_layer("stack0_enc0_conv0").get_weights()[0]
        designer.session.load(SMALL.replace("up_blocks", 1))
        edit(designer, "encoder[1].activation", "elu")
        assert not np.array_equal(designer.model.get_layer("stack0_enc0_conv0").get_weights()[0], before)

    in_a_loop(scenario)


def test_a_refused_edit_does_not_take_the_one_before_it_along(gate: Gate) -> None:
    async def scenario() -> None:
        designer = Designer(SLOW)
        await held_up(gate, designer, "encoder[0].filters", 5)
        edit(designer, "encoder[1].filters", 13)
        edit(designer, "encoder[1].filters", 13)
        gate.open.set()
        await until(lambda: filters_of(designer) == [5, 2, 2])
        designer.wait()
        assert "must not be 13" in text_of(designer)
        assert designer.design.architecture.encoder_stack[0].filters == 5

    in_a_loop(scenario)


def test_a_block_that_ends_python_ends_one_build(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    def leave(self: SlowBlock, x_in: Any, prefix: str = "block") -> Any:
        raise SystemExit

    async def scenario() -> None:
        designer = Designer(SLOW)
        with monkeypatch.context() as patch:
            patch.setattr(SlowBlock, "make_block", leave)
            edit(designer, "encoder[0].filters", 4)
            designer.wait()
            assert "SystemExit" in text_of(designer)
        edit(designer, "encoder[0].filters", 5)
        designer.wait()
        assert filters_of(designer) == [5, 2, 2]

    in_a_loop(scenario)


def test_a_designer_outlives_an_event_loop(gate: Gate) -> None:
    designer = Designer(SLOW)

    async def leave_in_the_middle() -> None:
        await held_up(gate, designer, "encoder[0].filters", 4)

    in_a_loop(leave_in_the_middle)
    gate.open.set()
    designer.wait()

    async def scenario() -> None:
        edit(designer, "encoder[1].filters", 6)
        designer.wait()
        assert filters_of(designer) == [4, 6, 2]

    in_a_loop(scenario)


def test_each_edit_has_the_precision_of_its_moment(gate: Gate, precision: Callable[[str], None]) -> None:
    async def scenario() -> None:
        designer = Designer(SLOW)
        await held_up(gate, designer, "encoder[0].filters", 4)
        precision("mixed_bfloat16")
        edit(designer, "encoder[0].filters", 5)
        gate.open.set()
        assert designer.model.get_layer("stack0_enc0_conv").compute_dtype == "bfloat16"

    in_a_loop(scenario)
