"""Building while somebody goes on editing: always the newest network that was asked for, one at a time."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import attrs

from encdec_widgets._keras import keras, keras_is_loaded, require_backend
from encdec_widgets.architectures.blocks.block_call import BlockCall
from encdec_widgets.backbone import Backbone, build_backbone
from encdec_widgets.designs.design import Design
from encdec_widgets.session.too_large import require_memory_for

FINISH_S = 0.15
"""A build that was overtaken goes on if it should be done within so many seconds: a drag is to show something."""
LOAD_AFTER_S = 0.5
"""Loading Keras leaves others little room: it waits for so many seconds, until the page has what it shows meanwhile."""
PROGRESS_S = 0.3
"""Progress is told of builds that take longer than this, and so often."""


class _Dropped(Exception):  # noqa: N818 - not an error
    """A build has been overtaken, or stopped."""


@attrs.frozen(eq=False)
class Request:
    """A network to build.

    Attributes:
        design: What to build.
        step: What whoever asks wants to be told with the result.
        anew: Whether nothing is to be reused, so that all weights are new.
        policy: Keras's precision for whoever asks; it has one for each thread.
    """

    design: Design
    step: Any = None
    anew: bool = False
    policy: Any = attrs.field(factory=lambda: keras.config.dtype_policy() if keras_is_loaded() else None)


Result = Backbone | Exception
OnResult = Callable[[Request, Result], None]
OnProgress = Callable[[int, int, str], None]
_Loop = asyncio.AbstractEventLoop


class LiveBuilder:
    """Builds networks, each from what the one before has left to reuse.

    A network whose weights would take too much of the memory becomes a :class:`TooLargeError`, unless the one before
    was as large.

    Attributes:
        latest: The newest network, to build the next one from.
    """

    def __init__(self, on_result: OnResult, on_progress: OnProgress) -> None:
        """Build nothing yet.

        Args:
            on_result: Is called with each request that was not dropped and what became of it, in the order in which
                they were made, on the event loop of whoever asked.
            on_progress: Is called during long builds with the number of blocks made, of all blocks, and the block.
        """
        self.latest: Backbone | None = None
        self._on_result = on_result
        self._on_progress = on_progress
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._next: Request | None = None
        self._unwanted: set[Request] = set()
        self._current: Request | None = None
        self._results: deque[tuple[Request, Result]] = deque()
        self._delivered: Backbone | None = None
        self._delivering = False

    def build_first(self, request: Request) -> Backbone | None:
        """Build the first network, and return it; in a notebook, load Keras in the background first, and return None.

        Raises:
            BackendMissingError: (an ImportError) If no Keras backend is installed.
        """
        loop = _running_loop()
        if loop is None or keras_is_loaded():
            self.latest = self._delivered = request.design.build()
            return self.latest
        require_backend()
        self._next = request
        loop.call_later(LOAD_AFTER_S, self._start, loop)
        return None

    def build(self, request: Request) -> None:
        """Build in the background where somebody could do something in the meantime; else before returning.

        A build that is under way has been overtaken then.
        """
        loop = _running_loop()
        if loop is None:
            self.build_now(request)
        else:
            self._build_behind(request, loop)

    def build_now(self, request: Request) -> None:
        """Build before returning; a build that is under way is dropped."""
        self.stop()
        thread = self._thread
        if thread is not None:
            thread.join()
        result = self._result(request, None)
        self._keep(request, result)
        self._deliver()

    def take(self, request: Request, backbone: Backbone) -> None:
        """Have a network for the result of a request that was built before, and refused."""
        self.stop()
        self._keep(request, backbone)
        self._deliver()

    def stop(self) -> None:
        """Drop what is under way: no result of it will come."""
        with self._lock:
            self._unwanted = {self._current} if self._current is not None else set()
            self._next = None
            self._results.clear()
            self.latest = self._delivered

    def wait(self) -> None:
        """Return when nothing is under way and all results are delivered; at once while one is being delivered."""
        if self._delivering:
            return
        loop, waiting = _running_loop(), self._next
        if loop is not None:
            self._start(loop)
        elif waiting is not None and self._thread is None:
            self.build_now(waiting)
        thread = self._thread
        if thread is not None:
            thread.join()
        self._deliver()

    def _build_behind(self, request: Request, loop: _Loop) -> None:
        with self._lock:
            self._next = request
        self._start(loop)

    def _start(self, loop: _Loop) -> None:
        with self._lock:
            if self._thread is None and self._next is not None:
                self._thread = threading.Thread(
                    target=self._work, args=(loop,), name="encdec-build", daemon=True
                )
                self._thread.start()

    def _work(self, loop: _Loop) -> None:
        try:
            while (request := self._take_next()) is not None:
                if request.policy is not None:
                    keras.config.set_dtype_policy(request.policy)
                result = self._result(request, loop)
                with self._lock:
                    wanted = request not in self._unwanted and not isinstance(result, _Dropped)
                    if wanted:
                        self._keep(request, result)
                if wanted:
                    loop.call_soon_threadsafe(self._deliver)
        except RuntimeError:  # The loop is closed, as when the kernel shuts down in the middle of a build.
            with self._lock:
                self._thread = self._current = None

    def _keep(self, request: Request, result: Result) -> None:
        self._results.append((request, result))
        if isinstance(result, Backbone):
            self.latest = result

    def _take_next(self) -> Request | None:
        with self._lock:
            self._current, self._next = self._next, None
            if self._current is None:
                self._thread = None
            return self._current

    def _deliver(self) -> None:
        outermost, self._delivering = not self._delivering, True
        try:
            while self._results:
                request, result = self._results.popleft()
                if isinstance(result, Backbone):
                    self._delivered = result
                self._on_result(request, result)
        finally:
            self._delivering = not outermost

    def _result(self, request: Request, loop: _Loop | None) -> Result:
        try:
            previous = None if request.anew else self.latest
            backbone = build_backbone(request.design, previous, self._watch(request, loop))
            # What the picture needs is read here, while the page can be used.
            _ = backbone.blocks, backbone.receptive_field()
            if self.latest is not None and backbone.weight_bytes > self.latest.weight_bytes:
                require_memory_for(backbone)
        except Exception as error:  # noqa: BLE001 - a user's block may raise anything; it becomes the result
            return error
        except SystemExit as error:
            return RuntimeError(f"the block wants to end Python: {error!r}")
        return backbone

    def _watch(self, request: Request, loop: _Loop | None) -> Callable[[BlockCall], None]:
        total, done = _number_of_blocks(request.design), 0
        start = told = time.monotonic()

        def tell(done: int, block: str) -> None:
            if self._current is request and request not in self._unwanted:
                self._on_progress(done, total, block)

        def on_block(call: BlockCall) -> None:
            nonlocal done, told
            now = time.monotonic()
            if loop is not None:
                if request in self._unwanted or (
                    self._next is not None and _remaining(done, total, now - start) > FINISH_S
                ):
                    raise _Dropped
                if now - told > PROGRESS_S:
                    told = now
                    loop.call_soon_threadsafe(tell, done, call.prefix)
            done += call.stage != "join"

        return on_block


def _running_loop() -> _Loop | None:
    """The event loop of whoever called, as there is one in a notebook: something can arrive on it later."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _remaining(done: int, total: int, seconds: float) -> float:
    return seconds / done * max(total - done, 1) if done else float("inf")


def _number_of_blocks(design: Design) -> int:
    architecture = design.architecture
    in_a_stack = len(architecture.encoder_stack) + len(architecture.decoder_stack) + (design.head is not None)
    return len(architecture.stem_stack or ()) + architecture.stacks * in_a_stack
