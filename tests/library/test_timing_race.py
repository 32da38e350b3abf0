"""A against B: two networks timed in turn, on one backend or on two."""

import json
from typing import Any

import keras
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.workers.timing import (
    COMPILATIONS,
    Comparison,
    Race,
    Racer,
    Worker,
    checked,
    compare,
    installed_backends,
    measure,
    network_of,
)
from encdec_widgets.workers.timing.comparison import ENOUGH_ROUNDS
from encdec_widgets.workers.timing.racing import MAX_ROUNDS
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
    racers = [
        Racer(network=network_of(design), options=checked(budget_s=0.3), name=name)
        for design, name in ((DESIGN, "small"), (LARGE, "large"))
    ]
    race = worker.do(Race(a=racers[0], b=racers[1]), told.on_progress)
    check(race)
    assert race.different
    assert race.high < 1
    assert race.sentence.startswith("large is ")
    assert "slower" in race.sentence
    assert race.a.multiply_adds is not None
    assert race.b.multiply_adds is not None
    assert race.a.multiply_adds < race.b.multiply_adds
    shares = [progress.share for progress in told.progress]
    assert (shares[0], shares[-1]) == (0, 1)
    assert shares == sorted(shares)


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
