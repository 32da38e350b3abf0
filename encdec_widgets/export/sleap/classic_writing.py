"""A design as a configuration of SLEAP up to 1.4."""

import json
from collections.abc import Sequence
from typing import Any

from encdec_widgets.designs.design import Design
from encdec_widgets.designs.design_json import to_data
from encdec_widgets.export.sleap.classic_reading import NAME, RIDING
from encdec_widgets.export.sleap.heads import CLASSIC
from encdec_widgets.export.sleap.leaves import WrittenHead
from encdec_widgets.export.sleap.numbers import classic_numbers
from encdec_widgets.export.sleap.writing import (
    Parts,
    Written,
    leaf_of,
    parts_of,
    preprocessing_channels,
    title,
)

_BACKBONES = ("leap", "unet", "hourglass", "resnet", "pretrained_encoder")


def to_sleap(
    design: Design, head_type: str = "single_instance", part_names: Sequence[str] | None = None
) -> str:
    """Write a design as a configuration: see :meth:`Design.to_sleap`."""
    return written(design, head_type, part_names).warned()


def written(
    design: Design, head_type: str = "single_instance", part_names: Sequence[str] | None = None
) -> Written:
    """Write a design as a configuration, with what is to be said of it.

    Raises:
        FieldError: (a ValueError) If SLEAP cannot say the network; its ``mends`` are the nearest ones that it can say.
    """
    key, numbers, misfits = classic_numbers(design)
    parts = parts_of(design, head_type, part_names, CLASSIC, misfits, NAME)
    data = {
        "data": {
            "preprocessing": {
                **preprocessing_channels(design),
                "imagenet_mode": None,
                "input_scaling": 1.0,
                "pad_to_stride": None,
                "resize_and_pad_to_target": True,
                "target_height": None,
                "target_width": None,
            },
            "instance_cropping": {"center_on_part": None, "crop_size": parts.crop_size},
        },
        "model": {
            "backbone": {name: numbers if name == key else None for name in _BACKBONES},
            "heads": {kind: _head(parts) if kind == parts.kind else None for kind in CLASSIC},
        },
        "name": title(design),
        "description": "Designed with encdec_widgets.",
        RIDING: to_data(design),
    }
    return Written(json.dumps(data, indent=4, allow_nan=False) + "\n", parts.warnings)


def _head(parts: Parts) -> dict[str, Any]:
    leaves = {head.leaf.key: _leaf(head, parts) for head in parts.heads}
    return leaves.get("", leaves)


def _leaf(head: WrittenHead, parts: Parts) -> dict[str, Any]:
    refined = {} if head.leaf.key in ("pafs", "class_maps") else {"offset_refinement": head.offsets}
    return {**leaf_of(head, parts), **refined}
