"""The ways of predictions into the next stack follow their heads.

A join of stacks numbers the layers that map the predictions back by the order of the heads. So a head that is added,
removed or moved gives other heads' ways other names, and names do not tell here which layer was which.
"""

from collections.abc import Mapping, Sequence

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
    same = {
        i: old for i, old in enumerate(numbers) if old is not None and now[i : i + 1] == before[old : old + 1]
    }
    if len(now) == len(before) and same == {i: i for i in range(len(now))}:
        return None
    ways: dict[str, int] = {way_of_head(old, len(before)): old for old in range(len(before))}
    new_names: Mapping[int, str] = {old: way_of_head(i, len(now)) for i, old in same.items()}
    return {
        new_names[ways[name]] if name in ways else name: layer
        for name, layer in layers_of(earlier).items()
        if name not in ways or ways[name] in new_names
    }
