"""Where words have room: each text is put where nothing stands yet, or left out."""

from collections.abc import Iterable, Iterator

import attrs

from encdec_widgets.figures.parts import Line, Rect, Text

_COLUMN = 32.0
_BESIDE_LINES = 1.5
_APART = 4.0  # between two texts side by side, or "16" and "32" would be read as one number


class Room:
    """What of a canvas is taken."""

    def __init__(self, extent: Rect) -> None:
        """Begin with an empty canvas."""
        self._extent = extent
        self._taken: dict[int, list[Rect]] = {}

    @property
    def height(self) -> float:
        """Of the canvas."""
        return self._extent.top - self._extent.bottom

    def take(self, rect: Rect) -> None:
        """Let nothing be written there."""
        for column in _columns(rect):
            self._taken.setdefault(column, []).append(rect)

    def take_line(self, line: Line) -> None:
        """Let nothing be written on a line or on its head."""
        for (x0, y0), (x1, y1) in zip(line.points, line.points[1:], strict=False):
            self.take(Rect(min(x0, x1), max(x0, x1), max(y0, y1), min(y0, y1)).grown(_BESIDE_LINES))
        if line.head:
            xs, ys = zip(*line.head, strict=True)
            self.take(Rect(min(xs), max(xs), max(ys), min(ys)).grown(1))

    def is_free(self, rect: Rect) -> bool:
        """Whether nothing stands there, and it is inside the canvas."""
        out = self._extent
        if rect.left < out.left or rect.right > out.right or rect.top > out.top or rect.bottom < out.bottom:
            return False
        return not any(
            rect.meets(other) for column in _columns(rect) for other in self._taken.get(column, ())
        )

    def inside(self, text: Text) -> Text:
        """A text that is moved so far that it is all inside the canvas."""
        rect, out = text.rect, self._extent
        by = max(out.left - rect.left, 0.0) + min(out.right - rect.right, 0.0)
        return attrs.evolve(text, x=text.x + by)

    def write(self, *choices: Text) -> Iterator[Text]:
        """The first of some texts that has room, which is taken then; nothing where none has."""
        return self.write_first(choices)

    def write_first(self, choices: Iterable[Text]) -> Iterator[Text]:
        """As :meth:`write`; further texts are made only where those before have no room."""
        for text in choices:
            rect = text.rect
            if text.text and self.is_free(rect):
                self.take(rect._replace(left=rect.left - _APART, right=rect.right + _APART))
                yield text
                return


def _columns(rect: Rect) -> Iterable[int]:
    return range(int(rect.left // _COLUMN), int(rect.right // _COLUMN) + 1)
