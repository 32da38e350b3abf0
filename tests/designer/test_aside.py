"""The pages on the right: what they say of the network on screen, and that nothing is computed unseen."""

from collections.abc import Callable
from typing import Any

import attrs
import numpy as np
import pytest

from encdec_widgets import Design, Designer
from encdec_widgets.architectures import UNet
from encdec_widgets.backbone import Backbone
from encdec_widgets.explain.machine_memory import memory_limit
from encdec_widgets.formatting import bytes_text
from encdec_widgets.session import Session
from encdec_widgets.widgets.pages.aside import COSTS, RECEPTIVE_FIELD, TIMING
from encdec_widgets.widgets.pages.cost_words import cost_html
from encdec_widgets.widgets.pages.costs_panel import CostsPanel
from encdec_widgets.widgets.pages.receptive_page import ReceptivePage
from encdec_widgets.workers.timing import (
    EffectiveField,
    EffectiveFieldSampling,
    Progress,
    TimingError,
    TimingStopped,
)
from tests.designer.on_screen import put
from tests.designer.reading import SMALL, control

OTHER = SMALL.replace("filters", 4)


@pytest.fixture(scope="module")
def small() -> Backbone:
    return SMALL.build()


@pytest.fixture(scope="module")
def other() -> Backbone:
    return OTHER.build()


def test_a_page_is_computed_when_it_is_turned_to_and_follows_from_then_on() -> None:
    designer = Designer(SMALL)
    aside = designer.aside
    assert aside.chosen == RECEPTIVE_FIELD
    assert aside.costs.text == ""
    aside.turn_to(COSTS)
    assert f"{designer.backbone.parameters:,}" in aside.costs.text
    designer.set("filters", 4)
    assert f"{designer.backbone.parameters:,}" in aside.costs.text
    aside.turn_to(RECEPTIVE_FIELD)
    height, width = designer.backbone.receptive_field().output.size
    assert f"{height} × {width} px" in aside.receptive_field.text
    said = aside.costs.text
    designer.set("down_blocks", 3)
    assert aside.costs.text == said, "nobody sees it"
    deeper = designer.backbone.receptive_field().output.size
    assert f"{deeper[0]} × {deeper[1]} px" in aside.receptive_field.text
    aside.turn_to(COSTS)
    assert aside.costs.text != said
    aside.turn_to(TIMING)
    said = aside.receptive_field.text
    designer.set("down_blocks", 2)
    assert aside.receptive_field.text == said, "nobody sees it"


def test_the_control_in_hand_is_the_one_whose_values_are_tried() -> None:
    designer = Designer(SMALL)
    designer.aside.turn_to(COSTS)
    field = designer.aside.costs.what_if.field
    control(designer.controls.network, "down blocks").value = 3
    assert field.value == "down_blocks"
    control(designer.controls.network, "filters").value = 5
    assert field.value == "filters"


def costs_panel(what: Backbone | Design) -> CostsPanel:
    """A panel that is seen, of a network."""
    session = Session(SMALL)
    panel = CostsPanel(session)
    panel.visible = True
    put(session, what)
    return panel


def test_costs_are_at_the_batch_size_and_precision_that_are_asked_for(small: Backbone) -> None:
    panel = costs_panel(small)
    for conditions in ({}, {"batch_size": 8}, {"batch_size": 8, "precision": "mixed_float16"}):
        for label, value in conditions.items():
            control(panel, label.replace("_", " ")).value = value
        cost = small.cost(**conditions)  # type: ignore[arg-type]
        for count in (cost.weight_bytes, cost.inference_bytes, cost.training_bytes, memory_limit()):
            assert bytes_text(count) in panel.text
        assert panel.text.count("estimate") >= 2
        assert panel.text.count("exact") >= 3


def test_an_impossible_batch_size_is_named_and_the_costs_come_back(small: Backbone) -> None:
    panel = costs_panel(small)
    before = panel.text
    control(panel, "batch size").value = 0
    assert "batch_size must be a whole number from 1" in panel.text
    control(panel, "batch size").value = 1
    assert panel.text == before


def test_costs_of_an_input_of_any_size_say_what_is_not_known() -> None:
    panel = costs_panel(Design(UNet(filters=2, down_blocks=2, up_blocks=2), (None, None, 1)))
    assert panel.text.count("not known") == 3


def test_multiply_adds_that_are_unknown_name_the_layers_that_it_is_due_to(small: Backbone) -> None:
    cost = small.cost()
    name = next(name for name, part in cost.layers.items() if part.multiply_adds)
    layers = {**cost.layers, name: attrs.evolve(cost.layers[name], multiply_adds=None)}
    text = cost_html(attrs.evolve(cost, multiply_adds=None, layers=layers), small.receptive_field(), None)
    assert "<b>not known</b></td><td>unknown in 1 layer</td>" in text
    assert f"Multiply-adds are unknown in {name}." in text
    assert "unknown" not in cost_html(cost, small.receptive_field(), None)


class FakeWorker:
    """Answers when it is told to."""

    def __init__(self) -> None:
        self.jobs: list[Any] = []
        self.answer: Callable[[Any], None] = lambda _: None
        self.tell: Callable[[Progress], None] = lambda _: None

    def submit(self, job: Any, *, on_done: Any, on_progress: Any) -> None:
        if len(self.jobs) == 3:
            raise TimingError("a timing is under way already")
        self.jobs.append(job)
        self.answer, self.tell = on_done, on_progress

    def stop(self) -> None:
        self.answer(TimingStopped())


def field(size: int) -> EffectiveField:
    gradient = np.zeros((64, 64), np.float32)
    gradient[20 : 20 + size, 20 : 20 + size] = 1
    return EffectiveField(gradient=gradient, position=(31.5, 31.5), samples=4, backend="tensorflow")


def test_the_effective_field_is_measured_elsewhere_and_belongs_to_its_network(
    small: Backbone, other: Backbone
) -> None:
    worker = FakeWorker()
    session = Session(SMALL)
    page = ReceptivePage(session, worker)  # type: ignore[arg-type]
    page.visible = True
    put(session, small)
    page.measure.click()
    assert isinstance(worker.jobs[0], EffectiveFieldSampling)
    worker.tell(Progress(share=0.5, doing="sample 3 of 16"))
    assert "sample 3 of 16" in page.text
    worker.answer(field(9))
    assert "9 px" in page.text
    assert page.view.heat

    page.measure.click()
    put(session, other)
    worker.answer(field(5))
    assert not page.view.heat, "it was another network's"
    assert page.measure.description == "Effective receptive field"

    page.measure.click()
    assert page.measure.description == "Stop measuring"
    page.measure.click()
    assert page.measure.description == "Effective receptive field"
    assert not page.view.heat

    page.measure.click()
    assert "a timing is under way already" in page.text
    assert page.measure.description == "Effective receptive field"


def test_a_closed_page_shows_no_effective_field_that_comes_late(small: Backbone) -> None:
    worker = FakeWorker()
    worker.stop = lambda: None  # type: ignore[method-assign]
    session = Session(SMALL)
    page = ReceptivePage(session, worker)  # type: ignore[arg-type]
    page.visible = True
    put(session, small)
    page.measure.click()
    page.close()
    worker.answer(field(9))
    assert not page.view.heat
