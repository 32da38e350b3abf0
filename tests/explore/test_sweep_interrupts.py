"""A sweep that is interrupted, stopped or left keeps what is done, and goes on."""

import signal
import threading

import pytest

from encdec_widgets import sweep
from tests.explore.instant import DESIGN, Instant, Waiting

PATIENCE_S = 60


def test_a_loop_that_is_left_keeps_what_is_done_and_the_next_goes_on() -> None:
    instant = Instant()
    found = sweep(DESIGN, {"filters": range(1, 41)}, ("cost",), instant)
    for row in found:
        if row.index == 9:
            break
    done = len(found.rows)
    assert 10 <= done <= 40
    assert list(found) == found.rows
    assert len(instant.asked) == len(set(instant.asked)) == 40


def test_an_interrupt_keeps_what_is_done_and_cancels_the_rest() -> None:
    waiting = Waiting(3)
    found = sweep(DESIGN, {"filters": range(1, 9)}, ("cost",), waiting)

    def loop() -> None:
        for row in found:
            if row.index == 1:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        loop()
    assert len(found.rows) >= 2
    rows = iter(found)
    assert [next(rows).index for _ in range(3)] == [0, 1, 2]
    del rows
    assert [row.index for row in found.rows] == [0, 1, 2]
    assert waiting.pending
    assert all(future.cancelled() for future in waiting.pending)
    assert not found.complete


def test_an_interrupt_from_outside_ends_a_loop_that_waits() -> None:
    if threading.current_thread() is not threading.main_thread():
        pytest.skip("interrupts go to the main thread")
    found = sweep(DESIGN, {"filters": range(1, 9)}, ("cost",), Waiting(2))
    two = threading.Event()

    def interrupt() -> None:
        assert two.wait(PATIENCE_S)
        signal.raise_signal(signal.SIGINT)

    def loop() -> None:
        for row in found:
            if row.index == 1:
                two.set()

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        loop()
    thread.join(PATIENCE_S)
    assert [row.index for row in found.rows] == [0, 1]


def test_stop_ends_a_loop_of_another_thread() -> None:
    waiting = Waiting(2)
    found = sweep(DESIGN, {"filters": range(1, 9)}, ("cost",), waiting)
    two = threading.Event()

    def loop() -> None:
        for row in found:
            if row.index == 1:
                two.set()

    thread = threading.Thread(target=loop)
    thread.start()
    assert two.wait(PATIENCE_S)
    found.stop()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
    assert len(found.rows) == 2


def test_two_loops_at_once_are_refused() -> None:
    found = sweep(DESIGN, {"filters": [4, 8]}, ("cost",), Instant())
    first = iter(found)
    next(first)
    with pytest.raises(RuntimeError, match="one loop at a time"):
        next(iter(found))
    first.close()  # type: ignore[attr-defined]
    assert found.run().complete
