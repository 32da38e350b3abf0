"""Blocks of a network, made anew only where something changed.

Blocks before a change keep their layers. Blocks after it get twins of their layers
(:mod:`encdec_widgets.networks.twins`) where block and shapes are as before. Where a block has to be made anew, those of
its layers that are as before keep their weights.
"""

from collections.abc import Sequence
from typing import Any

from encdec_widgets.architectures.blocks.block_call import BlockCall
from encdec_widgets.architectures.fields.by_content import same
from encdec_widgets.networks.built_block import BuiltBlock
from encdec_widgets.networks.keras_private import (
    calls_to,
    forget_calls_but,
    is_symbolic,
    mask_of,
    refused_to_fill,
)
from encdec_widgets.networks.twins import output_of_twins
from encdec_widgets.networks.users_classes import may_be_of_a_users_class
from encdec_widgets.networks.weights import take_over, unfilled


def make_or_reuse(call: BlockCall, earlier: BuiltBlock | None) -> BuiltBlock:
    """Make a block, and reuse as much as possible of the block that an earlier network has at the same position.

    Args:
        call: What to make it from.
        earlier: The block of the same prefix in the earlier network, if there is one.
    """
    if earlier is not None and _same_block(call, earlier.call):
        inputs, before = _inputs(call), _inputs(earlier.call)
        if all(map(_same, inputs, before)):
            if _named_by_prefix(earlier):
                return BuiltBlock(call, earlier.output, earlier.variables)
        elif list(map(_specification, inputs)) == list(map(_specification, before)):
            output = output_of_twins(earlier.output, before, inputs, call.prefix)
            if output is not None:
                return BuiltBlock(call, output, earlier.variables)
    built = _made_anew(call)
    if earlier is not None:
        _keep_weights(built, earlier)
    return built


def forget_other_calls(model: Any) -> None:
    """Let the model's layers forget the calls that were made on their outputs outside of it.

    A layer that several networks share would otherwise hold every layer that was ever called on its output, weights and
    all.
    """
    calls = {id(call) for call in calls_to(model.outputs)}
    for operation in model.operations:
        forget_calls_but(operation, calls)


def _made_anew(call: BlockCall) -> BuiltBlock:
    try:
        with unfilled() as variables:
            output = call.make()
        return BuiltBlock(call, output, tuple(variables))
    except ValueError as error:
        if not refused_to_fill(error):
            raise
    return BuiltBlock(call, call.make())


def _inputs(call: BlockCall) -> list[Any]:
    return [call.x, call.skip_source, *call.others]


def _same(a: Any, b: Any) -> bool:
    return a is b


def _same_block(a: BlockCall, b: BlockCall) -> bool:
    return _position(a) == _position(b) and same(a.block, b.block)


def _position(call: BlockCall) -> tuple[Any, ...]:
    return call.stage, call.index, call.current_stride, len(call.others)


def _specification(tensor: Any) -> Any:
    """What two tensors must have in common to stand in for each other; a mask would have to be the very same one."""
    if tensor is None:
        return None
    mask = mask_of(tensor)
    return tensor.shape, tensor.dtype, tensor.sparse, None if mask is None else id(mask)


def _operations(built: BuiltBlock) -> Sequence[Any]:
    if not is_symbolic(built.output):
        return ()
    return [call.operation for call in calls_to([built.output], _inputs(built.call))]


def _named_by_prefix(built: BuiltBlock) -> bool:
    """Whether the names of a block's layers do not depend on what was made before it."""
    return all(operation.name.startswith(built.call.prefix) for operation in _operations(built))


def _keep_weights(built: BuiltBlock, earlier: BuiltBlock) -> None:
    before = {operation.name: operation for operation in _operations(earlier)}
    for operation in _operations(built):
        other = before.get(operation.name)
        if other is not None and _same_layer(operation, other):
            for variable, source in zip(operation.variables, other.variables, strict=True):
                take_over(variable, source)
            if operation.trainable != other.trainable:
                operation.trainable = other.trainable


def _same_layer(layer: Any, other: Any) -> bool:
    """Whether a layer has weights, and has the class, the settings and the shapes of weights of another layer."""
    if type(layer) is not type(other) or not getattr(layer, "variables", ()):
        return False
    shapes = [[tuple(variable.shape) for variable in each.variables] for each in (layer, other)]
    try:
        # Whether a layer is frozen is no setting of the network.
        settings = [{**each.get_config(), "trainable": None} for each in (layer, other)]
        return shapes[0] == shapes[1] and same(*settings)
    except Exception as error:
        if not all(may_be_of_a_users_class(error, each) for each in (layer, other)):
            raise
        return False
