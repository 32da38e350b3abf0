"""What becomes of weights that were trained, and of edits while they are."""

import asyncio

import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.architectures.blocks.head import Head
from tests.designer.slow import until
from tests.session.taught import COARSE, DESIGN, Taught, edit_at, numbers, slice_of

# Weights


def test_what_was_learnt_is_the_models_when_it_is_read_and_fills_nothing(taught: Taught) -> None:
    taught.learning.start()
    taught.end(7.0)
    assert not taught.session.backbone.filled
    assert set(numbers(taught.session).values()) == {7.0}


def test_a_model_that_was_read_before_gets_it_at_once(taught: Taught) -> None:
    model = taught.session.model
    taught.learning.start()
    taught.end(7.0)
    assert taught.session.model is model
    assert set(numbers(taught.session).values()) == {7.0}


def test_a_training_goes_on_from_the_weights_that_there_are(taught: Taught) -> None:
    learning = taught.learning
    assert not learning.has_weights
    learning.start()
    taught.end(7.0)
    assert learning.has_weights
    learning.start()
    assert taught.starts_from == {7.0}
    assert "the weights that the network has" in taught.said[-1]
    assert not taught.session.backbone.filled
    taught.end(8.0)
    assert set(numbers(taught.session).values()) == {8.0}
    learning.start(anew=True)
    assert taught.starts_from is None


def test_only_the_backbone_gets_weights_and_heads_keep_theirs() -> None:
    taught = Taught(DESIGN.replace("head", Head(3)))
    taught.learning.start()
    taught.end(7.0)
    found = numbers(taught.session)
    assert found.pop("stack0_head") != 7.0
    assert set(found.values()) == {7.0}


def test_the_weights_are_the_trained_designs_and_an_edit_keeps_what_did_not_change(taught: Taught) -> None:
    taught.learning.start()
    taught.end(7.0)
    taught.session.change("decoder[1].refine_convs_filters", 3)
    assert "keep their weights" in taught.session.shown.effect  # type: ignore[union-attr]
    found = numbers(taught.session)
    new = {name for name, number in found.items() if number != 7.0}
    assert new
    assert all(name.startswith("stack0_dec1") for name in new)
    taught.session.undo()
    assert set(numbers(taught.session).values()) == {7.0}


@pytest.mark.parametrize("read", [False, True], ids=["never read", "read before"])
def test_an_edit_that_was_not_trained_keeps_what_did_not_change_too(taught: Taught, read: bool) -> None:
    if read:
        assert taught.session.model
    taught.learning.start()
    taught.job.finish()  # it takes no edit any more
    taught.session.change("decoder[1].refine_convs_filters", 3)
    taught.end(7.0)
    found = numbers(taught.session)
    assert found["stack0_enc0_conv0"] == 7.0
    assert {name for name, number in found.items() if number != 7.0}
    assert not taught.learning.up_to_date
    if read:  # what the edit took away is brought back by undo, as it was learnt
        taught.session.undo()
        assert set(numbers(taught.session).values()) == {7.0}


def test_weights_of_another_network_are_not_taken(taught: Taught) -> None:
    taught.learning.start()
    taught.session.load(Design(UNet(filters=5, down_blocks=1, up_blocks=1), (64, 64, 1)))
    taught.end(7.0, DESIGN)
    assert 7.0 not in numbers(taught.session).values()


def test_weights_wait_until_what_is_being_built_is_shown() -> None:
    async def scenario() -> None:
        taught = Taught()
        taught.learning.start()
        taught.session.change("decoder[1].refine_convs_filters", 3)  # in the background
        assert taught.session.steps
        taught.end(7.0, DESIGN)
        assert taught.learning._coming_back is not None
        assert numbers(taught.session)["stack0_enc0_conv0"] == 7.0  # reading waits for the network
        assert taught.learning._coming_back is None

    asyncio.run(scenario())


# Edits


def test_an_edit_is_trained_on_and_marked(taught: Taught) -> None:
    taught.learning.start()
    taught.worker.tell(**slice_of(1, 10))
    taught.session.change("decoder[1].refine_convs_filters", 3)
    assert taught.job.design == taught.session.design
    taught.worker.tell(**slice_of(11, 20, edit_at(10)))
    (mark,) = taught.learning.state.runs[0].marks
    assert mark.step == 10
    assert "2 to 3" in mark.words
    assert mark.text.startswith("29,024 of 29,939")
    taught.end(7.0)
    assert set(numbers(taught.session).values()) == {7.0}
    assert taught.learning.up_to_date


def test_an_edit_that_is_refused_or_can_not_learn_it_stops_nothing_and_is_said(taught: Taught) -> None:
    taught.learning.start()
    taught.session.change("filters", 0)
    assert taught.session.problem is not None
    assert taught.job._changed is None
    taught.session.load(COARSE)
    state = taught.learning.state
    assert (state.running, state.failed) == (True, True)
    assert state.said.startswith(
        "Training goes on with the network before this edit. Output stride must be 8"
    )
    assert taught.said[-1] == state.said
    assert taught.job.design == DESIGN
    taught.session.undo()
    assert (taught.job._changed, taught.learning.state.said) == (None, ""), "it is trained already"
    taught.session.change("filters", 4)
    assert taught.job.design.architecture.filters == 4


def test_an_edit_that_the_process_can_not_take_is_said_and_its_network_is_not_the_trained_one(
    taught: Taught,
) -> None:
    taught.learning.start()
    taught.session.change("filters", 3)
    taught.worker.tell(**{**slice_of(1, 10), "refused": "there is not enough memory"})
    said = taught.learning.state.said
    assert said == "Training goes on with the network before this edit. There is not enough memory"
    assert taught.said[-1] == said
    taught.end(7.0, DESIGN)
    assert not taught.learning.up_to_date
    taught.session.undo()
    assert taught.learning.up_to_date


def test_the_edits_of_a_drag_are_trained_once_they_rest() -> None:
    async def scenario() -> None:
        taught = Taught()
        taught.learning.start()
        for filters in (3, 4, 5):
            taught.session.turn("filters", filters)
            taught.session.wait()
        assert taught.job._changed is None
        await until(lambda: taught.job._changed is not None)
        assert taught.job.design.architecture.filters == 5

    asyncio.run(scenario())


def test_training_again_after_an_edit_goes_on_with_the_curve(taught: Taught) -> None:
    learning = taught.learning
    learning.start()
    taught.worker.tell(**slice_of(1, 10))
    taught.end(7.0)
    taught.session.change("decoder[1].refine_convs_filters", 3)
    learning.start()
    taught.worker.tell(**slice_of(1, 5))
    (run,) = learning.state.runs
    assert [step for step, _ in run.losses] == list(range(1, 16))
    assert (run.steps, [mark.step for mark in run.marks]) == (15, [10])
    taught.end(8.0)
    learning.set("task", "halo")
    learning.start()
    assert learning.state.runs[0].losses == (), "another task is another curve"
