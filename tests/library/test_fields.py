import math

import attrs
import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from encdec_widgets.architectures import LeapCNN, UNet
from encdec_widgets.architectures.encoder_decoder import (
    EncoderDecoder,
    SimpleConvBlock,
    SimpleUpsamplingBlock,
)
from encdec_widgets.architectures.fields.described import ACTIVATIONS, FieldError, described_fields

CLASSES = [SimpleConvBlock, SimpleUpsamplingBlock, EncoderDecoder, UNet, LeapCNN]
ANY_VALUE = st.one_of(
    st.integers(),
    st.floats(),
    st.booleans(),
    st.none(),
    st.text(max_size=8),
    st.integers(-3, 70).map(np.int64),
    st.floats(-1, 9).map(np.float32),
    st.sampled_from(ACTIVATIONS),
    st.lists(st.integers(), max_size=2),
)


@pytest.mark.parametrize("cls", CLASSES)
def test_every_field_is_described_in_words_and_its_default_is_valid(cls: type) -> None:
    infos = described_fields(cls)
    assert list(infos) == [attribute.name for attribute in attrs.fields(cls)]
    for name, info in infos.items():
        assert info.help.endswith("."), name
        assert info.accept(name, info.default) == info.default
        if info.usual:
            assert info.minimum <= info.usual[0] < info.usual[1] <= info.maximum


@pytest.mark.parametrize("cls", CLASSES)
@given(data=st.data())
def test_any_value_is_kept_or_refused_by_name_with_suggestions_that_work(
    cls: type, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(described_fields(cls))))
    value = data.draw(ANY_VALUE)
    info = described_fields(cls)[name]
    try:
        kept = info.accept(name, value)
    except FieldError as error:
        assert error.field == name
        assert error.value is value
        assert name in str(error)
        assert error.suggestions
        for suggestion in error.suggestions:
            info.accept(name, suggestion)
    else:
        assert kept == value
        assert kept is None or type(kept) in (int, float, bool, str)


@pytest.mark.parametrize(
    "value", [True, np.True_, "3", 2.5, math.nan, math.inf, None, [2], -1, 10**9, 10**400]
)
def test_a_count_is_a_whole_number_within_bounds(value: object) -> None:
    with pytest.raises(ValueError, match="num_convs must be a whole number from 0 to 64"):
        SimpleConvBlock(num_convs=value)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [4, 4.0, np.int8(4), np.float64(4), np.array(4)])
def test_any_way_to_write_a_whole_number_is_that_number(value: int) -> None:
    filters = SimpleConvBlock(filters=value).filters
    assert (filters, type(filters)) == (4, int)


def test_a_value_set_later_is_validated_too() -> None:
    block = SimpleConvBlock()
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        block.filters = 0  # type: ignore[misc]
    with pytest.raises(FieldError, match="filters"):
        attrs.evolve(block, filters=0)


def test_blocks_and_architectures_are_values() -> None:
    assert SimpleConvBlock(filters=8) == SimpleConvBlock(filters=8) != SimpleConvBlock(filters=9)
    assert len({UNet(filters=8), UNet(filters=8), UNet(filters=9)}) == 2
    assert attrs.evolve(UNet(), filters=8) == UNet(filters=8)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_that_can_be_chosen_is_one_of_keras(name: str) -> None:
    x = keras.Input((4, 4, 2))
    assert keras.layers.Activation(name)(x).shape == (None, 4, 4, 2)


@pytest.mark.parametrize("cls", [UNet, LeapCNN])
@given(
    filters=st.integers(1, 4096),
    rate=st.floats(0.1, 8),
    down=st.integers(0, 10),
    up=st.integers(0, 16),
    contraction=st.booleans(),
)
def test_widths_are_possible_or_refused_when_the_value_is_made(
    cls: type[EncoderDecoder], filters: int, rate: float, down: int, up: int, contraction: bool
) -> None:
    extra = {"block_contraction": contraction} if cls is UNet else {}
    try:
        network = cls(filters=filters, filters_rate=rate, down_blocks=down, up_blocks=up, **extra)  # type: ignore[call-arg]
    except FieldError as error:
        assert error.field == "filters_rate"
    else:
        assert len(network.decoder_stack) == up
        assert network.encoder_features_stride >= 1


@given(st.integers() | st.floats())
def test_a_number_without_a_description_has_a_finite_range_with_its_default_or_no_control(
    default: float,
) -> None:
    infos = described_fields(attrs.make_class("Own", {"size": attrs.field(default=default)}))
    if not abs(default) <= 2**53:
        assert infos == {}
        return
    info = infos["size"]
    assert info.accept("size", default) == default
    assert info.usual is not None
    assert -math.inf < info.minimum <= info.usual[0] < info.usual[1] <= info.maximum < math.inf


def test_private_fields_have_no_control() -> None:
    @attrs.frozen
    class Own(EncoderDecoder):
        _scale: int = 2
        depth: int = 3
        size: int = attrs.field(default=4, alias="how_large")

    assert list(described_fields(Own)) == ["stacks", "depth"]
