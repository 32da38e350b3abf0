"""The page Learn: what it shows of a training, and what its controls ask for."""

import html
import re

import pytest

from encdec_widgets import Designer
from encdec_widgets.widgets.pages.aside import COSTS, LEARN
from encdec_widgets.widgets.pages.learn_panel import LearnPanel
from encdec_widgets.workers.training.tasks import Threads
from tests.designer.reading import control
from tests.session.taught import COARSE, DESIGN, PICTURES, Taught, compared, edit_at, slice_of


class Seen(Taught):
    """A panel that is seen."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []
        self.panel = LearnPanel(self.session, self.learning, self.heard.append)
        self.panel.visible = True

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", html.unescape(re.sub("<[^>]+>", " ", self.panel.text)))


@pytest.fixture
def seen() -> Seen:
    return Seen()


def test_the_button_trains_and_score_pictures_and_losses_are_drawn(seen: Seen) -> None:
    panel = seen.panel
    assert panel.stop.disabled
    panel.start.click()
    assert (panel.start.description, panel.stop.disabled) == ("Training …", False)
    panel.start.click()  # nothing
    assert len(seen.worker.jobs) == 1
    seen.worker.tell(share=0.25, **slice_of(1, 10))
    view = panel.view
    assert (view.running, view.share) == (True, 0.25)
    (run,) = view.runs
    assert run["score"] == "feet swapped 0\xa0%, 0.31\xa0px at 10"
    assert run["pictures"] == PICTURES
    assert run["words"] == "Six mice; a red point on each head."
    assert 'aria-label="Loss: from 8.00 at step 1 to 0.800 at step 10."' in view.curve
    assert "10 steps in 0.200 s" in seen.text
    seen.end(7.0)
    assert not view.running
    assert (panel.start.description, panel.stop.disabled) == ("Train", True)
    assert "The network has the weights now." in seen.text
    assert seen.heard == seen.said
    assert len(seen.heard) == 2, "at the start and at the end, not four times a second"


def test_what_is_to_be_known_of_the_device_is_said_once_while_it_trains_and_after(seen: Seen) -> None:
    seen.panel.start.click()
    assert "process that computes" not in seen.text
    for first, last in ((1, 1), (2, 10)):
        notices = ("computed on CPU, as the process that computes sees no GPU:1",)
        seen.worker.tell(**{**slice_of(first, last), "notices": notices})
        assert seen.text.count("Computed on CPU, as the process that computes sees no GPU:1.") == 1
    seen.end(7.0)
    assert seen.text.count("Computed on CPU, as the process that computes sees no GPU:1.") == 1


def test_what_is_trained_is_said_plainly(seen: Seen) -> None:
    assert "64 × 64 px" in seen.text
    assert "3 maps (head, left foot, right foot) are added at its output" in seen.text


def test_each_edit_is_listed_with_what_it_kept_and_marked_on_the_curve(seen: Seen) -> None:
    seen.panel.start.click()
    seen.worker.tell(**slice_of(1, 10))
    seen.session.change("decoder[1].refine_convs_filters", 3)
    seen.worker.tell(**slice_of(11, 20, edit_at(10)))
    assert "29,024 of 29,939 parameters kept; the rest begins anew" in seen.text
    assert "Edit 1 at step 10" in seen.panel.view.curve
    assert "<title>" in seen.panel.view.curve


def test_a_network_that_can_not_learn_it_is_refused_with_a_button_that_mends_it(seen: Seen) -> None:
    seen.session.load(COARSE)
    assert "can't learn this. Output stride must be 8 at most" in seen.text
    buttons = seen.panel._mending.children
    assert [button.description for button in buttons] == ["set up blocks to 1", "one level fewer"]
    buttons[0].click()
    assert seen.session.design.architecture.up_blocks == 1
    assert "can't learn this" not in seen.text
    assert seen.panel._mending.children == ()


def test_what_is_locked_is_not_mended_for_a_training(seen: Seen) -> None:
    seen.session.load(COARSE)
    more, fewer = seen.learning.subject.mends  # type: ignore[union-attr]
    seen.session.focus_on(more.changes, "locked")
    assert [button.description for button in seen.panel._mending.children] == [more.label]
    seen.learning.mend(fewer)
    assert seen.session.editor.wanted == COARSE
    seen.panel._mending.children[0].click()
    assert seen.session.design.architecture.up_blocks == 1


def test_an_edit_that_is_not_trained_is_said_and_training_goes_on(seen: Seen) -> None:
    seen.panel.start.click()
    seen.session.load(COARSE)
    assert "Training goes on with the network before this edit. Output stride must be 8" in seen.text
    assert not seen.panel.stop.disabled


def test_after_an_edit_what_is_shown_is_out_of_date(seen: Seen) -> None:
    seen.panel.start.click()
    seen.worker.tell(**slice_of(1, 10))
    seen.end(7.0)
    assert "Out of date" not in seen.panel.text
    seen.session.change("filters", 3)
    assert "Out of date" in seen.panel.text
    seen.session.undo()
    assert "Out of date" not in seen.panel.text


def test_random_weights_are_offered_where_there_are_others(seen: Seen) -> None:
    anew = seen.panel.anew
    assert anew.layout.display == "none"
    seen.panel.start.click()
    seen.end(7.0)
    assert anew.layout.display == ""
    anew.value = True
    seen.panel.start.click()
    assert seen.starts_from is None


def test_a_setting_that_is_not_possible_is_told_under_its_control(seen: Seen) -> None:
    row = seen.panel.how.rows["seconds"]
    row.children[1].value = 0
    assert "Seconds must be a number from 1 to 600, not 0." in row.children[-1].value
    seen.panel.start.click()
    assert not seen.worker.jobs
    row.children[1].value = 5
    assert not seen.panel.how.refusal
    control(seen.panel, "task").value = "halo"
    seen.panel.start.click()
    assert (seen.job.seconds, seen.job.task.title) == (5, "halo")


def test_stop_is_asked_twice_to_end_it_at_once(seen: Seen) -> None:
    seen.panel.start.click()
    seen.panel.stop.click()
    assert seen.panel.stop.description == "Stop at once"
    assert "Stopping" in seen.text
    seen.panel.stop.click()
    assert seen.worker.stopped
    assert seen.panel.stop.disabled


def test_two_networks_are_trained_side_by_side(seen: Seen) -> None:
    panel = seen.panel
    assert panel.race.layout.display == "none"
    panel.pin.click()
    assert "A is U-Net, 64 × 64 px" in seen.text
    assert "Change the network" in seen.text
    seen.session.change("filters", 3)
    assert panel.race.layout.display == ""
    panel.race.click()
    seen.worker.tell(a=slice_of(1, 10), b=slice_of(1, 8))
    assert [run["name"][:8] for run in panel.view.runs] == ["A: U-Net", "B: U-Net"]
    assert "Loss of A" in panel.view.curve
    assert "Loss of B" in panel.view.curve
    assert "A 10 steps in" in seen.text
    result = compared(DESIGN, DESIGN.replace("filters", 3))
    seen.worker.done(result)
    assert result.sentence in seen.text


def test_nothing_is_drawn_or_found_out_while_the_page_is_not_chosen() -> None:
    designer = Designer(DESIGN)
    page = designer.aside.learn
    assert page.panel.text == ""
    assert page.learning.subject is None
    designer.aside.turn_to(LEARN)
    assert "64 × 64 px" in page.panel.text
    designer.aside.turn_to(COSTS)
    subject = page.learning.subject
    designer.set("filters", 3)
    assert page.learning.subject is subject, "nobody sees it"


def test_a_notebook_trains_its_own_task(monkeypatch: pytest.MonkeyPatch) -> None:
    designer, taught = Designer(DESIGN), Taught()
    learning = designer.learning
    monkeypatch.setattr(learning, "_worker", taught.worker)

    class Mine(Threads):
        pass

    designer.train(Mine(), seconds=2, seed=4)
    assert designer.aside.chosen == LEARN
    assert (taught.job.seconds, taught.job.seed) == (2, 4)
    assert isinstance(taught.job.task, Mine)
    taught.end(1.0)
    learning.set("steps", 350)
    designer.train(seconds=3)
    assert (taught.job.steps, taught.job.seconds) == (None, 3), (
        "seconds that are asked for go before steps that were"
    )
    assert control(designer.aside.learn.panel, "task").options[-1] == "mine"
    with pytest.raises(ValueError, match="Received: task='yours'"):
        designer.train("yours")
    designer.close()
    assert taught.worker.stopped
