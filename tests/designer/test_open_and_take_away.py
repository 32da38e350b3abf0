"""Designs that come and go as files: what is written, what is taken, and what is said of what is not."""

import csv
import io
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import keras
import pytest

from encdec_widgets import Design, Designer, preset, read_design
from encdec_widgets.widgets.header import taken_away
from encdec_widgets.widgets.header.taken_away import WAYS
from tests.designer.reading import SMALL


def answers(designer: Designer, way: str, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the page gets that asks for a way, bytes as its text."""
    sent: list[dict[str, Any]] = []
    menu = designer.header.take_away
    monkeypatch.setattr(
        menu,
        "send",
        lambda answer, buffers: sent.append({**answer, **({"text": buffers[0]} if buffers else {})}),
    )
    menu._handle_custom_msg({"take": way, "of": "view-1"}, [])
    assert {answer["of"] for answer in sent} == {"view-1"}
    return sent


def take(designer: Designer, way: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The one answer that the page gets that asks for a way."""
    (answer,) = answers(designer, way, monkeypatch)
    return answer


def test_each_way_in_the_menu_writes_a_file_that_can_be_read(
    designer: Designer, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered = [name for name, _, _ in designer.header.take_away.ways]
    assert offered == list(WAYS)
    files = {way: take(designer, way, monkeypatch) for way in ("json", "code", "csv", "svg")}
    assert all(not answer["error"] and answer["size"] for answer in files.values())
    assert read_design(files["code"]["text"]).design == designer.design
    assert Design.from_json(files["json"]["text"]) == designer.design
    rows = list(csv.reader(io.StringIO(files["csv"]["text"])))
    assert len(rows) == 1 + len(designer.backbone.blocks)
    assert ET.fromstring(files["svg"]["text"]).tag.endswith("svg")
    endings = ("json", "py", "csv", "svg")
    assert [answer["name"] for answer in files.values()] == [f"u-net-filters2.{ending}" for ending in endings]


def test_a_model_file_is_made_in_the_background_and_comes_as_bytes(
    designer: Designer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    busy, answer = answers(designer, "keras", monkeypatch)
    assert busy["busy"] == "Writing u-net-filters2.keras. It takes some seconds, for which edits wait."
    assert (answer["name"], answer["error"]) == ("u-net-filters2.keras", "")
    path = tmp_path / "net.keras"
    path.write_bytes(answer["text"])
    assert keras.saving.load_model(path).count_params() == designer.backbone.parameters


@pytest.mark.numpy
@pytest.mark.parametrize("way", ["onnx", "tflite", "saved_model"])
def test_a_model_file_that_the_backend_can_not_make_is_told_with_what_would_work(
    designer: Designer, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    *_, answer = answers(designer, way, monkeypatch)
    assert "can't be written on the backend numpy. Would work: tensorflow" in answer["error"]


def test_a_model_that_is_too_large_for_a_page_is_told_before_it_is_made(
    designer: Designer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taken_away, "LARGEST_MODEL", 1000)
    answer = take(designer, "saved_model", monkeypatch)
    assert answer["error"].endswith("a page gets up to 1 kB. Would work: backbone.save('network') in code.")


def test_a_file_that_cannot_be_made_is_told(designer: Designer, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> str:
        raise RuntimeError("no room")

    monkeypatch.setattr(type(designer.backbone.design), "to_json", fail)
    answer = take(designer, "json", monkeypatch)
    assert answer["error"] == "Design (JSON) can't be made of this network: no room"
    assert answer["text"] == ""


def test_what_is_not_offered_is_not_answered(designer: Designer, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[object] = []
    monkeypatch.setattr(designer.header.take_away, "send", lambda answer, buffers: sent.append(answer))
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
        ("", "not the JSON of a design"),
        ("filters: 3", "not the JSON of a design"),
        ("[1, 2]", "not the JSON of a design"),
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
