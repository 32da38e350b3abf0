"""A lesson beside a session without a screen: goals ask a designer for its session and what it learns, and no more."""

from __future__ import annotations

from functools import cached_property
from typing import Any, cast

from encdec_widgets import Design, Designer
from encdec_widgets.architectures import UNet
from encdec_widgets.lessons import Lesson
from encdec_widgets.session import Session
from encdec_widgets.session.learning import Learning
from tests.session.taught import FakeWorker

START = Design(UNet(filters=8, down_blocks=1, up_blocks=1), (64, 64, 1))
"""Every position of its output sees 18 px; it has 7,056 parameters."""


class Desk:
    """What a lesson asks of a designer."""

    def __init__(self, design: Design = START) -> None:
        self.session = Session(design)
        self.worker = FakeWorker()
        self.learning_made = False

    @cached_property
    def learning(self) -> Learning:
        self.learning_made = True
        return Learning(self.session, cast(Any, self.worker))

    def set(self, path: str, value: Any) -> None:
        self.session.change(path, value, now=True)


def desk(design: Design = START) -> Designer:
    """A desk in place of a designer."""
    return cast(Designer, Desk(design))


def lesson_of(design: Design = START, name: str = "own", keep: Any = None) -> Lesson:
    """A lesson without parts."""
    return Lesson(name, desk(design), keep=keep)
