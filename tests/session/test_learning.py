"""What a session learns: how a training begins and ends, and what is said of it."""

import asyncio

import pytest

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
