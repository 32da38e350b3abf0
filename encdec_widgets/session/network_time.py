"""How long a network takes, as it is told beside its other figures."""

import attrs

from encdec_widgets.designs.design import Design


@attrs.frozen(kw_only=True)
class NetworkTime:
    """How long a run of a network takes.

    Attributes:
        design: The network.
        ms: Milliseconds a run.
        measured: Whether it was measured; otherwise it is predicted.
        work: What is run: "forward pass" or "training step".
        device: Where, as people call it: "CPU".
    """

    design: Design
    ms: float
    measured: bool
    work: str
    device: str
