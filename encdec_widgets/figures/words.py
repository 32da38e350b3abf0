"""What the picture says of a block or a layer on hover."""

import html
from collections.abc import Mapping
from typing import Any

from encdec_widgets.words import backend_text as backend_text
from encdec_widgets.words import count_text as count_text
from encdec_widgets.words import size_text as size_text
from encdec_widgets.words import stride_text as stride_text


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
