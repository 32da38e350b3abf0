"""Trainings that are edited while they run: what is kept, what is said, and what is refused."""

import gc
import time
from pathlib import Path
from typing import Any

import attrs
import keras
import numpy as np
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import CustomEncoderDecoder
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.encoder_decoder import SimpleConvBlock
from encdec_widgets.workers.errors import TimingError
from encdec_widgets.workers.inside.__main__ import answer
from encdec_widgets.workers.inside.bench import Bench
from encdec_widgets.workers.inside.training import TrainingHere
from encdec_widgets.workers.timing import Worker, network_of
from encdec_widgets.workers.training import (
    Threads,
    Training,
    TrainingOptions,
    train,
    trainee,
)
from encdec_widgets.workers.training.sent import Sent, written_task
from tests.training.trained import BACKEND, HERE, SMALL, Told, same, values, weights_of

pytestmark = pytest.mark.backend


def edited(design: Any, to: Any, worker: Worker, steps: int = 30, task: Any = None) -> tuple[Any, Told]:
    """Train, and go on with another design after the first step."""
    training, told = Training.of(design, task or Threads(), steps=steps, backend=BACKEND), Told()

    def tell(progress: Any) -> None:
        told(progress)
        if progress.payload and training.design != to:
            assert training.change(to)

    return worker.do(training, tell), told


@pytest.mark.parametrize("single", [False, True])
def test_an_edit_leaves_frozen_what_is_frozen(worker: Worker, single: bool) -> None:
    backbone = SMALL.build()
    backbone.fill()
    first = next(layer for layer in backbone.model.layers if layer.weights)
    if single:
        first.weights[0].trainable = False
    else:
        first.trainable = False
    before = keras.ops.convert_to_numpy(first.weights[0])
    bias = keras.ops.convert_to_numpy(first.weights[1])
    after = SMALL.replace("convs_per_block", 3)  # The first block is made anew, and its first layer kept.
    trained, _ = edited(backbone, after, worker, steps=9, task="threads")
    (edit,) = trained.kept
    assert 0 < edit.kept < edit.parameters
    learnt = weights_of(trained)
    assert any(np.array_equal(before, value) for value in learnt)
    assert any(np.array_equal(bias, value) for value in learnt) is not single


@attrs.frozen
class Doubled(SimpleConvBlock):
    """A block of a person's own, whose layers Keras numbers."""

    def make_block(self, x_in: Any, prefix: str = "conv", **where: Any) -> Any:
        x = keras.layers.Conv2D(self.filters, 3, padding="same", activation="relu")(x_in)
        return super().make_block(keras.layers.Add()([x, x]), prefix=prefix, **where)


def test_a_design_with_a_block_of_ones_own_is_trained_and_edited(worker: Worker) -> None:
    def design(filters: int) -> Design:
        blocks = (Doubled(filters=2, pool=False), SimpleConvBlock(filters=filters, pool=False))
        return Design(CustomEncoderDecoder(encoder=blocks), (128, 128, 1))

    assert network_of(design(2)).kind == "model"
    trained, _ = edited(design(2), design(3), worker, steps=9)
    (edit,) = trained.kept
    assert 0 < edit.kept < edit.parameters
    backbone = design(3).build()
    backbone.fill()
    assert trained.give(backbone) == backbone.parameters
    onward = train(backbone, Threads(), steps=0, worker=worker, backend=BACKEND)
    assert all(
        any(np.array_equal(value, other) for other in weights_of(onward))
        for value in values(backbone.model).values()
    )


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({}, "all"),
        ({"decoder[0].refine_convs_filters": 3}, "some"),
        ({"filters": 3}, "nothing"),
    ],
)
def test_an_edit_keeps_the_weights_of_what_did_not_change_and_says_so(
    worker: Worker, changes: dict[str, Any], kept: str
) -> None:
    after = SMALL.replace_all({**changes, "input_shape": (128, 128, 1)})
    trained, told = edited(SMALL, after, worker)
    (edit,) = trained.kept
    assert trained.design == after
    assert trained.steps == len(trained.losses) == 30
    assert [payload["edit"] for payload in told.payloads if payload["edit"]] == [edit.to_dict()]
    assert edit.parameters == trained.parameters
    if kept == "all":
        assert edit.kept == edit.parameters
        assert edit.text == f"all {edit.parameters:,} parameters kept"
    elif kept == "some":
        assert 0 < edit.kept < edit.parameters
        assert edit.text.endswith("parameters kept; the rest begins anew")
    else:
        assert edit.kept == 0
        assert "starts from the beginning" in edit.text


@pytest.mark.parametrize("warm_up", [0, 20])
def test_an_edit_that_leaves_the_copy_as_it_is_goes_on_as_if_there_were_none(
    worker: Worker, warm_up: int
) -> None:
    task = Threads()
    plain = train(SMALL, task, steps=12, worker=worker, backend=BACKEND)
    training = Training.of(SMALL, task, steps=12, backend=BACKEND, warm_up=warm_up)
    heads = [Head(channels=7, name="mine")]
    after = SMALL.replace_all({"input_shape": (96, 96, 1), "heads": heads})

    def tell(progress: Any) -> None:
        if progress.payload and training.design != after:
            training.change(after)

    with_edit = worker.do(training, tell)
    (edit,) = with_edit.kept
    assert edit.kept == edit.parameters
    assert with_edit.losses == plain.losses
    assert with_edit.design == training.design == after
    assert "its head is replaced" in with_edit.notes[1]
    assert with_edit.give(after.build()) > 0


def test_weights_averages_and_steps_go_on_after_an_edit(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Every edit builds the network anew then, also one that leaves the copy as it is.
    monkeypatch.setattr(Sent, "is_same_to_train", lambda *_: False)
    plain = train(SMALL, Threads(), steps=12, worker=worker, backend=BACKEND)
    training = Training.of(SMALL, Threads(), steps=12, backend=BACKEND, warm_up=0)

    def tell(progress: Any) -> None:
        if progress.payload and training.design.input_shape != (96, 96, 1):
            training.change(SMALL.replace("input_shape", (96, 96, 1)))

    with_edit = worker.do(training, tell)
    (edit,) = with_edit.kept
    assert edit.kept == edit.parameters
    assert np.allclose(with_edit.losses, plain.losses, rtol=1e-4)


@pytest.mark.parametrize("moment", ["in the last slice", "before it is finished", "before it begins"])
def test_an_edit_that_was_taken_is_in_the_result_whenever_it_came(worker: Worker, moment: str) -> None:
    after, answers = SMALL.replace("decoder[0].refine_convs_filters", 3), list[bool]()
    steps = {"in the last slice": 1, "before it is finished": None, "before it begins": 0}[moment]
    training = Training.of(SMALL, "threads", steps=steps, backend=BACKEND)

    def tell(progress: Any) -> None:
        if progress.payload and not answers:
            answers.append(training.change(after))
            training.finish()

    if steps == 0:
        answers.append(training.change(after))
    trained = worker.do(training, tell)
    assert answers == [True]
    assert trained.design == training.design == after
    assert trained.steps == (0 if steps == 0 else 1)
    assert trained.give(after.build()) == trained.backbone.parameters
    assert not training.change(SMALL)  # It has ended.
    assert training.design == after


def test_a_training_that_is_done_twice_leaves_the_first_result_as_it_was(worker: Worker) -> None:
    training = Training.of(SMALL, "threads", backend=BACKEND)
    taken = list[bool]()

    def tell(progress: Any) -> None:
        if progress.payload and progress.payload["steps"] >= 2:
            training.finish()
        elif progress.payload:
            taken.append(training.change(SMALL))

    first = worker.do(training, tell)
    before = weights_of(first)
    second = worker.do(training, tell)
    assert second.steps >= 2
    assert taken == [True, True]  # It can be edited again as well.
    assert first.weights.path != second.weights.path
    assert same(weights_of(first), before)


def test_a_design_that_cannot_learn_the_task_is_refused_as_an_edit_and_the_training_goes_on(
    worker: Worker,
) -> None:
    training, refused = Training.of(SMALL, "threads", steps=6, backend=BACKEND), []

    def tell(progress: Any) -> None:
        if progress.payload and not refused:
            with pytest.raises(FieldError, match="output_stride must be 1 at least") as caught:
                training.change(SMALL.replace("up_blocks", 2))
            refused.append(caught.value)

    assert worker.do(training, tell).steps == 6
    assert refused
    assert not training.change(SMALL)  # it has ended


def begun_here(folder: Path) -> TrainingHere:
    """A training in this process."""
    copy = trainee(SMALL, "threads")
    network = attrs.asdict(network_of(copy.design))
    options = attrs.asdict(TrainingOptions(backend=HERE, score_images=8))
    return TrainingHere(network, written_task(copy.task, 64, folder), options, 0, lambda *_: None)


trained_here = pytest.mark.skipif(HERE != BACKEND, reason="this backend trains nothing")


@trained_here
@pytest.mark.parametrize("fails", ["before anything is built", "in a layer", "in what a person wrote"])
def test_an_edit_that_a_library_refuses_is_told_and_what_was_learnt_goes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fails: str
) -> None:
    copies = [
        trainee(SMALL.replace("decoder[0].refine_convs_filters", filters), "threads") for filters in (2, 3)
    ]
    first, edit = [attrs.asdict(network_of(copy.design)) for copy in copies]
    options = attrs.asdict(TrainingOptions(backend=HERE, score_images=8))
    arguments = {"network": first, "task": written_task(copies[0].task, 64, tmp_path), "options": options}
    bench = Bench()

    def answered(command: str, **how: Any) -> dict[str, Any]:
        request = {"id": 1, "command": command, "arguments": {"name": "network", **how}, "batch_size": 8}
        return answer(request, bench.commands)

    def refuses(*_: Any, **__: Any) -> Any:
        error = RuntimeError("\x1b[1mCUDNN_STATUS_NOT_SUPPORTED\x1b[0m\nin kernel 7")
        if fails == "in what a person wrote":
            raise TimingError("RuntimeError: CUDNN_STATUS_NOT_SUPPORTED") from error
        raise error

    assert "result" in answered("train_begin", **arguments, seed=0, weights=None, numbers=[])
    before = answered("train_slice", seconds=0.0, at_most=3, scores=True)["result"]
    broken = (keras.layers.Conv2D, "build") if fails == "in a layer" else (Design, "from_json")
    with monkeypatch.context() as patch:
        patch.setattr(*broken, refuses)
        refused = answered("train_change", network=edit)
    assert not refused["retire"]
    assert "cannot be built (RuntimeError: CUDNN_STATUS_NOT_SUPPORTED); " in refused["error"]
    looked = answered("train_slice", seconds=0.0, at_most=0, scores=True)["result"]
    assert looked["score"] == before["score"]
    assert answered("train_change", network=edit)["result"]["kept"] > 0


@trained_here
def test_a_look_without_a_score_says_how_long_one_with_it_takes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    training, scored = begun_here(tmp_path), TrainingHere._scored

    def slow(self: TrainingHere) -> Any:
        time.sleep(0.3)
        return scored(self)

    monkeypatch.setattr(TrainingHere, "_scored", slow)
    assert training.slice(0.0, None, True)["run_ms"] is None  # one step, which compiled
    assert training.slice(0.05, None, False)["run_ms"] > 300


@trained_here
def test_memory_that_runs_out_while_an_edit_is_built_is_no_refusal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    training = begun_here(tmp_path)

    def no_memory(*_: Any) -> Any:
        raise ValueError("in a layer") from MemoryError()

    monkeypatch.setattr(Design, "from_json", no_memory)
    with pytest.raises(ValueError, match="in a layer"):
        training.change(attrs.asdict(network_of(trainee(SMALL, "threads").design)))


@pytest.mark.tensorflow
def test_tensorflow_keeps_no_graph_of_a_network_that_was_edited(tmp_path: Path) -> None:
    copies = [
        trainee(SMALL.replace("decoder[0].refine_convs_filters", filters), "threads") for filters in (2, 3, 2)
    ]
    first, *edits = [attrs.asdict(network_of(copy.design)) for copy in copies]
    task = written_task(copies[0].task, 64, tmp_path)
    options = attrs.asdict(TrainingOptions(backend=BACKEND, score_images=8))

    def graphs() -> int:
        gc.collect()
        return sum(type(one).__name__ == "FuncGraph" for one in gc.get_objects())

    training = TrainingHere(first, task, options, 0, lambda model, policy: None)
    training.slice(0.0, 1, scores=True)
    before = graphs()
    for edit in edits:
        training.change(edit)
        training.slice(0.0, 1, scores=True)
    assert graphs() == before
