"""What a session learns: what is asked of the worker, what comes of its answers, and what is said of them."""

import asyncio

import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.session import Session
from encdec_widgets.session import learning as learning_module
from encdec_widgets.workers.errors import TimingError
from encdec_widgets.workers.training.tasks import Threads
from tests.designer.slow import until
from tests.session.taught import (
    COARSE,
    DESIGN,
    OTHER,
    Taught,
    compared,
    edit_at,
    numbers,
    slice_of,
)


@pytest.fixture
def taught() -> Taught:
    return Taught()


# A run


def test_a_training_is_of_the_network_on_screen_and_what_is_asked_for(taught: Taught) -> None:
    learning = taught.learning
    for name, value in (("task", "halo"), ("seconds", 5), ("seed", 3), ("learning_rate", 1e-3)):
        learning.set(name, value)
    learning.start()
    job = taught.job
    assert job.design == DESIGN
    assert (job.task.title, job.seconds, job.steps, job.seed) == ("halo", 5, None, 3)
    assert job.options.learning_rate == 1e-3
    assert taught.starts_from is None, "they are still to be drawn"
    assert learning.state.running
    learning.start()  # nothing
    assert len(taught.worker.jobs) == 1
    taught.worker.tell(**slice_of(1, 10))
    taught.worker.tell(**slice_of(11, 20))
    run = learning.state.runs[0]
    assert [step for step, _ in run.losses] == list(range(1, 21))
    assert (run.steps, run.score, run.score_text) == (20, 0.31, "feet swapped 0 %, 0.31 px at 20")
    taught.end(7.0)
    assert not learning.state.running
    assert learning.trained.design == DESIGN
    assert learning.up_to_date


def test_a_number_of_steps_takes_the_place_of_seconds(taught: Taught) -> None:
    taught.learning.start(steps=400)
    assert (taught.job.steps, taught.job.seconds) == (400, None)
    assert "400 steps" in taught.said[-1]


def test_steps_of_the_settings_take_the_place_of_seconds_in_a_training_and_in_a_race(taught: Taught) -> None:
    learning = taught.learning
    learning.set("steps", 350)
    learning.start()
    assert (taught.job.steps, taught.job.seconds) == (350, None)
    assert "350 steps" in taught.said[-1]
    taught.end(1.0)
    learning.start(steps=3)
    assert taught.job.steps == 3, "what is asked for goes before the settings"
    taught.end(2.0)
    learning.pin()
    taught.session.change("filters", 3)
    learning.race()
    assert (taught.job.steps, taught.job.seconds) == (350, None)
    assert "350 steps" in taught.said[-1]


def test_what_is_read_aloud_comes_at_the_start_at_an_edit_and_at_the_end(taught: Taught) -> None:
    taught.learning.start()
    assert taught.said == ["Training on mouse for 15.0 s, from random weights."]
    for first in range(1, 40, 5):
        taught.worker.tell(**slice_of(first, first + 4))
    assert len(taught.said) == 1
    taught.session.change("decoder[1].refine_convs_filters", 3)
    taught.worker.tell(**slice_of(41, 45, edit_at(40)))
    assert len(taught.said) == 2
    assert taught.said[1].endswith(": 29,024 of 29,939 parameters kept; the rest begins anew.")
    taught.end(7.0)
    assert len(taught.said) == 3
    assert taught.said[2] == (
        "Trained 45 steps in 0.900 s. The network has the weights now. Score: feet swapped 0 %, 0.31 px at 45."
    )


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


# Ends


def test_stop_keeps_what_was_learnt(taught: Taught) -> None:
    taught.learning.stop()  # nothing
    taught.learning.start()
    taught.worker.tell(**slice_of(1, 10))
    taught.learning.stop()
    assert taught.job._finished
    assert taught.learning.state.stopping
    assert not taught.worker.stopped
    taught.end(7.0)
    assert "Stopped after 10 steps" in taught.learning.state.said
    assert set(numbers(taught.session).values()) == {7.0}


def test_a_process_that_does_not_answer_is_ended(taught: Taught, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning_module, "STOP_S", 0.01)

    async def scenario() -> None:
        taught.learning.start()
        taught.worker.tell(**slice_of(1, 10))
        taught.learning.stop()
        await until(lambda: taught.worker.stopped)
        await until(lambda: not taught.learning.state.running)
        assert "what was learnt is lost" in taught.learning.state.said

    asyncio.run(scenario())


def test_a_second_stop_ends_it_at_once(taught: Taught) -> None:
    taught.learning.start()
    taught.learning.stop()
    taught.learning.stop()
    assert taught.worker.stopped
    assert not taught.learning.state.running
    assert taught.learning.state.said == "Stopped before the first step: nothing was learnt."


def test_what_goes_wrong_is_said_and_the_curve_stays(taught: Taught) -> None:
    taught.learning.start()
    taught.worker.tell(**slice_of(1, 10))
    taught.worker.done(TimingError("the timing process ended"))
    state = taught.learning.state
    assert (state.running, state.failed, state.said) == (False, True, "the timing process ended")
    assert len(state.runs[0].losses) == 10
    assert not taught.session.backbone.filled
    taught.learning.start()
    assert taught.learning.state.running


def test_a_worker_that_is_busy_is_said(taught: Taught) -> None:
    taught.worker.refuses = TimingError("a timing is under way already")
    taught.learning.start()
    assert not taught.learning.state.running
    assert taught.learning.state.said == "a timing is under way already"
    assert taught.said == ["a timing is under way already"]


def test_an_interrupt_while_it_starts_leaves_nothing_running(taught: Taught) -> None:
    taught.worker.refuses = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        taught.learning.start()
    assert not taught.learning.state.running
    taught.worker.refuses = None
    taught.learning.start()
    assert taught.learning.state.running


def test_what_comes_of_an_earlier_run_is_ignored(taught: Taught) -> None:
    taught.learning.start()
    done, tell = taught.worker.done, taught.worker.on_progress
    done(TimingError("gone"))
    taught.learning.start()
    done(TimingError("gone again"))
    taught.worker.on_progress = tell
    taught.worker.tell(**slice_of(1, 10))
    assert taught.learning.state.running
    assert taught.learning.state.runs[0].losses == ()


def test_closing_stops_its_own_training_and_tells_nothing_more(taught: Taught) -> None:
    taught.learning.close()
    assert not taught.worker.stopped, "there was nothing of its own to stop"
    other = Taught()
    assert other.session.model
    other.learning.start()
    state, said = other.learning.state, list(other.said)
    other.session.close()
    other.learning.close()
    assert other.worker.stopped
    assert (other.learning.state, other.said) == (state, said)
    other.learning.start()
    assert len(other.worker.jobs) == 1


def test_what_was_stopped_before_the_first_step_learnt_nothing(taught: Taught) -> None:
    taught.learning.start()
    taught.learning.stop()
    taught.end(7.0, steps=0)
    assert taught.learning.state.said == "Stopped before the first step: nothing was learnt."
    assert not taught.learning.has_weights


# What would be trained


def test_what_would_be_trained_is_found_out_while_somebody_looks(taught: Taught) -> None:
    learning = taught.learning
    assert learning.subject is None
    learning.looked_at = True
    assert "64 × 64 px" in learning.subject.notes[0]
    taught.session.load(COARSE)
    assert learning.subject.refused is not None
    for mend in learning.subject.mends:
        taught.session.load(COARSE)
        learning.mend(mend)
        assert learning.subject.refused is None, mend.label
    learning.looked_at = False
    before = learning.subject
    taught.session.change("filters", 3)
    assert learning.subject is before, "nobody looks"


# Settings


def test_a_setting_that_is_not_possible_is_the_problem_and_nothing_is_trained(taught: Taught) -> None:
    learning = taught.learning
    learning.ask("seconds", 0)
    assert "seconds=0" in str(learning.problem)
    assert learning.settings.seconds == 15
    learning.start()
    assert not taught.worker.jobs
    learning.ask("seconds", 5)
    assert learning.problem is None
    for name, value in (("task", "no such task"), ("batch_size", 0), ("no such setting", 1)):
        with pytest.raises(ValueError, match="Received"):
            learning.set(name, value)
    learning.start()
    assert taught.job.seconds == 5


def test_a_task_of_ones_own_is_offered_and_trained(taught: Taught) -> None:
    class Mine(Threads):
        pass

    own = Mine()
    taught.learning.add(own)
    taught.learning.set("task", "mine")
    taught.learning.start()
    assert taught.job.task is own
    with pytest.raises(ValueError, match="Received: the class"):
        taught.learning.add(Mine)  # type: ignore[arg-type]


# Two side by side


def test_a_pinned_network_is_trained_beside_the_one_on_screen(taught: Taught) -> None:
    learning = taught.learning
    learning.race()  # nothing: there is no A
    learning.pin()
    taught.session.change("filters", 3)
    learning.race()
    job = taught.job
    assert [network.trainee.of for network in job._networks] == [DESIGN, taught.session.design]
    assert (job.seed, job.seconds, job.task.title) == (0, 15.0, "mouse")
    taught.worker.tell(a=slice_of(1, 10), b=slice_of(1, 8))
    taught.worker.tell(a=slice_of(11, 20), b=None)
    runs = learning.state.runs
    assert [(run.name, run.steps) for run in runs] == [("A", 20), ("B", 8)]
    taught.session.change("filters", 4)
    assert learning.state.running
    result = compared(DESIGN, DESIGN.replace("filters", 3))
    taught.worker.done(result)
    assert learning.state.said == taught.said[-1] == result.sentence
    assert not learning.has_weights


def test_sessions_of_two_screens_do_not_know_of_each_other() -> None:
    one, two = Taught(), Taught(OTHER)
    two.worker = one.worker
    one.learning.start()
    assert not two.learning.state.running
    assert isinstance(two.session, Session)
