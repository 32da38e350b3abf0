"""Codes: what they say comes back as it was, and a line that was cut or altered says nothing."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from encdec_widgets import Design, preset, presets
from encdec_widgets.architectures import CustomEncoderDecoder, StackedHourglass, UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import SimpleConvBlock, SimpleUpsamplingBlock
from encdec_widgets.lessons.codes import Claim, Code, CodeError, claim_of, is_name, looks_like_code, plain
from encdec_widgets.lessons.reading import read_codes
from encdec_widgets.lessons.words import from_words, words_of
from tests.amount import full_or
from tests.export.random_designs import random_designs
from tests.lessons.beside import START

WORDS = st.from_regex(r"[a-z_]{1,12}=[A-Za-z0-9.,x\[\]-]{1,12}", fullmatch=True)
FIGURES = st.dictionaries(
    st.sampled_from(["f1", "slower", "px", "training_steps"]),
    st.integers(0, 10**6) | st.floats(1e-6, 1e6),
    max_size=2,
)


@st.composite
def claims(draw: Any) -> Claim:
    """What any code can say."""
    reached = draw(st.lists(st.booleans(), max_size=5))
    scores = draw(st.lists(st.sampled_from([0, 1, 2, None]), max_size=5))
    count = sum(reached)
    return Claim(
        lesson=draw(st.from_regex(r"[\w.-]{1,12}", fullmatch=True).filter(is_name)),
        reached=tuple(reached),
        scores=tuple(scores),
        networks=tuple(tuple(draw(st.lists(WORDS, max_size=4))) for _ in range(count)),
        figures=tuple(draw(FIGURES) for _ in range(count)),
    )


@settings(max_examples=full_or(2000, 100))
@given(claims())
def test_a_code_says_what_was_said(claim: Claim) -> None:
    line = claim.line()
    assert claim_of(line) == claim
    assert "\n" not in line
    assert repr(line) == line == plain(line)


@settings(max_examples=full_or(2000, 100))
@given(
    st.from_regex(r"[\w.-]{1,40}", fullmatch=True),
    st.sampled_from([((), ()), ((True,), (2,)), ((False, True), (None,)), ((), (0, 1))]),
)
def test_the_code_of_any_name_of_a_lesson_is_found_behind_the_name_of_a_person(name: str, says: Any) -> None:
    assume(is_name(name))
    reached, scores = says
    claim = Claim(
        lesson=name,
        reached=reached,
        scores=scores,
        networks=(("filters=8",),) * sum(reached),
        figures=({},) * sum(reached),
    )
    ((found,), passed) = read_codes(f"Ada: {claim.line()}")
    assert (found.name, found.claim, passed) == ("Ada", claim, ())


@settings(max_examples=full_or(5000, 100))
@given(claims(), st.data())
def test_a_line_that_was_cut_is_refused_with_what_was_received(claim: Claim, data: Any) -> None:
    line = claim.line()
    start = data.draw(st.integers(0, len(line)))
    end = data.draw(st.integers(start, len(line)))
    piece = plain(line[start:end])
    assume(piece != line)
    try:
        said = claim_of(piece)
    except CodeError as error:
        assert "Received: " in str(error)
        assert "Would work: " in str(error)
    else:
        raise AssertionError(f"{piece!r}, a part of {line!r}, says {said}")


@settings(max_examples=full_or(5000, 150))
@given(claims(), st.data())
def test_a_line_of_which_one_character_is_another_is_refused(claim: Claim, data: Any) -> None:
    line = claim.line()
    at = data.draw(st.integers(0, len(line) - 1))
    sign = data.draw(st.sampled_from("0123456789abcxyz=_.;:,#✓–[]"))
    altered = line[:at] + sign + line[at + 1 :]
    assume(plain(altered) != line)
    try:
        said = claim_of(altered)
    except CodeError as error:
        assert "Received: " in str(error)
    else:
        assert said == claim, f"{altered!r} of {line!r}"  # one sign for another that means the same


@pytest.mark.parametrize(
    "around", ["{}", "  {}  ", "\u200b{}\ufeff"], ids=["alone", "spaces", "signs that are not seen"]
)
def test_what_a_chat_makes_of_signs_and_spaces_is_read_all_the_same(around: str) -> None:
    claim = Claim(
        lesson="3", reached=(True, False), scores=(2, None), networks=(("filters=8",),), figures=({},)
    )
    line = claim.line()
    for text in (
        line,
        line.replace("✓", "✔\ufe0f"),
        line.replace("✓", "✅"),
        line.replace("–", "-"),
        line.replace("–", "—"),
        line.replace(" ", "\u00a0"),
        line.replace(" ", "  "),
        line.replace(" ", "\t"),
    ):
        assert claim_of(around.format(text)) == claim, text


def test_the_example_of_the_documentation_is_as_short_as_it_says() -> None:
    claim = Claim(
        lesson="3",
        reached=(True,),
        scores=(2,),
        networks=(("filters=8", "down_blocks=4"),),
        figures=({},),
    )
    line = claim.line()
    assert isinstance(line, Code)
    assert line.startswith("3 ✓ 2 filters=8 down_blocks=4 #")
    assert len(line) == 35


@pytest.mark.parametrize(
    "text",
    [
        "",
        "#",
        "#c85a",
        "hello",
        "3",
        "3 ✓",
        "3 ✓ 2 filters=8",
        "3 ✓ 2 filters=8 #c85",
        "✓ #0000",
        "; ; #1234",
        "– 2 #ffff",
    ],
)
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(CodeError, match=r"Received: .*Would work: "):
        claim_of(text)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    looks_like_code(text)
    try:
        claim_of(text)
    except CodeError as error:
        assert str(error).encode()


# Designs as words


@settings(max_examples=full_or(500, 10))
@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_any_design_comes_back_from_its_words_whatever_the_lesson_starts_with(seed: int, other: int) -> None:
    (design,) = random_designs(seed, 1)
    (start,) = random_designs(other, 1)
    for begin in (start, START, design):
        words = words_of(design, begin)
        assert from_words(words, begin) == design
        assert all(" " not in word and ";" not in word and "#" not in word for word in words)
        assert words or begin == design


@pytest.mark.parametrize("name", presets())
def test_the_presets_of_a_family_come_back_from_words_that_are_read_by_eye(name: str) -> None:
    design = preset(name)
    words = words_of(design, START)
    assert from_words(words, START) == design
    if not design.heads:
        assert not words[0].startswith("design="), words


def test_a_few_edits_are_a_few_words() -> None:
    edits = {"filters": 8, "down_blocks": 4, "filters_rate": 1.5, "up_interpolate": True}
    assert set(words_of(START.replace_all(edits), START)) == {
        "filters_rate=1.5",
        "down_blocks=4",
        "up_interpolate=on",
    }
    stacked = Design(StackedHourglass(stacks=3), (256, 256, 1))
    assert words_of(stacked, START) == ("family=StackedHourglass", "stacks=3", "input_shape=256x256x1")
    assert words_of(START.replace("input_shape", (None, 64, 1)), START) == ("input_shape=anyx64x1",)


def test_edits_of_blocks_are_words_where_the_blocks_are_the_same() -> None:
    free = START.replace("decoder[0].skip_connection", False)
    assert isinstance(free.architecture, CustomEncoderDecoder)
    assert words_of(free, START) == ("decoder[0].skip_connection=off",)
    wider = free.replace_all({"encoder[0].filters": 5, "input_shape": (32, 64, 1)})
    words = ("encoder[0].filters=5", "decoder[0].skip_connection=off", "input_shape=32x64x1")
    assert words_of(wider, START) == words
    assert from_words(words, START) == wider
    with pytest.raises(ValueError, match=r"encoder\[7\]"):
        from_words(["encoder[7].filters=5"], START)


def test_free_blocks_and_heads_are_one_packed_word() -> None:
    free = START.replace(
        "encoder[:]", (SimpleConvBlock(filters=5, num_convs=1), *START.blocks_of("encoder")[1:])
    )
    free = free.replace("encoder", (free.architecture.encoder_stack[0], *free.architecture.encoder_stack))
    headed = START.replace("head", Head(3))
    assert isinstance(free.architecture, CustomEncoderDecoder)
    for design in (free, headed):
        (word,) = words_of(design, START)
        assert word.startswith("design=")
        assert len(word) < 900
        assert from_words([word], START) == design
        assert from_words([word.lower()], START) == design
        for cut in (word[:-1], word[:20], "design=", word.replace("A", "B", 1)):
            with pytest.raises(ValueError, match=r"packed design is damaged|is not the JSON"):
                from_words([cut], START)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["filters"], "words like filters=8"),
        (["filters=many"], "filters must be a whole number"),
        (["filters=0"], "filters must be a whole number"),
        (["nothing=8"], "has no field 'nothing'"),
        (["filters=[8"], "no field has the value"),
        (["family=Nothing"], "needs the class 'Nothing'"),
        (["input_shape=512"], "input_shape"),
        (["input_shape=512x512xmany"], "an input shape is written like"),
        (["input_shape=63x64x1"], "input_shape must have a height"),
    ],
)
def test_words_that_are_no_design_say_why(words: list[str], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        from_words(words, START)


def test_edits_at_random_of_a_family_are_words() -> None:
    choose = random.Random(3)
    for _ in range(full_or(300, 40)):
        edits = {
            "filters": choose.randint(1, 64),
            "kernel_size": choose.choice([1, 3, 5, 7]),
            "down_blocks": choose.randint(1, 5),
            "stem_blocks": choose.randint(0, 2),
            "filters_rate": choose.choice([1.0, 1.25, 2.0]),
            "up_interpolate": choose.random() < 0.5,
            "input_shape": (choose.choice([128, 256, None]), 128, choose.randint(1, 3)),
        }
        some = dict(choose.sample(sorted(edits.items()), choose.randint(0, len(edits))))
        architecture = UNet(**{name: value for name, value in some.items() if name != "input_shape"})
        design = Design(architecture, some.get("input_shape", (256, 256, 1)))
        words = words_of(design, START)
        assert from_words(words, START) == design
        assert not any(word.startswith("design=") for word in words)


def test_a_list_of_blocks_is_packed_too() -> None:
    blocks = CustomEncoderDecoder(
        encoder=(SimpleConvBlock(filters=4),), decoder=(SimpleUpsamplingBlock(refine_convs_filters=4),)
    )
    design = Design(blocks, (64, 64, 1))
    assert from_words(words_of(design, START), START) == design
