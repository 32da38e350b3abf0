"""How far a sweep is, and how long the rest takes."""

import sys
from typing import Any

import pytest

from encdec_widgets import sweep
from encdec_widgets.explore.sweeping.progress import Pace
from tests.explore.instant import DESIGN, Instant


class Bar:
    """What tqdm would be."""

    made: "list[Bar]"

    def __init__(self, *, total: int, initial: int, **_: Any) -> None:
        self.total, self.n, self.closed = total, initial, False
        Bar.made.append(self)

    def update(self, n: int = 1) -> None:
        self.n += n

    def close(self) -> None:
        self.closed = True


def test_progress_is_told_as_tqdm_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    Bar.made = []
    monkeypatch.setitem(sys.modules, "tqdm", type(sys)("tqdm"))
    fake = type(sys)("tqdm.auto")
    fake.tqdm = Bar  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tqdm.auto", fake)
    found = sweep(DESIGN, {"filters": range(1, 9)}, ("cost",), Instant(), progress=True)
    for _ in found:
        break
    found.run()
    first, second = Bar.made
    assert (first.total, first.closed) == (8, True)
    assert (second.n, second.closed) == (8, True)
    sweep(DESIGN, {"filters": [4]}, ("cost",), Instant(), progress=False).run()
    assert len(Bar.made) == 2


def test_without_tqdm_there_is_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    assert sweep(DESIGN, {"filters": [4]}, ("cost",), Instant(), progress=True).run().complete


def test_the_rest_is_estimated_by_what_was_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = 100.0
    monkeypatch.setattr("encdec_widgets.explore.sweeping.progress.time.monotonic", lambda: clock)
    pace = Pace(began=clock)
    pace.note(answered=False)
    assert (pace.remaining_s(10), pace.remaining_s(0)) == (None, 0.0)
    clock = 110.0  # processes start
    pace.note(answered=True)
    assert pace.remaining_s(10) is None, "how long a design takes is not known yet"
    clock = 111.0
    pace.note(answered=True)
    pace.note(answered=False)
    assert pace.remaining_s(10) == 5.0  # 1 s each, for every second row
    assert pace.again_s(11) == 15.0  # and 10 s until the first
    found = sweep(DESIGN, {"filters": [4, 8]}, ("cost",), Instant())
    assert (found.remaining_s, found.run().remaining_s) == (None, 0.0)
