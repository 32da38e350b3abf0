"""JSON of designs: nothing is lost, doubled or made up without a word, and errors name the place."""

import json
from typing import Any

import attrs
import keras
import numpy as np
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import CustomEncoderDecoder, UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import EncoderBlock, EncoderDecoder, SimpleConvBlock
from encdec_widgets.architectures.fields.described import FieldError
from tests.any_value import VALUES

BLOCKS = Design(
    CustomEncoderDecoder(encoder=(SimpleConvBlock(), SimpleConvBlock(filters=8))), (32, 32, 1), Head()
)


@attrs.frozen
class Holding(EncoderBlock):
    held: Any = None
    _hidden: Any = 0


@attrs.frozen
class Net(EncoderDecoder):
    act: Any = None

    @property
    def encoder_stack(self) -> list[EncoderBlock]:
        return [Holding(held=self.act)]

    decoder_stack = property(lambda self: [])


def _edited(**places: Any) -> str:
    """The JSON of two blocks with something else at its top, or in its second block, or in its head."""
    data = json.loads(BLOCKS.to_json())
    parts = {"top": data, "block": data["architecture"]["fields"]["encoder"][1], "head": data["head"]}
    for place, change in places.items():
        change(parts[place])
    return json.dumps(data)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (_edited(top=lambda d: d.update(Head=d.pop("head"))), r"no key 'Head'\. Did you mean 'head'"),
        (_edited(top=lambda d: d.update(notes="mine")), r"no key 'notes'\. There are: .*input_shape, head"),
        (_edited(block=lambda d: d.update(comment="")), r"^encoder\[1\] has no key 'comment'"),
        (
            _edited(block=lambda d: d["fields"].update(Filters=3)),
            r"^encoder\[1\], a SimpleConvBlock, has no field 'Filters'\. Did you mean 'filters'",
        ),
        (_edited(block=lambda d: d["fields"].update(filters=0)), r"^encoder\[1\]\.filters must be a whole"),
        (
            _edited(block=lambda d: d.update({"class": "ConvBlock"})),
            r"^encoder\[1\]: .* the class 'ConvBlock'",
        ),
        (
            _edited(block=lambda d: d["fields"].update(activation="\ud800")),
            r"encoder\[1\]\.activation: '\\ud800'",
        ),
        (_edited(head=lambda d: d["fields"].update(stride=3.5)), r"^head\.stride must be"),
        (_edited(head=lambda d: d["fields"].update(size=3)), r"^head, a Head, has no field 'size'"),
        (
            _edited(top=lambda d: d.update(encdec_widgets_design=True)),
            "of version True; .* versions 1 and 2, numbers",
        ),
        (_edited(top=lambda d: d.update(encdec_widgets_design=1.0)), r"of version 1\.0"),
        (_edited(top=lambda d: d.update(encdec_widgets_design="1")), "of version '1'"),
        (BLOCKS.to_json().replace('"pool": true', '"pool": true, "pool": false', 1), "two entries 'pool'"),
        (BLOCKS.to_json().replace('"filters": 8', '"filters": NaN'), "NaN is no number of JSON"),
        (BLOCKS.to_json().replace('"filters": 8', '"filters": 1e999'), "1e999 is too large"),
        (BLOCKS.to_json().replace('"filters": 8', f'"filters": {"9" * 5000}'), "Exceeds the limit"),
        ("[" * 100_000, "too deep"),
    ],
)
def test_what_would_be_lost_or_made_up_is_refused_at_its_place(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as refused:
        Design.from_json(text)
    assert len(str(refused.value)) < 600


@pytest.mark.parametrize("depth", [1, 20, 21, 300])
def test_lists_in_lists_are_refused_or_kept_at_any_depth(depth: int) -> None:
    lists = "[" * depth + "]" * depth
    text = BLOCKS.to_json().replace('"filters": 8', f'"filters": {lists}')
    with pytest.raises(ValueError, match=r"encoder\[1\]\.filters"):
        Design.from_json(text)


def test_bytes_are_read_as_the_text_that_they_hold() -> None:
    for encoding in ("utf-8", "utf-16"):
        assert Design.from_json(BLOCKS.to_json().encode(encoding)) == BLOCKS


@pytest.mark.parametrize("value", [None, 3, ["{}"], {"encdec_widgets_design": 1}, b"\xff\xff\xff"])
def test_what_is_no_text_of_json_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="not the JSON of a design"):
        Design.from_json(value)


@pytest.mark.parametrize("name", VALUES)
def test_a_users_field_is_written_and_read_again_or_refused_with_its_block(name: str) -> None:
    value = VALUES[name]
    block = Design(CustomEncoderDecoder(encoder=(SimpleConvBlock(), Holding(held=value))), (32, 32, 1))
    try:
        text = block.to_json()
    except FieldError as error:
        assert error.field.startswith("encoder[1].held")
        assert error.value is value or isinstance(value, (list, dict))
        with pytest.raises(FieldError, match=r"^act"):
            Design(Net(act=value), (32, 32, 1)).to_json()
    else:
        again = Design.from_json(text).architecture.encoder[1].held
        assert again == (tuple(value) if isinstance(value, list) else value)


def test_a_field_of_another_name_outside_is_named_as_in_the_class() -> None:
    design = Design(CustomEncoderDecoder(encoder=(Holding(hidden=keras.activations.gelu),)), (32, 32, 1))
    with pytest.raises(
        FieldError, match=r"^encoder\[0\]\._hidden has no form in JSON.*of the class function"
    ):
        design.to_json()
    plain = design.replace("encoder[0]._hidden", np.int64(3))
    assert Design.from_json(plain.to_json()) == plain


def test_a_users_class_that_raises_is_named_with_its_place() -> None:
    def never_seven(_: Any, __: Any, value: Any) -> None:
        if value == 7:
            raise KeyError("never")

    @attrs.frozen
    class Refusing(UNet):
        extra: Any = attrs.field(default=0, validator=never_seven)

    text = Design(Refusing()).to_json().replace('"extra": 0', '"extra": 7')
    with pytest.raises(ValueError, match=r"architecture: no Refusing can be made .* KeyError: 'never'"):
        Design.from_json(text)
