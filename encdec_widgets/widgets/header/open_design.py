"""Opening a design that was taken away before, or that another program wrote."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from encdec_widgets.designs.presets import family_name, preset_name
from encdec_widgets.export.found import Found
from encdec_widgets.export.package import SeveralConfigurationsError
from encdec_widgets.export.reading import read_bytes, read_text
from encdec_widgets.formatting import error_text
from encdec_widgets.session import Session
from encdec_widgets.widgets.base.ipywidgets_private import Collected

_FOLDER = Path(__file__).parent


class OpenDesign(Collected, anywidget.AnyWidget):
    """A button that opens a small form: a file is chosen, dropped, or its text pasted.

    Any format is taken that :func:`~encdec_widgets.export.reading.read_design` reads, and never a path.

    Attributes:
        trouble: What the last text was refused for, after its number; empty where it was taken (a trait).
        choices: The names of the configurations in the package that was taken last, where one is to be chosen (a
            trait).
        notes: What is to be said of the design that was opened: the format, and then kind, key and text of each note;
            empty where nothing is, or once a person has read it (a trait).
    """

    # As texts: anywidget never lets go of a widget whose script is a file.
    _esm = (_FOLDER / "open_design.js").read_text(encoding="utf-8")
    trouble = traitlets.Tuple(traitlets.Int(), traitlets.Unicode(), default_value=(0, "")).tag(sync=True)
    choices: "traitlets.List[str]" = traitlets.List().tag(sync=True)
    notes: "traitlets.List[list[str]]" = traitlets.List().tag(sync=True)

    def __init__(self, session: Session) -> None:
        """Make the button for designs that ``session`` is to take."""
        self._session = session
        super().__init__()
        self.add_class("encdec-open")
        self.on_msg(session.guarded(self._came))

    def take(self, text: str) -> None:
        """Take the design that a text holds, or tell why there is none; the present one stays then."""
        self._take(functools.partial(read_text, text))

    def take_file(self, data: bytes, name: str = "") -> None:
        """Take the design that a file holds; of several in a package, that of a name."""
        self._take(functools.partial(read_bytes, data, name))

    def _take(self, read: Callable[[], Found]) -> None:
        trouble = ""
        choices: tuple[str, ...] = ()
        try:
            found = self._allowed(read)
        except Exception as error:  # noqa: BLE001 - whatever a file holds, it is told
            trouble = error_text(error)
            if isinstance(error, SeveralConfigurationsError):
                choices = error.names
        else:
            design = found.design
            self._session.load(design, preset_name(design) or family_name(design))
            notes = [[note.kind, note.key, note.text] for note in found.notes]
            self.notes = [[found.format, "", ""], *notes] if notes else []
        with self.hold_sync():
            self.choices = list(choices)
            self.trouble = (self.trouble[0] + 1, trouble)

    def _allowed(self, read: Callable[[], Found]) -> Found:
        if self._session.focus.locks:
            raise ValueError(f"No other design is opened here. {self._session.focus.why}")
        return read()

    def _came(self, _: Any, content: Any, buffers: Any) -> None:
        text = content.get("text") if isinstance(content, dict) else None
        if isinstance(text, str):
            self.take(text)
        elif isinstance(content, dict) and buffers:
            self.take_file(bytes(buffers[0]), str(content.get("name") or ""))
