"""Work in the background that goes on until a test lets it go."""

import time
from collections.abc import Callable
from typing import Any

from encdec_widgets.background import (
    Background,
    Steps,
    Task,
)
from tests.designer.slow import until


class Held:
    """Work whose steps do nothing until it is let go; then it returns its name."""

    def __init__(self, name: str = "held") -> None:
        self.name = name
        self.steps = 0
        self.let_go = self.closed = False
        self.remaining_s = float("inf")

    def __call__(self, task: "Task[str]") -> Steps[str]:
        try:
            while not self.let_go:
                task.remaining_s = self.remaining_s
                self.steps += 1
                time.sleep(0.0005)
                yield
            return self.name
        finally:
            self.closed = True


async def begun(background: Background, work: Held, **options: Any) -> "Task[str]":
    task = background.begin(work, **{"key": "key", **options})
    await until(lambda: work.steps > 0)
    return task


def at_once(name: str, order: list[str] | None = None) -> Callable[["Task[str]"], Steps[str]]:
    def steps(_: "Task[str]") -> Steps[str]:
        if order is not None:
            order.append(name)
        yield
        return name

    return steps
