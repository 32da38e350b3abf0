"""A network built in steps, although what builds it is a plain function: it is run again, up to where it stopped.

Blocks that were made in an earlier pass are answered from what was recorded, so each block is made once.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import attrs

from encdec_widgets.architectures.blocks.block_call import BlockCall, building_blocks_with
from encdec_widgets.networks.built_block import BuiltBlock
from encdec_widgets.networks.keras_private import names_from_the_start


class Paused(BaseException):
    """Ends a pass before a block that is new; a later pass goes on from there.

    It is no error, so that no ``except Exception`` of an architecture stops it.
    """


@attrs.frozen
class _Made:
    call: BlockCall
    output: Any
    numbers: dict[str, int]  # Keras's numbers of layers without a name, once the block was made
    blocks: int  # how many there were then, with those that other blocks are made of


class BlocksInSteps:
    """Makes the blocks of one network in one or several passes.

    An architecture that makes layers outside of its blocks makes them anew in every pass, and what follows them no
    longer fits what was recorded: its network is then finished in that pass.

    Attributes:
        built: The blocks that were made so far, in the order in which they were made.
    """

    def __init__(self, make: Callable[[BlockCall], BuiltBlock], gives_way: Callable[[], bool]) -> None:
        """Make nothing yet.

        Args:
            make: Makes a block.
            gives_way: Says before each block whether the pass is to end there. Each pass makes one block at least.
        """
        self.built: list[BuiltBlock] = []
        self._make = make
        self._gives_way = gives_way
        self._made: list[_Made] = []
        self._position = 0
        self._depth = 0
        self._may_pause = False
        self._fits = True
        self._numbers: dict[str, int] = {}

    @contextmanager
    def a_pass(self) -> Iterator[None]:
        """Make the blocks of what is called inside the ``with`` statement.

        Raises:
            Paused: Where the pass is to end; another one is needed then.
        """
        self._position, self._may_pause = 0, False
        with names_from_the_start() as self._numbers, building_blocks_with(self._answer):
            yield

    def _answer(self, call: BlockCall) -> Any:
        if self._depth:  # A block that is made of blocks is one step.
            return self._made_now(call)
        if self._position < len(self._made):
            known = self._made[self._position]
            if _same(known.call, call):
                self._position += 1
                self._numbers.clear()
                self._numbers.update(known.numbers)
                return known.output
            self._fits = False
            del self._made[self._position :]
            del self.built[self._made[-1].blocks if self._made else 0 :]
        if self._may_pause and self._fits and self._gives_way():
            raise Paused
        self._depth += 1
        try:
            output = self._made_now(call)
        finally:
            self._depth -= 1
        self._may_pause = True
        self._position += 1
        self._made.append(_Made(call, output, dict(self._numbers), len(self.built)))
        return output

    def _made_now(self, call: BlockCall) -> Any:
        built = self._make(call)
        self.built.append(built)
        return built.output


def _same(a: BlockCall, b: BlockCall) -> bool:
    """Whether two calls make the same block of the same design: of the same tensors, in the same place."""
    places = [(call.stage, call.index, call.prefix, call.current_stride, len(call.others)) for call in (a, b)]
    tensors = zip((a.x, a.skip_source, *a.others), (b.x, b.skip_source, *b.others), strict=False)
    return places[0] == places[1] and all(before is now for before, now in tensors)
