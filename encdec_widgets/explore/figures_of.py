"""The figures of one design as a flat mapping: the names that rows, comparisons, Pareto fronts and advice share."""

import math
from collections.abc import Mapping
from typing import Any

import attrs


@attrs.frozen
class FigureName:
    """What a figure is, and how sure it is.

    Attributes:
        label: How a person reads it.
        unit: "count", "bytes", "px", "stride" or "ms".
        sure: "exact", "estimate" or "measured".
        better: Whether less of it is better ("low"), or more ("high").
    """

    label: str
    unit: str
    sure: str
    better: str


FIGURES: Mapping[str, FigureName] = {
    "parameters": FigureName("Parameters", "count", "exact", "low"),
    "multiply_adds": FigureName("Multiply-adds of an image", "count", "exact", "low"),
    "training_bytes": FigureName("Memory to train", "bytes", "estimate", "low"),
    "inference_bytes": FigureName("Memory of a forward pass", "bytes", "estimate", "low"),
    "receptive_field": FigureName("Every position of the output sees", "px", "exact", "high"),
    "output_stride": FigureName("Output stride", "stride", "exact", "low"),
    "maximum_stride": FigureName("Maximum stride", "stride", "exact", "low"),
    "warnings": FigureName("Warnings", "count", "exact", "low"),
    "time_ms": FigureName("Time of a run", "ms", "measured", "low"),
}
"""All figures by name, in their order."""


def figures_of(told: Mapping[str, Any]) -> dict[str, float]:
    """Read the figures that are known of a design; strides that differ along height and width are left out.

    >>> figures_of({"cost": {"parameters": 5}, "receptive_field": {"extent": "whole image"}})
    {'parameters': 5, 'receptive_field': inf}

    Args:
        told: What :func:`encdec_widgets.explore.tell.tell` gave.
    """
    found = {**told.get("cost", {}), "time_ms": told.get("time", {}).get("median_ms")}
    if "receptive_field" in told:
        found["receptive_field"] = _sees(told["receptive_field"])
    if "strides" in told:
        found |= {f"{name}_stride": told["strides"][name] for name in ("output", "maximum")}
    if "checks" in told:
        found["warnings"] = sum(check["severity"] == "warning" for check in told["checks"])
    return {name: found[name] for name in FIGURES if isinstance(found.get(name), (int, float))}


def _sees(seen: Mapping[str, Any]) -> float | None:
    if seen["extent"] == "exact":
        side: float = min(seen["height"], seen["width"])
        return side
    return math.inf if seen["extent"] == "whole image" else None
