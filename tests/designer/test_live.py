"""Edits at controls while an event loop runs, as in a notebook: built in the background, the newest first."""

from typing import Any

import pytest

from encdec_widgets import Designer
from tests.designer.reading import SMALL, control, drawn_channels, text_of
from tests.designer.slow import SLOW, Gate, edit, filters_of, held_up, in_a_loop, until

pytestmark = pytest.mark.usefixtures("in_both_forms")


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
        stop = control(designer, "Stop building")
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


def test_an_observer_of_the_model_gets_it_with_its_weights(gate: Gate) -> None:
    designer = Designer(SMALL)
    seen: list[Any] = []
    designer.observe(lambda change: seen.append(change["new"]), "model")
    designer.set("filters", 3)
    assert seen == [designer.model]
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


def test_stopping_with_another_edit_waiting_drops_both(gate: Gate) -> None:
    async def scenario() -> None:
        designer = Designer(SLOW)
        await held_up(gate, designer, "encoder[0].filters", 7)
        edit(designer, "encoder[0].filters", 8)
        control(designer, "Stop building").click()
        gate.open.set()
        designer.wait()
        assert filters_of(designer) == [2, 2, 2]
        assert designer.design == SLOW
        assert "Building" not in text_of(designer)
        edit(designer, "encoder[1].filters", 9)
        assert designer.design.architecture.encoder_stack[1].filters == 9

    in_a_loop(scenario)
