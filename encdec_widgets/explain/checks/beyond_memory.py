"""A cost beyond the memory of this machine."""

from collections.abc import Iterator
from typing import Any

import attrs
import networkx as nx

from encdec_widgets.architectures.encoder_decoder import EncoderDecoder
from encdec_widgets.architectures.fields.described import described_fields
from encdec_widgets.designs.levels import changed, mend
from encdec_widgets.designs.mends import Mend
from encdec_widgets.explain.checks.check import Check
from encdec_widgets.explain.checks.network import Network
from encdec_widgets.explain.checks.possible import possible
from encdec_widgets.explain.checks.within_memory import comes_within_memory
from encdec_widgets.explain.costs import Cost
from encdec_widgets.formatting import bytes_text, shape_text

_RUNS, _TRAINS = "too large to run here", "too large to train here"
KINDS = (_RUNS, _TRAINS)
"""The kinds that depend on the machine; all others depend on the network alone."""
# A mend is foreseen to take at most this share of the memory: not all maps shrink alike, a head keeps its channels.
_TO_SPARE = 0.9
_ROUNDED = 1.1
_MOST_AT_ONCE = 4
"""The estimates take all maps to shrink alike. A block that changes the size by more than this is too far from that."""
_SHARES = {1: "half", 2: "a quarter of", 3: "an eighth of", 4: "a sixteenth of"}


@attrs.frozen
class _Need:
    """An estimate of memory, in bytes.

    Attributes:
        bytes: What it is now.
        fixed: The part of it that does not shrink with the image.
        still: The part that does not shrink with the filters, such as the image.
        linear: The share of ``fixed`` that shrinks in proportion to the filters, and not with their square.
    """

    bytes: int
    fixed: int
    still: int
    linear: float

    def with_input(self, share: float) -> float:
        """Estimate the bytes with so many times the area of the input."""
        return self.fixed + (self.bytes - self.fixed) * share

    def with_filters(self, share: float) -> float:
        """Estimate the bytes with so many times the channels; most weights shrink with the square of that."""
        still = min(self.still, self.bytes - self.fixed)
        weights = self.fixed * (self.linear * share + (1 - self.linear) * share**2)
        return still + weights + (self.bytes - self.fixed - still) * share


def beyond_memory(network: Network) -> Check | None:
    """A network that cannot be trained here, or cannot even run."""
    cost, limit = network.cost, network.memory_bytes
    if cost is None or limit is None or cost.inference_bytes is None or cost.training_bytes is None:
        return None
    if max(cost.training_bytes, cost.inference_bytes) <= limit:
        return None
    runs = cost.inference_bytes <= limit
    what, needed = ("Training", cost.training_bytes) if runs else ("Running", cost.inference_bytes)
    images = "one image" if cost.batch_size == 1 else f"{cost.batch_size} images at once"
    smaller = " A smaller batch takes less." if cost.batch_size > 1 else ""
    kind = _TRAINS if runs else _RUNS
    return Check(
        kind=kind,
        severity="advice" if runs else "warning",
        reason=(
            f"{what} it with {images} takes about {bytes_text(needed)} (an estimate), and there are "
            f"{bytes_text(limit)} of memory here.{smaller}"
        ),
        mends=possible(network, kind, _mends(network, cost, limit * _TO_SPARE, runs)),
    )


def _mends(network: Network, cost: Cost, limit: float, runs: bool) -> Iterator[Mend | None]:
    """Offer mends that let the network run, or be trained; one that only lets it run says so in its words."""
    assert cost.inference_bytes is not None
    assert cost.training_bytes is not None
    if _most_at_once(network.architecture) > _MOST_AT_ONCE:
        return
    layers, linear = _one_sided(network)
    still = sum(cost.layers[name].map_bytes or 0 for name in layers)
    run = _Need(cost.inference_bytes, cost.inference_weight_bytes, still, linear)
    train = _Need(cost.training_bytes, cost.training_weight_bytes, still, linear)
    yield _smaller_input(network, run, train, limit, runs)
    if len(layers) < len(network.layers):
        yield _fewer_filters(network, run, train, limit, runs)


def _most_at_once(architecture: EncoderDecoder) -> int:
    """By how much a single block changes the size at most."""
    downs = [
        block.downsampling_stride for block in (*(architecture.stem_stack or ()), *architecture.encoder_stack)
    ]
    return max([1, *downs, *(block.upsampling_stride for block in architecture.decoder_stack)])


def _one_sided(network: Network) -> tuple[set[str], float]:
    """Find what shrinks less than with the square of the filters.

    Returns:
        The layers whose channels no field says: those of the image before the first weights, and of the head; and the
        share of all weights that shrink in proportion to the filters: of layers between such channels and others, of
        normalization, and biases.
    """
    layers = network.layers.nodes
    learned: set[str] = set()
    in_proportion = 0
    for name in nx.topological_sort(network.layers):
        data, follows = layers[name], bool(learned & set(network.layers.predecessors(name)))
        parameters = data["parameters"]
        if parameters or follows:
            learned.add(name)
        normalizes = parameters <= 4 * data["channels"]
        whole = normalizes or not follows or data["stage"] == "head"
        in_proportion += parameters if whole else data["channels"]
    still = {name for name in layers if name not in learned or layers[name]["stage"] == "head"}
    return still, in_proportion / max(sum(layers[name]["parameters"] for name in layers), 1)


def _smaller_input(network: Network, run: _Need, train: _Need, limit: float, runs: bool) -> Mend | None:
    """Halve height and width as often as it takes."""
    stride = network.architecture.maximum_stride
    *sizes, channels = network.design.input_shape
    for halvings in range(1, 1 + len(_SHARES)):
        smaller = [size and max(size // 2**halvings // stride, 1) * stride for size in sizes]
        share = _area(smaller) / _area(sizes)
        if (train if runs else run).with_input(share) <= limit:
            shape = (*smaller, channels)
            words = _words(run.with_input(share), train.with_input(share), limit, runs)
            one = mend({"input_shape": shape}, f"input of {shape_text(shape)}: {words}")
            if _comes_within(network, one):
                return one
    return None


def _area(sizes: list[int | None]) -> int:
    height, width = (size or 1 for size in sizes)
    return height * width


def _fewer_filters(network: Network, run: _Need, train: _Need, limit: float, runs: bool) -> Mend | None:
    """Halve all widths as often as it takes."""
    for halvings, share in _SHARES.items():
        times = 1 / 2**halvings
        if (train if runs else run).with_filters(times) <= limit:
            words = _words(run.with_filters(times), train.with_filters(times), limit, runs)
            one = mend(_narrower(network, 2**halvings), f"{share} the filters: {words}")
            if _comes_within(network, one):
                return one
    return None


def _comes_within(network: Network, one: Mend | None) -> bool:
    """Whether what was foreseen is so."""
    after = None if one is None else changed(network.design, one.changes)
    return after is not None and comes_within_memory(network, after)


def _words(run: float, train: float, limit: float, runs: bool) -> str:
    if runs:
        return f"about {bytes_text(round(train))}"
    still = f", too much to train ({bytes_text(round(train))})" if train > limit else ""
    return f"about {bytes_text(round(run))} to run{still}"


def _narrower(network: Network, divisor: int) -> dict[str, Any] | None:
    """Divide the fields that say how wide the network is, of the family or of all blocks.

    None if a block does not say how wide it is, or cannot be as much narrower: the estimate would fall short.
    """
    before = _blocks(network.architecture)
    if any(block.width_fields is None for block in before.values()):
        return None
    changes = _divided(network.architecture, "", divisor)
    if not changes:
        for path, block in before.items():
            changes |= _divided(block, f"{path}.", divisor)
    after = changed(network.design, changes)
    if after is None or None in changes.values():
        return None
    pairs = zip(before.values(), _blocks(after.architecture).values(), strict=True)
    return changes if all(_is_narrower(*pair, divisor) for pair in pairs) else None


def _blocks(architecture: Any) -> dict[str, Any]:
    return {
        f"{stage}[{index}]": block
        for stage in ("stem", "encoder", "decoder")
        for index, block in enumerate(getattr(architecture, f"{stage}_stack") or ())
    }


def _divided(owner: Any, prefix: str, divisor: int) -> dict[str, Any]:
    """Divide the widths of a family or a block; a width that cannot be so small becomes None."""
    infos = described_fields(owner)
    return {
        f"{prefix}{name}": int(value / divisor) if value / divisor >= infos[name].minimum else None
        for name in owner.width_fields or ()
        if isinstance(value := getattr(owner, name), int)
    }


def _is_narrower(before: Any, after: Any, divisor: int) -> bool:
    """Tell whether a block is about so many times narrower; a family's fields may be rounded on the way to a block."""
    widths = [(getattr(before, name), getattr(after, name)) for name in before.width_fields]
    return all(new <= _ROUNDED * old / divisor + 1 for old, new in widths if old is not None)
