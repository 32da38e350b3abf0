"""Which lessons the cells of a notebook show: one that none of them shows any more is closed.

A cell that is run again takes what it showed off the page, and the kernel is not told. JupyterLab and Notebook 7 say of
each run which cell it is of; where a program does not, nothing is closed.
"""

from typing import Any
from weakref import WeakSet

from IPython.core.interactiveshell import InteractiveShell

from encdec_widgets.widgets.base import stock as widgets


class ShownInCells:
    """What the last run of each cell has shown.

    Example:
        >>> from ipywidgets import HTML
        >>> cells, first, second = ShownInCells(), HTML("first"), HTML("second")
        >>> cells.note(first, "the cell", "its first run")
        >>> cells.note(second, "the cell", "its second run")
        >>> first.comm is None, second.comm is None
        (True, False)
    """

    def __init__(self) -> None:
        """Nothing is shown yet."""
        self._last: dict[str, tuple[str, WeakSet[widgets.Widget]]] = {}

    def note(self, screen: widgets.Widget, cell: str, run: str) -> None:
        """Note that a run of a cell shows ``screen``; what only earlier runs of it showed is closed."""
        last_run, shown = self._last.get(cell, (run, WeakSet()))
        is_same_run = last_run == run
        self._last[cell] = (run, WeakSet([screen, *(shown if is_same_run else ())]))
        seen = {each for _, screens in self._last.values() for each in screens}
        for each in [] if is_same_run else list(shown):
            if each not in seen:
                each.close()


SHOWN_IN_CELLS = ShownInCells()


def running_cell() -> tuple[str, str] | None:
    """The cell that is being run, and the name of this run; None where that is not told."""
    if not InteractiveShell.initialized():
        return None
    parent: dict[str, Any] = getattr(InteractiveShell.instance(), "get_parent", dict)()
    cell = (parent.get("metadata") or {}).get("cellId")
    return (str(cell), str(parent["header"]["msg_id"])) if cell else None
