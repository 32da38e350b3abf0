"""Fields of a design that have no effect now, each with the reason, by their descriptions and by the network.

A change of such a field changes no layer. Whether a block has a feature to connect, or a head a choice of features, is
known here alone: neither the block nor the head knows the network.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from encdec_widgets.architectures.blocks.base import (
    Block,
    DecoderBlock,
    EncoderBlock,
    describing_class,
    makes_layers_of,
)
from encdec_widgets.architectures.encoder_decoder import EncoderDecoder
from encdec_widgets.architectures.fields.described import FieldInfo, SkipSource, described_fields
from encdec_widgets.architectures.skip_strides import skip_source_strides
from encdec_widgets.designs.block_edits import blocks_of, parts
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.heads import head_at, is_head_path

_CONNECTING = (
    *("stem_stack", "encoder_stack", "decoder_stack", "skip_sources", "join_stacks"),
    *("make_stem", "make_encoder", "make_decoder", "make_backbone"),
)
_NO_SOURCE = "No effect while no feature has the stride of the block's output."
_AFTER_HEAD = "No effect while the head is attached before this block."
_AFTER_HEADS = "No effect while all heads are attached before this block."
_OF_SEVERAL = {
    _NO_SOURCE: "No effect while no feature has the stride of the output of any of these blocks.",
    _AFTER_HEAD: "No effect while the head is attached before these blocks.",
    _AFTER_HEADS: "No effect while all heads are attached before these blocks.",
}
_ONE_HEAD = "No effect on the network while it is the only head."
_ONE_FEATURE = "No effect while the output is the only feature."


@attrs.frozen
class NoEffect:
    """Why a field has no effect now.

    Attributes:
        reason: One sentence, such as "No effect while pool is off.".
        locked: Whether it is of no use to change it now. It is of use where another field waits for this one to change,
            and where a check tells of its value.
    """

    reason: str
    locked: bool = True


def fields_without_effect(design: Design, path: str = "") -> dict[str, NoEffect]:
    """Find the fields that have no effect now.

    Args:
        design: The design.
        path: Whose fields: "" for those of the architecture, the path of a block such as ``encoder[2]``, ``encoder[*]``
            for the blocks of a stage together, or that of a head.

    Returns:
        Why each has none, by the name of the field. Of several blocks, those fields that have none in all that have it.

    Example:
        >>> from encdec_widgets import Design
        >>> from encdec_widgets.architectures import UNet
        >>> from encdec_widgets.designs.no_effect import fields_without_effect
        >>> fields_without_effect(Design(UNet(up_blocks=0)))["up_interpolate"].reason
        'No effect while up blocks is 0.'
    """
    if not path:
        return of_owner(design.architecture)
    if is_head_path(path):
        return _of_head(design, path)
    stage, index = parts(path)
    blocks = blocks_of(design, stage)
    sources = _have_sources(design) if stage == "decoder" else (True,) * len(blocks)
    before_heads = _count_before_heads(design) if stage == "decoder" else len(blocks)
    asked = tuple(zip(blocks, sources, range(len(blocks)), strict=True))
    if index is not None:
        asked = asked[index : index + 1]
    having = [described_fields(block) for block, _, _ in asked]
    found = [
        {
            **({} if i < before_heads else _of_block_after_heads(infos, len(design.heads))),
            **of_owner(block, has_source=source),
        }
        for (block, source, i), infos in zip(asked, having, strict=True)
    ]
    merged = {}
    for name in dict.fromkeys(name for infos in having for name in infos):
        reasons = [without.get(name) for without, infos in zip(found, having, strict=True) if name in infos]
        if (first := reasons[0]) is not None and None not in reasons:
            reason = _OF_SEVERAL.get(first.reason) if len(reasons) > 1 else None
            merged[name] = attrs.evolve(first, reason=reason) if reason else first
    return merged


def of_owner(owner: Any, *, has_source: bool = True) -> dict[str, NoEffect]:
    """Find the fields of one block or architecture that have no effect now.

    Args:
        owner: The block or architecture.
        has_source: Whether there is a feature for the skip connection of a decoder block.
    """
    infos = described_fields(owner)
    reasons = {name: reason_of(owner, name, info, has_source=has_source) for name, info in infos.items()}
    found = {name: reason for name, reason in reasons.items() if reason is not None}
    open_all_the_same = {infos[name].waits_for(owner) for name in found}
    return {
        name: NoEffect(reason, locked=reason != _NO_SOURCE and name not in open_all_the_same)
        for name, reason in found.items()
    }


def reason_of(owner: Any, name: str, info: FieldInfo, *, has_source: bool = True) -> str | None:
    """Say why a field of a block or architecture has no effect now; None if it has one.

    Args:
        owner: The block or architecture.
        name: Name of the field.
        info: Its description.
        has_source: Whether there is a feature for the skip connection of a decoder block.
    """
    reason = info.inert(owner)
    if reason is None and not has_source and any(isinstance(need, SkipSource) for need in info.needs):
        reason = _NO_SOURCE
    return reason if reason is not None and _holds(type(owner), name) else None


def _holds(cls: type, name: str) -> bool:
    """Whether what a field needs holds for a class: one that makes other layers may use the field in another way."""
    if not issubclass(cls, (Block, EncoderDecoder)):
        return True
    above = describing_class(cls, name)
    if above in (EncoderBlock, DecoderBlock, EncoderDecoder):  # what these say is asked of all blocks
        return True
    return makes_layers_of(cls, above) if issubclass(cls, Block) else _connects_as(cls, above)


def _connects_as(cls: type, above: type) -> bool:
    """Tell whether a family makes and connects its blocks as a family does that it inherits from."""
    overridden = {name for one in cls.__mro__[: cls.__mro__.index(above)] for name in vars(one)}
    fields = attrs.fields_dict(above)
    return not any(
        name in (*_CONNECTING, *vars(above)) and name not in fields and not name.startswith("__")
        for name in overridden
    )


def _have_sources(design: Design) -> Sequence[bool]:
    """Whether there is a feature for the skip connection of each decoder block, as far as it is known; else True."""
    network = design.architecture
    blocks = blocks_of(design, "decoder")
    if network.own_building:
        return (True,) * len(blocks)
    try:
        strides = skip_source_strides(network)
    except Exception:  # noqa: BLE001 - a user's skip_sources may need tensors
        return (True,) * len(blocks)
    found, stride = [], network.encoder_features_stride
    for block in blocks:
        stride //= block.upsampling_stride
        found.append(stride in strides)
    return found


def _count_before_heads(design: Design) -> int:
    """How many blocks of the decoder lead to an output; all, as far as is known, where an end of it is one."""
    network, strides = design.architecture, [head.stride for head in design.heads]
    count = len(blocks_of(design, "decoder"))
    if not strides or None in strides or network.stacks > 1 or network.own_building:
        return count
    places = list(map(network.feature_strides.index, strides))
    return count if 0 in places else max(places) - 1  # the output is first, then the input of each block


def _of_block_after_heads(infos: Mapping[str, FieldInfo], heads: int) -> dict[str, NoEffect]:
    """All fields, but for the stride: with another one, a head may be attached to the output of the decoder."""
    reason = _AFTER_HEAD if heads == 1 else _AFTER_HEADS
    return {name: NoEffect(reason) for name in infos if name != "upsampling_stride"}


def _of_head(design: Design, path: str) -> dict[str, NoEffect]:
    head, network = head_at(design, path), design.architecture
    if head is None:
        return {}
    found = of_owner(head)
    if len(design.heads) == 1:
        found["name"] = NoEffect(_ONE_HEAD, locked=False)
    if head.stride in (None, network.output_stride) and len(set(network.feature_strides)) == 1:
        found["stride"] = NoEffect(_ONE_FEATURE)
    return found
