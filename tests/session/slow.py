"""Blocks that take as long as a test wants, and edits of them while an event loop runs."""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import attrs
import keras

from encdec_widgets import Design
from encdec_widgets.architectures import CustomEncoderDecoder
from encdec_widgets.architectures.encoder_decoder import EncoderBlock
from encdec_widgets.architectures.fields.described import FieldError, integer
from encdec_widgets.session import Session

PATIENCE_S = 30

# Keras imports TensorFlow when a layer is first asked for its configuration, whatever the backend. That can take half a
# minute on a busy machine, which a test that waits for a build does not have.
keras.layers.Conv2D(1, 1).get_config()


class Gate:
    """Holds up the making of blocks until it is opened, and counts them."""

    def __init__(self) -> None:
        self.blocks = True  # the thread that makes a block; else the steps are held up: tests.both_forms
        self.open = threading.Event()
        self.reached = threading.Event()
        self.made: list[int] = []

    def pass_through(self, filters: int) -> None:
        self.reached.set()
        assert not self.blocks or self.open.wait(PATIENCE_S)
        self.made.append(filters)


GATE = Gate()


@attrs.frozen
class SlowBlock(EncoderBlock):
    """A block that takes as long as a test wants."""

    filters: int = integer(2, minimum=1, maximum=99, usual=(1, 50), help="Channels of the output.")

    def make_block(self, x_in: Any, prefix: str = "block") -> Any:
        GATE.pass_through(self.filters)
        if self.filters == 13:
            raise FieldError("filters", 13, "must not be 13", (12, 14))
        x = keras.layers.Conv2D(self.filters, 1, name=f"{prefix}_conv")(x_in)
        return keras.layers.MaxPooling2D(name=f"{prefix}_pool")(x)


SLOW = Design(CustomEncoderDecoder(encoder=[SlowBlock(), SlowBlock(), SlowBlock()]), (32, 32, 1))


def in_a_loop(scenario: Callable[[], Any]) -> None:
    asyncio.run(scenario())


async def until(condition: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


async def held_up(gate: Gate, session: Session, field: str, value: Any) -> None:
    """Change a field as a control does, and return when its network is being made and waits at the gate."""
    gate.reached.clear()
    gate.open.clear()
    session.turn(field, value)
    await until(gate.reached.is_set)


def filters_of(session: Session) -> list[int]:
    """Filters of the blocks of the network that is shown."""
    assert session.shown is not None
    return [block.filters for block in session.shown.backbone.design.architecture.encoder_stack]
