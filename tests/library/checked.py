"""Networks that are built and checked."""

from typing import Any

from encdec_widgets import Design
from encdec_widgets.architectures.encoder_decoder import (
    DecoderBlock,
    EncoderBlock,
    SimpleConvBlock,
    SimpleUpsamplingBlock,
)
from encdec_widgets.explain.checks import Check, Network, as_built, checks
from tests.builds import built


def network_of(design: Design, **known: Any) -> Network:
    """A design as built; ``known`` is what is known of its field, its cost and where it is to run."""
    backbone = built(design)
    return Network(
        design=design,
        layers=backbone.layers,
        blocks=backbone.blocks,
        calls=backbone.calls,
        built=as_built(backbone.built_blocks, backbone.layers),
        **known,
    )


def found(design: Design, kind: str, **known: Any) -> Check | None:
    """The check of a kind, if it finds something."""
    return next((check for check in checks(network_of(design, **known)) if check.kind == kind), None)


def mended(design: Design, kind: str) -> dict[str, Design]:
    """What each mend of a check leads to, by its label; the check finds nothing there any more."""
    check = found(design, kind)
    assert check is not None
    after = {mend.label: design.replace_all(mend.changes) for mend in check.mends}
    for label, changed in after.items():
        assert found(changed, kind) is None, label
    return after


def conv(stride: int = 1, **fields: Any) -> EncoderBlock:
    """A narrow encoder block that pools first."""
    return SimpleConvBlock(
        filters=2, pool=stride > 1, pooling_stride=max(stride, 2), pool_before_convs=True, **fields
    )


def up(stride: int = 2, **fields: Any) -> DecoderBlock:
    """A narrow decoder block that interpolates."""
    return SimpleUpsamplingBlock(upsampling_stride=stride, refine_convs_filters=2, **fields)
