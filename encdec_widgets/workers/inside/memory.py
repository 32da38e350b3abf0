"""Work that would not fit into memory is refused before it takes any: else this process would be killed."""

from typing import Any, Literal

import psutil

from encdec_widgets.explain.costs import POLICIES, costs, value_bytes
from encdec_widgets.explain.live_memory import training_peak_values
from encdec_widgets.explain.machine_memory import memory_limit
from encdec_widgets.formatting import bytes_text
from encdec_widgets.networks.call_graph import as_trained_now, call_graph
from encdec_widgets.workers.errors import TimingError

Work = Literal["forward", "training", "gradients of the image"]


MOST_GROWN = 2**30
"""A process that has grown by so many bytes since its first job is not used for another one. Backends keep a little of
each network that they compiled: TensorFlow 2 MB (measured, over 40 edits of a training)."""


class Growth:
    """How much memory this process has taken since its first job was done."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._at_first: int | None = None

    def begins_anew(self) -> None:
        """Forget what was: the process has done nothing yet."""
        self._at_first = None

    def is_too_much(self) -> bool:
        """Whether it is to be replaced; ask between two jobs. The first one loads libraries, a card's too."""
        now = resident_bytes()
        if self._at_first is None:
            self._at_first = now
        return now - self._at_first > MOST_GROWN


def resident_bytes() -> int:
    """The memory that this process holds, in bytes (measured)."""
    return int(psutil.Process().memory_info().rss)


def require_memory(model: Any, work: Work, batch_size: int, policy: str) -> None:
    """Refuse work on a processor that takes more memory than there is; cards have memory of their own.

    Args:
        model: A functional ``keras.Model``, whose weights may not be filled yet.
        work: What it is to do.
        batch_size: Images that go through it at once.
        policy: Name of the Keras dtype policy that it computes with; of one whose memory is unknown nothing is refused.

    Raises:
        TimingError: If it takes more (an estimate). It says how much.
    """
    limit = memory_limit()
    if limit is None or policy not in POLICIES:
        return
    needed = _needed(model, work, batch_size, policy)
    if needed is not None and needed > limit:
        smaller = "a smaller batch, input or network" if batch_size > 1 else "a smaller input or network"
        raise TimingError(
            f"this would take about {bytes_text(needed)} of memory (an estimate), and there are {bytes_text(limit)}; "
            f"try {smaller}"
        )


def _needed(model: Any, work: Work, batch_size: int, policy: str) -> int | None:
    calls = as_trained_now(call_graph(model, ()), model)
    cost = costs(calls, batch_size=batch_size, built_with=policy)
    if work != "gradients of the image":
        return cost.inference_bytes if work == "forward" else cost.training_bytes
    # Gradients go back to the image through all maps, as if the image were trained and no weights were.
    for _, call in calls.nodes(data=True):
        call["is_trained"] = not call["inputs"]
    values = training_peak_values(calls)
    return None if values is None else cost.inference_weight_bytes + values * batch_size * value_bytes(policy)
