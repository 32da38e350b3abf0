"""Values are compared by what their fields hold, whatever that is."""

import math
from typing import Any

import attrs
import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from encdec_widgets import Design
from encdec_widgets.architectures import CustomEncoderDecoder
from encdec_widgets.architectures.encoder_decoder import EncoderBlock
from encdec_widgets.architectures.fields.by_content import is_among, same
from tests.any_value import VALUES, Evil


@attrs.frozen
class Holding(EncoderBlock):
    held: Any = None
    told: Any = attrs.field(default=None, eq=False)
    by_length: Any = attrs.field(default="", eq=len)


@attrs.frozen(slots=False)
class WithoutSlots(EncoderBlock):
    held: Any = None


class Undecorated(Holding):
    """A class that attrs has not seen."""


CLASSES = [Holding, WithoutSlots, Undecorated]
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)


@given(PLAIN, PLAIN)
def test_plain_values_are_the_same_where_python_says_so(one: Any, other: Any) -> None:
    assert same(one, other) == (one == other)


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("cls", CLASSES)
def test_a_block_with_any_value_is_equal_to_itself_and_has_a_hash(cls: Any, name: str) -> None:
    block = cls(held=VALUES[name])
    assert block == attrs.evolve(block)
    assert block != attrs.evolve(block, held="another")
    assert len({block, attrs.evolve(block)}) == 1
    assert is_among(block, [None, attrs.evolve(block)])
    design = Design(CustomEncoderDecoder(encoder=(block,)), (8, 8, 1))
    assert design == design.replace("encoder[0].pool", True)
    assert design != design.replace("encoder[0].held", "another")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (np.array([1, 2]), np.array([1, 2])),
        ([np.array([1, 2]), {"a": np.ones(3)}], [np.array([1, 2]), {"a": np.ones(3)}]),
        (np.array(["a"]), np.array(["a"])),
        (3, np.int64(3)),
    ],
)
def test_arrays_of_the_same_items_are_the_same(one: Any, other: Any) -> None:
    assert same(one, other)
    assert Holding(held=one) == Holding(held=other)
    assert hash(Holding(held=one)) == hash(Holding(held=other))


class Tensor(np.ndarray):
    """An array whose hash is that of the object, as PyTorch's tensors have it."""

    def __hash__(self) -> int:  # type: ignore[override]
        return id(self)


@pytest.mark.parametrize("inside", [lambda array: array, lambda array: (array, 1), lambda array: ((array,),)])
@pytest.mark.parametrize("items", [[1, 2], 3.0])
def test_arrays_that_are_the_same_have_one_hash_however_deep_they_stand(inside: Any, items: Any) -> None:
    one, other = (Holding(held=inside(np.array(items).view(Tensor))) for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)


def test_what_only_looks_alike_or_cannot_be_compared_is_not_the_same() -> None:
    for one, other in (
        (np.array([1]), np.array([1, 1])),
        (np.array([1]), 1),
        (np.array([1, 2]), np.array([1.0, 2.0])),
        (np.array([1, 2]), [1, 2]),
        ([1, 2], (1, 2)),
        (math.nan, float("nan")),
        (Evil(), Evil()),
        (keras.layers.ReLU(), keras.layers.ReLU()),
    ):
        assert not same(one, other)
        assert Holding(held=one) != Holding(held=other)


def test_a_field_that_leaves_itself_out_or_has_a_key_is_compared_as_it_says() -> None:
    assert Holding(told=1) == Holding(told=2)
    assert Holding(by_length="ab") == Holding(by_length="cd") != Holding(by_length="a")
    assert hash(Holding(by_length="ab")) == hash(Holding(by_length="cd"))


def test_an_equality_of_a_users_own_counts_and_one_that_raises_breaks_nothing() -> None:
    @attrs.frozen
    class Alike(EncoderBlock):
        held: int = 0

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Alike)

        __hash__ = EncoderBlock.__hash__

    @attrs.frozen
    class Incomparable(EncoderBlock):
        def __eq__(self, other: object) -> bool:
            raise ZeroDivisionError

        __hash__ = EncoderBlock.__hash__

    assert Alike(held=1) == Alike(held=2)
    design, again = (Design(CustomEncoderDecoder(encoder=(Incomparable(),)), (8, 8, 1)) for _ in range(2))
    assert design == design.replace("input_shape", (8, 8, 1))
    assert design != again
    assert isinstance(hash(design), int)
