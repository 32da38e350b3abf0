"""Which fields of a design other values are tried of, which values, and the designs that they give."""

import contextlib
import itertools

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encdec_widgets import Design, preset
from encdec_widgets.architectures import CustomEncoderDecoder, UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import EncoderBlock, SimpleConvBlock
from encdec_widgets.architectures.fields.described import FieldError, FieldInfo, described_fields
from encdec_widgets.architectures.fields.numeric import MOST, STEPS
from encdec_widgets.designs.paths import path_words
from encdec_widgets.designs.variants import (
    INPUT_SIZE,
    all_else,
    current_value,
    fields_to_try,
    user_classes,
    values_of,
    values_to_try,
    with_value,
)

DESIGN = Design(UNet(filters=16), (256, 256, 1))


def number(low: float, high: float, kind: str = "integer", **more: object) -> FieldInfo:
    bounds = {"minimum": -1e9, "maximum": 1e9, **more}
    return FieldInfo(kind=kind, help="", default=low, usual=(low, high), **bounds)  # type: ignore[arg-type]


# Values


@settings(max_examples=200, deadline=None)
@given(st.integers(-5, 500), st.integers(0, 5000), st.integers(-10, 10**6))
def test_whole_numbers_go_from_end_to_end_and_hold_the_current_one(
    low: int, width: int, current: int
) -> None:
    values = values_to_try(number(low, low + width), current)
    assert {low, low + width, current} <= set(values)
    assert list(values) == sorted(set(values))
    assert all(isinstance(value, int) for value in values)
    assert all(low <= value <= low + width for value in values if value != current)
    assert min(width + 1, 4) <= len(values) <= MOST + 2


@settings(max_examples=100, deadline=None)
@given(st.floats(-10, 10), st.floats(0.1, 100), st.floats(-100, 100))
def test_numbers_with_fractions_go_in_equal_steps(low: float, width: float, current: float) -> None:
    values = values_to_try(number(low, low + width, "real"), current)
    assert current in values
    assert list(values) == sorted(set(values))
    others = [value for value in values if value != current]
    assert STEPS <= len(others) <= STEPS + 1
    assert others[0] == pytest.approx(low, rel=1e-4, abs=1e-4) or current in values[:2]


@pytest.mark.parametrize(
    ("low", "high", "values"),
    [
        (1, 7, (1, 2, 3, 4, 5, 6, 7)),
        (1, 128, (1, 2, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)),
        (0, 256, (0, 1, 2, 4, 8, 16, 32, 48, 64, 96, 128, 192, 256)),
        (30, 90, tuple(range(30, 91, 5))),
    ],
)
def test_wide_ranges_are_gone_through_in_factors(low: int, high: int, values: tuple[int, ...]) -> None:
    assert values_to_try(number(low, high), low) == values


def test_flags_and_choices_have_all_their_values() -> None:
    flag = FieldInfo(kind="flag", help="", default=True)
    assert values_to_try(flag, True) == (False, True)
    choice = FieldInfo(kind="choice", help="", default="a", choices=tuple("abcdefghijklmnopqrst"))
    assert values_to_try(choice, "t") == choice.choices
    assert values_to_try(attrs.evolve(choice, optional=True), "a") == (None, *choice.choices)


def test_a_number_that_may_be_none_is_tried_as_none_too() -> None:
    info = number(1, 3, optional=True)
    assert values_to_try(info, None) == (None, 1, 2, 3)
    assert values_to_try(info, 5) == (None, 1, 2, 3, 5)


def test_values_that_the_field_never_takes_are_no_values() -> None:
    info = described_fields(preset("Hourglass (SLEAP)").architecture)["stem_stride"]
    assert values_to_try(info, 4) == (1, 2, 4)


def test_a_field_without_a_range_is_tried_where_it_stands() -> None:
    assert values_to_try(FieldInfo(kind="integer", help="", default=3), 5) == (3, 5)


# Fields


def test_the_fields_of_the_network_come_with_its_input_size() -> None:
    paths = list(fields_to_try(DESIGN))
    assert (paths[0], *paths[-2:]) == ("filters", "stacks", INPUT_SIZE)
    assert {"filters", "filters_rate", "up_interpolate", "down_blocks"} <= set(paths)
    assert not any("[" in path or path.startswith("head") for path in paths)
    assert INPUT_SIZE not in fields_to_try(Design(UNet(filters=2), (None, None, 1)))
    # Tuples of counts and texts have no range.
    assert {"down_layers", "up_layers"}.isdisjoint(fields_to_try(preset("FC-DenseNet56")))


def test_a_selected_block_and_a_head_bring_their_fields() -> None:
    design = attrs.evolve(DESIGN, head=Head(channels=3))
    paths = fields_to_try(design, "encoder[2]")
    assert {"encoder[2].filters", "encoder[2].activation", "head.channels"} <= set(paths)
    assert current_value(design, "encoder[2].filters") == 64
    assert current_value(design, "head.channels") == 3
    assert 3 in values_of(design, "head.channels")
    assert set(fields_to_try(design, "head")) == set(fields_to_try(design))


def test_of_a_whole_stage_only_what_its_blocks_have_in_common_is_tried() -> None:
    paths = fields_to_try(DESIGN, "encoder[*]")
    assert "encoder[*].kernel_size" in paths
    assert "encoder[*].filters" not in paths
    assert current_value(DESIGN, "encoder[*].kernel_size") == 3
    changed = with_value(DESIGN, "encoder[*].kernel_size", 5)
    assert {getattr(block, "kernel_size", 5) for block in changed.architecture.encoder_stack} == {5}


def test_blocks_that_cannot_be_edited_have_no_fields_to_try() -> None:
    class Own(UNet):
        def make_encoder(self, *args: object, **kwargs: object) -> object:
            return super().make_encoder(*args, **kwargs)  # type: ignore[arg-type]

    design = Design(Own(filters=2), (32, 32, 1))
    assert set(fields_to_try(design, "encoder[0]")) == set(fields_to_try(design))


def test_every_field_can_be_tried_with_the_value_that_it_has() -> None:
    for name, place in itertools.product(
        ("U-Net", "Hourglass (SLEAP)", "FC-DenseNet56"), (None, "encoder[1]")
    ):
        design = preset(name)
        for path in fields_to_try(design, place):
            assert current_value(design, path) in values_of(design, path)
            assert with_value(design, path, current_value(design, path)) == design


# Input size


def test_sizes_are_those_that_the_stride_divides() -> None:
    sizes = values_of(DESIGN, INPUT_SIZE)
    assert {32, 256, 1024} <= set(sizes)
    for size in sizes:
        assert with_value(DESIGN, INPUT_SIZE, size).input_shape == (size, size, 1)


def test_a_picture_keeps_its_proportions() -> None:
    design = Design(UNet(filters=2, down_blocks=3, up_blocks=3), (64, 128, 3))
    assert current_value(design, INPUT_SIZE) == 128
    assert with_value(design, INPUT_SIZE, 256).input_shape == (128, 256, 3)
    assert with_value(design, INPUT_SIZE, 16).input_shape == (8, 16, 3)
    odd = attrs.evolve(design, input_shape=(24, 128, 1))
    assert with_value(odd, INPUT_SIZE, 128) == odd


def test_a_value_that_is_not_possible_raises_as_an_edit_does() -> None:
    design = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (36, 36, 1))
    with pytest.raises(FieldError, match="36"):
        with_value(design, "down_blocks", 3)


def test_paths_are_named_as_people_read_them() -> None:
    assert path_words("filters_rate") == "filters rate"
    assert path_words("encoder[2].num_convs") == "enc2 num convs"
    assert path_words("encoder[*].num_convs") == "num convs of all encoder blocks"
    assert path_words("head.channels") == "head channels"
    assert path_words(INPUT_SIZE) == "input size"


def test_a_list_of_blocks_of_several_kinds_is_tried_by_the_blocks_that_have_the_field() -> None:
    @attrs.frozen
    class Bare(EncoderBlock):
        pass

    blocks = [Bare(pool=False), SimpleConvBlock(filters=4, kernel_size=5)]
    design = Design(CustomEncoderDecoder(encoder=blocks), (32, 32, 1))
    assert "encoder[*].kernel_size" in fields_to_try(design, "encoder[*]")
    assert current_value(design, "encoder[*].kernel_size") == 5


# What variants have in common

CUSTOM = attrs.evolve(
    DESIGN,
    architecture=CustomEncoderDecoder.of(UNet(filters=4, down_blocks=2, up_blocks=2)),
    head=Head(channels=3),
)


def possible(design: Design, path: str) -> list[Design]:
    variants = []
    for value in values_of(design, path):
        with contextlib.suppress(FieldError):
            variants.append(with_value(design, path, value))
    return variants


@pytest.mark.parametrize("place", [None, "encoder[1]", "decoder[*]", "head"])
def test_designs_with_all_else_equal_have_the_same_variants(place: str | None) -> None:
    for path in fields_to_try(CUSTOM, place):
        variants = possible(CUSTOM, path)
        assert len(variants) > 1
        for variant in variants:
            assert all_else(variant, path) == all_else(CUSTOM, path)
            assert possible(variant, path) == variants or values_of(variant, path) != values_of(CUSTOM, path)


def test_designs_that_differ_elsewhere_are_told_apart() -> None:
    paths = [
        "encoder[0].filters",
        "encoder[1].filters",
        "encoder[*].kernel_size",
        "head.channels",
        INPUT_SIZE,
    ]
    for path, other in itertools.permutations(paths, 2):
        assert all(
            all_else(variant, path) != all_else(CUSTOM, path)
            for variant in possible(CUSTOM, other)
            if variant != CUSTOM
        )


def test_a_size_that_is_rounded_is_not_taken_for_another() -> None:
    odd = Design(UNet(filters=2, down_blocks=3, up_blocks=3), (24, 128, 3))
    small = with_value(odd, INPUT_SIZE, 32)
    assert with_value(small, INPUT_SIZE, 128) != odd
    assert all_else(small, INPUT_SIZE) != all_else(odd, INPUT_SIZE)


def test_classes_that_are_not_the_package_s_own_are_named() -> None:
    @attrs.frozen
    class Mine(SimpleConvBlock):
        pass

    assert user_classes(DESIGN) == user_classes(CUSTOM) == ()
    blocks = [Mine(filters=2), SimpleConvBlock(filters=2), Mine(filters=3)]
    assert user_classes(Design(CustomEncoderDecoder(encoder=blocks), (32, 32, 1))) == ("Mine",)
