"""One run of a sweep: designs are made, each is asked about once, and rows come as they are done."""

import functools
import queue
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError, Future
from hashlib import sha256
from typing import Any

import attrs

from encdec_widgets.architectures.fields.working import trying
from encdec_widgets.designs.design import Design
from encdec_widgets.explore.sweeping.asking import Asking, modules_of
from encdec_widgets.explore.sweeping.grid import Grid
from encdec_widgets.explore.sweeping.pool import NoProcessError
from encdec_widgets.explore.sweeping.progress import Pace
from encdec_widgets.explore.sweeping.rows import Row
from encdec_widgets.explore.sweeping.store import Kept
from encdec_widgets.explore.tell import Conditions, reason_in_words
from encdec_widgets.workers.errors import TimingError, ran_out_of_memory

_LOOK_UP_S = 1.0
"""On Windows an interrupt waits until a wait is over."""


@attrs.frozen(kw_only=True)
class Sought:
    """What is told of each design, and by whom.

    Attributes:
        wanted: What is told.
        conditions: Under what.
        asking: Begins to ask.
    """

    wanted: tuple[str, ...]
    conditions: Conditions
    asking: Callable[[], Asking]


class Run:
    """Asks about the designs of some rows, until all are told of or it is ended.

    Attributes:
        pace: How fast they come.
    """

    def __init__(
        self,
        design: Design,
        grid: Grid,
        sought: Sought,
        known: Mapping[str, Kept],
        keep: Callable[[int, Kept, bool], Row],
    ) -> None:
        """Ask nothing yet.

        Args:
            design: The design in which values are replaced.
            grid: The combinations of values.
            sought: What is told, and by whom.
            known: What is known of designs, by their keys; what is kept is found there afterwards.
            keep: Keeps what was told of a row, and whether that failed, and makes the row.
        """
        self.pace = Pace()
        self._design = design
        self._grid = grid
        self._sought = sought
        self._known = known
        self._keep = keep
        self._asking = sought.asking()
        self._waiting: dict[str, list[int]] = {}
        """Rows whose design is being asked about, by its key."""
        self._answers: queue.SimpleQueue[tuple[str, Future[Any]] | None] = queue.SimpleQueue()
        self._stopped = False

    def rows(self, indexes: Iterable[int]) -> Iterator[Row]:
        """The rows of some indexes as they are done."""
        left = iter(indexes)
        more = True
        while not self._stopped:
            while more and len(self._waiting) < self._asking.room and not self._stopped:
                index = next(left, None)
                more = index is not None
                row = None if index is None else self._begin(index)
                if row is not None:
                    self.pace.note(answered=False)
                    yield row
            if not self._waiting:
                return
            for row in self._next_rows():
                self.pace.note(answered=True)
                yield row

    def stop(self) -> None:
        """End the rows, from another thread."""
        self._stopped = True
        self._answers.put(None)

    def end(self) -> None:
        """Let go of what is asked, and keep what was told meanwhile."""
        self._asking.end()
        while True:
            try:
                answer = self._answers.get_nowait()
            except queue.Empty:
                return
            if answer is not None and not answer[1].cancelled() and answer[1].exception() is None:
                self._kept(*answer)

    def _begin(self, index: int) -> Row | None:
        """Ask about the design of a row; or its row, where it is known what is told of it."""
        try:
            with trying():
                design = self._design.replace_all(self._grid.at(index))
            text = design.to_json()
            modules = modules_of(design, here=self._asking.here)
        except Exception as error:  # noqa: BLE001 - a user's class may raise anything; it becomes the reason
            # Who tells of it, or how much memory there is, may be another when the sweep goes on.
            failed = isinstance(error, TimingError) or ran_out_of_memory(error)
            return self._keep(index, Kept("", None, reason_in_words(error)), failed)
        key = sha256(text.encode()).hexdigest()[:32]
        known = self._known.get(key)
        if known is not None:
            return self._keep(index, known, False)
        if key in self._waiting:
            self._waiting[key].append(index)
            return None
        self._waiting[key] = [index]
        conditions = {**self._sought.conditions, "modules": modules}
        future = self._asking.ask(
            {"design_json": text, "what": self._sought.wanted, "conditions": conditions}
        )
        future.add_done_callback(functools.partial(self._answered, key))
        return None

    def _answered(self, key: str, future: "Future[Any]") -> None:
        self._answers.put((key, future))

    def _next_rows(self) -> list[Row]:
        """Wait for the next answer; the rows of its design, or none where there is no time to wait longer."""
        try:
            answer = self._answers.get(timeout=_LOOK_UP_S)
        except queue.Empty:
            return []
        return [] if answer is None else self._kept(*answer)

    def _kept(self, key: str, future: "Future[Any]") -> list[Row]:
        failed = False
        try:
            told = future.result()
        except NoProcessError:
            raise
        except CancelledError:
            kept, failed = Kept(key, None, "its executor cancelled it"), True
        except Exception as error:  # noqa: BLE001 - of an executor of any kind; it becomes the reason
            kept, failed = Kept(key, None, reason_in_words(error)), True
        else:
            reason = told.get("reason", "")
            kept = Kept(key, None if reason else told, reason)
            failed = told.get("time", {}).get("failed", False)
        return [self._keep(index, kept, failed) for index in self._waiting.pop(key)]
