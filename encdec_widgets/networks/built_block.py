"""A block as it was built: its call and its output."""

import re
from collections.abc import Mapping
from typing import Any

import attrs

from encdec_widgets.architectures.blocks.block_call import BlockCall


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
    def place(self) -> "Place":
        """Where it stands: its stage, stack and index."""
        return self.call.stage, self.stack, self.call.index

    @property
    def stack(self) -> int:
        """Number of the stack, from 0. It stands in the prefix, by which ``make_encoder`` names its layers."""
        return stack_of(self.call)


Place = tuple[str, int, int]
"""Where a block stands: stage, number of the stack, and index in the list of blocks of its stage."""


def stack_of(call: BlockCall) -> int:
    """Number of the stack that a block is made for, from 0."""
    match = re.match(r"stack(\d+)_", call.prefix)
    return int(match[1]) if match else 0
