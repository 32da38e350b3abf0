"""What stands below the boxes: braces that name the parts of the network, or the scale that boxes are coloured by."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import attrs

from encdec_widgets.figures.colour_scale import STEPS, Colouring, half_text
from encdec_widgets.figures.parts import Box, Rect, Swatch, Text, text_width
from encdec_widgets.figures.stages import NAMES, SEVERAL
from encdec_widgets.figures.writing import Room

if TYPE_CHECKING:
    import networkx as nx

Part = tuple[int, str, tuple[str, ...]]
_THICK = 3.0
_LINE = 16.0
_SQUARE = 9.0


def braces_height(groups: Sequence[Part], width: float) -> float:
    """How much height they take on a canvas of this width, in px."""
    lines = len(_in_lines(_titles(groups), width))
    return 18.0 + _LINE * (lines + (len({stack for stack, _, _ in groups}) > 1))


def braces(
    graph: "nx.DiGraph[str]",
    groups: Sequence[Part],
    boxes: Mapping[str, Box],
    top: float,
    width: float,
    room: Room,
) -> tuple[tuple[Swatch, ...], tuple[Text, ...]]:
    """A brace below each part with its name: the legend of the colours.

    Where there is no room for all names, or there are several stacks, they stand in one line, each after a square of
    its colour; below them stand the names of the stacks.

    Args:
        graph: The boxes; those of alike stacks that are drawn once have ``to``, the number of the last one.
        groups: What :func:`encdec_widgets.figures.stages.parts` returns.
        boxes: By name.
        top: The height above which the rows are.
        width: Of the canvas.
        room: What is taken.
    """
    y, several = top - 6, len({stack for stack, _, _ in groups}) > 1
    swatches: list[Swatch] = []
    texts: list[Text] = []
    spans: dict[int, tuple[float, float]] = {}
    named: dict[str, Text] = {}
    titles = _titles(groups)
    for stack, role, names in groups:
        first, last = boxes[names[0]], boxes[names[-1]]
        span = (first.left - 2, last.right + last.depth + 2)
        start, _ = spans.get(stack, span)
        if role not in ("input", "join"):
            spans[stack] = (start, span[1])
        if role in titles:
            swatches.append(Swatch(Rect(*span, y, y - _THICK), role))
            room.take(swatches[-1].rect)
            text = Text(titles[role], sum(span) / 2, y - 14, 13, "text", bold=True)
            small = Text(titles[role], sum(span) / 2, y - 14, 11, "text", bold=True)
            if role not in named and not several:
                named.update((role, text) for text in room.write(text, small))
    if named.keys() == titles.keys():
        texts += named.values()
    else:
        for line, listed in enumerate(_in_lines(titles, width)):
            squares, words = _list(listed, y - 14 - _LINE * line, width)
            swatches += squares
            texts += words
            for word in words:
                room.take(word.rect)
    last_of = {data["stack"]: data.get("to", data["stack"]) for _, data in graph.nodes(data=True)}
    below = -room.height + _LINE / 2
    for stack, (start, end) in spans.items() if several else ():
        last = last_of[stack]
        said = f"stacks {stack} to {last} (× {last - stack + 1})" if last > stack else f"stack {stack}"
        text = Text(said, (start + end) / 2, below)
        texts += room.write(text, attrs.evolve(text, text=str(stack)))
    return tuple(swatches), tuple(texts)


def _titles(groups: Sequence[Part]) -> dict[str, str]:
    """What the parts that have a name are called, by the name of their colour."""
    boxes = Counter((stack, role) for stack, role, names in groups for _ in names)
    several = {role: SEVERAL[role] for (_, role), count in boxes.items() if count > 1 and role in SEVERAL}
    return {role: several.get(role, NAMES[role]) for _, role, _ in groups if role in NAMES}


def _length(title: str) -> float:
    return text_width(title, 11) + _SQUARE + 12


def _in_lines(titles: Mapping[str, str], width: float) -> list[list[tuple[str, str]]]:
    """The parts that are named, with their names, in as many lines as a list of them takes."""
    lines: list[list[tuple[str, str]]] = [[]]
    for part in titles.items():
        if sum(_length(title) for _, title in [*lines[-1], part]) > width - 8:
            lines.append([])
        lines[-1].append(part)
    return lines


def _list(parts: Sequence[tuple[str, str]], y: float, width: float) -> tuple[list[Swatch], list[Text]]:
    """Names in one line, each after a square of its colour."""
    lengths = [_length(title) for _, title in parts]
    x = max((width - sum(lengths)) / 2, 4.0)
    swatches, texts = [], []
    for (role, title), length in zip(parts, lengths, strict=True):
        swatches.append(Swatch(Rect(x, x + _SQUARE, y + _SQUARE / 2, y - _SQUARE / 2), role))
        texts.append(Text(title, x + _SQUARE + 4, y, 11, "text", "start"))
        x += length
    return swatches, texts


def scale_bar(
    colouring: Colouring, labels: Mapping[str, str], left: float, top: float, width: float, room: Room
) -> tuple[tuple[Swatch, ...], tuple[Text, ...]]:
    """The scale of a colouring: its steps, its ends and what they count, and the boxes that have most of it."""
    return tuple(_steps(left, top)), tuple(_words(colouring, labels, left, top, width, room))


def _steps(left: float, top: float) -> Iterator[Swatch]:
    for step in range(STEPS):
        x = left + 12 * step
        yield Swatch(Rect(x, x + 12, top - 4, top - 14), f"value {step}")


def _words(
    colouring: Colouring, labels: Mapping[str, str], left: float, top: float, width: float, room: Room
) -> Iterator[Text]:
    least, most = map(colouring.text, colouring.ends)
    right = left + 12 * STEPS
    ends = f"{most} {colouring.unit}".rstrip()
    below = top - 23
    for text in (
        Text(least, left, below, role="text", anchor="start"),
        Text(ends, right, below, role="text", anchor="end"),
    ):
        yield from room.write(text)
    title = colouring.title[:1].upper() + colouring.title[1:]
    yield from room.write(
        Text(title, right + 10, top - 7, 13, "text", "start", bold=True),
        Text(title, right + 10, top - 7, 11, "text", "start", bold=True),
    )
    more = [half_text(colouring, labels)]
    if not labels.keys() <= colouring.values.keys():
        more.append(f"empty boxes: {colouring.nothing}")
    for words in (", ".join(filter(None, more)), more[-1], more[0]):
        written = list(room.write(Text(words, right + 10, below, anchor="start")))
        if written:
            yield from written
            return
