"""An edit that makes the levels of a stem levels of the encoder, which give skip connections."""

from typing import Any

from encdec_widgets.architectures import UNet
from encdec_widgets.designs.levels import mend
from encdec_widgets.designs.mends import Mend


def without_stem(design: Any) -> Mend | None:
    """A mend that moves the levels of a U-Net's stem into its encoder; None where there is no such stem."""
    architecture = design.architecture
    if not isinstance(architecture, UNet) or not architecture.stem_blocks:
        return None
    levels = architecture.stem_blocks + architecture.down_blocks
    return mend({"stem_blocks": 0, "down_blocks": levels}, "no stem: its levels in the encoder")
