"""One call of a block's ``make_block``, as a value that can be observed while a network is built.

The seed's classes hand every block to :func:`make_block` here. Outside of :func:`building_blocks_with` a block is
simply made; a caller that wants to know which layers belong to which block, or to reuse what it made before, puts
its own builder in between. Nothing depends on the names of layers, so a user's own blocks are seen as well.
"""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from fractions import Fraction
from typing import Any, Literal

import attrs

from encdec_widgets.formatting import stride_text

Stage = Literal["stem", "encoder", "decoder", "head", "join"]


@attrs.frozen(kw_only=True, eq=False)
class BlockCall:
    """What a block is about to be made from.

    Attributes:
        block: The encoder or decoder block, the head, or what joins one stack to the next.
        stage: Where in the network it stands.
        index: Its place in the list of blocks of its stage.
        prefix: The prefix of its layers' names; unique in a backbone.
        x: Input tensor, (batch, height, width, channels).
        current_stride: Stride of ``x``.
        skip_source: The feature found for a skip connection, if any.
        available_strides: Strides of all features that a skip connection could have used.
        others: Further input tensors of a join.
    """

    block: Any
    stage: Stage
    index: int
    prefix: str
    x: Any
    current_stride: int
    skip_source: Any = None
    available_strides: tuple[int, ...] = ()
    others: tuple[Any, ...] = ()

    def make(self) -> Any:
        """Instantiate the block's layers and return its output tensor."""
        if self.stage == "decoder":
            return self.block.make_block(
                self.x, current_stride=self.current_stride, skip_source=self.skip_source, prefix=self.prefix
            )
        return self.block.make_block(self.x, *self.others, prefix=self.prefix)

    @property
    def declared_factor(self) -> Fraction | None:
        """The factor by which the block's fields say that it changes the stride; None where they do not say."""
        if self.stage == "decoder":
            return Fraction(1, self.block.upsampling_stride)
        if self.stage in ("stem", "encoder"):
            return Fraction(self.block.downsampling_stride)
        return None

    @property
    def missing_skip(self) -> str | None:
        """Why a skip connection that the block asks for cannot be formed; None where all is well."""
        if self.stage != "decoder" or self.skip_source is not None or not self.block.wants_skip:
            return None
        # As in the seed strides are whole numbers: beyond the input's size they are 0, and tell no more.
        wanted = (
            f"at stride {stride_text(self.current_stride / self.block.upsampling_stride)}"
            if self.current_stride
            else "on a map that is larger than the input"
        )
        strides = ", ".join(str(stride) for stride in sorted(set(self.available_strides)))
        return f"{self.prefix} asks for a skip connection {wanted}, where there is no feature; " + (
            f"features exist at stride {strides}." if strides else "there are no features to connect."
        )


def _make_plainly(call: BlockCall) -> Any:
    if call.missing_skip:
        warnings.warn(call.missing_skip, stacklevel=4)
    return call.make()


Builder = Callable[[BlockCall], Any]
_builder: ContextVar[Builder] = ContextVar("encdec_widgets_block_builder", default=_make_plainly)


def make_block(call: BlockCall) -> Any:
    """Make a block with the builder that is in force; return its output tensor."""
    return _builder.get()(call)


@contextmanager
def building_blocks_with(builder: Builder) -> Iterator[None]:
    """Let ``builder`` make every block inside the ``with`` statement."""
    token = _builder.set(builder)
    try:
        yield
    finally:
        _builder.reset(token)
