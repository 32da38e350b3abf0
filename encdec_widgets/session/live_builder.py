"""Building during edits: always the newest network that was asked for, one at a time."""

import functools
import threading
from collections.abc import Callable, Generator
from typing import Any
from weakref import WeakKeyDictionary

import attrs

from encdec_widgets._keras import keras, keras_is_loaded, require_backend
from encdec_widgets.architectures.blocks.block_call import BlockCall
from encdec_widgets.backbone import Backbone, build_in_steps
from encdec_widgets.background import (
    Background,
    Dropped,
    Task,
    running_loop,
    shared_background,
    to_the_end,
)
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.history import History
from encdec_widgets.explain.too_large import needed_bytes, require_memory_for
from encdec_widgets.formatting import quoted
from encdec_widgets.networks.in_steps import Paused
from encdec_widgets.networks.one_at_a_time import one_at_a_time
from encdec_widgets.networks.scopes import Scopes
from encdec_widgets.session.kept_weights import KeptWeights

FINISH_S = 0.15
"""A build that a newer edit overtook goes on if it should end within so many seconds, so that a drag shows some."""
LOAD_AFTER_S = 0.5
"""Loading Keras leaves others little room: it waits for so many seconds, until the page has what it shows meanwhile."""
PROGRESS_S = 0.3
"""Progress is told of builds that take longer than this, and so often."""


@attrs.frozen(eq=False)
class Request:
    """A network to build.

    Attributes:
        design: What to build.
        step: Is handed on with the result.
        anew: Whether nothing is to be reused, so that all weights are new.
        history: All states of the session; the present one is that of the design. Left out, no weights are kept that
            edits take away.
        goes_back: Whether the design is one of an earlier state, whose layers are to get back the weights that edits
            took away.
        policy: Keras's precision to build with, that of the thread that makes the request; None before Keras is loaded.
        scopes: The scopes of Keras to build in, of the same thread.
    """

    design: Design
    step: Any = None
    anew: bool = False
    history: History | None = None
    goes_back: bool = False
    policy: Any = attrs.field(factory=lambda: keras.config.dtype_policy() if keras_is_loaded() else None)
    scopes: Scopes | None = attrs.field(factory=lambda: Scopes() if keras_is_loaded() else None)


Result = Backbone | Exception
OnResult = Callable[[Request, Result], None]
OnProgress = Callable[[int, int, str], None]


class LiveBuilder:
    """Builds networks, each from what the one before has left to reuse.

    A network that would take too much of the memory becomes a :class:`TooLargeError`, unless one that takes as much was
    accepted. The first one is built in any case: there is nothing else to show.

    Attributes:
        latest: The newest network, to build the next one from.
        accepted_bytes: The most memory that a network was accepted to take.
    """

    def __init__(
        self, on_result: OnResult, on_progress: OnProgress, background: Background | None = None
    ) -> None:
        """Build nothing yet.

        Args:
            on_result: Is called with each request that was not dropped and what became of it, in the order in which
                they were made, on the event loop on which they were made.
            on_progress: Is called during long builds with the number of blocks made, of all blocks, and the block.
            background: Where to build; the one that all share if left out.
        """
        self.latest: Backbone | None = None
        self.accepted_bytes = 0
        self._on_result = on_result
        self._on_progress = on_progress
        self._background = background or shared_background()
        self._lock = threading.Lock()  # Either a network becomes the latest and is told of, or neither.
        self._delivered: Backbone | None = None
        self._delivering = False
        self._kept: WeakKeyDictionary[Backbone, KeptWeights] = WeakKeyDictionary()

    def build_first(self, request: Request) -> Backbone | None:
        """Build the first network, and return it; in a notebook, load Keras in the background first, and return None.

        Raises:
            BackendMissingError: (an ImportError) If no Keras backend is installed.
        """
        if running_loop() is None or keras_is_loaded():
            first = to_the_end(build_in_steps(request.design, notes_drawn=request.history is not None))
            if request.history is not None:
                self._kept[first] = KeptWeights().after(None, first, request.history)
            self.latest = self._delivered = first
            return first
        require_backend()
        self._begin(request, after_s=LOAD_AFTER_S)
        return None

    def build(self, request: Request) -> None:
        """Build in the background where an event loop runs; else before returning.

        A build that is under way has been overtaken then.
        """
        self._begin(request)

    def build_now(self, request: Request) -> None:
        """Build before returning; a build that is under way is dropped, once the block that it is making is made."""
        self.stop()
        self._begin(request, now=True)

    def take(self, request: Request, backbone: Backbone) -> None:
        """Take a network for the result of a request that was built before, and refused for its size."""
        self.accept(backbone)
        self.stop()
        self.latest = backbone
        self._deliver(request, backbone)

    def accept(self, backbone: Backbone) -> None:
        """Ask no more about networks that take as much memory as this one."""
        self.accepted_bytes = max(self.accepted_bytes, needed_bytes(backbone))

    def accepts(self, backbone: Backbone) -> bool:
        """Whether a network was accepted that takes as much memory as this one."""
        return self.accepted_bytes > 0 and needed_bytes(backbone) <= self.accepted_bytes

    def stop(self) -> None:
        """Drop what is under way: no result of it will come."""
        with self._lock:
            self._background.drop(self)
            self.latest = self._delivered

    def go_back_to(self, backbone: Backbone | None) -> None:
        """Drop what is under way, and build the next network from this one."""
        self.stop()
        self.latest = self._delivered = backbone

    def wait(self) -> None:
        """Return when nothing is under way and all results are delivered; at once while one is being delivered."""
        if not self._delivering:
            self._background.wait(self)

    def kept_with(self, backbone: Backbone) -> KeptWeights:
        """What is known of weights with one of its networks."""
        return self._kept.get(backbone, KeptWeights())

    def keep_with(self, backbone: Backbone, kept: KeptWeights) -> None:
        """Know this of weights with one of its networks from now on."""
        self._kept[backbone] = kept

    def _begin(self, request: Request, *, after_s: float = 0.0, now: bool = False) -> None:
        self._background.begin(
            functools.partial(self._build, request), key=self, finish_s=FINISH_S, after_s=after_s, now=now
        )

    def _build(self, request: Request, task: "Task[None]") -> Generator[None, None, None]:
        """The steps of a build."""
        result = yield from self._result(request, task)
        with self._lock:
            if task.wanted:
                if isinstance(result, Backbone):
                    self.latest = result
                task.tell(self._deliver, request, result)

    def _result(self, request: Request, task: "Task[None]") -> Generator[None, None, Result]:
        before, history = self.latest, request.history
        kept = KeptWeights() if before is None else self.kept_with(before)
        try:
            backbone = yield from build_in_steps(
                request.design,
                None if request.anew else before,
                back=kept.back(request.design, history) if history and request.goes_back else {},
                notes_drawn=history is not None,
                on_block=_Watch(request.design, task, self._on_progress),
                gives_way=lambda: task.over or (one_at_a_time.awaited and not task.inline),
                policy=request.policy,
                scopes=request.scopes,
            )
            task.remaining_s = 0.0  # It is complete: an edit during its last block lets it be shown.
            # What the picture needs is read here, while the page can be used.
            for read in (lambda: backbone.blocks, backbone.receptive_field):
                if task.over:
                    yield
                read()
            if history is not None:
                self._kept[backbone] = kept.after(before, backbone, history)
            if self.latest is not None:
                require_memory_for(backbone, accepted=self.accepted_bytes)
        except Exception as error:  # noqa: BLE001 - a user's block may raise anything; it becomes the result
            return error
        except SystemExit as error:
            return RuntimeError(f"the block wants to end Python: {quoted(error)}")
        except (Dropped, Paused, GeneratorExit):
            raise
        except BaseException as error:
            if task.inline:
                raise
            return RuntimeError(f"building was interrupted: {quoted(error)}")
        return backbone

    def _deliver(self, request: Request, result: Result) -> None:
        outermost = not self._delivering
        try:
            self._delivering = True
            if isinstance(result, Backbone):
                self._delivered = result
            self._on_result(request, result)
        finally:
            self._delivering = not outermost


class _Watch:
    """Follows a build block by block: estimates when it is done, tells its progress, ends it if it was dropped."""

    def __init__(self, design: Design, task: "Task[None]", on_progress: OnProgress) -> None:
        self._task = task
        self._on_progress = on_progress
        self._total, self._done = _number_of_blocks(design), 0
        self._told_s = 0.0

    def __call__(self, call: BlockCall) -> None:
        task, done = self._task, self._done
        if done:
            task.remaining_s = task.spent_s / done * max(self._total - done, 1)
        task.check()
        if not task.inline and task.spent_s - self._told_s > PROGRESS_S:
            self._told_s = task.spent_s
            task.tell(self._on_progress, done, self._total, call.prefix)
        self._done += call.stage != "join"


def _number_of_blocks(design: Design) -> int:
    architecture = design.architecture
    in_a_stack = len(architecture.encoder_stack) + len(architecture.decoder_stack) + len(design.heads)
    return len(architecture.stem_stack or ()) + architecture.stacks * in_a_stack
