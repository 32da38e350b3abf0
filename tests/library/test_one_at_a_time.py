"""The lock of whatever builds networks or fills weights: in order, re-entrant, and left by an interrupt."""

import threading

import pytest

from encdec_widgets.networks.one_at_a_time import OneAtATime
from tests.library.timed import eventually

PATIENCE_S = 30


class Entering(threading.Thread):
    """Enters the lock, notes its name, and leaves it."""

    def __init__(self, lock: OneAtATime, name: str, entered: list[str]) -> None:
        super().__init__(name=name, daemon=True)
        self.lock = lock
        self.entered = entered
        waiting = len(lock._waiting)
        self.start()
        assert eventually(lambda: len(lock._waiting) == waiting + 1)

    def run(self) -> None:
        with self.lock:
            self.entered.append(self.name)


def test_threads_get_it_in_the_order_in_which_they_came() -> None:
    lock, entered = OneAtATime(), list[str]()
    with lock, lock:  # The thread that has it can enter it again.
        assert not lock.awaited
        threads = [Entering(lock, name, entered) for name in "abc"]
        assert lock.awaited is True
        assert entered == []
    for thread in threads:
        thread.join(PATIENCE_S)
    assert entered == ["a", "b", "c"]
    assert not lock.awaited


def test_a_thread_that_enters_again_comes_after_those_that_wait() -> None:
    lock, entered = OneAtATime(), list[str]()
    with lock:
        other = Entering(lock, "other", entered)
    with lock:
        assert entered == ["other"]
    other.join(PATIENCE_S)


def test_an_interrupt_while_waiting_lets_the_next_one_in(monkeypatch: pytest.MonkeyPatch) -> None:
    lock, entered, held, leave = OneAtATime(), list[str](), threading.Event(), threading.Event()

    def hold() -> None:
        with lock:
            held.set()
            assert leave.wait(PATIENCE_S)

    holder = threading.Thread(target=hold, daemon=True)
    holder.start()
    assert held.wait(PATIENCE_S)
    with monkeypatch.context() as patch:
        patch.setattr(lock._changed, "wait_for", _interrupted)
        with pytest.raises(KeyboardInterrupt), lock:
            raise AssertionError("it was entered")
    assert not lock.awaited
    other = Entering(lock, "other", entered)
    leave.set()
    for thread in (holder, other):
        thread.join(PATIENCE_S)
    assert entered == ["other"]


def _interrupted(_: object) -> None:
    raise KeyboardInterrupt
