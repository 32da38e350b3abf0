"""A timing on the CPU touches no card: its process finds none."""

from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from encdec_widgets.workers import client
from encdec_widgets.workers.backends import backend_named
from encdec_widgets.workers.gpu import WITHOUT_CARDS, may_have_cards
from encdec_widgets.workers.job import Job, leaves_cards
from encdec_widgets.workers.timing import (
    Race,
    Racer,
    Worker,
    backends_with_gradients,
    checked,
    measure,
    network_of,
)
from encdec_widgets.workers.timing.calibrating import calibration_job
from encdec_widgets.workers.training import Training, TrainingRace
from tests.library.fake_nvml import Card, FakeNvml, install
from tests.library.timed import small_model
from tests.training.trained import SMALL


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

    assert Race(racers=(racer(device="CPU"), racer(device="CPU"))).leaves_cards("numpy")
    assert not Race(racers=(racer(device="CPU"), racer())).leaves_cards("numpy")


@pytest.mark.parametrize("device", ["CPU", "auto"])
def test_a_calibration_and_a_training_on_the_cpu_leave_cards_alone_too(device: str) -> None:
    options = {"backend": backends_with_gradients()[0], "device": device}
    jobs: tuple[Job[Any], ...] = (
        calibration_job(**options),
        Training.of(SMALL, "threads", **options),
        TrainingRace.of(SMALL, SMALL, "threads", **options),
    )
    for job in jobs:
        assert leaves_cards(job, options["backend"]) == (device == "CPU")


def test_settings_that_name_cards_are_not_taken_to_such_a_process() -> None:
    told = {
        "devices visible": ["/physical_device:GPU:0"],
        "logical devices": {},
        "threads within operations": 1,
    }
    assert backend_named("tensorflow").without_cards(told) == {"threads within operations": 1}
    assert backend_named("torch").without_cards(told) == told
    told = {"jax_platforms": "cuda,cpu", "jax_default_device": "GPU:0", "jax_enable_x64": True}
    assert backend_named("jax").without_cards(told) == {"jax_enable_x64": True}


@pytest.mark.skipif("jax" not in backends_with_gradients(), reason="JAX is not installed")
def test_jax_that_is_told_of_cards_computes_on_the_cpu_where_they_are_hidden(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    install(monkeypatch, FakeNvml([Card()]))
    monkeypatch.setenv("JAX_PLATFORMS", "cuda,cpu")
    told = {"jax": {"jax_platforms": "cuda,cpu", "jax_default_device": "GPU:0"}}
    monkeypatch.setattr(client, "settings_here", lambda: told)
    worker = Worker()
    timing = measure(small_model(), worker=worker, backend="jax", device="CPU", budget_s=0.05)
    assert (timing.device, timing.notices) == ("CPU", ())
    worker.stop()
