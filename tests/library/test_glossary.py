"""Entries of the glossary: two sentences each, found in texts in any form, and a picture that the library computes."""

import doctest
import re
import subprocess
import sys
from types import ModuleType
from xml.etree import ElementTree as ET

import numpy as np
import pytest

import encdec_widgets.explain.glossary as words
import encdec_widgets.figures.glossary as pictures
from encdec_widgets.architectures.unet import UNet
from encdec_widgets.designs.design import Design
from encdec_widgets.explain.glossary import GLOSSARY, SPELLINGS, Term, term, terms_in
from encdec_widgets.figures.glossary import DESIGNS, glossary_html, picture
from encdec_widgets.figures.glossary.of_costs import ways_to
from encdec_widgets.figures.palette import LIGHT

SVG = "{http://www.w3.org/2000/svg}"
ELEMENTS = {"svg", "title", "desc", "rect", "path", "text", "image"}
OTHER = Design(UNet(filters=6, down_blocks=2, up_blocks=2, up_interpolate=True), input_shape=(96, 96, 1))
OF_A_NETWORK = [
    "encoder",
    "decoder",
    "stride",
    "maximum stride",
    "output stride",
    "bottleneck",
    "skip connection",
    "channel",
    "concatenation",
    "receptive field",
    "effective receptive field",
    "multiply-adds",
    "parameter",
    "batch size",
]


@pytest.mark.parametrize("word", SPELLINGS)
def test_every_word_is_found_in_a_text_in_any_form(word: str) -> None:
    plural = word if word.endswith(("s", "d", "ing", "ed")) else f"{word}s"
    for written in (word, word.capitalize(), word.upper(), plural):
        assert terms_in(f"What is ({written})?") == (SPELLINGS[word],), written
        assert term(written).name == SPELLINGS[word]


def test_of_terms_in_one_another_the_longer_counts() -> None:
    assert terms_in("an effective receptive field, at an output stride") == (
        "effective receptive field",
        "output stride",
    )


@pytest.mark.parametrize(
    "text", ["astride the bottlenecked map", "in addition to it", "encoder[2].filters", "skipper"]
)
def test_words_that_only_contain_a_term_are_none(text: str) -> None:
    assert terms_in(text) == ()


def test_no_word_means_two_things() -> None:
    words = [word.lower() for entry in GLOSSARY.values() for word in (entry.name, *entry.spellings)]
    assert len(set(words)) == len(words)


@pytest.mark.parametrize("entry", GLOSSARY.values(), ids=lambda entry: entry.name)
def test_an_entry_is_two_sentences(entry: Term) -> None:
    for sentence in (entry.meaning, entry.matters):
        assert re.fullmatch(r"[A-Z][^.?!]*\.", sentence), sentence
        assert len(sentence) <= 120


@pytest.mark.parametrize("entry", GLOSSARY.values(), ids=lambda entry: entry.name)
def test_related_terms_are_there_and_are_others(entry: Term) -> None:
    assert entry.related
    assert set(entry.related) <= GLOSSARY.keys() - {entry.name}
    assert any(entry.name in other.related for other in GLOSSARY.values()), "nothing leads to it"


@pytest.mark.parametrize("word", ["strde", "", "weightlifting", 3, None])
def test_a_word_without_an_entry_is_told_with_what_would_work(word: object) -> None:
    with pytest.raises(ValueError, match=r"The glossary has no such term\. Received: .*Would work: '"):
        term(word)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", GLOSSARY)
def test_a_picture_is_small_plain_svg_that_is_told_to_screen_readers(name: str) -> None:
    drawn = picture(name)
    assert len(drawn.svg.encode()) < 20_000
    root = ET.fromstring(str(drawn.svg))
    assert {part.tag.removeprefix(SVG) for part in root.iter()} <= ELEMENTS
    assert (root.get("role"), root.findtext(f"{SVG}desc")) == ("img", drawn.caption)
    assert root.findtext(f"{SVG}title")
    assert re.fullmatch(r"[^\n]*\d[^\n]*\.", drawn.caption), "a sentence with a number that was computed"
    for part in root.iter():
        assert not any(key.startswith("on") for key in part.attrib)
        assert (part.get("href") or "data:image/png;base64,").startswith("data:image/png;base64,")


@pytest.mark.parametrize("name", GLOSSARY)
def test_a_picture_has_colours_of_the_page_alone_and_stays_in_its_frame(name: str) -> None:
    root = ET.fromstring(str(picture(name).svg))
    _, _, width, height = map(float, str(root.get("viewBox")).split())
    of_page = {f"var({key}, {colour})" for key, colour in LIGHT.variables} | {"none"}
    for part in root.iter():
        assert {part.get("fill", "none"), part.get("stroke", "none")} <= of_page
        x, y = float(part.get("x", 0)), float(part.get("y", 0))
        assert 0 <= x + float(part.get("width", 0) if part is not root else 0) <= width
        assert 0 <= y <= height
        assert x >= 0


@pytest.mark.parametrize("name", OF_A_NETWORK)
def test_what_is_of_a_network_changes_with_the_design(name: str) -> None:
    small, other = picture(name), picture(name, OTHER)
    assert small.svg != other.svg
    assert small.caption != other.caption


def test_captions_have_the_numbers_of_the_network() -> None:
    backbone = OTHER.build()
    seen = backbone.receptive_field().blocks
    encoder = [name for name, data in backbone.blocks.nodes(data=True) if data["stage"] == "encoder"]
    deepest = seen[encoder[-1]].size
    assert deepest
    assert f"{deepest[0]} × {deepest[1]} px" in picture("receptive field", OTHER).caption
    assert picture("maximum stride", OTHER).caption.startswith("96 px of the image become 24 ")
    assert picture("skip connection", OTHER).caption.startswith("2 skip connections: ")
    assert f"{backbone.parameters:,} in all" in picture("parameter", OTHER).caption


def test_pixels_that_have_a_way_to_the_output_are_those_of_the_receptive_field() -> None:
    for design in (OTHER, DESIGNS["U-Net"]):
        backbone = design.build()
        for name, data in backbone.blocks.nodes(data=True):
            if data["stage"] == "encoder":
                size = backbone.receptive_field().blocks[name].size
                assert size
                assert np.ptp(np.flatnonzero(ways_to(backbone, name))) + 1 == size[1]


def test_all_entries_are_one_page() -> None:
    html = glossary_html()
    assert html.count("<svg") == len(GLOSSARY)
    for link in re.findall(r'href="#([^"]+)"', html):
        assert f'id="{link}"' in html
    assert "<script" not in html


def test_words_alone_import_nothing_that_draws() -> None:
    code = (
        "import sys; import encdec_widgets.explain.glossary; "
        "print([m for m in ('keras', 'plotly', 'ipywidgets', 'encdec_widgets.figures.glossary') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("module", [words, pictures], ids=["words", "pictures"])
def test_examples_do_what_they_show(module: ModuleType) -> None:
    done = doctest.testmod(module)
    assert (done.attempted > 0, done.failed) == (True, 0)
