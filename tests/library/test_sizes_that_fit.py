"""Sizes: of shipped blocks the declared strides decide, of a user's own blocks the real maps do."""

from typing import Any

import attrs
import keras
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from encdec_widgets import Design
from encdec_widgets.architectures import CustomEncoderDecoder, UNet
from encdec_widgets.architectures.encoder_decoder import (
    DecoderBlock,
    EncoderBlock,
    EncoderDecoder,
    SimpleConvBlock,
    SimpleUpsamplingBlock,
)
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.session import Session
from tests.amount import full_or
from tests.library.checked import conv, up
from tests.library.test_any_network import DECODER_BLOCKS, ENCODER_BLOCKS, FAMILIES

pytestmark = pytest.mark.backend


@attrs.frozen
class Pad(EncoderBlock):
    """A border of zeros."""

    pool: bool = False
    by: int = 2

    def make_block(self, x_in: Any, prefix: str = "pad") -> Any:
        return keras.layers.ZeroPadding2D(self.by, name=f"{prefix}_pad")(x_in)


@attrs.frozen
class Valid(EncoderBlock):
    """Pooling, and a convolution that makes the map 4 px smaller."""

    def make_block(self, x_in: Any, prefix: str = "valid") -> Any:
        if self.pool:
            x_in = keras.layers.MaxPooling2D(2, name=f"{prefix}_pool")(x_in)
        return keras.layers.Conv2D(2, 5, name=f"{prefix}_conv")(x_in)


@attrs.frozen
class Cropping(DecoderBlock):
    """Upsampling, and a skip that is cropped by as much on all sides."""

    skip_connection: bool = True

    def make_block(
        self, x: Any, current_stride: int | None = None, skip_source: Any = None, prefix: str = "crop"
    ) -> Any:
        x = keras.layers.UpSampling2D(2, name=f"{prefix}_up")(x)
        if skip_source is None:
            return x
        by = (skip_source.shape[1] - x.shape[1]) // 2
        skip = keras.layers.Cropping2D(by, name=f"{prefix}_crop")(skip_source)
        return keras.layers.Concatenate(name=f"{prefix}_concat")([skip, x])


@attrs.frozen
class Joining(DecoderBlock):
    """Upsampling, and a skip as it comes."""

    skip_connection: bool = True

    def make_block(
        self, x: Any, current_stride: int | None = None, skip_source: Any = None, prefix: str = "join"
    ) -> Any:
        x = keras.layers.UpSampling2D(self.upsampling_stride, name=f"{prefix}_up")(x)
        if skip_source is None:
            return x
        return keras.layers.Concatenate(name=f"{prefix}_concat")([skip_source, x])


SMALL = UNet(filters=2, convs_per_block=1, down_blocks=3, up_blocks=3, up_interpolate=True)
PADDED = CustomEncoderDecoder(
    stem=(Pad(),), encoder=tuple(SMALL.encoder_stack), decoder=tuple(SMALL.decoder_stack)
)
VALID = CustomEncoderDecoder(encoder=(Valid(pool=False), Valid(), Valid()), decoder=(Cropping(), Cropping()))
JOINING = CustomEncoderDecoder(encoder=(conv(), conv(2), conv(2)), decoder=(Joining(), Joining()))


def test_a_block_that_pads_makes_a_size_fit_that_does_not_divide() -> None:
    backbone = Design(PADDED, (36, 44, 1)).build()
    assert backbone.structure.output_shape[1:3] == (40, 48)


@pytest.mark.parametrize(
    ("network", "shape", "suggestions"),
    [
        (PADDED, (38, 38, 1), ((36, 36, 1), (44, 44, 1))),
        (PADDED, (38, 35, 1), ((36, 28, 1), (44, 36, 1))),
        (PADDED, (2, 2, 1), ((4, 4, 1),)),
        (VALID, (62, 62, 1), ((60, 60, 1), (64, 64, 1))),
        (VALID, (63, 63, 1), ((60, 60, 1), (64, 64, 1))),
        (JOINING, (30, 32, 1), ((28, 32, 1), (32, 32, 1))),
        (PADDED, (None, 38, 1), ((None, 36, 1), (None, 44, 1))),
        (JOINING, (30, None, 1), ((28, None, 1), (32, None, 1))),
    ],
)
def test_a_size_that_cannot_be_built_is_met_with_the_nearest_that_can(
    network: EncoderDecoder, shape: Any, suggestions: Any
) -> None:
    with pytest.raises(FieldError, match=r"input_shape must have a height and width that fit") as caught:
        Design(network, shape).build()
    assert caught.value.suggestions == suggestions
    assert caught.value.block.startswith("decoder[")
    for suggested in suggestions:
        Design(network, suggested).build()


def test_maps_that_never_fit_are_told_without_a_size() -> None:
    class Never(Joining):
        def make_block(
            self, x: Any, current_stride: int | None = None, skip_source: Any = None, prefix: str = "never"
        ) -> Any:
            return keras.layers.Concatenate(name=f"{prefix}_concat")([skip_source, x])

    design = Design(CustomEncoderDecoder(encoder=(conv(), conv(2)), decoder=(Never(),)), (8, 8, 1))
    with pytest.raises(FieldError, match=r"fit all blocks; in decoder\[0\], A `Concatenate`") as caught:
        design.build()
    assert caught.value.suggestions == ()


def test_an_error_of_a_users_block_that_has_nothing_to_do_with_sizes_stays_as_it_is() -> None:
    made = []

    class Breaks(Pad):
        def make_block(self, x_in: Any, prefix: str = "breaks") -> Any:
            made.append(x_in.shape)
            raise ZeroDivisionError("a bug of my own")

    with pytest.raises(ZeroDivisionError, match="a bug of my own") as caught:
        Design(CustomEncoderDecoder(encoder=(Breaks(),)), (9, 9, 1)).build()
    assert caught.value.__notes__ == ["This happened in enc0, the Breaks of the encoder."]
    assert len(made) <= 5


def test_an_error_of_a_users_block_that_cannot_be_written_is_met_with_sizes_all_the_same() -> None:
    class UnwrittenError(ValueError):
        def __str__(self) -> str:
            raise ZeroDivisionError

    class Even(Pad):
        def make_block(self, x_in: Any, prefix: str = "even") -> Any:
            if x_in.shape[1] % 2:
                raise UnwrittenError
            return super().make_block(x_in, prefix)

    network = CustomEncoderDecoder(encoder=(Even(), conv(2)))
    with pytest.raises(
        FieldError, match=r"in encoder\[0\], <UnwrittenError that cannot be written"
    ) as caught:
        Design(network, (9, 9, 1)).build()
    assert caught.value.suggestions == ((8, 8, 1), (10, 10, 1))


def test_a_size_of_a_users_blocks_is_mended_in_a_session() -> None:
    session = Session(Design(PADDED, (36, 36, 1)))
    session.change("input_shape", (38, 38, 1))
    mends = session.editor.outcome.mends[:-1]
    assert [mend.value for mend in mends] == [(36, 36, 1), (44, 44, 1)]
    for mend in mends:
        session.change("input_shape", (38, 38, 1))
        assert session.mend(mend)
        assert session.problem is None
        assert session.design.input_shape == mend.value


def test_no_mend_of_levels_is_offered_where_only_building_could_tell() -> None:
    for check in Design(PADDED, (36, 36, 1)).build().checks(animal_px=500):
        for mend in check.mends:
            Design(PADDED, (36, 36, 1)).replace_all(mend.changes).build()


def test_shapes_in_another_order_are_told_of_a_users_blocks_once_they_cannot_be_built() -> None:
    assert Design(PADDED, (4, 36, 44)).build().structure.output_shape[1:3] == (8, 48 - 8)
    design = Design(PADDED, (3, 36, 44))
    with pytest.raises(FieldError, match="height, width and channels, in this order") as caught:
        design.build()
    assert caught.value.suggestions == ((36, 44, 3),)
    Design(PADDED, (36, 44, 3)).build()


@pytest.mark.parametrize("cls", [*ENCODER_BLOCKS, *DECODER_BLOCKS])
def test_shipped_blocks_keep_their_declared_stride(cls: Any) -> None:
    assert cls().keeps_declared_stride

    class Same(cls):  # type: ignore[misc]
        pass

    class Other(cls):  # type: ignore[misc]
        def make_block(self, *args: Any, **kwargs: Any) -> Any:
            raise NotImplementedError

    class OtherThatKeepsIt(Other):
        keeps_declared_stride = property(lambda self: True)

    assert Same().keeps_declared_stride
    assert not Other().keeps_declared_stride
    assert OtherThatKeepsIt().keeps_declared_stride


@pytest.mark.parametrize("cls", FAMILIES)
def test_the_strides_of_shipped_families_decide_which_sizes_fit(cls: Any) -> None:
    assert cls().strides_decide

    class Connects(cls):  # type: ignore[misc]
        def skip_sources(self, *args: Any) -> Any:
            return super().skip_sources(*args)

    class Makes(cls):  # type: ignore[misc]
        def make_backbone(self, *args: Any, **kwargs: Any) -> Any:
            return super().make_backbone(*args, **kwargs)

    assert not Connects().strides_decide
    assert not Makes().strides_decide
    assert not CustomEncoderDecoder.of(Connects()).strides_decide


STRIDES = st.integers(1, 8) | st.integers(1, 64)


@settings(max_examples=full_or(300, 25), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    down=st.lists(STRIDES, min_size=1, max_size=3),
    ups=st.lists(STRIDES, min_size=1, max_size=3),
    skip_add=st.booleans(),
)
def test_what_is_suggested_when_a_network_is_built_can_be_built(
    down: list[int], ups: list[int], skip_add: bool
) -> None:
    encoder = [SimpleConvBlock(filters=1, num_convs=1, pooling_stride=stride) for stride in down]
    decoder = [
        SimpleUpsamplingBlock(
            upsampling_stride=stride,
            skip_connection=True,
            skip_add=skip_add,
            refine_convs=0,
            interp_method="nearest",
        )
        for stride in ups
    ]
    network = CustomEncoderDecoder(encoder=(conv(), *encoder), decoder=decoder)
    design = Design(network, (None, None, 1))
    try:
        design.build()
    except FieldError as error:
        assert design.architecture.decoder[int(error.field[8])].upsampling_stride == error.value
        for value in error.suggestions:
            design.replace(error.field, value).build()


def test_a_stride_that_does_not_divide_for_a_skip_is_mended_in_a_session() -> None:
    session = Session(
        Design(CustomEncoderDecoder(encoder=(conv(), conv(2), conv(2)), decoder=(up(skip_connection=True),)))
    )
    session.change("decoder[0].upsampling_stride", 3)
    assert session.problem is not None
    assert session.problem.field == "decoder[0].upsampling_stride"
    mend, *_ = session.editor.outcome.mends
    assert session.mend(mend)
    assert session.problem is None
