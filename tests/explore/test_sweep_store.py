"""The file of a sweep: nothing in it is lost, counted twice or taken for another's, wherever it was torn."""

import json
import os
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encdec_widgets import Design, sweep
from encdec_widgets.architectures import UNet
from encdec_widgets.architectures.blocks.simple_conv import SimpleConvBlock
from encdec_widgets.designs.design_json import to_data
from encdec_widgets.explore.sweep import Sweep
from encdec_widgets.explore.sweeping.store import Kept, Store, StoreError
from tests.explore.instant import DESIGN, Instant, told_of_text

GRID = {"filters": [4, 8, 8, 12, 16], "down_blocks": [2, 7]}
PATIENCE_S = 60


def swept(store: Path, instant: Instant | None = None, grid: Any = GRID, **how: Any) -> Sweep:
    return sweep(DESIGN, grid, ("cost",), instant or Instant(), store, **how)


WHOLE = sweep(DESIGN, GRID, ("cost",), Instant()).run().rows


def content_of_a_store() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store"
        swept(path).run()
        return path.read_bytes()


CONTENT = content_of_a_store()


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(CONTENT)))
def test_a_store_that_was_torn_anywhere_goes_on(end: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store"
        path.write_bytes(CONTENT[:end])
        there = max(CONTENT[:end].count(b"\n") - 1, 0)
        found = swept(path)
        assert len(found.rows) == there
        assert found.run().rows == WHOLE
        assert path.read_bytes().count(b"\n") == len(WHOLE) + 1
        again = Instant()
        assert swept(path, again).run().rows == WHOLE
        assert again.asked == []


@settings(max_examples=50, deadline=None)
@given(st.integers(CONTENT.index(b"\n") + 1, len(CONTENT) - 1), st.binary(min_size=1, max_size=3))
def test_a_line_that_was_damaged_is_computed_again_or_read(place: int, other: bytes) -> None:
    damaged = CONTENT[:place] + other + CONTENT[place + len(other) :]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store"
        path.write_bytes(damaged)
        found = swept(path).run()
        assert found.complete
        assert [row.index for row in found.rows] == list(range(len(WHOLE)))


def test_rows_that_are_there_are_not_asked_about_again_nor_are_their_designs(tmp_path: Path) -> None:
    path = tmp_path / "store"
    for row in swept(path):
        if row.index == 0:
            break
    rest = Instant()
    assert swept(path, rest).run().rows == WHOLE
    assert len(set(rest.asked)) == len(rest.asked) <= 4
    lines = path.read_bytes().splitlines()
    assert len({json.loads(line)["index"] for line in lines[1:]}) == len(lines) - 1 == len(WHOLE)


def test_what_failed_is_not_kept(tmp_path: Path) -> None:
    def fails(_: str) -> dict[str, Any]:
        raise RuntimeError("no worker")

    path = tmp_path / "store"
    assert all(row.reason for row in swept(path, Instant(fails)).run().rows)
    assert swept(path).run().rows == WHOLE


def test_a_time_that_failed_is_not_kept_and_one_that_cannot_be_is(tmp_path: Path) -> None:
    def times(**outcome: Any) -> Instant:
        return Instant(lambda text: {**told_of_text(text), "time": outcome})

    path = tmp_path / "store"
    found = swept(path, times(reason="a training is under way already", failed=True)).run()
    built = [row for row in found.rows if row.told]
    assert len(built) == 5
    assert all(row.failed and row.figures["parameters"] for row in built), "the rest is told"
    asked = times(reason="this would take more memory than there is")
    assert not any(row.failed for row in swept(path, asked).run().rows)
    assert len(asked.asked) == 4
    again = Instant()
    assert swept(path, again).run().complete
    assert again.asked == []


def test_an_executor_that_is_advised_helps_with_the_same_store(tmp_path: Path) -> None:
    @attrs.frozen
    class DefinedInside(SimpleConvBlock):
        """A block that no other process can import."""

    path, grid = tmp_path / "store", {"encoder[0]": [DefinedInside(filters=4)]}
    (row,) = sweep(DESIGN, grid, ("cost",), Instant(), path)
    assert row.failed
    assert "ThreadPoolExecutor(1)" in row.reason
    with ThreadPoolExecutor(1) as here:
        (row,) = sweep(DESIGN, grid, ("cost",), here, path)
    assert row.told


def test_a_design_for_which_memory_ran_out_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> Design:
        raise MemoryError

    path, grid = tmp_path / "store", {"filters": [4, 8]}
    found = swept(path, grid=grid)
    with monkeypatch.context() as patched:
        patched.setattr(Design, "replace_all", fails)
        assert [row.failed for row in found] == [True, True]
    assert all(row.told for row in swept(path, grid=grid).run().rows)


@pytest.mark.parametrize(
    ("how", "named"),
    [
        ({"grid": {"filters": [4, 8]}}, "grid"),
        ({"grid": dict(reversed(GRID.items()))}, "grid"),
        ({"batch_size": 2}, "conditions"),
    ],
    ids=["another grid", "another order", "another batch"],
)
@pytest.mark.parametrize("content", [CONTENT, CONTENT[:-5]], ids=["whole", "torn"])
def test_the_store_of_another_sweep_is_refused_and_left(
    tmp_path: Path, content: bytes, how: Any, named: str
) -> None:
    path = tmp_path / "store"
    path.write_bytes(content)
    with pytest.raises(
        StoreError, match=f"holds another sweep: {named} there is .* Received: .* Give another"
    ):
        swept(path, **how)
    assert path.read_bytes() == content


@pytest.mark.parametrize("design", [7, {}, {"architecture": 7}, {"architecture": {"fields": 7}}], ids=str)
def test_a_store_whose_design_is_damaged_is_refused(tmp_path: Path, design: Any) -> None:
    path = tmp_path / "store"
    first, *rows = CONTENT.splitlines(keepends=True)
    path.write_bytes(json.dumps({**json.loads(first), "design": design}).encode() + b"\n" + b"".join(rows))
    with pytest.raises(StoreError, match="holds another sweep: design"):
        swept(path)


def test_of_a_large_file_that_is_no_store_only_the_beginning_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "data.jsonl"
    path.write_bytes(b'{"frame": 1}\n' * 100_000)
    read, sizes = os.read, []

    def noted(file: int, size: int) -> bytes:
        found = read(file, size)
        sizes.append(len(found))
        return found

    monkeypatch.setattr("encdec_widgets.explore.sweeping.store.os.read", noted)
    with pytest.raises(StoreError, match="is no store of a sweep"):
        swept(path)
    assert 0 < sum(sizes) < 100


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "{}", '{"encdec_widgets_sweep": 1, "rows": []}', "\n", "{\n"])
def test_a_file_that_is_no_store_is_refused_and_left(tmp_path: Path, text: str) -> None:
    path = tmp_path / "thesis.txt"
    path.write_text(text)
    with pytest.raises(StoreError, match="is no store of a sweep"):
        swept(path)
    assert path.read_text() == text


def test_what_a_sweep_is_written_as_is_not_taken_for_its_store(tmp_path: Path) -> None:
    path = tmp_path / "sweep.json"
    text = swept(tmp_path / "store").to_json(path)
    with pytest.raises(StoreError):
        swept(path)
    assert path.read_text() == text


def test_a_store_that_is_full_says_so_and_keeps_whole_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "store"
    found = swept(path)
    room, write = 900, os.write

    def writes_some(file: int, data: bytes) -> int:
        nonlocal room
        if not room:
            raise OSError(28, "No space left on device")
        written = write(file, data[: min(room, 100)])
        room -= written
        return written

    monkeypatch.setattr("encdec_widgets.explore.sweeping.store.os.write", writes_some)
    with pytest.raises(OSError, match="No space"):
        found.run()
    monkeypatch.undo()
    assert path.read_bytes().endswith(b"\n")
    assert found.rows
    assert found.run().rows == swept(path).run().rows == WHOLE


def test_two_sweeps_may_share_a_store(tmp_path: Path) -> None:
    path = tmp_path / "store"
    both = [swept(path) for _ in range(2)]
    threads = [threading.Thread(target=one.run) for one in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert both[0].rows == both[1].rows == swept(path).rows == WHOLE


def test_half_a_line_of_another_process_does_not_spoil_the_next(tmp_path: Path) -> None:
    path = tmp_path / "store"
    store = Store(path, {"encdec_widgets_sweep_store": 1})
    assert store.open() == {}
    with path.open("ab") as file:
        file.write(b'{"index": 0, "told": {"co')  # and was killed
    store.add(1, Kept("key", told_of_text("a")), {"filters": 4})
    assert store.open() == {1: Kept("key", told_of_text("a"))}


@pytest.mark.parametrize(
    ("grid", "other"),
    [
        (GRID, {"filters": 99, "down_blocks": 1}),
        ({"input_shape": [(64, 64, 1), (32, 32, 1)]}, {"input_shape": (128, 128, 1)}),
        ({"architecture": [DESIGN.architecture, UNet(filters=5)]}, {"filters": 7}),
    ],
    ids=["fields", "the input", "the architecture"],
)
def test_a_design_that_differs_in_what_is_swept_goes_on_and_gives_the_same_rows(
    tmp_path: Path, grid: Any, other: Any
) -> None:
    path = tmp_path / "store"
    whole = swept(path, grid=grid).run()
    again = Instant()
    found = sweep(DESIGN.replace_all(other), grid, ("cost",), again, path).run()
    assert again.asked == []
    assert [(row.values, row.told, row.design) for row in found.rows] == [
        (row.values, row.told, row.design) for row in whole.rows
    ]


@pytest.mark.parametrize("present", [{}, {"filters": 99}], ids=["the same", "another"])
def test_a_store_whose_first_line_has_all_of_the_design_goes_on(tmp_path: Path, present: Any) -> None:
    """As stores have that were begun by a version that did not leave the swept fields out."""
    path = tmp_path / "store"
    first, *rows = CONTENT.splitlines(keepends=True)
    header = {**json.loads(first), "design": to_data(DESIGN.replace_all(present))}
    assert header != json.loads(first)
    path.write_bytes(json.dumps(header).encode() + b"\n" + b"".join(rows))
    again = Instant()
    assert swept(path, again).run().rows == WHOLE
    assert again.asked == []


def test_a_design_that_differs_in_another_field_too_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "store"
    path.write_bytes(CONTENT)
    with pytest.raises(StoreError, match="holds another sweep: design"):
        sweep(DESIGN.replace_all({"filters": 5, "kernel_size": 5}), GRID, ("cost",), Instant(), path)
    assert path.read_bytes() == CONTENT


def test_a_folder_that_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        swept(tmp_path / "missing" / "store")
