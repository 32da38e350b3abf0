"""The table of designs that are compared, as the page draws it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from encdec_widgets.widgets.base.ipywidgets_private import Collected

_FOLDER = Path(__file__).parent


class CompareView(Collected, anywidget.AnyWidget):
    """A column for each design, with what can be done with it; a row for each figure and each field that differs.

    Attributes:
        columns: Of each design its ``name``, whether it is ``pinned`` and ``shown`` on screen, and the ``reason`` why
            there is no network (a trait).
        pictures: Of each design its network as SVG (a trait).
        rows: Of each figure its ``label``, how ``sure`` it is, and for each design the value and the ratio (a trait).
        fields: Of each field that differs its ``label``, and its value in each design (a trait).
        notices: What to know of the comparison, a sentence each (a trait).
        status: What is going on (a trait).
        busy: Whether what is shown is out of date (a trait).
        trouble: Why the last thing was refused; empty if it was not (a trait).
        can_pin: Whether the design on screen can be pinned (a trait).
        presets: The names of the presets that can be pinned (a trait).
        race: The race of the pinned designs: the ``words`` on its button and ``why`` to press it, whether it ``can``
            begin and is ``running``, what it is ``doing`` and its ``share``, a ``note``, whether that tells what has
            ``failed``, and the ``question`` whether to go on all the same (a trait).
    """

    # As texts: anywidget never lets go of a widget whose script is a file.
    _esm = (_FOLDER / "compare_view.js").read_text(encoding="utf-8")
    _css = (_FOLDER / "compare_view.css").read_text(encoding="utf-8")
    columns: "traitlets.List[dict[str, Any]]" = traitlets.List().tag(sync=True)
    pictures = traitlets.List(traitlets.Unicode()).tag(sync=True)
    rows: "traitlets.List[dict[str, Any]]" = traitlets.List().tag(sync=True)
    fields: "traitlets.List[dict[str, Any]]" = traitlets.List().tag(sync=True)
    notices = traitlets.List(traitlets.Unicode()).tag(sync=True)
    busy = traitlets.Bool(False).tag(sync=True)
    status = traitlets.Unicode().tag(sync=True)
    trouble = traitlets.Unicode().tag(sync=True)
    can_pin = traitlets.Bool(True).tag(sync=True)
    presets = traitlets.List(traitlets.Unicode()).tag(sync=True)
    race: "traitlets.Dict[str, Any]" = traitlets.Dict().tag(sync=True)

    def __init__(self, presets: list[str], asked: Callable[[Mapping[str, Any]], None]) -> None:
        """Show nothing yet.

        Args:
            presets: The trait.
            asked: Is called with what a person asks for: a name of what to do, with its object.
        """
        self._asked = asked
        super().__init__(presets=presets)
        self.add_class("encdec-compare")
        self.on_msg(self._came)

    def _came(self, _: Any, content: Any, __: Any) -> None:
        if isinstance(content, dict):
            self._asked(content)
