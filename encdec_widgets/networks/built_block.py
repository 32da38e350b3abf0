"""A block as it was built: its call and its output."""

import re
from collections.abc import Mapping
from typing import Any

import attrs

from encdec_widgets.architectures.blocks.block_call import BlockCall

_STACK = re.compile(r"stack(\d+)_")


@attrs.frozen(eq=False)
class BuiltBlock:
    """A block of a backbone and the tensor that it put out.

    Attributes:
        call: What the block was made from.
        output: The block's output tensor.
        variables: Weights of its layers, which may not be filled yet.
        origins: Of its layers with weights, by their name within it: see :mod:`encdec_widgets.networks.followed`.
    """

    call: BlockCall
    output: Any
    variables: tuple[Any, ...] = ()
    origins: Mapping[str, object] = attrs.field(factory=dict)

    @property
    def stack(self) -> int:
        """Number of the stack, from 0. It stands in the prefix, by which ``make_encoder`` names its layers."""
        match = _STACK.match(self.call.prefix)
        return int(match[1]) if match else 0


Place = tuple[str, str, int]
"""Where a block stands: its stage, the prefix of its layers without its index, and its index."""


def place_of(call: BlockCall) -> Place:
    """Where the block that is made by ``call`` stands; no two blocks of a network stand in one place."""
    if call.stage == "head" and (stack := _STACK.match(call.prefix)):
        return call.stage, stack[0], call.index  # A head that is renamed stands where it did.
    return call.stage, call.prefix.removesuffix(str(call.index)), call.index
