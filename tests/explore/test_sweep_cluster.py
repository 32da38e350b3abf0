"""Sweeps on a cluster of Dask, where it is installed: extra `cluster`."""

import os
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from encdec_widgets import explore, sweep
from tests.explore.deadly import Deadly
from tests.explore.instant import DESIGN

distributed: Any = pytest.importorskip("distributed", reason='pip install "encdec_widgets[cluster]"')
dask: Any = pytest.importorskip("dask")

# What goes on in its own threads and processes while it is closed is for Dask to say.
pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(sys.platform == "win32", reason="a process there is ended otherwise"),
]
README = Path(explore.__file__ or "").parent / "README.md"
GRID = {"filters": [0, *range(2, 22)], "down_blocks": [2, 3]}


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    settings = {
        "distributed.scheduler.allowed-failures": 2,
        "distributed.comm.timeouts.connect": "60s",
    }
    environment = pytest.MonkeyPatch()
    environment.setenv("KERAS_BACKEND", "numpy")  # It starts in two seconds, and all is the same.
    with (
        environment.context(),
        dask.config.set(settings),
        distributed.LocalCluster(n_workers=2, threads_per_worker=2, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client
    environment.undo()


def test_a_cluster_gives_the_same_rows_though_a_worker_is_killed(client: Any, tmp_path: Path) -> None:
    before = set(client.run(os.getpid).values())
    store = tmp_path / "store"
    found = sweep(DESIGN, GRID, executor=client.get_executor(), store=store, progress=False)
    indexes, at_kill = [], 0
    for row in found:
        indexes.append(row.index)
        if row.told and not at_kill:
            os.kill(min(before), signal.SIGKILL)
            at_kill = len(indexes)
    assert 0 < at_kill < len(found) - 10
    assert sorted(indexes) == list(range(len(found)))
    assert found.rows == sweep(DESIGN, GRID, processes=1, progress=False).run().rows
    assert store.read_bytes().count(b"\n") == len(found) + 1


def test_a_design_that_kills_every_worker_is_a_row_with_its_reason(client: Any, tmp_path: Path) -> None:
    blocks = [Deadly(filters=4), Deadly(filters=4, ends="always", note=str(tmp_path / "note"))]
    found = sweep(DESIGN, {"encoder[0]": blocks}, ("cost",), client.get_executor(), progress=False).run()
    assert [bool(row.told) for row in found.rows] == [True, False]
    assert "KilledWorker" in found.rows[1].reason
    assert found.rows[1].failed


def lines_of_readme() -> list[str]:
    """The Python of the section on sweeps: the lines for a laptop, and those for a cluster."""
    section = README.read_text(encoding="utf-8").partition("## Sweep")[2].partition("\n## ")[0]
    return re.findall(r"```python\n(.*?)```", section, re.DOTALL)


def test_the_lines_of_the_readme_run_on_a_cluster_and_go_on_from_its_file_on_a_laptop(
    client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    laptop, cluster = lines_of_readme()
    assert cluster.count("scheduler:8786") == 1
    monkeypatch.chdir(tmp_path)
    ran: dict[str, Any] = {}
    try:
        exec(cluster.replace("scheduler:8786", client.scheduler.address), ran)
    finally:
        if "executor" in ran:
            ran["executor"]._client.close()
    printed = capsys.readouterr().out
    assert ran["rows"].complete
    assert printed.count("\n") == len(ran["rows"]) == 32
    assert "'parameters'" in printed
    asked: list[Any] = []
    monkeypatch.setattr("encdec_widgets.explore.sweeping.asking.AskProcesses.ask", asked.append)
    there: dict[str, Any] = {}
    exec(laptop, there)
    assert there["rows"].rows == ran["rows"].rows
    assert asked == []
    assert (tmp_path / "sweep.jsonl").read_bytes().count(b"\n") == 33
