"""Names of layers are those that every way of running a network allows; networks of any length are built."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import attrs
import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from encdec_widgets import Design
from encdec_widgets.architectures import CustomEncoderDecoder
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import EncoderBlock, EncoderDecoder, SimpleConvBlock
from encdec_widgets.architectures.fields.described import FieldError, described_fields, layer_name
from encdec_widgets.architectures.fields.layer_names import (
    as_model_name,
    as_part_of_layer_name,
    can_be_traced,
    is_part_of_layer_name,
)
from tests.library.test_any_network import DECODER_BLOCKS, ENCODER_BLOCKS, FAMILIES

BAD = (" left eye", ":v2", "_œil", "_(a)", "_目", "%", "a/b", "a.b", "a\n", "\ud800", "x" * 101)
GOOD = ("", "_left", "-2", "A9", "_", "x" * 100)


@attrs.frozen
class Named(EncoderBlock):
    """A block that names its layer as it is told."""

    pool: bool = False
    name: Any = "conv"
    prefix: str = layer_name("", help="Appended to the names of layers.")

    def make_block(self, x_in: Any, prefix: str = "named") -> Any:
        return keras.layers.Conv2D(2, 3, padding="same", name=f"{prefix}{self.prefix}{self.name}")(x_in)


def _design(*encoder: EncoderBlock) -> Design:
    return Design(CustomEncoderDecoder(encoder=encoder), (16, 16, 1))


@pytest.mark.parametrize("text", BAD)
def test_a_part_of_a_name_is_refused_where_it_is_set_with_one_that_works(text: str) -> None:
    design = _design(SimpleConvBlock(filters=2))
    with pytest.raises(
        FieldError, match=r"^encoder\[0\]\.block_prefix must be at most 100 letters"
    ) as refused:
        design.replace("encoder[0].block_prefix", text)
    (suggestion,) = refused.value.suggestions
    assert design.replace("encoder[0].block_prefix", suggestion).build().parameters
    with pytest.raises(FieldError, match="prefix must be at most 100 letters"):
        Named(prefix=text)


def test_all_texts_of_shipped_classes_are_parts_of_names() -> None:
    classes = [*ENCODER_BLOCKS, *DECODER_BLOCKS, *FAMILIES, Head]
    assert not [cls for cls in classes for info in described_fields(cls).values() if info.kind == "text"]


@given(st.text(st.characters(exclude_categories=())))
def test_what_is_offered_in_place_of_any_text_can_be_a_part_of_a_name_and_a_name(text: str) -> None:
    assert is_part_of_layer_name(as_part_of_layer_name(text))
    assert as_part_of_layer_name(text) == text or not is_part_of_layer_name(text)
    assert can_be_traced(as_model_name(text))


@pytest.mark.parametrize("name", [" a", "é", "a:b", "(a)", "<b>"])
def test_a_users_block_that_names_a_layer_badly_is_named_when_it_is_built(name: str) -> None:
    with pytest.raises(
        FieldError, match=r"^encoder\[1\] must name its layers so that tf\.function"
    ) as refused:
        _design(Named(), Named(name=name)).build()
    offered = str(refused.value).partition("such as '")[2].partition("'")[0]
    _design(Named(), Named(name=offered)).build()


def test_a_users_architecture_that_names_a_layer_badly_is_named_when_it_is_built() -> None:
    class Own(EncoderDecoder):
        @property
        def encoder_stack(self) -> list[EncoderBlock]:
            return [SimpleConvBlock(filters=2)]

        decoder_stack = property(lambda self: [])

        def make_stem(self, x_in: Any, prefix: str = "stem") -> Any:
            return keras.layers.Conv2D(1, 1, name="Früh")(x_in)

    with pytest.raises(
        FieldError, match=r"^architecture must name its layers.* such as 'Fruh'; Own does not"
    ):
        Design(Own(), (16, 16, 1)).build()


def test_a_model_has_a_name_that_can_be_run_whatever_its_class_is_called() -> None:
    for name, expected in (("Réseau", "Reseau"), ("_Own", "network_Own"), ("Net", "Net")):
        cls: Any = type(name, (CustomEncoderDecoder,), {})
        design = Design(cls(encoder=(SimpleConvBlock(filters=2),)), (16, 16, 1))
        # Networks of one name are numbered.
        assert re.fullmatch(rf"{expected}(_\d+)?", design.build().structure.name)


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", [*GOOD, "_.a", "a>b"])
def test_names_that_are_allowed_run_in_a_traced_function(name: str) -> None:
    import tensorflow as tf

    block = SimpleConvBlock(filters=2, block_prefix=name) if is_part_of_layer_name(name) else Named(name=name)
    cls: Any = type("Œil", (CustomEncoderDecoder,), {})
    model = Design(cls(encoder=(block,)), (16, 16, 1)).build().model
    traced = tf.function(lambda x: model(x, training=False))
    assert traced(np.zeros((1, 16, 16, 1), "float32")).shape[-1] == 2


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", [" a", "é", "a:b", "(a)"])
def test_names_that_are_refused_run_in_none(name: str) -> None:
    import tensorflow as tf

    x = keras.Input((16, 16, 1))
    model = keras.Model(x, keras.layers.Conv2D(1, 1, name=f"enc{name}")(x))
    # In a thread of its own: Keras stays in the scope of the layer that failed, and names later weights after it.
    with ThreadPoolExecutor(1) as thread, pytest.raises(ValueError, match="not a valid scope name"):
        thread.submit(tf.function(model), np.zeros((1, 16, 16, 1), "float32")).result()


def test_a_network_of_more_layers_than_python_calls_in_a_row_is_built_read_and_built_again() -> None:
    class Long(EncoderBlock):
        def make_block(self, x_in: Any, prefix: str = "long") -> Any:
            for i in range(400):
                x_in = keras.layers.Activation("relu", name=f"{prefix}_{i}")(x_in)
            return x_in

    design = _design(*[Long(pool=False)] * 3)
    backbone = design.build()
    assert len(backbone.structure.layers) == 1201
    assert Design.from_json(design.to_json()) == design
    assert len(design.replace("input_shape", (8, 8, 1)).build(backbone).structure.layers) == 1201
