"""The folder of a SLEAP model is written as a whole or not at all, and over nothing unasked."""

from pathlib import Path
from typing import Any

import attrs
import pytest

from encdec_widgets import Design, read_design
from encdec_widgets.architectures import UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.export.sleap import saving


def test_a_model_folder_is_replaced_as_a_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unet = UNet(filters=2, down_blocks=1, up_blocks=1)
    backbone = Design(unet, (32, 32, 1), Head(2)).build()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    folder = backbone.to_sleap("~/run")
    assert folder == tmp_path / "run"
    assert sorted(file.name for file in folder.iterdir()) == ["best_model.h5", "training_config.json"]
    before = {file.name: file.read_bytes() for file in folder.iterdir()}

    def fail(*_: Any) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(saving, "keras_2_config", fail)
    other = Design(attrs.evolve(unet, filters=4), (32, 32, 1), Head(2)).build()
    with pytest.raises(OSError, match="no space left"):
        other.to_sleap(folder, overwrite=True)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    monkeypatch.undo()
    assert read_design(other.to_sleap(folder, overwrite=True)).design == other.design


def test_a_model_folder_never_takes_the_place_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "run"
    path.write_text("mine")
    backbone = Design(UNet(filters=2, down_blocks=1, up_blocks=1), (32, 32, 1), Head(2)).build()
    with pytest.raises(FileExistsError, match="is a file, and a model of SLEAP is a folder"):
        backbone.to_sleap(path, overwrite=True)
    assert path.read_text() == "mine"
