"""A sweep as CSV, as JSON and for pandas."""

import csv
import io
import json
import sys
from pathlib import Path

import pandas as pd
import pytest

from encdec_widgets import Design, sweep
from tests.explore.instant import COMBINATIONS, DESIGN, GRID, Instant, Waiting


def test_csv_is_in_the_order_of_the_grid_and_json_holds_all() -> None:
    found = sweep(DESIGN, GRID, ("cost",), Instant())
    lines = list(csv.DictReader(io.StringIO(found.to_csv())))  # begins it
    assert [line["filters"] for line in lines] == [str(each["filters"]) for each in COMBINATIONS]
    assert [bool(line["reason"]) for line in lines] == [each["down_blocks"] == 7 for each in COMBINATIONS]
    assert {line["parameters"] for line in lines if line["reason"]} == {""}
    data = json.loads(found.to_json())
    assert [row["values"] for row in data["rows"]] == COMBINATIONS
    assert [row.get("told") for row in data["rows"]] == [row.told for row in found.rows]
    assert (data["tell"], data["conditions"]["batch_size"]) == (["cost"], 1)
    assert Design.from_json(json.dumps(data["design"])) == DESIGN


def test_files_are_not_written_over_unless_told(tmp_path: Path) -> None:
    found = sweep(DESIGN, {"filters": [4]}, ("cost",), Instant())
    path = tmp_path / "sweep.csv"
    text = found.to_csv(path)
    assert path.read_bytes().decode() == text
    with pytest.raises(FileExistsError, match="overwrite=True"):
        found.to_csv(path)
    assert found.to_json(path, overwrite=True) == path.read_text()


def test_a_sweep_that_was_left_writes_what_is_done() -> None:
    found = sweep(DESIGN, {"filters": range(1, 9)}, ("cost",), Waiting(2))
    for _ in found:
        break
    assert found.to_csv().count("\n") == 1 + len(found.rows) < 9


def test_without_pandas_there_is_a_plain_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    found = sweep(DESIGN, {"filters": [4]}, ("cost",), Instant())
    with pytest.raises(ImportError, match="pip install pandas; to_csv and to_json need nothing"):
        found.to_pandas()


def test_pandas_has_the_columns_of_the_csv() -> None:
    found = sweep(DESIGN, GRID, ("cost",), Instant())
    read = pd.read_csv(io.StringIO(found.to_csv()), index_col="index", keep_default_na=True)
    frame = found.to_pandas()
    assert list(frame.columns) == list(read.columns)
    assert frame["parameters"].tolist()[:4] == read["parameters"].tolist()[:4]
