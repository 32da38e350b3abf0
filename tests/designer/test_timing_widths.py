"""What is said of numbers of channels that are no multiple of 8: what was measured, and only where it was."""

import attrs
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.session import Session
from encdec_widgets.widgets.pages.timing_panel import TimingPanel
from encdec_widgets.widgets.pages.timing_widths import uneven_widths, widths_html
from tests.designer.timed import TIMING, FakeWorker, begun, said, show

EVEN = Design(UNet(filters=8, down_blocks=2, up_blocks=2, filters_rate=2.0), (32, 32, 1), Head(13))
UNEVEN = EVEN.replace("filters", 17)


def test_widths_of_convolutions_are_told_and_a_head_is_what_its_task_needs() -> None:
    assert uneven_widths(EVEN.build().layers) == ()
    assert uneven_widths(UNEVEN.build().layers) == (17, 34, 68)
    assert uneven_widths(EVEN.replace("encoder[1].filters", 20).build().layers) == (20,)


@pytest.mark.parametrize(
    ("timed", "figure"),
    [
        ({}, "1.60 times as long"),
        ({"backend": "jax", "compilation": "XLA"}, "1.75 times as long"),
        ({"compilation": "eager"}, None),
        ({"backend": "torch", "compilation": "eager"}, None),
        ({"device": "NVIDIA H200"}, None),
        ({"precision": "mixed_bfloat16"}, None),
        ({"work": "training"}, None),
    ],
    ids=str,
)
def test_only_what_was_measured_is_said(timed: dict[str, str], figure: str | None) -> None:
    timing = attrs.evolve(TIMING, **timed)
    words = widths_html(timing, UNEVEN.build().layers)
    assert (figure in words) if figure else not words
    assert not widths_html(timing, EVEN.build().layers)


def test_it_stands_beside_the_timing_of_such_a_network_while_that_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worker = FakeWorker()
    panel: TimingPanel = begun(Session(EVEN), worker, monkeypatch)
    show(panel, UNEVEN)
    assert "no multiple of 8" not in said(panel)
    panel.start.click()
    worker.answer(TIMING)
    assert "no multiple of 8: 17, 34 and 68." in said(panel)
    show(panel, EVEN)
    assert "no multiple of 8" not in said(panel)
