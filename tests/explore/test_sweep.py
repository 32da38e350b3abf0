"""Sweeps: rows as they are done, each once, whoever does them and however often they are interrupted."""

import csv
import io
import itertools
import json
import math
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import attrs
import keras
import numpy as np
import pytest

from encdec_widgets import Design, sweep
from encdec_widgets.architectures import UNet
from encdec_widgets.architectures.blocks.simple_conv import SimpleConvBlock
from encdec_widgets.architectures.encoder_decoder import EncoderBlock
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.explore.several_devices import several_devices
from encdec_widgets.explore.sweeping import grid as grid_module
from encdec_widgets.explore.sweeping.progress import Pace
from encdec_widgets.explore.sweeping.rows import Row
from encdec_widgets.explore.tell import tell
from tests.explore.instant import DESIGN, Instant

PATIENCE_S = 60
GRID = {"filters": range(8, 25, 8), "down_blocks": [2, 3, 7], "up_interpolate": [True, False]}
COMBINATIONS = [dict(zip(GRID, values, strict=True)) for values in itertools.product(*GRID.values())]


@pytest.fixture
def here() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as executor:
        yield executor


# What rows say


def test_rows_are_what_plain_builds_say_in_the_order_of_the_grid(here: Executor) -> None:
    found = sweep(DESIGN, GRID, executor=here)
    assert len(found) == len(COMBINATIONS)
    done = list(found)
    assert sorted(row.index for row in done) == list(range(len(COMBINATIONS)))
    assert [row.values for row in found.rows] == COMBINATIONS
    for row in found.rows:
        if row.values["down_blocks"] == 7:
            assert (row.told, row.design, row.figures) == (None, None, {})
            assert "the maximum stride, 128, divides" in row.reason
        else:
            design = DESIGN.replace_all(row.values)
            assert row.design == design
            assert row.told == tell(design.to_json(), ("cost", "receptive_field", "checks"))


def test_figures_have_flat_names(here: Executor) -> None:
    wanted = ("cost", "receptive_field", "strides", "output_shape", "checks")
    (row,) = sweep(DESIGN, {"filters": [8]}, tell=wanted, executor=here)
    cost = row.design.build().cost() if row.design else None
    assert cost
    assert row.figures == {
        "parameters": cost.parameters,
        "multiply_adds": cost.multiply_adds,
        "training_bytes": cost.training_bytes,
        "inference_bytes": cost.inference_bytes,
        "receptive_field": 44,  # of the positions that see least
        "output_stride": 1,
        "maximum_stride": 4,
        "warnings": 0,
    }


def test_conditions_count(here: Executor) -> None:
    tells = ("cost", "checks")
    how: dict[str, Any] = {"batch_size": 8, "precision": "mixed_float16"}
    (row,) = sweep(DESIGN, {"filters": [8]}, tells, here, animal_px=500, memory_bytes=1000, **how)
    backbone = DESIGN.replace("filters", 8).build()
    assert row.figures["training_bytes"] == backbone.cost(**how).training_bytes
    kinds = [check.kind for check in backbone.checks(animal_px=500, memory_bytes=1000, **how)]
    assert row.told
    assert [check["kind"] for check in row.told["checks"]] == kinds
    assert "too large to run here" in kinds


def test_networks_are_built_with_the_policy_that_is_set_here(here: Executor) -> None:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        (row,) = sweep(DESIGN, {"filters": [8]}, ("cost",), here)
        cost = DESIGN.replace("filters", 8).build().cost()
    finally:
        keras.config.set_dtype_policy(before)
    assert row.figures["training_bytes"] == cost.training_bytes
    assert row.figures["training_bytes"] != DESIGN.replace("filters", 8).build().cost().training_bytes


def test_the_same_design_is_asked_about_once() -> None:
    instant = Instant()
    found = sweep(DESIGN, {"filters": [8, 16, 8, np.int64(16)]}, ("cost",), instant).run()
    assert len(instant.asked) == 2
    told = [row.told for row in found.rows]
    assert told[:2] == told[2:]
    assert told[0] != told[1]


def test_blocks_can_be_swept(here: Executor) -> None:
    blocks = [SimpleConvBlock(filters=4, num_convs=n) for n in (1, 2)]
    found = sweep(DESIGN, {"encoder[0]": blocks}, ("cost",), here).run()
    assert [row.figures["parameters"] > 0 for row in found.rows] == [True, True]
    assert "num_convs" in found.to_csv()
    assert json.loads(found.to_json())["rows"][1]["values"]["encoder[0]"]["fields"]["num_convs"] == 2


def test_a_field_that_another_leads_to_is_no_mistake() -> None:
    found = sweep(DESIGN, {"down_blocks": [2, 3], "encoder[5].filters": [7]}, ("cost",), Instant()).run()
    assert ["encoder[5]" in row.reason for row in found.rows] == [True, False]


# Interrupts


def test_a_loop_that_is_left_keeps_what_is_done_and_the_next_goes_on() -> None:
    instant = Instant()
    found = sweep(DESIGN, {"filters": range(1, 41)}, ("cost",), instant)
    for row in found:
        if row.index == 9:
            break
    done = len(found.rows)
    assert 10 <= done <= 40
    assert list(found) == found.rows
    assert len(instant.asked) == len(set(instant.asked)) == 40


class Waiting(Executor):
    """Answers what is let through."""

    def __init__(self, most: int) -> None:
        self.left = most
        self.pending: list[Future[Any]] = []

    def submit(self, fn: Any, /, *args: Any, **request: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        if self.left:
            self.left -= 1
            future.set_result({"cost": {"parameters": 1}})
        else:
            self.pending.append(future)
        return future


def test_an_interrupt_keeps_what_is_done_and_cancels_the_rest() -> None:
    waiting = Waiting(3)
    found = sweep(DESIGN, {"filters": range(1, 9)}, ("cost",), waiting)

    def loop() -> None:
        for row in found:
            if row.index == 1:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        loop()
    assert len(found.rows) >= 2
    rows = iter(found)
    assert [next(rows).index for _ in range(3)] == [0, 1, 2]
    del rows
    assert [row.index for row in found.rows] == [0, 1, 2]
    assert waiting.pending
    assert all(future.cancelled() for future in waiting.pending)
    assert not found.complete


def test_an_interrupt_from_outside_ends_a_loop_that_waits() -> None:
    if threading.current_thread() is not threading.main_thread():
        pytest.skip("interrupts go to the main thread")
    found = sweep(DESIGN, {"filters": range(1, 9)}, ("cost",), Waiting(2))
    two = threading.Event()

    def interrupt() -> None:
        assert two.wait(PATIENCE_S)
        signal.raise_signal(signal.SIGINT)

    def loop() -> None:
        for row in found:
            if row.index == 1:
                two.set()

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        loop()
    thread.join(PATIENCE_S)
    assert [row.index for row in found.rows] == [0, 1]


def test_stop_ends_a_loop_of_another_thread() -> None:
    waiting = Waiting(2)
    found = sweep(DESIGN, {"filters": range(1, 9)}, ("cost",), waiting)
    two = threading.Event()

    def loop() -> None:
        for row in found:
            if row.index == 1:
                two.set()

    thread = threading.Thread(target=loop)
    thread.start()
    assert two.wait(PATIENCE_S)
    found.stop()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
    assert len(found.rows) == 2


def test_two_loops_at_once_are_refused() -> None:
    found = sweep(DESIGN, {"filters": [4, 8]}, ("cost",), Instant())
    first = iter(found)
    next(first)
    with pytest.raises(RuntimeError, match="one loop at a time"):
        next(iter(found))
    first.close()  # type: ignore[attr-defined]
    assert found.run().complete


# Executors


def test_what_an_executor_raises_is_the_reason_and_is_tried_again() -> None:
    def fails_once(text: str) -> dict[str, Any]:
        if '"filters": 8' in text and failures:
            raise failures.pop()
        return {"cost": {"parameters": 1}}

    failures = [RuntimeError("a worker was killed")]
    found = sweep(DESIGN, {"filters": [4, 8, 16]}, ("cost",), Instant(fails_once)).run()
    assert [(row.reason, row.failed) for row in found.rows] == [
        ("", False),
        ("RuntimeError: a worker was killed", True),
        ("", False),
    ]
    assert all(row.told for row in found.run().rows)


def test_an_executor_that_takes_nothing_more_is_the_reason() -> None:
    executor = ThreadPoolExecutor(1)
    executor.shutdown()
    found = sweep(DESIGN, {"filters": [4, 8]}, ("cost",), executor).run()
    assert ["cannot schedule" in row.reason for row in found.rows] == [True, True]


def test_a_future_that_its_executor_cancels_is_no_row_that_is_lost() -> None:
    class Cancelling(Instant):
        def submit(self, fn: Any, /, *args: Any, **request: Any) -> "Future[Any]":
            future: Future[Any] = Future()
            future.cancel()
            return future

    found = sweep(DESIGN, {"filters": [4, 8]}, ("cost",), Cancelling()).run()
    assert [row.reason for row in found.rows] == ["its executor cancelled it"] * 2


@pytest.mark.parametrize("executor", [4, "threads", object()])
def test_what_is_no_executor_is_refused(executor: Any) -> None:
    with pytest.raises(TypeError, match=r"concurrent\.futures"):
        sweep(DESIGN, {"filters": [4]}, executor=executor)


def own_block() -> type[EncoderBlock]:
    @attrs.frozen
    class DefinedInside(SimpleConvBlock):
        """A block that no other process can import."""

    return DefinedInside


def test_a_class_that_cannot_travel_is_told_of_here_and_refused_elsewhere(here: Executor) -> None:
    block = own_block()(filters=4)  # type: ignore[call-arg]
    grid = {"encoder[0]": [block, SimpleConvBlock(filters=4)]}
    assert all(row.told for row in sweep(DESIGN, grid, ("cost",), here).run().rows)
    rows = sweep(DESIGN, grid, ("cost",), Instant()).run().rows
    assert "DefinedInside, which is defined inside of a function" in rows[0].reason
    assert "ThreadPoolExecutor(1)" in rows[0].reason
    assert rows[1].told


# Mistakes in a grid


@pytest.mark.parametrize(
    ("grid", "error", "words"),
    [
        ({"filter": [8]}, FieldError, "filters"),
        ({"encoder[9].filters": [8]}, FieldError, r"there is encoder\[0\] to"),
        ({"filters": []}, ValueError, "Received none"),
        ({"filters": range(8, 8)}, ValueError, "Received none"),
        ({}, ValueError, "one field at least"),
        ({"filters": 8}, TypeError, r"\[8\] for a single one"),
        ({"filters": "8"}, TypeError, "a list or a range"),
        ({"filters": {8, 16}}, TypeError, "in order"),
        ({"filters": ["wide", "narrow"]}, FieldError, "whole number"),
        ({"filters": [0, -1]}, FieldError, "from 1 to"),
        ([("filters", [8])], TypeError, "values by field"),
        ({1: [8]}, FieldError, "named by texts"),
        ({"filters": itertools.count()}, ValueError, "at most"),
        (
            dict.fromkeys(("filters", "down_blocks", "convs_per_block"), range(1, 200)),
            ValueError,
            "7,880,599",
        ),
    ],
)
def test_a_mistake_in_a_grid_is_told_at_once(
    grid: Any, error: type[Exception], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(error, match=words):
        sweep(DESIGN, grid, executor=Instant())


def test_a_generator_is_read_once_and_a_value_that_never_works_is_a_row() -> None:
    found = sweep(DESIGN, {"filters": (4 * n for n in range(3))}, ("cost",), Instant()).run()
    assert [row.values["filters"] for row in found.rows] == [0, 4, 8]
    assert [bool(row.reason) for row in found.rows] == [True, False, False]


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"tell": ("costs",)}, ValueError, "costs"),
        ({"tell": ()}, ValueError, "something to tell"),
        ({"batch_size": 0}, ValueError, "batch_size"),
        ({"precision": "float8"}, ValueError, "precision"),
        ({"animal_px": -1}, ValueError, "animal_px"),
        ({"budget_s": 1}, TypeError, "budget_s is an option of a timing"),
        ({"tell": "time", "budgets": 1}, TypeError, "budgets"),
        ({"tell": "time", "budget_s": -1}, ValueError, "budget_s"),
        ({"processes": 0}, ValueError, "one process at least"),
        ({"processes": 2, "executor": Instant()}, ValueError, "give it, or an executor"),
    ],
)
def test_a_condition_that_is_not_possible_is_told_at_once(
    options: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        sweep(DESIGN, {"filters": [4]}, **options)


def test_the_work_for_a_row_does_not_grow_with_the_grid(monkeypatch: pytest.MonkeyPatch) -> None:
    """Combinations are worked out one by one, and none is looked at for another."""
    calls = 0
    at = grid_module.Grid.at

    def counted(self: grid_module.Grid, index: int) -> dict[str, Any]:
        nonlocal calls
        calls += 1
        return at(self, index)

    monkeypatch.setattr(grid_module.Grid, "at", counted)
    # Most make no network, which is soon told.
    grid = {"input_shape": [(size, size, 1) for size in range(1, 101)], "filters": range(1, 101)}
    instant = Instant()
    found = sweep(DESIGN, grid, ("cost",), instant)
    assert sum(1 for _ in found) == len(found) == 10_000
    assert calls <= 20_000
    assert len(instant.asked) == 2_500


# Ways out


def test_csv_is_in_the_order_of_the_grid_and_json_holds_all() -> None:
    found = sweep(DESIGN, GRID, ("cost",), Instant())
    lines = list(csv.DictReader(io.StringIO(found.to_csv())))  # begins it
    assert [line["filters"] for line in lines] == [str(each["filters"]) for each in COMBINATIONS]
    assert [bool(line["reason"]) for line in lines] == [each["down_blocks"] == 7 for each in COMBINATIONS]
    assert {line["parameters"] for line in lines if line["reason"]} == {""}
    data = json.loads(found.to_json())
    assert [row["values"] for row in data["rows"]] == COMBINATIONS
    assert [row.get("told") for row in data["rows"]] == [row.told for row in found.rows]
    assert (data["tell"], data["conditions"]["batch_size"]) == (["cost"], 1)
    assert Design.from_json(json.dumps(data["design"])) == DESIGN


def test_files_are_not_written_over_unless_told(tmp_path: Path) -> None:
    found = sweep(DESIGN, {"filters": [4]}, ("cost",), Instant())
    path = tmp_path / "sweep.csv"
    text = found.to_csv(path)
    assert path.read_bytes().decode() == text
    with pytest.raises(FileExistsError, match="overwrite=True"):
        found.to_csv(path)
    assert found.to_json(path, overwrite=True) == path.read_text()


def test_a_sweep_that_was_left_writes_what_is_done() -> None:
    found = sweep(DESIGN, {"filters": range(1, 9)}, ("cost",), Waiting(2))
    for _ in found:
        break
    assert found.to_csv().count("\n") == 1 + len(found.rows) < 9


def test_without_pandas_there_is_a_plain_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    found = sweep(DESIGN, {"filters": [4]}, ("cost",), Instant())
    with pytest.raises(ImportError, match="pip install pandas; to_csv and to_json need nothing"):
        found.to_pandas()


def test_pandas_has_the_columns_of_the_csv() -> None:
    pandas = pytest.importorskip("pandas")
    found = sweep(DESIGN, GRID, ("cost",), Instant())
    read = pandas.read_csv(io.StringIO(found.to_csv()), index_col="index", keep_default_na=True)
    frame = found.to_pandas()
    assert list(frame.columns) == list(read.columns)
    assert frame["parameters"].tolist()[:4] == read["parameters"].tolist()[:4]


# Progress


class Bar:
    """What tqdm would be."""

    made: "list[Bar]"

    def __init__(self, *, total: int, initial: int, **_: Any) -> None:
        self.total, self.n, self.closed = total, initial, False
        Bar.made.append(self)

    def update(self, n: int = 1) -> None:
        self.n += n

    def close(self) -> None:
        self.closed = True


def test_progress_is_told_as_tqdm_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    Bar.made = []
    monkeypatch.setitem(sys.modules, "tqdm", type(sys)("tqdm"))
    fake = type(sys)("tqdm.auto")
    fake.tqdm = Bar  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tqdm.auto", fake)
    found = sweep(DESIGN, {"filters": range(1, 9)}, ("cost",), Instant(), progress=True)
    for _ in found:
        break
    found.run()
    first, second = Bar.made
    assert (first.total, first.closed) == (8, True)
    assert (second.n, second.closed) == (8, True)
    sweep(DESIGN, {"filters": [4]}, ("cost",), Instant(), progress=False).run()
    assert len(Bar.made) == 2


def test_without_tqdm_there_is_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    assert sweep(DESIGN, {"filters": [4]}, ("cost",), Instant(), progress=True).run().complete


def test_the_rest_is_estimated_by_what_was_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = 100.0
    monkeypatch.setattr("encdec_widgets.explore.sweeping.progress.time.monotonic", lambda: clock)
    pace = Pace()
    pace.note(answered=False)
    assert (pace.remaining_s(10), pace.remaining_s(0)) == (None, 0.0)
    clock = 110.0  # processes start
    pace.note(answered=True)
    clock = 111.0
    pace.note(answered=True)
    pace.note(answered=False)
    assert pace.remaining_s(10) == 5.0  # 1 s each, for every second row
    found = sweep(DESIGN, {"filters": [4, 8]}, ("cost",), Instant())
    assert (found.remaining_s, found.run().remaining_s) == (None, 0.0)


# Times


def test_each_time_names_its_device_and_the_rest_is_told_all_the_same(here: Executor) -> None:
    grid = {"input_shape": [(32, 32, 1), (None, None, 1)]}
    found = sweep(DESIGN, grid, ("cost", "time"), here, backend="numpy", budget_s=0.02).run()
    timed, of_any_size = found.rows
    assert timed.figures["time_ms"] > 0
    assert timed.device
    assert of_any_size.figures["parameters"] == timed.figures["parameters"]
    assert of_any_size.device is None
    assert "must be fixed" in found.to_csv().splitlines()[-1]
    assert found.notice == ""


def row_on(device: str, processor: str) -> Row:
    time = {"median_ms": 1.0, "device": device, "processor": processor}
    return Row(index=0, values={}, base=DESIGN, told={"time": time})


def test_times_of_several_devices_are_not_ranked_without_saying_so() -> None:
    card, one, other = row_on("NVIDIA H200", "A"), row_on("CPU", "A, 2 cores"), row_on("CPU", "B, 8 cores")
    assert several_devices(row.device for row in (card, card)) == ""
    assert several_devices(row.device for row in (one, other, card)) == (
        "These times are of 3 devices: CPU (A, 2 cores), CPU (B, 8 cores) and NVIDIA H200. Compare those of one device "
        "only."
    )
    assert one.figures == {"time_ms": 1.0}
    assert one.as_cells(("time",))["device"] == "CPU (A, 2 cores)"


def test_an_output_that_sees_the_whole_image_sees_further_than_any() -> None:
    whole = {"extent": "whole image", "height": None, "width": None}
    row = Row(index=0, values={}, base=DESIGN, told={"receptive_field": whole})
    assert row.figures == {"receptive_field": math.inf}


def test_a_bare_architecture_or_a_preset_can_be_swept() -> None:
    for design in (UNet(), "U-Net"):
        assert sweep(design, {"filters": [4]}, ("cost",), Instant()).run().complete
