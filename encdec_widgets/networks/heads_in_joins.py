"""The ways of predictions into the next stack follow their heads.

A join of stacks numbers the layers that map the predictions back by the order of the heads. So a head that is added,
removed or moved gives other heads' ways other names, and names do not tell here which layer was which.
"""

from collections.abc import Sequence

from encdec_widgets.architectures.blocks.block_call import BlockCall
from encdec_widgets.architectures.stacked_hourglass import StackJoin, way_of_head
from encdec_widgets.networks.built_block import BuiltBlock
from encdec_widgets.networks.followed import FollowedLayer
from encdec_widgets.networks.rebuild import layers_of


def renumbered(
    call: BlockCall, earlier: BuiltBlock | None, heads: Sequence[int | None]
) -> dict[str, FollowedLayer] | None:
    """The layers of an earlier join by the names that they have in the join that is made now.

    Args:
        call: What the join is made from.
        earlier: The join of the earlier network.
        heads: For each head its number in the earlier network, None for a new one; its own where it is left out.

    Returns:
        The layers, without the ways of heads that are gone or whose maps have another number of channels; None where
        every head is as it was and has its number, and where ``call`` makes no :class:`StackJoin`.
    """
    if earlier is None or not all(isinstance(one.block, StackJoin) for one in (call, earlier.call)):
        return None
    now, before = ([one.shape[-1] for one in each.others[1:]] for each in (call, earlier.call))
    numbers = [heads[i] if i < len(heads) else i for i in range(len(now))]
    alike = [old if now[i : i + 1] == _at(before, old) else None for i, old in enumerate(numbers)]
    if alike == list(range(len(before))):
        return None
    names = ways_now(alike, len(before))
    layers = layers_of(earlier).items()
    return {new: layer for name, layer in layers if (new := names.get(name, name)) is not None}


def ways_now(heads: Sequence[int | None], before: int) -> dict[str, str | None]:
    """For the name of each way in an earlier join, the name that it has now; None where its head is gone.

    >>> ways_now([None, 1], 3)
    {'_head0_conv1x1': None, '_head1_conv1x1': '_head1_conv1x1', '_head2_conv1x1': None}

    Args:
        heads: For each head its number in the earlier network, None for a new one.
        before: How many heads there were.
    """
    new = {old: way_of_head(i, len(heads)) for i, old in enumerate(heads) if old is not None}
    return {way_of_head(old, before): new.get(old) for old in range(before)}


def _at(before: Sequence[int], index: int | None) -> Sequence[int]:
    return [] if index is None else before[index : index + 1]
