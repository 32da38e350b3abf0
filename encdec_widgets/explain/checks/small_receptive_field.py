"""A receptive field smaller than the animal."""

import math
from collections.abc import Mapping
from typing import Any

from encdec_widgets.architectures import FCDenseNet, Hourglass, StackedHourglass, UNet
from encdec_widgets.designs.levels import changed, level_words, mend, more_levels
from encdec_widgets.designs.mends import Mend
from encdec_widgets.explain.checks.check import Check
from encdec_widgets.explain.checks.least_receptive_field import least_field
from encdec_widgets.explain.checks.network import Network
from encdec_widgets.explain.checks.possible import possible
from encdec_widgets.formatting import area_text, shape_text

_KIND = "receptive field below the animal"
_FAMILIES = (Hourglass, StackedHourglass, FCDenseNet)
_MOST_LEVELS = 5
_LARGEST_KERNEL = 9
_LEAST_SCALE = 0.1

# A rule of thumb, on the safe side of the fields of the families above at 1 to 4 levels; others are reckoned.
_GAIN_OF_A_LEVEL = 1.8


def small_field(network: Network) -> Check | None:
    """An output of which no position sees the whole animal."""
    if network.animal_px is None or network.field is None or network.field.output.size is None:
        return None
    seen = network.field.output.size
    scale, animal = network.input_scale, network.animal_px
    height, width = (px / scale for px in seen)
    if min(height, width) >= animal:
        return None
    scaled = f" ({area_text(*seen)} px of an image scaled to {scale:g})" if scale != 1 else ""
    needed = math.floor(100 * min(seen) / animal) / 100
    # What is smaller than that shows no animal any more.
    or_scale = f", or scale the images to {needed:g}" if needed >= _LEAST_SCALE else ""
    deeper = possible(network, _KIND, map(_more_levels, [network], [animal * scale]))
    larger = possible(network, _KIND, map(_larger_kernels, [network], [animal * scale]))
    if deeper:
        helps = "More levels see further"
    else:
        helps = "Larger kernels see further" if larger else "More pooling or larger kernels would see further"
    return Check(
        kind=_KIND,
        severity="advice",
        reason=(
            f"The output sees {area_text(height, width)} px of the camera's image{scaled}, and the animal is "
            f"{animal:g} px long: no position sees all of it, so that one end cannot help to find the other. "
            f"{helps}{or_scale}."
        ),
        mends=(*deeper, *larger),
    )


def _more_levels(network: Network, wanted: float) -> Mend | None:
    """As many levels more as it takes."""
    for count in range(1, 1 + _MOST_LEVELS):
        changes = more_levels(network.design, count)
        if changes is not None and _sees(network, changes, count) >= wanted:
            shape = changes.get("input_shape")
            with_input = f", input of {shape_text(shape)}" if shape else ""
            return mend(changes, level_words(count, "more") + with_input)
    return None


def _sees(network: Network, changes: Mapping[str, Any], count: int) -> float:
    """How far a network with so many levels more sees; 0 where it is not foreseen."""
    architecture = network.architecture
    if type(architecture) in _FAMILIES:
        # For a network without any levels, the gain is not foreseen.
        has_levels = architecture.encoder_features_stride != architecture.stem_features_stride
        return _seen(network) * _GAIN_OF_A_LEVEL**count if has_levels else 0
    after = changed(network.design, changes)
    return (after and least_field(after)) or 0


def _larger_kernels(network: Network, wanted: float) -> Mend | None:
    """Kernels of an odd size up to 9 px that see far enough."""
    if type(network.architecture) is not UNet:
        return None
    for size in range(network.architecture.kernel_size // 2 * 2 + 1, 1 + _LARGEST_KERNEL, 2):
        after = changed(network.design, {"kernel_size": size})
        if after is not None and (least_field(after) or 0) >= wanted:
            return mend({"kernel_size": size}, f"kernels of {size} px")
    return None


def _seen(network: Network) -> int:
    assert network.field is not None
    assert network.field.output.size is not None
    return min(network.field.output.size)
