"""A block of which no network can be built."""

from typing import Any

import attrs

from encdec_widgets.architectures.encoder_decoder import EncoderBlock


@attrs.frozen
class Broken(EncoderBlock):
    """A block of a user's own that makes no layers."""

    def make_block(self, x_in: Any, prefix: str = "block") -> Any:
        raise ZeroDivisionError("<no> layers")
