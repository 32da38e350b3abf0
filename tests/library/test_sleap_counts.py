"""Parameters counted without building: against built networks, and against counts measured in sleap-nn 0.3.5."""

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.export.sleap.counts import parameters, sleap_nn_parameters
from tests.amount import full_or

SIZES = st.fixed_dictionaries(
    {
        "filters": st.integers(1, 9),
        "filters_rate": st.sampled_from([0.5, 1, 1.5, 2]),
        "kernel_size": st.integers(1, 5),
        "convs_per_block": st.integers(1, 3),
        "stem_blocks": st.integers(0, 2),
        "down_blocks": st.integers(1, 3),
        "middle_block": st.booleans(),
        "up_blocks": st.integers(0, 5),
        "up_interpolate": st.booleans(),
    }
)


@pytest.mark.backend
@settings(max_examples=full_or(200, 20), deadline=None)
@given(SIZES, st.integers(1, 2), st.integers(1, 4))
def test_the_count_is_that_of_the_built_network(sizes: dict[str, float], stacks: int, channels: int) -> None:
    up = sizes["down_blocks"] if stacks > 1 else sizes["up_blocks"]
    asked = {**sizes, "stacks": stacks, "up_blocks": up}
    try:
        design = Design(UNet(**asked), (None, None, channels))
    except ValueError:  # a level without filters
        design = Design(UNet(**{**asked, "filters_rate": 1}), (None, None, channels))
    assert parameters(design.architecture, channels) == design.build().parameters


def unet(output_stride: int = 2, kernel_size: int = 3, convs_per_block: int = 2, **numbers: float) -> UNet:
    asked = {"filters": 16, "up_interpolate": True, "output_stride": output_stride, **numbers}
    return attrs.evolve(UNet.from_strides(**asked), kernel_size=kernel_size, convs_per_block=convs_per_block)


@pytest.mark.parametrize(
    ("asked", "here", "there"),
    [
        ({}, 1_953_072, 1_953_072),
        ({"up_interpolate": False}, 2_146_832, 2_146_832),
        ({"output_stride": 1}, 1_962_320, 1_962_320),
        ({"output_stride": 16}, 1_178_480, 1_178_480),
        ({"filters_rate": 1.5}, 324_155, 324_155),
        ({"filters": 23, "filters_rate": 1.37}, 396_713, 396_713),
        ({"kernel_size": 5}, 5_422_640, 5_422_640),
        ({"kernel_size": 1}, 218_288, 218_288),
        ({"kernel_size": 4}, 3_471_008, 3_471_008),
        ({"max_stride": 2, "output_stride": 1}, 25_616, 25_616),
        ({"filters_rate": 0.5}, 6_723, 6_723),
        ({"filters_rate": 1}, 41_872, 41_872),
        ({"middle_block": False}, 920_368, 1_067_824),
        ({"convs_per_block": 1}, 973_152, None),
        ({"convs_per_block": 3}, 2_932_992, 2_739_232),
        ({"convs_per_block": 4}, 3_912_912, 3_525_392),
        ({"kernel_size": 5, "up_interpolate": False}, 5_960_464, 5_272_336),
        ({"stem_stride": 2, "output_stride": 2}, 1_959_344, 1_973_200),
        ({"stem_stride": 2, "output_stride": 1}, 1_966_288, 1_975_520),
        ({"stem_stride": 4, "output_stride": 2}, 1_997_744, 2_036_960),
        ({"stem_stride": 4, "output_stride": 4}, 1_970_032, 2_034_640),
        ({"stem_stride": 4, "output_stride": 8}, 1_840_880, 2_025_392),
        ({"stacks": 2, "output_stride": 1}, 3_926_800, 3_039_392),
    ],
    ids=str,
)
def test_both_counts_are_those_that_were_measured(
    asked: dict[str, float], here: int, there: int | None
) -> None:
    assert parameters(unet(**asked), 1) == here
    assert sleap_nn_parameters(unet(**asked), 1) == there


def test_colour_makes_the_first_convolution_alone_larger() -> None:
    assert parameters(unet(), 3) == sleap_nn_parameters(unet(), 3) == 1_953_360
