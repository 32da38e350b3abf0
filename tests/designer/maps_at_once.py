"""A panel of feature maps whose worker answers when a test has it answer."""

import re
from typing import Any

import numpy as np
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.session import Session
from encdec_widgets.widgets.pages.feature_maps_panel import FeatureMapsPanel
from encdec_widgets.workers.block_maps import BlockMaps, ChannelMap, FeatureMaps, HeadMaps, Peak
from tests.designer.timed import FakeWorker

DESIGN = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (32, 32, 1), Head(2))


def maps_of(session: Session, **more: Any) -> FeatureMaps:
    """Maps as a worker could send them of the network that is shown."""
    assert session.shown is not None
    blocks = []
    for name, data in session.shown.backbone.blocks.nodes(data=True):
        if data["stage"] == "input":
            continue
        height, width, channels = data["shape"]
        alive = tuple(
            ChannelMap(number=n, low=-0.5, high=1.5 + n, least=-1.0, most=2.0 + n)
            for n in range(channels - 1)
        )[:8]
        blocks.append(
            BlockMaps(
                name=name,
                label=data["label"],
                size=(height, width),
                stride=data["stride"],
                channels=channels,
                dead=(channels - 1,),
                not_finite=(),
                liveliest=alive,
                tiles=np.full((len(alive), height, width), len(blocks), np.uint8),
            )
        )
    peaks = (
        Peak(channel=0, position=(3.0, 4.0), value=0.75),
        Peak(channel=1, position=(9.0, 8.0), value=-0.25),
    )
    head = HeadMaps(name="stack0_head", label="head", peaks=peaks, heat=np.zeros((32, 32), np.uint8))
    made = {
        "blocks": tuple(blocks),
        "heads": (head,),
        "picture": np.arange(1024, dtype=np.uint16).reshape(32, 32).astype(np.uint8),
        "weights": "random weights",
        "seconds": 0.02,
        "backend": "tensorflow",
        "precision": "float32",
    }
    return FeatureMaps(**{**made, **more})


@pytest.fixture
def worker() -> FakeWorker:
    return FakeWorker()


@pytest.fixture
def session() -> Session:
    return Session(DESIGN)


@pytest.fixture
def heard() -> list[str]:
    return []


@pytest.fixture
def panel(session: Session, worker: FakeWorker, heard: list[str]) -> FeatureMapsPanel:
    panel = FeatureMapsPanel(session, worker, heard.append)  # type: ignore[arg-type]
    panel.visible = True
    return panel


def said(panel: FeatureMapsPanel) -> str:
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", panel.text)).strip()


def from_page(panel: FeatureMapsPanel, content: Any, *buffers: bytes) -> None:
    message = {"content": {"data": {"method": "custom", "content": content}}, "buffers": list(buffers)}
    panel.view._handle_msg(message)
