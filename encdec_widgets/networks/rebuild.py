"""Blocks of a network, made anew only where something changed.

Blocks before a change keep their layers. Blocks after it get twins of their layers
(:mod:`encdec_widgets.networks.twins`) where block, names and shapes are as before. Where a block has to be made anew,
as one that an edit has renumbered, those of its layers that are as before keep their weights
(:mod:`encdec_widgets.networks.followed` says what that means).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from encdec_widgets.architectures.blocks.block_call import BlockCall
from encdec_widgets.architectures.fields.by_content import same
from encdec_widgets.networks.built_block import BuiltBlock
from encdec_widgets.networks.followed import (
    FollowedLayer,
    followed_layers,
    joined_channels,
    keep_weights,
)
from encdec_widgets.networks.keras_private import (
    calls_to,
    forget_calls_but,
    is_symbolic,
    mask_of,
    refused_to_fill,
)
from encdec_widgets.networks.twins import output_of_twins
from encdec_widgets.networks.weights import unfilled


def make_or_reuse(
    call: BlockCall,
    earlier: BuiltBlock | None,
    back: Mapping[str, FollowedLayer] | None = None,
    device: Any | None = None,
) -> BuiltBlock:
    """Make a block, and reuse as much as possible of its counterpart in an earlier network.

    Args:
        call: What to make it from.
        earlier: Its counterpart in the earlier network, if there is one.
        back: Layers that are to have the weights that an edit took away, by their name within the block.
        device: Where new weights are to be filled; None for the device that each is described on.
    """
    if earlier is not None and not back and _same_block(call, earlier.call):
        inputs, before = _inputs(call), _inputs(earlier.call)
        if all(map(_same, inputs, before)):
            if _named_by_prefix(earlier):
                return attrs.evolve(earlier, call=call)
        elif list(map(_specification, inputs)) == list(map(_specification, before)):
            output = output_of_twins(earlier.output, before, inputs, call.prefix)
            if output is not None:
                return attrs.evolve(earlier, call=call, output=output)
    output, variables = _made_anew(call, device)
    layers = followed_layers(call.prefix, _calls(call, output))
    origins = keep_weights(layers, back or {}, {} if earlier is None else layers_of(earlier))
    return BuiltBlock(call, output, variables, origins)


def layers_of(built: BuiltBlock) -> dict[str, FollowedLayer]:
    """The layers with weights of a block, by their name within it."""
    return followed_layers(built.call.prefix, _calls(built.call, built.output), built.origins)


def forget_other_calls(model: Any) -> None:
    """Let the model's layers forget the calls that were made on their outputs outside of it.

    A layer that several networks share would otherwise hold every layer that was ever called on its output, weights and
    all.
    """
    calls = {id(call) for call in calls_to(model.outputs)}
    for operation in model.operations:
        forget_calls_but(operation, calls)


def _made_anew(call: BlockCall, device: Any | None) -> tuple[Any, tuple[Any, ...]]:
    """The output of a block, and the weights that were described for it."""
    try:
        with unfilled(on=device) as variables:
            output = call.make()
        return output, tuple(variables)
    except ValueError as error:
        if not refused_to_fill(error):
            raise
    return call.make(), ()


def _inputs(call: BlockCall) -> list[Any]:
    return [call.x, call.skip_source, *call.others]


def _same(a: Any, b: Any) -> bool:
    return a is b


def _same_block(a: BlockCall, b: BlockCall) -> bool:
    return _position(a) == _position(b) and same(a.block, b.block)


def _position(call: BlockCall) -> tuple[Any, ...]:
    return call.prefix, call.stage, call.index, call.current_stride, len(call.others)


def _specification(tensor: Any) -> Any:
    """What two tensors must have in common to stand in for each other; a mask would have to be the very same one."""
    if tensor is None:
        return None
    mask = mask_of(tensor)
    masked_by = None if mask is None else id(mask)
    return tensor.shape, joined_channels(tensor), tensor.dtype, tensor.sparse, masked_by


def _calls(call: BlockCall, output: Any) -> Sequence[Any]:
    return calls_to([output], _inputs(call)) if is_symbolic(output) else ()


def _named_by_prefix(built: BuiltBlock) -> bool:
    """Whether the names of a block's layers do not depend on what was made before it."""
    calls = _calls(built.call, built.output)
    return all(call.operation.name.startswith(built.call.prefix) for call in calls)
