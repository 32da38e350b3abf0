"""Undo, selection and words while networks are being built: what stops or is refused leaves no trace."""

import pytest

from encdec_widgets import Design, Designer
from encdec_widgets.architectures import CustomEncoderDecoder
from tests.designer.reading import button, click_box, outlined, text_of
from tests.designer.slow import SLOW, Gate, SlowBlock, edit, filters_of, held_up, in_a_loop, until

pytestmark = pytest.mark.usefixtures("in_both_forms")


def names(designer: Designer) -> tuple[str | None, str | None]:
    return button(designer, "Undo").tooltip, button(designer, "Redo").tooltip


async def begun(gate: Gate, designer: Designer, label: str) -> None:
    """Press a button, and return when its network waits at the gate."""
    gate.reached.clear()
    gate.open.clear()
    button(designer, label).click()
    await until(gate.reached.is_set)


def test_stopping_an_undo_keeps_all_steps(gate: Gate) -> None:
    async def scenario() -> None:
        designer = Designer(SLOW)
        for value in (5, 2, 6):
            designer.set("encoder[0].filters", value)
        before = names(designer)
        await begun(gate, designer, "Undo")
        button(designer, "Stop building").click()
        gate.open.set()
        designer.wait()
        assert names(designer) == before
        assert filters_of(designer) == [6, 2, 2]
        for _ in range(3):
            designer.undo()
        assert designer.design == SLOW

    in_a_loop(scenario)


def test_stopping_a_redo_keeps_what_can_be_redone(gate: Gate) -> None:
    async def scenario() -> None:
        designer = Designer(SLOW)
        for value in (5, 6, 7):
            designer.set("encoder[0].filters", value)
        for _ in range(3):
            designer.undo()
        await begun(gate, designer, "Redo")
        button(designer, "Stop building").click()
        gate.open.set()
        designer.wait()
        assert names(designer) == ("Nothing to undo", "Redo: enc0 filters 2 to 5")

    in_a_loop(scenario)


def test_the_selection_goes_back_with_what_moved_it(gate: Gate) -> None:
    async def scenario() -> None:
        designer = Designer(SLOW)
        designer.select("encoder[0]")
        await begun(gate, designer, "Duplicate")
        assert designer.session.selected == "encoder[1]"
        button(designer, "Stop building").click()
        gate.open.set()
        designer.wait()
        assert (designer.selected, outlined(designer)) == ("encoder[0]", ["stack0_enc0"])

    in_a_loop(scenario)


def test_a_click_on_a_box_that_is_going_does_nothing(gate: Gate) -> None:
    async def scenario() -> None:
        designer = Designer(SLOW)
        gate.open.clear()
        designer.session.load(Design(CustomEncoderDecoder(encoder=[SlowBlock(filters=7)]), (32, 32, 1)))
        click_box(designer, "stack0_enc2")
        gate.open.set()
        designer.wait()
        assert (designer.problem, designer.selected) == (None, None)
        assert filters_of(designer) == [7]

    in_a_loop(scenario)


def test_words_are_of_all_that_has_changed(gate: Gate) -> None:
    async def scenario() -> None:
        designer = Designer(SLOW)
        await held_up(gate, designer, "encoder[0].filters", 5)
        edit(designer, "encoder[1].filters", 6)
        gate.open.set()
        await until(lambda: filters_of(designer) == [5, 6, 2])
        assert "Enc0 filters 2 → 5, enc1 filters 2 → 6" in text_of(designer)

    in_a_loop(scenario)


def test_an_edit_that_is_refused_leaves_the_words_to_the_one_before(gate: Gate) -> None:
    async def scenario() -> None:
        designer = Designer(SLOW)
        await held_up(gate, designer, "encoder[0].filters", 5)
        edit(designer, "encoder[1].filters", 13)
        gate.open.set()
        designer.wait()
        assert designer.problem is not None
        assert filters_of(designer) == [5, 2, 2]
        assert designer.session.shown.words == "enc0 filters 2 to 5", (
            "the card says them when the change is given up"
        )
        assert "2 to 13" not in text_of(designer)

    in_a_loop(scenario)
