"""A skip with no partner: a decoder block asks for a skip connection where there is no feature."""

from encdec_widgets.analysis.checks.check import Check
from encdec_widgets.analysis.checks.network import Network
from encdec_widgets.analysis.checks.possible import mend, possible
from encdec_widgets.analysis.checks.stems import without_stem
from encdec_widgets.analysis.checks.words import listed
from encdec_widgets.fields import described_fields
from encdec_widgets.mends import Mend


def missing_skip(network: Network) -> Check | None:
    """Skip connections that were asked for and could not be formed."""
    missing = [block for block in network.built if block.missing_skip]
    if not missing:
        return None
    others = listed(network.label(block.name) for block in missing[1:])
    reasons = [
        str(missing[0].missing_skip),
        f"So do{'es' if len(missing) == 2 else ''} {others}." if others else "",
        "Without it, fine detail has to come through all coarser levels, where much of it is lost.",
    ]
    indexes = sorted({block.index for block in missing})
    switches = {f"decoder[{index}].skip_connection": False for index in indexes}
    names = listed(f"dec{index}" for index in indexes)
    return Check(
        kind="skip without a partner",
        severity="warning",
        reason=" ".join(filter(None, reasons)),
        places=tuple(block.name for block in missing if block.name in network.blocks),
        mends=possible(
            network.design,
            (
                without_stem(network.design),
                _ending_before(network, indexes, missing[0].begins),
                mend(switches, f"no skip in {names}"),
            ),
        ),
    )


def _ending_before(network: Network, indexes: list[int], stride: int) -> Mend | None:
    """A family's decoder that ends at ``stride``, before the blocks at ``indexes``, where these are its last ones."""
    count = len(network.architecture.decoder_stack)
    ends = indexes == list(range(indexes[0], count))
    if not ends or indexes[0] == 0 or "up_blocks" not in described_fields(network.architecture):
        return None
    return mend({"up_blocks": indexes[0]}, f"output at stride {stride}")
