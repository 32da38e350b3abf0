"""The designs of the last sweep on a screen: their rows, how they are seen, and the sweep that is under way."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs
import traitlets

from encdec_widgets.designs.design import Design
from encdec_widgets.explore.figures_of import FIGURES
from encdec_widgets.formatting import counted, duration_text, error_text
from encdec_widgets.session import Session
from encdec_widgets.widgets.base.at_rest import AtRest
from encdec_widgets.widgets.base.reading import unheard
from encdec_widgets.widgets.designs.pinning import pin_rows
from encdec_widgets.widgets.designs.rows_of_design import rows_of_design
from encdec_widgets.widgets.designs.seen_figures import COLOUR, TIME, X, Y, has_figure, seen_figures

if TYPE_CHECKING:
    from encdec_widgets.explore.sweep import Row, Sweep
    from encdec_widgets.explore.sweeping.beside import SweepBeside
    from encdec_widgets.explore.sweeping.progress import Pace
    from encdec_widgets.figures.designs.cloud import Cloud

TELL = ("cost", "receptive_field", "strides", "checks")
"""What is told of each design."""
ROUGH = " (a rough estimate)"
_USUAL_LAYERS = 50
"""Of a network that nothing is known of yet."""
SEEN_EVERY_S = 0.3
"""While rows come, they are drawn so often; a thousand rows every second, as drawing them takes a tenth of that."""


@attrs.define
class Known:
    """The designs of one sweep, as far as they are done.

    Attributes:
        sweep: What does the others; None for rows that code gave.
        work: What it times of each design; empty for nothing.
        rows: The rows that are done, by their indexes.
        count: How many there are to be.
        problem: Why it ended early; empty if it did not.
    """

    sweep: "Sweep | None" = None
    work: str = ""
    rows: "dict[int, Row]" = attrs.field(factory=dict)
    count: int = 0
    problem: str = ""


class Swept(traitlets.HasTraits):
    """What is known of many designs, and the sweep that finds it; a value and no widget.

    The designs of the sweep before are seen until the first one of a new sweep is done, and are kept after that: see
    :meth:`go_back`.

    A designer that never sweeps does not load what sweeps, either: it is imported when it is first used.

    Attributes:
        rows: The rows that are seen, by their indexes (a trait); a sweep that is under way has more before long.
        x: The figure that goes to the right (a trait).
        y: That which goes up (a trait).
        colour: That which gives colour and size; empty for none (a trait).
        busy: Whether a sweep is under way (a trait).
        problem: Why the last sweep ended early; empty if it did not (a trait).
        said: What became of the last design that was opened or pinned, where it is to be said (a trait).
    """

    rows = traitlets.Tuple()
    x = traitlets.Enum(tuple(FIGURES), X)
    y = traitlets.Enum(tuple(FIGURES), Y)
    colour = traitlets.Enum(("", *FIGURES), COLOUR)
    busy = traitlets.Bool(False)
    problem = traitlets.Unicode()
    said = traitlets.Unicode()

    def __init__(self, session: Session, say: Callable[[str], None] = unheard) -> None:
        """Know of no designs yet; ``say`` is called with what is to be read aloud."""
        super().__init__()
        self._session, self._say = session, say
        self._now = Known()
        self._before: Known | None = None
        self._older: Known | None = None
        """Those before them, until a sweep that is under way has a design."""
        self._fitted: Known | None = None
        """The designs for which the figures were chosen."""
        self._x_until_timed = ""
        """In its place the first time comes, unless a person chooses another figure before; empty for none."""
        self._beside: SweepBeside | None = None
        self._soon = self._every(SEEN_EVERY_S)
        self._paces: dict[str, Pace] = {}
        """How fast the last sweep was that timed this work, or nothing."""
        self._predicted_s = 0.0

    def show(self, swept: "Sweep | Iterable[Row]") -> None:
        """See the rows of a sweep that code made, as far as they are done; one that is under way here is stopped."""
        rows: Iterable[Row] = getattr(swept, "rows", swept)
        found = {row.index: row for row in rows}
        self.stop()
        self._take(Known(rows=found, count=len(found)))
        self.problem = self.said = ""
        self._see()

    def begin(self, grid: Mapping[str, Iterable[Any]], *, work: str = "", store: str = "") -> None:
        """Sweep over values of some fields of the design that is wanted.

        What the sweep before was told of designs is not asked again, but for times, which are measured anew.

        Args:
            grid: Values by the path of each field.
            work: What is timed of each design, "forward" or "training"; empty for nothing.
            store: A file in which rows are kept; those that are in it are not done again. Empty for none.

        Raises:
            FieldError: (a ValueError) If there is no such field, or it can have none of the values; or the work cannot
                be timed here.
            OSError: If the file cannot be read or written.
            ValueError: If there are no values, or too many; or the file holds another sweep, or none.
        """
        from encdec_widgets.explore.sweep import sweep

        session = self._session
        tell, timing = ((*TELL, "time"), {"work": work}) if work else (TELL, {})
        conditions = {**session.conditions.of_checks, **timing}
        found = sweep(session.editor.wanted, grid, tell, store=store or None, progress=False, **conditions)
        self.stop()
        if self._now.sweep is not None:
            found.learn(self._now.sweep)
        self._take(Known(found, work, {row.index: row for row in found.rows}, len(found)))
        self._x_until_timed = self.x if work and TIME not in (self.y, self.colour) else ""
        self._go_on(found)

    def _take(self, known: Known) -> None:
        """Have other designs, and keep those before."""
        self._older = None
        if self._now.rows:
            self._before, self._older = self._now, self._before
        self._now, self._x_until_timed = known, ""

    def go_on(self) -> None:
        """Do the rows of the last sweep that are missing, and again those that failed for a reason that may pass."""
        if self._now.sweep is not None and self.can_go_on:
            self._go_on(self._now.sweep)

    @property
    def can_go_on(self) -> bool:
        """Whether there are rows for :meth:`go_on`."""
        return self._now.sweep is not None and not self.busy and self._left > 0

    def go_back(self) -> None:
        """See the designs of the sweep before; once more, and those that were seen are back."""
        if self._before is not None and self.can_go_back:
            self._now, self._before, self._x_until_timed = self._before, self._now, ""
            self.problem, self.said = self._now.problem, ""
            self._see()

    @property
    def can_go_back(self) -> bool:
        """Whether there are designs of a sweep before."""
        return self._before is not None and not self.busy

    @property
    def count(self) -> int:
        """How many rows the sweep has, with those that are yet to come."""
        return self._now.count

    @property
    def _rows(self) -> "dict[int, Row]":
        return self._now.rows

    @property
    def _seen(self) -> Known:
        """The designs that are seen: those before, until a sweep that is under way has one."""
        if self.busy and self._before is not None and not self._now.rows:
            return self._before
        return self._now

    @property
    def _left(self) -> int:
        """How many rows are missing, or failed for a reason that may pass."""
        return self.count - sum(not row.failed for row in self._rows.values())

    def _go_on(self, found: "Sweep") -> None:
        from encdec_widgets.explore.sweeping.beside import SweepBeside

        self._predicted_s = self.predicted_s(self._left, self._now.work)
        self.problem = self.said = ""
        self.busy = True
        self._see()
        self._soon = self._every(max(SEEN_EVERY_S, len(found) / 1000))
        if self._beside is None:
            guarded = self._session.guarded
            self._beside = SweepBeside(guarded(self._came), guarded(self._ended), self._session.background)
        self._beside.begin(found)

    def stop(self) -> None:
        """End the sweep at once; the rows that are done stay."""
        if self._beside is not None:
            self._beside.stop()

    def close(self) -> None:
        """Stop what is under way, and tell nothing more."""
        self._soon.forget()
        self._say = unheard
        self.unobserve_all()
        self.stop()

    # What is seen

    @property
    def words(self) -> str:
        """How far it is, in a sentence."""
        done = len(self._rows)
        if self.busy:
            before = " Until one is done you see the designs before." if self._seen is not self._now else ""
            return f"{done} of {counted(self.count, 'design')}{self._rest_words} …{before}"
        if self.problem:
            return f"{done} of {counted(self.count, 'design')}; it ended early: {self.problem}"
        if done < self.count:
            return f"Stopped: {done} of {counted(self.count, 'design')} are done."
        failed = next((row for row in self._rows.values() if row.failed), None)
        if failed is None:
            return ""
        # Where it is told of, it is its time that failed.
        why = failed.reason or (failed.told or {})["time"]["reason"]
        return f"{counted(self._left, 'design')} may work another time: {why.removesuffix('.')}."

    @property
    def _rest_words(self) -> str:
        left = self._beside.remaining_s if self._beside is not None else None
        if left is not None:
            return f", about {duration_text(left)} left" if left else ""
        from encdec_widgets.explore.sweeping.asking import asks_processes

        rough = "" if self.has_pace(self._now.work) else ROUGH
        # Told apart: no row comes before the processes have Keras, however quick the rest is.
        first = "; the processes that do it load Keras first" if asks_processes() else ""
        return f", about {duration_text(self._predicted_s)} left{rough}{first}"

    @property
    def share(self) -> float:
        """How much of the sweep is done, from 0 to 1."""
        return len(self._rows) / self.count if self.count else 0.0

    def predicted_s(self, count: int, work: str = "") -> float:
        """How long a sweep of so many rows would take, in seconds (an estimate).

        At the pace of the last sweep that timed the same; before there is one, from what was measured elsewhere.

        Args:
            count: How many rows.
            work: What is timed of each design; empty for nothing.
        """
        pace = self._paces.get(work)
        again_s = None if pace is None else pace.again_s(count)
        return again_s if again_s is not None else self._roughly_s(count, work)

    def has_pace(self, work: str = "") -> bool:
        """Whether a sweep that timed this work, or nothing, has shown how fast they are here."""
        return work in self._paces

    def _roughly_s(self, count: int, work: str) -> float:
        from encdec_widgets.explore.sweeping.asking import asks_processes
        from encdec_widgets.explore.sweeping.pool import processes_that_fit
        from encdec_widgets.explore.sweeping.predicted import predicted_s

        shown, time = self._session.shown, self._session.time
        return predicted_s(
            count,
            layers=_USUAL_LAYERS if shown is None else len(shown.backbone.layers),
            processes=(1 if work else processes_that_fit()) if asks_processes() else 0,
            work=work,
            run_s=0.0 if time is None else time.ms / 1000,
        )

    @property
    def cloud(self) -> "Cloud":
        """The rows as points, with the one that is shown now marked."""
        from encdec_widgets.export.designs_figure import cloud_of

        return cloud_of(self.rows, self.x, self.y, self.colour or None, current=self.current)

    @property
    def current(self) -> tuple[int, ...]:
        """The indexes of the rows whose design is on the screen: one at most, or none."""
        shown = self._session.shown
        return () if shown is None else self.rows_of(shown.backbone.design)

    def rows_of(self, design: Design) -> tuple[int, ...]:
        """The indexes of the rows that have a design: one at most, or none."""
        return rows_of_design(self.rows, design)

    @property
    def standing(self) -> dict[int, str]:
        """Where each row stands between the two figures: "front", "dominated", or why it is not drawn; by its index."""
        if not any(self.x in row.figures and self.y in row.figures for row in self.rows):
            return {row.index: row.reason or "not drawn" for row in self.rows}
        aims: Any = {name: FIGURES[name].better for name in (self.x, self.y)}
        from encdec_widgets.explore.pareto import pareto

        known = [row for row in self.rows if self.x in row.figures and self.y in row.figures]
        front = pareto(known, aims)
        found = {row.index: row.reason or "not drawn" for row in self.rows}
        return {**found, **{row.index: front.state(place) for place, row in enumerate(known)}}

    # What a person does with them

    def row(self, name: str) -> "Row | None":
        """The row of a name, which is its index as text, among those that are seen; None where there is none."""
        return next((row for row in self.rows if str(row.index) == name), None)

    def open(self, name: str) -> None:
        """Take the design of a row in place of the present one; undo leads back."""
        row = self.row(name)
        if row is None:
            return
        design = row.design
        if row.reason or design is None:
            self._tell(f"{row.label} makes no network: {row.reason}")
        elif self._session.focus.locks:
            self._tell(self._session.focus.why)
        elif design != self._session.editor.wanted:
            self.said = ""
            self._session.load(design, row.label)

    def pin(self, names: Sequence[str]) -> None:
        """Pin the designs of some rows, to be compared: those on the front first, as far as there is room.

        What was pinned is read aloud, and so is why others were not.
        """
        standing = self.standing
        seen = {str(row.index): row for row in self.rows if not row.reason}
        rows = [seen[name] for name in names if name in seen]
        rows.sort(key=lambda row: standing.get(row.index) != "front")
        self._tell(pin_rows(self._session, rows))

    # What the sweep tells

    def _every(self, seconds: float) -> AtRest:
        return AtRest(seconds, self._session.guarded(self._see), self._session.background)

    def _tell(self, text: str) -> None:
        """Say something, to be read and to be read aloud."""
        self.said = text
        self._say(text)

    def _came(self, rows: "Sequence[Row]") -> None:
        self._rows.update((row.index, row) for row in rows)
        if not self._soon.waits:
            self._soon.soon()

    def _ended(self, error: Exception | None) -> None:
        now = self._now
        pace = None if now.sweep is None else now.sweep.pace
        if pace is not None and pace.each_s is not None:
            self._paces[now.work] = pace
        self.problem = now.problem = "" if error is None else error_text(error)
        self.busy = False
        told = self.words or f"Swept: {counted(len(self._rows), 'design')}."
        if (before := self._before) is not None and not now.rows:
            why = f" ({self.problem.removesuffix('.')})" if self.problem else ""
            self._now, self._before, self.problem = before, self._older, before.problem
            self._x_until_timed = ""
            told = self.said = (
                f"The new sweep ended before a design was done{why}: you see the designs before."
            )
        self._see()
        self._say(told)

    def _see(self) -> None:
        self._soon.forget()
        seen = self._seen
        # Together: what draws them is to see no figures of other designs.
        with self.hold_trait_notifications():
            self.rows = tuple(seen.rows[index] for index in sorted(seen.rows))
            self._choose_figures(seen)

    def _choose_figures(self, seen: Known) -> None:
        """See figures that the designs have: those of the sweep before may lack some, such as times."""
        waits = self.x == self._x_until_timed
        if waits and has_figure(self._now.rows.values(), TIME):
            self.x, self._x_until_timed, waits = TIME, "", False
        if seen is self._fitted or not any(row.figures for row in self.rows):
            return
        self._fitted = seen
        self.x, self.y, self.colour = seen_figures(self.rows, self.x, self.y, self.colour)
        if waits:
            self._x_until_timed = self.x
