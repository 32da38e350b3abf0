"""The card that a network is meant for: typed or chosen, it ends the chart of the memory in what if."""

import re

import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.explore.largest_batch import largest_batch
from encdec_widgets.explore.what_if import Point, Question
from encdec_widgets.formatting import bytes_text
from encdec_widgets.session import Session
from encdec_widgets.widgets.pages import what_if_panel
from encdec_widgets.widgets.pages.card_field import CardField, batch_words
from encdec_widgets.widgets.pages.what_if_panel import WhatIfPanel
from encdec_widgets.widgets.pages.what_if_words import fitting_words

DESIGN = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (36, 36, 1))


@pytest.fixture
def session() -> Session:
    return Session(DESIGN)


@pytest.fixture
def panel(session: Session, monkeypatch: pytest.MonkeyPatch) -> WhatIfPanel:
    monkeypatch.setattr(what_if_panel, "WAIT_S", 0.01)
    panel = WhatIfPanel(session)
    panel.visible = True
    panel.field.value = "convs_per_block"
    return panel


def words(panel: WhatIfPanel) -> str:
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", panel.text))


def test_a_card_is_chosen_or_typed_and_is_the_sessions(session: Session) -> None:
    field = CardField(session)
    assert (field.memory.value, session.conditions.card_bytes) == ("", None)
    assert "T4" in field.memory.options
    for text, expected in (("T4", 16e9), ("7.5 GB", 7.5e9), (" rtx 4090 ", 24e9), ("8", 8e9), ("", None)):
        field.memory.value = text
        assert session.conditions.card_bytes == expected
        assert field.memory.value == text, "what a person typed stays"


def test_what_is_no_memory_is_said_and_counts_as_none(session: Session) -> None:
    field = CardField(session)
    field.memory.value = "8 GB"
    field.memory.value = "a lot"
    assert session.conditions.card_bytes is None
    assert "a lot" in field.refusal
    assert field.memory.value == "a lot"
    session.assume(batch_size=4)
    assert field.refusal, "it is not mended yet"
    field.memory.value = "8 GB"
    assert (field.refusal, session.conditions.card_bytes) == ("", 8 * 10**9)


def test_a_card_that_was_set_elsewhere_is_shown(session: Session) -> None:
    first, second = CardField(session), CardField(session)
    first.memory.value = "T4"
    assert second.memory.value == "16 GB"
    session.assume(card_bytes=None)
    assert (first.memory.value, second.memory.value) == ("", "")


def test_checks_go_on_by_this_machine(session: Session) -> None:
    before = session.shown
    session.assume(card_bytes=10**6)
    assert before is not None
    assert session.shown is not None
    assert session.shown.checks == before.checks
    assert "card_bytes" not in session.conditions.of_checks


def test_the_chart_of_the_memory_ends_where_the_card_does(panel: WhatIfPanel, session: Session) -> None:
    session.assume(batch_size=64)  # A card has a MB at least.
    assert "stroke-dasharray:6 2" not in panel.text
    needs = [panel._points[value].training_bytes for value in panel._question.values]
    # Between the second value and the third.
    card_bytes = (needs[1] + needs[2]) // 2
    panel.card.memory.value = bytes_text(card_bytes)
    values = panel._question.values
    assert panel.text.count("stroke-dasharray:6 2") == 1
    assert f"up to convs per block {values[1]}, and not with {values[2]}" in words(panel)
    assert "more than" in panel._charts.readings[2]
    assert "more than" not in panel._charts.readings[1]
    most = largest_batch(session.shown.backbone, session.conditions.card_bytes)
    assert f"Up to {most:,} image" in words(panel) if most else "Not one image fits" in words(panel)
    panel.card.memory.value = ""
    assert "stroke-dasharray:6 2" not in panel.text
    assert "fits" not in words(panel)


def point(value: int, gb: float | None) -> Point:
    return Point(value=value, training_bytes=None if gb is None else round(gb * 1e9))


@pytest.mark.parametrize(
    ("gbs", "said"),
    [
        ([1, 2, 3, 4, 5], "with each of these values."),
        ([9, 9, 9, 9, 9], "with none of these values."),
        ([1, 2, 8, 8.1, 10], "up to convs per block 3, and not with 4 and 5."),
        ([9, 8.1, 1, 2, 9], "with convs per block 3 and 4, and not with 1, 2 and 5."),
        ([1, None, None, 9, 9], "up to convs per block 1, and not with 4 and 5."),
    ],
)
def test_words_say_which_values_fit(gbs: list[float | None], said: str) -> None:
    question = Question(design=DESIGN, path="convs_per_block")
    assert question.values == (1, 2, 3, 4, 5)
    points = {value: point(value, gb) for value, gb in zip(question.values, gbs, strict=True)}
    found = fitting_words(question, points, 8 * 10**9)
    assert found == f"A training step fits into 8 GB {said}"


def test_nothing_is_said_to_fit_while_values_are_missing() -> None:
    question = Question(design=DESIGN, path="convs_per_block")
    points = {value: point(value, 1) for value in question.values}
    assert fitting_words(question, points, 8 * 10**9)
    for missing in question.values:
        others = {value: one for value, one in points.items() if value != missing}
        assert fitting_words(question, others, 8 * 10**9) == ""


def test_an_input_without_a_size_is_told() -> None:
    backbone = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (None, None, 1)).build()
    assert "once the size of the input is set" in batch_words(backbone, 8 * 10**9, "float32")
    assert "Not one image fits into 1 MB" in batch_words(
        DESIGN.replace("filters", 64).build(), 10**6, "float32"
    )
