"""Pictures for papers: their size, their words, and that a PNG says how large it is."""

import importlib
import re
import struct
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from encdec_widgets import Design, preset
from encdec_widgets.architectures import UNet
from encdec_widgets.export import picture as pictures
from encdec_widgets.figures.palette import DARK, LIGHT
from tests.builds import built

BACKBONE = built(preset("SLEAP centroid"))
NAMES = {"enc0", "dec0", "Encoder", "Decoder"}


def _texts(svg: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def _chunks(png: bytes) -> dict[bytes, bytes]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    found, at = {}, 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        found[png[at + 4 : at + 8]] = png[at + 8 : at + 8 + length]
        at += length + 12
    return found


@pytest.mark.parametrize(("width_mm", "dpi"), [(170, 300), (85, 600), (42.5, 72)])
def test_a_png_has_the_size_in_mm_that_was_asked_for(width_mm: float, dpi: int) -> None:
    chunks = _chunks(BACKBONE.picture(width_mm=width_mm, dpi=dpi).png)
    width, height = struct.unpack(">II", chunks[b"IHDR"][:8])
    assert width == round(width_mm / 25.4 * dpi)
    assert 0.5 * width < height < width
    across, down, unit = struct.unpack(">IIB", chunks[b"pHYs"])
    assert (across, unit) == (down, 1)
    assert width / across * 1000 == pytest.approx(width_mm, rel=0.01)


def test_words_are_drawn_in_a_png() -> None:
    svg = BACKBONE.picture(caption=True).svg
    mute = re.sub(r"<text.*?</text>", "", svg)
    assert _texts(mute) == []
    font = pictures._font()
    drawn, empty = (pictures._drawn(each, width=600, sans_serif_family=font) for each in (svg, mute))
    assert len(drawn) > 1.5 * len(empty)


def test_a_caption_says_the_network_and_makes_the_picture_taller() -> None:
    plain, said = BACKBONE.picture(width_mm=85), BACKBONE.picture(width_mm=85, caption=True)
    assert said.caption == "U-Net, 4 levels, 3 skips, output stride 2, 1.95 M parameters."
    assert said.caption.startswith(_texts(said.svg)[-2])
    assert said.caption in said.svg  # also for a screen reader
    heights = [float(ET.fromstring(each.svg).attrib["height"].removesuffix("mm")) for each in (plain, said)]
    assert heights[1] > heights[0] + 5
    assert ET.fromstring(said.svg).attrib["width"] == "85.00mm"


def test_numbers_can_be_left_out_and_names_stay() -> None:
    with_numbers, names = _texts(BACKBONE.picture().svg), _texts(BACKBONE.picture(numbers=False).svg)
    assert {"1/4", "64 × 64", "16", "pool ÷2"} <= set(with_numbers)
    assert set(with_numbers) >= set(names) >= NAMES
    assert not [text for text in names if re.fullmatch(r"[\d/ ×÷]+|pool.*", text)]


@pytest.mark.parametrize(("theme", "palette"), [("light", LIGHT), ("dark", DARK)])
def test_a_theme_has_its_colours_and_a_transparent_picture_no_page(theme: Any, palette: Any) -> None:
    for transparent in (False, True):
        svg = BACKBONE.picture(theme=theme, transparent=transparent).svg
        first = ET.fromstring(svg)[1]
        assert (first.tag.endswith("rect") and first.attrib["fill"] == palette.page) is not transparent
        assert palette.encoder in svg


def test_a_wide_network_has_room_and_the_scale_of_a_session_is_not_told() -> None:
    for name in ("FC-DenseNet103", "Stacked hourglass, 8 stacks"):
        svg = built(preset(name)).picture(width_mm=85).svg
        assert "outgrew" not in svg
        assert "data-box" in svg


class PathOfAnotherKind:
    """A path as a library may have them: os.PathLike, and no Path."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __fspath__(self) -> str:
        return str(self._path)


def test_a_file_that_is_there_is_refused_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = PathOfAnotherKind(tmp_path / "net.svg")
    BACKBONE.picture(path)
    monkeypatch.setattr("encdec_widgets.export.picture.scene", None)  # nothing can be drawn
    with pytest.raises(FileExistsError, match="overwrite=True"):
        BACKBONE.picture(path)


def test_a_picture_is_written_by_its_ending_and_never_over_another(tmp_path: Path) -> None:
    drawn = BACKBONE.picture(tmp_path / "net.svg", width_mm=85)
    assert (tmp_path / "net.svg").read_text(encoding="utf-8") == drawn.svg == drawn._repr_svg_()
    BACKBONE.picture(str(tmp_path / "net.PNG"), dpi=72)
    assert (tmp_path / "net.PNG").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(FileExistsError, match="overwrite=True"):
        BACKBONE.picture(tmp_path / "net.svg")
    drawn.save(tmp_path / "net.svg", overwrite=True)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"width_mm": 5}, "width_mm is a number from 20 to 2000. Received: 5"),
        ({"width_mm": float("nan")}, "width_mm is a number"),
        ({"width_mm": True}, "width_mm is a number"),
        ({"dpi": 10_000}, "dpi is a number from 30 to 2400"),
        (
            {"dpi": 2400, "width_mm": 1000},
            "at most 20,000 dots wide. Received: width_mm=1000 at dpi=2400. Would work: dpi=508",
        ),
        ({"theme": "blue"}, "theme is 'light' or 'dark'"),
        ({"path": "net.pdf"}, "A PDF is made by printing the SVG"),
        ({"path": 3}, "ends in"),
        ({"path": "none/net.svg"}, "a folder that is not there"),
    ],
)
def test_what_is_not_possible_is_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        BACKBONE.picture(**given)


def test_without_the_extra_a_png_says_what_to_install_and_an_svg_works(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn = BACKBONE.picture()
    found = importlib.import_module

    def missing(name: str) -> Any:
        if name == "resvg_py":
            raise ImportError(name)
        return found(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    assert drawn.svg
    with pytest.raises(ImportError, match=r"encdec_widgets\[pictures\]"):
        _ = drawn.png


def test_a_machine_without_fonts_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = pictures._drawn
    monkeypatch.setattr(pictures, "_drawn", lambda svg, **how: drawn(svg, skip_system_fonts=True, **how))
    pictures._font.cache_clear()
    try:
        with pytest.raises(RuntimeError, match="no font to write a PNG with"):
            _ = BACKBONE.picture().png
    finally:
        pictures._font.cache_clear()


def test_a_name_with_signs_of_xml_is_written_as_it_is() -> None:
    own = type("A<b>&'\"", (UNet,), {})
    svg = Design(own(filters=2, down_blocks=1, up_blocks=1), (32, 32, 1)).build().picture(caption=True).svg
    assert "A<b>&'\"" in " ".join(_texts(svg))
