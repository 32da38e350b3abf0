"""Races: two or more networks timed in turn, on one backend or on several."""

import json
from typing import Any

import keras
import psutil
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.workers.timing import (
    COMPILATIONS,
    BeyondMemoryError,
    Comparison,
    Race,
    Raced,
    Racer,
    TimingError,
    TimingStopped,
    TimingTooLongError,
    Worker,
    checked,
    compare,
    installed_backends,
    measure,
    network_of,
    race,
)
from encdec_widgets.workers.timing.comparison import ENOUGH_ROUNDS
from encdec_widgets.workers.timing.racing import MAX_ROUNDS, order_of
from tests.library.timed import DESIGN, Told, alive, small_model

BACKEND = keras.config.backend()
LARGE = Design(DESIGN.architecture, input_shape=(256, 256, 1))
OTHERS = [name for name in installed_backends() if name not in (BACKEND, "torch")]


def check(comparison: Comparison) -> None:
    assert ENOUGH_ROUNDS <= comparison.rounds <= MAX_ROUNDS
    assert comparison.rounds % 2 == 0  # each came first equally often
    assert comparison.low <= comparison.ratio <= comparison.high
    for timing in (comparison.a, comparison.b):
        assert timing.n >= comparison.rounds
        assert 0 < timing.p10_ms <= timing.median_ms <= timing.p90_ms
        assert timing.predicted_ms


@pytest.mark.backend
def test_a_much_larger_network_is_slower(worker: Worker) -> None:
    told = Told()
    racers = tuple(
        Racer(network=network_of(design), options=checked(budget_s=0.3), name=name)
        for design, name in ((DESIGN, "small"), (LARGE, "large"))
    )
    race = worker.do(Race(racers=racers), told.on_progress).compare(0, 1)
    check(race)
    assert race.different
    assert race.high < 1
    assert race.sentence.startswith("large is ")
    assert "slower" in race.sentence
    assert race.a.multiply_adds is not None
    assert race.b.multiply_adds is not None
    assert race.a.multiply_adds < race.b.multiply_adds
    compiles = [progress.doing for progress in told.progress if "which compiles" in progress.doing]
    assert len(compiles) == (0 if BACKEND == "torch" else 2), "a first call that may take long says so"
    shares = [progress.share for progress in told.progress]
    assert (shares[0], shares[-1]) == (0, 1)
    assert shares == sorted(shares)


@pytest.mark.backend
def test_of_several_each_has_its_time_and_its_ratio_to_the_first(worker: Worker) -> None:
    middle = Design(DESIGN.architecture, input_shape=(96, 96, 1))
    raced = race([DESIGN, LARGE, middle], names=("small", "large", "middle"), worker=worker, budget_s=0.3)
    assert raced.names == ("small", "large", "middle")
    for one in raced.comparisons:
        check(one)
    times = dict(zip(raced.names, (timing.median_ms for timing in raced.timings), strict=True))
    assert times["large"] > times["middle"] > times["small"]
    assert raced.compare(1, 2).ratio > 1
    assert raced.sentence.startswith("compared with small, large is ")
    assert Raced.from_dict(json.loads(json.dumps(raced.to_dict()))) == raced


def test_what_does_not_fit_is_refused_before_any_of_them_runs_and_named(worker: Worker) -> None:
    told = Told()
    huge = Design(UNet(filters=2048, down_blocks=1, up_blocks=1), (16384, 16384, 1))
    racers = tuple(
        Racer(network=network_of(design), options=checked(device="CPU", budget_s=0.05), name=name)
        for design, name in ((DESIGN, "small"), (huge, "huge"))
    )
    with pytest.raises(
        BeyondMemoryError, match=r"^huge: this would take about [\d.]+ TB of memory"
    ) as caught:
        worker.do(Race(racers=racers), told.on_progress)
    assert caught.value.of == "huge"
    assert not any("call" in progress.doing for progress in told.progress)


def test_what_would_take_too_long_is_named(worker: Worker) -> None:
    with pytest.raises(TimingTooLongError, match=r"^first: this timing would take"):
        race([DESIGN, LARGE], names=("first", "second"), worker=worker, at_most_s=1e-9)


def test_a_race_that_is_stopped_ends_for_all_and_the_worker_is_free(worker: Worker) -> None:
    told = Told()
    racers = tuple(
        Racer(network=network_of(DESIGN), options=checked(budget_s=60), name=name) for name in "abc"
    )
    worker.submit(Race(racers=racers), on_done=told, on_progress=told.on_progress)
    told.wait_until_it_runs()
    worker.stop()
    stopped = told.wait()
    assert isinstance(stopped, TimingStopped)
    assert stopped.of == ""
    assert not worker.busy


def test_a_process_that_is_killed_ends_the_race_with_a_line_that_names_the_network(worker: Worker) -> None:
    told = Told()
    racers = tuple(
        Racer(network=network_of(DESIGN), options=checked(budget_s=60), name=name) for name in "abc"
    )
    worker.submit(Race(racers=racers), on_done=told, on_progress=told.on_progress)
    told.wait_until_it_runs()
    (pid,) = worker.pids
    psutil.Process(pid).kill()
    ended = told.wait()
    assert isinstance(ended, TimingError)
    assert ended.of in ("a", "b", "c")
    assert str(ended).startswith(f"{ended.of}: ")


def test_a_race_is_of_two_networks_or_more_and_names_are_as_many() -> None:
    with pytest.raises(ValueError, match=r"of two networks or more\. Received: 1"):
        race([DESIGN])
    with pytest.raises(ValueError, match=r"a name for each of the 2 networks. Received: \('a',\)"):
        race([DESIGN, DESIGN], names=("a",))


class Slow:
    """Stands for a network whose runs take so long, and for the watch of its card."""

    def __init__(self, run_s: float) -> None:
        self.run_s = run_s

    def run(self, seconds: float) -> list[float]:
        return [1000 * self.run_s]

    def sample(self) -> None:
        pass


@pytest.mark.parametrize("count", [2, 3, 6])
@pytest.mark.parametrize(("run_s", "rounds"), [(2.5, ENOUGH_ROUNDS), (4.0, ENOUGH_ROUNDS), (15.0, 2)])
def test_networks_that_are_slow_have_as_many_rounds_however_many_race(
    count: int, run_s: float, rounds: int
) -> None:
    network, options = network_of(DESIGN), checked(budget_s=3)
    racers = tuple(Racer(network=network, options=options, name=str(i)) for i in range(count))
    slow = [Slow(run_s) for _ in racers]
    _, made = Race(racers=racers)._rounds(slow, slow, lambda _: None)  # type: ignore[arg-type]
    assert len(made) == rounds


@pytest.mark.parametrize("count", [2, 3, 6])
def test_of_any_two_each_comes_first_equally_often_in_two_rounds_and_each_stands_everywhere(
    count: int,
) -> None:
    orders = [order_of(number, count) for number in range(2 * count)]
    for there, back in zip(orders[::2], orders[1::2], strict=True):
        assert there == back[::-1]
    assert all(sorted(order) == list(range(count)) for order in orders)
    assert {order[0] for order in orders} == set(range(count))


def test_a_race_goes_through_a_dict_and_json_and_back(worker: Worker) -> None:
    race = compare(DESIGN, small_model(), worker=worker, budget_s=0.05, name_a="U-Net", name_b="one layer")
    assert (race.name_a, race.name_b) == ("U-Net", "one layer")
    assert Comparison.from_dict(json.loads(json.dumps(race.to_dict()))) == race


def test_a_pair_of_options_is_one_for_each(worker: Worker) -> None:
    race = compare(
        DESIGN, DESIGN, worker=worker, budget_s=0.1, batch_size=(1, 4), precision=(None, "mixed_bfloat16")
    )
    check(race)
    assert (race.a.batch_size, race.b.batch_size) == (1, 4)
    assert (race.a.precision, race.b.precision) == ("float32", "mixed_bfloat16")


def test_a_network_races_itself_run_in_another_way(worker: Worker) -> None:
    ways = COMPILATIONS["tensorflow"][:2]
    race = compare(
        small_model(), small_model(), worker=worker, budget_s=0.1, backend="tensorflow", compilation=ways
    )
    check(race)
    assert (race.a.compilation, race.b.compilation) == ways


@pytest.mark.backend
def test_two_backends_race_and_a_process_that_is_not_needed_any_more_ends(worker: Worker) -> None:
    measure(DESIGN, worker=worker, budget_s=0.05)
    (own,) = worker.pids
    race = compare(DESIGN, DESIGN, worker=worker, budget_s=0.1, backend=(BACKEND, OTHERS[0]))
    check(race)
    assert (race.a.backend, race.b.backend) == (BACKEND, OTHERS[0])
    assert own in worker.pids
    (other,) = set(worker.pids) - {own}
    assert measure(DESIGN, worker=worker, budget_s=0.05).backend == BACKEND
    assert worker.pids == (own,)
    assert not alive(other)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"batch_size": (1, 0)}, "batch_size must be"),
        ({"backend": (None, "theano")}, "backend must be"),
        ({"work": "nothing"}, "work must be"),
    ],
)
def test_a_bad_option_of_either_is_named(options: dict[str, Any], message: str) -> None:
    with pytest.raises(FieldError, match=message):
        compare(DESIGN, DESIGN, **options)


def test_an_open_size_of_either_is_named() -> None:
    with pytest.raises(FieldError, match="input_shape must be fixed"):
        compare(DESIGN, small_model(None))


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(TypeError, match="no network in int"):
        compare(DESIGN, 42)
    with pytest.raises(TypeError, match="no option 'rounds'"):
        compare(DESIGN, DESIGN, rounds=3)
