"""Checks that the fields of a design are sure to give, known before anything is built."""

from collections.abc import Collection, Iterator
from typing import Any

from encdec_widgets.architectures.skip_strides import skip_source_strides

MISSING = "skip without a partner"
PASSED = "skip passed over"
LARGE = "output larger than the input"
LEFT_OUT = "block left out"
NOT_BUILT = "cannot be built"
"""No check: a mend must not lead to it."""

WARNINGS = frozenset({MISSING, LARGE, LEFT_OUT, NOT_BUILT})


def foreseen(design: Any, skipping: Collection[type] = ()) -> frozenset[str] | None:
    """Foresee which kinds of checks strides and skip connections will give (exact).

    Args:
        design: A :class:`~encdec_widgets.designs.design.Design`.
        skipping: Classes of decoder blocks that use a skip connection without a field that asks for one.

    Returns:
        Of the kinds that are named in this module, those that there will be; None where the architecture builds itself
        in a way of its own, which cannot be foreseen.
    """
    return None if design.architecture.own_building else frozenset(_kinds(design, skipping))


def _kinds(design: Any, skipping: Collection[type]) -> Iterator[str]:
    network = design.architecture
    available = skip_source_strides(network)
    begins = network.encoder_features_stride
    for block in network.decoder_stack:
        ends = begins // block.upsampling_stride
        source, wants = ends in available, block.wants_skip
        if wants and not source:
            yield MISSING
        if (wants and source and begins % block.upsampling_stride) or (block.needs_skip and not source):
            yield NOT_BUILT
        if (wants or block.needs_skip or type(block) in skipping) and any(
            ends < stride < begins for stride in available
        ):
            yield PASSED
        begins = ends
    # The first of the features is the output.
    features = [head.stride and network.feature_strides.index(head.stride) for head in design.heads]
    if features and all(features):
        yield LEFT_OUT
    elif network.output_stride < 1:
        yield LARGE
