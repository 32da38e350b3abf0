"""Names of layers that a user's block or architecture gives: those that no traced function could run are refused."""

from collections.abc import Sequence
from typing import Any

from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.architectures.fields.layer_names import as_part_of_layer_name, can_be_traced
from encdec_widgets.architectures.known_classes import is_shipped
from encdec_widgets.formatting import quoted
from encdec_widgets.networks.built_block import BuiltBlock
from encdec_widgets.networks.graph import owners_of


def require_traced_names(model: Any, architecture: Any, blocks: Sequence[BuiltBlock]) -> None:
    """Check the names of all layers, where a user's class may have given them; shipped ones check their fields.

    Args:
        model: The Keras model.
        architecture: What it was made from.
        blocks: The blocks that were made for it.

    Raises:
        FieldError: If ``tf.function`` would refuse one. It names the block.
    """
    if is_shipped(type(architecture)) and all(is_shipped(type(built.call.block)) for built in blocks):
        return
    for operation in model.operations:
        if not can_be_traced(operation.name):
            owner = owners_of(blocks).get(id(operation))
            call = None if owner is None else owner.call
            named_by = architecture if call is None else call.block
            raise FieldError(
                "architecture" if call is None else f"{call.stage}[{call.index}]",
                operation.name,
                "must name its layers so that tf.function can run them, with letters (A to Z), digits, '_', '-' and "
                f"'.', such as {quoted(as_part_of_layer_name(operation.name))}; {type(named_by).__name__} does not",
            )
