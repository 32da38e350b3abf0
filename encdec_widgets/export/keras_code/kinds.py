"""The kinds of blocks of a network, each with its function."""

import ast
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from encdec_widgets.architectures.blocks.base import makes_layers_of
from encdec_widgets.architectures.fields.described import Need, SkipSource, described_fields
from encdec_widgets.architectures.known_classes import is_shipped
from encdec_widgets.export.keras_code.folding import SOMETHING
from encdec_widgets.export.keras_code.functions import BlockFunction, Functions
from encdec_widgets.export.keras_code.imported import imported_name, said_fields
from encdec_widgets.export.keras_code.sources import (
    arguments_of,
    source_of,
    with_each_named,
    with_methods_put_in,
)
from encdec_widgets.networks.built_block import BuiltBlock


@attrs.frozen
class Written:
    """How a block is written: the function of its kind, and what that is given by name."""

    function: str
    settings: Mapping[str, Any]


def maker_of(block: Any) -> type[Any]:
    """The class whose ``make_block`` makes a block's layers: a shipped one, where it makes them, or the block's own."""
    cls = type(block)
    shipped = next((each for each in cls.__mro__ if is_shipped(each)), None)
    return shipped if shipped is not None and makes_layers_of(cls, shipped) else cls


def takes_skip(built: BuiltBlock) -> bool:
    """Whether a decoder block is given the source of a skip connection and does something with it."""
    block, given = built.call.block, built.call.skip_source is not None
    return given and (block.wants_skip or block.needs_skip or not is_shipped(maker_of(block)))


def written_blocks(
    blocks: Sequence[BuiltBlock], functions: Functions, *, with_skips: bool
) -> dict[BuiltBlock, Written]:
    """Add a function for each kind of block.

    Args:
        blocks: All blocks of a network, in the order in which they were made.
        functions: Takes the functions.
        with_skips: Whether the functions of decoder blocks are given the source of a skip connection.
    """
    kinds: dict[type[Any], list[BuiltBlock]] = {}
    for built in blocks:
        kinds.setdefault(maker_of(built.call.block), []).append(built)
    written: dict[BuiltBlock, Written] = {}
    for cls, of_kind in kinds.items():
        function = _add(cls, of_kind, functions, with_skips)
        written |= {
            built: Written(function.name, settings)
            for built, settings in zip(of_kind, function.settings, strict=True)
        }
    return written


def _add(
    cls: type[Any], blocks: Sequence[BuiltBlock], functions: Functions, with_skips: bool
) -> BlockFunction:
    if is_shipped(cls):
        tree = with_methods_put_in(source_of(cls.make_block), cls)
        names = cls.make_block.__globals__
        words = (cls.__doc__ or "").partition("\n")[0]
    else:
        tree, names = _imported_block(cls, blocks), {}
        words = f"{cls.__name__} of {cls.__module__}."
    tree = with_each_named(tree, len(blocks[0].call.others) + 2 - len(tree.args.args))
    own = [arg.arg for arg in arguments_of(tree)][1:]
    calls = [{**dict.fromkeys(own, SOMETHING), "self": block} for block in _alike(blocks)]
    positional = own
    if blocks[0].call.stage == "decoder":
        x, stride, skip, prefix = own
        positional = [x, skip, prefix] if with_skips else [x, prefix]
        for call, built in zip(calls, blocks, strict=True):
            call |= {stride: built.call.current_stride, skip: SOMETHING if takes_skip(built) else None}
    return functions.add(_function_name(cls), tree, calls, names, positional=positional, words=words)


def _alike(blocks: Sequence[BuiltBlock]) -> list[Any]:
    """Blocks of a kind with values that say nothing made those that are usual: fewer differences, the same layers."""
    found = [built.call.block for built in blocks]
    if not all(is_shipped(type(block)) for block in found) or not attrs.has(type(found[0])):
        return found
    without = [_saying_nothing(built) for built in blocks]
    for field in attrs.fields(type(found[0])):
        values = [
            getattr(block, field.name)
            for block, idle in zip(found, without, strict=True)
            if field.name not in idle
        ]
        usual = Counter(values or [getattr(found[0], field.name)]).most_common(1)[0][0]
        found = [
            attrs.evolve(block, **{field.alias: usual}) if field.name in idle else block
            for block, idle in zip(found, without, strict=True)
        ]
    return found


def _saying_nothing(built: BuiltBlock) -> set[str]:
    """The fields of a block that its layers do not depend on: what they need is off, or there is no feature for it."""
    block, has_source = built.call.block, built.call.skip_source is not None
    return {
        name
        for name, info in described_fields(block).items()
        for need in info.needs
        if (isinstance(need, SkipSource) and not has_source and name != "skip_connection")
        or (isinstance(need, Need) and need.above is None and need.unmet(block))
    }


def _function_name(cls: type[Any]) -> str:
    """A name for the function of a class: ``simple_conv_block`` of ``SimpleConvBlock``."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", cls.__name__)
    name = re.sub(r"\W", "_", words.lower(), flags=re.ASCII)
    return name if name.isidentifier() else f"block_{name}"


def _imported_block(cls: type[Any], blocks: Sequence[BuiltBlock]) -> ast.FunctionDef:
    """The code that makes blocks of a user's class, whose own code stays in its module."""
    fields = said_fields(cls, [built.call.block for built in blocks])
    made = f"{imported_name(cls)}({', '.join(f'{alias}=self.{name}' for alias, name in fields)})"
    stage = blocks[0].call.stage
    given = {
        "decoder": ("x", "current_stride=current_stride", "skip_source=skip_source", "prefix=prefix"),
        "join": ("x", *(f"other{i}" for i in range(len(blocks[0].call.others))), "prefix=prefix"),
    }.get(stage, ("x", "prefix=prefix"))
    own = ", ".join(arg.partition("=")[0] for arg in given)
    text = f"def make_block(self, {own}):\n    return {made}.make_block({', '.join(given)})"
    (tree,) = ast.parse(text).body
    assert isinstance(tree, ast.FunctionDef)
    return tree
