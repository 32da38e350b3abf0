"""An interrupt that comes in a finalizer while a job is made, which Python prints and drops, is raised in the end."""

import functools
import gc
import signal
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pytest

import encdec_widgets
from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.backbone import Backbone
from encdec_widgets.workers import interrupts
from encdec_widgets.workers.feature_maps import FeatureMapsPass
from encdec_widgets.workers.interrupts import no_interrupt_lost
from encdec_widgets.workers.timing import backends_with_gradients, network_of
from encdec_widgets.workers.training import Training, TrainingRace

# Python tells of each by a line, which pytest makes a warning.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

PACKAGE = str(Path(encdec_widgets.__file__).parent)
DESIGN = Design(UNet(filters=2, down_blocks=1, up_blocks=1), (64, 64, 1))
BACKEND = backends_with_gradients()[0]
IMAGE = np.zeros((64, 64), np.float32)


class Interrupting:
    """Sends a real interrupt as it goes."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGINT)


class Left:
    """Something that a weakref can point to, and a cycle hold."""

    held: Any = None


def by_del() -> None:
    Interrupting()


def by_weakref() -> None:
    left = Left()
    weakref.finalize(left, signal.raise_signal, signal.SIGINT)


def by_collector() -> None:
    left = Left()
    left.held = (left, Interrupting())
    del left
    gc.collect()


FINALIZERS = (by_del, by_weakref, by_collector)


@functools.cache
def backbone() -> Backbone:
    return DESIGN.build()


MAKERS: dict[str, Callable[[], Any]] = {
    "a training": lambda: Training.of(DESIGN, backend=BACKEND),
    "a race of trainings": lambda: TrainingRace.of(DESIGN, DESIGN, backend=BACKEND),
    "feature maps": lambda: FeatureMapsPass.of(backbone(), IMAGE),
    "a timing": lambda: network_of(backbone()),
}


class Calls:
    """Counts the functions of the package that are called, and has a finalizer run as one of them begins."""

    def __init__(self, number: int = 0, finalizer: Callable[[], None] = by_del) -> None:
        self.number, self.finalizer = number, finalizer
        self.called = 0

    def trace(self, frame: FrameType, event: str, _: Any) -> None:
        where = frame.f_code.co_filename
        if event == "call" and where.startswith(PACKAGE) and where != interrupts.__file__:
            self.called += 1
            if self.called == self.number:
                self.finalizer()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        before = sys.gettrace()
        sys.settrace(self.trace)
        try:
            yield
        finally:
            sys.settrace(before)


@no_interrupt_lost()
def do_all(*steps: Callable[[], Any]) -> None:
    for step in steps:
        step()


@pytest.mark.parametrize("finalizer", FINALIZERS)
def test_python_drops_an_interrupt_in_a_finalizer_and_the_context_raises_it(
    finalizer: Callable[[], None],
) -> None:
    done = list[str]()
    finalizer()  # nothing is raised
    with pytest.raises(KeyboardInterrupt):
        do_all(finalizer, lambda: done.append("the rest"))
    assert done == ["the rest"]


def test_an_interrupt_elsewhere_is_raised_at_once_and_once() -> None:
    done = list[str]()
    with pytest.raises(KeyboardInterrupt) as caught:
        do_all(by_del, lambda: signal.raise_signal(signal.SIGINT), lambda: done.append("not reached"))
    assert done == []
    assert caught.value.__context__ is None


def test_another_error_does_not_hide_a_lost_interrupt_and_another_lost_error_is_none() -> None:
    def fails() -> None:
        raise FieldError("filters", 0, "must be more", ())

    with pytest.raises(KeyboardInterrupt) as caught:
        do_all(by_del, fails)
    assert isinstance(caught.value.__context__, FieldError)

    class Faulty:
        def __del__(self) -> None:
            raise ValueError("a fault of a finalizer")

    do_all(Faulty)


def test_what_was_set_to_tell_of_lost_errors_still_does_and_is_set_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = list[Any]()

    def tell(unraisable: Any) -> None:
        told.append(unraisable.exc_type)

    monkeypatch.setattr(sys, "unraisablehook", tell)
    with pytest.raises(KeyboardInterrupt):
        do_all(by_del)
    assert told == [KeyboardInterrupt]
    assert sys.unraisablehook is tell
    inside = list[Any]()
    thread = threading.Thread(target=do_all, args=(lambda: inside.append(sys.unraisablehook),))
    thread.start()
    thread.join(60)
    assert inside == [tell], "no interrupt comes to another thread"


@pytest.mark.parametrize("maker", MAKERS)
def test_an_interrupt_in_a_finalizer_while_a_job_is_made_leaves_no_job(maker: str) -> None:
    make, counted = MAKERS[maker], Calls()
    make()  # What is loaded once is loaded.
    with counted():
        make()
    for share in (0.25, 0.5, 0.75):
        calls = Calls(max(1, int(share * counted.called)))
        with pytest.raises(KeyboardInterrupt), calls():
            make()
        assert calls.called >= calls.number
    assert make()
