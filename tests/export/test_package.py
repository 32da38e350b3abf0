"""Packages of training jobs: one configuration is read, of several one is chosen, and nothing harmful is unpacked."""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from encdec_widgets import read_design
from encdec_widgets.export import reading
from encdec_widgets.export.package import SeveralConfigurationsError
from encdec_widgets.export.reading import read_bytes
from tests.export.packages import CONFIGURATIONS, JOB, zipped


@pytest.fixture
def job(tmp_path: Path) -> Path:
    file = tmp_path / "job.zip"
    file.write_bytes(zipped(JOB))
    return file


def test_of_several_configurations_one_is_chosen_by_a_path_that_goes_on(job: Path) -> None:
    with pytest.raises(
        SeveralConfigurationsError, match=r"centroid\.json and centered_instance\.json"
    ) as several:
        read_design(job)
    assert several.value.names == tuple(CONFIGURATIONS)
    assert f"Would work: the path of one, '{job.as_posix()}/centroid.json'" in str(several.value)
    for name, text in CONFIGURATIONS.items():
        for source in (job / name, str(job / name)):
            found = read_design(source)
            assert found.design == read_design(text).design
            assert found.path == job / name
    with pytest.raises(ValueError, match=r"no best_model\.h5 in the folder"):
        read_design(job / "centroid.json").backbone(weights=True)
    with pytest.raises(ValueError, match=r"no 'topdown\.json' in it; it holds centroid\.json, "):
        read_design(job / "topdown.json")


def test_a_package_with_one_configuration_is_read_as_that(tmp_path: Path) -> None:
    text = CONFIGURATIONS["centroid.json"]
    for name in ("run1/training_config.json", "a.JSON"):
        data = zipped({"readme.md": "# a run", name: "\ufeff" + text, "other.json": "{}"})
        assert read_bytes(data).design == read_design(text).design
    file = tmp_path / "named as one likes"
    file.write_bytes(data)
    assert read_design(file).path == file / "a.JSON"


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "holds no configuration"),
        (
            {"config.json": "{}", "metadata.json": "{}", "model.weights.h5": "\x89HDF"},
            "holds no configuration",
        ),
        ({f"{n}.txt": "" for n in range(10_001)}, "more than 10,000 files"),
        ({"../evil.json": CONFIGURATIONS["centroid.json"], "b.json": "{"}, "holds no configuration"),
    ],
    ids=["empty", "a Keras model", "many files", "a path that leads out"],
)
def test_a_package_without_a_configuration_is_refused_and_none_is_unpacked(
    files: Mapping[str, str], words: str, tmp_path: Path
) -> None:
    file = tmp_path / "package.zip"
    file.write_bytes(zipped(files))
    with pytest.raises(ValueError, match=words):
        read_design(file)
    assert [each.name for each in tmp_path.iterdir()] == ["package.zip"]


def test_what_unpacks_to_more_than_a_design_has_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LARGEST", 10_000)
    bomb = zipped({"bomb.json": " " * 10_000_000})
    assert len(bomb) < 12_000
    with pytest.raises(ValueError, match="holds no configuration"):
        read_bytes(bomb)
    with pytest.raises(ValueError, match=r"'bomb\.json' is too large for a design"):
        read_bytes(bomb, "bomb.json")
    lies = bomb.replace((10_000_000).to_bytes(4, "little"), (100).to_bytes(4, "little"))  # of its own size
    with pytest.raises(ValueError, match="zip archive"):
        read_bytes(lies, "bomb.json")


def test_a_package_that_ends_anywhere_is_refused_in_words() -> None:
    data = zipped({"a.json": json.dumps({"model": 1})}, zipfile.ZIP_STORED)
    for end in range(4, len(data)):
        with pytest.raises(ValueError, match="zip archive"):
            read_bytes(data[:end])
