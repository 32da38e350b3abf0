"""The rules of a timing, without a network: the stopwatch, when to stop, what is too long."""

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from encdec_widgets.formatting import digits, flops_text
from encdec_widgets.workers.errors import out_of_memory, tells_of_memory
from encdec_widgets.workers.inside import stopwatch
from encdec_widgets.workers.inside.inputs import MAX_BATCHES, random_batches
from encdec_widgets.workers.inside.stopwatch import Stopwatch
from encdec_widgets.workers.timing import TimingTooLongError
from encdec_widgets.workers.timing.measuring import MAX_RUNS, MIN_RUNS, OVERTIME_S, check_length, enough
from encdec_widgets.workers.timing.racing import fair

# The stopwatch


class Clock:
    """A clock that goes on by as much as the runs of a test say."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def perf_counter(self) -> float:
        return self.now_s

    def perf_counter_ns(self) -> int:
        return round(self.now_s * 1e9)

    def runs(self, *first_s: float, then_s: float) -> Callable[[Any], None]:
        """Runs that take so many seconds."""
        lengths_s = itertools.chain(first_s, itertools.repeat(then_s))

        def run(_: Any) -> None:
            self.now_s += next(lengths_s)

        return run


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(stopwatch, "time", clock)
    return clock


def test_the_first_call_is_made_at_once_and_is_not_among_the_runs(clock: Clock) -> None:
    watch = Stopwatch(clock.runs(0.1, then_s=0.001), [0])
    assert watch.first_call_ms == pytest.approx(100)
    assert watch.round(0.02, 20) == pytest.approx([1.0] * 20)


def test_a_round_ends_with_its_time_and_has_one_run_at_least(clock: Clock) -> None:
    watch = Stopwatch(clock.runs(then_s=0.03), [0])
    assert len(watch.round(0, 100)) == 1
    start = clock.now_s
    assert len(watch.round(0.1, 100)) == 4  # The last one begins within the time.
    assert clock.now_s - start == pytest.approx(0.12)


@given(st.integers(1, 200))
def test_a_round_has_no_more_runs_than_it_may(at_most: int) -> None:
    assert len(Stopwatch(lambda _: None, [0]).round(10, at_most)) == at_most


def test_inputs_take_turns() -> None:
    seen: list[int] = []
    watch = Stopwatch(seen.append, [1, 2, 3])
    watch.warm_up(0.001)
    watch.round(0.001, 5)
    assert seen == list(itertools.islice(itertools.cycle([1, 2, 3]), len(seen)))


def test_the_warm_up_goes_on_while_runs_get_faster(clock: Clock) -> None:
    made: list[float] = []

    def faster_and_faster(_: Any) -> None:
        made.append(max(0.004, 0.02 * 0.9 ** len(made)))
        clock.now_s += made[-1]

    watch = Stopwatch(faster_and_faster, [0])
    told = watch.warm_up(1.0)
    assert made[-1] < 0.5 * made[1]
    assert told == pytest.approx([1000 * run for run in made[1:]])


def test_the_warm_up_takes_no_more_than_half_the_budget(clock: Clock) -> None:
    slow = Stopwatch(clock.runs(then_s=0.03), [0])
    start = clock.now_s
    slow.warm_up(0.1)
    assert clock.now_s - start == pytest.approx(0.06)  # A run that has begun is finished.


class Shape:
    def __init__(self, *shape: int) -> None:
        self.shape = (None, *shape)


@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 3)), min_size=1),
    st.integers(1, 4),
)
def test_batches_are_random_and_of_the_shapes_that_are_wanted(
    shapes: list[tuple[int, ...]], batch_size: int
) -> None:
    batches = random_batches([Shape(*shape) for shape in shapes], batch_size)
    assert len(batches) == MAX_BATCHES
    for batch in batches:
        assert [array.shape for array in batch] == [(batch_size, *shape) for shape in shapes]
        assert all(array.dtype == np.float32 and array.min() >= 0 and array.max() < 1 for array in batch)
    assert not np.array_equal(batches[0][0], batches[1][0])


def test_large_batches_are_fewer() -> None:
    assert len(random_batches([Shape(4096, 4096, 1)], 2)) == 2


@given(st.integers(1, MAX_BATCHES))
def test_there_are_no_more_batches_than_wanted(at_most: int) -> None:
    assert len(random_batches([Shape(2, 2, 1)], 1, at_most)) == at_most


# When to stop


@given(st.lists(st.floats(0.001, 1e5), max_size=100), st.floats(0.01, 600))
def test_it_goes_on_until_there_are_runs_enough_or_it_takes_far_too_long(
    times: list[float], budget_s: float
) -> None:
    spent_s = sum(times) / 1000
    if len(times) < MIN_RUNS:
        assert enough(times, budget_s) == (len(times) > 0 and spent_s >= max(OVERTIME_S, budget_s))
    elif spent_s >= budget_s:
        assert enough(times, budget_s)


@given(st.floats(0.1, 100), st.floats(0.01, 600))
def test_runs_that_are_all_alike_need_a_part_of_the_budget_only(run_ms: float, budget_s: float) -> None:
    times: list[float] = []
    while not enough(times, budget_s) and len(times) < 2 * MAX_RUNS:
        times += [run_ms] * max(1, int(50 * budget_s / run_ms))
    assert len(times) >= MIN_RUNS
    # By then a quarter of it is spent, unless there were very many runs.
    assert sum(times) / 1000 >= 0.25 * budget_s or len(times) >= MAX_RUNS


def test_no_more_runs_are_made_than_a_person_could_want() -> None:
    assert enough([0.001] * MAX_RUNS, 600)
    assert not enough([0.001] * (MAX_RUNS - 1), 600)


@given(st.floats(0, 1e9), st.floats(0.001, 1e6))
def test_what_takes_longer_than_allowed_is_refused(predicted_ms: float, at_most_s: float) -> None:
    check_length(predicted_ms, None)
    check_length(None, at_most_s)
    seconds = (MIN_RUNS + 2) * predicted_ms / 1000
    try:
        check_length(predicted_ms, at_most_s)
    except TimingTooLongError as error:
        assert error.seconds == seconds > at_most_s
        assert error.predicted_ms == predicted_ms
        assert f"more than {at_most_s:g} s" in str(error)
    else:
        assert seconds <= at_most_s


@given(st.lists(st.floats(0.001, 1e5), min_size=1, max_size=50))
def test_an_odd_number_of_runs_counts_in_a_race_and_the_first_only_where_there_are_few(
    times: list[float],
) -> None:
    counted = fair(times)
    assert len(counted) % 2 == 1
    first = 1 if len(times) > 2 else 0
    assert counted == times[first : first + len(counted)]
    assert len(times) - len(counted) - first <= 1


# Words


def test_out_of_memory_at_one_image_does_not_ask_for_fewer() -> None:
    assert "smaller input" in out_of_memory(1)
    assert "smaller one" in out_of_memory(2)


@pytest.mark.parametrize(
    "text",
    [
        "RESOURCE_EXHAUSTED: Out of memory allocating 4294967296 bytes.",
        "OOM when allocating tensor with shape[65536,32768]",
        "CUDA out of memory. Tried to allocate 20.00 GiB",
        "DefaultCPUAllocator: can't allocate memory: you tried to allocate 4 bytes",
        "terminate called after throwing an instance of 'std::bad_alloc'",
        "MemoryError: Unable to allocate 4.00 GiB for an array",
    ],
)
def test_every_backend_is_understood_when_memory_ran_out(text: str) -> None:
    assert tells_of_memory(text)


def test_other_troubles_are_not_taken_for_it() -> None:
    assert not tells_of_memory("ValueError: the memory layout must be channels_last")


@given(st.floats(1e-3, 1e7))
def test_numbers_have_three_digits_or_all_whole_ones(value: float) -> None:
    text = digits(value).replace(",", "")
    assert math.isclose(float(text), value, rel_tol=0.006, abs_tol=0.0006)


@pytest.mark.parametrize(
    ("flops", "text"),
    [(950, "950 FLOP/s"), (41.2e3, "41.2 KFLOP/s"), (41.2e9, "41.2 GFLOP/s"), (1.5e12, "1.5 TFLOP/s")],
)
def test_operations_a_second_have_their_usual_unit(flops: float, text: str) -> None:
    assert flops_text(flops) == text
