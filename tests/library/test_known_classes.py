import gc
import types
from typing import Any

import attrs
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import CustomEncoderDecoder
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import DecoderBlock, EncoderBlock, SimpleConvBlock
from encdec_widgets.architectures.known_classes import class_name, newest_by_name


def define(base: type[EncoderBlock], width: int, slots: bool = True, module: str = "a_notebook") -> Any:
    """A class as a notebook cell defines it; ``width`` tells it from others of its name."""

    def body(namespace: dict[str, Any]) -> None:
        namespace.update(__module__=module, __annotations__={"width": int}, width=width)

    return attrs.frozen(slots=slots)(types.new_class("B", (base,), exec_body=body))


@pytest.mark.parametrize("slots", [True, False])
@pytest.mark.parametrize("bases", [(EncoderBlock, SimpleConvBlock), (SimpleConvBlock, EncoderBlock)])
def test_the_newest_class_of_a_name_is_known_whatever_its_base(
    bases: tuple[type[EncoderBlock], type[EncoderBlock]], slots: bool
) -> None:
    older, newer = define(bases[0], 1, slots), define(bases[1], 2, slots)
    assert newest_by_name(EncoderBlock)["a_notebook.B"] is newer
    again = define(bases[0], 3, slots)
    assert newest_by_name(EncoderBlock)["a_notebook.B"] is again
    assert [cls().width for cls in (older, newer, again)] == [1, 2, 3]  # all are still there


def test_json_is_read_with_the_newest_class() -> None:
    older, newer = define(EncoderBlock, 1), define(SimpleConvBlock, 2)
    text = Design(CustomEncoderDecoder(encoder=[newer()]), (32, 32, 1)).to_json()
    assert Design.from_json(text).architecture.encoder == (newer(),)
    assert class_name(older) == class_name(newer)


def test_classes_of_one_name_and_different_modules_are_both_known() -> None:
    mine, yours = define(EncoderBlock, 1), define(EncoderBlock, 2, module="another_notebook")
    known = newest_by_name(EncoderBlock, DecoderBlock, Head)
    assert known["a_notebook.B"] is mine
    assert known["another_notebook.B"] is yours
    assert known["SimpleConvBlock"] is SimpleConvBlock
    assert {"EncoderBlock", "DecoderBlock", "Head"} <= set(known)
    assert all(class_name(cls) == name for name, cls in known.items())


def test_a_class_that_is_gone_is_forgotten() -> None:
    define(EncoderBlock, 1, module="a_notebook_that_was_closed")
    gc.collect()
    assert "a_notebook_that_was_closed.B" not in newest_by_name(EncoderBlock)
