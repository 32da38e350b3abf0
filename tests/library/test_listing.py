"""The devices of a backend, told by its process."""

from typing import Any

import keras
import pytest

from encdec_widgets.workers.backends import backend_named
from encdec_widgets.workers.device import CPU, Device
from encdec_widgets.workers.inside.__main__ import answer
from encdec_widgets.workers.inside.bench import Bench
from encdec_widgets.workers.job import Progress, leaves_cards
from encdec_widgets.workers.timing import Worker, visible_devices
from encdec_widgets.workers.timing.listing import Listing
from tests.library.timed import job, small_model

CARDS = [Device("NVIDIA H200", "GPU", number) for number in (1, 0)]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Asks a bench of this process, whose backend sees two cards."""
    monkeypatch.setattr(type(backend_named(keras.config.backend())), "devices", lambda self: CARDS)
    bench = Bench()

    def ask(backend: str, command: str, batch_size: int, arguments: Any) -> Any:
        request = {"id": 1, "command": command, "arguments": arguments, "batch_size": batch_size}
        return answer(request, bench.commands)["result"]

    return ask


def test_two_cards_are_told_with_their_numbers_and_the_cpu(here: Any) -> None:
    listing: Any = Listing(backend=keras.config.backend())
    told = listing.do(here, lambda progress: None)
    assert [device.option for device in told] == ["GPU:1", "GPU:0", "CPU"]
    assert [device.name for device in told] == ["NVIDIA H200 (GPU:1)", "NVIDIA H200 (GPU:0)", "CPU"]
    assert not leaves_cards(listing, keras.config.backend())


@pytest.mark.backend
def test_a_process_tells_what_its_backend_sees_and_is_kept(worker: Worker) -> None:
    backend = keras.config.backend()
    assert worker.do(Listing(backend=backend)) == visible_devices()
    pids = worker.pids
    told: list[Progress] = []
    worker.do(job(small_model()), told.append)
    assert worker.pids == pids
    assert any("devices" in progress.payload for progress in told)
    told.clear()
    worker.do(job(small_model(), device="CPU"), told.append)
    assert not any("devices" in progress.payload for progress in told), "it was to see no card"


def test_another_backend_is_asked_in_a_process_of_its_own() -> None:
    worker = Worker()
    assert worker.do(Listing(backend="numpy")) == (CPU,)
    worker.stop()
