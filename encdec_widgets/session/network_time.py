"""How long a network takes, as it is told beside its other figures, and the last race of two networks."""

import attrs

from encdec_widgets.designs.design import Design
from encdec_widgets.workers.timing import Comparison, Timing


@attrs.frozen(kw_only=True)
class NetworkTime:
    """How long a run of a network takes.

    Attributes:
        design: The network.
        ms: Milliseconds a run.
        measured: Whether it was measured; otherwise it is predicted.
        work: What is run: "forward pass" or "training step".
        device: Where, as people call it: "CPU".
        timing: The measurement, where it was measured.
    """

    design: Design
    ms: float
    measured: bool
    work: str
    device: str
    timing: Timing | None = None


@attrs.frozen(kw_only=True)
class NetworkRace:
    """What a race of two networks showed.

    Attributes:
        a: The network that was pinned.
        b: The one that was on screen.
        alike: Whether both were timed with the same options, so that the difference is that of the networks.
        result: How many times faster B is, and how sure that is.
    """

    a: Design
    b: Design
    alike: bool
    result: Comparison
