"""A block as it was built: its call and its output."""

import re
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
    """

    call: BlockCall
    output: Any
    variables: tuple[Any, ...] = ()

    @property
    def stack(self) -> int:
        """Number of the stack, from 0. It stands in the prefix, by which ``make_encoder`` names its layers."""
        match = re.match(r"stack(\d+)_", self.call.prefix)
        return int(match[1]) if match else 0
