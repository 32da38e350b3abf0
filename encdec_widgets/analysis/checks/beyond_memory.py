"""A cost beyond the memory of this machine."""

from collections.abc import Iterator
from typing import Any

from encdec_widgets.analysis.checks.check import Check
from encdec_widgets.analysis.checks.network import Network
from encdec_widgets.analysis.checks.possible import mend, possible
from encdec_widgets.analysis.checks.words import shape_text
from encdec_widgets.fields import described_fields
from encdec_widgets.mends import Mend
from encdec_widgets.words import bytes_text

# A mend is foreseen to take at most this share of the memory: not all maps shrink alike, a head keeps its channels.
_TO_SPARE = 0.9
_SHARES = {1: "half", 2: "a quarter of", 3: "an eighth of", 4: "a sixteenth of"}


def beyond_memory(network: Network) -> Check | None:
    """A network that cannot be trained here, or cannot even run."""
    cost, limit = network.cost, network.memory_bytes
    if cost is None or limit is None:
        return None
    runs, trains = (
        needed is None or needed <= limit for needed in (cost.inference_bytes, cost.training_bytes)
    )
    if runs and trains:
        return None
    what, needed = ("Training", cost.training_bytes) if runs else ("Running", cost.inference_bytes)
    assert needed is not None
    images = "one image" if cost.batch_size == 1 else f"{cost.batch_size} images at once"
    smaller = " A smaller batch takes less." if cost.batch_size > 1 else ""
    # Weights, their gradients, the two averages of Adam and copies in half precision do not shrink with the image.
    copies = 0 if cost.precision == "float32" else 2 * cost.parameters
    fixed = min(cost.weight_bytes * (4 if runs else 1) + copies, needed)
    fits = limit * _TO_SPARE
    return Check(
        kind="beyond the memory",
        severity="advice" if runs else "warning",
        reason=(
            f"{what} it with {images} takes about {bytes_text(needed)} (an estimate), and there are "
            f"{bytes_text(limit)} of memory here.{smaller}"
        ),
        mends=possible(
            network.design,
            (
                _smaller_input(network, needed, fixed, fits),
                _fewer_filters(network, needed, fixed, fits),
            ),
        ),
    )


def _smaller_input(network: Network, needed: int, fixed: int, limit: float) -> Mend | None:
    """Height and width halved as often as it takes."""
    stride = network.architecture.maximum_stride
    *sizes, channels = network.design.input_shape
    area = _area(sizes)
    for halvings in range(1, 1 + len(_SHARES)):
        smaller = [size and max(size // 2**halvings // stride, 1) * stride for size in sizes]
        estimate = fixed + (needed - fixed) * _area(smaller) / area
        if estimate <= limit:
            shape = (*smaller, channels)
            return mend(
                {"input_shape": shape}, f"input of {shape_text(shape)}: about {bytes_text(round(estimate))}"
            )
    return None


def _area(sizes: list[int | None]) -> int:
    height, width = (size or 1 for size in sizes)
    return height * width


def _fewer_filters(network: Network, needed: int, fixed: int, limit: float) -> Mend | None:
    """All widths halved as often as it takes: maps shrink in proportion, weights with the square."""
    for halvings, share in _SHARES.items():
        estimate = fixed / 4**halvings + (needed - fixed) / 2**halvings
        if estimate <= limit:
            changes = dict(_narrower(network, 2**halvings))
            return mend(changes, f"{share} the filters: about {bytes_text(round(estimate))}")
    return None


def _narrower(network: Network, divisor: int) -> Iterator[tuple[str, Any]]:
    """The fields that say how wide the network is, of the family or of all blocks, divided."""
    widths = dict(_widths(network.architecture, "", divisor))
    if widths:
        yield from widths.items()
        return
    for stage in ("stem", "encoder", "decoder"):
        for index, block in enumerate(getattr(network.architecture, f"{stage}_stack") or ()):
            yield from _widths(block, f"{stage}[{index}].", divisor)


def _widths(owner: Any, prefix: str, divisor: int) -> Iterator[tuple[str, Any]]:
    for name, info in described_fields(owner).items():
        value = getattr(owner, name)
        if info.unit == "channels" and isinstance(value, int):
            yield f"{prefix}{name}", max(int(value / divisor), int(info.minimum))
