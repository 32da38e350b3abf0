"""A folder for the files of one training, which goes with the last value that holds it."""

import itertools
import os
import shutil
import tempfile
import weakref
from pathlib import Path


class Folder:
    """A folder of this process's own.

    Attributes:
        path: Where it is.
    """

    def __init__(self) -> None:
        """Make it."""
        self.path = Path(tempfile.mkdtemp(prefix="encdec_widgets_"))
        self._numbers = itertools.count()
        weakref.finalize(self, _remove, self.path, os.getpid())  # It also runs when Python exits.

    def new(self, name: str) -> Path:
        """The path of a file that is not there yet: an earlier one may be read still."""
        return self.path / f"{name}{next(self._numbers)}.npz"


def _remove(path: Path, owner: int) -> None:
    if os.getpid() == owner:  # A fork comes here as well when it exits, and the folder is not the fork's.
        shutil.rmtree(path, ignore_errors=True)
