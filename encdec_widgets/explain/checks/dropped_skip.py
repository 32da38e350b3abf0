"""A skip dropped: a feature that could bring fine detail to the decoder, and does not."""

from collections.abc import Iterator

from encdec_widgets.designs.levels import mend, without_stem
from encdec_widgets.designs.mends import Mend
from encdec_widgets.explain.checks.check import Check
from encdec_widgets.explain.checks.foreseen import PASSED
from encdec_widgets.explain.checks.network import Network
from encdec_widgets.explain.checks.possible import possible
from encdec_widgets.formatting import listed, stride_text
from encdec_widgets.networks.as_built import BlockAsBuilt
from encdec_widgets.networks.strides import coarseness

_DISPLACED = "skip displaced by the stem"


def passed_skip(network: Network) -> Check | None:
    """Features at strides that a decoder with skip connections jumps over.

    Features that are finer than the output are no loss: every U-Net with a coarser output has them.
    """
    jumps = {block: passed for block in network.built if (passed := _passed(block))}
    if not jumps:
        return None
    first = next(iter(jumps))
    strides = listed(str(stride) for stride in jumps[first])
    others = listed(network.label(block.name) for block in list(jumps)[1:])
    return Check(
        kind=PASSED,
        severity="advice",
        reason=(
            f"{network.label(first.name)} goes from stride {first.begins} to {first.ends} in one step and passes over "
            f"the feature at stride {strides}, whose detail the decoder never gets."
            + (f" So it is with {others}." if others else "")
        ),
        places=tuple(block.name for block in jumps if block.name in network.blocks),
        mends=possible(network, PASSED, _in_steps_of_two(network, {block.index for block in jumps})),
    )


def _passed(block: BlockAsBuilt) -> list[int]:
    """Find the strides of features that a decoder block jumps over; a block that wants no skips passes over none."""
    if not block.skips:
        return []
    return sorted({stride for stride in block.available if block.ends < stride < block.begins})


def _in_steps_of_two(network: Network, indexes: set[int]) -> Iterator[Mend | None]:
    """Repeat each of the blocks with stride 2 until it gets as far."""
    blocks: list[object] = []
    for index, block in enumerate(network.architecture.decoder_stack):
        instead = block.in_steps_of_two() if index in indexes else (block,)
        if instead is None:
            return
        blocks.extend(instead)
    names = listed(f"dec{index}" for index in sorted(indexes))
    yield mend({"decoder[:]": tuple(blocks)}, f"steps of 2 in place of {names}")


def displaced_skip(network: Network) -> Check | None:
    """Features of the encoder that are no source of a skip connection because the stem gives one of the same stride."""
    displaced = list(dict.fromkeys(_displaced(network)))
    if not displaced:
        return None
    names = listed(network.label(name) for name in displaced)
    strides = network.blocks.nodes[displaced[0]]["strides"]
    return Check(
        kind=_DISPLACED,
        severity="advice",
        reason=(
            f"The skip connection at stride {stride_text(strides)} starts from the stem, so that {names}, which has "
            f"the same stride, gives none: what it adds to the stem's detail reaches the decoder through coarser "
            "levels only."
        ),
        places=tuple(displaced),
        mends=possible(network, _DISPLACED, map(without_stem, [network.design])),
    )


def _displaced(network: Network) -> Iterator[str]:
    nodes = network.blocks.nodes
    for source, target, data in network.blocks.edges(data=True):
        if not data["skip"] or nodes[source]["stage"] != "stem":
            continue
        stack, strides = nodes[target]["stack"], nodes[source]["strides"]
        if strides is None:
            continue
        same = [
            name
            for name, of in nodes(data=True)
            if (of["stage"], of["stack"], of["strides"]) == ("encoder", stack, strides)
        ]
        # Encoder blocks at the coarsest stride lead straight to the decoder.
        coarser = any(
            of["stage"] == "encoder"
            and of["strides"] is not None
            and coarseness(of["strides"]) > coarseness(strides)
            for _, of in nodes(data=True)
        )
        if same and coarser:
            yield same[0]
