"""Blocks that are not what their fields say, or that are not in the network at all."""

from collections.abc import Iterator
from math import prod

from encdec_widgets.designs.heads import head_label, head_paths
from encdec_widgets.designs.levels import mend, shorter_decoder
from encdec_widgets.designs.mends import Mend
from encdec_widgets.explain.checks.check import Check
from encdec_widgets.explain.checks.foreseen import LEFT_OUT
from encdec_widgets.explain.checks.network import Network
from encdec_widgets.explain.checks.possible import possible
from encdec_widgets.formatting import listed, stride_text


def other_stride(network: Network) -> Check | None:
    """Blocks whose output has another stride than their fields declare."""
    others = [
        block
        for block in network.built
        if not block.left_out and block.declared is not None and block.strides != block.declared
    ]
    if not others:
        return None
    first, more = others[0], listed(network.label(block.name) for block in others[1:])
    real = "none that can be told" if first.strides is None else stride_text(first.strides)
    return Check(
        kind="stride not as declared",
        severity="warning",
        reason=(
            f"{network.label(first.name)} declares stride {stride_text(first.declared)} and really has {real}: "
            "strides and skips after it are not what the fields say."
            + (f" So it is with {more}." if more else "")
        ),
        places=tuple(block.name for block in others if block.name in network.blocks),
    )


def left_out(network: Network) -> Check | None:
    """Blocks of which nothing reaches an output of the network."""
    out = [block for block in network.built if block.left_out]
    if not out:
        return None
    first, more = out[0], listed(network.label(block.name) for block in out[1:])
    return Check(
        kind=LEFT_OUT,
        severity="warning",
        reason=(
            f"{network.label(first.name)} is left out: nothing that it makes reaches an output of the network."
            + (f" So it is with {more}." if more else "")
            + _where_it_ends(network)
        ),
        # What is left out is not on the picture; the heads that were put before it are.
        places=tuple(name for name, data in network.blocks.nodes(data=True) if data["stage"] == "head"),
        mends=possible(network, LEFT_OUT, _head_mends(network)),
    )


def _where_it_ends(network: Network) -> str:
    strides = [head.stride for head in network.design.heads]
    if not strides or None in strides:
        return ""
    if len(strides) == 1:
        return f" The head is attached before it, at stride {strides[0]}."
    return f" All heads are attached before it, at strides {listed(map(str, strides))}."


def _head_mends(network: Network) -> Iterator[Mend | None]:
    """Put the finest head at the end, or end the decoder at it."""
    heads = network.design.heads
    if not heads or any(head.stride is None for head in heads):
        return
    head = min(heads, key=lambda head: head.stride or 0)
    path = head_paths(network.design)[heads.index(head)]
    yield mend({f"{path}.stride": None}, f"{head_label(network.design, path)} at the output")
    stride, decoder = network.architecture.encoder_features_stride, tuple(network.architecture.decoder_stack)
    reached = [stride // prod(block.upsampling_stride for block in decoder[:i]) for i in range(len(decoder))]
    if head.stride not in reached:
        return
    shorter = shorter_decoder(network.design, reached.index(head.stride))
    after = "the head" if len(heads) == 1 else "all heads"
    yield mend({**shorter, f"{path}.stride": None}, f"without the blocks after {after}")
