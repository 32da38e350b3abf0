"""Interrupts, such as Ctrl-C, while a job is made, begun, waited for and ended: none of them is lost."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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


@contextmanager
def no_interrupt_lost() -> Iterator[None]:
    """Raise an interrupt at the end that came while a finalizer ran, such as a ``__del__`` or a callback of a weakref.

    Python prints "Exception ignored in" for whatever a finalizer raises, and goes on. The garbage collector calls
    finalizers at any line, and it often runs while a network is built. So somebody who interrupted that, to have no
    job begun, was not heard. All other interrupts are raised at once, as ever: a network may take seconds to build.

    A context in another thread than the main one, to which no interrupt comes, changes nothing.

    Raises:
        KeyboardInterrupt: If one was lost.

    Example:
        >>> from encdec_widgets.workers.interrupts import no_interrupt_lost
        >>> with no_interrupt_lost():
        ...     print("a network is built")
        a network is built
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    lost, print_it = list[type[BaseException]](), sys.unraisablehook

    def note(unraisable: "sys.UnraisableHookArgs") -> None:
        lost.append(unraisable.exc_type)
        print_it(unraisable)

    sys.unraisablehook = note
    try:
        yield
    finally:
        sys.unraisablehook = print_it
        if KeyboardInterrupt in lost and not isinstance(sys.exc_info()[1], KeyboardInterrupt):
            raise KeyboardInterrupt
