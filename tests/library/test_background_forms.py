"""The two forms of the background: which is taken, what each of them can do, and what is left of work."""

import asyncio
import doctest
import gc
import sys
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import wait
from types import ModuleType

import pytest

from encdec_widgets import background as package
from encdec_widgets.background import (
    Background,
    InThreads,
    OnLoop,
    calls,
    executor,
    in_threads,
    on_loop,
    shared_background,
)
from encdec_widgets.background import task as tasks
from tests.designer.slow import PATIENCE_S, until
from tests.library.held_work import Held, at_once, begun

# Examples


@pytest.mark.parametrize("module", [package, calls, executor, in_threads, on_loop, tasks])
def test_examples_are_true(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed


def test_every_public_name_has_an_example() -> None:
    assert len(package.__all__) > 9
    assert all(">>> " in (getattr(package, name).__doc__ or "") for name in package.__all__)


# What there is, and what is left


def test_the_platform_chooses_the_form(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(shared_background(), InThreads)
    monkeypatch.setattr(sys, "platform", "emscripten")
    assert isinstance(shared_background.__wrapped__(), OnLoop)


def test_what_only_waits_holds_nothing_up_and_needs_a_thread() -> None:
    background, go_on, ended = InThreads(), threading.Event(), threading.Event()

    def waits() -> None:
        assert go_on.wait(PATIENCE_S)
        ended.set()

    async def scenario() -> None:
        background.aside(waits)
        assert await asyncio.wrap_future(background.submit(str, 1)) == "1"

    asyncio.run(scenario())
    go_on.set()
    assert ended.wait(PATIENCE_S)
    rung = threading.Event()
    background.alarm(0.0, rung.set)
    assert rung.wait(PATIENCE_S)
    for needs_a_thread in (lambda: OnLoop().aside(waits), lambda: OnLoop().alarm(1.0, waits)):
        with pytest.raises(RuntimeError, match=r"needs a thread.*Use encdec_widgets.background.InThreads"):
            needs_a_thread()


def test_its_thread_ends_with_the_work_and_nothing_is_held(background: Background) -> None:
    class Key:
        pass

    async def scenario() -> list[Callable[[], Key | None]]:
        key, other = Key(), Key()
        await asyncio.wrap_future(background.begin(at_once("one"), key=key).future)
        background.begin(Held(), key=other)
        background.drop(other)
        to_come_later = background.begin(Held(), key=other, after_s=1000.0)
        background.drop(other)
        assert to_come_later._work is None  # The loop's timer holds the task.
        await until(lambda: not background._tasks)
        return [weakref.ref(key), weakref.ref(other)]

    left = asyncio.run(scenario())
    if isinstance(background, InThreads):
        asyncio.run(until(lambda: background._thread is None))
    gc.collect()
    assert [each() for each in left] == [None, None]
    assert not background._messages


def test_shutting_down_drops_or_waits(background: Background) -> None:
    async def scenario() -> None:
        running, ends = Held(), Held("ends")
        first = await begun(background, running)
        background.shutdown(cancel_futures=True)
        assert first.future.cancelled()
        second = await begun(background, ends, key="other")
        ends.let_go = True
        background.shutdown()
        assert wait([second.future], 0).done

    asyncio.run(scenario())
    with pytest.raises(RuntimeError, match=r"was shut down and takes no calls\. Received: <built-in .*abs>"):
        background.submit(abs, 1)
