"""An executor that tells of designs at once, from their text alone: for tests of what becomes of that."""

import itertools
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

from encdec_widgets import Design
from encdec_widgets.architectures import UNet

DESIGN = Design(UNet(filters=4, down_blocks=2, up_blocks=2), (64, 64, 1))

GRID = {"filters": range(8, 25, 8), "down_blocks": [2, 3, 7], "up_interpolate": [True, False]}
COMBINATIONS = [dict(zip(GRID, values, strict=True)) for values in itertools.product(*GRID.values())]


def told_of_text(design_json: str) -> dict[str, Any]:
    return {"cost": {"parameters": sum(map(ord, design_json)), "multiply_adds": len(design_json)}}


class Instant(Executor):
    """Answers when it is asked, or fails as ``does`` does.

    Attributes:
        asked: The designs that it was asked about.
    """

    def __init__(self, does: Callable[[str], dict[str, Any]] = told_of_text) -> None:
        self.asked: list[str] = []
        self._does = does

    def submit(self, fn: Any, /, *args: Any, **request: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        self.asked.append(request["design_json"])
        try:
            future.set_result(self._does(request["design_json"]))
        except Exception as error:  # noqa: BLE001 - as an executor does
            future.set_exception(error)
        return future


class Waiting(Executor):
    """Answers the first requests at once, and the others never.

    Attributes:
        pending: What is not answered.
    """

    def __init__(self, most: int) -> None:
        self.left = most
        self.pending: list[Future[Any]] = []

    def submit(self, fn: Any, /, *args: Any, **request: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        if self.left:
            self.left -= 1
            future.set_result({"cost": {"parameters": 1}})
        else:
            self.pending.append(future)
        return future
