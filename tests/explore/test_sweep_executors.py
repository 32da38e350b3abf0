"""Sweeps on executors of all kinds: what one raises is the reason of a row, and nothing is lost."""

from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

import attrs
import pytest

from encdec_widgets import sweep
from encdec_widgets.architectures.blocks.simple_conv import SimpleConvBlock
from encdec_widgets.architectures.encoder_decoder import EncoderBlock
from tests.explore.instant import DESIGN, Instant


def test_what_an_executor_raises_is_the_reason_and_is_tried_again() -> None:
    def fails_once(text: str) -> dict[str, Any]:
        if '"filters": 8' in text and failures:
            raise failures.pop()
        return {"cost": {"parameters": 1}}

    failures = [RuntimeError("a worker was killed")]
    found = sweep(DESIGN, {"filters": [4, 8, 16]}, ("cost",), Instant(fails_once)).run()
    assert [(row.reason, row.failed) for row in found.rows] == [
        ("", False),
        ("RuntimeError: a worker was killed", True),
        ("", False),
    ]
    assert all(row.told for row in found.run().rows)


def test_an_executor_that_takes_nothing_more_is_the_reason() -> None:
    executor = ThreadPoolExecutor(1)
    executor.shutdown()
    found = sweep(DESIGN, {"filters": [4, 8]}, ("cost",), executor).run()
    assert ["cannot schedule" in row.reason for row in found.rows] == [True, True]


def test_a_future_that_its_executor_cancels_is_no_row_that_is_lost() -> None:
    class Cancelling(Instant):
        def submit(self, fn: Any, /, *args: Any, **request: Any) -> "Future[Any]":
            future: Future[Any] = Future()
            future.cancel()
            return future

    found = sweep(DESIGN, {"filters": [4, 8]}, ("cost",), Cancelling()).run()
    assert [row.reason for row in found.rows] == ["its executor cancelled it"] * 2


@pytest.mark.parametrize("executor", [4, "threads", object()])
def test_what_is_no_executor_is_refused(executor: Any) -> None:
    with pytest.raises(TypeError, match=r"concurrent\.futures"):
        sweep(DESIGN, {"filters": [4]}, executor=executor)


def own_block() -> type[EncoderBlock]:
    @attrs.frozen
    class DefinedInside(SimpleConvBlock):
        """A block that no other process can import."""

    return DefinedInside


def test_a_class_that_cannot_travel_is_told_of_here_and_refused_elsewhere(here: Executor) -> None:
    block = own_block()(filters=4)  # type: ignore[call-arg]
    grid = {"encoder[0]": [block, SimpleConvBlock(filters=4)]}
    assert all(row.told for row in sweep(DESIGN, grid, ("cost",), here).run().rows)
    rows = sweep(DESIGN, grid, ("cost",), Instant()).run().rows
    assert "DefinedInside, which is defined inside of a function" in rows[0].reason
    assert "ThreadPoolExecutor(1)" in rows[0].reason
    assert rows[1].told
