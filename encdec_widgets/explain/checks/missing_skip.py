"""A skip with no partner: a decoder block asks for a skip connection where there is no feature."""

from collections.abc import Iterator

from encdec_widgets.architectures.fields.described import described_fields
from encdec_widgets.designs.levels import mend
from encdec_widgets.designs.mends import Mend
from encdec_widgets.designs.stems import without_stem
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
    switches = {f"decoder[{index}].skip_connection": False for index in indexes}
    yield mend(switches, f"no skip in {listed(f'dec{index}' for index in indexes)}")


def _ending_before(network: Network, indexes: list[int], stride: int) -> Mend | None:
    """A family's decoder that ends at ``stride``, before the blocks at ``indexes``, where these are its last ones."""
    count = len(network.architecture.decoder_stack)
    ends = indexes == list(range(indexes[0], count))
    if not ends or indexes[0] == 0 or "up_blocks" not in described_fields(network.architecture):
        return None
    return mend({"up_blocks": indexes[0]}, f"output at stride {stride}")
