"""A design as a configuration of sleap-nn, and so of SLEAP from 1.5 on."""

import json
from collections.abc import Sequence
from typing import Any

from encdec_widgets.designs.design import Design
from encdec_widgets.designs.design_json import to_data
from encdec_widgets.export import yaml_text
from encdec_widgets.export.sleap.heads import SLEAP_NN
from encdec_widgets.export.sleap.leaves import WrittenHead
from encdec_widgets.export.sleap.nn_reading import NAME, RIDING, RIDING_MARK
from encdec_widgets.export.sleap.numbers import sleap_nn_numbers
from encdec_widgets.export.sleap.writing import (
    Parts,
    Written,
    leaf_of,
    parts_of,
    preprocessing_channels,
    title,
)

KNOWN = {kind: leaves for kind, leaves in SLEAP_NN.items() if not kind.endswith("_segmentation")}
"""The kinds of head that all versions read; those that segment came with 0.3."""


def to_sleap_nn(
    design: Design, head_type: str = "single_instance", part_names: Sequence[str] | None = None
) -> str:
    """Write a design as a configuration: see :meth:`Design.to_sleap_nn`."""
    return written(design, head_type, part_names).warned()


def written(
    design: Design, head_type: str = "single_instance", part_names: Sequence[str] | None = None
) -> Written:
    """Write a design as a configuration, with what is to be said of it.

    Raises:
        FieldError: (a ValueError) If sleap-nn cannot say the network, or would build another one; its ``mends`` are the
            nearest ones that it can say.
    """
    numbers, misfits = sleap_nn_numbers(design)
    parts = parts_of(design, head_type, part_names, SLEAP_NN, misfits, NAME)
    kinds = [*KNOWN, *([] if parts.kind in KNOWN else [parts.kind])]
    crop = {} if parts.crop_size is None else {"crop_size": parts.crop_size}
    riding = json.dumps(to_data(design), separators=(",", ":"), allow_nan=False)
    data = {
        "name": title(design),
        RIDING: f"Designed with encdec_widgets. {RIDING_MARK}{riding}",
        "data_config": {"preprocessing": {**preprocessing_channels(design), "scale": 1.0, **crop}},
        "model_config": {
            "backbone_config": {"unet": numbers, "convnext": None, "swint": None},
            "head_configs": {kind: _leaves(parts) if kind == parts.kind else None for kind in kinds},
        },
    }
    since = () if parts.kind in KNOWN else (f"{parts.kind} is read by sleap-nn from 0.3 on alone.",)
    return Written(yaml_text.written(data), (*parts.warnings, *since))


def _leaves(parts: Parts) -> dict[str, Any]:
    return {head.leaf.key: _leaf(head, parts) for head in parts.heads}


def _leaf(head: WrittenHead, parts: Parts) -> dict[str, Any]:
    segments = head.leaf.key in ("segmentation", "center", "offsets")
    return {"output_stride": head.stride} if segments else leaf_of(head, parts)
