"""All checks together: on presets, on any network, and their mends."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encdec_widgets import Design, preset, presets
from encdec_widgets.architectures import CustomEncoderDecoder, UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import EncoderDecoder
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.explain.checks import checks
from tests.library.checked import network_of
from tests.library.test_any_network import DECODER_BLOCKS, ENCODER_BLOCKS, FAMILIES, SLOW, instances


@pytest.mark.parametrize("name", presets())
def test_presets_give_no_warning(name: str) -> None:
    found = checks(network_of(preset(name)))
    # FC-DenseNet and LEAP have, as published, kernels that their stride does not divide.
    assert {check.kind for check in found} <= {"checkerboard"}
    assert all(check.severity == "advice" for check in found)


def test_a_small_u_net_of_sleap_has_nothing_to_be_said_of() -> None:
    assert checks(network_of(preset("SLEAP medium single"))) == ()


def test_warnings_come_first_and_every_kind_once() -> None:
    network = UNet(filters=4, stem_blocks=1, down_blocks=2, up_blocks=4)
    found = checks(network_of(Design(network, (16, 16, 1))))
    assert [check.severity for check in found] == ["warning", "warning", "advice", "advice", "advice"]
    assert len({check.kind for check in found}) == len(found)


def test_a_network_that_makes_its_decoder_itself_is_checked_and_not_mended_block_by_block() -> None:
    class Own(UNet):
        def make_decoder(self, *args: Any, **kwargs: Any) -> Any:
            return super().make_decoder(*args, **kwargs)

    (check,) = checks(network_of(Design(Own(filters=2), (64, 64, 1))))
    assert check.kind == "checkerboard"
    assert [mend.label for mend in check.mends] == ["interpolate instead"]


def test_a_users_class_that_raises_what_it_likes_is_checked_without_that_mend() -> None:
    class Stubborn(UNet):
        @property
        def encoder_stack(self) -> Any:
            if (self.down_blocks, self.up_interpolate) != (2, False):
                raise RuntimeError("not with me")
            return super().encoder_stack

    found = checks(network_of(Design(Stubborn(filters=2, down_blocks=2, up_blocks=2), (8, 8, 1))))
    mends = {check.kind: [mend.label for mend in check.mends] for check in found}
    assert mends == {
        "bottleneck below 4 px": ["input of 16 × 16"],
        "checkerboard": ["4 px kernels for upsampling"],
    }


def _families(data: st.DataObject) -> EncoderDecoder | FieldError:
    return data.draw(st.sampled_from(FAMILIES).flatmap(instances))


def _lists(data: st.DataObject) -> EncoderDecoder:
    def some(kinds: list[type], most: int) -> list[Any]:
        drawn = data.draw(st.lists(st.sampled_from(kinds).flatmap(instances), max_size=most))
        return [block for block in drawn if not isinstance(block, FieldError)]

    return CustomEncoderDecoder(
        stem=some(ENCODER_BLOCKS, 1), encoder=some(ENCODER_BLOCKS, 3), decoder=some(DECODER_BLOCKS, 3)
    )


@pytest.mark.parametrize("networks", [_families, _lists])
@SLOW
@given(data=st.data())
def test_any_network_is_checked_and_every_mend_mends_it(networks: Any, data: st.DataObject) -> None:
    network = networks(data)
    size = (
        None
        if isinstance(network, FieldError)
        else data.draw(st.sampled_from([1, 3])) * network.maximum_stride
    )
    head = data.draw(st.sampled_from([None, Head(2), Head(2, stride=2)]))
    try:
        design = Design(network, (size, size, 1), head)
        backbone = design.build()
    except FieldError:
        return
    known = {"receptive_field": backbone.receptive_field(), "cost": backbone.cost()}
    for check in checks(network_of(design, **known, memory_bytes=10**12, animal_px=0.5)):
        assert set(check.places) <= set(backbone.blocks)
        for mend in check.mends:
            after = network_of(design.replace_all(mend.changes))
            assert check.kind not in {left.kind for left in checks(after)}, mend.label
    for check in checks(network_of(design, **known, memory_bytes=1, animal_px=10**4)):
        for mend in check.mends:
            assert design.replace_all(mend.changes) != design
