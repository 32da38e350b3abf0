"""What is swept: up to three fields of the design on screen, each with its values."""

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.heads import words_at
from encdec_widgets.designs.variants import INPUT_SIZE, fields_to_try, with_value
from encdec_widgets.explain.machine_memory import free_memory
from encdec_widgets.explain.problem_words import problem_sentence
from encdec_widgets.explore.sweeping.asking import asks_processes
from encdec_widgets.explore.sweeping.pool import PROCESS_BYTES, processes_that_fit
from encdec_widgets.formatting import bytes_text, counted, duration_text, exact_text, value_text
from encdec_widgets.session import Session
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.at_rest import AtRest
from encdec_widgets.widgets.base.showing import Showing
from encdec_widgets.widgets.base.texts import error, note
from encdec_widgets.widgets.designs.swept import ROUGH, Swept
from encdec_widgets.widgets.designs.typed_values import read_values, sensible_values

FIELDS = 3
_USUAL = ("filters", "down_blocks")
_MOST_DESIGNS = 2_000
ENTERED_S = 0.2
"""So long after Enter the text that was typed is here."""
_FILE_NAME = re.compile(r"\w[\w. -]{0,80}\.jsonl")


class SweepForm(widgets.VBox):
    """Fields and their values, how many designs that makes, and the button that sweeps.

    Attributes:
        fields: The lists of fields; "" for none.
        values: The values of each, as text.
        time: What is timed of each design; "" for nothing.
        store: The name of the file that rows are kept in; empty for none.
        button: Begins the sweep.
    """

    def __init__(self, session: Session, swept: Swept, began: Callable[[], None]) -> None:
        """Offer the fields of the design that ``session`` shows; ``began`` is called when ``swept`` sweeps."""
        self._session, self._swept, self._began = session, swept, began
        self._design: Design | None = None
        self._showing = Showing()
        self.fields = [widgets.Dropdown(description=f"field {number + 1}") for number in range(FIELDS)]
        self.values = [
            widgets.Text(description=f"values of field {number + 1}", placeholder="8, 16, 32 or 3 to 5")
            for number in range(FIELDS)
        ]
        for number, (field, values) in enumerate(zip(self.fields, self.values, strict=True)):
            field.tooltip = "A field whose values are combined with those of the others"
            values.tooltip = (
                "Values with commas between them, or a range: 3 to 5, or 8 to 64 by 8. Enter sweeps"
            )
            values.continuous_update = False
            field.observe(session.guarded(lambda _, number=number: self._field_chosen(number)), "value")
            values.observe(session.guarded(lambda _: self._tell()), "value")
            values.on_msg(session.guarded(self._heard))
        self._entered = AtRest(ENTERED_S, session.guarded(self._pressed_by_enter), session.background)
        self.button = widgets.Button(description="Sweep", button_style="primary")
        self.button.on_click(session.guarded(lambda _: self._pressed()))
        self._words = widgets.HTML()
        pairs = [widgets.VBox(list(pair)) for pair in zip(self.fields, self.values, strict=True)]
        for pair in pairs:
            pair.add_class("encdec-sweep-field")
        grid = widgets.HBox(pairs)
        grid.add_class("encdec-sweep-fields")
        self.time = widgets.Dropdown(
            description="time",
            options=[("nothing", ""), ("a forward pass", "forward"), ("a training step", "training")],
            tooltip="Measures how long each design takes too, one after the other; costs and receptive fields are "
            "computed in any case",
        )
        self.store = widgets.Text(
            description="keep rows in",
            placeholder="no file; such as sweep.jsonl",
            tooltip="A file in the folder of the notebook: the same sweep goes on there where it stopped, after a "
            "restart too",
        )
        self.store.continuous_update = False
        self.time.observe(session.guarded(lambda _: self._tell()), "value")
        self.store.observe(session.guarded(lambda _: self._tell()), "value")
        more = widgets.HBox([self.time, self.store, self.button])
        more.add_class("encdec-sweep-more")
        foot = widgets.HBox([self._words])
        foot.add_class("encdec-sweep-foot")
        super().__init__([grid, more, foot])
        self.add_class("encdec-sweep-form")
        self.show()

    @property
    def text(self) -> str:
        """What it says, as HTML."""
        return str(self._words.value)

    @property
    def grid(self) -> dict[str, list[Any]]:
        """The values of each field that is chosen, as :func:`encdec_widgets.sweep` takes them.

        Raises:
            FieldError: (a ValueError) If a text has a value that the field cannot have, or none.
        """
        design = self._session.editor.wanted
        found: dict[str, list[Any]] = {}
        chosen: set[str] = set()
        for field, text in zip(self.fields, self.values, strict=True):
            if field.value:
                path, values = str(field.value), read_values(design, str(field.value), str(text.value))
                if field.value in chosen:
                    raise FieldError(path, text.value, "must be chosen once: choose another field beside it")
                chosen.add(field.value)
                if path == INPUT_SIZE:
                    shapes = [with_value(design, INPUT_SIZE, value).input_shape for value in values]
                    path, values = "input_shape", list(dict.fromkeys(shapes))
                found[path] = values
        return found

    def show(self) -> None:
        """Offer the fields of the design that is on screen; what was chosen stays where there is such a field."""
        design = self._session.editor.wanted
        if design == self._design:
            return
        before, self._design = self._design, design
        paths = list(fields_to_try(design))
        options = [("none", ""), *((words_at(design, path), path) for path in paths)]
        usual = [path for path in _USUAL if path in paths] or paths[:1]
        with self._showing():
            for number, field in enumerate(self.fields):
                chosen = field.value if before is not None else next(iter(usual[number : number + 1]), "")
                if field.options != tuple(options):
                    field.options = options
                field.value = chosen if chosen in paths else ""
                if before is None or not field.value:
                    self._fill(number)
        self._tell()

    def _field_chosen(self, number: int) -> None:
        if not self._showing:
            with self._showing():
                self._fill(number)
            self._tell()

    def _fill(self, number: int) -> None:
        """Write sensible values of a field, those nearest to the present one."""
        path, text = self.fields[number].value, self.values[number]
        text.disabled = not path
        text.value = (
            ", ".join(map(value_text, sensible_values(self._session.editor.wanted, path))) if path else ""
        )

    def _tell(self) -> None:
        """Say how many designs it makes and how long that takes; or what is wrong with a value."""
        if self._showing:
            return
        self.time.disabled = not asks_processes()
        try:
            grid, store = self.grid, stored_in(str(self.store.value))
        except FieldError as problem:
            self.button.disabled = True
            self._words.value = error(problem_sentence(problem))
            return
        count = math.prod(map(len, grid.values())) if grid else 0
        too_many = count > _MOST_DESIGNS
        self.button.disabled = not count or too_many
        if too_many:
            self._words.value = error(
                f"{exact_text(count)} designs: at most {exact_text(_MOST_DESIGNS)} are swept here. Leave values out."
            )
            return
        words = _how_long(count, self._swept, str(self.time.value), store)
        self._words.value = note(words if count else "Choose a field.")

    def _heard(self, _: Any, content: Any, __: Any) -> None:
        """Sweep when Enter is pressed: the page tells of the key before it tells what the text is by then."""
        if isinstance(content, dict) and content.get("event") == "submit":
            self._entered.soon()

    def _pressed_by_enter(self) -> None:
        if not self.button.disabled:
            self._pressed()

    def close(self) -> None:
        """Close it, also if Enter was just pressed."""
        self._entered.forget()
        super().close()

    def _pressed(self) -> None:
        try:
            store = stored_in(str(self.store.value))
            self._swept.begin(self.grid, work=str(self.time.value), store=store)
        except (ValueError, OSError) as problem:
            self._words.value = error(problem_sentence(problem))
            return
        self._began()

    def told(self) -> None:
        """Say it anew, as a sweep has ended: its pace is known then."""
        self._tell()


def stored_in(text: str) -> str:
    """The file that rows are kept in, from its name; empty for none.

    On the screen it is one in the folder of the notebook, with an ending that no program runs: whoever sees the
    screen may not be the one whose machine it is.

    Raises:
        FieldError: (a ValueError) If it is no such name.

    >>> stored_in(" sweep.jsonl "), stored_in("")
    ('sweep.jsonl', '')
    """
    name = text.strip()
    if name and not _FILE_NAME.fullmatch(name):
        allowed = "must be a name that ends in .jsonl, of a file in the folder of the notebook"
        raise FieldError("file", text, allowed, ("sweep.jsonl",))
    return name


def _how_long(count: int, swept: Swept, work: str, store: str) -> str:
    about = f"about {duration_text(swept.predicted_s(count, work))}"
    apart, processes = asks_processes(), 1 if work else processes_that_fit()
    if not apart:
        where = "one after the other in this kernel, between your edits: there are no processes here"
    elif work:
        where = "timed one after the other, beside your edits, which then make times longer"
    else:
        where = f"in {f'{processes} processes' if processes > 1 else 'a process'} beside your edits"
    parts = [
        counted(count, "design"),
        f"{about} at the pace of the last sweep" if swept.has_pace(work) else f"{about}{ROUGH}",
        where,
    ]
    needed = PROCESS_BYTES * (2 if work else processes)  # what times a network has a process of its own
    free = free_memory() if apart else None
    if free is not None and free < needed:
        parts.append(f"it takes about {bytes_text(needed)} of memory, and {bytes_text(free)} are free")
    if store and Path(store).exists():
        parts.append(f"{store} is there: if it is of this sweep, its rows are not done again")
    return "; ".join(parts) + "."
