import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import CustomEncoderDecoder, Hourglass, LeapCNN, StackedHourglass, UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import SimpleConvBlock, SimpleUpsamplingBlock
from encdec_widgets.explain.summary import levels, summary


def of(architecture: object, shape: tuple[int | None, ...] = (64, 64, 1), head: Head | None = None) -> str:
    return summary("It", Design(architecture, shape, head).build().blocks)


def test_a_network_in_one_sentence() -> None:
    backbone = Design(UNet(filters=4, down_blocks=4, up_blocks=3), (64, 64, 1)).build()
    text = summary("U-Net", backbone.blocks)
    assert text == "U-Net, 4 levels, 3 skips, output stride 2, 135 k parameters"
    assert round(backbone.parameters / 1000) == 135


def test_one_is_singular_and_none_is_none() -> None:
    assert "It, 1 level, 1 skip, output stride 1," in of(UNet(filters=2, down_blocks=1, up_blocks=1))
    assert "no skips" in of(LeapCNN(filters=2))
    flat = CustomEncoderDecoder(encoder=[SimpleConvBlock(filters=2, pool=False)])
    assert "It, no levels, no skips, output stride 1," in of(flat)
    assert of(CustomEncoderDecoder(decoder=[SimpleUpsamplingBlock()])).startswith("It, no levels")


def test_stacks_and_heads_are_counted() -> None:
    network = StackedHourglass(stacks=3, filters=4, stem_filters=2, down_blocks=2, up_blocks=2)
    text = of(network, head=Head(5))
    assert text.startswith("It, 3 stacks of 2 levels, 6 skips, head of 5 channels, output stride 4,")
    assert "head of 1 channel," in of(UNet(filters=2, down_blocks=1, up_blocks=1), head=Head(1))


def test_the_stride_of_the_output_is_where_the_head_is() -> None:
    assert "output stride 4" in of(UNet(filters=2, down_blocks=3, up_blocks=3), head=Head(1, stride=4))


def test_an_output_larger_than_the_input_has_a_fraction_for_a_stride() -> None:
    assert "output stride 1/2" in of(LeapCNN(filters=2, down_blocks=1, up_blocks=2))


def test_an_unknown_stride_is_written_as_such() -> None:
    blocks = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (None, None, 1)).build().blocks.copy()
    for _, data in blocks.nodes(data=True):
        data["strides"] = None
    assert "It, no levels, 2 skips, output stride ?," in summary("It", blocks)


@pytest.mark.parametrize("down", [1, 2, 4])
@pytest.mark.parametrize("stem", [0, 1, 2])
def test_levels_are_those_that_the_encoder_goes_down(down: int, stem: int) -> None:
    network = UNet(filters=1, stem_blocks=stem, down_blocks=down, up_blocks=0)
    assert levels(Design(network, (64, 64, 1)).build().blocks) == down


def test_levels_of_an_hourglass_begin_under_its_stem() -> None:
    network = Hourglass(stem_filters=2, filters=2, filter_increase=1, stacks=1)
    assert levels(Design(network).build().blocks) == network.down_blocks
