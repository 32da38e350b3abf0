"""Threads by the container's quota of cores, and a process for each number of threads."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encdec_widgets.workers import processor_quota, settings
from encdec_widgets.workers.backends import NAMES, backend_named
from encdec_widgets.workers.backends.backend import Setting
from encdec_widgets.workers.inside import bench as bench_module
from encdec_widgets.workers.inside import memory
from encdec_widgets.workers.inside.bench import Bench
from encdec_widgets.workers.inside.memory import MOST_GROWN
from encdec_widgets.workers.job import settings_of_job
from encdec_widgets.workers.processor_quota import cores_by_quota
from encdec_widgets.workers.settings import with_quota
from encdec_widgets.workers.timing import Worker, measure
from encdec_widgets.workers.training import Training, train
from tests.training.trained import BACKEND, SMALL


def quota_of(folder: Path, files: dict[str, str], group: str = "0::/\n") -> int | None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    (folder / "own").write_text(group)
    return cores_by_quota(folder, folder / "own")


@pytest.fixture(autouse=True)
def _on_eight_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processor_quota, "cores_here", lambda: 8)


@pytest.mark.parametrize(
    ("files", "group", "cores"),
    [
        ({"cpu.max": "200000 100000\n"}, "0::/\n", 2),
        ({"cpu.max": "max 100000\n"}, "0::/\n", None),
        ({"cpu.max": "150000 100000\n"}, "0::/\n", 2),
        ({"cpu.max": "50000 100000\n"}, "0::/\n", 1),
        ({"cpu.max": "900000 100000\n"}, "0::/\n", None),  # more than there are
        ({"pod/cpu.max": "100000 100000\n", "pod/me/cpu.max": "max 100000\n"}, "0::/pod/me\n", 1),
        ({"cpu/cpu.cfs_quota_us": "300000\n", "cpu/cpu.cfs_period_us": "100000\n"}, "4:cpu,cpuacct:/\n", 3),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, "4:cpu:/\n", None),
        ({"cpu.max": "nonsense\n"}, "0::/\n", None),
        ({}, "0::/\n", None),
    ],
)
def test_the_least_quota_of_all_groups_counts(
    tmp_path: Path, files: dict[str, str], group: str, cores: int | None
) -> None:
    assert quota_of(tmp_path, files, group) == cores


@given(st.integers(1_000, 800_000))
def test_a_quota_is_rounded_up_to_whole_cores(tmp_path_factory: pytest.TempPathFactory, quota: int) -> None:
    found = quota_of(tmp_path_factory.mktemp("groups"), {"cpu.max": f"{quota} 100000\n"})
    assert found is None if quota > 700_000 else found is not None and found - 1 < quota / 100_000 <= found


@pytest.fixture
def quota(monkeypatch: pytest.MonkeyPatch) -> Callable[[int | None], None]:
    """Pretends that the container's quota is worth so many cores."""

    def pretend(cores: int | None) -> None:
        monkeypatch.setattr(settings, "cores_by_quota", lambda: cores)

    return pretend


TRAINED = [name for name in NAMES if name != "numpy"]


@pytest.mark.parametrize("name", TRAINED)
def test_a_job_computes_with_no_more_threads_than_the_quota_is_worth(
    quota: Callable[[int | None], None], name: str
) -> None:
    def threads(number: int) -> dict[str, Any]:
        return backend_named(name).settings_for_threads(number)

    quota(None)
    assert with_quota({}, name) == {}
    assert with_quota(threads(8), name) == threads(8)
    quota(2)
    assert with_quota({}, name) == threads(2)
    assert with_quota(threads(8), name) == threads(2)
    assert with_quota(threads(1), name) == threads(1)
    assert with_quota(dict.fromkeys(threads(1)), name) == threads(2)  # None stands for the usual number.
    assert with_quota({"colours": 3}, name) == {"colours": 3, **threads(2)}


def test_a_training_computes_with_the_threads_of_its_option() -> None:
    def settings_of(**options: Any) -> Any:
        return settings_of_job(Training.of(SMALL, "halo", backend=BACKEND, **options), BACKEND)

    assert settings_of() == {}
    assert settings_of(threads=3) == backend_named(BACKEND).settings_for_threads(3)


@pytest.mark.parametrize("name", TRAINED)
def test_each_backend_with_gradients_can_be_told_its_threads(name: str) -> None:
    assert backend_named(name).settings_for_threads(2)


def test_timing_and_training_in_turns_keep_one_process_under_a_quota(
    quota: Callable[[int | None], None],
) -> None:
    quota(1)
    worker, pids = Worker(), list[tuple[int, ...]]()
    try:
        for _ in range(2):
            train(SMALL, "threads", steps=1, worker=worker, backend=BACKEND)
            pids.append(worker.pids)
            measure(SMALL, worker=worker, budget_s=0.02, backend=BACKEND)
            pids.append(worker.pids)
        assert len(set(pids)) == 1
        train(SMALL, "threads", steps=1, threads=2, worker=worker, backend=BACKEND)
        assert worker.pids != pids[0]
    finally:
        worker.stop()


class Here(type(backend_named("numpy"))):  # type: ignore[misc]
    """A backend with two settings."""

    def __init__(self) -> None:
        self.held: dict[str, Any] = {"threads": 0, "colours": 3}

    @property
    def settings(self) -> dict[str, Setting]:
        return {
            name: Setting(
                lambda name=name: self.held[name], lambda value, name=name: self.held.update({name: value})
            )
            for name in self.held
        }


def test_a_process_is_kept_where_nothing_is_set_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Here()
    monkeypatch.setattr(bench_module, "running_backend", lambda: here)
    bench = Bench()

    def too_late(**settings: Any) -> bool:
        return bool(bench.begin(settings, fresh=False)["too_late"])

    assert bench.begin({"threads": 2, "of another version": 1}, fresh=True) == {"too_late": False}
    assert here.held["threads"] == 2
    assert not too_late(threads=2)
    assert not too_late(threads=2, colours=3)
    assert too_late()  # It wants the usual number, which was 0.
    assert too_late(threads=4)
    assert too_late(threads=2, colours=4)
    bench, here.held = Bench(), {"threads": 2, "colours": 3}
    assert bench.begin({"threads": 2}, fresh=True) == {"too_late": False}
    assert not too_late()  # That is the usual number.


def test_a_process_that_has_grown_too_much_is_replaced_before_the_next_job(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = [10 * MOST_GROWN]
    monkeypatch.setattr(memory, "resident_bytes", lambda: held[0])
    bench = Bench()
    assert bench.begin({}, fresh=True) == {"too_late": False}
    held[0] += 2 * MOST_GROWN  # The first job loads the libraries.
    assert bench.begin({}, fresh=False) == {"too_late": False}
    held[0] += MOST_GROWN
    assert bench.begin({}, fresh=False) == {"too_late": False}
    held[0] += 1
    assert bench.begin({}, fresh=False) == {"too_late": True}
