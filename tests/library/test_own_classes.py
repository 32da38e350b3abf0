"""A family and blocks of a user's own get every check and every mend, by what their classes say of themselves."""

from typing import Any

import attrs
import keras
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import CustomEncoderDecoder
from encdec_widgets.architectures.blocks.dense import DenseUpsamplingBlock
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.blocks.layer_windows import LayerWindow, convolutions, pooling
from encdec_widgets.architectures.blocks.pooling import PoolingBlock
from encdec_widgets.architectures.encoder_decoder import (
    DecoderBlock,
    EncoderBlock,
    EncoderDecoder,
    SimpleConvBlock,
    SimpleUpsamplingBlock,
)
from encdec_widgets.architectures.fields.described import counts, flag, integer
from encdec_widgets.designs.block_edits import add, change_kind
from encdec_widgets.explain.checks import Check, checks
from encdec_widgets.explain.checks.least_receptive_field import least_field
from tests.library.checked import found, mended, network_of


def _width(default: int) -> Any:
    return integer(default, minimum=1, maximum=64, usual=(1, 32), unit="channels", help="Of all maps.")


@attrs.frozen
class Down(EncoderBlock):
    """Pooling of 3 x 3 px, and a convolution."""

    maps: int = _width(4)

    def make_block(self, x_in: Any, prefix: str = "down") -> Any:
        x = keras.layers.MaxPooling2D(3, self.pooling_stride, "same", name=f"{prefix}_pool")(x_in)
        return keras.layers.Conv2D(self.maps, 3, padding="same", name=f"{prefix}_conv")(x)

    @property
    def pooling_window(self) -> int:
        return 3

    def layer_windows(self) -> tuple[LayerWindow, ...]:
        return (pooling(self.pooling_stride, 3), *convolutions(1, 3))


@attrs.frozen
class Up(DecoderBlock):
    """A transposed convolution, or interpolation and a convolution; the skip is added in channels of its own."""

    maps: int = _width(4)
    learned: bool = flag(True, help="Transposed convolution.")
    size: int = integer(3, minimum=1, maximum=9, usual=(1, 9), help="Of its kernel.")
    skip_connection: bool = flag(True, help="Concatenated.")

    def make_block(
        self, x: Any, current_stride: int | None = None, skip_source: Any = None, prefix: str = "up"
    ) -> Any:
        stride = self.upsampling_stride
        if self.learned:
            x = keras.layers.Conv2DTranspose(self.maps, self.size, stride, "same", name=f"{prefix}_up")(x)
        else:
            x = keras.layers.UpSampling2D(stride, name=f"{prefix}_interp")(x)
        if self.skip_connection and skip_source is not None:
            x = keras.layers.Concatenate(name=f"{prefix}_concat")([skip_source, x])
        return keras.layers.Conv2D(self.maps, 3, padding="same", name=f"{prefix}_conv")(x)

    def layer_windows(self) -> tuple[LayerWindow, ...]:
        upsampling = LayerWindow("interpolated", 0, self.upsampling_stride, "nearest")
        if self.learned:
            upsampling = LayerWindow("transposed", self.size, self.upsampling_stride)
        return (upsampling, *convolutions(1, 3))

    def interpolating(self) -> dict[str, Any]:
        return {"learned": False}

    def with_even_kernel(self) -> dict[str, Any]:
        return {"size": -(-self.size // self.upsampling_stride) * self.upsampling_stride}


@attrs.frozen
class Pyramid(EncoderDecoder):
    """A family whose fields have names of its own: levels are numbers of maps."""

    levels: tuple[int, ...] = counts(
        (4, 4, 8), minimum=1, maximum=64, lengths=(1, 9), help="Maps, fine to coarse."
    )
    ups: int = integer(2, minimum=0, maximum=9, usual=(0, 9), help="Blocks up.")
    coarse_start: int = integer(0, minimum=0, maximum=3, usual=(0, 3), help="Levels before the encoder.")
    learned: bool = flag(True, help="Transposed convolutions.")

    @property
    def stem_stack(self) -> list[EncoderBlock] | None:
        return [Down(maps=4)] * self.coarse_start or None

    @property
    def encoder_stack(self) -> list[EncoderBlock]:
        return [
            Down(pool=i > 0, pooling_stride=2 if i else 1, maps=maps) for i, maps in enumerate(self.levels)
        ]

    @property
    def decoder_stack(self) -> list[DecoderBlock]:
        return [Up(maps=4, learned=self.learned)] * self.ups

    def levels_by(self, change: int) -> dict[str, Any]:
        levels = self.levels[:change] if change < 0 else (*self.levels, *self.levels[-1:] * change)
        return {"levels": levels, "ups": max(self.ups + change, 0)}

    def decoder_up_to(self, count: int) -> dict[str, Any]:
        return {"ups": count}

    def stem_as_levels(self) -> dict[str, Any] | None:
        more = self.levels[:1] * self.coarse_start
        return {"coarse_start": 0, "levels": (*more, *self.levels)} if more else None

    def interpolating(self) -> dict[str, Any]:
        return {"learned": False}


def _seen(design: Design, animal_px: float) -> Check | None:
    return found(
        design,
        "receptive field below the animal",
        receptive_field=design.build().receptive_field(),
        animal_px=animal_px,
    )


DESIGN = Design(Pyramid(), (32, 32, 1))


@pytest.mark.parametrize(
    ("changes", "kind", "mends"),
    [
        (
            {"coarse_start": 1, "ups": 3},
            "skip without a partner",
            {
                "no stem: its levels in the encoder": {"coarse_start": 0, "levels": (4, 4, 4, 8)},
                "output at stride 2": {"ups": 2},
                "no skip in dec2": {"decoder[2].skip_connection": False},
            },
        ),
        (
            {"coarse_start": 1},
            "skip displaced by the stem",
            {"no stem: its levels in the encoder": {"coarse_start": 0, "levels": (4, 4, 4, 8)}},
        ),
        ({"ups": 4}, "output larger than the input", {"2 levels up fewer": {"ups": 2}}),
        (
            {"head": Head(2, stride=2)},
            "block left out",
            {
                "head at the output": {"head.stride": None},
                "without the blocks after the head": {"ups": 1, "head.stride": None},
            },
        ),
        (
            {"input_shape": (8, 8, 1)},
            "bottleneck below 4 px",
            {
                "input of 16 × 16": {"input_shape": (16, 16, 1)},
                "one level fewer": {"levels": (4, 4), "ups": 1},
            },
        ),
        (
            {},
            "checkerboard",
            {
                "interpolate instead": {"learned": False},
                "4 px kernels for upsampling": {"decoder[0].size": 4, "decoder[1].size": 4},
            },
        ),
    ],
)
def test_a_family_of_a_users_own_is_mended_by_its_own_fields(
    changes: dict[str, Any], kind: str, mends: dict[str, dict[str, Any]]
) -> None:
    design = DESIGN.replace_all(changes)
    assert mended(design, kind) == {label: design.replace_all(mend) for label, mend in mends.items()}


def test_a_family_of_a_users_own_sees_further_with_more_levels() -> None:
    output = DESIGN.build().receptive_field().output
    assert output.size is not None
    least = least_field(DESIGN)
    assert least is not None
    assert least <= output.size[0]
    check = _seen(DESIGN, output.size[0] + 1)
    assert check is not None
    (mend,) = check.mends
    assert mend.changes == {"levels": (4, 4, 8, 8), "ups": 3}
    assert _seen(DESIGN.replace_all(mend.changes), output.size[0] + 1) is None


def _lists(*encoder: EncoderBlock, decoder: tuple[DecoderBlock, ...] = ()) -> Design:
    return Design(CustomEncoderDecoder(encoder=encoder, decoder=decoder), (64, 64, 1))


def test_blocks_of_a_users_own_are_mended_by_their_own_fields() -> None:
    design = _lists(Down(pool=False, pooling_stride=1), Down(), decoder=(Up(),))
    interpolated, even = mended(design, "checkerboard").values()
    assert interpolated == design.replace("decoder[0].learned", False)
    assert even == design.replace("decoder[0].size", 4)


def test_pooling_of_a_users_own_that_goes_too_far_is_mended() -> None:
    design = _lists(Down(pooling_stride=4))
    repeated, once = mended(design, "pixels never looked at").values()
    assert repeated.architecture.encoder == (SimpleConvBlock(num_convs=0), Down(pooling_stride=2))
    assert once == design.replace("encoder[0].pooling_stride", 2)


def test_pooling_of_a_users_own_that_leaves_pixels_out_at_stride_2_is_not_mended_by_it() -> None:
    class Subsampling(Down):
        @property
        def pooling_window(self) -> int:
            return 1

        def make_block(self, x_in: Any, prefix: str = "subsampling") -> Any:
            return keras.layers.MaxPooling2D(1, self.pooling_stride, "same", name=f"{prefix}_pool")(x_in)

    assert mended(_lists(Subsampling(pooling_stride=4)), "pixels never looked at") == {}


def test_a_jump_of_a_users_own_block_is_mended_by_steps_of_two() -> None:
    first = Down(pool=False, pooling_stride=1)
    design = _lists(first, Down(), Down(), Down(), decoder=(Up(upsampling_stride=4), Up()))
    (after,) = mended(design, "skip passed over").values()
    assert [block.upsampling_stride for block in after.architecture.decoder] == [2, 2, 2]


def test_a_list_of_a_users_own_blocks_can_have_more_levels_and_fewer() -> None:
    design = _lists(Down(pool=False, pooling_stride=1), Down(), Down(), decoder=(Up(), Up()))
    output = design.build().receptive_field().output
    assert output.size is not None
    check = _seen(design, output.size[0] + 1)
    assert check is not None
    assert [mend.label for mend in check.mends] == ["one level more"]
    fewer = mended(design.replace("input_shape", (8, 8, 1)), "bottleneck below 4 px")
    assert list(fewer) == ["input of 16 × 16", "one level fewer"]


@pytest.mark.parametrize(
    ("share", "kind"), [(0.8, "too large to train here"), (0.3, "too large to run here")]
)
def test_a_network_of_a_users_own_that_is_too_large_is_made_narrower(share: float, kind: str) -> None:
    design = _lists(Down(pool=False, pooling_stride=1, maps=16), Down(maps=32), decoder=(Up(maps=16),))
    cost = design.build().cost()
    assert cost.training_bytes is not None
    memory_bytes = round(share * cost.training_bytes)
    check = found(design, kind, cost=cost, memory_bytes=memory_bytes)
    assert check is not None
    narrower = design.replace_all(next(mend.changes for mend in check.mends if "the filters" in mend.label))
    assert [block.maps for block in narrower.architecture.encoder] in ([8, 16], [4, 8], [2, 4])
    assert found(narrower, kind, cost=narrower.build().cost(), memory_bytes=memory_bytes) is None


def test_a_block_that_does_not_say_how_wide_it_is_lets_no_width_be_promised() -> None:
    class Wide(EncoderBlock):
        def make_block(self, x_in: Any, prefix: str = "wide") -> Any:
            return keras.layers.Conv2D(64, 3, strides=2, padding="same", name=f"{prefix}_conv")(x_in)

    design = _lists(SimpleConvBlock(pool=False), Wide())
    found_checks = checks(network_of(design, cost=design.build().cost(), memory_bytes=10**5))
    (check,) = (one for one in found_checks if one.kind.startswith("too large"))
    assert not any("filters" in mend.label for mend in check.mends)


def test_a_subclass_that_makes_other_layers_does_not_inherit_how_wide_they_are() -> None:
    @attrs.frozen
    class Fixed(SimpleConvBlock):
        def make_block(self, x_in: Any, prefix: str = "fixed") -> Any:
            return keras.layers.Conv2D(256, 3, strides=2, padding="same", name=f"{prefix}_conv")(x_in)

    @attrs.frozen
    class Interpolation(SimpleUpsamplingBlock):
        def make_block(
            self, x: Any, current_stride: int | None = None, skip_source: Any = None, prefix: str = "up"
        ) -> Any:
            return keras.layers.UpSampling2D(name=f"{prefix}_interp")(x)

    @attrs.frozen
    class Widening(PoolingBlock):
        def make_block(self, x_in: Any, prefix: str = "widening") -> Any:
            return keras.layers.Conv2D(64, 3, strides=2, padding="same", name=f"{prefix}_conv")(x_in)

    for block in (Fixed(), Interpolation(), Widening()):
        assert (block.width_fields, block.output_width_field) == (None, None)
    design = _lists(SimpleConvBlock(filters=64, pool=False), Fixed(filters=64), decoder=(Interpolation(),))
    found_checks = checks(network_of(design, cost=design.build().cost(), memory_bytes=10**6))
    (check,) = (one for one in found_checks if one.kind.startswith("too large"))
    assert not any("filters" in mend.label for mend in check.mends)


def test_a_subclass_that_makes_other_layers_was_not_published_with_them() -> None:
    class Plain(DenseUpsamplingBlock):
        def make_block(
            self, x: Any, current_stride: int | None = None, skip_source: Any = None, prefix: str = "up"
        ) -> Any:
            return keras.layers.Conv2DTranspose(4, 5, self.upsampling_stride, "same", name=f"{prefix}_up")(x)

    published, own = (
        found(_lists(SimpleConvBlock(filters=4), decoder=(block,)), "checkerboard")
        for block in (DenseUpsamplingBlock(), Plain())
    )
    assert published is not None
    assert own is not None
    assert "Jegou" in published.reason
    assert "published" not in own.reason


def test_a_subclass_that_overrides_a_part_of_making_layers_does_not_inherit_what_is_said_of_them() -> None:
    class Upsampling(SimpleUpsamplingBlock):
        def _upsample(self, x: Any, prefix: str) -> Any:
            return keras.layers.Conv2DTranspose(4, 5, 2, "same", name=f"{prefix}_up")(x)

    block = Upsampling(transposed_conv=True)
    assert (block.layer_windows(), block.interpolating(), block.with_even_kernel()) == (None, None, None)
    assert (block.width_fields, block.output_width_field) == (None, None)
    check = found(_lists(SimpleConvBlock(filters=4), decoder=(block,)), "checkerboard")
    assert check is not None
    assert not check.mends


def test_a_subclass_with_other_defaults_and_words_of_itself_inherits_what_is_said_of_its_layers() -> None:
    @attrs.frozen
    class Wide(SimpleConvBlock):
        filters: int = _width(64)
        more: int = _width(4)

        @property
        def is_level(self) -> bool:
            return False

    assert Wide().layer_windows() == SimpleConvBlock().layer_windows()
    assert Wide().pooling_window == 2
    assert Wide().output_width_field == "filters"


def test_a_block_is_added_as_wide_and_changed_in_kind_as_wide_as_a_users_own() -> None:
    design = _lists(Down(maps=12))
    after = design.replace_all(add(design, "encoder[0]").changes)
    assert after.architecture.encoder[1].filters == 12
    changed = design.replace_all(change_kind(after, "encoder[1]", Down).changes)
    assert changed.architecture.encoder[1] == Down(pool=False, maps=12)


def test_a_subclass_that_makes_other_layers_does_not_inherit_what_is_said_of_them() -> None:
    class Same(SimpleConvBlock):
        pass

    class Other(SimpleConvBlock):
        def make_block(self, x_in: Any, prefix: str = "other") -> Any:
            return keras.layers.AveragePooling2D(1, self.pooling_stride, name=f"{prefix}_pool")(x_in)

    assert Same(filters=2).layer_windows() == SimpleConvBlock(filters=2).layer_windows()
    assert (Same().pooling_window, Other().pooling_window) == (2, None)
    assert Other().layer_windows() is None
    assert least_field(_lists(Other())) is None
    check = found(_lists(Other(pooling_stride=4)), "pixels never looked at")
    assert check is not None
    assert not check.mends


@attrs.frozen
class Named(Pyramid):
    """A family whose fields have the seed's names needs to say nothing."""

    down_blocks: int = integer(2, minimum=0, maximum=9, usual=(0, 9), help="Levels.")
    up_blocks: int = integer(2, minimum=0, maximum=9, usual=(0, 9), help="Levels up.")

    @property
    def encoder_stack(self) -> list[EncoderBlock]:
        return [Down(pool=i > 0, pooling_stride=2 if i else 1) for i in range(1 + self.down_blocks)]

    @property
    def decoder_stack(self) -> list[DecoderBlock]:
        return [Up(learned=self.learned)] * self.up_blocks

    levels_by = EncoderDecoder.levels_by
    decoder_up_to = EncoderDecoder.decoder_up_to


def test_fields_with_the_seeds_names_are_enough() -> None:
    design = Design(Named(), (8, 8, 1))
    fewer = mended(design, "bottleneck below 4 px")["one level fewer"]
    assert fewer == design.replace_all({"down_blocks": 1, "up_blocks": 1})
    large = design.replace("up_blocks", 3)
    assert mended(large, "output larger than the input") == {"one level up fewer": design}


def test_a_network_of_free_blocks_says_so() -> None:
    assert not Pyramid().has_free_blocks
    assert CustomEncoderDecoder.of(Pyramid()).has_free_blocks
