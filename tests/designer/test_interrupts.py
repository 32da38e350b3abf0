"""Ctrl-C at any line of an edit leaves the old state or the new one, all of it, and the next edit counts."""

import asyncio
import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import encdec_widgets
from encdec_widgets import Designer
from encdec_widgets.background import Background
from tests.amount import full_or
from tests.designer.reading import SMALL, control, drawn_channels
from tests.designer.slow import edit

PACKAGE = Path(encdec_widgets.__file__).parent
TRACED = tuple(
    str(PACKAGE / part)
    for part in (
        "session",
        "background",
        "widgets",
        "backbone.py",
        "networks/one_at_a_time.py",
        "networks/in_steps.py",
    )
)
"""What holds the state of an edit. In the rest, an interrupt is one of a call from here."""

POINTS = 2
"""So many lines of each edit are tried in every run, and all with --full."""

Line = tuple[str, int]


class Interrupter:
    """Notes the lines that an edit comes to, or raises KeyboardInterrupt where it first comes to one of them."""

    def __init__(self, at: Line | None = None) -> None:
        self.at = at
        self.lines: dict[Line, None] = {}

    def trace(self, frame: FrameType, event: str, _: Any) -> Any:
        if not frame.f_code.co_filename.startswith(TRACED):
            return None
        if event == "line":
            line = (frame.f_code.co_filename, frame.f_lineno)
            first = line not in self.lines
            self.lines[line] = None
            if first and line == self.at:
                raise KeyboardInterrupt
        return self.trace

    @contextmanager
    def __call__(self) -> Iterator[None]:
        before = sys.gettrace()
        gc.collect()
        gc.disable()  # Python tells nobody of an interrupt while it collects.
        sys.settrace(self.trace)
        try:
            yield
        except KeyboardInterrupt:
            assert self.at is not None
        finally:
            sys.settrace(before)
            gc.enable()


def check(designer: Designer, allowed: tuple[Any, ...], where: str) -> None:
    """What a person sees is one of the designs, everywhere."""
    designer.wait()
    session = designer.session
    shown = session.shown
    assert shown is not None
    design = shown.backbone.design
    assert design in allowed, where
    assert session.editor.wanted == session.editor.history.present.design == design, where
    assert designer.design == design, where
    assert designer.backbone is shown.backbone is session.backbone, where
    assert session.steps == (), where
    assert session.problem is None, where
    assert control(designer, "filters").value == design.architecture.filters, where
    assert drawn_channels(designer)[1:] == [
        data["shape"][-1] for _, data in list(shown.backbone.blocks.nodes(data=True))[1:]
    ], where
    undo = session.editor.history.undo_name
    assert designer.header.history.undo.disabled is (undo is None), where


def goes_on(designer: Designer, where: str) -> None:
    """The next edit counts, in code and by hand, and nothing is left of the one before."""
    designer.set("filters", 6)
    check(designer, (SMALL.replace("filters", 6),), where)
    control(designer, "filters").value = 7
    check(designer, (SMALL.replace("filters", 7),), where)
    background = designer.session.background
    assert background._tasks == [], where
    assert background._messages == {}, where


OLD, NEW = SMALL, SMALL.replace("filters", 3)
EDITS: dict[str, Callable[[Designer], None]] = {
    "set": lambda designer: designer.set("filters", 3),
    "undo": lambda designer: designer.undo(),
}


def lines_of(make: Callable[[Designer], None]) -> list[Line | None]:
    """Where an edit is interrupted; at the end, nowhere."""
    designer = Designer(OLD)
    designer.set("filters", 3)
    designer.set("filters", 2)
    interrupter = Interrupter()
    with interrupter():
        make(designer)
    designer.close()
    lines = list(interrupter.lines)
    return [*lines[:: full_or(1, len(lines) // POINTS)], None]


@pytest.mark.parametrize("name", EDITS)
def test_an_interrupt_at_any_line(name: str, in_both_forms: Background) -> None:
    make = EDITS[name]
    designer = Designer(OLD)
    for line in lines_of(make):
        designer.set("filters", 3)
        designer.set("filters", 2)
        with Interrupter(line)():
            make(designer)
        check(designer, (OLD, NEW), str(line))
        goes_on(designer, str(line))


def test_an_interrupt_at_any_line_where_an_event_loop_runs(in_both_forms: Background) -> None:
    def make(designer: Designer) -> None:
        edit(designer, "filters", 4)
        edit(designer, "filters", 3)
        designer.wait()

    async def scenario(lines: list[Line | None]) -> None:
        designer = Designer(OLD)
        for line in lines:
            designer.set("filters", 2)
            with Interrupter(line)():
                make(designer)
            check(designer, (OLD, SMALL.replace("filters", 4), NEW), str(line))
            goes_on(designer, str(line))
            await asyncio.sleep(0)
            check(designer, (SMALL.replace("filters", 7),), str(line))

    lines = lines_of(make)
    asyncio.run(scenario(lines))
