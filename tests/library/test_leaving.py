"""Python ends during a build with the status that it is ended with."""

import os
import signal
import subprocess
import sys

import keras
import pytest

from tests.designer.slow import PATIENCE_S

_LEAVING = """
import asyncio, signal, sys, threading
import attrs, keras
from encdec_widgets import Design
from encdec_widgets.architectures import CustomEncoderDecoder
from encdec_widgets.architectures.encoder_decoder import SimpleConvBlock
from encdec_widgets.background import in_threads
from encdec_widgets.session import Session

begun, python_ends = threading.Event(), threading.Event()

@attrs.frozen
class Slow(SimpleConvBlock):
    def make_block(self, x_in, prefix="block"):
        if self.filters == 5:
            print("begun", flush=True)
            begun.set()
            assert python_ends.wait(30)
        x = super().make_block(x_in, prefix)
        if self.filters == 5:
            print("made", flush=True)
        return x

async def main():
    session = Session(Design(CustomEncoderDecoder(encoder=[Slow(filters=2)] * 3), (8, 8, 1)))
    session.turn("encoder[*].filters", 5)
    while not begun.is_set():  # the block fails the test if it is not let go within its patience
        await asyncio.sleep(0.01)
    main = threading.main_thread()
    if HANGS:
        in_threads.LEAVE_S = 0.1
    else:
        threading.Thread(target=lambda: (main.join(), python_ends.set())).start()
    LEAVE

asyncio.run(main())
"""


def leave(leave: str, hangs: bool = False, backend: str = "numpy") -> "subprocess.CompletedProcess[str]":
    """Run Python until it ends by ``leave``, in the middle of a build; NumPy is the backend that loads soonest."""
    return subprocess.run(
        [sys.executable, "-c", _LEAVING.replace("LEAVE\n", f"{leave}\n").replace("HANGS", str(hangs))],
        capture_output=True,
        text=True,
        timeout=6 * PATIENCE_S,
        env={**os.environ, "KERAS_BACKEND": backend},
        check=False,
    )


@pytest.mark.backend
def test_a_status_is_kept_and_the_block_is_made() -> None:
    ended = leave("sys.exit(3)", backend=keras.config.backend())
    assert (ended.returncode, ended.stdout.split()) == (3, ["begun", "made"]), ended.stderr


def test_an_error_at_the_top_ends_as_elsewhere() -> None:
    ended = leave("raise ValueError('why')")
    assert (ended.returncode, ended.stdout.split()) == (1, ["begun", "made"]), ended.stderr
    assert "ValueError: why" in ended.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="there are no signals like that")
def test_a_signal_ends_it_at_once() -> None:
    ended = leave("signal.raise_signal(signal.SIGTERM)")
    assert (ended.returncode, ended.stdout.split()) == (-signal.SIGTERM, ["begun"]), ended.stderr


def test_a_block_that_hangs_does_not_keep_it() -> None:
    ended = leave("sys.exit(3)", hangs=True)
    assert (ended.returncode, ended.stdout.split()) == (1, ["begun"]), ended.stderr
    assert "still being made" in ended.stderr
