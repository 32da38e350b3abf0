"""A file in which the edits of a session are kept."""

import os
from pathlib import Path
from typing import Any

from encdec_widgets.formatting import quoted


class EditsFile:
    """A file that is written as a whole: a kernel that ends meanwhile leaves it as it was before.

    Attributes:
        path: Where it is.
    """

    def __init__(self, path: Any) -> None:
        """Take a path; nothing is read or made yet.

        Raises:
            ValueError: If it is no path of a file in a folder that is there.
        """
        if not isinstance(path, (str, os.PathLike)) or not str(path):
            raise ValueError(
                f'keep is the path of a file, such as "edits.json", or None. Received: {quoted(path)}.'
            )
        self.path = Path(path).expanduser().absolute()
        if self.path.is_dir() or not self.path.parent.is_dir():
            what = "a folder" if self.path.is_dir() else "in a folder that is not there"
            raise ValueError(
                f"keep is the path of a file, and this is {what}. Received: {quoted(path)}. "
                'Would work: "edits.json", in the folder of the notebook.'
            )

    def read(self) -> str:
        """Its text; empty where there is no file yet.

        Raises:
            OSError: If it can't be read.
            ValueError: If it is no text.
        """
        try:
            return self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""

    def write(self, text: str) -> None:
        """Write the text; no file is made for an empty one.

        Raises:
            OSError: If it can't be written.
        """
        target = self.path.resolve()  # what a link leads to is replaced, and not the link
        if not text and not target.exists():
            return
        beside = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            beside.write_text(text, encoding="utf-8")
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
