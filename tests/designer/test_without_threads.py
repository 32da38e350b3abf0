"""A designer on a platform like Pyodide: without threads, processes and psutil."""

import os
import subprocess
import sys
from pathlib import Path

from tests.designer.slow import PATIENCE_S

_IN_A_WEB_PAGE = """
import asyncio, subprocess, sys, threading, time
import ipywidgets, keras, plotly

def refused(*_, **__):
    raise OSError(138, "this platform has none")

sys.platform = "emscripten"
sys.modules["psutil"] = None
threading.Thread.start = subprocess.Popen.__init__ = refused

from encdec_widgets import Designer
from encdec_widgets.background import OnLoop, shared_background
from tests.designer.reading import SMALL, control, drawn_channels, press, text_of
from tests.designer.slow import until

async def main():
    assert isinstance(shared_background(), OnLoop)
    designer = Designer(SMALL)
    control(designer, "filters").value = 3
    assert drawn_channels(designer)[1] == 2
    await until(lambda: drawn_channels(designer)[1] == 3)  # built on the loop, step by step
    control(designer, "filters").value = 4
    assert designer.model.get_layer("stack0_enc0_conv0").filters == 4  # waits, which takes the steps that remain
    designer.set("filters", 5)  # not of the gesture that was made of 3 and 4
    press(designer, "Undo")
    designer.wait()
    assert designer.design == SMALL.replace("filters", 4)
    assert "memory here" not in text_of(designer)
    for said, measures in enumerate(("Time it", "Effective receptive field"), 1):
        press(designer, measures)
        await until(lambda: text_of(designer).count("not available here") == said)
    designer.set("filters", 6)
    assert drawn_channels(designer)[1] == 6
    print("ended well")

asyncio.run(main())
"""


def test_it_edits_and_says_what_is_not_available() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _IN_A_WEB_PAGE],
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE_S,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "KERAS_BACKEND": "numpy"},
        check=False,
    )
    assert ended.stdout.split("\n")[0] == "ended well", ended.stderr
