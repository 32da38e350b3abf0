"""A session learns in a real process: train, edit, go on; the weights come back; a process that ends; closing."""

import asyncio
import functools
import math
from collections.abc import Iterator

import numpy as np
import psutil
import pytest

from encdec_widgets.session import Session
from encdec_widgets.session.learning import Learning
from encdec_widgets.workers.client import Worker
from encdec_widgets.workers.training import Trained
from encdec_widgets.workers.training.weights_file import load
from tests.library.timed import eventually
from tests.session import slow
from tests.session.taught import DESIGN

until = functools.partial(slow.until, seconds=200)
"""A backend that starts beside other work takes a minute."""
WIDER = "decoder[1].refine_convs_filters"


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.stop()


async def learnt_for(learning: Learning, steps: int) -> None:
    """Wait for so many more steps."""
    target = learning.state.runs[0].steps + steps
    await until(lambda: learning.state.failed or learning.state.runs[0].steps >= target)
    assert not learning.state.failed, learning.state.said


async def ended(learning: Learning) -> None:
    await until(lambda: not learning.state.running)


def agrees(session: Session, trained: Trained) -> int:
    """How many weights of the session's model are those of a training; all others are its heads'."""
    saved = dict(load(trained.weights.path))
    for variable in session.model.variables:
        np.testing.assert_array_equal(np.asarray(variable), saved[variable.path])
    return len(session.model.variables)


def test_train_edit_go_on_and_take_the_weights(worker: Worker) -> None:
    async def scenario() -> None:
        session = Session(DESIGN)
        learning = Learning(session, worker)
        session.wait()
        learning.set("task", "halo")
        learning.set("seconds", 600)
        learning.start()
        await learnt_for(learning, 3)
        session.turn(WIDER, 3)
        await until(lambda: bool(learning.state.runs[0].marks))
        (mark,) = learning.state.runs[0].marks
        assert "parameters kept; the rest begins anew" in mark.text
        await learnt_for(learning, 1)
        learning.stop()
        await ended(learning)
        assert isinstance(learning.trained, Trained)
        assert learning.trained.design == session.design
        assert [edit.step for edit in learning.trained.kept] == [mark.step]
        assert not session.backbone.filled
        assert agrees(session, learning.trained)
        run = learning.state.runs[0]
        assert run.pictures.startswith(b"\x89PNG")
        assert all(math.isfinite(loss) for _, loss in run.losses)
        assert [step for step, _ in run.losses] == list(range(1, run.steps + 1))

        # It goes on from there: so does another run, from the weights that the model has now.
        learning.start(steps=1)
        await ended(learning)
        assert learning.state.runs[0].steps == run.steps + 1
        assert agrees(session, learning.trained)
        learning.close()

    asyncio.run(scenario())


def test_two_are_trained_in_turns_and_another_screen_is_told_that_the_process_is_busy(worker: Worker) -> None:
    async def scenario() -> None:
        session = Session(DESIGN)
        learning, other = Learning(session, worker), Learning(Session(DESIGN), worker)
        session.wait()
        learning.set("seconds", 600)
        learning.pin()
        session.change(WIDER, 3, now=True)
        learning.race()
        other.start()
        assert not other.state.running
        assert "under way already" in other.state.said
        await until(lambda: all(run.pictures for run in learning.state.runs))
        learning.stop()
        await ended(learning)
        assert "A has" in learning.state.said
        assert "B has" in learning.state.said
        assert not learning.has_weights
        other.close()
        learning.close()

    asyncio.run(scenario())


def test_a_process_that_ends_and_a_screen_that_is_closed_leave_all_else(worker: Worker) -> None:
    async def scenario() -> None:
        session = Session(DESIGN)
        learning = Learning(session, worker)
        session.wait()
        learning.set("seconds", 600)
        learning.start()
        await learnt_for(learning, 1)
        for pid in worker.pids:
            psutil.Process(pid).kill()
        await ended(learning)
        state = learning.state
        assert state.failed
        assert "\n" not in state.said
        assert state.runs[0].losses
        assert not learning.has_weights
        session.change(WIDER, 3, now=True)

        learning.start()
        await learnt_for(learning, 1)
        learning.close()
        assert not worker.busy
        assert eventually(lambda: not worker.pids)
        assert session.model.count_params()

    asyncio.run(scenario())
