"""Texts at the boxes: names under them and marks or values above them, in as many lines as there is room for.

Only the browser knows the size of the picture on the screen, so the room is computed for a usual size.
"""

import html
import re
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import networkx as nx

_WIDTH, _HEIGHT = 640, 380  # px of the part with the boxes
_LETTER, _LINE = 0.58, 1.3  # width of a letter and height of a line, in sizes of the font
_NAME_STYLES = ((11, 1), (9, 1), (9, 2))  # size of the font, and at how many heights names are written
MARK_SIZE = 10
"""Font size of a mark, in px."""
_MARK_LETTER = 0.56  # mostly digits
_SMALL_SIZE = 9
_ROOM_UNDER = 0.26  # rows between a box and the end of its row
_ALWAYS_NAMED = 16  # columns; where there are more, all names fit or none is written
_DOT = "●"
_NOTHING = " "  # plotly removes an empty text from the page, and does not add it again when there are words


def name_texts(
    graph: "nx.DiGraph[str]", selected: Collection[str], flags: Collection[str] = ()
) -> tuple[list[str], int]:
    """The names of all nodes, as plotly's text, and their font size in px.

    Selected names are bold and have a sign before them; flagged names have a sign as well. If columns are narrow, every
    second name is lower; if there are too many columns, all texts are empty.
    """
    labels = [
        ("▸" if name in selected else "") + ("⚠" if name in flags else "") + data["label"]
        for name, data in graph.nodes(data=True)
    ]
    column, room = _column(graph), _ROOM_UNDER * _HEIGHT / _rows(graph)
    for size, tiers in _NAME_STYLES:
        letters = int(tiers * column / (size * _LETTER))
        most = int(room / (tiers * size * _LINE))
        names = [_lines(label, letters) for label in labels]
        if all(len(lines) <= most and max(map(len, lines)) <= letters for lines in names):
            break
    else:
        if len(labels) > _ALWAYS_NAMED:
            return [_NOTHING] * len(labels), size
        size, tiers = _NAME_STYLES[1]
        letters, most = int(column / (size * _LETTER)), max(int(room / (size * _LINE)), 1)
        names = [_cut(_lines(label, letters), letters, most) for label in labels]
    lower = [""] * max(map(len, names), default=0)
    texts = []
    for place, (name, lines) in enumerate(zip(graph, names, strict=True)):
        text = "<br>".join(map(html.escape, lines))
        above = "<br>".join((*lower, "")) if place % tiers else ""
        texts.append(above + (f"<b>{text}</b>" if name in selected else text))
    return texts, size


def mark_texts(graph: "nx.DiGraph[str]", marks: Mapping[str, str]) -> list[str]:
    """The marks of all nodes, as plotly's text; a dot if there is no room for the words."""
    letters = int(_column(graph) / (MARK_SIZE * _MARK_LETTER))
    texts = []
    for name, data in graph.nodes(data=True):
        lines = _mark_lines(marks.get(name, ""), letters, 2 if data["row"] else 1)
        text = "<br>".join(map(html.escape, lines))
        texts.append(f"<b>{text}</b>" if text else _NOTHING)
    return texts


def value_texts(graph: "nx.DiGraph[str]", *ways: Sequence[str]) -> tuple[list[str], int]:
    """The values of all nodes, each in one line of plotly's text, and their font size in px.

    Args:
        graph: The nodes.
        ways: The values in the order of the nodes, once for each way to write them, the longest first. All values are
            written in the same way, so that they can be compared. If there is no room for any way, all texts are empty.
    """
    for size in (MARK_SIZE, _SMALL_SIZE):
        for way in ways:
            # The capitals of a unit are wider than digits.
            letters = max((len(text) + (" " in text) for text in way), default=0)
            if letters * size * _MARK_LETTER <= _column(graph):
                return [f"<b>{html.escape(text)}</b>" if text else _NOTHING for text in way], size
    return [_NOTHING] * graph.number_of_nodes(), _SMALL_SIZE


def _mark_lines(mark: str, letters: int, most: int) -> list[str]:
    """A mark in one line or, if it is too long, in two lines of similar length; a dot if these are too long as well."""
    if len(mark) <= letters:
        return _lines(mark, letters)
    for width in range(1, letters + 1):
        lines = _lines(mark, width)
        if len(lines) <= most and max(map(len, lines)) <= width:
            return lines
    return [_DOT]


def _column(graph: "nx.DiGraph[str]") -> float:
    return _WIDTH / max(graph.number_of_nodes(), 1)


def _rows(graph: "nx.DiGraph[str]") -> int:
    return max(len({data["row"] for _, data in graph.nodes(data=True)}), 1)


def _lines(text: str, letters: int) -> list[str]:
    """Text in lines of at most so many letters, broken after ``_`` and at spaces. Longer words stay whole."""
    lines = [""]
    for word in re.findall(r"[^_ ]*(?:_+| +|$)", re.sub(r"(\d) (?=[kMG]\b)", "\\1\u00a0", text)):
        if lines[-1] and len(lines[-1] + word.rstrip()) > letters:
            lines.append("")
        lines[-1] += word
    return [line.rstrip() for line in lines]


def _cut(lines: list[str], letters: int, most: int) -> list[str]:
    """The first lines, each cut to the room that there is, with a sign where something is left out."""
    shown = [line if len(line) <= letters else line[: max(letters - 1, 1)] + "…" for line in lines[:most]]
    if len(lines) > most and not shown[-1].endswith("…"):
        shown[-1] = shown[-1][: max(letters - 1, 1)] + "…"
    return shown
