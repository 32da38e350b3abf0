"""A receptive field smaller than the animal."""

import functools
import math
from typing import Any

from encdec_widgets.designs.levels import changed, level_words, mend, more_levels
from encdec_widgets.designs.mends import Mend
from encdec_widgets.explain.checks.check import Check
from encdec_widgets.explain.checks.least_receptive_field import least_field
from encdec_widgets.explain.checks.network import Network
from encdec_widgets.explain.checks.possible import possible
from encdec_widgets.formatting import area_text, number_text, shape_text

_KIND = "receptive field below the animal"
_MOST_LEVELS = 5
_LARGEST_KERNEL = 9
_LEAST_SCALE = 0.1


def small_field(network: Network) -> Check | None:
    """An output of which no position sees the whole animal."""
    receptive_field = network.receptive_field
    if network.animal_px is None or receptive_field is None or receptive_field.output.size is None:
        return None
    seen = receptive_field.output.size
    scale, animal = network.input_scale, network.animal_px
    height, width = (px / scale for px in seen)
    if min(height, width) >= animal:
        return None
    scaled = f" ({area_text(*seen)} px of an image scaled to {number_text(scale)})" if scale != 1 else ""
    needed = math.floor(100 * min(seen) / animal) / 100
    # An animal smaller than that cannot be seen any more.
    or_scale = f", or scale the images to {number_text(needed)}" if needed >= _LEAST_SCALE else ""
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
            f"{number_text(animal)} px long: no position sees all of it, so that one end cannot help to find the other."
            f" {helps}{or_scale}."
        ),
        mends=(*deeper, *larger),
    )


def _more_levels(network: Network, wanted: float) -> Mend | None:
    """Add as many levels as it takes. Where one is too few, the most that there can be show whether any will do."""

    @functools.cache
    def deeper(count: int) -> tuple[dict[str, Any], float] | None:
        found = more_levels(network.design, count)
        return None if found is None else (found[0], _sees(found[1]))

    counts = range(1, 1 + _MOST_LEVELS)
    for count in counts:
        found = deeper(count)
        if found is not None and found[1] >= wanted:
            changes, _ = found
            shape = changes.get("input_shape")
            with_input = f", input of {shape_text(shape)}" if shape else ""
            return mend(changes, level_words(count, "more") + with_input)
        most = next(filter(None, map(deeper, reversed(counts))), None)
        if most is None or most[1] < wanted:
            return None
    return None


def _sees(design: Any) -> float:
    """Foresee how far a network of a design sees at least, in px; 0 if that cannot be foreseen."""
    return least_field(design) or 0


def _larger_kernels(network: Network, wanted: float) -> Mend | None:
    """Find the smallest kernels of an odd size, up to 9 px, that see far enough."""
    for size in range(3, 1 + _LARGEST_KERNEL, 2):
        changes = network.architecture.with_kernel_size(size)
        after = None if changes is None else changed(network.design, changes)
        if after is not None and _sees(after) >= wanted:
            return mend(changes, f"kernels of {size} px")
    return None
