import base64
from typing import Any
from xml.etree import ElementTree as ET

import ipywidgets as widgets
import networkx as nx
import numpy as np
import pytest

from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.explain.receptive_field import MapReceptiveField, ReceptiveField
from encdec_widgets.widgets.pages.receptive_panel import ReceptivePanel
from encdec_widgets.widgets.pages.receptive_view import SAMPLE_SIZE, ReceptiveView
from encdec_widgets.workers.effective_field import EffectiveField
from tests.designer.reading import walk


def exact(size: int, smallest: int = 0) -> MapReceptiveField:
    least = smallest or size
    return MapReceptiveField(extent="exact", size=(size, size), smallest=(least, least), offset=(0.5, -0.5))


BLOCKS: "nx.DiGraph[str]" = nx.DiGraph()
for _name, _stage, _stride in (("enc0", "encoder", 1), ("enc1", "encoder", 2), ("dec0", "decoder", 1)):
    BLOCKS.add_node(_name, stage=_stage, stride=_stride, strides=(_stride, _stride), label=_name)
FIELDS = ReceptiveField(
    output=exact(188, 184),
    blocks={"enc0": exact(5), "enc1": exact(140), "dec0": exact(188, 184)},
    outputs={"dec0": exact(188, 184)},
    layers={},
    skips={},
    encoder_only=76,
)


def effective(**changes: Any) -> EffectiveField:
    rows, columns = np.mgrid[-32:32, -48:48]
    gradient = np.exp(-(rows**2 + columns**2) / 50).astype("float32")
    made = {"gradient": gradient, "position": (32.0, 48.0), "samples": 4, "backend": "tensorflow"}
    return EffectiveField(**{**made, **changes})


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def panel(told: list[str]) -> ReceptivePanel:
    panel = ReceptivePanel()
    panel.observe(lambda _: told.append("settings"), ["animal_px", "input_scale"])
    panel.show(FIELDS, BLOCKS, ())
    return panel


def labels(panel: ReceptivePanel) -> list[str]:
    return [box["label"] for box in panel.view.boxes]


def number(panel: ReceptivePanel, label: str) -> widgets.FloatText:
    return next(w for w in walk(panel) if isinstance(w, widgets.FloatText) and w.description == label)


def from_page(view: ReceptiveView, content: Any) -> None:
    view._handle_msg({"content": {"data": {"method": "custom", "content": content}}, "buffers": []})


def set_in_page(view: ReceptiveView, **state: Any) -> None:
    view._handle_msg({"content": {"data": {"method": "update", "state": state}}, "buffers": []})


def test_without_a_network_it_shows_the_sample_alone() -> None:
    panel = ReceptivePanel()
    assert panel.view.boxes == []
    assert "fits" not in panel.text


def test_it_answers_whether_the_animal_fits(panel: ReceptivePanel) -> None:
    assert "The animal of 150 px fits into what the output sees (188 px)." in panel.text
    assert "The output sees 188 × 188 px (exact)" in panel.text
    assert "dialog would show 76 px" in panel.text.replace("&#x27;", "'")
    panel.animal_px = 189
    assert "The animal of 189 px is longer than what the output sees (188 px)." in panel.text


def test_boxes_are_those_of_the_network_and_of_one_selected_block(panel: ReceptivePanel) -> None:
    assert labels(panel) == ["output", "SLEAP's dialog", "stride 2", "stride 1"]
    panel.show(FIELDS, BLOCKS, ("dec0",))
    assert labels(panel) == ["output", "dec0", "SLEAP's dialog", "stride 2", "stride 1"]
    panel.show(FIELDS, BLOCKS, ("dec0", "enc0"))
    assert "dec0" not in labels(panel)


@pytest.mark.parametrize(("extent", "words"), [("unknown", "not known"), ("whole image", "the whole image")])
def test_a_field_without_a_size_is_said_to_have_none(panel: ReceptivePanel, extent: Any, words: str) -> None:
    field = MapReceptiveField(extent=extent, why="<layer>")
    panel.show(
        ReceptiveField(output=field, outputs={}, blocks={}, layers={}, skips={}, encoder_only=None),
        BLOCKS,
        (),
    )
    assert words in panel.text
    assert "due to &lt;layer&gt;" in panel.text
    assert panel.view.boxes[0]["size"] is None


def test_dragging_the_animal_changes_the_number_and_the_verdict(
    panel: ReceptivePanel, told: list[str]
) -> None:
    set_in_page(panel.view, animal_px=201)
    assert panel.animal_px == 201
    assert number(panel, "animal").value == 201
    assert "201 px is longer" in panel.text
    assert told == ["settings"]


def test_typing_changes_the_circle(panel: ReceptivePanel, told: list[str]) -> None:
    number(panel, "animal").value = 80
    assert (panel.animal_px, panel.view.animal_px) == (80, 80)
    assert told == ["settings"]


def test_the_input_scale_makes_the_boxes_larger(panel: ReceptivePanel, told: list[str]) -> None:
    number(panel, "input scale").value = 0.5
    assert panel.input_scale == 0.5
    assert panel.view.boxes[0]["size"] == (376, 376)
    assert "fits into what the output sees (376 px)" in panel.text
    assert "376 px of the camera" in panel.text
    assert told == ["settings"]


@pytest.mark.parametrize(
    ("label", "value", "kept"),
    [("animal", 0, 150), ("animal", 10.5, 150), ("input scale", 0, 1.0), ("input scale", 1.5, 1.0)],
)
def test_a_value_that_is_not_possible_is_named_and_leaves_all_as_it_was(
    panel: ReceptivePanel, told: list[str], label: str, value: float, kept: float
) -> None:
    before = panel.view.boxes
    number(panel, label).value = value
    assert f"{label} must be" in panel.text
    assert f"{label}={value}" in panel.text
    assert (panel.animal_px, panel.input_scale, panel.view.boxes) == (150, 1.0, before)
    assert told == []
    number(panel, label).value = kept
    assert "must be" not in panel.text


def test_a_value_that_is_not_possible_stays_in_its_place_until_it_is_mended(panel: ReceptivePanel) -> None:
    number(panel, "animal").value = 0
    number(panel, "input scale").value = 2
    panel.show(FIELDS, BLOCKS, ("dec0",))
    assert number(panel, "animal").value == 0
    number(panel, "input scale").value = 0.5
    assert "animal must be" in panel.text
    assert "input scale must be" not in panel.text
    panel.animal_px = 70
    assert number(panel, "animal").value == 70
    assert "must be" not in panel.text


def test_code_gets_an_error_instead(panel: ReceptivePanel) -> None:
    with pytest.raises(FieldError, match=r"input scale must be a number from 0\.1 to 1"):
        panel.input_scale = 3.0
    assert panel.input_scale == 1.0


def test_code_sets_what_a_person_can_set(panel: ReceptivePanel, told: list[str]) -> None:
    panel.animal_px = 60
    panel.input_scale = 0.25
    assert (number(panel, "animal").value, panel.view.animal_px) == (60, 60)
    assert number(panel, "input scale").value == 0.25
    assert told == ["settings", "settings"]


def test_the_button_says_whether_it_measures_or_stops(panel: ReceptivePanel) -> None:
    before = panel.measure.description
    panel.show_running(True, "sample 3 of 16")
    assert "Measuring the effective receptive field: sample 3 of 16 …" in panel.text
    assert panel.measure.description == "Stop measuring"
    panel.show_running(False)
    assert panel.measure.description == before


def test_an_effective_field_is_drawn_at_its_place(panel: ReceptivePanel) -> None:
    result = effective()
    panel.show_effective(result)
    assert (
        f"about {round(result.size)} px across (measured on random weights; training makes it grow)"
        in panel.text
    )
    heat = panel.view.heat
    assert heat["image"].startswith("data:image/png;base64,")
    assert heat["size"] == [64, 96]
    assert heat["corner"] == [-32.5, -48.5]
    panel.input_scale = 0.5
    assert panel.view.heat["size"] == [128, 192]
    assert panel.view.heat["corner"] == [-65, -97]
    panel.show_effective(None)
    assert panel.view.heat == {}
    assert "effective" not in panel.text


def test_an_effective_field_that_is_cut_off_says_so(panel: ReceptivePanel) -> None:
    panel.show_effective(effective(gradient=np.ones((8, 8), "float32"), position=(4.0, 4.0)))
    assert "at least 8 px across, cut off at the border" in panel.text


def test_what_went_wrong_is_said_as_text(panel: ReceptivePanel) -> None:
    panel.show_effective(effective())
    panel.show_effective(MemoryError("<b>none</b> left"))
    assert "&lt;b&gt;none&lt;/b&gt; left" in panel.text
    assert panel.view.heat == {}


def test_another_network_takes_the_effective_field_away(panel: ReceptivePanel) -> None:
    panel.show_effective(effective())
    panel.show(FIELDS, BLOCKS, ("enc0",))
    assert panel.view.heat
    panel.show(FIELDS, BLOCKS.copy(), ())
    assert panel.view.heat == {}
    assert "effective" not in panel.text


def test_the_sample_is_a_picture_of_its_size(panel: ReceptivePanel) -> None:
    kind, _, data = panel.view.image.partition(";base64,")
    assert kind == "data:image/svg+xml"
    root = ET.fromstring(base64.b64decode(data))
    assert (float(root.attrib["height"]), float(root.attrib["width"])) == SAMPLE_SIZE
    assert panel.view.centre == [side / 2 for side in SAMPLE_SIZE]


def test_the_way_back_from_a_persons_image_leads_to_the_sample(panel: ReceptivePanel) -> None:
    sample = panel.view.image
    set_in_page(panel.view, image="data:image/webp;base64,AA", image_size=[30, 40], centre=[15, 20])
    assert panel.view.image_size == [30, 40]
    set_in_page(panel.view, animal_px=12)
    from_page(panel.view, {"show": "sample"})
    assert panel.view.image == sample
    assert panel.view.image_size == list(SAMPLE_SIZE)
    assert panel.animal_px == 12  # a person's own


@pytest.mark.parametrize("content", [{"show": "other"}, {}, "sample", None])
def test_what_the_page_cannot_mean_does_nothing(panel: ReceptivePanel, content: Any) -> None:
    set_in_page(panel.view, image="data:image/webp;base64,AA")
    from_page(panel.view, content)
    assert panel.view.image == "data:image/webp;base64,AA"


def test_nothing_is_sent_twice(panel: ReceptivePanel, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(panel.view, "_send", lambda message, buffers=None: sent.append(message))
    panel.show(FIELDS, BLOCKS, ())
    assert sent == []
