"""The scene as SVG, and that plotly draws the same scene."""

import itertools
import re
from typing import Any
from xml.etree import ElementTree as ET

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from encdec_widgets import Design, preset
from encdec_widgets.architectures import StackedHourglass, UNet
from encdec_widgets.figures import as_plotly, scene, still
from encdec_widgets.figures.colour_scale import Colouring
from encdec_widgets.figures.palette import DARK, LIGHT
from encdec_widgets.figures.parts import Scene, Text
from encdec_widgets.figures.shading import DASHES, colour_of
from encdec_widgets.widgets.base.fallback import LARGEST_PICTURE, fallback_html
from tests.builds import built

SVG = "{http://www.w3.org/2000/svg}"
DRAWN = {SVG + name for name in ("svg", "title", "rect", "path", "circle", "text")}
UNET = Design(UNet(filters=4), (64, 64, 1))
ADDING = Design(StackedHourglass(stacks=2, filters=4, stem_filters=2))


def drawn(what: Scene, **more: Any) -> ET.Element:
    root = ET.fromstring(still(what, **more))
    assert {element.tag for element in root.iter()} <= DRAWN
    assert not [
        key for element in root.iter() for key in element.attrib if key.startswith("on") or "href" in key
    ]
    return root


def texts(root: ET.Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SVG}text")]


def corners(path: str) -> list[tuple[float, float]]:
    """The points of a path; H and V have one number, and keep the other."""
    found: list[tuple[float, float]] = []
    for command, numbers in re.findall(r"([MLHV])([^MLHVZ]*)", path):
        given = [float(number) for number in re.findall(r"-?[\d.]+", numbers)]
        x = found[-1][0] if command == "V" else given[0]
        y = found[-1][1] if command == "H" else given[-1]
        found.append((x, y))
    return found


@pytest.mark.parametrize("design", [UNET, ADDING], ids=["concatenation", "addition"])
def test_a_network_is_drawn_with_its_blocks_rows_and_skips(design: Design) -> None:
    blocks = design.build().blocks
    picture = scene(blocks)
    root = drawn(picture)
    written = texts(root)
    for text in picture.texts:
        assert text.text in written
    assert [box.get("data-box") for box in root.iter(f"{SVG}path") if box.get("data-box")] == list(blocks)
    circles = [circle.get("stroke") for circle in root.iter(f"{SVG}circle")]
    assert circles == [colour_of(DASHES[mark.kind].role, LIGHT) for mark in picture.marks]


def edited() -> list[Scene]:
    """Scenes with everything that there can be, of blocks in the colours of stages and of values."""
    found = []
    for design in (UNET, ADDING):
        blocks = design.build().blocks
        names = list(blocks)
        colouring = Colouring("time", "ms", {name: float(n) for n, name in enumerate(names) if n})
        before = scene(design.replace("filters", 8).build().blocks)
        found += [
            scene(
                blocks,
                selected=names[1:3],
                changed={names[1]: "×2"},
                before=before,
                colouring=how,
                flags={names[2]: "advice"},
            )
            for how in (None, colouring)
        ]
    return found


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_plotly_and_the_still_draw_the_same_scene_box_by_box(palette: Any) -> None:
    for picture in edited():
        figure = as_plotly(picture, palette)
        root = drawn(picture, palette=palette)
        shapes = figure["layout"]["shapes"]
        areas = {
            tuple(corners(part)): shape["fillcolor"]
            for shape in shapes
            for part in re.findall(r"M[^Z]*", shape["path"])
        }
        bars = next(trace for trace in figure["data"] if trace["name"] == "blocks")
        assert [name for name, _ in bars["customdata"]] == list(picture.boxes)
        for index, (name, box) in enumerate(picture.boxes.items()):
            path = next(path for path in root.iter(f"{SVG}path") if path.get("data-box") == name)
            volume = tuple((x, -y) for x, y in corners(path.attrib["d"]))
            assert areas[volume] == path.get("fill") == colour_of(box.fill, palette)
            xs, ys = zip(*volume, strict=True)
            assert bars["x"][index] - bars["width"][index] / 2 == pytest.approx(min(xs), abs=0.2)
            assert bars["x"][index] + bars["width"][index] / 2 == pytest.approx(max(xs), abs=0.2)
            assert bars["base"][index] == pytest.approx(min(ys), abs=0.2)
            assert bars["base"][index] + bars["y"][index] == pytest.approx(max(ys), abs=0.2)
        words = next(trace for trace in figure["data"] if trace["name"] == "texts")
        both = zip(words["text"], words["textfont"]["color"], strict=True)
        signs = [mark.sign for mark in picture.marks if mark.sign]
        assert sorted([text for text, _ in both] + signs) == sorted(texts(root))


def test_everything_lies_inside() -> None:
    for picture in edited():
        for element in drawn(picture).iter():
            for x, y in corners(element.get("d", "")):
                assert 0 <= x <= picture.width
                assert 0 <= y <= picture.height
            if element.tag == f"{SVG}rect":
                x, y, w, h = (float(element.get(name, 0)) for name in ("x", "y", "width", "height"))
                assert 0 <= x <= x + w <= picture.width
                assert 0 <= y <= y + h <= picture.height


@given(st.text(max_size=60))
def test_any_text_is_text(text: str) -> None:
    picture = scene(UNET_BLOCKS)
    root = drawn(attrs.evolve(picture, texts=(Text(text, 10, -10),), chips=()))
    readable = re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "�", text)
    signs = [mark.sign for mark in picture.marks]
    assert texts(root) == [*signs, *([re.sub("\r\n?", "\n", readable)] if text else [])]


UNET_BLOCKS = UNET.build().blocks


def test_whatever_a_name_holds_it_stays_a_picture() -> None:
    bad = "<a href=\"x\" onload='y'>&\x00\ud800"
    blocks = UNET_BLOCKS.copy()
    blocks.nodes["stack0_enc1"].update(label=bad, kind=bad)
    drawn(scene(blocks, changed={"stack0_enc1": bad}, selected=["stack0_enc1"]))
    page = fallback_html(scene(blocks), bad)
    assert re.findall(r"<(\w+)", page) == ["div", "style", "p", "strong", "img"]


def test_a_light_and_a_dark_picture_differ_in_nothing_but_colours() -> None:
    picture = scene(UNET_BLOCKS)
    light, dark = (re.sub("#[0-9A-Fa-f]{6}", "#", still(picture, palette)) for palette in (LIGHT, DARK))
    assert light == dark
    assert still(picture, LIGHT) != still(picture, DARK)


@pytest.mark.parametrize("name", ["U-Net", "FC-DenseNet103", "Stacked hourglass, 8 stacks"])
def test_what_is_saved_with_a_notebook_is_small(name: str) -> None:
    page = fallback_html(scene(built(preset(name)).blocks), name)
    assert "<img" in page
    assert len(page.encode()) < 60_000


def test_a_picture_that_would_be_large_is_left_out() -> None:
    picture = scene(UNET_BLOCKS)
    many = tuple(itertools.repeat(Text("name", 10, -10), LARGEST_PICTURE // 50))
    page = fallback_html(attrs.evolve(picture, texts=many), "A large network.")
    assert "<img" not in page
    assert "A large network." in page
    assert "Run this cell again" in page
