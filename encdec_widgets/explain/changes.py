"""What an edit changed of a network, block by block, in numbers and in words."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.fields.described import described_fields
from encdec_widgets.designs.no_effect import reason_of
from encdec_widgets.explain.alignment import aligned, differing_settings, same_settings, settings_text
from encdec_widgets.explain.summary import output_strides, parameters_of
from encdec_widgets.formatting import (
    change_percent_text,
    count_text,
    counted,
    factor_text,
    kernel_text,
    signed,
    size_text,
    sizes_text,
    stride_text,
)

if TYPE_CHECKING:
    import networkx as nx

    from encdec_widgets.networks.strides import Strides

Pair: TypeAlias = tuple[Any, Any]
_WORTH_A_FACTOR = 1.05  # smaller changes are told by how many parameters are more or fewer


@attrs.frozen
class BlockChange:
    """What changed of one block.

    Attributes:
        parameters: How many it had and has; a new block had 0.
        facts: What changed, each as (before, after): "kind", "settings" (texts of what differs), "parameters",
            "channels", "strides" (along height and width), "size" (height and width, px), "kernel_sizes", "layers" (how
            many) and "skips" (a text for each skip connection that enters it). Of a new block, nothing.
        new: Whether the block was not there before.
    """

    parameters: tuple[int, int]
    facts: Mapping[str, Pair] = attrs.field(factory=dict)
    new: bool = False

    @property
    def factor(self) -> float:
        """By how much its parameters grew or shrank, as a factor from 1 on; infinite where there were or are none."""
        before, after = sorted(self.parameters)
        return 1.0 if before == after else after / before if before else math.inf

    @property
    def mark(self) -> str:
        """The most important of it, short enough for a box: "new", "×2.3" of its parameters, "stride 8 to 16"."""
        if self.new:
            return "new"
        before, after = self.parameters
        if before != after:
            if before and after and self.factor >= _WORTH_A_FACTOR:
                return f"×{factor_text(after / before)}"
            return signed(after - before, count_text)
        name = next(name for name in _WORDS if name in self.facts)
        return str(_WORDS[name](*self.facts[name])[0])

    @property
    def text(self) -> str:
        """All of it: "channels 128 to 256, +885,120 parameters"."""
        if self.new:
            return f"new, {counted(self.parameters[1], 'parameter')}"
        before, after = self.parameters
        parts = [_WORDS[name](*self.facts[name])[1] for name in _WORDS if name in self.facts]
        if before != after:
            parts.append(_more(after - before, "parameter"))
        return ", ".join(parts)


@attrs.frozen
class Changes:
    """What changed from one network to another. It is false where nothing did.

    Attributes:
        parameters: How many there were and are.
        output_strides: What the strides of the outputs were and are, in words.
        input_shape: What the shape of the input (height, width, channels) was and is; None where there is no input.
        blocks: What changed of the blocks of the second network, by name; those that stayed as they were are left out.
        removed: Blocks of the first network that are gone, by name, with the parameters that they had.
    """

    parameters: tuple[int, int]
    output_strides: Pair
    input_shape: Pair
    blocks: Mapping[str, BlockChange]
    removed: Mapping[str, int]

    def __bool__(self) -> bool:
        return bool(self.blocks or self.removed)

    @property
    def marks(self) -> dict[str, str]:
        """The marks of all blocks that changed, by name: first of those whose parameters changed by larger factors."""
        ordered = sorted(self.blocks.items(), key=lambda item: item[1].factor, reverse=True)
        return {name: change.mark for name, change in ordered}

    @property
    def text(self) -> str:
        """The change in words: "+12,400 parameters (+3 %), output stride 1 to 2, 3 blocks changed, 1 new"."""
        if not self:
            return "nothing changed in the network"
        parts = [_difference(*self.parameters)]
        if self.input_shape[0] != self.input_shape[1]:
            parts.append(f"input {_to(*(_shape_text(shape) for shape in self.input_shape))}")
        if self.output_strides[0] != self.output_strides[1]:
            parts.append(f"output stride {_to(*self.output_strides)}")
        new = sum(change.new for change in self.blocks.values())
        changed = len(self.blocks) - new
        if changed:
            parts.append(f"{counted(changed, 'block')} changed")
        parts += [
            f"{count} {word}" for count, word in ((new, "new"), (len(self.removed), "removed")) if count
        ]
        return ", ".join(parts)


def changes(before: "nx.DiGraph[str]", after: "nx.DiGraph[str]") -> Changes:
    """What changed from one network to another.

    Args:
        before: The blocks of a backbone: see :func:`encdec_widgets.networks.graph.block_graph`.
        after: The blocks of another, usually of one that was edited from it.

    Returns:
        The changes. Blocks are compared with their counterparts (see
        :func:`encdec_widgets.explain.alignment.aligned`), so that a new block in the middle of an encoder is one new
        block, whatever the names of those after it.
    """
    counterparts = aligned(before, after)
    names = {old: new for new, old in counterparts.items()}
    blocks = {}
    for name, data in after.nodes(data=True):
        old = counterparts.get(name)
        if old is None:
            blocks[name] = BlockChange((0, data["parameters"]), new=True)
            continue
        facts = _facts(before.nodes[old], data) | _skip_facts(before, after, old, name, names)
        if facts:
            blocks[name] = BlockChange((before.nodes[old]["parameters"], data["parameters"]), facts)
    return Changes(
        parameters=(parameters_of(before), parameters_of(after)),
        output_strides=(output_strides(before), output_strides(after)),
        input_shape=(_input_shape(before), _input_shape(after)),
        blocks=blocks,
        removed={name: before.nodes[name]["parameters"] for name in before if name not in names},
    )


def _facts(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Pair]:
    pairs = {
        "kind": (before["kind"], after["kind"]),
        "settings": _settings(before, after),
        "strides": (before["strides"], after["strides"]),
        "channels": (before["channels"], after["channels"]),
        "kernel_sizes": (before["kernel_sizes"], after["kernel_sizes"]),
        "layers": (len(before["layers"]), len(after["layers"])),
        "size": (before["shape"][:-1], after["shape"][:-1]),
        "parameters": (before["parameters"], after["parameters"]),
    }
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _settings(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, str]:
    """The settings of two blocks: of two of one attrs class, only those that differ and have an effect.

    The name of a head is none: it is what the head is called.
    """
    old_block, new_block = before["definition"], after["definition"]
    if same_settings(old_block, new_block):
        return "", ""
    if type(old_block) is not type(new_block) or not attrs.has(type(new_block)):
        return settings_text(old_block), settings_text(new_block)
    differing = differing_settings(old_block, new_block)
    if isinstance(new_block, Head):
        differing = [setting for setting in differing if setting[0] != "name"]
    infos = described_fields(new_block)
    differing = [
        (name, old, new)
        for name, old, new in differing
        if name not in infos
        or not all(
            reason_of(data["definition"], name, infos[name], has_source=data["has_source"])
            for data in (before, after)
        )
    ]
    return (
        ", ".join(f"{name}={old}" for name, old, _ in differing),
        ", ".join(f"{name}={new}" for name, _, new in differing),
    )


def _skip_facts(
    before: "nx.DiGraph[str]", after: "nx.DiGraph[str]", old: str, new: str, names: Mapping[str, str]
) -> dict[str, Pair]:
    """Skip connections that enter a block, where they come from another block or join in another way."""
    was, becomes = _skips(before, old), _skips(after, new)
    if {names.get(source, ""): merge for source, merge in was.items()} == becomes:
        return {}
    # All by the names that blocks have now; of a block that is gone, the one that it had.
    labels = {s: after.nodes[names[s]]["label"] if s in names else before.nodes[s]["label"] for s in was}
    return {
        "skips": (
            tuple(f"from {labels[source]} by {merge}" for source, merge in was.items()),
            tuple(f"from {after.nodes[source]['label']} by {merge}" for source, merge in becomes.items()),
        )
    }


def _skips(graph: "nx.DiGraph[str]", name: str) -> dict[str, str]:
    return {source: data["merge"] for source, _, data in graph.in_edges(name, data=True) if data["skip"]}


def _input_shape(graph: "nx.DiGraph[str]") -> tuple[int | None, ...] | None:
    return next((d["shape"] for _, d in graph.nodes(data=True) if d["stage"] == "input"), None)


# Words for each fact but the parameters, the most important first: a short one and a long one.


def _kind_words(before: str, after: str) -> tuple[str, str]:
    return after, _to(before, after)


def _stride_words(before: "Strides | None", after: "Strides | None") -> tuple[str, str]:
    words = f"stride {_to(stride_text(before), stride_text(after))}"
    return words, words


def _channel_words(before: int | None, after: int | None) -> tuple[str, str]:
    words = _to("?" if before is None else str(before), "?" if after is None else str(after))
    return f"{words} ch.", f"channels {words}"


def _kernel_words(before: Any, after: Any) -> tuple[str, str]:
    words = f"kernel {_to(*(' and '.join(map(kernel_text, sizes)) or 'none' for sizes in (before, after)))}"
    return "kernel", words


def _skip_words(before: tuple[str, ...], after: tuple[str, ...]) -> tuple[str, str]:
    short = "skip" if len(before) == len(after) else f"{signed(len(after) - len(before), str)} skip"
    return short, f"skip {_to(*(' and '.join(skips) or 'none' for skips in (before, after)))}"


def _layer_words(before: int, after: int) -> tuple[str, str]:
    words = _more(after - before, "layer")
    return words, words


def _size_words(before: Any, after: Any) -> tuple[str, str]:
    sizes = [
        "any size" if None in size else f"{size_text((*size, None), None)} px" for size in (before, after)
    ]
    return sizes[1].removesuffix(" px"), _to(*sizes)


def _settings_words(before: str, after: str) -> tuple[str, str]:
    return "settings", f"settings {_to(before, after)}"


_WORDS: dict[str, Any] = {
    "kind": _kind_words,
    "strides": _stride_words,
    "channels": _channel_words,
    "kernel_sizes": _kernel_words,
    "skips": _skip_words,
    "layers": _layer_words,
    "settings": _settings_words,
    "size": _size_words,
}


def _difference(before: int, after: int) -> str:
    if before == after:
        return "parameters as before"
    words = _more(after - before, "parameter")
    percent = 100 * (after - before) / before if before else 0
    if abs(percent) < 0.1:
        return words
    return f"{words} ({signed(percent, change_percent_text)})"


def _more(count: int, word: str) -> str:
    return signed(count, lambda size: counted(size, word))


def _to(before: str, after: str) -> str:
    return f"{before} to {after}"


def _shape_text(shape: tuple[int | None, ...] | None) -> str:
    return sizes_text(shape or (), unknown="?") or "none"
