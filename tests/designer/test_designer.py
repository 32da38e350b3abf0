import gc
import html
from collections.abc import Callable
from itertools import combinations
from typing import ClassVar

import ipywidgets as widgets
import keras
import pytest
import traitlets

from encdec_widgets import Design, Designer, preset
from encdec_widgets.architectures import LeapCNN, StackedHourglass
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import (
    EncoderDecoder,
    SimpleConvBlock,
    SimpleUpsamplingBlock,
)
from encdec_widgets.architectures.fields.described import integer
from encdec_widgets.background import Cancellable, OnLoop
from encdec_widgets.designs.presets import CATALOGUE
from encdec_widgets.figures.palette import Palette
from encdec_widgets.figures.parts import Scene
from encdec_widgets.formatting import count_text
from encdec_widgets.session import Session
from encdec_widgets.widgets.foot import foot
from encdec_widgets.widgets.pages.what_if_panel import WAIT_S, WhatIfPanel
from encdec_widgets.widgets.picture.facts_table import UPDATE_AFTER_S, FactsTable
from encdec_widgets.widgets.picture.graph_view import GraphView
from encdec_widgets.widgets.picture.picture import Picture
from tests.designer.reading import SMALL, control, drawn_channels, mends, text_of, walk


@pytest.mark.parametrize("start", [None, "LEAP CNN", LeapCNN(filters=2), SMALL])
def test_it_starts_from_anything_that_is_a_network(start: object) -> None:
    designer = Designer(start)
    assert isinstance(designer.model, keras.Model)
    assert designer.model is designer.backbone.model
    assert designer.design == designer.backbone.design
    assert designer.problem is None


def test_it_refuses_to_start_from_anything_else() -> None:
    with pytest.raises(ValueError, match="Received: 42"):
        Designer(42)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no preset named 'X-Net'"):
        Designer("X-Net")


def test_a_control_rebuilds_and_redraws(designer: Designer) -> None:
    before = designer.model
    control(designer, "filters").value = 3
    assert designer.design == SMALL.replace("filters", 3)
    assert designer.model is not before
    assert designer.model.count_params() == SMALL.replace("filters", 3).build().parameters
    assert drawn_channels(designer) == [1, 3, 6, 6, 12, 12, 6, 3]
    assert designer.figures.figures[0][2] == count_text(designer.model.count_params())


def test_a_slider_and_its_number_show_the_same(designer: Designer) -> None:
    slider, number = control(designer, "filters").value, control(designer, "filters")
    assert slider == number.value == 2
    row = next(w for w in walk(designer) if number in getattr(w, "children", ()))
    row.children[0].value = 5
    assert (number.value, designer.design.architecture.filters) == (5, 5)
    designer.set("filters", 300)
    assert (row.children[0].value, number.value) == (300, 300)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("filters", 4),
        ("filters_rate", 1.5),
        ("up_interpolate", True),
        ("middle_block", False),
        ("down_blocks", 3),
    ],
)
def test_set_and_the_control_take_the_same_road(field: str, value: object) -> None:
    by_code, by_hand = Designer(SMALL), Designer(SMALL)
    by_code.set(field, value)
    by_code.wait()
    control(by_hand, field.replace("_", " ")).value = value
    assert by_code.design == by_hand.design == SMALL.replace(field, value)


def test_every_field_has_a_control_with_its_help(designer: Designer) -> None:
    for field in ("stacks", "filters", "filters rate", "kernel size", "down blocks", "height", "channels"):
        assert "." in control(designer, field).tooltip


def test_traits_can_be_observed_and_are_consistent(designer: Designer) -> None:
    seen = []
    designer.observe(lambda change: seen.append((change["new"], designer.model, designer.design)), "backbone")
    designer.set("filters", 4)
    ((backbone, model, design),) = seen
    assert backbone.model is model
    assert backbone.design == design


def test_an_observer_that_comes_late_is_told_the_value_before(designer: Designer) -> None:
    designer.set("filters", 3)
    designer.set("filters", 0)
    told: list[tuple[str, object, object]] = []
    error, before = designer.problem, designer.design
    for name in ("problem", "design"):
        designer.observe(lambda c: told.append((c["name"], c["old"], c["new"])), name)
    designer.undo()
    designer.set("filters", 4)
    assert told == [("problem", error, None), ("design", before, before.replace("filters", 4))]


def test_an_observer_of_the_designer_that_edits_overtakes_the_change(designer: Designer) -> None:
    def also(_: object) -> None:
        if designer.design.architecture.filters == 3:
            designer.set("filters", 4)

    told: list[int] = []
    designer.observe(also, "design")
    designer.observe(lambda c: told.append(c["new"].architecture.filters), "design")
    designer.set("filters", 3)
    assert told == [4]


def test_a_subclass_observes_by_a_decorator() -> None:
    class Watched(Designer):
        told: ClassVar[list[tuple[str, bool]]] = []

        @traitlets.observe("design", "model")
        def _watch(self, change: dict[str, object]) -> None:
            self.told.append((str(change["name"]), self.session.shown.backbone.filled))

    designer = Watched(SMALL)
    designer.told.clear()
    designer.set("filters", 3)
    assert designer.told == [("design", True), ("model", True)]


def test_family_and_preset_lists_load_designs(designer: Designer) -> None:
    assert control(designer, "preset").label == "(edited)"
    control(designer, "family").value = "LEAP CNN"
    assert designer.design == preset("LEAP CNN")
    assert control(designer, "preset").value == "LEAP CNN"
    assert control(designer, "up convs per block").value == 2
    control(designer, "family").value = "U-Net"
    control(designer, "preset").value = "SLEAP centroid"
    assert control(designer, "preset").value == "SLEAP centroid"
    assert designer.design == preset("SLEAP centroid")
    designer.set("filters", 17)
    assert control(designer, "preset").label == "(edited)"


def test_another_name_of_the_same_network_is_shown_with_its_source() -> None:
    names = list(CATALOGUE)
    first, second = next(
        (a, b) for a, b in combinations(names, 2) if CATALOGUE[a].design == CATALOGUE[b].design
    )
    preset_list = Designer(first).header.family.preset
    preset_list.value = second
    assert Designer(second).header.family.preset.value == preset_list.value == second
    assert CATALOGUE[second].purpose in preset_list.tooltip


def test_any_size_makes_height_and_width_unknown_and_back(designer: Designer) -> None:
    control(designer, "any size").value = True
    assert designer.design.input_shape == (None, None, 1)
    assert control(designer, "height").disabled
    control(designer, "any size").value = False
    assert designer.design.input_shape == (64, 64, 1)
    assert not control(designer, "height").disabled


def test_a_users_field_gets_a_control() -> None:
    import attrs

    @attrs.frozen
    class Mine(EncoderDecoder):
        levels: int = integer(1, minimum=1, maximum=4, usual=(1, 4), help="Number of levels.")
        encoder_stack = property(lambda self: [SimpleConvBlock(filters=2)] * self.levels)
        decoder_stack = property(lambda self: [SimpleUpsamplingBlock(refine_convs_filters=2)] * self.levels)

    designer = Designer(Mine())
    control(designer, "levels").value = 3
    assert designer.design.architecture == Mine(levels=3)
    assert control(designer, "family").value == "Mine"


def test_a_users_field_without_a_description_gets_a_control_too() -> None:
    import attrs

    @attrs.define
    class Plain(EncoderDecoder):
        breadth: int = 2
        pooled: bool = True
        encoder_stack = property(lambda self: [SimpleConvBlock(filters=self.breadth, pool=self.pooled)])
        decoder_stack = property(lambda self: [])

    designer = Designer(Plain())
    control(designer, "breadth").value = 7
    control(designer, "pooled").value = False
    assert designer.design.architecture == Plain(breadth=7, pooled=False)
    assert designer.model.output_shape == (None, 256, 256, 7)
    control(designer, "breadth").value = -3
    assert "filters must be a whole number from 1" in text_of(designer)
    assert designer.design.architecture.breadth == 7


def test_a_head_can_be_put_on_changed_and_taken_off(designer: Designer) -> None:
    control(designer, "ends in a head").value = True
    assert designer.model.output_shape == (None, 64, 64, 16)
    control(designer, "activation").value = "softmax"
    control(designer, "stride").value = "2"
    assert designer.design.head == Head(16, "softmax", 2)
    assert designer.model.output_shape == (None, 32, 32, 16)
    control(designer, "stride").value = "3"
    assert "head.stride must be None (the output) or the stride of a feature" in text_of(designer)
    assert [button.description for button in mends(designer)[:2]] == [
        "set head stride to 4",
        "set head stride to 2",
    ]
    mends(designer)[1].click()
    assert designer.design.head.stride == 2
    control(designer, "stride").value = "two"
    assert "head.stride='two'" in html.unescape(text_of(designer))
    control(designer, "stride").value = ""
    assert designer.design.head.stride is None
    control(designer, "ends in a head").value = False
    assert designer.design == SMALL


@pytest.mark.parametrize(
    "name", ["Stacked hourglass, 1 stack", "FC-DenseNet56", "LEAP (2019)", "Hourglass (SLEAP)"]
)
def test_every_kind_of_preset_can_be_shown(name: str) -> None:
    designer = Designer(name)
    assert control(designer, "preset").value == name
    assert designer.design == preset(name)


def test_editing_a_block_keeps_how_stacks_are_joined(designer: Designer) -> None:
    designer.load(Design(StackedHourglass(filters=4, down_blocks=1, up_blocks=1), (16, 16, 1), Head(2)))
    before = designer.model
    designer.set("encoder[0].num_residuals", 2)
    designer.set("encoder[0].num_residuals", 1)
    assert [layer.name for layer in designer.model.layers] == [layer.name for layer in before.layers]
    assert designer.model.count_params() == before.count_params()


def test_what_is_on_screen_cannot_be_assigned(designer: Designer) -> None:
    for name in ("design", "backbone", "model", "problem"):
        with pytest.raises(traitlets.TraitError):
            setattr(designer, name, None)


def test_load_takes_what_the_designer_takes(designer: Designer) -> None:
    designer.load("LEAP (2019)")
    assert designer.design == preset("LEAP (2019)")
    designer.load(42)  # type: ignore[arg-type]
    assert "Received: 42" in text_of(designer)
    assert designer.design == preset("LEAP (2019)")


def test_controls_that_are_no_longer_shown_are_let_go(designer: Designer) -> None:
    def families() -> int:
        for name in ("LEAP CNN", "U-Net"):
            control(designer, "family").value = name
        gc.collect()  # of designers of other tests
        return len(widgets.widget._instances)

    assert families() == families()


def test_an_edit_draws_one_picture_and_sends_few_messages(
    designer: Designer, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[object] = []
    sent: list[str] = []
    show, send = GraphView.show, widgets.Widget._send

    def counted_show(view: GraphView, scene: Scene, palette: Palette) -> None:
        drawn.append(scene)
        show(view, scene, palette)

    def counted_send(widget: widgets.Widget, message: dict[str, object], buffers: object = None) -> None:
        sent.append(f"{type(widget).__name__}: {sorted(message.get('state', message))}")
        send(widget, message, buffers)

    monkeypatch.setattr(GraphView, "show", counted_show)
    monkeypatch.setattr(widgets.Widget, "_send", counted_send)
    row = next(w for w in walk(designer) if control(designer, "filters") in getattr(w, "children", ()))
    row.children[0].value = 5
    assert len(drawn) == 1, "with what the checks find of the network"
    # The first edit, after which the preset has another name and can be undone; at rest, the keyboard's way and what is
    # read aloud. Of the picture, one.
    assert len([kind for kind in sent if kind.startswith("FigureWidget")]) == 1, sent
    assert len(sent) <= 13, sent
    drawn.clear()
    designer.select("encoder[1]")
    designer.select("encoder[1]")
    assert len(drawn) == 1


def test_the_foot_tells_of_a_network_once(designer: Designer, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(foot, "built_text", lambda backbone: told.append(backbone) or "facts")
    designer.set("filters", 3)
    assert told == [designer.backbone]


def test_what_waits_or_is_computed_is_in_the_background_of_its_session() -> None:
    class Noted(OnLoop):
        waits: ClassVar[list[float]] = []

        def later(self, seconds: float, action: Callable[[], object]) -> Cancellable | None:
            self.waits.append(seconds)
            return super().later(seconds, action)

    session = Session(SMALL, background=Noted())
    assert isinstance(session.background, Noted)
    parts = Picture(session), FactsTable(session), WhatIfPanel(session)
    parts[-1].visible = True
    session.change("filters", 3)
    assert {UPDATE_AFTER_S, WAIT_S} <= set(Noted.waits)


def test_closing_stops_what_is_built_and_what_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = BusyWorker()
    pages = "encdec_widgets.widgets.pages"
    monkeypatch.setattr(f"{pages}.timing_panel.shared_worker", lambda: worker)
    monkeypatch.setattr(f"{pages}.receptive_page.shared_worker", lambda: worker)
    monkeypatch.setattr(f"{pages}.receptive_page.backend_with_gradients", lambda: "tensorflow")
    designer, other = Designer(SMALL), Designer(SMALL)
    other.close()
    assert worker.stopped == 0, "nothing was measured for it"
    designer.aside.timing.start.click()
    assert worker.jobs == 1
    designer.close()
    assert worker.stopped == 1
    field = Designer(SMALL)
    field.aside.receptive_field.measure.click()
    field.close()
    assert (worker.jobs, worker.stopped) == (2, 2)


class BusyWorker:
    """Measures until it is stopped."""

    def __init__(self) -> None:
        self.jobs = self.stopped = 0

    def submit(self, job: object, *, on_done: object, on_progress: object) -> None:
        self.jobs += 1

    def stop(self) -> None:
        self.stopped += 1
