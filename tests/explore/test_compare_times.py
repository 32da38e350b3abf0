"""Times beside each other: measured one after the other, or in a race, with what they are of and their ratios."""

import contextlib
import csv
import io
from typing import Any

import attrs
import keras
import pytest

from encdec_widgets import Design, compare_designs, pareto
from encdec_widgets.architectures import CustomEncoderDecoder, UNet
from encdec_widgets.architectures.encoder_decoder import EncoderBlock
from encdec_widgets.backbone import Backbone
from encdec_widgets.explore.comparing import times
from encdec_widgets.workers.errors import BeyondMemoryError, TimingStopped
from encdec_widgets.workers.sent_network import network_of
from encdec_widgets.workers.timing import Race, Raced, Timing
from tests.explore.broken import Broken
from tests.timings import timing

SMALL = Design(UNet(filters=4, down_blocks=2, up_blocks=2), (64, 64, 1))
WIDE = SMALL.replace("filters", 8)


def test_times_have_a_ratio_under_the_same_conditions_alone() -> None:
    compared = compare_designs([SMALL, WIDE], timings=[timing(2), timing(5)])
    assert compared[1].ratios["time_ms"] == 2.5
    assert compared.notices == ()
    other = compare_designs([SMALL, WIDE], timings=[timing(2), timing(5, device="NVIDIA T4")])
    assert "time_ms" not in other[1].ratios
    assert "These times are of 2 devices" in other.notices[0]
    assert other.notices[0] in repr(other)
    assert pareto(other, {"time_ms": "low"}).notices
    batches = compare_designs([SMALL, WIDE], timings=[timing(2), timing(5, batch_size=4)])
    assert "different conditions" in batches.notices[0]
    half = compare_designs([SMALL, WIDE], timings=[None, timing(5)])
    assert "time_ms" not in half[1].ratios
    assert half.facts[-1].values == ("not timed", "5.00 ms, a forward pass of 1 image")


def test_one_design_that_cannot_be_timed_leaves_the_others_their_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def measures(backbone: Backbone, **_: Any) -> Timing:
        if backbone.design == WIDE:
            raise BeyondMemoryError(2 * 10**9, 10**9, 1, 0)
        network_of(backbone).check(1)
        return timing(2)

    monkeypatch.setattr(times, "measure_time", measures)
    monkeypatch.setattr(times, "one_at_a_time_on_this_machine", contextlib.nullcontext)
    open_ = SMALL.replace("input_shape", (None, None, 1))
    names = ["small", "wide", "open", "again"]
    compared = compare_designs([SMALL, WIDE, open_, SMALL], names, measure=True)
    assert [row.figures.get("time_ms") for row in compared] == [2, None, None, 2]
    assert [notice.partition(": ")[0] for notice in compared.notices] == [
        "wide was not timed",
        "open was not timed",
    ]
    assert "there are 1 GB" in compared.notices[0]
    assert all(notice in repr(compared) and notice.endswith(".") for notice in compared.notices)


def test_a_stop_ends_the_timings_and_what_is_measured_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = iter([timing(2), TimingStopped()])

    def measures(*_: Any, **__: Any) -> Timing:
        outcome = next(outcomes)
        if isinstance(outcome, TimingStopped):
            raise outcome
        return outcome

    monkeypatch.setattr(times, "measure_time", measures)
    monkeypatch.setattr(times, "one_at_a_time_on_this_machine", contextlib.nullcontext)
    compared = compare_designs([SMALL, WIDE, SMALL], ["a", "b", "c"], measure=True)
    assert [row.figures.get("time_ms") for row in compared] == [2, None, None]
    assert compared.notices == ("b was not timed: stopped.",)


class RacingWorker:
    """Answers a race: each network takes twice as long as the one before."""

    def __init__(self, rounds: int = 6, **of_last: Any) -> None:
        self.rounds, self.of_last = rounds, of_last
        self.error: Exception | None = None
        self.jobs: list[Race] = []

    def do(self, job: Race) -> Raced:
        self.jobs.append(job)
        if self.error is not None:
            raise self.error
        ms = [2.0 * 2**i for i in range(len(job.racers))]
        timings = [timing(one) for one in ms]
        timings[-1] = attrs.evolve(timings[-1], **self.of_last)
        rounds = tuple(tuple(one * (1 + i / 100) for one in ms) for i in range(self.rounds))
        return Raced(names=tuple(one.name for one in job.racers), timings=tuple(timings), rounds=rounds)


@pytest.fixture
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(times, "one_at_a_time_on_this_machine", contextlib.nullcontext)


@pytest.mark.usefixtures("nobody_waits")
def test_a_race_gives_each_its_time_and_its_ratio_to_the_first_with_the_interval() -> None:
    open_ = SMALL.replace("input_shape", (None, None, 1))
    broken = Design(CustomEncoderDecoder(encoder=[Broken(pool=False)]), (8, 8, 1))
    worker = RacingWorker()
    designs = [SMALL, open_, WIDE, broken, SMALL.replace("filters", 6)]
    compared = compare_designs(designs, list("abcde"), batch_size=4, race=True, worker=worker, budget_s=0.1)
    (job,) = worker.jobs
    assert [(one.name, one.options.batch_size, one.options.budget_s) for one in job.racers] == [
        ("a", 4, 0.1),
        ("c", 4, 0.1),
        ("e", 4, 0.1),
    ]
    assert [row.figures.get("time_ms") for row in compared] == [2, None, 4, None, 8]
    assert compared["c"].ratios["time_ms"] == pytest.approx(2)
    assert compared["e"].time_interval == pytest.approx((4, 4))
    fact = next(fact for fact in compared.facts if fact.name == "time_ms")
    assert fact.ratios[2] == "× 2 (95 %: 2 to 2)"
    said, told = compared.notices
    assert said.startswith("b was not raced: ")
    assert "must be fixed" in said
    assert told.startswith("Raced in turn on CPU: compared with a, c is 2.0")
    row = list(csv.DictReader(io.StringIO(compared.to_csv())))[2]
    assert float(row["time_ms_ratio_low"]) == pytest.approx(2)


class Local(EncoderBlock):
    """A block of a user's own with a layer of a class that no other process can import."""

    def make_block(self, x_in: Any, prefix: str = "block") -> Any:
        class Here(keras.layers.Layer):  # type: ignore[misc]
            def call(self, x: Any) -> Any:
                return x

        return Here(name=f"{prefix}_here")(keras.layers.MaxPooling2D(name=f"{prefix}_pool")(x_in))


@pytest.mark.usefixtures("nobody_waits")
def test_a_network_that_cannot_be_sent_is_left_out_of_the_race_and_has_its_column() -> None:
    local = Design(CustomEncoderDecoder(encoder=[Local()]), (8, 8, 1))
    compared = compare_designs([SMALL, local, WIDE], ["a", "b", "c"], race=True, worker=RacingWorker())
    assert [row.figures.get("time_ms") for row in compared] == [2, None, 4]
    assert compared.notices[0].startswith("b was not raced: ")
    assert "Put the class into a file beside it" in compared.notices[0]


@pytest.mark.usefixtures("nobody_waits")
def test_a_race_across_devices_says_on_which_each_ran_and_gives_no_ratio() -> None:
    worker = RacingWorker(device="NVIDIA T4")
    compared = compare_designs([SMALL, WIDE], ["a", "b"], race=True, worker=worker)
    assert "time_ms" not in compared[1].ratios
    assert compared[1].time_interval is None
    assert "a ran on CPU, b on NVIDIA T4" in compared.notices[0]
    assert "These times are of 2 devices" in compared.notices[1]


@pytest.mark.usefixtures("nobody_waits")
def test_a_race_of_few_rounds_claims_no_difference() -> None:
    compared = compare_designs([SMALL, WIDE], race=True, worker=RacingWorker(rounds=2))
    fact = next(fact for fact in compared.facts if fact.name == "time_ms")
    assert fact.ratios[1] == "× 2 (too few rounds to be sure)"
    assert "no difference that this run could show" in compared.notices[0]


@pytest.mark.usefixtures("nobody_waits")
@pytest.mark.parametrize(
    "error", [TimingStopped(), BeyondMemoryError(2 * 10**9, 10**9, 1, 0)], ids=["stopped", "memory"]
)
def test_where_there_is_no_race_it_is_said_why(error: Exception) -> None:
    worker = RacingWorker()
    worker.error = error
    compared = compare_designs([SMALL, WIDE], race=True, worker=worker)
    assert compared.raced is None
    assert compared.notices == (f"There was no race: {error}.",)
    alone = compare_designs([SMALL], race=True, worker=worker)
    assert alone.notices == ("A race takes two networks that can be timed.",)


@pytest.mark.parametrize(
    ("options", "error"), [({"budget_s": -1}, ValueError), ({"budgets": 1}, TypeError)], ids=str
)
def test_an_option_that_is_wrong_for_all_is_an_error(options: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error, match="budget"):
        compare_designs([SMALL, WIDE], measure=True, at_most_s=1, **options)
