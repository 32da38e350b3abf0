"""The card under the picture, the foot, and what it opens."""

from encdec_widgets import Designer
from encdec_widgets.session.state import Progress
from encdec_widgets.widgets.foot.foot import CHECKS, NOTHING, TABLE
from encdec_widgets.widgets.picture.card_words import card_words
from tests.designer.reading import press


def test_the_card_says_what_the_network_is_then_what_was_edited(designer: Designer) -> None:
    card = designer.card
    assert designer.session.shown.summary in card.text
    assert card.undo.disabled
    designer.set("filters", 4)
    assert f"<b>Filters 2 → 4</b> {designer.session.shown.effect}" in card.text
    card.undo.click()
    assert designer.design.architecture.filters == 2
    assert "Undo filters 2 → 4" in card.text


def test_while_a_change_is_not_possible_the_card_says_which_network_is_on_screen(designer: Designer) -> None:
    designer.set("filters", 0)
    assert "network before" in designer.card.text
    assert not designer.card.undo.disabled
    designer.card.undo.click()
    assert designer.problem is None
    assert "network before" not in designer.card.text


def test_a_long_build_can_be_stopped_at_the_card(designer: Designer) -> None:
    session, card = designer.session, designer.card
    assert card.stop.layout.display == "none"
    session._set(progress=Progress(3, 11, "enc2"))
    assert "3 of 11 blocks" in card.text
    assert card.stop.layout.display == ""
    press(designer, "Stop building")
    assert session.progress is None
    assert card.stop.layout.display == "none"


def test_before_the_first_network_the_card_says_what_is_waited_for() -> None:
    assert "Loading Keras" in card_words(None, loading=True)[1]
    assert card_words(None)[1] == "No network has been built."


def test_the_foot_says_how_large_it_is_and_what_is_found(designer: Designer) -> None:
    layers = len(designer.backbone.structure.layers)
    assert designer.foot.built.startswith(f"{layers} layers · built in ")
    designer.set("up_interpolate", False)
    found = designer.checks.told
    assert found
    assert designer.foot.checks.startswith(f"Checks: {len(found)}")
    for check in found:
        designer.session.dismiss(check.kind)
    assert designer.foot.checks == "Checks: none"


def test_the_foot_opens_one_thing_and_a_closed_table_is_not_computed(designer: Designer) -> None:
    foot, table, checks = designer.foot, designer.table, designer.checks
    assert (foot.opened, table.kind, table.table) == (NOTHING, "hide", {})
    foot.opened = TABLE
    assert (table.kind, table.layout.display, checks.layout.display) == ("blocks", "", "none")
    assert len(table.table["rows"]) == len(designer.backbone.blocks)
    table.kind = "layers"
    foot.opened = CHECKS
    assert (table.kind, table.layout.display, checks.layout.display) == ("hide", "none", "")
    foot.opened = TABLE
    assert table.kind == "layers", "as it was left"
    table.kind = "hide"
    assert foot.opened == NOTHING
    foot.opened = TABLE
    assert table.kind == "layers"
