"""Checks of what single blocks do: pixels that are left out, checkerboards, strides and blocks that are not there."""

import attrs
import keras
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import (
    CustomEncoderDecoder,
    DenseUpsamplingBlock,
    FCDenseNet,
    LeapCNN,
    StridedConvBlock,
    UNet,
)
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import (
    DecoderBlock,
    EncoderBlock,
    EncoderDecoder,
    SimpleConvBlock,
)
from encdec_widgets.architectures.fields.described import integer
from tests.library.checked import conv, found, mended, network_of, up

SKIPPED, CHECKERBOARD = "pixels never looked at", "checkerboard"
OTHER, LEFT_OUT = "stride not as declared", "block left out"


def _encoder(*blocks: EncoderBlock) -> Design:
    return Design(CustomEncoderDecoder(encoder=blocks), (36, 36, 1))


@pytest.mark.parametrize(("stride", "share"), [(3, "56 %"), (4, "75 %"), (6, "89 %")])
def test_pooling_further_than_its_window_is_advice_with_the_share_left_out(stride: int, share: str) -> None:
    check = found(_encoder(conv(), conv(stride)), SKIPPED)
    assert check is not None
    assert (check.severity, check.places) == ("advice", ("stack0_enc1",))
    assert f"2 × 2 px in steps of {stride}, so that {share} of the pixels" in check.reason


@pytest.mark.parametrize("block", [conv(2), StridedConvBlock(filters=2, pooling_stride=3), conv()])
def test_a_window_as_large_as_its_stride_leaves_nothing_out(block: EncoderBlock) -> None:
    assert found(_encoder(block), SKIPPED) is None


@pytest.mark.parametrize(("first", "order"), [(True, [2, 2, 2]), (False, [2, 2, 2])])
def test_pooling_too_far_is_mended_by_pooling_repeatedly_at_the_same_strides(
    first: bool, order: list[int]
) -> None:
    block = SimpleConvBlock(filters=2, pooling_stride=8, pool_before_convs=first)
    design = Design(CustomEncoderDecoder(encoder=[block]), (64, 64, 1))
    repeated, once = mended(design, SKIPPED).values()
    encoder = repeated.architecture.encoder
    assert [block.pooling_stride for block in encoder] == order
    assert [block.num_convs for block in encoder] == ([0, 0, 2] if first else [2, 0, 0])
    assert repeated.architecture.maximum_stride == 8
    assert once == design.replace("encoder[0].pooling_stride", 2)


def test_pooling_less_is_no_mend_where_the_output_would_be_larger_than_the_input() -> None:
    design = Design(CustomEncoderDecoder(encoder=[conv(4)], decoder=[up(), up()]), (16, 16, 1))
    assert list(mended(design, SKIPPED)) == ["pooling by 2 repeatedly in enc0"]


def test_a_strided_convolution_is_mended_by_a_larger_kernel() -> None:
    design = _encoder(conv(), StridedConvBlock(filters=2, pooling_stride=4))
    check = found(design, SKIPPED)
    assert check is not None
    assert "3 × 3 px in steps of 4, so that 44 %" in check.reason
    (after,) = mended(design, SKIPPED).values()
    assert after == design.replace("encoder[1].kernel_size", 5)


class Shortcut(EncoderBlock):
    """A residual whose shortcut leaves pixels out that its other branch looks at."""

    def make_block(self, x_in, prefix="shortcut"):
        x = keras.layers.Conv2D(2, 3, strides=2, padding="same", name=f"{prefix}_conv")(x_in)
        return keras.layers.Add(name=f"{prefix}_add")(
            [x, keras.layers.Conv2D(2, 1, strides=2, name=f"{prefix}_shortcut")(x_in)]
        )


class Subsampled(EncoderBlock):
    """A user's block that has no field for what it does."""

    def make_block(self, x_in, prefix="subsampled"):
        return keras.layers.AveragePooling2D(1, strides=2, name=f"{prefix}_pool")(x_in)


def test_a_shortcut_beside_a_full_branch_leaves_nothing_out() -> None:
    assert found(_encoder(Shortcut()), SKIPPED) is None


def test_a_users_block_that_leaves_pixels_out_is_advised_by_its_own_stride() -> None:
    check = found(_encoder(Subsampled()), SKIPPED)
    assert check is not None
    assert "1 × 1 px in steps of 2, so that 75 %" in check.reason


def test_transposed_kernels_that_the_stride_does_not_divide_are_one_advice() -> None:
    check = found(Design(UNet(filters=2, up_blocks=3), (64, 64, 1)), CHECKERBOARD)
    assert check is not None
    assert (check.severity, check.places) == ("advice", ("stack0_dec0", "stack0_dec1", "stack0_dec2"))
    assert "kernel of 3 × 3 px, which its stride, 2, does not divide" in check.reason


@pytest.mark.parametrize("network", [UNet(filters=2), LeapCNN(filters=2)])
def test_a_familys_checkerboard_is_mended_by_interpolation_or_other_kernels(network: EncoderDecoder) -> None:
    design = Design(network, (64, 64, 1))
    interpolated, divisible = mended(design, CHECKERBOARD).values()
    assert interpolated == design.replace("up_interpolate", True)
    assert {block.transposed_conv_kernel_size for block in divisible.architecture.decoder} == {4}


@pytest.mark.parametrize("kernel", [2, 4])
def test_a_kernel_that_the_stride_divides_leaves_no_checkerboard(kernel: int) -> None:
    block = up(transposed_conv=True, transposed_conv_kernel_size=kernel)
    design = Design(CustomEncoderDecoder(encoder=[conv(2)], decoder=[block]), (16, 16, 1))
    assert found(design, CHECKERBOARD) is None
    assert found(Design(UNet(filters=2, up_interpolate=True), (32, 32, 1)), CHECKERBOARD) is None


def test_blocks_are_mended_by_their_own_fields() -> None:
    blocks = [up(transposed_conv=True, transposed_conv_kernel_size=3), up(3, transposed_conv=True), up()]
    encoder = [conv(2), conv(3), conv(2)]
    design = Design(CustomEncoderDecoder(encoder=encoder, decoder=blocks), (36, 36, 1))
    interpolated, divisible = mended(design, CHECKERBOARD).values()
    assert interpolated == design.replace("decoder[0].transposed_conv", False)
    assert divisible == design.replace("decoder[0].transposed_conv_kernel_size", 4)


def test_a_blocks_only_convolution_is_not_taken_away() -> None:
    design = Design(LeapCNN(filters=2, up_convs_per_block=0), (32, 32, 1))
    assert list(mended(design, CHECKERBOARD)) == ["4 px kernels for upsampling"]


def test_a_checkerboard_that_is_published_so_is_advice_without_a_mend() -> None:
    for design in (
        Design(FCDenseNet(growth_rate=2, first_filters=2), (32, 32, 1)),
        Design(CustomEncoderDecoder(encoder=[conv(2)], decoder=[DenseUpsamplingBlock()]), (16, 16, 1)),
    ):
        check = found(design, CHECKERBOARD)
        assert check is not None
        assert not check.mends
        assert "FC-DenseNet is published with it" in check.reason


@attrs.frozen
class OwnUp(DecoderBlock):
    """A user's block, with a field that the shipped block has as well, and without the others."""

    transposed_conv_kernel_size: int = integer(3, minimum=1, maximum=9, usual=(1, 9), help="Of the kernel.")

    def make_block(self, x, current_stride=None, skip_source=None, prefix="own"):
        size = self.transposed_conv_kernel_size
        return keras.layers.Conv2DTranspose(2, size, self.upsampling_stride, "same", name=f"{prefix}_up")(x)


@attrs.frozen
class OwnPool(EncoderBlock):
    """A user's block whose kernel is not that of what makes the map smaller."""

    kernel_size: int = integer(3, minimum=1, maximum=9, usual=(1, 9), help="Of the kernel.")

    def make_block(self, x_in, prefix="own"):
        x = keras.layers.Conv2D(2, self.kernel_size, padding="same", name=f"{prefix}_conv")(x_in)
        return keras.layers.MaxPooling2D(2, self.pooling_stride, "same", name=f"{prefix}_pool")(x)


def test_a_users_block_is_advised_and_not_mended_by_what_its_fields_are_called() -> None:
    network = CustomEncoderDecoder(encoder=[OwnPool(pooling_stride=4)], decoder=[OwnUp(), OwnUp()])
    design = Design(network, (16, 16, 1))
    for kind in (CHECKERBOARD, SKIPPED):
        check = found(design, kind)
        assert check is not None
        assert not check.mends
    assert "published" not in str(found(design, CHECKERBOARD))


def test_a_strided_convolution_and_pooling_too_far_are_mended_together() -> None:
    strided = StridedConvBlock(filters=2, pooling_stride=4, kernel_size=1)
    design = Design(CustomEncoderDecoder(encoder=[strided, conv(4)]), (64, 64, 1))
    assert list(mended(design, SKIPPED)) == [
        "pooling by 2 repeatedly in enc1, larger kernels in enc0",
        "pooling stride 2 in enc1, larger kernels in enc0",
    ]


class Lazy(EncoderBlock):
    def make_block(self, x_in, prefix="lazy"):
        return keras.layers.Conv2D(2, 3, padding="same", name=f"{prefix}_conv")(x_in)


def test_a_stride_that_was_not_built_is_a_warning_at_its_block() -> None:
    check = found(_encoder(Lazy(), conv(), Lazy()), OTHER)
    assert check is not None
    assert (check.severity, check.places) == ("warning", ("stack0_enc0", "stack0_enc2"))
    assert check.reason.startswith("enc0 declares stride 2 and really has 1")
    assert check.reason.endswith("So it is with enc2.")
    assert found(_encoder(conv(2), conv(3)), OTHER) is None


HEADED = Design(UNet(filters=2, down_blocks=3, up_blocks=3), (32, 32, 1), Head(3, stride=4))


def test_a_block_after_the_head_is_a_warning_mended_from_either_side() -> None:
    check = found(HEADED, LEFT_OUT)
    assert check is not None
    assert (check.severity, check.places) == ("warning", ("stack0_head",))
    assert check.reason.startswith("dec1 is left out: nothing that it makes reaches an output")
    at_the_end, shorter = mended(HEADED, LEFT_OUT).values()
    assert at_the_end == HEADED.replace("head.stride", None)
    assert shorter == HEADED.replace_all({"up_blocks": 1, "head.stride": None})
    assert list(network_of(shorter).blocks) == list(network_of(HEADED).blocks)


def test_blocks_of_ones_own_after_the_head_are_taken_out() -> None:
    design = Design(
        CustomEncoderDecoder(encoder=[conv(2), conv(2)], decoder=[up(), up()]), (16, 16, 1), Head(1, stride=2)
    )
    _, shorter = mended(design, LEFT_OUT).values()
    assert shorter.architecture.decoder == design.architecture.decoder[:1]
