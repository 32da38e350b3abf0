"""What becomes of a variant that is being built when Python ends."""

import os
import subprocess
import sys

from tests.designer.slow import PATIENCE_S

_ENDING = """
import asyncio, sys, threading
import attrs, keras
from encdec_widgets import Design
from encdec_widgets.architectures import CustomEncoderDecoder
from encdec_widgets.architectures.encoder_decoder import SimpleConvBlock
from encdec_widgets.explore.what_if import Question, WhatIf

begun, python_ends = threading.Event(), threading.Event()

@attrs.frozen
class Slow(SimpleConvBlock):
    def make_block(self, x_in, prefix="block"):
        print("begun", flush=True)
        begun.set()
        assert python_ends.wait(30)
        x = super().make_block(x_in, prefix)
        print("made", flush=True)
        return x

async def main():
    what_if = WhatIf(lambda *_: None)
    design = Design(CustomEncoderDecoder(encoder=[Slow(filters=2)] * 3), (8, 8, 1))
    what_if.ask(Question(design=design, path="encoder[0].num_convs"))
    while not begun.is_set():  # the block fails the test if it is not let go within its patience
        await asyncio.sleep(0.01)
    main = threading.main_thread()
    threading.Thread(target=lambda: (main.join(), python_ends.set())).start()

asyncio.run(main())
"""


def test_python_ends_when_a_block_is_made_and_not_in_the_middle_of_it() -> None:
    """TensorFlow ends the whole process with SIGABRT if a thread of it is killed."""
    ended = subprocess.run(
        [sys.executable, "-c", _ENDING],
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE_S,
        env={**os.environ, "KERAS_BACKEND": "numpy"},
        check=False,
    )
    assert (ended.returncode, ended.stdout.split()) == (0, ["begun", "made"]), ended.stderr
