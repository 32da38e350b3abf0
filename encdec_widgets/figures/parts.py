"""What a scene is made of: boxes, lines, marks and texts at their places, as values that any drawing reads.

Lengths are px of a canvas; x grows to the right from 0, y falls from 0 at the top. A colour is named by what it is for:
a field of :class:`~encdec_widgets.figures.palette.Palette`, or ``"value 3"`` and ``"no value"`` of a scale.
"""

import functools
from collections.abc import Mapping
from typing import Literal, NamedTuple

import attrs

from encdec_widgets.figures.scale import Scale

Point = tuple[float, float]
Anchor = Literal["start", "middle", "end"]

_AROUND = 3.0  # px between a box and its outline
_WIDE, _NARROW = frozenset("MWmw@%×÷+−→≈…⚠"), frozenset("Iijlft.,:;|'! ()/")


class Rect(NamedTuple):
    """A rectangle; ``top`` is above ``bottom``, and so the larger number."""

    left: float
    right: float
    top: float
    bottom: float

    def grown(self, by: float) -> "Rect":
        """The same with a margin on all sides."""
        return Rect(self.left - by, self.right + by, self.top + by, self.bottom - by)

    def meets(self, other: "Rect") -> bool:
        """Whether the two have an area in common."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.bottom < other.top
            and other.bottom < self.top
        )


@attrs.frozen
class Box:
    """A block or a layer, or a group of alike ones, drawn as a volume.

    Attributes:
        name: Of its node in the graph; the first one of a group.
        left: Edges of its face.
        right: See ``left``.
        top: See ``left``.
        bottom: See ``left``.
        depth: How far its lighter top and its darker side go up and to the right.
        fill: The colour of its face.
        hollow: Whether its face is empty inside a frame: it has no parameters, or no value.
        selected: Whether it has an outline.
        hover: All facts of it, as lines of plotly's markup.
    """

    name: str
    left: float
    right: float
    top: float
    bottom: float
    depth: float
    fill: str
    hollow: bool = False
    selected: bool = False
    hover: str = ""

    @property
    def x(self) -> float:
        """The middle of its face."""
        return (self.left + self.right) / 2

    @property
    def whole(self) -> Rect:
        """The place that it takes, with its top and its side."""
        return Rect(self.left, self.right + self.depth, self.top + self.depth, self.bottom)


@attrs.frozen
class Line:
    """The flow of data, or a skip connection, from one box to another.

    Attributes:
        kind: ``"flow"``, how a skip is joined (``"concatenation"``, ``"addition"`` or ``"other"``), or ``"possible"``
            for a skip that could be made and is not.
        points: Its corners, from the source on.
        head: The corners of the arrow's head; none where there is no room for one.
    """

    kind: str
    source: str
    target: str
    points: tuple[Point, ...]
    head: tuple[Point, ...] = ()


@attrs.frozen
class Mark:
    """A sign on a skip connection, which says how it is joined; kinds are as those of :class:`Line`."""

    kind: str
    source: str
    target: str
    x: float
    y: float
    radius: float
    sign: str
    hover: str

    @property
    def rect(self) -> Rect:
        """The place that it takes."""
        r = self.radius
        return Rect(self.x - r, self.x + r, self.y + r, self.y - r)


@attrs.frozen
class Text:
    """A line of text.

    Attributes:
        text: As a person reads it.
        x: The place of its ``anchor``.
        y: The middle of its height.
        size: Of the font, in px.
        role: Its colour.
        anchor: Which part of it is at ``x``.
        bold: Whether it is heavier.
    """

    text: str
    x: float
    y: float
    size: int = 11
    role: str = "muted"
    anchor: Anchor = "middle"
    bold: bool = False

    def at(self, x: float, y: float, anchor: Anchor) -> "Text":
        """The same at another place."""
        return Text(self.text, x, y, self.size, self.role, anchor, self.bold)

    @property
    def rect(self) -> Rect:
        """The place that it takes, in a wide font."""
        width = text_width(self.text, self.size, bold=self.bold)
        left = self.x - {"start": 0.0, "middle": width / 2, "end": width}[self.anchor]
        return Rect(left, left + width, self.y + 0.6 * self.size, self.y - 0.6 * self.size)


@attrs.frozen
class Swatch:
    """A rectangle of one colour: a brace below the boxes, or a step of a scale."""

    rect: Rect
    fill: str


@attrs.frozen(kw_only=True)
class Scene:
    """All that is to be drawn of a network, in px of a canvas.

    Attributes:
        width: Of the canvas.
        height: Of the canvas.
        boxes: By name.
        lines: The flow of data and the skip connections, also those that could be made.
        marks: The signs on skip connections.
        rules: Lines between the rows: the height of each, and where it begins and ends.
        swatches: Braces, or the scale that takes their place.
        texts: All words that belong to the network.
        chips: How many times larger an edit made something.
        before: The outlines of boxes as they were before the edit.
        pictures: Data URLs of pictures that fill the faces of boxes, by the boxes' names.
        scale: How wide channels are drawn.
        about: What it is a picture of, for whoever cannot see it.
    """

    width: float
    height: float
    boxes: Mapping[str, Box]
    lines: tuple[Line, ...]
    marks: tuple[Mark, ...]
    rules: tuple[tuple[float, float, float], ...]
    swatches: tuple[Swatch, ...]
    texts: tuple[Text, ...]
    chips: tuple[Text, ...] = ()
    before: tuple[Rect, ...] = ()
    pictures: Mapping[str, str] = attrs.field(factory=dict)
    scale: Scale
    about: str = (
        "Diagram of the network: a box a block, a row a stride, lines for the flow of data and for skips"
    )

    @classmethod
    def blank(cls, width: float, height: float) -> "Scene":
        """A canvas with nothing on it.

        >>> Scene.blank(692, 470).boxes
        {}
        """
        return cls(
            width=width,
            height=height,
            boxes={},
            lines=(),
            marks=(),
            rules=(),
            swatches=(),
            texts=(),
            scale=Scale(),
        )

    @property
    def extent(self) -> Rect:
        """The whole canvas: left, right, top, bottom."""
        return Rect(0.0, self.width, 0.0, -self.height)

    @property
    def outlines(self) -> list[Rect]:
        """The lines around what is selected; neighbours of one row share one."""
        runs: list[list[Box]] = []
        for box, before in zip(self.boxes.values(), (None, *self.boxes.values()), strict=False):
            if box.selected and before is not None and before.selected and before.top == box.top:
                runs[-1].append(box)
            elif box.selected:
                runs.append([box])
        return [
            Rect(run[0].left, run[-1].whole.right, run[0].whole.top, run[0].bottom).grown(_AROUND)
            for run in runs
        ]

    @property
    def plain(self) -> "Scene":
        """The network alone, without what an edit did and what is selected, as a picture to take away."""
        boxes = {name: attrs.evolve(box, selected=False) for name, box in self.boxes.items()}
        return attrs.evolve(self, boxes=boxes, chips=(), before=(), pictures={})


@functools.lru_cache(maxsize=4096)  # the same names and numbers are measured at every edit
def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """How wide a line of text is at most in the usual fonts, in px.

    >>> round(text_width("enc0", 11)), round(text_width("256", 13, bold=True))
    (28, 27)
    """
    ems = sum(1.0 if c in _WIDE else 0.4 if c in _NARROW else 0.79 if c.isupper() else 0.64 for c in text)
    return size * ems * (1.12 if bold else 1.0)
