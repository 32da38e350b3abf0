"""What a network would cost and see with other values of one field, computed in spare time."""

import functools
import threading
from collections import deque
from collections.abc import Callable, Generator
from typing import Any

import attrs

from encdec_widgets._keras import keras, keras_is_loaded
from encdec_widgets.architectures.fields.by_content import ByContent, same
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.backbone import Backbone, build_in_steps
from encdec_widgets.background import Background, Priority, Task, shared_background
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.heads import named_in, words_at
from encdec_widgets.designs.variants import all_else, current_value, values_of, with_value
from encdec_widgets.explain.costs import Precision
from encdec_widgets.formatting import error_text
from encdec_widgets.networks.building import BuildTooLongError
from encdec_widgets.networks.one_at_a_time import one_at_a_time

GIVE_UP_S = 3.0
"""A variant that takes longer to build is given up."""
KEPT = 32
"""The points of so many questions are remembered."""
LONGEST = 120
"""So many characters of an error are told."""


@attrs.frozen(kw_only=True)
class Question(ByContent):
    """What is asked: how a network changes with one field.

    Attributes:
        design: The network as it is.
        path: The field: see :func:`encdec_widgets.designs.variants.fields_to_try`.
        batch_size: Images that go through it at once.
        precision: "float32", "mixed_float16" or "mixed_bfloat16".
        values: The values to try, in order.
        current: The value that the field has now, one of them.
        policy: Keras's precision to build with, that of the thread that asks; None before Keras is loaded.
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
        receptive_field_px: The larger side of the receptive field of its output, in px (exact). Like all of these, None
            where it is unknown.
        whole_image: Whether its output sees the whole image, whatever its size; ``receptive_field_px`` is None then.
        error: Why there is no such network, in a few words; empty if there is one.
    """

    value: Any = None
    parameters: int | None = None
    multiply_adds: int | None = None
    inference_bytes: int | None = None
    training_bytes: int | None = None
    receptive_field_px: int | None = None
    whole_image: bool = False
    error: str = ""


OnPoint = Callable[[Question, Point], None]


class WhatIf:
    """Computes the points of one question at a time, in the background where an event loop runs.

    Variants are built from nothing, so that they share nothing with a network that is in use; their weights are
    described and never filled. They are built in spare time: whatever else is built, or filled with weights, waits
    until one block is made, or until Keras has joined all of them. It is then done as if there were no variant, and
    the variant goes on after it.

    Building a variant runs the code of its blocks and its architecture. So a ``make_block`` that a user wrote runs in
    another thread, once for each value of a field, and without any edit: it is to make layers, no more. A
    ``make_backbone`` runs again each time that its variant goes on.
    """

    def __init__(self, on_point: OnPoint, background: Background | None = None) -> None:
        """Compute nothing yet.

        Args:
            on_point: Is called with each point, the current value's first and those nearest to it next, on the event
                loop on which they were asked for.
            background: Where to compute; the one that all share if left out.
        """
        self._on_point = on_point
        self._background = background or shared_background()
        # A list of pairs, as what a user's block holds may have no hash.
        self._curves: deque[tuple[tuple[Any, ...], dict[Any, Point]]] = deque(maxlen=KEPT)
        self._lock = threading.Lock()

    def ask(self, question: Question, backbone: Backbone | None = None) -> None:
        """Compute all points of a question; without an event loop, before returning. An earlier question is dropped.

        Args:
            question: What is asked.
            backbone: The network as it is, if it has been built.
        """
        self.stop()
        self._background.begin(
            functools.partial(self._points, question, backbone), key=self, priority=Priority.SPARE
        )

    def stop(self) -> None:
        """Drop what is under way: no point of it will come."""
        self._background.drop(self)

    def known(self, question: Question) -> tuple[Point, ...]:
        """Those points of a question that need no computing; no design is made to find them."""
        points = self._remembered(_key(question)) or {}
        return tuple(points[value] for value in question.values if value in points)

    def _curve(self, question: Question) -> dict[Any, Point]:
        """Where the points of a question are kept, by value."""
        key = _key(question)
        points = self._remembered(key)
        if points is None:
            points = {}
            with self._lock:
                self._curves.append((key, points))
        return points

    def _remembered(self, key: tuple[Any, ...]) -> dict[Any, Point] | None:
        with self._lock:
            curves = list(self._curves)
        return next((points for known, points in curves if same(known, key)), None)

    def _points(
        self, question: Question, backbone: Backbone | None, task: "Task[None]"
    ) -> Generator[None, None, None]:
        """The steps of a question: a point each, or more where a variant has to give way."""
        place, curve = question.values.index(question.current), self._curve(question)
        for index in sorted(range(len(question.values)), key=lambda index: abs(index - place)):
            value = question.values[index]
            point = curve.get(value)
            if point is None:
                point = curve[value] = yield from _computed(question, value, backbone, task)
            if not task.tell(self._on_point, question, point):
                return  # The event loop has been closed.
            yield


def _computed(
    question: Question, value: Any, backbone: Backbone | None, task: "Task[None]"
) -> Generator[None, None, Point]:
    try:
        # The present value is not set: that of a block would turn the family into free blocks.
        now = value == question.current
        design = question.design if now else with_value(question.design, question.path, value)
        if backbone is None or backbone.design != design:
            backbone = yield from build_in_steps(
                design,
                on_block=lambda _: task.check(),
                gives_way=lambda: task.over or (one_at_a_time.awaited and not task.inline),
                policy=question.policy,
                at_most_s=GIVE_UP_S,
                suggests=False,
            )
        task.check()
        return _point(question, value, backbone)
    except BuildTooLongError:
        return Point(value=value, error="takes too long to build")
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a user's class may raise anything; it becomes the error
        return Point(value=value, error=reason_of(error, question.design))


def _key(question: Question) -> tuple[Any, ...]:
    """What two questions have in common that differ in the present value of the field alone."""
    rest = all_else(question.design, question.path)
    return question.path, question.batch_size, question.precision, question.policy, *rest


def _point(question: Question, value: Any, backbone: Backbone) -> Point:
    cost = backbone.cost(batch_size=question.batch_size, precision=question.precision)
    seen = backbone.receptive_field().output
    return Point(
        value=value,
        parameters=cost.parameters,
        multiply_adds=cost.multiply_adds,
        inference_bytes=cost.inference_bytes,
        training_bytes=cost.training_bytes,
        receptive_field_px=None if seen.size is None else max(seen.size),
        whole_image=seen.extent == "whole image",
    )


def reason_of(error: BaseException, design: Design) -> str:
    """Why there is no network, in a few words: without the value that was tried, which is known.

    Args:
        error: What was raised.
        design: The design in which a value was tried.
    """
    if isinstance(error, FieldError):
        allowed = error.allowed.partition(": ")[0]
        text = error.plain.removesuffix(".") or f"{words_at(design, error.field)} {allowed}"
        text = named_in(design, text)
    else:
        text = f"{type(error).__name__}: {error_text(error)}".partition("\n")[0]
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
