"""Which lessons the cells of a notebook show: one that none of them shows any more is closed once it is made again.

A cell that is run again takes what it showed off the page, and the kernel is not told. JupyterLab and Notebook 7 say of
each run which cell it is of; where a program does not, nothing is closed. Nor is a lesson that was not made again: the
notebook may hold it, and display it again.
"""

from time import perf_counter
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from IPython.core.interactiveshell import InteractiveShell

from encdec_widgets.widgets.base import stock as widgets


class ShownInCells:
    """What the last run of each cell has shown.

    Example:
        >>> from time import perf_counter
        >>> from ipywidgets import HTML
        >>> cells, first, other, again = ShownInCells(), HTML(), HTML(), HTML()
        >>> cells.note(first, "the cell", "run 1", name="skips", made=perf_counter())
        >>> cells.note(other, "the cell", "run 2", name="sizes", made=perf_counter())
        >>> first.comm is None
        False
        >>> cells.note(again, "the cell", "run 3", name="skips", made=perf_counter())
        >>> first.comm is None, other.comm is None, again.comm is None
        (True, False, False)
    """

    def __init__(self) -> None:
        """Nothing is shown yet."""
        self._last: dict[str, tuple[str, WeakSet[widgets.Widget]]] = {}
        self._open: WeakKeyDictionary[widgets.Widget, tuple[str, float]] = WeakKeyDictionary()

    def note(self, screen: widgets.Widget, cell: str, run: str, *, name: str, made: float) -> None:
        """Note that a run of a cell shows ``screen``, and close those of the same lesson that it takes the place of.

        Args:
            screen: What is shown.
            cell: The cell.
            run: The run of the cell.
            name: The name of the lesson.
            made: When the lesson was made, in s of ``time.perf_counter``. One that was shown before, and that no cell
                shows any more, is closed.
        """
        last_run, shown = self._last.get(cell, (run, WeakSet()))
        self._last[cell] = (run, WeakSet([screen, *(shown if last_run == run else ())]))
        self._open[screen] = (name, perf_counter())
        seen = {each for _, screens in self._last.values() for each in screens}
        for each, (its_name, shown_at) in list(self._open.items()):
            if each not in seen and its_name == name and shown_at < made:
                del self._open[each]
                each.close()


SHOWN_IN_CELLS = ShownInCells()


def running_cell() -> tuple[str, str] | None:
    """The cell that is being run, and the name of this run; None where that is not told."""
    if not InteractiveShell.initialized():
        return None
    parent: dict[str, Any] = getattr(InteractiveShell.instance(), "get_parent", dict)()
    cell = (parent.get("metadata") or {}).get("cellId")
    return (str(cell), str(parent["header"]["msg_id"])) if cell else None
