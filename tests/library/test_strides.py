"""``from_strides``: exactly the strides that were asked for, or a refusal that says what would work."""

import math
import warnings
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from encdec_widgets.architectures import FCDenseNet, Hourglass, LeapCNN, StackedHourglass, UNet
from encdec_widgets.architectures.encoder_decoder import EncoderDecoder
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.networks.weights import unfilled
from tests.amount import full_or

STRIDES: dict[Any, tuple[str, ...]] = {
    UNet: ("stem_stride", "max_stride", "output_stride"),
    LeapCNN: ("max_stride", "output_stride"),
    Hourglass: ("stem_stride", "max_stride", "output_stride"),
}
DEFAULTS: dict[Any, dict[str, Any]] = {
    UNet: {"stem_stride": None, "max_stride": 16, "output_stride": 1},
    LeapCNN: {"max_stride": 8, "output_stride": 1},
    Hourglass: {"stem_stride": 4, "max_stride": 64, "output_stride": 4},
}
families = st.sampled_from(list(STRIDES))
powers_of_two = st.integers(0, 12).map(lambda exponent: 2**exponent)
anything = st.one_of(
    powers_of_two,
    st.integers(-3, 300),
    st.integers(),
    st.floats(),
    st.none(),
    st.booleans(),
    st.sampled_from(["8", "24", "", "two", "1e999"]),
    powers_of_two.map(np.int64),
    powers_of_two.map(float),
    st.just(np.float32(12)),
    st.just([8]),
)
stacks = st.one_of(st.integers(1, 4), st.sampled_from([0, -1, 1000, 1.5, True, None, "2", np.int8(2)]))


def _asked_for(network: EncoderDecoder, arguments: dict[str, Any]) -> bool:
    asked = DEFAULTS[type(network)] | arguments
    assert not any(isinstance(asked[field], bool) for field in STRIDES[type(network)])
    return (
        network.maximum_stride == asked["max_stride"]
        and network.output_stride == asked["output_stride"]
        and network.stem_features_stride == (asked.get("stem_stride") or 1)
    )


def _made_or_refused(family: Any, arguments: dict[str, Any]) -> EncoderDecoder | FieldError:
    try:
        network: EncoderDecoder = family.from_strides(**arguments)
    except FieldError as error:
        return error
    return network


@settings(max_examples=full_or(400, 100), deadline=None)
@given(family=families, values=st.tuples(anything, anything, anything), stacks=stacks)
@example(family=UNet, values=(8, 8, 8), stacks=1)
@example(family=UNet, values=(None, 4096, 4096), stacks=1)
@example(family=UNet, values=(256, 2**18, 1), stacks=1)
@example(family=Hourglass, values=(2, 4, 1), stacks=3)
@example(family=Hourglass, values=(8, 12, math.nan), stacks=0)
def test_any_arguments_give_what_was_asked_for_or_a_way_to_something_that_works(
    family: Any, values: tuple[Any, ...], stacks: Any
) -> None:
    # Widths grow with the depth, and can be refused as well; the field that makes them grow is then named.
    growth = "filter_increase" if family is Hourglass else "filters_rate"
    arguments = dict(zip(STRIDES[family], values, strict=False)) | {"filters": 2, growth: 2, "stacks": stacks}
    for _ in range(10):  # several fields can be wrong, each with its own refusal
        network = _made_or_refused(family, arguments)
        if not isinstance(network, FieldError):
            break
        received = arguments[network.field]
        assert network.value == received or received != received  # NaN
        assert str(network).startswith(f"{network.field} must ")
        arguments[network.field] = network.suggestions[0]
    else:
        pytest.fail(f"following suggestions leads nowhere: {arguments}")
    assert _asked_for(network, arguments)
    network.require_symmetric_stacks()


@settings(max_examples=full_or(400, 100), deadline=None)
@given(data=st.data(), family=families, value=anything, stacks=st.integers(1, 3))
def test_one_wrong_stride_is_named_and_each_of_its_suggestions_works(
    data: st.DataObject, family: Any, value: Any, stacks: int
) -> None:
    field = data.draw(st.sampled_from(STRIDES[family]))
    arguments = {field: value, "filters": 2, "stacks": stacks}
    network = _made_or_refused(family, arguments)
    if not isinstance(network, FieldError):
        assert _asked_for(network, arguments)
        return
    assert network.field == field
    assert network.suggestions
    for suggestion in network.suggestions:
        better = arguments | {field: suggestion}
        assert _asked_for(family.from_strides(**better), better)


@pytest.mark.parametrize(
    ("family", "arguments", "field", "suggestions"),
    [
        (UNet, {"max_stride": 24}, "max_stride", {16, 32}),
        (UNet, {"max_stride": 1}, "max_stride", {2}),
        (UNet, {"stem_stride": 3}, "stem_stride", {2, 4}),
        (UNet, {"stem_stride": 16}, "stem_stride", {8}),
        (UNet, {"stem_stride": 16, "max_stride": 8}, "stem_stride", {4}),
        (UNet, {"output_stride": 3}, "output_stride", {2, 4}),
        (UNet, {"output_stride": 32}, "output_stride", {16}),
        (UNet, {"output_stride": 2, "stacks": 2}, "output_stride", {1}),
        (LeapCNN, {"max_stride": 12}, "max_stride", {8, 16}),
        (LeapCNN, {"output_stride": 16}, "output_stride", {8}),
        (Hourglass, {"stem_stride": 8, "stacks": 1, "output_stride": 8}, "stem_stride", {4}),
        (Hourglass, {"stem_stride": None}, "stem_stride", {4}),
        (Hourglass, {"max_stride": 4}, "max_stride", {8}),
        (Hourglass, {"output_stride": 2, "stacks": 1}, "output_stride", {4}),
    ],
)
def test_the_nearest_values_are_suggested(
    family: Any, arguments: dict[str, Any], field: str, suggestions: set[int]
) -> None:
    with pytest.raises(FieldError, match=f"{field} must be ") as caught:
        family.from_strides(**arguments)
    assert caught.value.field == field
    assert set(caught.value.suggestions) == suggestions


@settings(max_examples=full_or(25, 8), deadline=None)
@given(
    family=families,
    exponents=st.lists(st.integers(0, 5), min_size=3, max_size=3).map(sorted),
    stacks=st.integers(1, 2),
)
def test_the_built_network_has_the_strides_that_it_says(
    family: Any, exponents: list[int], stacks: int
) -> None:
    first, second, last = (2**exponent for exponent in exponents)
    strides = {"stem_stride": first, "output_stride": second, "max_stride": last}
    arguments = {field: strides[field] for field in STRIDES[family]}
    try:
        network = family.from_strides(**arguments, filters=2, stacks=stacks)
    except FieldError:
        return
    size = 2 * last
    with unfilled(), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a stem's finer features cannot be connected
        outputs, features = network.make_backbone(keras.Input((size, size, 1)))
    for output in outputs if stacks > 1 else [outputs]:
        assert tuple(output.shape[1:3]) == (size // second, size // second)
    for feature in features[0] if stacks > 1 else features:
        assert feature.tensor.shape[1] * feature.stride == size


@pytest.mark.parametrize(
    ("family", "argument", "words", "suggestions"),
    [
        (LeapCNN, {"stem_stride": 2}, "which takes max_stride, output_stride, filters", ()),
        (FCDenseNet, {"filters": 2}, "which takes max_stride, output_stride, growth_rate", ()),
        (StackedHourglass, {"filter_increase": 2}, "which takes stem_stride, max_stride", ()),
        (UNet, {"filter": 2}, "which takes stem_stride", ("filters",)),
    ],
)
def test_a_name_of_another_family_is_refused_with_those_there_are(
    family: Any, argument: dict[str, Any], words: str, suggestions: tuple[str, ...]
) -> None:
    with pytest.raises(
        FieldError, match=f"is no argument of {family.__name__}.from_strides, {words}"
    ) as caught:
        family.from_strides(**argument)
    assert caught.value.suggestions == suggestions
    assert caught.value.field in argument


def test_a_stride_is_suggested_for_which_the_blocks_are_not_too_wide() -> None:
    with pytest.raises(FieldError) as caught:
        UNet.from_strides(max_stride=5000)
    (stride,) = caught.value.suggestions
    assert UNet.from_strides(max_stride=stride).maximum_stride == stride == 256


def test_other_fields_are_passed_on() -> None:
    unet = UNet.from_strides(filters=8, filters_rate=1.5, middle_block=False, up_interpolate=True, stacks=2)
    assert (unet.filters, unet.filters_rate, unet.middle_block, unet.up_interpolate) == (8, 1.5, False, True)
    assert (unet.stacks, unet.kernel_size, unet.stem_kernel_size, unet.convs_per_block) == (2, 3, 7, 2)
    leap = LeapCNN.from_strides(filters=8, filters_rate=1.5, up_interpolate=True, stacks=2)
    assert (leap.filters, leap.filters_rate, leap.up_interpolate, leap.stacks) == (8, 1.5, True, 2)
    hourglass = Hourglass.from_strides(stem_filters=5, filters=6, filter_increase=-1, stacks=2)
    assert (hourglass.stem_filters, hourglass.filters, hourglass.filter_increase) == (5, 6, -1)
    assert (hourglass.interp_method, hourglass.stacks) == ("nearest", 2)
    with pytest.raises(FieldError, match="filters must be "):
        UNet.from_strides(filters=0)
