"""The tasks: drawn from a seed, without end, at any size; and what a person's own must draw."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encdec_widgets.workers.training import Halo, Mouse, Task, TaskError, Threads, tasks
from encdec_widgets.workers.training.tasks import as_task
from tests.training.trained import Dots

ANY = st.sampled_from([Mouse(), Threads(), Halo(), Dots()])


@given(ANY, st.integers(0, 2**32), st.integers(0, 10_000), st.integers(1, 4), st.integers(64, 96))
@settings(max_examples=30)
def test_the_same_seed_and_number_give_the_same_pictures(
    task: Task, seed: int, number: int, count: int, size: int
) -> None:
    one, again = (task.batch(seed, number, count, size) for _ in range(2))
    assert one.images.shape == (count, size, size)
    assert np.array_equal(one.images, again.images)
    assert np.array_equal(one.targets, again.targets, equal_nan=task.kind == "points")
    for other in (
        task.batch(seed + 1, number, count, size),
        task.batch(seed, number + 1, count, size),
        task.first(count, size),
    ):
        assert not np.array_equal(one.images, other.images)


@given(st.integers(0, 1000), st.integers(64, 160))
@settings(max_examples=15)
def test_a_mouse_lies_inside_its_feet_beside_it_and_the_names_say_which(seed: int, size: int) -> None:
    points = Mouse().batch(seed, 0, 20, size).targets
    assert points.min() >= 0
    assert points.max() <= size - 1
    head, left, right = np.moveaxis(points, 1, 0)
    ahead = head - (left + right) / 2
    across = right - left
    # y points down: turned by a quarter clockwise, what is ahead points to the right.
    assert (ahead[:, 0] * across[:, 1] - ahead[:, 1] * across[:, 0] > 0).all()
    between = np.hypot(*across.T)
    assert ((between > 14) & (between < 22)).all()


def test_the_feet_of_a_mouse_look_alike() -> None:
    """Around its foot, the picture of a mouse is that of its mirror image around the other one."""
    drawn = Mouse().batch(0, 0, 400, 64)
    patches: dict[int, list[Any]] = {1: [], 2: []}
    for image, points in zip(drawn.images, drawn.targets, strict=True):
        for foot in (1, 2):
            x, y = points[foot].round().astype(int)
            patches[foot].append(image[y - 3 : y + 4, x - 3 : x + 4])
    left, right = (np.mean(patches[foot], axis=0) for foot in (1, 2))
    assert abs(left - right).max() < 0.05  # of a foot as bright as 0.8


@given(st.integers(0, 1000))
@settings(max_examples=15)
def test_threads_are_as_bright_as_what_is_none_and_few(seed: int) -> None:
    drawn = Threads().batch(seed, 0, 8, 64)
    threads = drawn.targets[..., 0]
    assert 0.005 < threads.mean() < 0.15
    brightest = np.sort(drawn.images.reshape(8, -1), axis=1)[:, -150:]
    assert brightest.mean() > drawn.images[threads].mean() - 0.2


@pytest.mark.parametrize("name", ["mouse", "threads", "halo"])
def test_the_tasks_are_known_by_name(name: str) -> None:
    task = as_task(name)
    assert type(task) is tasks()[name]
    assert task.title == name


def test_what_is_no_task_is_refused_with_those_there_are() -> None:
    with pytest.raises(
        TaskError, match=r"one of 'mouse', 'threads', 'halo', or an object .* Received: 'cats'"
    ):
        as_task("cats")
    with pytest.raises(TaskError, match=r"Received: the class\. Would work: Mouse\(\)"):
        as_task(Mouse)  # type: ignore[arg-type]


class Drawing(Task):
    """Draws what it was given."""

    def __init__(
        self, images: Any, targets: Any, kind: str = "points", names: Any = ("a",), alike: Any = ()
    ) -> None:
        self.drawn, self.kind, self.names, self.alike = (images, targets), kind, names, alike

    def draw(self, random: np.random.Generator, count: int, size: int) -> tuple[Any, Any]:
        return self.drawn


IMAGES, POINTS = np.zeros((2, 64, 64)), np.full((2, 1, 2), 9)


@pytest.mark.parametrize(
    ("task", "said"),
    [
        (
            Drawing(np.zeros((2, 64, 65)), POINTS),
            r"of the shape \(2, 64, 64\).* Received: float64 of the shape \(2, 64, 65\)",
        ),
        (Drawing(np.full((2, 64, 64), np.nan), POINTS), "NaN or infinity; finite numbers would work"),
        (Drawing([[1, 2], [3]], POINTS), "must be an array of numbers"),
        (Drawing(IMAGES, np.zeros((2, 2))), r"numbers of the shape \(2, 1, 2\): x and y of each point in px"),
        (Drawing(IMAGES, IMAGES + 3, "mask"), r"must be 0 or 1 in each pixel\. Received: values from 3 to 3"),
        (Drawing(IMAGES, IMAGES[0], "mask"), r"0 and 1 of the shape \(2, 64, 64, 1\) or \(2, 64, 64\)"),
        (Drawing(IMAGES, IMAGES + 2, "classes"), "0 for nothing and 1 to 1 for the names"),
        (
            Drawing(IMAGES, POINTS, "boxes"),
            "must be one of 'points', 'mask', 'classes'. Received: kind='boxes'",
        ),
        (Drawing(IMAGES, POINTS, names=()), r"Would work: names = \('head', 'tail'\)"),
        (Drawing(IMAGES, POINTS, names=("a", "a")), "no two the same"),
        *(
            (
                Drawing(IMAGES, POINTS, names=("a", "b", "c"), alike=alike),
                r"Would work: alike = \(\('a', 'b'\),\)",
            )
            for alike in (
                ("a", "b"),
                ["ab"],
                (("a", "b", "c"),),
                (("a",),),
                (("a", "a"),),
                (("a", "d"),),
                "ab",
                7,
                (None,),
                (("a", ["b"]),),
            )
        ),
        (Drawing(IMAGES, POINTS, alike=(("a", "b"),)), r"Would work: no pairs: alike = \(\)"),
    ],
)
def test_what_a_task_draws_wrongly_is_told_with_what_would_work(task: Task, said: str) -> None:
    with pytest.raises(TaskError, match=said):
        task.batch(0, 0, 2, 64)


def test_draw_must_return_two_arrays() -> None:
    task = Drawing(IMAGES, POINTS)
    task.drawn = IMAGES
    with pytest.raises(TaskError, match="must return two arrays: images and what is to be found"):
        task.batch(0, 0, 2, 64)


class Seldom(Dots):
    """One image in so many has a point."""

    def __init__(self, one_in: float) -> None:
        self.one_in = one_in

    def draw(self, random: np.random.Generator, count: int, size: int) -> tuple[Any, Any]:
        images, points = super().draw(random, count, size)
        points = points.astype(float)
        points[random.random(count) > 1 / self.one_in] = np.nan
        return images, points


def test_a_task_whose_points_are_seldom_there_is_sent_and_one_that_has_none_is_refused() -> None:
    seldom = Seldom(8)
    assert not seldom.of_kind.is_there(seldom.batch(0, 0, 2, 64).targets).any()  # by luck
    assert seldom.to_send(64) is seldom
    with pytest.raises(
        TaskError, match="In 64 images of the task seldom there is no point inside of an image: x and"
    ):
        Seldom(float("inf")).to_send(64)
    for kind, said in (("mask", "no pixel of a mask"), ("classes", "no pixel of a class")):
        with pytest.raises(TaskError, match=f"In 64 images of the task drawing there is {said}"):
            Drawing(IMAGES, IMAGES, kind).to_send(64)


def test_points_outside_of_the_image_are_not_there() -> None:
    points = np.array([[[5.0, 5.0]], [[5.0, -3.0]]])
    targets = Drawing(IMAGES, points).batch(0, 0, 2, 64).targets
    assert np.isnan(targets).all((1, 2)).tolist() == [False, True]
