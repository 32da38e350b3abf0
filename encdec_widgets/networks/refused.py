"""What to say of a network that could not be built: which size, or which values of a field, can be."""

from collections.abc import Callable, Generator
from typing import Any

from encdec_widgets.architectures.blocks.block_call import BlockCall
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.architectures.fields.working import trying
from encdec_widgets.networks.building import How, network_in_steps
from encdec_widgets.networks.sizes_that_fit import size_refusal


def refused_in_words(error: Exception, design: Any, how: How) -> Generator[None, None, Exception]:
    """What to raise for an error of building: one of the size where that is at fault, with suggestions that work."""

    def build(
        field: str, value: Any, on_block: Callable[[BlockCall], None] | None = None
    ) -> Generator[None, None, Any]:
        with trying():
            other = design.replace(field, value)
        own: How = {**how, "on_block": on_block}
        return (yield from network_in_steps(other.architecture, other.input_shape, other.heads, None, **own))

    refused = yield from size_refusal(
        error, design.architecture, design.input_shape, lambda *shape: build("input_shape", *shape)
    )
    if refused is not error or not isinstance(error, FieldError):
        return refused
    working = []
    for value in error.suggestions:
        try:
            yield from build(error.field, value)
        except Exception:  # noqa: BLE001 - a user's block may raise anything
            continue
        working.append(value)
    return error.suggesting(working)
