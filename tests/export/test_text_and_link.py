"""A design as a line of text and as a link: nothing is lost, all is short, and what was damaged is refused."""

import base64
import contextlib
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from encdec_widgets import Design, preset, presets, read_design
from encdec_widgets.app.page_designer import PageDesigner
from encdec_widgets.architectures import CustomEncoderDecoder, FCDenseNet, Hourglass, LeapCNN, UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import EncoderBlock, SimpleConvBlock
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.designs.block_edits import (
    add,
    block_kinds,
    change_kind,
    duplicate,
    paths_of,
)
from encdec_widgets.designs.variants import fields_to_try, values_of, with_value
from encdec_widgets.export.link import BINDER, LONGEST, from_link, in_query
from encdec_widgets.export.packed import packed, unpacked
from encdec_widgets.export.text import from_text
from tests import amount

APP = "http://127.0.0.1:8866/?theme=dark"
HELD = st.one_of(
    st.text(max_size=12), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.none()
)


@attrs.frozen
class Holding(EncoderBlock):
    """A user's block that holds anything."""

    held: Any = None


def _block_edits(design: Design) -> Iterator[Design]:
    """Designs of one edit of each block; with --full, also of one block more, less, or of another kind."""
    for path in (path for path in paths_of(design) if "*" not in path):
        yield _with_another_value(design, path)
        if amount.EVERYTHING:
            kinds = block_kinds(path.partition("[")[0]).values()
            edits = [edit(design, path) for edit in (add, duplicate)]
            edits += [change_kind(design, path, kind) for kind in kinds]
            for edit in edits:
                with contextlib.suppress(FieldError):  # not possible of this block
                    yield design.replace_all(edit.changes)


def _with_another_value(design: Design, path: str) -> Design:
    for field in (field for field in fields_to_try(design, path) if field.startswith(path)):
        for value in values_of(design, field):
            with contextlib.suppress(FieldError):
                if (edited := with_value(design, field, value)) != design:
                    return edited
    raise AssertionError(f"nothing of {path} can be changed")


@pytest.mark.parametrize("name", presets())
def test_every_preset_and_each_edit_of_its_blocks_fits_a_link_and_a_text(name: str) -> None:
    design = preset(name)
    assert len(design.to_text()) < 200
    edited = list(_block_edits(design))
    assert len(edited) >= 5
    for each in (design, *edited):
        text, link = each.to_text(), each.to_link(BINDER)
        assert len(link) <= LONGEST == 2000
        assert "=" in text
        assert "\n" not in text
        assert from_text(text) == from_link(link) == each
        assert from_text(text).to_json() == from_link(link).to_json() == each.to_json()


@st.composite
def designs(draw: st.DrawFn) -> Design:
    """Designs of families and of free blocks, also with texts and numbers that a line can't tell apart."""
    down, filters = draw(st.integers(1, 4)), draw(st.integers(8, 200))
    kind = draw(st.sampled_from([UNet, LeapCNN, Hourglass, FCDenseNet, CustomEncoderDecoder]))
    architecture: Any
    if kind is CustomEncoderDecoder:
        blocks = (SimpleConvBlock(filters=filters), *(Holding(held=draw(HELD)) for _ in range(down)))
        architecture = CustomEncoderDecoder(encoder=blocks)
    elif kind is FCDenseNet:
        architecture = FCDenseNet(down_layers=(2,) * down, growth_rate=filters, up_layers=(1,) * down)
    else:
        architecture = kind(stacks=1, filters=filters, down_blocks=down, up_blocks=draw(st.integers(0, down)))
        if kind is not Hourglass:
            rate = draw(st.one_of(st.floats(0.75, 3), st.integers(1, 3)))
            architecture = attrs.evolve(architecture, filters_rate=rate)
    names = draw(st.lists(st.sampled_from(["head", "maps", "a1", "None"]), unique=True, max_size=3))
    activations = st.sampled_from(["linear", "softmax"])
    heads = [Head(draw(st.integers(1, 50)), draw(activations), name=name) for name in names]
    sizes = draw(st.sampled_from([(None, None), (512, 256)]))
    return Design(architecture, (*sizes, draw(st.integers(1, 4))), heads)


@given(designs())
def test_any_design_comes_back_from_its_text_and_its_link(design: Design) -> None:
    for back in (from_text(design.to_text()), from_link(design.to_link(APP))):
        assert back == design
        assert back.to_json() == design.to_json()


@given(st.sampled_from(presets()), st.integers(0, 200), st.sampled_from([*"0a=.#x ", ""]))
def test_a_text_that_was_changed_anywhere_is_refused_or_says_the_same(
    name: str, place: int, sign: str
) -> None:
    design = preset(name)
    text = design.to_text()
    at = place % len(text)
    changed = text[:at] + sign + text[at + 1 :]
    try:
        found = from_text(changed)
    except ValueError as error:
        assert len(str(error)) > 20
    else:  # without its checksum it is a text of a person, who may say what they like
        assert found == design or re.match(r"[a-z0-9]+ ", changed.strip()) or "#" not in changed.split()[0]


@pytest.mark.parametrize("design", [preset("U-Net"), preset("U-Net").replace("encoder[0].filters", 7)])
def test_a_text_or_a_link_that_was_cut_off_is_refused(design: Design) -> None:
    text, link = design.to_text(), design.to_link(APP)
    begins = text.index("#" if "#" in text else "=")
    for end in range(begins + 1, len(text)):
        with pytest.raises(ValueError, match=r"damaged|form"):
            from_text(text[:end])
    for end in range(link.index("design=") + len("design="), len(link)):
        with pytest.raises(ValueError, match=r"can't be read.*(damaged|form)"):
            from_link(link[:end])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("unnet filters=3", "Did you mean 'unet'"),
        ("unet filtres=3", "Did you mean 'filters'"),
        ("unet filters=0", "filters must be a whole number from 1"),
        ("unet filters", "such as filters=16"),
        ("unet filters=3 filters=4", "twice"),
        ("unet input=256", "height x width x channels"),
        ("unet input=100x100x1", "Would work"),
        ("unet heads[1].channels=3", "counted from 0"),
        ("unet head.channels=3 heads[0].channels=4", "twice"),
        ("unet head.chanels=3", "Did you mean 'head.channels'"),
        ("unet#000000 filters=16", "begin it with 'unet' alone"),
        ("unet filters=" + "9" * 5000, "filters must be a whole number"),
        ("unet input=" + "9" * 5000 + "x8x1", "height x width x channels"),
        ("encdec=", "nothing of it is there"),
        ("encdec=1ab%cd", "'%'"),
        ("encdec=2abcdef0123456789", "form '2'"),
        ("unet " + "x" * 1_000_000, "1,000,000 characters"),
    ],
)
def test_a_text_that_says_no_design_is_refused_with_what_would_work(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        from_text(text)


def test_a_text_may_be_wrapped_and_written_by_hand() -> None:
    design = preset("SLEAP centroid")
    assert from_text(design.to_text().replace(" ", "\n  ")) == design
    heads = "heads[1].channels=4 heads[1].name=b heads[0].channels=3 heads[0].name=a"
    assert from_text(f"unet {heads}").heads == (Head(3, name="a"), Head(4, name="b"))
    packed_text = design.replace("encoder[0].filters", 7).to_text()
    assert from_text(packed_text[:50] + "\n" + packed_text[50:]).architecture.encoder[0].filters == 7
    assert from_text("UNet filters=24 input=?x?x3") == Design(UNet(filters=24), (None, None, 3))


def _packed(text: bytes) -> str:
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    letters = base64.urlsafe_b64encode(compressor.compress(text) + compressor.flush()).rstrip(b"=")
    return f"1{letters.decode()}{zlib.crc32(text):08x}"


def test_what_would_unpack_to_more_than_memory_has_is_refused() -> None:
    with pytest.raises(ValueError, match="more than 5,000,000 bytes"):
        unpacked(_packed(b"[" * 100_000_000))
    with pytest.raises(ValueError, match="at most 1,000,000 characters"):
        unpacked("1" * 1_000_001)


def test_a_link_of_unknown_names_is_refused_by_name() -> None:
    text = _packed(preset("U-Net").to_json().replace("UNet", "ZNet").encode())
    with pytest.raises(ValueError, match=r"link can't be read.*the class 'ZNet', which is not known here"):
        from_link(f"{APP}&design={text}")
    with pytest.raises(ValueError, match=r"no design in this link: design= is missing"):
        from_link(APP)
    with pytest.raises(ValueError, match=r"at most 2000 characters"):
        from_link(f"{APP}&design={'1' * 2001}")


def test_a_link_that_would_be_too_long_is_refused() -> None:
    blocks = tuple(SimpleConvBlock(filters=n, block_prefix=f"{n * 7919 % 1009}-{n}") for n in range(1, 300))
    design = Design(CustomEncoderDecoder(encoder=blocks))
    with pytest.raises(
        ValueError, match=r"at most 2000 characters, and that to this design would have [\d]+"
    ):
        design.to_link()
    assert from_text(design.to_text()) == design


def test_what_json_has_no_form_for_is_refused_by_its_place() -> None:
    @attrs.frozen
    class Held(SimpleConvBlock):
        held: Any = None

    design = Design(CustomEncoderDecoder(encoder=(Held(held=print),)))
    for write in (design.to_text, design.to_link):
        with pytest.raises(FieldError, match=r"encoder\[0\]\.held has no form in JSON|encoder\[0\]\.held"):
            write()


def test_a_link_keeps_what_its_base_says_but_for_a_token_and_an_older_design() -> None:
    design = preset("U-Net")
    older = preset("LEAP CNN").to_link("http://localhost:8866/app?token=secret&theme=dark&design=x#top")
    link = design.to_link(older)
    assert link.startswith("http://localhost:8866/app?theme=dark&design=")
    assert "#" not in link
    assert link.count("design=") == 1
    assert "secret" not in link
    assert from_link(link) == design
    assert from_link(link.partition("?")[2]) == design


@pytest.mark.parametrize(
    "base",
    [
        "https://hub.example/user-redirect?token=SECRET&urlpath=voila%2Fa.ipynb%3Ftheme%3Ddark",
        "https://hub.example/?design=OLD&urlpath=voila%2Fa%3Ftheme%3Ddark%26Token%3DSECRET%26design%3DOLD",
        "https://hub.example/?urlpath=voila%2Fa%3Ftheme%3Ddark%23token%3DSECRET",
        "https://hub.example/?urlpath=https%3A%2F%2Fme%3ASECRET%40b%2F%3Ftheme%3Ddark",
        "https://hub.example/?next=%2Fa%3Ftoken%3DSECRET&theme=dark",
        "https://hub.example/?next=%2Fa%3Fb%3D%252Fa%253Ftoken%253DSECRET&theme=dark",
        "https://hub.example/?access_token=SECRET&TOKEN=SECRET&theme=dark#token=SECRET",
        "https://me:SECRET@hub.example/?theme=dark&design=OLD",
    ],
)
def test_a_link_carries_no_secret_and_no_older_design_wherever_they_stand(base: str) -> None:
    design = preset("U-Net")
    link = design.to_link(base)
    assert "SECRET" not in link
    assert "OLD" not in link
    assert link.startswith("https://hub.example/")
    assert re.search("theme(=|%3D)dark", link)
    assert from_link(link) == design


def test_addresses_in_addresses_without_end_are_neither_followed_nor_written() -> None:
    assert in_query("urlpath=?" * 2000) is None
    with pytest.raises(ValueError, match=r"more than 3 addresses"):
        preset("U-Net").to_link(
            "https://hub.example/?urlpath=" + "%253Furlpath%253D".join(["%3Furlpath%3D"] * 3)
        )
    design = PageDesigner("urlpath=?" * 2000).design
    assert design == PageDesigner("").design


def test_a_link_to_binder_has_the_design_in_the_address_that_binder_opens() -> None:
    design = preset("U-Net")
    link = design.to_link()
    assert link.startswith("https://mybinder.org/v2/gh/encdec-widgets/")
    assert f"%3Fdesign%3D{packed(design)}" in link
    assert from_link(design.to_link(link)) == design


@pytest.mark.parametrize(
    "base", ["", "127.0.0.1:8866", "ftp://here/", "javascript:alert(1)", 3, "http://[x/"]
)
def test_a_base_that_is_no_page_is_refused(base: Any) -> None:
    with pytest.raises(ValueError, match=r"base is the address of a page.*Received"):
        preset("U-Net").to_link(base)


@pytest.mark.parametrize("query", ["", "theme=dark", "urlpath=voila", "urlpath=a%3Fb%3Dc", "=&&=;%zz"])
def test_a_query_without_a_design_has_none(query: str) -> None:
    assert in_query(query) is None


def test_read_design_takes_a_text_and_a_link_and_says_which(tmp_path: Path) -> None:
    design = preset("FC-DenseNet56")
    edited = design.replace("encoder[0].dropout", 0.3)
    file = tmp_path / "design.txt"
    for each in (design, edited):
        assert read_design(each.to_text()).format == "text of a design"
        assert read_design(f" {each.to_text()}\n").design == each
        for link in (each.to_link(), each.to_link(APP), "?" + each.to_link(APP).partition("&")[2]):
            found = read_design(link)
            assert (found.design, found.format) == (each, "link")
        file.write_text(each.to_link())
        assert read_design(file).design == each
    with pytest.raises(ValueError, match="design= is missing"):
        read_design("https://example.org/?q=1")
    with pytest.raises(ValueError, match="link can't be read"):
        read_design("http://[::?design=1abc")
    with pytest.raises(ValueError, match="Did you mean 'filters'"):
        read_design("unet filter=3")


def test_a_design_is_saved_as_a_file_and_never_over_another(tmp_path: Path) -> None:
    design, path = preset("U-Net"), tmp_path / "mice.encdec.json"
    assert design.save(path) == path
    assert read_design(path).design == design
    with pytest.raises(FileExistsError, match=r"mice\.encdec\.json' already\. .* overwrite=True"):
        preset("LEAP CNN").save(str(path))
    assert read_design(path).design == design
    preset("LEAP CNN").save(path, overwrite=True)
    assert read_design(path).design == preset("LEAP CNN")
    assert [file.name for file in tmp_path.iterdir()] == ["mice.encdec.json"]


@pytest.mark.parametrize("path", ["", None, 3, "{folder}", "{folder}/none/a.json"])
def test_a_path_that_can_be_no_file_is_refused(tmp_path: Path, path: Any) -> None:
    with pytest.raises(ValueError, match=r"path is that of a file.*Received"):
        preset("U-Net").save(path.format(folder=tmp_path) if isinstance(path, str) else path)
