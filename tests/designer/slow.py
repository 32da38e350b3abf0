"""Edits of a designer while an event loop runs, of blocks that take as long as a test wants."""

from typing import Any

from encdec_widgets import Designer
from tests.session import slow
from tests.session.slow import GATE, PATIENCE_S, SLOW, Gate, SlowBlock, in_a_loop, until

__all__ = [
    "GATE",
    "PATIENCE_S",
    "SLOW",
    "Gate",
    "SlowBlock",
    "edit",
    "filters_of",
    "held_up",
    "in_a_loop",
    "until",
]


def edit(designer: Designer, field: str, value: Any) -> None:
    """Change a field as a control does."""
    designer.session.turn(field, value)


async def held_up(gate: Gate, designer: Designer, field: str, value: Any) -> None:
    """Change a field, and return when its network is being made and waits at the gate."""
    await slow.held_up(gate, designer.session, field, value)


def filters_of(designer: Designer) -> list[int]:
    """Filters of the blocks of the network on screen."""
    return slow.filters_of(designer.session)
