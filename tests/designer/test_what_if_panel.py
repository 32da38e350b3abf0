"""The panel that tries other values of a field out."""

import gc
import re
import threading
import weakref
from collections.abc import Callable
from typing import Any

import attrs
import keras
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import CustomEncoderDecoder, UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import EncoderBlock
from encdec_widgets.architectures.fields.described import flag
from encdec_widgets.backbone import Backbone, build_in_steps
from encdec_widgets.background import Steps
from encdec_widgets.designs.variants import INPUT_SIZE
from encdec_widgets.explore import what_if as module
from encdec_widgets.formatting import count_text
from encdec_widgets.session import Session
from encdec_widgets.widgets.pages import what_if_panel
from encdec_widgets.widgets.pages.what_if_panel import WhatIfPanel
from tests.designer.on_screen import begin, put
from tests.designer.slow import PATIENCE_S, in_a_loop, until

DESIGN = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (36, 36, 1))


class Gate:
    """Holds builds up, from the one of this number on, until it is opened."""

    def __init__(self) -> None:
        self.number = 1000
        self.open = threading.Event()


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch, gate: Gate) -> list[Design]:
    """The variants that are built from now on."""
    designs: list[Design] = []

    def build(design: Design, **options: Any) -> Steps[Backbone]:
        designs.append(design)
        if len(designs) >= gate.number:
            assert gate.open.wait(PATIENCE_S)
        return (yield from build_in_steps(design, **options))

    monkeypatch.setattr(module, "build_in_steps", build)
    monkeypatch.setattr(what_if_panel, "WAIT_S", 0.05)
    return designs


def hidden_panel() -> WhatIfPanel:
    """A panel whose session shows nothing yet."""
    session = Session(DESIGN)
    session.set_trait("shown", None)
    return WhatIfPanel(session)


@pytest.fixture
def panel(built: list[Design]) -> WhatIfPanel:
    panel = hidden_panel()
    panel.visible = True
    return panel


def show(panel: WhatIfPanel, design: Design, path: str | None = None, **conditions: Any) -> None:
    panel._session.assume(**conditions)
    put(panel._session, design, path)


def take_in_hand(panel: WhatIfPanel, path: str) -> None:
    panel._session._set(in_hand=path)


def rest(panel: WhatIfPanel) -> None:
    """Begin an edit, whose network is not shown yet."""
    begin(panel._session)


def said(panel: WhatIfPanel) -> str:
    labels = re.findall('aria-label="([^"]*)"', panel.text)
    return " ".join([*labels, re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", panel.text))])


def paths(panel: WhatIfPanel) -> list[str]:
    return [path for _, path in panel.field.options]


def test_while_nobody_sees_it_nothing_is_computed(built: list[Design]) -> None:
    panel = hidden_panel()
    show(panel, DESIGN)
    take_in_hand(panel, "convs_per_block")
    assert (built, panel.text) == ([], "")
    panel.visible = True
    assert len(built) == 4
    assert DESIGN not in built
    panel.visible = False
    show(panel, DESIGN.replace("filters", 3))
    assert len(built) == 4


def test_the_field_in_hand_is_tried_over_its_range(panel: WhatIfPanel) -> None:
    take_in_hand(panel, "convs_per_block")
    show(panel, DESIGN)
    assert panel.field.value == "convs_per_block"
    counts = [DESIGN.replace("convs_per_block", n).build().parameters for n in (1, 2, 5)]
    first, now, last = map(count_text, counts)
    assert f"parameters: {first} at 1, {now} now, at 2, {last} at 5." in said(panel)
    assert "receptive field:" in said(panel)
    assert "Computing" not in said(panel)


def test_memory_is_called_an_estimate_and_says_of_what(panel: WhatIfPanel) -> None:
    take_in_hand(panel, "middle_block")
    show(panel, DESIGN, batch_size=4, precision="mixed_float16")
    assert "training memory (estimate): ≈" in said(panel)
    assert "Memory is an estimate for training: 4 images at a time, mixed_float16." in said(panel)


def test_what_is_not_possible_says_why(panel: WhatIfPanel) -> None:
    take_in_hand(panel, "down_blocks")
    show(panel, DESIGN)
    assert "Not possible: 3, 4, 5, 6, 7. With 3: 36 px can&#39;t be halved three times (36, 18, 9)" in said(
        panel
    )


def test_all_points_stand_in_a_table_that_screen_readers_read(panel: WhatIfPanel) -> None:
    take_in_hand(panel, "down_blocks")
    show(panel, DESIGN)
    table = panel.text.partition("<details>")[2].partition("</details>")[0]
    rows = [re.findall("<t[hd](?: [^>]*)?>([^<]*)", row) for row in table.split("</tr>")]
    assert rows[0] == [
        "down blocks",
        "parameters",
        "multiply-adds",
        "training memory",
        "receptive field",
    ]
    now = DESIGN.build()
    size = now.receptive_field().output.size
    assert size is not None
    assert rows[2][:2] == ["2, now", count_text(now.parameters)]
    assert rows[2][4] == f"{max(size)} px"
    assert rows[3] == ["3", *["not possible"] * 4]


@attrs.frozen
class MineGathers(EncoderBlock):
    """A user's block, which looks at the whole image."""

    gathers: bool = flag(True, help="Whether it does.")

    def make_block(self, x_in: Any, prefix: str = "block") -> Any:
        means = keras.layers.GlobalAveragePooling2D(keepdims=True, name=f"{prefix}_means")(x_in)
        return keras.layers.Multiply(name=f"{prefix}_weighed")([x_in, means])


def test_it_says_when_the_whole_image_is_seen_and_whose_code_runs(panel: WhatIfPanel) -> None:
    take_in_hand(panel, "encoder[0].gathers")
    show(panel, Design(CustomEncoderDecoder(encoder=[MineGathers(pool=False)]), (8, 8, 1)), "encoder[0]")
    assert "receptive field: whole image at off, whole image now, at on." in said(panel)
    assert "not known" not in said(panel)
    assert "the code of MineGathers runs in the background" in said(panel)
    show(panel, DESIGN)
    assert "the code of" not in said(panel)


def test_the_list_has_the_fields_of_network_block_head_and_input(panel: WhatIfPanel) -> None:
    take_in_hand(panel, "middle_block")
    show(panel, attrs.evolve(DESIGN, head=Head(channels=2)), "encoder[1]")
    labels = dict(map(reversed, panel.field.options))
    assert labels["filters_rate"] == "filters rate"
    assert labels["encoder[1].num_convs"] == "enc1 num convs"
    assert labels["head.channels"] == "head channels"
    assert labels[INPUT_SIZE] == "input size"
    show(panel, DESIGN)
    assert not any("." in path for path in paths(panel))


def test_a_person_chooses_another_field_in_the_list(panel: WhatIfPanel, built: list[Design]) -> None:
    take_in_hand(panel, "convs_per_block")
    show(panel, DESIGN)
    built.clear()
    panel.field.value = "up_interpolate"
    assert built == [DESIGN.replace("up_interpolate", True)]
    assert "up interpolate is off" in said(panel)
    show(panel, DESIGN.replace("convs_per_block", 3))
    assert panel.field.value == "up_interpolate"


def test_a_field_that_is_gone_gives_way_until_it_is_back(panel: WhatIfPanel) -> None:
    take_in_hand(panel, "encoder[1].pool")
    show(panel, DESIGN)
    assert panel.field.value == "filters"
    show(panel, DESIGN, "encoder[1]")
    assert panel.field.value == "encoder[1].pool"
    take_in_hand(panel, "input_shape")
    assert panel.field.value == INPUT_SIZE


def test_an_edit_along_the_range_builds_nothing(panel: WhatIfPanel, built: list[Design]) -> None:
    take_in_hand(panel, "convs_per_block")
    show(panel, DESIGN)
    built.clear()
    show(panel, DESIGN.replace("convs_per_block", 4))
    assert built == []
    assert "convs per block is 4" in said(panel)


def test_showing_the_same_again_builds_nothing(panel: WhatIfPanel, built: list[Design]) -> None:
    take_in_hand(panel, "convs_per_block")
    show(panel, DESIGN)
    before, count = panel.text, len(built)
    show(panel, DESIGN)
    assert (panel.text, len(built)) == (before, count)


def test_a_network_without_such_fields_says_so(panel: WhatIfPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(what_if_panel, "fields_to_try", lambda design, path: {})
    show(panel, DESIGN)
    assert "no field" in said(panel)
    assert panel.field.options == ()


def test_it_keeps_no_network_alive(panel: WhatIfPanel) -> None:
    show(panel, DESIGN)
    network = weakref.ref(panel._session.shown.backbone)
    panel.visible = False
    show(panel, DESIGN.replace("filters", 3))
    gc.collect()
    assert network() is None
    take_in_hand(panel, "middle_block")
    panel.visible = True
    assert "middle block is on" in said(panel)


# In a notebook


async def another_computes(built: list[Design]) -> None:
    """Return when a panel that began to wait just now has computed all of its values.

    What began to wait before it has had its turn then. Its own variants are taken out of ``built``.
    """
    other, designs = hidden_panel(), list(built)
    other.visible = True
    take_in_hand(other, "middle_block")
    show(other, DESIGN.replace("kernel_size", 5))
    await until(lambda: "Computing" not in said(other))
    other.close()
    own = [design for design in built if design.architecture.kernel_size == 5]
    assert own
    built[:] = [design for design in built if design not in own]
    assert built[: len(designs)] == designs


def beside_a_loop(scenario: Callable[[WhatIfPanel], Any]) -> None:
    async def run() -> None:
        panel = hidden_panel()
        panel.visible = True
        take_in_hand(panel, "convs_per_block")
        show(panel, DESIGN)
        await scenario(panel)
        panel.close()

    in_a_loop(run)


def test_it_waits_for_rest_and_then_shows_one_point_after_the_other(built: list[Design]) -> None:
    async def scenario(panel: WhatIfPanel) -> None:
        assert "Computing: 0 of 5 values" in said(panel)
        assert built == []
        seen = set()
        panel._status.observe(lambda _: seen.add(re.search(r"(\d) of 5|$", said(panel))[1]), "value")  # type: ignore[index]
        await until(lambda: "Computing" not in said(panel))
        assert {"1", "2", "3", "4"} <= seen
        assert len(built) == 4

    beside_a_loop(scenario)


def test_an_edit_stops_it_until_the_next_network_is_shown(built: list[Design], gate: Gate) -> None:
    gate.number = 2

    async def scenario(panel: WhatIfPanel) -> None:
        rest(panel)
        take_in_hand(panel, "filters")
        await another_computes(built)
        assert built == []
        assert "0 of 5 values so far" in said(panel)
        show(panel, DESIGN.replace("filters", 3))
        assert panel.field.value == "filters"
        await until(lambda: len(built) == 2)
        rest(panel)
        gate.open.set()
        await another_computes(built)
        assert len(built) == 2
        assert "values so far" in said(panel)

    beside_a_loop(scenario)


def test_no_step_of_a_slider_makes_a_design(built: list[Design], monkeypatch: pytest.MonkeyPatch) -> None:
    steps = [DESIGN.replace("convs_per_block", n).build() for n in (3, 4, 5)]
    made: list[str] = []

    async def scenario(panel: WhatIfPanel) -> None:
        await until(lambda: "Computing" not in said(panel))
        post_init = Design.__attrs_post_init__

        def counted(design: Design) -> None:
            made.append(threading.current_thread().name)
            post_init(design)

        monkeypatch.setattr(Design, "__attrs_post_init__", counted)
        for path in ("convs_per_block", "filters"):
            for backbone in steps:
                take_in_hand(panel, path)
                rest(panel)
                put(panel._session, backbone)
                assert panel.field.value == path
        assert made == []
        await until(lambda: "Computing" not in said(panel))
        assert set(made) == {"encdec-background"}

    beside_a_loop(scenario)


def test_a_step_along_the_range_shows_at_once_what_is_known(built: list[Design]) -> None:
    async def scenario(panel: WhatIfPanel) -> None:
        await until(lambda: "Computing" not in said(panel))
        for n in (3, 4):
            take_in_hand(panel, "convs_per_block")
            rest(panel)
            show(panel, DESIGN.replace("convs_per_block", n))
            assert f"convs per block is {n}" in said(panel)
            assert "Computing" not in said(panel)

    beside_a_loop(scenario)


def test_what_is_closed_while_it_computes_ends_and_does_not_start_again(
    built: list[Design], gate: Gate
) -> None:
    gate.number = 1

    async def scenario(panel: WhatIfPanel) -> None:
        await until(lambda: len(built) == 1)
        panel.close()
        gate.open.set()
        text = panel.text
        await until(lambda: not any(thread.name == "encdec-background" for thread in threading.enumerate()))
        count = len(built)
        assert count == 1
        show(panel, DESIGN.replace("filters", 3))
        take_in_hand(panel, "middle_block")
        await another_computes(built)
        assert (panel.text, len(built)) == (text, count)

    beside_a_loop(scenario)


def test_nothing_is_computed_once_it_is_hidden_or_closed(built: list[Design]) -> None:
    async def scenario(panel: WhatIfPanel) -> None:
        panel.visible = False
        await another_computes(built)
        assert built == []
        panel.visible = True
        panel.close()
        await another_computes(built)
        assert built == []

    beside_a_loop(scenario)


def test_a_point_that_is_chosen_sets_its_value(panel: WhatIfPanel) -> None:
    show(panel, DESIGN)
    for path in ("convs_per_block", INPUT_SIZE):
        take_in_hand(panel, path)
        values = panel._question.values
        index = next(i for i, value in enumerate(values) if value != panel._question.current)
        assert path.replace("_", " ") in panel._charts.readings[index]
        panel._charts.chosen = (panel._charts.chosen[0] + 1, index)
        design = panel._session.design
        wanted = values[index]
        assert (
            max(design.input_shape[:2]) if path == INPUT_SIZE else design.architecture.convs_per_block
        ) == wanted
        assert panel._charts.current == index  # and it is the present one now
