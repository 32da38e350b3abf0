"""What a network would cost and see with other values of one field, computed while nobody waits for it."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import attrs

from encdec_widgets._keras import keras, keras_is_loaded
from encdec_widgets.analysis.costs import Precision
from encdec_widgets.backbone import Backbone, build_backbone
from encdec_widgets.block_call import BlockCall
from encdec_widgets.design import Design
from encdec_widgets.fields import FieldError, field_words
from encdec_widgets.variants import current_value, values_of, with_value

GIVE_UP_S = 3.0
"""A variant that takes longer to build is given up."""
PAUSE_S = 0.01
"""After each variant, others that want to build get their turn."""
KEPT = 256
"""So many points are remembered."""
LONGEST = 120
"""So many characters of an error are told."""


class _Dropped(Exception):  # noqa: N818 - not an error
    """Nobody wants the points any more."""


class _TooLong(Exception):  # noqa: N818 - not an error
    """A variant takes too long to build."""


@attrs.frozen(kw_only=True)
class Question:
    """What is asked: how a network changes with one field.

    Attributes:
        design: The network as it is.
        path: The field: see :func:`encdec_widgets.variants.fields_to_try`.
        batch_size: Images that go through it at once.
        precision: "float32", "mixed_float16" or "mixed_bfloat16".
        values: The values to try, in order.
        current: The value that the field has now, one of them.
        policy: Keras's precision for whoever asks; it has one for each thread.
    """

    design: Design
    path: str
    batch_size: int = 1
    precision: Precision = "float32"
    values: tuple[Any, ...] = attrs.field(init=False, eq=False, repr=False)
    current: Any = attrs.field(init=False, eq=False, repr=False)
    policy: Any = attrs.field(
        init=False,
        repr=False,
        factory=lambda: keras.config.dtype_policy() if keras_is_loaded() else None,
    )

    @values.default
    def _values(self) -> tuple[Any, ...]:
        return values_of(self.design, self.path)

    @current.default
    def _current(self) -> Any:
        return current_value(self.design, self.path)


@attrs.frozen(kw_only=True)
class Point:
    """What a network would be with one value of the field.

    Attributes:
        value: The value.
        parameters: How many it would have (exact).
        multiply_adds: For one image (exact).
        inference_bytes: The memory that a forward pass would hold (an estimate).
        training_bytes: The memory that a training step would hold (an estimate).
        field: The larger side of the receptive field of its output, in px (exact). Like all of these, None where it is
            unknown.
        error: Why there is no such network, in a few words; empty if there is one.
    """

    value: Any = None
    parameters: int | None = None
    multiply_adds: int | None = None
    inference_bytes: int | None = None
    training_bytes: int | None = None
    field: int | None = None
    error: str = ""


OnPoint = Callable[[Question, Point], None]


class WhatIf:
    """Computes the points of one question at a time, in the background where an event loop runs.

    Variants are built from nothing, so that they share nothing with a network that somebody uses; their weights are
    described and never filled. An edit that stops this, and then waits for its turn to build, waits until one block is
    made, or until Keras has joined all of them.
    """

    def __init__(self, on_point: OnPoint) -> None:
        """Compute nothing yet.

        Args:
            on_point: Is called with each point, the current value's first and those nearest to it next, on the event
                loop of whoever asked.
        """
        self._on_point = on_point
        self._wanted: object | None = None
        self._points: deque[tuple[tuple[Any, ...], Point]] = deque(maxlen=KEPT)
        self._lock = threading.Lock()

    def ask(self, question: Question, backbone: Backbone | None = None) -> None:
        """Compute all points of a question; without an event loop, before returning. An earlier question is dropped.

        Args:
            question: What is asked.
            backbone: The network as it is, if it has been built.
        """
        self._wanted = wanted = object()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._work(question, backbone, wanted, lambda point: self._tell(question, wanted, point))
            return

        def tell(point: Point) -> None:
            try:
                loop.call_soon_threadsafe(self._tell, question, wanted, point)
            except RuntimeError:  # The loop is closed, as when the kernel shuts down.
                raise _Dropped from None

        threading.Thread(
            target=self._work, args=(question, backbone, wanted, tell), name="encdec-what-if", daemon=True
        ).start()

    def stop(self) -> None:
        """Drop what is under way: no point of it will come."""
        self._wanted = None

    def known(self, question: Question) -> tuple[Point, ...]:
        """Those points of a question that need no computing."""
        found = (self._recall(question, value) for value in question.values)
        return tuple(point for point in found if isinstance(point, Point))

    def _tell(self, question: Question, wanted: object, point: Point) -> None:
        if wanted is self._wanted:
            self._on_point(question, point)

    def _work(
        self,
        question: Question,
        backbone: Backbone | None,
        wanted: object,
        tell: Callable[[Point], None],
    ) -> None:
        if question.policy is not None:
            keras.config.set_dtype_policy(question.policy)

        place = question.values.index(question.current)
        try:
            for index in sorted(range(len(question.values)), key=lambda index: abs(index - place)):
                value = question.values[index]
                found = self._recall(question, value)
                if not isinstance(found, Point):
                    known = backbone if backbone is not None and backbone.design == found else None
                    found = self._computed(question, found, known, wanted)
                tell(attrs.evolve(found, value=value))
        except _Dropped:
            return

    def _recall(self, question: Question, value: Any) -> Point | Design:
        """The point of a value, if it needs no computing; else the variant to compute it from."""
        try:
            design = with_value(question.design, question.path, value)
        except Exception as error:  # noqa: BLE001 - a user's class may raise anything; it becomes the point's error
            return Point(value=value, error=_reason(error))
        key = _key(question, design)
        with self._lock:
            points = list(self._points)
        found = next((point for known, point in points if known == key), None)
        return design if found is None else attrs.evolve(found, value=value)

    def _computed(
        self, question: Question, design: Design, backbone: Backbone | None, wanted: object
    ) -> Point:
        """The point of a design, without its value."""
        try:
            if backbone is None:
                backbone = self._built(design, wanted)
            if wanted is not self._wanted:
                raise _Dropped
            point = _point(question, backbone)
        except _Dropped:
            raise
        except _TooLong:
            point = Point(error="takes too long to build")
        except (Exception, SystemExit) as error:  # noqa: BLE001 - as above
            point = Point(error=_reason(error))
        with self._lock:
            self._points.append((_key(question, design), point))
        return point

    def _built(self, design: Design, wanted: object) -> Backbone:
        try:
            return build_backbone(design, None, self._watch(wanted))
        finally:
            time.sleep(PAUSE_S)

    def _watch(self, wanted: object) -> Callable[[BlockCall], None]:
        start: float | None = None  # once it is this variant's turn to be built

        def on_block(_: BlockCall) -> None:
            nonlocal start
            now = time.monotonic()
            start = now if start is None else start
            if wanted is not self._wanted:
                raise _Dropped
            if now - start > GIVE_UP_S:
                raise _TooLong

        return on_block


def _key(question: Question, design: Design) -> tuple[Any, ...]:
    return design, question.batch_size, question.precision, question.policy


def _point(question: Question, backbone: Backbone) -> Point:
    cost = backbone.cost(batch_size=question.batch_size, precision=question.precision)
    seen = backbone.receptive_field().output
    return Point(
        parameters=cost.parameters,
        multiply_adds=cost.multiply_adds,
        inference_bytes=cost.inference_bytes,
        training_bytes=cost.training_bytes,
        field=None if seen.size is None else max(seen.size),
    )


def _reason(error: BaseException) -> str:
    """Why there is no network, in a few words: without the value that was tried, which is known."""
    if isinstance(error, FieldError):
        text = f"{field_words(error.field)} {error.allowed.partition(': ')[0]}"
    else:
        text = f"{type(error).__name__}: {error}".partition("\n")[0]
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
