"""Feature maps of what was learnt: when a training's weights and pictures are offered, and chosen."""

from typing import Any

import numpy as np

from encdec_widgets.session import Session
from encdec_widgets.session.learning_run import LearningState
from encdec_widgets.widgets.pages.feature_maps_panel import FeatureMapsPanel
from encdec_widgets.widgets.pages.learn_page import LearnPage
from encdec_widgets.workers.seen_image import training_image
from encdec_widgets.workers.timing import TimingStopped
from encdec_widgets.workers.training import Halo, Trained
from tests.designer.maps_at_once import heard as heard
from tests.designer.maps_at_once import panel as panel
from tests.designer.maps_at_once import session as session
from tests.designer.maps_at_once import worker as worker
from tests.designer.timed import FakeWorker


def test_a_training_is_offered_with_its_weights_and_a_picture(
    panel: FeatureMapsPanel, worker: FakeWorker, session: Session
) -> None:
    assert session.shown is not None
    trained = session.shown.backbone.design.build()
    panel.offer_training(trained, Halo())
    assert (panel.weights.value, panel.image.value, panel.standardise.value) == (
        "trained",
        "training picture",
        True,
    )
    panel.start.click()
    assert worker.jobs[-1].weights == "another network's weights"
    assert not worker.jobs[-1].standardise  # it is already
    assert np.array_equal(worker.jobs[-1].image[..., 0], training_image(Halo(), 64))
    worker.answer(TimingStopped())
    panel.weights.value = "random"
    panel.offer_training(trained, Halo())
    assert panel.weights.value == "random"  # what a person chose stays


def test_weights_of_a_training_are_offered_while_its_design_is_on_screen(
    panel: FeatureMapsPanel, worker: FakeWorker, session: Session
) -> None:
    assert session.shown is not None
    panel.offer_training(session.shown.backbone.design.build(), Halo())
    assert panel.weights.value == "trained"
    session.change("filters", 3)
    assert (panel.weights.value, len(panel.weights.options)) == ("own", 2)
    panel.measure()
    assert worker.jobs[-1].weights == "random weights", "and not those of another network, which do not fit"
    worker.answer(TimingStopped())
    session.undo()
    assert (panel.weights.value, len(panel.weights.options)) == ("own", 3)
    panel.weights.value = "trained"
    session.change("filters", 4)
    panel.offer_training(session.shown.backbone.design.build(), Halo())
    assert panel.weights.value == "own", "only the first time, they are chosen"


def test_where_another_design_is_on_screen_a_first_training_is_chosen_once_its_own_is_back(
    panel: FeatureMapsPanel, session: Session
) -> None:
    assert session.shown is not None
    trained = session.shown.backbone.design.build()
    session.change("filters", 3)
    panel.offer_training(trained, Halo())

    def chosen() -> tuple[Any, Any, Any]:
        return panel.weights.value, panel.image.value, panel.standardise.value

    assert chosen() == ("own", "a sample", False)
    panel.offer_training(trained, Halo())
    session.undo()
    assert chosen() == ("trained", "training picture", True)
    panel.weights.value, panel.image.value = "random", "a sample"
    session.change("filters", 3)
    session.undo()
    assert chosen() == ("random", "a sample", True), "only the first time, they are chosen"


def test_what_was_learnt_is_offered_when_a_training_ends(session: Session, worker: FakeWorker) -> None:
    page = LearnPage(session, worker)  # type: ignore[arg-type]
    learning = page.learning
    learning.set_trait("state", LearningState(running=True))
    learning.trained = object.__new__(Trained)  # it is not read before a pass begins
    object.__setattr__(learning.trained, "task", "halo")
    object.__setattr__(learning.trained, "design", session.design)
    learning.set_trait("state", LearningState(running=False))
    labels = [label for label, _ in page.maps.weights.options]
    assert labels == ["the network's own", "of the last training", "random"]
    assert page.maps.weights.value == "trained"
    assert page.maps.image.value == "training picture"
