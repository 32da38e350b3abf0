"""Threads by the container's quota of cores, and a process for each number of threads."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encdec_widgets.workers import processor_quota
from encdec_widgets.workers.backends import NAMES, backend_named
from encdec_widgets.workers.inside.bench import Bench
from encdec_widgets.workers.job import settings_of_job
from encdec_widgets.workers.processor_quota import cores_by_quota
from encdec_widgets.workers.training import Training
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


def settings_of(**options: Any) -> Any:
    return settings_of_job(Training.of(SMALL, "halo", backend=BACKEND, **options), BACKEND)


def test_a_training_computes_with_the_threads_of_the_quota_or_of_its_option(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job = "encdec_widgets.workers.training.job.cores_by_quota"
    monkeypatch.setattr(job, lambda: None)
    assert settings_of() == {}
    monkeypatch.setattr(job, lambda: 2)
    assert settings_of() == backend_named(BACKEND).settings_for_threads(2)
    assert settings_of(threads=3) == backend_named(BACKEND).settings_for_threads(3)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "numpy"])
def test_each_backend_with_gradients_can_be_told_its_threads(name: str) -> None:
    assert backend_named(name).settings_for_threads(2)


def test_a_process_whose_threads_were_set_does_nothing_that_wants_the_usual_ones() -> None:
    bench = Bench()
    assert bench.begin({"a setting of another version": 2}, fresh=True) == {"too_late": False}
    assert bench.begin({"a setting of another version": 2}, fresh=False) == {"too_late": False}
    assert bench.begin({}, fresh=False) == {"too_late": True}
