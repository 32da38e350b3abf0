"""What a check of a network says."""

from typing import Literal

import attrs

from encdec_widgets.architectures.fields.by_content import ByContent
from encdec_widgets.designs.mends import Mend


@attrs.frozen
class Check(ByContent):
    """Something about a network that is valid, and still not what one might expect.

    Attributes:
        kind: Which check it is, in a few words that stay the same from network to network: "bottleneck below 4 px".
            What a person dismisses is a kind.
        severity: "warning": the network is not what its fields say, or cannot run here; "advice": it may serve as is.
        reason: What was found and why it matters, in one or two sentences, with the numbers.
        places: The blocks it is about, by the names that they have in ``backbone.blocks``; empty for the whole network.
        mends: Edits that mend it, each of which gives a valid design.
    """

    kind: str
    severity: Literal["warning", "advice"]
    reason: str
    places: tuple[str, ...] = ()
    mends: tuple[Mend, ...] = ()
