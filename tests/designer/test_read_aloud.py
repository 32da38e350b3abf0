"""What a designer has read aloud: each edit once, and what a panel has to tell."""

import pytest

from encdec_widgets import Design, Designer
from encdec_widgets.architectures import UNet
from tests.designer.reading import SMALL, button, press


def said_by(designer: Designer) -> list[tuple[int, str]]:
    """All that is said from now on."""
    said: list[tuple[int, str]] = []
    designer.page.observe(lambda change: said.append(change["new"]), "said")
    return said


def test_each_edit_is_said_once_with_what_it_changed() -> None:
    designer = Designer(SMALL)
    said = said_by(designer)
    designer.set("filters", 4)
    designer.undo()
    assert [text.split(":")[0] for _, text in said] == ["filters 2 to 4", "Undo filters 2 to 4"]
    assert all("parameters" in text and "blocks changed" in text for _, text in said)
    numbers = [number for number, _ in said]
    assert numbers == [1, 2]  # so that the same text can be said twice


def test_what_is_no_edit_is_not_said() -> None:
    designer = Designer(SMALL)
    said = said_by(designer)
    designer.select("encoder[1]")
    designer.select(None)
    designer.session.assume(batch_size=2)
    designer.set("filters", SMALL.architecture.filters)
    assert said == []


def test_a_refusal_is_said_and_its_end_is_not() -> None:
    designer = Designer(SMALL)
    said = said_by(designer)
    designer.set("filters", 0)
    press(designer, "undo this change")
    ((_, text),) = said
    assert text.startswith("Not possible. Filters must be a whole number")


def test_a_check_that_is_found_is_said_with_the_edit_and_only_then() -> None:
    designer = Designer(Design(UNet(filters=2, down_blocks=2, up_blocks=2), (64, 64, 1)))
    said = said_by(designer)
    designer.set("up_blocks", 3)
    assert "Found: output larger than the input." in said[-1][1]
    designer.set("filters", 4)
    assert "Found:" not in said[-1][1]


@pytest.mark.parametrize("row", ["animal_px", "input_scale"])
def test_a_refused_length_is_said(row: str) -> None:
    designer = Designer(SMALL)
    said = said_by(designer)
    designer.aside.receptive_field._rows[row].children[1].value = -1
    assert "must be" in said[-1][1]


def test_a_refused_batch_size_is_said() -> None:
    designer = Designer(SMALL)
    said = said_by(designer)
    designer.aside.costs._controls.rows["batch_size"].children[1].value = 0
    assert "Batch size must be a whole number" in said[-1][1]
    assert not button(designer, "Time it").disabled
