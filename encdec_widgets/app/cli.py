"""`encdec-designer`: serves the designer as an app of its own, to browsers on this machine only.

What is imported here is next to nothing: signals are handled, and the working folder is left out of the module search
path, before anything else is loaded.
"""

from __future__ import annotations

import sys

from encdec_widgets.app.serving.stopping import Stop
from encdec_widgets.app.serving.surroundings import leave_out_working_folder

TYPE_CHECKING = False  # as in `typing`, which is not loaded before the working folder is left out
if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Serve the designer until Ctrl-C.

    Args:
        argv: The options, without the name of the program; those of this process if None.

    Returns:
        0 after Ctrl-C, which is the ordinary way to stop; 143 after SIGTERM and 129 when the terminal was closed, as
        shells count; 1 if the designer could not be served.
    """
    stop = Stop()
    leave_out_working_folder()
    from encdec_widgets.app.command import command

    return command(argv, stop)


if __name__ == "__main__":
    sys.exit(main())
