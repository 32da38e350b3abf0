"""Designs that come and go as files: what is written, what is taken, and what is said of what is not."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import keras
import pytest

from encdec_widgets import Design, Designer, preset, read_design
from encdec_widgets.export.page import choices as choices_of_pages
from encdec_widgets.export.sleap.ground import FIDELITY
from encdec_widgets.widgets.header import taken_away
from encdec_widgets.widgets.header.taken_away import WAYS
from tests.designer.reading import SMALL
from tests.export.packages import CENTROID, CONFIGURATIONS, JOB, zipped


def take(designer: Designer, way: str, monkeypatch: pytest.MonkeyPatch, **more: Any) -> dict[str, Any]:
    """What the page gets that asks for a way."""
    sent: list[dict[str, Any]] = []
    menu = designer.header.take_away
    monkeypatch.setattr(menu, "send", sent.append)
    menu._handle_custom_msg({"take": way, "of": "view-1", **more}, [])
    *before, answer = sent
    assert {message["of"] for message in sent} == {"view-1"}
    assert all(message["busy"] for message in before)
    return answer


def test_each_way_in_the_menu_writes_a_file_that_can_be_read(
    designer: Designer, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered = [name for name, _, _ in designer.header.take_away.ways]
    assert offered == list(WAYS)
    monkeypatch.setattr(choices_of_pages, "MOST_CHOSEN", 6)  # a page of few networks
    offered = [way for way in offered if WAYS[way].choice is None and not WAYS[way].copies]
    files = {way: take(designer, way, monkeypatch) for way in offered}
    assert all(not answer["error"] for answer in files.values())
    assert Design.from_json(files["json"]["text"]) == designer.design
    rows = list(csv.reader(io.StringIO(files["csv"]["text"])))
    assert len(rows) == 1 + len(designer.backbone.blocks)
    assert ET.fromstring(files["svg"]["text"]).tag.endswith("svg")
    assert read_design(files["code"]["text"]).design == designer.design
    assert "<form" in files["html"]["text"]
    assert all(answer["size"] for answer in files.values())
    assert files["json"]["name"] == "u-net-filters2.encdec.json"
    assert [answer["name"] for answer in files.values()] == [
        f"u-net-filters2.{WAYS[way].ending}" for way in offered
    ]


def test_a_link_and_a_text_are_copied_and_opened_again(
    designer: Designer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for way, words in (("link", "https://mybinder.org/"), ("text", "unet#")):
        answer = take(designer, way, monkeypatch)
        assert answer["copies"]
        assert answer["text"].startswith(words)
        assert "token" not in answer["text"]
        designer.set("filters", 4)
        designer.header.open_design.take(answer["text"])
        assert designer.header.open_design.trouble[1] == ""
        assert designer.design == SMALL


def test_a_link_that_can_not_be_made_is_told(designer: Designer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("encdec_widgets.export.link.LONGEST", 200)
    answer = take(designer, "link", monkeypatch)
    assert answer["error"].startswith("Link can't be made of this network: A link has at most 200 characters")


def test_a_page_is_made_beside_what_a_person_does(
    designer: Designer, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[Any] = []

    def begin(background: Any, key: Any, backbone: Any, **calls: Any) -> None:
        begun.append((backbone, calls))

    monkeypatch.setattr("encdec_widgets.export.page.in_background.make_page", begin)
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(designer.header.take_away, "send", sent.append)
    designer.header.take_away._handle_custom_msg({"take": "html", "of": "view-1"}, [])
    assert sent == []  # the kernel is free
    ((backbone, calls),) = begun
    calls["on_progress"](1, 84)
    designer.set("filters", 4)
    calls["done"]("<html>")
    calls["failed"](RuntimeError("no room"))
    busy, done, failed = sent
    assert backbone.design == SMALL
    assert busy["busy"] == "Making the page: 1 of 84 networks…"
    assert failed["error"] == "Page with sliders (HTML) can't be made of this network: no room"
    # Of the network that was asked for.
    assert (done["name"], done["text"], done["size"]) == ("u-net-filters2.html", "<html>", "6 bytes")


def test_each_view_has_its_page_and_closing_drops_all_that_was_begun(
    designer: Designer, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[Any] = []
    dropped: list[Any] = []
    menu, background = designer.header.take_away, designer.session.background
    monkeypatch.setattr(
        "encdec_widgets.export.page.in_background.make_page", lambda _, key, *__, **___: begun.append(key)
    )
    monkeypatch.setattr(background, "begin", lambda _, key, **__: begun.append(key))
    for view in ("view-1", "view-2", "view-1"):
        menu._handle_custom_msg({"take": "html", "of": view}, [])
    menu._handle_custom_msg({"take": "model", "choice": ".keras", "of": "view-2"}, [])
    assert begun[0] == begun[2], "a later page of a view overtakes the one before"
    assert len(set(begun)) == 3
    monkeypatch.setattr(background, "drop", dropped.append)
    menu.close()
    assert set(dropped) == set(begun)


def test_a_mend_is_that_of_the_view_that_offers_it(
    designer: Designer, monkeypatch: pytest.MonkeyPatch
) -> None:
    designer.set("kernel_size", 5)
    ((_, mend),) = take(designer, "sleap", monkeypatch, choice="single_instance")["page"]["entries"]
    menu = designer.header.take_away
    menu._handle_custom_msg({"take": "sleap", "choice": "nothing", "of": "view-2"}, [])  # offers no mend
    menu._handle_custom_msg({**mend, "of": "view-2"}, [])
    assert designer.design.architecture.kernel_size == 5
    menu._handle_custom_msg({**mend, "of": "view-1"}, [])
    assert designer.design == SMALL


def model_files(designer: Designer, monkeypatch: pytest.MonkeyPatch, **more: Any) -> list[dict[str, Any]]:
    """What the page gets that asks for a model file, bytes as its text."""
    sent: list[dict[str, Any]] = []

    def send(answer: dict[str, Any], buffers: tuple[bytes, ...] = ()) -> None:
        sent.append({**answer, **({"text": buffers[0]} if buffers else {})})

    menu = designer.header.take_away
    monkeypatch.setattr(menu, "send", send)
    menu._handle_custom_msg({"take": "model", "of": "view-1", **more}, [])
    return sent


def test_a_model_file_is_chosen_made_in_the_background_and_comes_as_bytes(
    designer: Designer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (asked,) = model_files(designer, monkeypatch)
    labels = [label for label, _ in asked["page"]["entries"]]
    assert labels[:2] == ["Keras model (.keras)", "Weights alone (.weights.h5)"]
    busy, answer = model_files(designer, monkeypatch, choice=".keras")
    assert busy["busy"].startswith("Writing u-net-filters2.keras, with ")
    assert busy["busy"].endswith("of weights. Edits go on meanwhile.")
    assert (answer["name"], answer["error"]) == ("u-net-filters2.keras", "")
    path = tmp_path / "net.keras"
    path.write_bytes(answer["text"])
    assert keras.saving.load_model(path).count_params() == designer.backbone.parameters
    *_, weights = model_files(designer, monkeypatch, choice=".weights.h5")
    assert weights["name"] == "u-net-filters2.weights.h5"


@pytest.mark.numpy
def test_only_model_files_are_offered_that_the_backend_can_write_and_others_are_told(
    designer: Designer, monkeypatch: pytest.MonkeyPatch
) -> None:
    (asked,) = model_files(designer, monkeypatch)
    assert [content["choice"] for _, content in asked["page"]["entries"]] == [".keras", ".weights.h5", ".h5"]
    assert "ONNX and LiteRT are written where TensorFlow is the backend" in asked["page"]["text"]
    *_, answer = model_files(designer, monkeypatch, choice=".onnx")
    assert "can't be written on the backend numpy. Would work: tensorflow" in answer["error"]


def test_a_model_that_is_too_large_for_a_page_is_told_before_it_is_made(
    designer: Designer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taken_away, "LARGEST_MODEL", 1000)
    (answer,) = model_files(designer, monkeypatch)
    assert answer["page"] is None
    assert "a page gets up to 1 kB. Would work in code: designer.backbone.save" in answer["error"]


@pytest.mark.parametrize(("way", "ending"), [("sleap", "json"), ("sleap_nn", "yaml")])
def test_the_kind_of_head_is_chosen_before_a_configuration_is_written(
    designer: Designer, monkeypatch: pytest.MonkeyPatch, way: str, ending: str
) -> None:
    page = take(designer, way, monkeypatch)["page"]
    assert page["text"] == FIDELITY
    (label, chosen), *_, last = page["entries"]
    assert label == "single_instance: parts of the one animal in an image"
    assert last[1]["choice"] == "multi_class_bottomup"
    answer = take(designer, way, monkeypatch, **chosen)
    assert (answer["name"], answer["error"]) == (f"u-net-filters2.{ending}", "")
    assert read_design(answer["text"]).design == designer.design
    assert "has no head" in answer["said"]


def test_a_network_that_cannot_be_said_is_mended_by_one_entry(
    designer: Designer, monkeypatch: pytest.MonkeyPatch
) -> None:
    designer.set("kernel_size", 5)
    answer = take(designer, "sleap", monkeypatch, choice="single_instance")
    assert "kernel_size in SLEAP JSON must be 3" in answer["error"]
    assert answer["page"]["text"] == "SLEAP JSON: kernel size must be 3, not 5."
    ((label, mend),) = answer["page"]["entries"]
    assert re.fullmatch(r"Mend: kernel size = 3 .*\(−.* parameters\)", label)
    designer.header.take_away._handle_custom_msg({**mend, "of": "view-1"}, [])
    assert designer.design == SMALL
    for nonsense in (-1, 1, "0", None):
        designer.header.take_away._handle_custom_msg({"mend": nonsense, "of": "view-1"}, [])
    assert not take(designer, "sleap", monkeypatch, choice="single_instance")["error"]
    assert "must be one of" in take(designer, "sleap", monkeypatch, choice="nothing")["error"]


def test_what_is_to_be_said_of_an_opened_design_is_shown_until_it_is_read(designer: Designer) -> None:
    opening = designer.header.open_design
    opening.take(preset("LEAP (2019)").to_json())
    assert opening.notes == []
    model = {
        "backbone": {"unet": {"filters": 8, "output_stride": 4}},
        "heads": {"centroid": {"output_stride": 2}},
    }
    text = json.dumps({"model": model})
    opening.take(text)
    assert designer.design.architecture.filters == 8
    assert opening.notes[0] == ["SLEAP JSON", "", ""]
    assert ["overwritten", "model.backbone.unet.output_stride"] in [note[:2] for note in opening.notes]
    opening.take("nothing")
    assert opening.trouble[1].startswith("This text holds no design in a known format")


def test_a_file_that_cannot_be_made_is_told(designer: Designer, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> str:
        raise RuntimeError("no room")

    monkeypatch.setattr(type(designer.backbone.design), "to_json", fail)
    answer = take(designer, "json", monkeypatch)
    assert answer["error"] == "Design (JSON) can't be made of this network: no room"
    assert answer["text"] == ""


def test_what_is_not_offered_is_not_answered(designer: Designer, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[object] = []
    monkeypatch.setattr(designer.header.take_away, "send", sent.append)
    for content in ({"take": "exe"}, {}, "json", None):
        designer.header.take_away._handle_custom_msg(content, [])
    assert sent == []


def test_what_was_taken_away_is_opened_as_one_step_to_undo(designer: Designer) -> None:
    opening = designer.header.open_design
    opening._handle_custom_msg({"text": preset("LEAP (2019)").to_json()}, [])
    assert designer.design == preset("LEAP (2019)")
    assert opening.trouble == (1, "")
    designer.undo()
    assert designer.design == SMALL


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no design in a known format"),
        ("filters: 3", "holds no design in a known format"),
        ("[1, 2]", "holds no design in a known format"),
        (SMALL.to_json().replace('"filters": 2', '"filters": 0'), "must be a whole number from 1"),
        (SMALL.to_json().replace("UNet", "XNet"), "XNet"),
    ],
)
def test_a_text_that_is_no_design_is_told_and_the_present_one_stays(
    designer: Designer, text: str, words: str
) -> None:
    opening = designer.header.open_design
    for turn in (1, 2):  # the same trouble is told again
        opening.take(text)
        assert opening.trouble[0] == turn
        assert words in opening.trouble[1]
    assert designer.design == SMALL
    assert designer.problem is None


def test_in_the_designer_one_is_chosen_among_those_in_a_package(designer: Designer) -> None:
    opening, package = designer.header.open_design, memoryview(zipped(JOB))
    opening._handle_custom_msg({"name": ""}, [package])
    assert opening.choices == list(CONFIGURATIONS)
    assert "holds 2 configurations: centroid.json and centered_instance.json" in opening.trouble[1]
    assert designer.design == SMALL
    opening._handle_custom_msg({"name": "centroid.json"}, [package])
    assert (opening.choices, opening.trouble[1]) == ([], "")
    assert designer.design == CENTROID
    opening._handle_custom_msg({"name": ""}, [memoryview(SMALL.to_json().encode("utf-16"))])
    assert designer.design == SMALL
