"""Fields that hold a tuple of whole numbers."""

from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encdec_widgets.architectures import FCDenseNet
from encdec_widgets.architectures.fields.described import FieldError, counts

ANY_COUNTS = st.one_of(
    st.lists(
        st.one_of(st.integers(-3, 70), st.floats(), st.none(), st.booleans(), st.text(max_size=2)),
        max_size=13,
    ),
    st.text(max_size=5),
    st.integers(),
    st.floats(),
    st.none(),
    st.dictionaries(st.integers(), st.integers(), max_size=2),
    st.lists(st.integers(1, 9), max_size=3).map(np.array),
)


@pytest.mark.parametrize("value", [(2, 3), [2, 3], np.array([2, 3]), (np.int64(2), 3.0)])
def test_counts_can_be_written_in_several_ways(value: Any) -> None:
    kept = FCDenseNet(up_layers=value).up_layers
    assert (kept, {type(count) for count in kept}) == ((2, 3), {int})
    hash(FCDenseNet(up_layers=value))


@settings(max_examples=300)
@given(value=ANY_COUNTS, lengths=st.sampled_from([(0, 3), (1, 10), (2, 2)]))
def test_any_counts_are_kept_or_refused_by_name_with_suggestions_that_work(
    value: Any, lengths: tuple[int, int]
) -> None:
    @attrs.frozen
    class Network:
        layers: tuple[int, ...] = counts((4, 4), minimum=1, maximum=64, lengths=lengths, help="Layers.")

    try:
        kept = Network(layers=value).layers
    except FieldError as error:
        assert (error.field, error.value is value) == ("layers", True)
        assert f"{lengths[0]} to {lengths[1]} whole numbers from 1 to 64" in str(error)
        for suggestion in error.suggestions:
            assert Network(layers=suggestion).layers == suggestion
    else:
        assert list(kept) == list(value)
        assert all(type(count) is int for count in kept)


def test_the_nearest_counts_are_suggested() -> None:
    for value, suggestion in [
        ((0, 5, 100), (1, 5, 64, 64, 64)),
        ((), (4, 4, 4, 4, 4)),
        ([2.5] * 11, (2,) * 10),
    ]:
        with pytest.raises(FieldError) as caught:
            FCDenseNet(down_layers=value)
        assert caught.value.suggestions == (suggestion,)
