"""Blocks of shipped families are made once for equal architectures; a user's class is asked each time."""

from typing import Any

import pytest

from encdec_widgets import preset, presets
from encdec_widgets.architectures import UNet
from encdec_widgets.architectures.encoder_decoder import EncoderDecoder, SimpleConvBlock
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.architectures.made_once import made_once

STACKS = ("stem_stack", "encoder_stack", "decoder_stack")


@pytest.mark.parametrize("name", presets())
def test_blocks_are_those_that_the_family_makes(name: str) -> None:
    architecture: Any = preset(name).architecture
    for stack in STACKS:
        made = getattr(type(architecture), stack).fget
        plain = getattr(made, "__wrapped__", made)(architecture)
        found = getattr(architecture, stack)
        assert (None if found is None else list(found)) == (None if plain is None else list(plain))


def test_a_list_that_is_changed_changes_no_other() -> None:
    first: Any = UNet(filters=8).encoder_stack
    count = len(first)
    first.clear()
    assert len(UNet(filters=8).encoder_stack) == count


def test_architectures_that_differ_have_blocks_of_their_own() -> None:
    assert UNet(filters=8).encoder_stack[0].filters == 8
    assert UNet(filters=9).encoder_stack[0].filters == 9


def test_a_users_class_is_asked_each_time() -> None:
    asked = []

    class Asked(EncoderDecoder):
        @property
        @made_once
        def encoder_stack(self) -> list[Any]:
            asked.append(self)
            return [SimpleConvBlock()]

    architecture = Asked()
    assert architecture.encoder_stack == architecture.encoder_stack
    assert len(asked) == 2


def test_what_a_family_refuses_is_refused_each_time() -> None:
    for _ in range(2):
        with pytest.raises(FieldError):
            UNet(filters=4096, filters_rate=4.0, down_blocks=8)
