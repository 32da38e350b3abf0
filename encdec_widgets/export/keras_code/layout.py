"""How the blocks of a network are connected, as it was built: what its code has to say beside the blocks."""

from collections.abc import Iterable, Sequence
from typing import Any

import attrs

from encdec_widgets.backbone import Backbone
from encdec_widgets.export.keras_code.kinds import takes_skip
from encdec_widgets.networks.built_block import BuiltBlock
from encdec_widgets.networks.graph import owners_of

LAST = "x"
"""Stands for what the last block gave."""


class OwnWiringError(ValueError):
    """A network is not made by connecting blocks in the usual order."""


@attrs.frozen(eq=False)
class Layout:
    """The blocks of a network in their order, and where each gets its inputs.

    Features have the names ``stem`` (the stem's output), ``input`` (the input of a stack), ``enc0``, ``dec0`` and
    so on; they are the same in all stacks.

    Attributes:
        stacks: Number of stacks.
        stem: Blocks before the first stack.
        encoder: Blocks of a stack's encoder.
        decoder: Blocks of its decoder.
        skips: For each block of the decoder the name of its skip source; None where it takes none.
        heads: Heads of a stack.
        attached: For each head the name of the feature that it gets.
        join: What joins one stack to the next; None where a stack gets the last one's output.
        joined: What else that gets: names of features, and the numbers of heads.
    """

    stacks: int
    stem: Sequence[BuiltBlock]
    encoder: Sequence[BuiltBlock]
    decoder: Sequence[BuiltBlock]
    skips: Sequence[str | None]
    heads: Sequence[BuiltBlock]
    attached: Sequence[str]
    join: BuiltBlock | None
    joined: Sequence[str | int]

    @property
    def named(self) -> frozenset[str]:
        """The features that are used by name."""
        names = (*self.skips, *self.attached, *(name for name in self.joined if isinstance(name, str)))
        return frozenset(name for name in names if name not in (None, LAST))


@attrs.frozen(eq=False)
class _Stack:
    """The blocks of a stack and the tensors that they can be given, by name."""

    encoder: Sequence[BuiltBlock]
    decoder: Sequence[BuiltBlock]
    heads: Sequence[BuiltBlock]
    join: BuiltBlock | None
    features: dict[str, Any]


def layout_of(backbone: Backbone) -> Layout:
    """Read how the blocks of a network are connected.

    Raises:
        OwnWiringError: If some layers stand outside of blocks, or blocks are connected in another way than one after
            the other, stack by stack.
    """
    blocks, model = backbone.built_blocks, backbone.structure
    owners = owners_of(blocks)
    _require(all(id(op) in owners for op in model.operations if type(op).__name__ != "InputLayer"))
    stem = [built for built in blocks if built.call.stage == "stem"]
    x = stem_input = model.inputs[0]
    x = _chained(stem, stem_input)
    stem_output, stacks = x, []
    for number in range(1 + max((built.stack for built in blocks), default=0)):
        stack = _stack([b for b in blocks if b.call.stage != "stem" and b.stack == number], stem_output, x)
        stacks.append(stack)
        x = stack.features[LAST] if stack.join is None else stack.join.output
    first = stacks[0]
    for stack in stacks:
        for stage in ("encoder", "decoder", "heads"):
            ours, theirs = getattr(stack, stage), getattr(first, stage)
            _require([b.call.block for b in ours] == [b.call.block for b in theirs])
    outputs = [
        output
        for stack in stacks
        for output in ([head.output for head in stack.heads] or [stack.features[LAST]])
    ]
    _require(list(map(id, outputs)) == list(map(id, model.outputs)))
    joins = [stack.join for stack in stacks[:-1]]
    _require(all((join is None) == (joins[0] is None) for join in joins) and stacks[-1].join is None)
    return Layout(
        stacks=len(stacks),
        stem=stem,
        encoder=first.encoder,
        decoder=first.decoder,
        skips=[
            _name_of([stack.decoder[i].call.skip_source for stack in stacks], stacks)
            if takes_skip(built)
            else None
            for i, built in enumerate(first.decoder)
        ],
        heads=first.heads,
        attached=[
            str(_name_of([stack.heads[i].call.x for stack in stacks], stacks))
            for i in range(len(first.heads))
        ],
        join=joins[0] if joins else None,
        joined=_joined(stacks[:-1]),
    )


def _require(usual: bool) -> None:
    if not usual:
        raise OwnWiringError("It is not made by connecting blocks in the usual order.")


def _chained(blocks: Iterable[BuiltBlock], x: Any) -> Any:
    """What blocks give that follow one another from ``x`` on."""
    for built in blocks:
        _require(built.call.x is x)
        x = built.output
    return x


def _stack(blocks: Sequence[BuiltBlock], stem_output: Any, stack_input: Any) -> _Stack:
    encoder, decoder, heads, joins = (
        [built for built in blocks if built.call.stage == stage]
        for stage in ("encoder", "decoder", "head", "join")
    )
    _require(len(joins) < 2)
    last = _chained([*encoder, *decoder], stack_input)
    features = {LAST: last, "input": stack_input, "stem": stem_output}
    features |= {f"enc{i}": built.output for i, built in enumerate(encoder)}
    features |= {f"dec{i}": built.output for i, built in enumerate(decoder)}
    return _Stack(encoder, decoder, heads, joins[0] if joins else None, features)


def _name_of(tensors: Sequence[Any], stacks: Sequence[_Stack]) -> str | None:
    """The name that a tensor of each stack has in all of them; None of no tensor."""
    if all(tensor is None for tensor in tensors):
        return None
    for name in stacks[0].features:
        if all(stack.features[name] is tensor for stack, tensor in zip(stacks, tensors, strict=True)):
            return name
    raise OwnWiringError("Its stacks are connected in different ways.")


def _joined(stacks: Sequence[_Stack]) -> list[str | int]:
    """What joins get beside the output of their stack."""
    joins = [(stack, stack.join) for stack in stacks if stack.join is not None]
    _require(all(join.call.x is stack.features[LAST] for stack, join in joins))
    found: list[str | int] = []
    for i in range(len(joins[0][1].call.others) if joins else 0):
        tensors = [join.call.others[i] for _, join in joins]
        heads = range(len(stacks[0].heads))
        numbers = [
            n for n in heads if all(s.heads[n].output is t for s, t in zip(stacks, tensors, strict=True))
        ]
        found.append(numbers[0] if numbers else str(_name_of(tensors, stacks)))
    return found
