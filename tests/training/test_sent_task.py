"""Tasks of a person's own on their way to the process that trains: from a module, and from a notebook."""

import importlib
import subprocess
import sys
import textwrap
import threading
from functools import cached_property
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest

from encdec_widgets.workers.timing import TimingError, Worker
from encdec_widgets.workers.training import ArraysTask, Halo, Mouse, Task, tasks, train
from encdec_widgets.workers.training.sent_task import packed_task, unpacked_task
from tests.library.timed import ROOT
from tests.training.trained import BACKEND, SMALL, Dots

BRIGHT = 3.0


def helper(random: np.random.Generator, shape: Any) -> Any:
    return random.normal(0, 0.1, shape)


def drawn_alike(a: Task, b: Task) -> bool:
    one, other = (task.batch(0, 1, 3, 64) for task in (a, b))
    return bool(np.array_equal(one.images, other.images) and np.array_equal(one.targets, other.targets))


@pytest.mark.parametrize("task", [*(task() for task in tasks().values()), Halo(ring_px=20), Dots()])
def test_a_task_of_a_module_draws_the_same_there(task: Task) -> None:
    arrived = unpacked_task(packed_task(task))
    assert type(arrived) is type(task)
    assert drawn_alike(arrived, task)


def test_arrays_go_along() -> None:
    images = np.random.default_rng(0).random((6, 70, 70))
    task = ArraysTask(images, points=np.full((6, 1, 2), 35.0), names=("nose",))
    assert drawn_alike(unpacked_task(packed_task(task)), task)


def local_task() -> Task:
    """A task as a notebook has it: no module holds its class."""

    class Base(Task):
        names = ("a", "b")
        alike = (("a", "b"),)

        @property
        def strength(self) -> float:
            return BRIGHT

        @staticmethod
        def noise(random: np.random.Generator, shape: Any) -> Any:
            return helper(random, shape)

    class Local(Base):
        def __init__(self, margin: int) -> None:
            self.margin = margin

        def draw(self, random: np.random.Generator, count: int, size: int) -> tuple[Any, Any]:
            points = random.integers(self.margin, size - self.margin, (count, 2, 2))
            images = self.noise(random, (count, size, size))
            for n in range(2):
                images[np.arange(count), points[:, n, 1], points[:, n, 0]] += self.strength + n
            return images, points

    return Local(margin=5)


def test_a_task_of_a_notebook_goes_as_code() -> None:
    task = local_task()
    arrived = unpacked_task(packed_task(task))
    assert type(arrived) is not type(task)
    assert (arrived.title, arrived.names, arrived.alike) == ("local", ("a", "b"), (("a", "b"),))
    assert drawn_alike(arrived, task)


def test_what_it_inherits_from_a_class_of_a_module_is_found_there() -> None:
    class Brighter(Dots):
        what = "brighter dots"

    arrived = unpacked_task(packed_task(Brighter()))
    assert isinstance(arrived, Dots)
    assert (arrived.what, arrived.names) == ("brighter dots", ("dot",))
    assert drawn_alike(arrived, Brighter())


def test_fields_of_attrs_go_along() -> None:
    @attrs.frozen(eq=False)
    class Frozen(Task):
        names = ("a",)
        margin: int = 7

        def draw(self, random: np.random.Generator, count: int, size: int) -> tuple[Any, Any]:
            return np.zeros((count, size, size)), random.integers(self.margin, 9, (count, 1, 2))

    assert drawn_alike(unpacked_task(packed_task(Frozen(margin=8))), Frozen(margin=8))


def test_what_a_class_of_a_notebook_inherits_from_one_of_a_module_goes_along() -> None:
    class Rat(Mouse):
        what = "rats from above"

    class WithShift:
        def shift(self) -> int:
            return 2

        def draw(self, random: np.random.Generator, count: int, size: int) -> tuple[Any, Any]:
            raise AssertionError("Halo comes first")

    class Shifted(Halo, WithShift):
        @property
        def title(self) -> str:
            return f"shifted by {self.shift()}"

    @attrs.frozen(eq=False)
    class Noisy(Halo):
        noise: float = 0.5

        def draw(self, random: np.random.Generator, count: int, size: int) -> tuple[Any, Any]:
            images, classes = Halo.draw(self, random, count, size)
            return images + random.normal(0, self.noise, images.shape), classes

    for task in (Rat(), Shifted(ring_px=20.0), Noisy(ring_px=18.0, noise=0.25)):
        arrived = unpacked_task(packed_task(task))
        first = type(task).__bases__[0]
        assert isinstance(arrived, first)
        for name in ("title", "names", "alike", "kind", "what"):
            assert getattr(arrived, name) == getattr(task, name)
        assert drawn_alike(arrived, task)
        if isinstance(arrived, Halo) and isinstance(task, Halo):
            assert (arrived.ring_px, arrived.full_field) == (task.ring_px, task.full_field)


def test_what_cannot_be_sent_is_refused_in_one_line_with_what_would_work() -> None:
    class Calling(Task):
        names = ("a",)

        def draw(self, random: np.random.Generator, count: int, size: int) -> tuple[Any, Any]:
            return super().draw(random, count, size)  # type: ignore[safe-super]

    class Holding(Dots):
        @cached_property
        def lock(self) -> Any:
            return threading.Lock()

    class Locked(Dots):
        def __init__(self) -> None:
            self.lock = threading.Lock()

    for task in (Calling(), Holding(), Locked()):
        with pytest.raises(TimingError) as caught:
            packed_task(task)
        name = type(task).__name__
        assert str(caught.value).startswith(f"the task {name} cannot be sent to the process that trains (")
        assert f"from my_{name.lower()} import {name}" in str(caught.value)
        assert "\n" not in str(caught.value)
        assert "network" not in str(caught.value)


NOTEBOOK = """
    import numpy as np
    from encdec_widgets import Design, train
    from encdec_widgets.architectures import UNet
    from encdec_widgets.workers.training import Task

    class Mine(Task):
        names = ("dot",)

        def draw(self, random, count, size):
            points = random.integers(4, size - 4, (count, 1, 2))
            images = random.normal(0, 0.1, (count, size, size))
            images[np.arange(count), points[:, 0, 1], points[:, 0, 0]] += 3
            return images, points

    design = Design(UNet(filters=2, down_blocks=1, up_blocks=1), (64, 64, 1))
    print(train(design, Mine(), steps=2, backend={backend!r}).task)
"""


def test_a_class_of_the_program_itself_is_learnt() -> None:
    code = textwrap.dedent(NOTEBOOK.format(backend=BACKEND))
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.stdout.strip() == "mine", done.stderr


MODULE = """
import numpy as np
from encdec_widgets.workers.training import Task

class Edited(Task):
    names = ("dot",)
    {comment}
    def draw(self, random, count, size):
        points = random.integers(4, size - 4, (count, 1, 2))
        images = random.normal(0, {noise}, (count, size, size))
        images[np.arange(count), points[:, 0, 1], points[:, 0, 0]] += 3
        return images, points
"""


def test_a_module_that_was_edited_and_reloaded_is_trained_in_its_new_form(
    worker: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "edited_between_trainings.py"
    monkeypatch.syspath_prepend(str(tmp_path))

    def losses(noise: float) -> Any:
        # Another length: Python takes a compiled file of the same second and length for that of the new one.
        path.write_text(MODULE.format(noise=noise, comment="#" * int(100 * noise)))
        importlib.invalidate_caches()
        module = importlib.import_module(path.stem)
        task = importlib.reload(module).Edited()
        return train(SMALL, task, steps=2, worker=worker, backend=BACKEND).losses

    try:
        first = losses(0.1)
        (pid,) = worker.pids
        assert losses(0.1) == first
        assert worker.pids == (pid,)
        assert losses(0.5) != first
        assert worker.pids != (pid,)
        assert losses(0.1) == first
    finally:
        sys.modules.pop(path.stem, None)
