"""Lists of blocks that are made once for architectures that are equal.

One edit asks for the blocks of an architecture dozens of times, to check strides, sizes and heads. To make them and
check all their fields each time takes most of the time of an edit that is refused.
"""

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from encdec_widgets.architectures.known_classes import is_shipped

Stack = TypeVar("Stack", bound=Sequence[Any] | None)
REMEMBERED = 64
"""Architectures of which the blocks are remembered, for each list of each family: those that an edit tries."""


def made_once(make: Callable[[Any], Stack]) -> Callable[[Any], Stack]:
    """Let a shipped family answer with the same blocks, in a list of its own each time, while it is asked again.

    A user's class is asked each time: what it makes may depend on more than the fields by which it is compared.

    Args:
        make: Makes the list from an architecture; what it raises is raised each time.

    Example:
        >>> from encdec_widgets.architectures import UNet
        >>> one, equal = UNet(filters=8).encoder_stack, UNet(filters=8).encoder_stack
        >>> one is equal, one[0] is equal[0]
        (False, True)
    """

    @functools.lru_cache(maxsize=REMEMBERED)
    def remembered(architecture: Any) -> Stack:
        return make(architecture)

    @functools.wraps(make)
    def stack(architecture: Any) -> Any:
        if not is_shipped(type(architecture)):
            return make(architecture)
        blocks = remembered(architecture)
        return None if blocks is None else list(blocks)

    return stack
