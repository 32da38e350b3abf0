"""A process that is forked, as those of a Pool, builds and works though a thread was busy when it began."""

import asyncio
import multiprocessing
import os
import threading
from collections.abc import Callable, Generator
from typing import Any

import pytest

from encdec_widgets.background import InThreads, Task
from encdec_widgets.networks.one_at_a_time import one_at_a_time
from tests.designer.slow import PATIENCE_S

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform forks no processes")


def status_of_a_fork(function: Callable[[], None]) -> int | None:
    """The exit status of a forked process that calls ``function``; None where it hangs."""
    fork: Any = multiprocessing.get_context("fork")
    process = fork.Process(target=function, daemon=True)
    process.start()
    process.join(PATIENCE_S)
    status: int | None = process.exitcode
    process.kill()
    return status


def enter() -> None:
    with one_at_a_time:
        assert not one_at_a_time.awaited


def test_a_fork_does_not_wait_for_what_another_thread_builds() -> None:
    held, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with one_at_a_time:
            held.set()
            leave.wait(PATIENCE_S * 2)

    holder = threading.Thread(target=hold, daemon=True)
    holder.start()
    assert held.wait(PATIENCE_S)
    try:
        assert status_of_a_fork(enter) == 0
    finally:
        leave.set()
        holder.join(PATIENCE_S)


def test_a_fork_that_has_the_lock_keeps_it_and_leaves_it() -> None:
    with one_at_a_time:
        assert status_of_a_fork(enter) == 0


def test_the_background_of_a_fork_has_a_thread_of_its_own() -> None:
    background, busy, leave = InThreads(), threading.Event(), threading.Event()

    def work(_: "Task[None]") -> Generator[None, None, None]:
        busy.set()
        leave.wait(PATIENCE_S * 2)
        yield

    async def begin() -> None:
        background.begin(work, key="work")
        assert busy.wait(PATIENCE_S)

    async def largest() -> int:
        return await asyncio.wrap_future(background.submit(max, 2, 3))

    def in_the_fork() -> None:
        background.wait("work")
        assert asyncio.run(largest()) == 3

    asyncio.run(begin())
    try:
        assert status_of_a_fork(in_the_fork) == 0
    finally:
        leave.set()
        background.wait("work")
