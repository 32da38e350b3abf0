"""How shapes, strides and counts are written for people."""

import html
from collections.abc import Mapping, Sequence
from typing import Any

_BACKENDS = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch", "numpy": "NumPy"}


def backend_text(backend: str) -> str:
    """A Keras backend by its proper name."""
    return _BACKENDS.get(backend, backend)


def stride_text(stride: float | None) -> str:
    """A stride: "4", "1/2" where the map is larger than the input, "?" where it is unknown."""
    if stride is None:
        return "?"
    if stride < 1:
        return f"1/{1 / stride:g}"
    return f"{stride:g}"


def size_text(shape: Sequence[int | None], stride: float | None) -> str:
    """Height and width in px; of an unknown input, its share: "H/4 × W/4"."""
    if len(shape) != 3:
        return " × ".join("?" if size is None else str(size) for size in shape[:-1]) or "no map"
    share = "" if stride in (None, 1) else f"/{stride_text(stride)}"
    sizes = zip(shape[:2], ("H", "W"), strict=True)
    return " × ".join(f"{letter}{share}" if size is None else str(size) for size, letter in sizes)


def count_text(count: float) -> str:
    """A large count with three digits: "950", "13.9 k", "2.15 M"."""
    for factor, unit in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if count >= factor * 0.9995:
            return f"{count / factor:.3g}{unit}"
    return f"{count:g}"


def block_text(data: Mapping[str, Any]) -> str:
    """All facts of a block, a line each, as plotly shows them on hover."""
    kernels = ", ".join(f"{height} × {width}" for height, width in data["kernel_sizes"])
    count = len(data["layers"])
    lines = [
        f"<b>{html.escape(data['label'])}</b>",
        f"{html.escape(data['kind'])}, {data['stage']}",
        f"stride {stride_text(data['stride'])}, {size_text(data['shape'], data['stride'])} px",
        f"{data['channels']} channels",
        f"kernel {kernels} px" if kernels else "no kernel",
        f"{data['parameters']:,} parameters in {count} layer{'s' if count > 1 else ''}",
    ]
    return "<br>".join(lines)
