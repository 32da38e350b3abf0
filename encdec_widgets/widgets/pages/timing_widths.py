"""A note on numbers of channels that are no multiple of 8: on a CPU they cost more than the work that they are.

The figures were measured by races, on the machine and the day that the note names; ``tests/benchmarks/README.md`` has
all of them. Elsewhere nothing is said.
"""

from typing import TYPE_CHECKING

from markupsafe import Markup

from encdec_widgets.formatting import listed
from encdec_widgets.widgets.base.texts import NOTHING, note
from encdec_widgets.workers.backends import backend_text
from encdec_widgets.workers.device import CPU
from encdec_widgets.workers.timing import Timing

if TYPE_CHECKING:
    import networkx as nx

_STEP = 8
_FOLDED = Markup("<details><summary>{}</summary>{}</details>")
_MEASURED = {
    ("tensorflow", "graph"): "1.60 times as long (95 %: 1.58 to 1.62)",
    ("jax", "XLA"): "1.75 times as long (95 %: 1.70 to 1.77)",
}
"""How long a forward pass of a U-Net of 17 filters took in float32, over one of 16, by backend and compilation."""


def uneven_widths(layers: "nx.DiGraph[str]") -> tuple[int, ...]:
    """Numbers of channels of convolutions that are no multiple of 8, the smallest first.

    Heads are left out: a task says how many channels they have.

    Args:
        layers: What :func:`encdec_widgets.networks.graph.layer_graph` returned.
    """
    widths = {
        data["channels"]
        for _, data in layers.nodes(data=True)
        if data["multiply_adds"] and data["stage"] != "head"
    }
    return tuple(sorted(width for width in widths if width % _STEP))


def widths_html(timing: Timing, layers: "nx.DiGraph[str]") -> Markup:
    """What such numbers cost, beside the timing of a network that has some; nothing where that was not measured."""
    widths = uneven_widths(layers)
    took = _MEASURED.get((timing.backend, timing.compilation))
    as_measured = (timing.work, timing.device, timing.precision) == ("forward", CPU.name, "float32")
    if not widths or took is None or not as_measured:
        return NOTHING
    return note(
        _FOLDED.format(
            f"Channels that are no multiple of {_STEP}: {listed(map(str, widths))}.",
            f"They can cost more time than multiply-adds: on {backend_text(timing.backend)}, a forward pass of a U-Net "
            f"of 17 filters took {took} as one of 16, for 1.13 times the multiply-adds (measured on two cores of an "
            "AMD EPYC, 2026-11-30). To see what they cost here, pin this network as A and race one of rounder numbers.",
        )
    )
