"""Pieces of work in threads: each is done once, whatever the number of threads, and errors come back."""

import os
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encdec_widgets.networks import side_by_side as module
from encdec_widgets.networks.side_by_side import side_by_side


@pytest.fixture(params=[1, 2, 5])
def processors(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(module, "_processors", lambda: request.param)
    return int(request.param)


@given(count=st.integers(0, 30))
def test_each_piece_is_done_once(count: int) -> None:
    done: list[int] = []
    side_by_side(done.append, count)
    assert sorted(done) == list(range(count))


def test_as_many_threads_as_processors_work_at_the_same_time(processors: int) -> None:
    together = threading.Barrier(processors, timeout=60)
    side_by_side(lambda _: together.wait(), processors)
    assert threading.active_count() == len(threading.enumerate())
    assert not [thread for thread in threading.enumerate() if thread.name == "encdec-pieces"]


def test_an_error_in_any_thread_ends_the_work_and_is_raised(processors: int) -> None:
    done: list[int] = []

    def fail(number: int) -> None:
        if number == 3:
            raise MemoryError("no room")
        done.append(number)

    with pytest.raises(MemoryError, match="no room"):
        side_by_side(fail, 1000)
    assert 3 not in done
    assert len(set(done)) == len(done)
    assert processors > 1 or done == [0, 1, 2]


def test_where_no_thread_can_be_started_one_does_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(module, "_processors", lambda: 4)
    monkeypatch.setattr(threading.Thread, "start", refuse)
    done: list[int] = []
    side_by_side(done.append, 9)
    assert done == list(range(9))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings(
    "ignore:This process:DeprecationWarning"
)  # Python 3.12: a fork with threads about
def test_a_forked_process_works_too() -> None:
    side_by_side(lambda _: None, 4)
    process = os.fork()
    if not process:
        done: list[int] = []
        side_by_side(done.append, 9)
        os._exit(0 if sorted(done) == list(range(9)) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0
