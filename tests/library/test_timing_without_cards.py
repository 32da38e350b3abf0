"""A timing on the CPU touches no card: its process finds none."""

from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from encdec_widgets.workers import client
from encdec_widgets.workers.backends import backend_named
from encdec_widgets.workers.gpu import WITHOUT_CARDS, may_have_cards
from encdec_widgets.workers.timing import Race, Racer, Worker, checked, measure, network_of
from tests.library.fake_nvml import Card, FakeNvml, install
from tests.library.timed import small_model


def variables_of(worker: Worker) -> dict[str, str]:
    (pid,) = worker.pids
    return psutil.Process(pid).environ()


def test_a_full_card_is_left_alone_where_the_cpu_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, FakeNvml([Card(memory=SimpleNamespace(used=140, total=140))]))
    assert may_have_cards()
    worker = Worker()
    measure(small_model(), worker=worker, backend="numpy", device="CPU", budget_s=0.05)
    assert WITHOUT_CARDS.items() <= variables_of(worker).items()
    hidden = worker.pids
    measure(small_model(), worker=worker, backend="numpy", device="CPU", budget_s=0.05)
    assert worker.pids == hidden, "it is kept for the next one on the CPU"
    measure(small_model(), worker=worker, backend="numpy", budget_s=0.05)
    assert worker.pids != hidden
    assert not WITHOUT_CARDS.items() <= variables_of(worker).items()
    worker.stop()


def test_where_there_is_no_card_one_process_serves_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "may_have_cards", lambda: False)
    worker = Worker()
    measure(small_model(), worker=worker, backend="numpy", budget_s=0.05)
    pids = worker.pids
    measure(small_model(), worker=worker, backend="numpy", device="CPU", budget_s=0.05)
    assert worker.pids == pids
    worker.stop()


def test_a_race_leaves_cards_alone_where_both_of_a_backend_run_on_the_cpu() -> None:
    network: Any = network_of(small_model())

    def racer(**options: Any) -> Racer:
        return Racer(network=network, options=checked(backend="numpy", **options), name="")

    assert Race(a=racer(device="CPU"), b=racer(device="CPU")).leaves_cards("numpy")
    assert not Race(a=racer(device="CPU"), b=racer()).leaves_cards("numpy")


def test_settings_that_name_cards_are_not_taken_to_such_a_process() -> None:
    told = {
        "devices visible": ["/physical_device:GPU:0"],
        "logical devices": {},
        "threads within operations": 1,
    }
    assert backend_named("tensorflow").without_cards(told) == {"threads within operations": 1}
    assert backend_named("torch").without_cards(told) == told
