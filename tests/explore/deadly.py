"""A block that ends the process in which it is made: what a shortage of memory does."""

import os
import signal
from pathlib import Path
from typing import Any

import attrs

from encdec_widgets.architectures.blocks.simple_conv import SimpleConvBlock
from encdec_widgets.architectures.fields.described import choice, text


@attrs.frozen
class Deadly(SimpleConvBlock):
    """A block that may end its process."""

    ends: str = choice("never", ("never", "once", "always"), help="When it does.")
    note: str = text("", help="A file that notes each end.")

    def make_block(self, x_in: Any, prefix: str = "block") -> Any:
        note = Path(self.note)
        before = len(note.read_text()) if self.note and note.exists() else 0
        if self.ends == "always" or (self.ends == "once" and not before):
            with note.open("a") as file:
                file.write("x")
            os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
        return super().make_block(x_in, prefix)
