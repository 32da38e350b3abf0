"""What to say of a network that could not be built: which size, or which values of a field, can be."""

from collections.abc import Callable, Generator
from typing import Any

from encdec_widgets.architectures.blocks.block_call import BlockCall
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.architectures.fields.working import trying
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.input_shapes import channels_come_first, nearest_shapes, turned
from encdec_widgets.networks.building import How, network_in_steps
from encdec_widgets.networks.sizes_that_fit import size_refusal


def refused_in_words(error: Exception, design: Design, how: How) -> Generator[None, None, Exception]:
    """What to raise for an error of building: one of the size where that is at fault, with suggestions that work."""

    def build(
        field: str, value: Any, on_block: Callable[[BlockCall], None] | None = None
    ) -> Generator[None, None, Any]:
        with trying():
            other = design.replace(field, value)
        own: How = {**how, "on_block": on_block}
        return (yield from network_in_steps(other.architecture, other.input_shape, other.heads, None, **own))

    def suggesting_what_builds(refusal: FieldError) -> Generator[None, None, FieldError]:
        working = []
        for value in refusal.suggestions:
            try:
                yield from build(refusal.field, value)
            except Exception:  # noqa: BLE001 - a user's block may raise anything
                continue
            working.append(value)
        return refusal.suggesting(working)

    architecture, shape = design.architecture, design.input_shape
    meant = None if architecture.strides_decide else turned(shape)
    if meant is not None:
        channels_first = yield from suggesting_what_builds(
            channels_come_first(shape, (meant, *nearest_shapes(meant, architecture)))
        )
        if channels_first.suggestions:
            return channels_first
    refused = yield from size_refusal(error, architecture, shape, lambda *shape: build("input_shape", *shape))
    if refused is error and isinstance(error, FieldError):
        return (yield from suggesting_what_builds(error))
    return refused
