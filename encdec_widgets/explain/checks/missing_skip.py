"""A skip with no partner: a decoder block asks for a skip connection where there is no feature."""

from collections.abc import Iterator
from typing import Any

from encdec_widgets.designs.levels import mend, without_stem
from encdec_widgets.designs.mends import Mend
from encdec_widgets.explain.checks.check import Check
from encdec_widgets.explain.checks.foreseen import MISSING
from encdec_widgets.explain.checks.network import Network
from encdec_widgets.explain.checks.possible import possible
from encdec_widgets.formatting import listed


def missing_skip(network: Network) -> Check | None:
    """Skip connections that were asked for and could not be formed."""
    missing = [block for block in network.built if block.missing_skip]
    if not missing:
        return None
    name = missing[0].name
    others = listed(network.label(block.name) for block in missing[1:])
    reasons = [
        network.label(name) + str(missing[0].missing_skip).removeprefix(name),
        f"So do{'es' if len(missing) == 2 else ''} {others}." if others else "",
        "Without it, fine detail has to come through all coarser levels, where much of it is lost.",
    ]
    indexes = sorted({block.index for block in missing})
    return Check(
        kind=MISSING,
        severity="warning",
        reason=" ".join(filter(None, reasons)),
        places=tuple(block.name for block in missing if block.name in network.blocks),
        mends=possible(network, MISSING, _mends(network, indexes, missing[0].begins)),
    )


def _mends(network: Network, indexes: list[int], stride: int) -> Iterator[Mend | None]:
    yield without_stem(network.design)
    yield _ending_before(network, indexes, stride)
    without: dict[str, Any] = {}
    for index in indexes:
        changes = network.architecture.decoder_stack[index].without_skip()
        if changes is None:
            return
        without |= {f"decoder[{index}].{field}": value for field, value in changes.items()}
    yield mend(without, f"no skip in {listed(f'dec{index}' for index in indexes)}")


def _ending_before(network: Network, indexes: list[int], stride: int) -> Mend | None:
    """End a family's decoder at ``stride``, before the blocks at ``indexes``, if these are its last ones."""
    first, count = indexes[0], len(network.architecture.decoder_stack)
    if first == 0 or indexes != list(range(first, count)):
        return None
    return mend(network.architecture.decoder_up_to(first), f"output at stride {stride}")
