"""Work that would not fit into memory is refused before it takes any: else this process would be killed."""

from typing import Any, Literal

import attrs
import psutil

from encdec_widgets.explain.costs import MOST_IMAGES, POLICIES, costs, value_bytes
from encdec_widgets.explain.live_memory import training_peak_values
from encdec_widgets.explain.machine_memory import memory_limit
from encdec_widgets.networks.call_graph import as_trained_now, call_graph
from encdec_widgets.workers.device import Device
from encdec_widgets.workers.errors import BeyondMemoryError
from encdec_widgets.workers.gpu import Gpus, visible_gpus

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


@attrs.frozen
class Expected:
    """The memory of some work, before it begins.

    Attributes:
        needed_bytes: What it takes (an estimate).
        limit_bytes: What there is.
        batch_size: Images that go through the network at once.
        fits: The most of them that fit (an estimate).
        kept_bytes: What of it stays while another network runs: weights, and what training keeps for them.
        value_bytes: What a value of a map takes.
        beside_bytes: What of it are maps that stay beside the network.
    """

    needed_bytes: int
    limit_bytes: int
    batch_size: int
    fits: int
    kept_bytes: int = 0
    value_bytes: int = 4
    beside_bytes: int = 0

    def require(self) -> None:
        """Refuse the work if it does not fit.

        Raises:
            BeyondMemoryError: If it takes more memory than there is.
        """
        if self.needed_bytes > self.limit_bytes:
            only_blocks = self.needed_bytes - self.beside_bytes <= self.limit_bytes
            raise BeyondMemoryError(
                self.needed_bytes, self.limit_bytes, self.batch_size, self.fits, only_blocks=only_blocks
            )

    def with_maps(self, values: int) -> "Expected":
        """The same, where maps of so many values an image stay beside the network, all the while."""
        of_image = values * self.value_bytes
        in_all = (self.needed_bytes - self.kept_bytes) // self.batch_size + of_image
        fits = max(self.limit_bytes - self.kept_bytes, 0) // in_all
        beside = of_image * self.batch_size
        return attrs.evolve(
            self,
            needed_bytes=self.needed_bytes + beside,
            fits=min(fits, MOST_IMAGES),
            beside_bytes=beside,
        )


def memory_of(device: Device) -> int | None:
    """The memory of a device, in bytes: a card's own, as its driver tells, or what this process may use; or None.

    Where it is a guess which card that is, the largest one counts: what it holds is not refused.
    """
    if device.kind == "CPU":
        return memory_limit()
    gpus = visible_gpus() if device.kind == "GPU" else Gpus(())
    if device.number >= len(gpus.cards):
        return None
    if not gpus.order_is_a_guess:
        return gpus.cards[device.number].memory_total_bytes
    totals = [card.memory_total_bytes for card in gpus.cards]
    known = [total for total in totals if total is not None]
    return max(known) if len(known) == len(totals) else None


def expected_memory(model: Any, work: Work, batch_size: int, policy: str, device: Device) -> Expected | None:
    """What work takes, and what there is; None where either is unknown.

    Args:
        model: A functional ``keras.Model``, whose weights may not be filled yet.
        work: What it is to do.
        batch_size: Images that go through it at once.
        policy: Name of the Keras dtype policy that it computes with.
        device: Where it is done.
    """
    limit = memory_of(device)
    if limit is None or policy not in POLICIES:
        return None
    calls = as_trained_now(call_graph(model, ()), model)
    if device.kind == "CPU":
        # Its libraries keep copies in single precision: peaks in mixed precision were nearer to that (measured, in
        # tests/benchmarks/README.md).
        policy = max((policy, "float32"), key=lambda each: _needed(calls, work, batch_size, each) or 0)
    needed, one, two = (_needed(calls, work, images, policy) for images in (batch_size, 1, 2))
    if needed is None or one is None or two is None:
        return None
    kept = 2 * one - two  # weights take as much for any number of images
    fits = max(limit - kept, 0) // (two - one)
    return Expected(needed, limit, batch_size, min(fits, MOST_IMAGES), kept, value_bytes(policy))


def require_memory(model: Any, work: Work, batch_size: int, policy: str, device: Device) -> Expected | None:
    """Refuse work that takes more memory than there is, and tell what it takes; where that is unknown, neither.

    Args:
        model: As in :func:`expected_memory`, and so are the others.
        work: What it is to do.
        batch_size: Images that go through it at once.
        policy: Name of its dtype policy.
        device: Where it is done.

    Raises:
        BeyondMemoryError: (a TimingError) If it takes more (an estimate).
    """
    expected = expected_memory(model, work, batch_size, policy, device)
    if expected is not None:
        expected.require()
    return expected


def _needed(calls: Any, work: Work, batch_size: int, policy: str) -> int | None:
    cost = costs(calls, batch_size=batch_size, built_with=policy)
    if work != "gradients of the image":
        return cost.inference_bytes if work == "forward" else cost.training_bytes
    # Gradients go back to the image through all maps, as if the image were trained and no weights were.
    seen = calls.copy()
    for _, call in seen.nodes(data=True):
        call["is_trained"] = not call["inputs"]
    values = training_peak_values(seen)
    return None if values is None else cost.inference_weight_bytes + values * batch_size * value_bytes(policy)
