"""Interrupts, such as Ctrl-C, while a job is begun, waited for and ended: noted at once, handled when it has ended."""

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self


class HeldInterrupts:
    """A context in which interrupts are noted; whoever handles them is told when it ends.

    Elsewhere an interrupt is an exception out of any line. So one that came as a job was begun left it running unseen,
    one that came while a job was ended left it half ended, and one that came in a callback of the garbage collector was
    printed and lost. Some handlers raise nothing at all: those of asyncio, and of IPython in a cell with ``await``, ask
    the event loop, which waits for that very cell.

    A context in another thread than the main one, to which no interrupt comes, changes nothing; nor does one where they
    are ignored.

    Attributes:
        came: How many have come so far.

    Example:
        >>> import signal
        >>> from encdec_widgets.workers.interrupts import HeldInterrupts
        >>> try:
        ...     with HeldInterrupts() as interrupts:
        ...         signal.raise_signal(signal.SIGINT)
        ...         print("noted:", interrupts.came)
        ... except KeyboardInterrupt:
        ...     print("handled")
        noted: 1
        handled
    """

    def __init__(self) -> None:
        """Hold nothing yet."""
        self.came = 0
        self._handler: Callable[[int, FrameType | None], Any] | None = None

    def __enter__(self) -> Self:
        handler = signal.getsignal(signal.SIGINT)
        if threading.current_thread() is threading.main_thread() and callable(handler):
            self._handler = handler  # before it is replaced, as it may be needed from then on
            signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._handler is None:
            return
        signal.signal(signal.SIGINT, self._handler)
        if self.came and not isinstance(error, KeyboardInterrupt):
            self._handler(signal.SIGINT, None)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.came += 1
