"""Designs trained in a process of their own: the same run from the same seed, weights that come and go."""

import math
import random
import re
from pathlib import Path
from typing import Any

import attrs
import keras
import numpy as np
import pytest

from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.networks.keras_private import is_filled
from encdec_widgets.workers.timing import TimingError, Worker, measure, network_of
from encdec_widgets.workers.training import (
    ArraysTask,
    Edit,
    Threads,
    Training,
    TrainingOptions,
    train,
    train_in_turns,
    trainee,
)
from encdec_widgets.workers.training.sent import written_task
from tests.training.test_png import read
from tests.training.trained import BACKEND, HERE, SMALL, Dots, Told, same, unet, values, weights_of

pytestmark = pytest.mark.backend


def test_the_same_seed_and_steps_give_the_same_run_bit_by_bit_in_another_process_too(worker: Worker) -> None:
    def trained(seed: int, **options: Any) -> Any:
        return train(SMALL, "threads", steps=12, seed=seed, worker=worker, backend=BACKEND, **options)

    first = trained(0)
    measure(SMALL.replace("input_shape", (32, 32, 1)), worker=worker, budget_s=0.02, backend=BACKEND)
    again = trained(0)
    worker.stop()
    elsewhere, other = trained(0), trained(1)
    for one in (again, elsewhere):
        assert one.losses == first.losses
        assert one.score == first.score
        assert same(weights_of(one), weights_of(first))
    assert not same(weights_of(other), weights_of(first))


def test_a_training_tells_what_there_is_to_see(worker: Worker) -> None:
    told = Told()
    trained = train(SMALL, "mouse", steps=25, worker=worker, on_progress=told, backend=BACKEND)
    assert [int(step) for step, _ in told.losses] == list(range(1, 26))
    assert tuple(loss for _, loss in told.losses) == trained.losses
    assert told.payloads[0]["steps"] == 1  # something is seen after the first step
    for payload in told.payloads:
        assert read(payload["pictures"]).shape == (64, 6 * 66 - 2, 3)
        assert "head in yellow, left foot in red, right foot in blue" in payload["picture_text"]
        assert payload["edit"] is None
    assert told.progress[-1].share == 1
    last = told.payloads[-1]
    assert (last["score"], last["score_name"], last["score_text"]) == (
        trained.score,
        "swapped",
        trained.score_text,
    )
    assert trained.score_text in last["picture_text"]
    assert set(trained.figures) == {"swapped", "px"}
    assert trained.to_dict()["figures"] == dict(trained.figures)
    assert "on mouse after 25 steps" in repr(trained)


def test_a_task_of_ones_own_is_learnt_and_the_loss_falls(worker: Worker) -> None:
    told = Told()
    trained = train(unet(1, 4), Dots(), steps=120, worker=worker, backend=BACKEND, on_progress=told)
    assert trained.score_name == "px"
    assert trained.score < 0.5
    assert np.mean(trained.losses[-10:]) < 0.8 * trained.losses[0]
    # No less than the entropy of what each map is to be: a Gaussian of 1.5 px.
    assert min(trained.losses) > math.log(2 * math.pi * math.e * 1.5**2) - 0.1


def test_images_of_which_few_have_points_are_learnt_and_scored_at_another_size_too(worker: Worker) -> None:
    random = np.random.default_rng(0)
    images = random.integers(0, 50, (40, 100, 120), dtype=np.uint8)
    points = np.full((40, 2, 2), np.nan)
    points[::7, 0] = random.integers([30, 20], [90, 80], (6, 2))
    for image, (x, y) in zip(images[::7], points[::7, 0].astype(int), strict=True):
        image[y - 1 : y + 2, x - 1 : x + 2] = 255
    task = ArraysTask(images, points=points, names=("left", "right"), alike=(("left", "right"),))
    training, told = Training.of(SMALL, task, steps=30, backend=BACKEND), Told()

    def tell(progress: Any) -> None:
        told(progress)
        if len(told.payloads) == 1:
            assert training.change(unet(7, filters=1))
            assert training.notes[0].startswith("trained at 128 × 128 px")

    trained = worker.do(training, tell)
    assert trained.steps == 30
    assert trained.score_name == "px"  # there is no right one that the left one could be taken for
    assert 0 <= trained.score <= 128 * math.sqrt(2)
    assert all(map(math.isfinite, trained.losses))
    assert "34 images without a point left out" in trained.notes


def test_a_device_that_its_process_does_not_see_is_told_with_what_trains_instead(worker: Worker) -> None:
    training, told = Training.of(SMALL, "threads", steps=2, backend=BACKEND, device="auto"), Told()
    elsewhere = attrs.evolve(training._sent.network, devices={BACKEND: "GPU:77"})
    training._sent = attrs.evolve(training._sent, network=elsewhere)
    trained = worker.do(training, told)
    *others, notice = trained.notes
    assert tuple(others) == training.notes
    assert re.fullmatch("computed on .+, as the process that computes sees no GPU:77", notice)
    assert told.payloads
    assert all(payload["notices"] == (notice,) for payload in told.payloads)


def test_the_backbones_weights_come_back_and_a_training_starts_from_them(worker: Worker) -> None:
    design = SMALL.replace("head", None)
    trained = train(design, "threads", steps=8, worker=worker, backend=BACKEND)
    backbone = trained.backbone
    assert backbone is trained.backbone
    assert backbone.design == design
    assert backbone.filled
    copy = values(backbone.model)
    assert len(copy) == len(weights_of(trained)) - 2  # without the kernel and the bias of the task's maps
    assert all(any(np.array_equal(value, other) for other in weights_of(trained)) for value in copy.values())
    assert trained.copy.model.output_shape == (None, 64, 64, len(Threads().names))
    assert same([*values(trained.copy.model).values()], weights_of(trained))
    onward = train(backbone, "threads", steps=0, worker=worker, backend=BACKEND)
    assert onward.losses == ()
    assert all(any(np.array_equal(value, other) for other in weights_of(onward)) for value in copy.values())
    empty = design.build()
    started = train(empty, "threads", steps=0, worker=worker, backend=BACKEND)
    assert not empty.filled  # it is not filled for that
    assert not any(
        np.array_equal(a, b)
        for a, b in zip(weights_of(started)[:-2], weights_of(onward)[:-2], strict=True)
        if a.ndim > 1
    )


def test_trained_weights_are_given_to_a_network_that_is_there_and_its_frozen_layers_stay_frozen(
    worker: Worker,
) -> None:
    trained = train(SMALL, "threads", steps=3, worker=worker, backend=BACKEND)
    for filled in (False, True):
        backbone = SMALL.build()
        if filled:
            backbone.fill()
        first = next(layer for layer in backbone.structure.layers if layer.weights)
        first.trainable = False
        assert trained.give(backbone) == backbone.parameters
        assert not first.trainable
        assert all(
            np.array_equal(value, values(trained.backbone.model)[name])
            for name, value in values(backbone.model).items()
        )
    wider = SMALL.replace("decoder[0].refine_convs_filters", 3).build()
    given = trained.give(wider)
    assert 0 < given < wider.parameters
    assert all(map(is_filled, wider.model.variables))


def test_frozen_layers_of_a_network_are_not_trained(worker: Worker) -> None:
    backbone = SMALL.build()
    frozen = next(layer for layer in backbone.model.layers if layer.weights)
    frozen.trainable = False
    before = [keras.ops.convert_to_numpy(weight) for weight in frozen.weights]
    trained = train(backbone, "threads", steps=3, worker=worker, backend=BACKEND)
    assert trained.give(backbone) == backbone.parameters
    assert same(before, [keras.ops.convert_to_numpy(weight) for weight in frozen.weights])
    assert not frozen.trainable


def test_the_same_seed_gives_the_same_run_from_weights_too_and_random_numbers_here_stay(
    worker: Worker,
) -> None:
    backbone = SMALL.build()
    backbone.fill()
    python, numpys = random.getstate(), np.random.get_state()  # noqa: NPY002
    first, again = (
        train(backbone, "threads", steps=4, seed=5, worker=worker, backend=BACKEND) for _ in range(2)
    )
    assert again.losses == first.losses
    assert same(weights_of(again), weights_of(first))
    assert random.getstate() == python
    assert np.array_equal(np.random.get_state()[1], numpys[1])  # type: ignore[arg-type]  # noqa: NPY002
    other = train(backbone, "threads", steps=0, seed=6, worker=worker, backend=BACKEND)
    head = weights_of(train(backbone, "threads", steps=0, seed=5, worker=worker, backend=BACKEND))[-2]
    assert not np.array_equal(weights_of(other)[-2], head)  # the seed draws what is new


def test_a_head_of_ones_own_is_replaced_be_it_like_the_tasks_and_frozen_or_not(worker: Worker) -> None:
    names = Threads().names
    design = SMALL.replace("heads", [Head(channels=len(names))])
    backbone = design.build()
    backbone.fill()
    own = values(backbone.model)
    for layer in backbone.model.layers:
        layer.trainable = not layer.weights  # all that learns is the task's head
    begins = weights_of(train(backbone, "threads", steps=0, worker=worker, backend=BACKEND))
    learnt = weights_of(train(backbone, "threads", steps=3, worker=worker, backend=BACKEND))
    assert same(begins[:-2], learnt[:-2])
    assert not np.array_equal(begins[-2], learnt[-2])
    assert not any(np.array_equal(begins[-2], value) for value in own.values())


def test_a_network_without_a_weight_that_is_trained_is_refused_with_what_would_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No design comes to it by itself, as the task's maps are new and trained."""
    from encdec_widgets.workers.inside import training as inside

    built = inside.built

    def frozen(*given: Any) -> Any:
        network = built(*given)
        network.model.trainable = False
        return network

    monkeypatch.setattr(inside, "built", frozen)
    copy, options = trainee(SMALL, "threads"), TrainingOptions(backend=BACKEND)
    task = written_task(copy.task, copy.size, tmp_path)
    network = attrs.asdict(network_of(copy.design))
    with pytest.raises(TimingError, match=r"nothing to train: all weights .* trainable = True would work"):
        inside.TrainingHere(network, task, attrs.asdict(options), 0, lambda model, policy: None)


def test_a_training_without_limits_ends_when_it_is_told_to_and_keeps_its_weights(worker: Worker) -> None:
    training, told = Training.of(SMALL, "halo", backend=BACKEND), Told()

    def tell(progress: Any) -> None:
        told(progress)
        if progress.payload and progress.payload["steps"] > 5:
            training.finish()

    trained = worker.do(training, tell)
    assert trained.steps == told.payloads[-1]["steps"] > 5
    assert trained.give(SMALL.build()) > 0
    slices = [payload["steps"] for payload in told.payloads]
    assert sum(steps > 5 for steps in slices) == 2  # the slice after which it was told, and the last look


def test_seconds_end_a_training(worker: Worker) -> None:
    trained = train(SMALL, "halo", steps=None, seconds=0.6, worker=worker, backend=BACKEND)
    assert trained.steps >= 2
    assert trained.seconds >= 0.6


def test_two_are_trained_in_turns_with_the_same_seed(worker: Worker) -> None:
    told = Told()
    both = train_in_turns(
        SMALL,
        unet(2, 2),
        "mouse",
        steps=6,
        name_a="near",
        name_b="far",
        worker=worker,
        backend=BACKEND,
        on_progress=told,
    )
    alone = train(SMALL, "mouse", steps=6, worker=worker, backend=BACKEND)
    assert both.a.losses == alone.losses
    assert both.b.steps == 6
    begin = {"A": "near is ahead", "B": "far is ahead", None: "Neither is ahead"}[both.ahead]
    assert both.sentence.startswith(f"{begin} on mouse, ")
    for name, one in (("near", both.a), ("far", both.b)):
        assert f"{name} has {one.score_text} after 6 steps" in both.sentence
    for name, one in (("a", both.a), ("b", both.b)):
        told_losses = [loss for payload in told.payloads for _, loss in payload[name]["losses"]]
        assert tuple(told_losses) == one.losses
    assert both.to_dict()["sentence"] == str(both)


@pytest.mark.parametrize("both", [False, True], ids=["train", "train_in_turns"])
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"steps": None}, "A training needs an end.*Would work: steps=400, or seconds=10"),
        ({"steps": -5}, "steps must be a whole number from 0"),
        ({"steps": 2.5}, "steps must be a whole number from 0"),
        ({"steps": True}, "steps must be a whole number from 0"),
        ({"seconds": math.nan}, "seconds must be a number from 0"),
        ({"seconds": math.inf}, "seconds must be a number from 0"),
        ({"seconds": "10"}, "seconds must be a number from 0"),
        ({"seconds": True}, "seconds must be a number from 0"),
        ({"seed": 1.5}, "seed must be a whole number"),
        ({"seed": -1}, "seed must be a whole number"),
        ({"seed": None}, "seed must be a whole number"),
        ({"batch_size": 0}, "batch_size must be"),
        ({"device": "card"}, "device must be"),
        ({"backend": "numpy"}, "backend must be one that is installed and has gradients"),
    ],
)
def test_what_cannot_be_trained_is_refused_before_a_process_starts(
    both: bool, arguments: dict[str, Any], said: str
) -> None:
    idle, designs = Worker(), (SMALL, SMALL) if both else (SMALL,)
    trains: Any = train_in_turns if both else train
    with pytest.raises(ValueError, match=said):
        trains(*designs, **{"backend": BACKEND, **arguments}, worker=idle)
    assert idle.pids == ()


def test_numbers_of_numpy_are_taken_as_pythons(worker: Worker) -> None:
    trained = train(
        SMALL,
        "threads",
        steps=np.int64(2),  # type: ignore[arg-type]
        seconds=np.float32(60),  # type: ignore[arg-type]
        seed=np.int64(3),  # type: ignore[arg-type]
        worker=worker,
        backend=BACKEND,
    )
    assert (trained.steps, trained.seed) == (2, 3)
    assert trained.losses == train(SMALL, "threads", steps=2, seed=3, worker=worker, backend=BACKEND).losses


def test_an_option_that_there_is_not_is_named() -> None:
    with pytest.raises(TypeError, match="no option 'rate' of a training; there are size, batch_size"):
        train(SMALL, rate=3, backend=BACKEND)
    assert TrainingOptions(threads=2, backend=BACKEND).threads == 2


@pytest.mark.numpy
def test_numpy_cannot_train_and_says_what_can() -> None:
    assert HERE == "numpy"
    with pytest.raises(FieldError, match=r"has gradients \(NumPy has none\)"):
        train(SMALL)


def test_what_an_edit_kept_reads_well() -> None:
    assert (
        Edit(step=1, kept=29_024, parameters=29_939).text
        == "29,024 of 29,939 parameters kept; the rest begins anew"
    )
