"""Work in the background: the newest, the most urgent, step by step; in threads, and on the event loop alone."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Executor

import pytest

from encdec_widgets.background import (
    Background,
    InThreads,
    OnLoop,
    Priority,
    Steps,
    Task,
    on_loop,
    on_this_loop,
)
from tests.designer.slow import PATIENCE_S, until
from tests.library.held_work import Held, at_once, begun
from tests.library.timed import eventually

# Results


def test_it_is_an_executor(background: Background) -> None:
    async def scenario() -> None:
        assert isinstance(background, Executor)
        futures = [background.submit(pow, 2, number) for number in range(3)]
        assert [await asyncio.wrap_future(future) for future in futures] == [1, 2, 4]

    asyncio.run(scenario())
    assert list(background.map(abs, [-1, 2])) == [1, 2]
    with background as same:
        assert same.submit(sorted, "ba", reverse=True).result() == ["b", "a"]


def test_what_a_step_raises_is_the_future_s_and_logged(
    background: Background, caplog: pytest.LogCaptureFixture
) -> None:
    def wrong(_: "Task[str]") -> Steps[str]:
        yield
        raise ZeroDivisionError("so it is")

    async def scenario() -> None:
        with pytest.raises(ZeroDivisionError, match="so it is"):
            await asyncio.wrap_future(background.begin(wrong, key=1).future)
        assert await asyncio.wrap_future(background.begin(at_once("next"), key=1).future) == "next"
        with pytest.raises(ZeroDivisionError):
            await asyncio.wrap_future(background.submit(pow, 0, -1))

    asyncio.run(scenario())
    assert [(record.name, record.levelname) for record in caplog.records] == [
        ("encdec_widgets.background", "ERROR")
    ]
    assert "so it is" in caplog.text  # with its traceback


def test_without_an_event_loop_it_is_done_at_once_and_an_interrupt_passes(background: Background) -> None:
    told: list[str] = []

    def tells(task: "Task[str]") -> Steps[str]:
        task.tell(told.append, "one")
        yield
        assert told == ["one"]
        task.tell(told.append, "two")
        return "done"

    task = background.begin(tells, key=1)
    assert (task.future.done(), task.future.result(), told) == (True, "done", ["one", "two"])

    def interrupted(_: "Task[str]") -> Steps[str]:
        yield
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        background.begin(interrupted, key=1)
    assert background.begin(at_once("next"), key=1).future.result() == "next"


def test_on_the_loop_an_interrupt_ends_the_task_and_passes() -> None:
    begun_tasks: list[Task[str]] = []

    def interrupted(_: "Task[str]") -> Steps[str]:
        yield
        raise KeyboardInterrupt

    async def scenario() -> None:
        begun_tasks.append(OnLoop().begin(interrupted, key=1))
        await asyncio.sleep(PATIENCE_S)

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(scenario())
    assert begun_tasks[0].future.cancelled()


def test_what_the_caller_waits_for_is_done_after_the_main_thread_has_ended(
    background: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading, "main_thread", threading.Thread)  # one that does not run
    assert background.begin(at_once("edited"), key=1).future.result() == "edited"


def test_what_an_observer_raises_ends_the_work_of_its_caller(background: Background) -> None:
    running = Held()

    def tells(task: "Task[str]") -> Steps[str]:
        for _ in range(2):
            task.tell(pow, 0, -1)
        return (yield from running(task))

    with pytest.raises(ZeroDivisionError):
        background.begin(tells, key=1)
    assert running.closed
    assert not background._tasks
    assert not background._messages


# The newest wins


def test_an_older_one_is_dropped_at_its_next_step_or_never_begins(background: Background) -> None:
    async def scenario() -> None:
        running, order = Held(), list[str]()
        first = await begun(background, running)
        second = background.begin(at_once("second", order), key="key")
        third = background.begin(at_once("third", order), key="key")
        assert second.future.cancelled()
        assert await asyncio.wrap_future(third.future) == "third"
        assert (first.future.cancelled(), running.closed, order) == (True, True, ["third"])

    asyncio.run(scenario())


def test_another_key_is_not_touched(background: Background) -> None:
    async def scenario() -> None:
        running = Held()
        first = await begun(background, running)
        other = background.begin(at_once("other"), key="other")
        running.let_go = True
        assert await asyncio.wrap_future(first.future) == "held"
        assert await asyncio.wrap_future(other.future) == "other"

    asyncio.run(scenario())


def test_one_that_is_overtaken_and_nearly_done_ends_first(background: Background) -> None:
    async def scenario() -> None:
        running, told = Held(), list[str]()
        running.remaining_s = 0.1
        first = await begun(background, running, finish_s=0.15)
        second = background.begin(at_once("second", told), key="key")
        first.future.add_done_callback(lambda future: told.append(future.result()))
        running.let_go = True
        await asyncio.wrap_future(second.future)
        assert told == ["held", "second"]

    asyncio.run(scenario())


def test_what_is_dropped_tells_nothing_more(background: Background) -> None:
    async def scenario() -> None:
        told: list[str] = []

        def tells(task: "Task[str]") -> Steps[str]:
            task.tell(told.append, "news")
            while True:
                yield

        task = background.begin(tells, key="key")
        await until(lambda: told == ["news"])
        background.drop("key")
        assert task.future.cancelled()
        background.wait("key")
        await until(lambda: task._ended)
        assert told == ["news"]

    asyncio.run(scenario())


# The most urgent first


def test_spare_work_gives_way_between_steps_and_goes_on_where_it_was(background: Background) -> None:
    async def scenario() -> None:
        order: list[str] = []
        spare = Held("spare")
        first = await begun(background, spare, key="spare", priority=Priority.SPARE)
        second = background.begin(at_once("more spare", order), key="more", priority=Priority.SPARE)
        steps = spare.steps
        urgent = background.begin(at_once("urgent", order), key="urgent")
        assert await asyncio.wrap_future(urgent.future) == "urgent"
        assert not first.future.done()
        await until(lambda: spare.steps > steps)
        spare.let_go = True
        assert await asyncio.wrap_future(first.future) == "spare"
        assert not spare.steps < steps
        assert await asyncio.wrap_future(second.future) == "more spare"
        assert order == ["urgent", "more spare"]

    asyncio.run(scenario())


def test_a_task_is_told_that_something_more_urgent_waits() -> None:
    async def scenario() -> None:
        background, seen = InThreads(), list[bool]()
        go_on = threading.Event()

        def spare(task: "Task[None]") -> Steps[None]:
            seen.append(task.over)
            assert go_on.wait(PATIENCE_S)
            seen.append(task.over)
            yield

        task = background.begin(spare, key="spare", priority=Priority.SPARE)
        await until(lambda: seen == [False])
        background.begin(at_once("urgent"), key="urgent")
        go_on.set()
        await asyncio.wrap_future(task.future)
        assert seen == [False, True]

    asyncio.run(scenario())


def test_on_the_loop_a_task_is_over_after_its_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []

    def looks(task: "Task[None]") -> Steps[None]:
        seen.append(task.over)
        yield

    async def scenario() -> None:
        for slice_s in (1e9, 0.0):
            monkeypatch.setattr(on_loop, "SLICE_S", slice_s)
            await asyncio.wrap_future(OnLoop().begin(looks, key=1).future)

    asyncio.run(scenario())
    assert seen == [False, True]


def test_the_loop_has_turns_between_steps() -> None:
    async def scenario() -> None:
        work, ticks = Held(), 0
        task = OnLoop().begin(work, key=1)
        for _ in range(20):
            await asyncio.sleep(0)
            ticks += 1
        assert 0 < work.steps <= ticks + 1
        work.let_go = True
        assert await asyncio.wrap_future(task.future) == "held"

    asyncio.run(scenario())


# Where and when it is told


def test_news_come_on_the_loop_in_order_and_in_wait(background: Background) -> None:
    async def scenario() -> None:
        told: list[int] = []
        threads: set[int] = set()

        def hears(number: int) -> None:
            told.append(number)
            threads.add(threading.get_ident())

        def counts(task: "Task[None]") -> Steps[None]:
            for number in range(5):
                assert task.tell(hears, number)
                yield

        background.begin(counts, key=1)
        assert not told
        background.wait(1)
        assert told == list(range(5))
        background.begin(counts, key=1)
        await until(lambda: len(told) == 10)
        assert told == [*range(5), *range(5)]
        assert threads == {threading.get_ident()}

    asyncio.run(scenario())


def test_wait_takes_the_steps_that_remain(background: Background) -> None:
    async def scenario() -> None:
        running = Held()
        task = await begun(background, running)
        running.let_go = True
        background.wait("key")
        assert task.future.result() == "held"

    asyncio.run(scenario())


def test_another_thread_waits_for_work_whose_caller_takes_its_steps() -> None:
    background, threads = InThreads(), set[int]()
    other = threading.Thread(target=background.wait, args=("key",), daemon=True)

    def steps(task: "Task[str]") -> Steps[str]:
        def between_two_steps() -> None:
            other.start()
            waiters = task.future._condition._waiters  # type: ignore[attr-defined]
            assert eventually(lambda: bool(waiters) or len(threads) > 1)

        threads.add(threading.get_ident())
        task.tell(between_two_steps)
        yield
        threads.add(threading.get_ident())
        return "done"

    assert background.begin(steps, key="key").future.result() == "done"
    other.join(PATIENCE_S)
    assert not other.is_alive()
    assert threads == {threading.get_ident()}


def test_a_step_cannot_wait_for_itself(background: Background) -> None:
    def waits(_: "Task[None]") -> Steps[None]:
        yield
        background.wait("key")

    async def scenario() -> None:
        task = background.begin(waits, key="key")
        with pytest.raises(
            RuntimeError, match=r"cannot wait for work in the background\. Received: key 'key'"
        ):
            await asyncio.wrap_future(task.future)

    asyncio.run(scenario())


def test_one_that_is_to_come_later_does_not_begin_before_it_is_waited_for(background: Background) -> None:
    async def scenario() -> None:
        order: list[str] = []
        task = background.begin(at_once("later", order), key="key", after_s=1000.0)
        await asyncio.wrap_future(background.submit(order.append, "sooner"))
        assert order == ["sooner"]
        background.wait("key")
        assert (order, task.future.result()) == (["sooner", "later"], "later")

    asyncio.run(scenario())


def test_what_was_told_to_a_loop_that_was_closed_comes_in_wait(background: Background) -> None:
    told: list[str] = []
    heard: list[bool] = []
    running = Held()

    def tells(task: "Task[str]") -> Steps[str]:
        yield from running(task)
        heard.append(task.tell(told.append, "news"))
        return "done"

    async def leave_in_the_middle() -> "Task[str]":
        task = background.begin(tells, key="key")
        await until(lambda: running.steps > 0)
        return task

    task = asyncio.run(leave_in_the_middle())
    running.let_go = True
    background.wait("key")
    assert (told, task.future.result()) == (["news"], "done")
    assert heard == [isinstance(background, OnLoop)]  # There it is told to who waits.


def test_a_call_from_another_thread_comes_on_the_loop_or_directly() -> None:
    threads: list[int] = []

    def notes(number: int) -> None:
        threads.append(number and threading.get_ident())

    on_this_loop(notes)(0)
    assert threads == [0]

    async def scenario() -> Callable[[int], None]:
        call = on_this_loop(notes)
        await asyncio.to_thread(call, 1)
        await until(lambda: len(threads) == 2)
        return call

    call = asyncio.run(scenario())
    assert threads == [0, threading.get_ident()]
    call(1)  # The loop has been closed.
    assert len(threads) == 2
