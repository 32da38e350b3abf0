"""A receptive field smaller than the animal."""

import math

from encdec_widgets.analysis.checks.check import Check
from encdec_widgets.analysis.checks.levels import level_words, more_levels
from encdec_widgets.analysis.checks.network import Network
from encdec_widgets.analysis.checks.possible import mend, possible
from encdec_widgets.analysis.checks.words import area_text, shape_text
from encdec_widgets.fields import described_fields
from encdec_widgets.mends import Mend

_MOST_LEVELS = 5
_LARGEST_KERNEL = 9

# Rules of thumb, all on the safe side of the fields of all families at 1 to 4 levels.
_GAIN_OF_A_LEVEL = 1.8
_SHARE_OF_CONVS = 0.45  # of the field, that grows with the kernels: of blocks with 2 convolutions and more
_SHARE_OF_ONE_CONV = 0.25


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
    or_scale = f", or scale the images to {needed:g}" if needed else ""
    return Check(
        kind="receptive field below the animal",
        severity="advice",
        reason=(
            f"The output sees {area_text(height, width)} px of the camera's image{scaled}, and the animal is "
            f"{animal:g} px long: no position sees all of it, so that one end cannot help to find the other. "
            f"More levels see further{or_scale}."
        ),
        mends=possible(
            network.design,
            (_more_levels(network, animal * scale), _larger_kernels(network, animal * scale)),
        ),
    )


def _more_levels(network: Network, wanted: float) -> Mend | None:
    """As many levels more as it takes; for a network without any, the gain is not foreseen."""
    architecture = network.architecture
    if architecture.encoder_features_stride == architecture.stem_features_stride:
        return None
    for count in range(1, 1 + _MOST_LEVELS):
        if _seen(network) * _GAIN_OF_A_LEVEL**count >= wanted:
            changes = more_levels(network.design, count) or {}
            shape = changes.get("input_shape")
            with_input = f", input of {shape_text(shape)}" if shape else ""
            return mend(changes, level_words(count, "more") + with_input)
    return None


def _larger_kernels(network: Network, wanted: float) -> Mend | None:
    """Kernels of an odd size up to 9 px that see far enough."""
    fields = described_fields(network.architecture)
    if not {"kernel_size", "convs_per_block"} <= set(fields):
        return None
    now, convs = network.architecture.kernel_size, network.architecture.convs_per_block
    if now == 1 or convs == 0:
        return None
    share = _SHARE_OF_ONE_CONV if convs == 1 else _SHARE_OF_CONVS
    for size in range(now + 1 + now % 2, 1 + _LARGEST_KERNEL, 2):
        if _seen(network) * (1 + share * (size - now) / (now - 1)) >= wanted:
            return mend({"kernel_size": size}, f"kernels of {size} px")
    return None


def _seen(network: Network) -> int:
    assert network.field is not None
    assert network.field.output.size is not None
    return min(network.field.output.size)
