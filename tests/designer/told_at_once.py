"""Designs of a sweep that are told of at once, and a screen without a browser that sweeps them."""

import importlib
from typing import Any

import pytest

from encdec_widgets import Design, sweep
from encdec_widgets.architectures import UNet
from encdec_widgets.explore.sweep import Sweep
from encdec_widgets.explore.sweeping import beside
from encdec_widgets.session import Session
from encdec_widgets.widgets.designs.swept import Swept
from encdec_widgets.widgets.picture.picture import Picture
from tests.explore.instant import Instant

sweep_module = importlib.import_module("encdec_widgets.explore.sweep")
"""``encdec_widgets.explore.sweep`` by attributes may be the function."""
SMALL = Design(UNet(filters=4, down_blocks=2, up_blocks=2), (32, 32, 1))
TIME = {"median_ms": 2.0, "device": "CPU", "processor": "a processor"}
GRID = {"filters": [2, 4, 8], "down_blocks": [1, 2, 7]}


def told_of(design_json: str) -> dict[str, Any]:
    """Figures that are known without building: wider costs more, deeper sees further."""
    design = Design.from_json(design_json)
    filters, levels = design.architecture.filters, design.architecture.down_blocks
    return {
        "cost": {"parameters": 1000 * filters * levels, "training_bytes": 10_000 * filters},
        "receptive_field": {"extent": "exact", "height": 10 * levels, "width": 10 * levels},
        "checks": [],
    }


def told_with_time(design_json: str) -> dict[str, Any]:
    """The same, and a time, as where that is asked for."""
    return {**told_of(design_json), "time": TIME}


def rows(grid: Any = None) -> Sweep:
    return sweep(SMALL, grid or GRID, executor=Instant(told_of)).run()


@pytest.fixture(autouse=True)
def no_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Designs are told of at once, wherever they are swept."""
    monkeypatch.setattr(beside, "asks_processes", lambda: False)
    instant = Instant(told_of)
    monkeypatch.setattr(sweep_module, "sweep", lambda *args, **more: sweep(*args, **more, executor=instant))


@pytest.fixture
def session() -> Session:
    return Session(SMALL)


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def swept(session: Session, said: list[str]) -> Swept:
    return Swept(session, said.append)


@pytest.fixture
def picture(session: Session, swept: Swept) -> Picture:
    return Picture(session, None, swept)


def names(picture: Picture) -> list[str]:
    assert picture.scene is not None
    return sorted(picture.scene.boxes)
