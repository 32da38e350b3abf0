"""The five figures: their numbers, what an edit changed of them, and that they colour the picture."""

from typing import Any

import attrs
import pytest

from encdec_widgets import Design, Designer
from encdec_widgets.architectures import UNet
from encdec_widgets.formatting import bytes_text, count_text
from encdec_widgets.session.five_figures import (
    AS_BEFORE,
    NOT_TIMED,
    Numbers,
    change_text,
    five_figures,
)
from encdec_widgets.session.network_time import NetworkTime
from encdec_widgets.widgets.header.figures_row import FiguresRow
from encdec_widgets.widgets.pages.aside import COSTS, RECEPTIVE_FIELD, TIMING
from tests.designer.reading import SMALL

NUMBERS = Numbers(
    parameters=1000,
    multiply_adds=5000,
    training_bytes=10_000_000,
    batch_size=4,
    precision="float32",
    sees_px=(100, 80),
)
TIME = NetworkTime(design=SMALL, ms=20.0, measured=True, work="forward pass", device="CPU")


def told(row: FiguresRow, place: int) -> tuple[str, str, str]:
    """Label, value and change of a figure."""
    _, label, value, change, _ = row.figures[place]
    return label, value, change


def press(row: FiguresRow, quantity: str) -> None:
    row._handle_custom_msg({"chosen": quantity}, [])


def test_each_number_is_the_networks_own(designer: Designer) -> None:
    backbone = designer.backbone
    cost, (height, _) = backbone.cost(), backbone.receptive_field().output.size
    values = [value for _, _, value, _, _ in designer.figures.figures]
    assert values == [
        count_text(backbone.parameters),
        count_text(cost.multiply_adds),
        f"≈ {bytes_text(cost.training_bytes)}",
        f"{height} px",
        NOT_TIMED,
    ]
    assert [change for *_, change, _ in designer.figures.figures] == [""] * 5, "nothing was edited"


def test_a_change_is_told_against_the_network_before_the_edit(designer: Designer) -> None:
    before = designer.backbone.parameters
    designer.set("filters", 8)
    after = designer.backbone.parameters
    assert told(designer.figures, 0)[2] == change_text(before, after)
    assert told(designer.figures, 3)[2] == AS_BEFORE
    designer.undo()
    assert told(designer.figures, 0)[1:] == (count_text(before), change_text(after, before))


def test_a_drag_is_one_change(designer: Designer) -> None:
    before = designer.backbone.parameters
    designer.session.hold(True)
    for filters in (3, 4, 5):
        designer.session.turn("filters", filters)
    designer.session.hold(False)
    designer.wait()
    assert told(designer.figures, 0)[2] == change_text(before, designer.backbone.parameters)


def test_the_batch_size_of_the_memory_is_said_and_changes_nothing_else(designer: Designer) -> None:
    designer.set("filters", 4)
    figures = list(designer.figures.figures)
    designer.session.assume(batch_size=8)
    label, value, change = told(designer.figures, 2)
    assert label == "Memory to train, batch 8"
    assert value == f"≈ {bytes_text(designer.backbone.cost(batch_size=8).training_bytes)}"
    assert change == "", "the two are of other batches"
    assert [f for i, f in enumerate(designer.figures.figures) if i != 2] == [
        f for i, f in enumerate(figures) if i != 2
    ]


@pytest.mark.parametrize(
    ("changed", "place", "words"),
    [
        ({"parameters": 2300}, 0, "↑ 2.3 ×"),
        ({"multiply_adds": 4000}, 1, "↓ 20 %"),
        ({"multiply_adds": None}, 1, ""),
        ({"training_bytes": 10_000_001}, 2, "↑ < 0.1 %"),
        ({"precision": "mixed_float16", "training_bytes": 5_000_000}, 2, ""),
        ({"sees_px": (124, 80)}, 3, "↑ 24 px"),
        ({"sees_px": None, "sees": "whole image"}, 3, ""),
        ({}, 0, AS_BEFORE),
    ],
)
def test_changes_are_told_in_words_that_fit(changed: dict[str, Any], place: int, words: str) -> None:
    assert five_figures(attrs.evolve(NUMBERS, **changed), NUMBERS)[place].change == words


def test_what_is_not_known_is_said() -> None:
    unknown = attrs.evolve(NUMBERS, multiply_adds=None, training_bytes=None, sees_px=None, sees="whole image")
    values = [figure.value for figure in five_figures(unknown, None)]
    assert values == ["1 k", "not known", "not known", "whole image", NOT_TIMED]
    assert five_figures(NUMBERS, None)[3].value == "100 × 80 px"


def test_a_time_is_measured_or_predicted_and_only_two_of_a_kind_are_compared() -> None:
    predicted = attrs.evolve(TIME, ms=30.0, measured=False)
    figure = five_figures(NUMBERS, NUMBERS, TIME, attrs.evolve(TIME, ms=10.0))[4]
    assert (figure.label, figure.value, figure.change) == ("Forward pass, CPU", "20.0 ms", "↑ 2 ×")
    figure = five_figures(NUMBERS, NUMBERS, predicted, TIME)[4]
    assert (figure.value, figure.change) == ("≈ 30.0 ms", "")


def test_a_time_of_another_network_is_not_shown(designer: Designer) -> None:
    designer.session.set_time(attrs.evolve(TIME, design=designer.design))
    assert told(designer.figures, 4)[1] == "20.0 ms"
    designer.session.set_time(attrs.evolve(TIME, design=Design(UNet(filters=3))))
    assert told(designer.figures, 4)[1] == NOT_TIMED


def test_a_figure_colours_the_boxes_and_turns_to_its_page_and_back(designer: Designer) -> None:
    row, session = designer.figures, designer.session
    assert (row.active, session.coloured_by) == ("", None)
    for quantity, page in (
        ("parameters", COSTS),
        ("receptive field", RECEPTIVE_FIELD),
        ("memory", COSTS),
        ("time", TIMING),
        ("multiply-adds", COSTS),
    ):
        press(row, quantity)
        assert (row.active, session.coloured_by, designer.aside.chosen) == (quantity, quantity, page)
    press(row, "multiply-adds")
    assert (row.active, session.coloured_by, designer.aside.chosen) == ("", None, COSTS)
    press(row, "the moon")
    assert session.coloured_by is None
    session.colour_by("channels")
    assert row.active == "channels", "chosen on the page of costs: no figure is pressed"
