"""The page Advise: what it asks for, what it shows of an advice, and what its buttons do."""

import gc
from typing import Any

import ipywidgets
import pytest

from encdec_widgets import Designer, advise
from encdec_widgets.background import Background
from encdec_widgets.explore.advising.looked import forget
from encdec_widgets.explore.largest_batch import largest_batch
from encdec_widgets.session import Session
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.pages.aside import ADVISE, COSTS
from encdec_widgets.workers.errors import (
    TimingError,
    TimingStopped,
)
from encdec_widgets.workers.timing.calibrating import Calibrated
from encdec_widgets.workers.timing.calibration import Calibration
from tests.both_forms import in_both_forms as in_both_forms
from tests.designer.advised import Page
from tests.designer.advised import page as page
from tests.designer.reading import SMALL, walk
from tests.designer.slow import in_a_loop, until
from tests.designer.timed import CALIBRATION


def test_the_three_designs_with_all_that_the_advice_says(page: Page) -> None:
    page.panel.start.click()
    advice = advise(animal_px=40, image_px=256, memory="2 GB", family="U-Net", batch_size=2)
    assert page.panel.advice is not None
    assert [one.design for one in page.panel.advice.advised] == [one.design for one in advice.advised]
    for one in advice.advised:
        texts = [one.name, one.reasons[0]]
        if one.same_as is None:
            texts += [*one.reasons, one.binding, *(more.text for more in one.more)]
        for text in texts:
            assert " ".join(text.split()) in page.text
    for text in advice.sure[1:]:
        assert text in page.text
    assert page.said[-1].startswith("Three designs meet all wishes")
    assert not page.panel.running
    assert page.panel.start.description == "Advise"


def test_use_this_takes_it_with_its_scale_and_undo_leads_back(page: Page) -> None:
    page.panel.start.click()
    advice = page.panel.advice
    assert advice is not None
    apart = [one for one in advice.advised if one.same_as is None]
    assert len(page.buttons("Use this")) == len(apart)
    page.buttons("Pin")[-1].click()
    assert [pin.design for pin in page.session.pins] == [apart[-1].design]
    page.buttons("Pin")[-1].click()
    assert "pinned already" in page.text
    pins = page.session.pins
    page.session.unpin(pins[0].name)
    page.session.bring_back_pins(pins)
    page.buttons("Pin")[-1].click()
    assert "pinned already" in page.text, "also what came back"
    page.buttons("Use this")[-1].click()
    assert page.session.design == apart[-1].design
    assert page.session.conditions.input_scale == apart[-1].input_scale
    assert page.session.conditions.animal_px == 40
    assert page.session.conditions.card_bytes == 2 * 10**9, "what if draws where it ends"
    page.session.undo()
    assert page.session.design == SMALL
    page.session.focus_on(["filters"], "locked")
    page.buttons("Use this")[0].click()
    assert page.session.design == SMALL
    assert page.session.focus.why in page.text


def test_where_nothing_meets_all_it_says_which_wish_costs_what(page: Page) -> None:
    page.panel.controls._on_edit("memory", "2 MB")
    page.panel.start.click()
    advice = page.panel.advice
    assert advice is not None
    assert not advice.advised
    assert "No design meets all wishes" in page.text
    for way in advice.give_way:
        assert way.text in page.text
    assert len(page.buttons("Use this")) == len(advice.give_way) > 0


def test_a_wish_that_is_not_possible_stands_at_its_control_and_nothing_is_asked(page: Page) -> None:
    page.panel.controls._on_edit("memory", "lots")
    assert "Received" in page.panel.controls.refusal or "must be" in page.panel.controls.refusal
    page.panel.start.click()
    assert not page.panel.running
    assert page.panel.advice is None
    page.panel.controls._on_edit("memory", "8 GB")
    assert page.panel.controls.refusal == ""
    page.panel.controls._on_edit("animal", 5000)
    assert page.panel.controls.refusal
    assert page.session.problem is None


def test_each_wish_keeps_what_is_typed_and_its_own_error_until_it_is_mended(page: Page) -> None:
    panel, controls = page.panel, page.panel.controls
    typed = {"memory": "a lot", "images_per_second": "quick", "animal": -3, "batch_size": 0}
    for number, (name, value) in enumerate(typed.items(), 1):
        controls._on_edit(name, value)
        assert controls.refusal.count("encdec-error") == number
    shown = {name: controls.rows[name]._inputs[-1].value for name in typed}
    assert shown == {"memory": "a lot", "images_per_second": "quick", "animal": -3, "batch_size": 0}
    bad = [name for name, row in controls.rows.items() if "encdec-bad" in row._dom_classes]
    assert sorted(bad) == sorted(typed)
    panel.start.click()
    assert panel.advice is None
    assert "Nothing is looked for while a wish is not possible" in page.text
    assert all(
        words in page.said[-1] for words in ("Memory must be", "Images per second", "Animal", "Batch size")
    )
    # Each is mended by itself, typed or by a button that says with what.
    controls._on_edit("memory", "8 GB")
    ways = {one.description: one for one in walk(controls) if isinstance(one, widgets.Button)}
    ways["Leave it empty"].click()
    ways["Use 1"].click()
    left = [name for name, row in controls.rows.items() if "encdec-bad" in row._dom_classes]
    assert len(left) == 1, "the other one of those that 1 mends"
    controls._on_edit(left[0], 4)
    assert controls.refusal == ""
    assert panel.wishes.images_per_second is None
    assert panel.wishes.memory == "8 GB"
    controls._on_edit("images_per_second", 60.0)
    assert controls.rows["images_per_second"]._inputs[-1].value == "60"
    panel.start.click()
    assert panel.advice is not None


def test_a_wish_for_the_speed_of_another_machine_is_said_to_be_untested_before_and_after(page: Page) -> None:
    row = page.panel.controls.rows["images_per_second"]
    assert "encdec-inert" not in row._dom_classes
    page.panel.controls._on_edit("images_per_second", 60.0)
    assert "encdec-inert" in row._dom_classes
    assert not any(one.disabled for one in row._inputs)
    page.panel.start.click()
    assert page.said[-1].startswith(
        "Three designs meet all wishes but the speed, which is untested. Chosen from"
    )
    first = page.panel.results.children[0]
    assert "60 images a second in training is untested" in first.value, "it stands above the designs"
    assert "Fewest multiply-adds" in page.text
    assert "Fastest" not in page.text
    assert "meets all wishes has" not in page.text
    assert "still meet all wishes:" not in page.text
    page.panel.controls._on_edit("device", "CPU")
    assert "encdec-inert" not in row._dom_classes


def test_what_came_of_a_button_stands_beside_it_and_nowhere_else(page: Page) -> None:
    page.panel.start.click()
    rows = [one for one in page.panel.results.children if isinstance(one, widgets.HBox)]
    page.buttons("Pin")[0].click()
    assert "Pinned as" in rows[0].children[-1].value
    assert "encdec-answer" in rows[0].children[-1].value, "the page brings it into view"
    assert page.said[-1].startswith("Pinned as")
    page.buttons("Use this")[-1].click()
    assert "On screen" in rows[-1].children[-1].value
    assert [bool(row.children[-1].value) for row in rows] == [row is rows[-1] for row in rows]


def test_an_answer_comes_into_view_once(page: Page) -> None:
    page.panel.start.click()
    assert "encdec-answer-top" in page.panel._status.value
    page.panel.controls._on_edit("height", 300)
    assert "for other wishes" in page.text
    assert "encdec-answer" not in page.panel._status.value, "a person types, and nothing moves"


def test_the_animal_is_the_same_one_as_on_the_other_pages(page: Page) -> None:
    page.panel.controls._on_edit("animal", 77.4)
    assert page.session.conditions.animal_px == 77
    page.session.assume(animal_px=90)
    assert page.panel.wishes.animal == 90
    assert page.panel.controls.rows["animal"]._inputs[-1].value == 90
    page.panel.controls._on_edit("animal", 5000)  # longer than the image
    assert page.panel.controls.refusal
    page.session.assume(animal_px=80)
    assert page.panel.controls.refusal == ""
    fresh = Designer(SMALL)
    fresh.aside.turn_to(ADVISE)
    (panel,) = fresh.aside.advise.children
    assert panel.wishes.animal == min(fresh.aside.receptive_field.animal_px, *SMALL.input_shape[:2])
    fresh.close()


def test_what_is_below_is_said_to_be_for_other_wishes(page: Page) -> None:
    page.panel.start.click()
    page.panel.controls._on_edit("animal", 50)
    assert "for other wishes" in page.text
    page.panel.controls._on_edit("animal", 40)
    assert "for other wishes" not in page.text
    for family in ("LEAP CNN", "any"):
        page.panel.controls._on_edit("family", family)
        assert "for other wishes" in page.text
    page.panel.controls._on_edit("family", "U-Net")
    assert "for other wishes" not in page.text


def test_how_many_images_fit_and_how_fine_the_output_is_of_the_network_on_screen(page: Page) -> None:
    most = largest_batch(page.session.backbone, "2 GB")
    shape = "{} × {} px".format(*SMALL.input_shape)
    assert (
        f"Of images of {shape}, its input, up to {most:,} images fit at once in a training step" in page.text
    )
    assert "The wishes are for images of 256 × 256 px." in page.text
    assert "half a cell, 0.5 px" in page.text
    assert "of the animal's 40 px" in page.text
    page.panel.controls._on_edit("card", "T4")
    assert page.panel.wishes.memory == "16 GB"
    assert f"up to {largest_batch(page.session.backbone, 'T4'):,} images" in page.text
    page.panel.visible = False
    before = page.text
    page.session.change("filters", 3)
    assert page.text == before, "nobody sees it"
    page.panel.visible = True
    assert page.text != before


def test_the_wishes_are_for_other_images_where_these_do_not_come_to_the_input_scaled_and_padded(
    page: Page,
) -> None:
    for name, value in (("height", 1000), ("width", 700), ("animal", 300)):
        page.panel.controls._on_edit(name, value)
    page.panel.start.click()
    assert "The wishes are for images of 1000 × 700 px." in page.text
    page.buttons("Use this")[0].click()
    scale, design = page.session.conditions.input_scale, page.session.design
    assert scale < 1
    assert design.input_shape[:2] != (int(1000 * scale), int(700 * scale)), "they are padded"
    assert "up to" in page.text
    assert "The wishes are for" not in page.text
    page.panel.controls._on_edit("height", 900)
    assert f"The wishes are for images of 900 × 700 px, scaled to {scale}." in page.text


def test_the_speed_of_a_device_is_asked_first_and_stop_ends_it(page: Page) -> None:
    for name, value in (("images_per_second", 1e5), ("device", "CPU")):
        page.panel.controls._on_edit(name, value)
    page.panel.start.click()
    assert page.panel.running
    assert "Measuring the speed of CPU" in page.text
    page.panel.stop.click()
    assert page.worker.stopped
    assert not page.panel.running
    assert "stopped" in page.text
    page.worker.answer(TimingStopped())  # comes too late
    page.panel.start.click()
    page.worker.answer(
        Calibrated(device="CPU", backend="jax", calibration=Calibration.from_dict(CALIBRATION))
    )
    assert page.panel.advice is not None
    assert page.panel.advice.wanted.tests_speed
    page.panel.start.click()
    page.worker.answer(TimingError("no such device"))
    assert "The speed could not be tested: no such device" in page.text
    assert "for other wishes" not in page.text


def test_an_error_ends_the_search_and_is_said(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        yield from ()
        raise ZeroDivisionError("<no> network")

    monkeypatch.setattr("encdec_widgets.explore.advising.asked.advise_in_steps", broken)
    page.panel.start.click()
    assert not page.panel.running
    assert "The search ended with an error: &lt;no&gt; network" in page.panel.text
    assert page.said[-1].startswith("The search ended")


def test_it_begins_with_what_is_known_and_is_made_when_it_is_turned_to() -> None:
    designer = Designer(SMALL)
    designer.session.assume(animal_px=20, input_scale=0.5, batch_size=3)
    assert not designer.aside.advise.children
    designer.aside.turn_to(ADVISE)
    (panel,) = designer.aside.advise.children
    wishes = panel.wishes
    assert (wishes.animal, wishes.height, wishes.width, wishes.batch_size) == (20, 128, 128, 3)
    designer.aside.turn_to(COSTS)
    assert not panel.visible
    designer.close()


def test_edits_go_on_meanwhile_and_stop_works_at_once(in_both_forms: Background) -> None:
    forget()

    async def scenario() -> None:
        page = Page(Session(SMALL))
        session, panel = page.session, page.panel
        await until(lambda: session.shown is not None)
        panel.start.click()
        await until(lambda: "left" in page.text)
        session.turn("filters", 6)
        await until(lambda: not session.steps)
        assert session.design.architecture.filters == 6
        await until(lambda: panel.advice is not None)
        forget()
        panel.controls._on_edit("family", "LEAP CNN")
        panel.start.click()
        first = panel.advice
        await until(lambda: "left" in page.text)
        panel.stop.click()
        assert not panel.running
        assert "stopped" in page.text
        await until(lambda: not in_both_forms._tasks)
        assert panel.advice is first
        panel.start.click()
        panel.close()
        session.close()
        await until(lambda: not in_both_forms._tasks)

    in_a_loop(scenario)


def test_a_designer_that_is_closed_leaves_no_widget_of_both_parts() -> None:
    gc.collect()
    before = set(ipywidgets.widget._instances)
    designer = Designer(SMALL)
    designer.header.compare.opened = True
    designer.session.pin()
    designer.aside.turn_to(ADVISE)
    (panel,) = designer.aside.advise.children
    panel.controls._on_edit("family", "U-Net")
    panel.controls._on_edit("memory", "lots")
    panel.controls._on_edit("memory", "8 GB")
    panel.start.click()
    panel.controls._on_edit("animal", 30)
    panel.start.click()
    designer.close()
    gc.collect()
    assert set(ipywidgets.widget._instances) <= before
