"""The value that a timing gives."""

from collections.abc import Mapping
from typing import Any

import attrs

from encdec_widgets.formatting import digits
from encdec_widgets.workers.backends import backend_text
from encdec_widgets.workers.gpu import GpuLoad, GpuState

# A multiplication and an addition are two operations; a training step works forward and, twice as much, backward.
_FLOPS_PER_MULTIPLY_ADD = {"forward": 2, "training": 6}


@attrs.frozen(kw_only=True)
class BlockTime:
    """How long one block of a network takes by itself, on feature maps of the size that it gets in the network.

    Attributes:
        name: The block's name, as in the graph of blocks.
        median_ms: Median time of one run, in milliseconds; of a training step, of its forward pass and its gradients.
        n: Number of runs that were timed.

    Example:
        >>> from encdec_widgets.workers.timing import BlockTime
        >>> encoder = BlockTime(name="stack0_enc0", median_ms=2.5, n=40)
        >>> decoder = BlockTime(name="stack0_dec0", median_ms=4, n=40)
        >>> max(encoder, decoder, key=lambda block: block.median_ms).name
        'stack0_dec0'
    """

    name: str
    median_ms: float
    n: int


@attrs.frozen(kw_only=True, repr=False)
class Timing:
    """How long a network takes on a device. Every number was measured, but for those that say otherwise.

    Attributes:
        median_ms: Median time of one run with a whole batch, in milliseconds.
        p10_ms: 10th percentile of the same, in milliseconds.
        p90_ms: 90th percentile of the same, in milliseconds.
        n: Number of runs that were timed; warm-up and first call are not among them.
        first_call_ms: Time of the first call, which traces and compiles, in milliseconds.
        batch_size: Images that went through the network at once.
        precision: Name of the Keras dtype policy of the layers, such as "float32".
        device: Name of the device, such as "NVIDIA H200" or "CPU".
        backend: The Keras backend: "tensorflow", "jax", "torch" or "numpy".
        work: What one run is: "forward" or "training" (see :class:`encdec_widgets.workers.timing.Options`).
        compilation: How the backend ran it: "graph", "XLA", "eager" or "torch.compile".
        low_ms: Lower end of the 95 % interval of the median, in milliseconds; None where there are too few runs.
        high_ms: Upper end of the same.
        noise: What makes the figures doubtful, as one sentence; empty if nothing was seen.
        notices: What was otherwise where it was timed than where the network comes from, such as a number of threads
            that could not be set, a sentence each.
        predicted_ms: The median that was predicted before the run (an estimate), in milliseconds; None where it could
            not be predicted, as ``multiply_adds`` is None.
        multiply_adds: Multiply-adds of one forward pass of one image (exact); None where those of a layer are unknown.
        ceiling: Multiply-adds a second that the device reached in a large matrix product at this precision.
        peak_bytes: Largest memory that the network took on its device, in bytes, where the backend can tell.
        call_ms: What calling anything takes on this device, however small it is (an estimate), in milliseconds.
        blocks: The time of each block by itself, where it was asked for.
        gpu: The state of the graphics card before the run.
        load: Its state during the run.

    Example:
        >>> from encdec_widgets.workers.timing import Timing
        >>> timing = Timing(
        ...     median_ms=20, p10_ms=19, p90_ms=22, n=100, first_call_ms=900,
        ...     batch_size=4, precision="float32", device="CPU", backend="jax",
        ... )
        >>> timing.images_per_second
        200.0
        >>> Timing.from_dict(timing.to_dict()) == timing
        True
    """

    median_ms: float
    p10_ms: float
    p90_ms: float
    n: int
    first_call_ms: float
    batch_size: int
    precision: str
    device: str
    backend: str
    work: str = "forward"
    compilation: str = ""
    low_ms: float | None = None
    high_ms: float | None = None
    noise: str = ""
    predicted_ms: float | None = None
    multiply_adds: int | None = None
    ceiling: float | None = None
    peak_bytes: int | None = None
    call_ms: float | None = None
    blocks: tuple[BlockTime, ...] = ()
    gpu: GpuState | None = None
    load: GpuLoad | None = None
    notices: tuple[str, ...] = ()

    @property
    def images_per_second(self) -> float:
        """Images a second at the median time."""
        return 1000.0 * self.batch_size / self.median_ms

    @property
    def flops_per_second(self) -> float | None:
        """Floating-point operations a second at the median time, two for each multiply-add of the forward pass.

        A training step counts as three forward passes (an estimate: its optimizer is not counted).
        """
        if not self.multiply_adds:
            return None
        return _FLOPS_PER_MULTIPLY_ADD[self.work] * self.multiply_adds * self.images_per_second

    @property
    def share_of_ceiling(self) -> float | None:
        """``flops_per_second`` as a share of what the device reached in a large matrix product."""
        if not self.ceiling or self.flops_per_second is None:
            return None
        return self.flops_per_second / (2 * self.ceiling)

    @property
    def remainder_ms(self) -> float | None:
        """Time of the whole less that of all blocks, in milliseconds; negative where the parts take longer.

        A training step has an optimizer, which is in no block. On the other hand each block by itself pays for a call
        of its own (``call_ms``), and compilers join work across blocks. None where the blocks were not timed.
        """
        if not self.blocks:
            return None
        return self.median_ms - sum(block.median_ms for block in self.blocks)

    def to_dict(self) -> dict[str, Any]:
        """All figures, also those that follow from others, as plain data, ready for JSON or a table's row."""
        follows = ("images_per_second", "flops_per_second", "share_of_ceiling", "remainder_ms")
        return {**attrs.asdict(self), **{name: getattr(self, name) for name in follows}}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Timing":
        """The timing that ``to_dict`` made ``data`` from; unknown keys, as of a newer version, are ignored.

        Raises:
            KeyError: If a figure is missing that every timing has.
        """
        required = {a.name: data[a.name] for a in attrs.fields(cls) if a.default is attrs.NOTHING}
        others = {a.name: data[a.name] for a in attrs.fields(cls) if a.name in data}
        if others.get("blocks"):
            others["blocks"] = tuple(BlockTime(**block) for block in others["blocks"])
        for name, kind in (("gpu", GpuState), ("load", GpuLoad)):
            if others.get(name) is not None:
                others[name] = kind.from_dict(others[name])
        for name in ("blocks", "notices"):
            others[name] = tuple(others.get(name, ()))
        return cls(**{**required, **others})

    def __str__(self) -> str:
        """One line, with units."""
        work = "" if self.work == "forward" else "training step, "
        compilation = f" ({self.compilation})" if self.compilation else ""
        doubts = "".join(f"; {words}" for words in (self.noise, *self.notices) if words)
        return (
            f"{digits(self.median_ms)} ms (10 % to 90 %: {digits(self.p10_ms)} to {digits(self.p90_ms)} ms, "
            f"{self.n} runs), {digits(self.images_per_second)} images/s, {work}batch {self.batch_size}, "
            f"{self.precision}, {self.device}, {backend_text(self.backend)}{compilation}; "
            f"first call {digits(self.first_call_ms)} ms{doubts}"
        )

    def __repr__(self) -> str:
        """The same line, marked as a value; the blocks' times, if there are any, on lines of their own."""
        lines = [f"<Timing {self}>"]
        if self.blocks and self.remainder_ms is not None:
            rows = [
                *((block.name, block.median_ms) for block in self.blocks),
                ("remainder", self.remainder_ms),
            ]
            width = max(len(name) for name, _ in rows)
            lines += [f"  {name:<{width}} {digits(time_ms):>8} ms" for name, time_ms in rows]
        return "\n".join(lines)
