"""A sweep: what networks would be with every combination of values of some fields."""

import os
import threading
from collections.abc import Generator, Iterable, Mapping
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from encdec_widgets._keras import configuration, keras, keras_is_loaded
from encdec_widgets.architectures.fields.described import described_fields
from encdec_widgets.designs.classes import users_classes
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.design_json import as_data, to_data
from encdec_widgets.designs.presets import as_design
from encdec_widgets.explain.checks.network import Network
from encdec_widgets.explain.costs import Precision
from encdec_widgets.explain.machine_memory import memory_limit
from encdec_widgets.explore.several_devices import several_devices
from encdec_widgets.explore.sweeping.asking import asking_of
from encdec_widgets.explore.sweeping.grid import Grid, grid_of
from encdec_widgets.explore.sweeping.progress import Pace, progress_of
from encdec_widgets.explore.sweeping.rows import Row, csv_of, frame_of, json_of
from encdec_widgets.explore.sweeping.run import Run, Sought
from encdec_widgets.explore.sweeping.store import HEADER_KEY, Kept, Store
from encdec_widgets.explore.tell import Conditions, wanted_of
from encdec_widgets.formatting import counted, duration_text, exact_text
from encdec_widgets.workers.options import Options, checked

__all__ = ["Row", "Sweep", "sweep"]


class Sweep:
    """The rows of a sweep: those that are done, and, by iterating, the rest.

    Each iteration gives each row once: first those that are known, in the order of the grid, and then the others as
    they are done. What is done stays where the iteration ends early, by ``break``, an interrupt or :meth:`stop`; the
    next one goes on from there.

    Attributes:
        design: The design in which values are replaced.
        grid: The combinations of values.
        wanted: What is told of each design.

    Example:
        >>> from concurrent.futures import ThreadPoolExecutor
        >>> from encdec_widgets import Design, sweep
        >>> from encdec_widgets.architectures import UNet
        >>> from encdec_widgets.explore.sweep import Sweep
        >>> design, executor = Design(UNet(down_blocks=2, up_blocks=2), (32, 32, 1)), ThreadPoolExecutor(1)
        >>> found: Sweep = sweep(design, {"filters": [4, 8]}, tell=("cost",), executor=executor)
        >>> len(found), found
        (2, <Sweep: 0 of 2 rows>)
        >>> [row.index for row in found.run().rows], found.complete
        ([0, 1], True)
    """

    def __init__(
        self,
        design: Design,
        grid: Grid,
        sought: Sought,
        *,
        header: Mapping[str, Any],
        store: Store | None = None,
        progress: bool | None = None,
    ) -> None:
        """Read what is known already, and begin nothing; :func:`sweep` makes one.

        Args:
            design: The design in which values are replaced.
            grid: The combinations.
            sought: What is told of each design, and by whom.
            header: All that was asked, as data.
            store: Where rows are kept.
            progress: Whether to show a bar: see :func:`encdec_widgets.explore.sweeping.progress.progress_of`.
        """
        self.design = design
        self.grid = grid
        self.wanted = sought.wanted
        self._sought = sought
        self._header = header
        self._store = store
        self._progress = progress
        self._rows: dict[int, Row] = {}
        self._known: dict[str, Kept] = {}
        self._iterating = threading.Lock()
        self._run: Run | None = None
        for index, kept in (store.open() if store else {}).items():
            if 0 <= index < len(grid):
                self._note(index, kept)

    def __len__(self) -> int:
        """How many rows the grid has, done or not."""
        return len(self.grid)

    def __iter__(self) -> Generator[Row, None, None]:
        """All rows: those that are known, and the others as they are done.

        Raises:
            RuntimeError: If it is being iterated already.
            NoProcessError: (a RuntimeError) If no process of this machine can tell of designs.
            OSError: If the store cannot be written.
        """
        if not self._iterating.acquire(blocking=False):
            raise RuntimeError(
                "this sweep is being iterated already: one loop at a time; stop() ends the other"
            )
        try:
            # What failed for a reason that may pass is tried again.
            self._rows = {index: row for index, row in self._rows.items() if not row.failed}
            yield from self.rows
            yield from self._rest()
        finally:
            self._iterating.release()

    def _rest(self) -> Generator[Row, None, None]:
        missing = (index for index in range(len(self)) if index not in self._rows)
        bar = progress_of(self._progress, total=len(self), done=len(self._rows))
        run = self._run = Run(self.design, self.grid, self._sought, self._known, self._keep)
        try:
            for row in run.rows(missing):
                bar.update()
                yield row
        finally:
            run.end()
            bar.close()

    def run(self) -> "Sweep":
        """Do the rest, and give this sweep.

        Raises:
            RuntimeError: As iterating.
        """
        for _ in self:
            pass
        return self

    def learn(self, other: "Sweep") -> None:
        """Take over what another sweep was told of designs, where both ask the same: it is not asked again.

        Times are measured anew. So is all of a design with classes that a person wrote: they may be others by now.

        Args:
            other: The other sweep, of which no loop is under way.
        """
        same = other.wanted == self.wanted and other._sought.conditions == self._sought.conditions
        if same and "time" not in self.wanted and not users_classes(self.design):
            self._known = {**other._known, **self._known}

    def stop(self) -> None:
        """End the loop that is under way, from any thread, within a second; what is done stays."""
        run = self._run
        if run is not None:
            run.stop()

    @property
    def rows(self) -> list[Row]:
        """The rows that are done, in the order of the grid."""
        return [self._rows[index] for index in sorted(self._rows)]

    @property
    def complete(self) -> bool:
        """Whether all rows are done."""
        return len(self._rows) == len(self)

    @property
    def remaining_s(self) -> float | None:
        """How long the rest will take at the pace so far (an estimate), in seconds; None before two rows are done."""
        left = len(self) - len(self._rows)
        return self._run.pace.remaining_s(left) if self._run else None if left else 0.0

    @property
    def pace(self) -> Pace | None:
        """How fast rows came in the last loop; None before one."""
        return self._run.pace if self._run else None

    @property
    def notice(self) -> str:
        """What must be said beside any ranking of the rows: that times are of several devices. Empty if nothing."""
        return several_devices(row.device for row in self.rows)

    def to_csv(self, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False) -> str:
        """The rows in the order of the grid, as comma-separated values; a sweep that was not begun is done first.

        Args:
            path: A file to write them to as well.
            overwrite: Whether one of this name may be overwritten.

        Raises:
            FileExistsError: If there is one of this name.
        """
        return _written(csv_of(self._begun().rows, self.wanted), path, overwrite)

    def to_json(self, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False) -> str:
        """The same as JSON, with all that was told and with what was asked.

        Args:
            path: As in :meth:`to_csv`.
            overwrite: The same.

        Raises:
            FileExistsError: If there is one of this name.
        """
        asked = {name: value for name, value in self._header.items() if name != HEADER_KEY}
        header = {"encdec_widgets_sweep": 1, **asked}
        return _written(json_of(header, self._begun().rows), path, overwrite)

    def to_pandas(self) -> Any:
        """The same as a ``pandas.DataFrame``, by index.

        Raises:
            ImportError: If pandas is not installed.
        """
        return frame_of(self._begun().rows, self.wanted)

    def __repr__(self) -> str:
        """How many rows are done, and how long the rest will take."""
        done = f"<Sweep: {exact_text(len(self._rows))} of {counted(len(self), 'row')}"
        remaining = self.remaining_s
        return f"{done}, about {duration_text(remaining)} left>" if remaining else f"{done}>"

    def _begun(self) -> "Sweep":
        return self if self._run else self.run()

    def _keep(self, index: int, kept: Kept, failed: bool) -> Row:
        row = self._note(index, kept, failed)
        if self._store and not failed:
            self._store.add(index, kept, {path: as_data(value) for path, value in row.values.items()})
        return row

    def _note(self, index: int, kept: Kept, failed: bool = False) -> Row:
        row = self._rows[index] = Row(
            index=index,
            values=self.grid.at(index),
            base=self.design,
            told=kept.told,
            reason=kept.reason,
            failed=failed,
        )
        if kept.key and not failed:
            self._known.setdefault(kept.key, kept)
        return row


def sweep(
    design: Any,
    grid: Mapping[str, Iterable[Any]],
    tell: Iterable[str] = ("cost", "receptive_field", "checks"),
    executor: Executor | None = None,
    store: str | os.PathLike[str] | None = None,
    *,
    batch_size: int = 1,
    precision: Precision | None = None,
    animal_px: float | None = None,
    input_scale: float = 1.0,
    memory_bytes: int | None = None,
    processes: int | None = None,
    progress: bool | None = None,
    **timing: Any,
) -> Sweep:
    """Tell of every combination of values of some fields of a design.

    Nothing is begun until the sweep is iterated, run or written. A combination that makes no network is a row with its
    reason; combinations that make the same design are built once. Where a design cannot be told of, or timed, for a
    reason that may pass, such as a worker that is busy, its row has ``failed``: no store keeps it, and it is tried
    again when the sweep goes on.

    Args:
        design: A Design, an architecture or the name of a preset.
        grid: Values in order by the path of each field: ``{"filters": range(8, 65, 8), "up_interpolate": [True,
            False]}``. The last field changes fastest.
        tell: What to tell: some of "cost", "receptive_field", "strides", "output_shape", "checks" and "time". With
            "time" designs are done one at a time on a machine, whoever sweeps there, and nothing of a sweep computes
            beside it.
        executor: Any ``concurrent.futures.Executor``, such as what ``Client.get_executor()`` of Dask gives. If left
            out, processes of this machine, which end with the loop: a process that ends is replaced, its design is done
            again, and one that ends two is a row with its reason.
        store: A file in which rows are kept as they are done. A sweep that finds its rows there goes on from them, also
            after a crash.
        batch_size: Images that go through a network at once, for memory and time.
        precision: "float32", "mixed_float16" or "mixed_bfloat16"; None for what Keras builds with here.
        animal_px: Length of the animal in px of the camera's image, for the checks.
        input_scale: By what images are multiplied in size before the network sees them, for the checks.
        memory_bytes: Bytes of memory that there are, for the checks, whoever does them; those of this machine if left
            out.
        processes: How many processes of this machine; if left out, as many as there are cores and free memory for.
        progress: Whether to show a bar of tqdm; if left out, in a notebook and in a terminal.
        **timing: Further options of :func:`encdec_widgets.measure`: ``work``, ``compilation``, ``backend``, ``device``,
            ``budget_s`` and ``at_most_s``.

    Raises:
        FieldError: (a ValueError) If there is no such field, or it can have none of the values; or a condition is not
            possible.
        StoreError: (a ValueError) If the file is that of another sweep.
        TypeError: If values are not given in order, or there is no such option.
        ValueError: If the grid is empty or too large, or nothing of a name can be told.

    Example:
        >>> from encdec_widgets import Design, sweep
        >>> from encdec_widgets.architectures import UNet
        >>> design = Design(UNet(down_blocks=2, up_blocks=2), (32, 32, 1))
        >>> found = sweep(design, {"filters": [4, 8], "down_blocks": [2, 6]}, tell=("cost",)).run()
        >>> [row.figures.get("parameters") for row in found.rows]
        [8192, None, 32512, None]
        >>> found.rows[1].values, found.rows[1].reason
        ({'filters': 4, 'down_blocks': 6}, 'input_shape must have a height and width that the maximum stride, 64, ...')
        >>> found.to_csv().splitlines()[1]
        '0,4,2,8192,1658880,485376,98304,'
    """
    base = as_design(design)
    wanted = wanted_of(tell)
    combinations = grid_of(base, grid)
    conditions = _checked(
        "time" in wanted,
        timing,
        batch_size=batch_size,
        precision=precision,
        animal_px=animal_px,
        input_scale=input_scale,
    )
    if memory_bytes is not None:
        conditions["memory_bytes"] = memory_bytes
    header = {
        HEADER_KEY: 1,
        "grid": [
            [path, [as_data(value) for value in values]] for path, values in combinations.values.items()
        ],
        "design": to_data(base),
        "tell": list(wanted),
        "conditions": dict(conditions),
    }
    # Not in the header: one store serves a laptop and a cluster.
    conditions.setdefault("memory_bytes", memory_limit())
    asking = asking_of(executor, processes, times="time" in wanted)
    return Sweep(
        base,
        combinations,
        Sought(wanted=wanted, conditions=conditions, asking=asking),
        header=header,
        store=None if store is None else Store(Path(store), header, tuple(combinations.values)),
        progress=progress,
    )


def _checked(timed: bool, timing: Mapping[str, Any], **asked: Any) -> Conditions:
    """The conditions, of which each is possible.

    Raises:
        FieldError: (a ValueError) If one is not.
        TypeError: If there is no such option.
    """
    options = {name: value for name, value in timing.items() if name != "at_most_s"}
    of_both = {name: asked[name] for name in ("batch_size", "precision")}
    if timed:
        checked(**options, **of_both)
    elif timing:
        raise TypeError(f"{min(timing)} is an option of a timing: sweep it with tell=(..., 'time').")
    else:
        Options(**of_both)
    described = described_fields(Network)
    for name in ("animal_px", "input_scale"):
        asked[name] = described[name].accept(name, asked[name])
    conditions: Conditions = {**asked, "policy": _policy()}  # type: ignore[typeddict-item] # names and kinds are theirs
    return {**conditions, "timing": dict(timing)} if timed else conditions


def _policy() -> str:
    """The name of Keras's dtype policy here, with which others are to build too."""
    if not keras_is_loaded():
        return configuration().floatx
    policy: Any = keras.config.dtype_policy()
    return str(getattr(policy, "default_policy", policy).name)


def _written(text: str, path: str | os.PathLike[str] | None, overwrite: bool) -> str:
    if path is not None:
        try:
            with Path(path).open("w" if overwrite else "x", encoding="utf-8", newline="") as file:
                file.write(text)
        except FileExistsError:
            raise FileExistsError(
                f"There is a file {path} already: give another name, or overwrite=True."
            ) from None
    return text
