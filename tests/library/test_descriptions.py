"""What every shipped field tells a person who stands before its control."""

import re

import pytest

from encdec_widgets.architectures import hourglass, unet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import DecoderBlock, EncoderBlock, EncoderDecoder
from encdec_widgets.architectures.fields.described import FieldInfo, Need, described_fields
from encdec_widgets.session.conditions import Conditions
from encdec_widgets.workers.effective_field import EffectiveFieldSampling
from encdec_widgets.workers.options import Options
from tests.library.test_any_network import DECODER_BLOCKS, ENCODER_BLOCKS, FAMILIES

CLASSES = [
    EncoderBlock,
    DecoderBlock,
    *ENCODER_BLOCKS,
    *DECODER_BLOCKS,
    unet.PoolingBlock,
    hourglass.StemBlock,
    hourglass.DownsamplingBlock,
    hourglass.UpsamplingBlock,
    EncoderDecoder,
    *FAMILIES,
    Head,
    Options,
    Conditions,
    EffectiveFieldSampling,
]
LONGEST_UNIT = 8  # characters that stand beside a number box
# Words by which a sentence says what comes of a larger or a smaller value, and what of a flag that is on.
DIRECTION = re.compile(
    r"\b(more|larger|smaller|higher|further|coarser|wider|widen|fewer|above|grows?|doubles|each|longer)\b",
    re.IGNORECASE,
)
COST_OR_USE = re.compile(
    r"\b(costs?|cheaper|parameters?|time|memory|faster|slower|sees?|detail|smoother|learns?|network|steadies)\b"
)


def fields(*kinds: str) -> list[object]:
    """The described fields of these kinds, as parameters of a test."""
    return [
        pytest.param(info, id=f"{cls.__name__}.{name}")
        for cls in CLASSES
        for name, info in described_fields(cls).items()
        if info.kind in kinds
    ]


@pytest.mark.parametrize("info", fields("integer", "real", "counts"))
def test_a_number_has_a_unit_a_usual_range_and_a_direction(info: FieldInfo) -> None:
    assert 0 < len(info.unit) <= LONGEST_UNIT
    assert DIRECTION.search(info.help)
    if info.kind != "counts":
        assert info.usual is not None
        low, high = info.usual
        assert info.minimum <= low <= high <= info.maximum
        assert low < high or info.minimum == info.maximum


@pytest.mark.parametrize("info", fields("flag"))
def test_a_flag_says_what_comes_of_it_when_it_is_on(info: FieldInfo) -> None:
    assert info.help.startswith("On: ") or "always" in info.help
    assert DIRECTION.search(info.help) or COST_OR_USE.search(info.help)


@pytest.mark.parametrize("info", fields("choice", "layer name"))
def test_a_choice_says_what_it_does_to_the_network(info: FieldInfo) -> None:
    assert COST_OR_USE.search(info.help)


@pytest.mark.parametrize("info", fields("integer", "real", "counts", "flag", "choice", "layer name"))
def test_a_field_says_in_one_sentence_what_it_does(info: FieldInfo) -> None:
    assert re.fullmatch(r"[A-Z0-9].{8,}\.", info.help)


@pytest.mark.parametrize("cls", [*ENCODER_BLOCKS, *DECODER_BLOCKS])
def test_every_field_of_a_block_stands_under_a_heading(cls: type) -> None:
    assert all(info.group for info in described_fields(cls).values())


@pytest.mark.parametrize("cls", CLASSES)
def test_a_fold_leaves_most_of_what_matters_in_sight(cls: type) -> None:
    infos = described_fields(cls).values()
    assert not all(info.folded for info in infos)
    needs = [need for info in infos if not info.folded for need in info.needs]
    needed = {need.field for need in needs if isinstance(need, Need)}
    assert not any(info.folded for name, info in described_fields(cls).items() if name in needed)
