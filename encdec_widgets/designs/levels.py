"""Edits that take away levels of a network, or add some."""

from collections.abc import Mapping
from typing import Any

from encdec_widgets.architectures import CustomEncoderDecoder, StridedConvBlock
from encdec_widgets.architectures.blocks.simple import SimpleConvBlock
from encdec_widgets.architectures.fields.described import described_fields
from encdec_widgets.designs.mends import Mend


def level_words(count: int, what: str) -> str:
    """Words such as "one level fewer" and "2 levels more"."""
    return f"one level {what}" if count == 1 else f"{count} levels {what}"


def fewer_levels(design: Any, count: int) -> dict[str, Any] | None:
    """Changes that take the ``count`` coarsest levels out of encoder and decoder, so that the output stays as fine.

    A family is changed by its own fields; of another architecture, the last encoder block that pools goes, and with it
    the first decoder block that upsamples.

    Args:
        design: A :class:`~encdec_widgets.designs.design.Design`.
        count: Number of levels, from 1.

    Returns:
        The changes; None where there are none that give a valid design with a smaller maximum stride.
    """
    fields = described_fields(design.architecture)
    changes = _of_family(design.architecture, -count) if _LEVELS & set(fields) else _of_blocks(design, count)
    return changes if _moves(design, changes, -1) else None


def more_levels(design: Any, count: int) -> dict[str, Any] | None:
    """Changes that add ``count`` levels, so that the output stays as fine; None where it cannot be done.

    A family is changed by its own fields; of a list of blocks, the last block that convolves and halves the size is
    repeated, and with it the first decoder block that doubles it. Where the larger maximum stride does not divide the
    input, the next larger input goes with it.
    """
    changes = _of_family(design.architecture, count) or _repeated(design.architecture, count)
    if changes is None or _moves(design, changes, 1):
        return changes
    stride = design.architecture.maximum_stride * 2**count
    *sizes, channels = design.input_shape
    larger = {**changes, "input_shape": (*(size and -(-size // stride) * stride for size in sizes), channels)}
    return larger if _moves(design, larger, 1) else None


_LEVELS = {"down_blocks", "down_layers"}


def _of_family(architecture: Any, change: int) -> dict[str, Any] | None:
    fields = set(described_fields(architecture))
    if {"down_blocks", "up_blocks"} <= fields:
        up = architecture.up_blocks
        return {
            "down_blocks": architecture.down_blocks + change,
            "up_blocks": max(up + change, 0) if up else 0,
        }
    if {"down_layers", "up_layers"} <= fields:
        down, up = architecture.down_layers, architecture.up_layers
        if change < 0:
            return {"down_layers": down[:change], "up_layers": up[-change:]}
        return {"down_layers": (*down, *down[-1:] * change), "up_layers": (*up[:1] * change, *up)}
    return None


def _of_blocks(design: Any, count: int) -> dict[str, Any] | None:
    encoder, decoder = list(design.architecture.encoder_stack), list(design.architecture.decoder_stack)
    for _ in range(count):
        pools = [i for i, block in enumerate(encoder) if block.pool and block.pooling_stride > 1]
        ups = [i for i, block in enumerate(decoder) if block.upsampling_stride > 1]
        if not pools or len(encoder) == 1:
            return None
        pooling = encoder.pop(pools[-1])
        if ups and decoder.pop(ups[0]).upsampling_stride != pooling.pooling_stride:
            return None
    return {"encoder[:]": tuple(encoder), "decoder[:]": tuple(decoder)}


def _repeated(architecture: Any, count: int) -> dict[str, Any] | None:
    if type(architecture) is not CustomEncoderDecoder:
        return None
    encoder, decoder = list(architecture.encoder), list(architecture.decoder)
    halving = [
        i
        for i, block in enumerate(encoder)
        if isinstance(block, (SimpleConvBlock, StridedConvBlock))
        and block.pool
        and block.pooling_stride == 2
        and block.num_convs
    ]
    doubling = [i for i, block in enumerate(decoder) if block.upsampling_stride == 2]
    if not halving or (decoder and not doubling):
        return None
    deepest = halving[-1]
    encoder[deepest:deepest] = [encoder[deepest]] * count
    for first in doubling[:1]:
        decoder[first:first] = [decoder[first]] * count
    return {"encoder[:]": tuple(encoder), "decoder[:]": tuple(decoder)}


def _moves(design: Any, changes: Mapping[str, Any] | None, direction: int) -> bool:
    """Whether changes give a design whose maximum stride is really smaller, or larger."""
    after = None if changes is None else changed(design, changes)
    if after is None:
        return False
    before = design.architecture.maximum_stride
    return bool((after.architecture.maximum_stride - before) * direction > 0)


def mend(changes: Mapping[str, Any] | None, words: str) -> Mend | None:
    """A mend that makes some changes together; None without changes."""
    if not changes:
        return None
    if len(changes) > 1:
        return Mend(None, None, dict(changes), words)
    ((field, value),) = changes.items()
    return Mend(field, value, dict(changes), words)


def changed(design: Any, changes: Mapping[str, Any]) -> Any | None:
    """The design with some changes; None where it is no valid one, or only one with an output larger than its input."""
    try:
        after = design.replace_all(changes)
        sound = _ends_within_input(after) or not _ends_within_input(design)
    except Exception:  # noqa: BLE001 - a user's class may raise anything when it is given another value
        return None
    return after if sound and after != design else None


def _ends_within_input(design: Any) -> bool:
    head = design.head
    return bool(design.architecture.output_stride >= 1 or (head is not None and head.stride is not None))
