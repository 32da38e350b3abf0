"""The page of costs begins with the precision that the network was built with."""

from collections.abc import Iterator

import keras
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.session import Session
from encdec_widgets.widgets.pages import costs_panel
from encdec_widgets.widgets.pages.costs_panel import CostsPanel
from tests.designer.on_screen import put
from tests.designer.reading import control

SMALL = Design(UNet(filters=2, down_blocks=1, up_blocks=1), (16, 16, 1))


@pytest.fixture(autouse=True)
def _precision_of_before() -> Iterator[None]:
    before = keras.config.dtype_policy()
    yield
    keras.config.set_dtype_policy(before)


@pytest.mark.parametrize(
    ("policy", "told"),
    [("float32", "float32"), ("mixed_bfloat16", "mixed_bfloat16"), ("float64", "float32")],
)
def test_the_first_network_says_which_precision_to_begin_with(policy: str, told: str) -> None:
    keras.config.set_dtype_policy(policy)
    session = Session(SMALL)
    panel = CostsPanel(session)
    assert session.conditions.precision == control(panel, "precision").value == told


def test_a_precision_that_was_chosen_stays() -> None:
    session = Session(SMALL)
    panel = CostsPanel(session)
    control(panel, "precision").value = "mixed_float16"
    keras.config.set_dtype_policy("mixed_bfloat16")
    put(session, SMALL)
    assert session.conditions.precision == control(panel, "precision").value == "mixed_float16"


def test_another_batch_size_is_shown_once(monkeypatch: pytest.MonkeyPatch) -> None:
    panel = CostsPanel(Session(SMALL))
    panel.visible = True
    shown: list[object] = []
    monkeypatch.setattr(costs_panel, "cost_html", lambda *given: shown.append(given) or "costs")
    control(panel, "batch size").value = 2
    assert len(shown) == 1


def test_a_refused_batch_size_that_is_taken_back_shows_the_costs_again() -> None:
    panel = CostsPanel(Session(SMALL))
    panel.visible = True
    control(panel, "batch size").value = 0
    assert "Received: batch_size=0" in panel.text
    control(panel, "batch size").value = 1
    assert "Received" not in panel.text


def test_boxes_are_coloured_by_channels_here_and_by_a_figure_elsewhere() -> None:
    session = Session(Design(UNet(filters=2, down_blocks=2, up_blocks=2), (64, 64, 1)))
    panel = CostsPanel(session)
    panel.channels.value = True
    assert session.coloured_by == "channels"
    session.colour_by("parameters")
    assert not panel.channels.value
    assert session.coloured_by == "parameters"
    session.colour_by("channels")
    assert panel.channels.value
    panel.channels.value = False
    assert session.coloured_by is None
