"""A worker process leaves no file behind, however it ends, and a fork of its owner leaves it alone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.amount import full_or

PATIENCE_S = 240
ENDS = full_or(["ends with its owner", "killed", "stopped", "forked", "owner killed"], ["killed", "forked"])
_ENDING = """
import os, signal, sys, time
from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.workers.errors import TimingError
from encdec_widgets.workers.timing import Measurement, Options, Worker, network_of

design = Design(UNet(filters=2, down_blocks=1, up_blocks=1), (32, 32, 1))
worker = Worker()

def measured():
    return worker.do(Measurement(network=network_of(design), options=Options(budget_s=0.02).resolved()))

measured()
(pid,) = worker.pids
if sys.argv[1] == "killed":
    os.kill(pid, signal.SIGKILL)
elif sys.argv[1] == "stopped":
    worker.stop()
    measured()
elif sys.argv[1] == "forked":
    child = os.fork()
    if not child:
        sys.exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert worker.pids == (pid,)
    measured()
    assert worker.pids == (pid,)
elif sys.argv[1] == "owner killed":
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL, and no fork")
@pytest.mark.parametrize("how", ENDS)
def test_a_worker_leaves_no_file(how: str, tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _ENDING, how],
        stderr=subprocess.PIPE,
        timeout=PATIENCE_S,
        env={**os.environ, "KERAS_BACKEND": "numpy", "TMPDIR": str(tmp_path)},
        check=False,
    )
    assert ended.returncode == (-9 if how == "owner killed" else 0), ended.stderr.decode()
    assert list(tmp_path.iterdir()) == []
