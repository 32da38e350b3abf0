"""The scene that every drawing reads: its scale, its words, and that nothing in it lies on anything else."""

import itertools
from collections.abc import Iterator

import pytest

from encdec_widgets import Design, preset
from encdec_widgets.architectures import CustomEncoderDecoder, LeapCNN, UNet
from encdec_widgets.architectures.encoder_decoder import SimpleConvBlock, SimpleUpsamplingBlock
from encdec_widgets.figures import scene
from encdec_widgets.figures.parts import Line, Rect, Scene
from encdec_widgets.figures.quantities import QUANTITIES
from encdec_widgets.figures.scale import Scale, fitting
from tests.builds import built
from tests.library.drawn_networks import graphs, place_of

UNET = Design(UNet(filters=16), (256, 256, 1))
NARROW, USUAL, WIDE = (400.0, 330.0), (692.0, 470.0), (1024.0, 560.0)


def segments(line: Line) -> Iterator[Rect]:
    for (x0, y0), (x1, y1) in itertools.pairwise(line.points):
        yield Rect(min(x0, x1), max(x0, x1), max(y0, y1), min(y0, y1))
    if line.head:
        xs, ys = zip(*line.head, strict=True)
        yield Rect(min(xs), max(xs), max(ys), min(ys))


def crosses(one: Rect, other: Rect) -> bool:
    """As ``meets``, also of a line that has no area."""
    return one.grown(0.25).meets(other.grown(0.25))


def collisions(drawn: Scene) -> list[str]:
    """What lies on something else."""
    texts = [(text, place_of(text)) for text in (*drawn.texts, *drawn.chips)]
    inside = {
        text: box.name
        for text, place in texts
        for box in drawn.boxes.values()
        if Rect(box.left, box.right, box.top, box.bottom).grown(1).left <= place.left
        and place.right <= box.right + 1
        and box.bottom <= place.bottom
        and place.top <= box.top
    }
    lines = [(line, part) for line in drawn.lines for part in segments(line)]
    found = [
        f"{a.text!r} and {b.text!r}"
        for (a, one), (b, other) in itertools.combinations(texts, 2)
        if one.meets(other)
    ]
    for text, place in texts:
        out = drawn.extent
        if not (
            out.left <= place.left <= place.right <= out.right and out.bottom <= place.bottom < place.top <= 0
        ):
            found.append(f"{text.text!r} leaves the picture")
        found += [
            f"{text.text!r} and {line.source} to {line.target}"
            for line, part in lines
            if crosses(place, part)
        ]
        found += [
            f"{text.text!r} and the mark of {mark.target}" for mark in drawn.marks if place.meets(mark.rect)
        ]
        found += [
            f"{text.text!r} and {box.name}"
            for box in drawn.boxes.values()
            if place.meets(box.whole) and inside.get(text) != box.name
        ]
    for line, part in lines:
        name = f"{line.source} to {line.target}"
        found += [
            f"{name} and the mark of {m.target}" for m in drawn.marks if crosses(part, m.rect.grown(-0.5))
        ]
        found += [f"{name} and {b.name}" for b in drawn.boxes.values() if crosses(part, b.whole.grown(-0.6))]
    for one, other in itertools.pairwise(drawn.boxes.values()):
        if one.whole.meets(other.whole):
            found.append(f"{one.name} and {other.name}")
    return found


@pytest.mark.parametrize(("width", "height"), [NARROW, USUAL, WIDE])
def test_nothing_lies_on_anything_else(width: float, height: float) -> None:
    faults = {}
    for name, graph in graphs().items():
        names = list(graph)
        drawn = scene(
            graph,
            width=width,
            height=height,
            selected=names[2:4],
            flags={names[-1]: "advice", names[1]: "advice"},
            changed=dict.fromkeys(names, "×2.3"),
        )
        assert len(drawn.chips) <= 5
        if found := collisions(drawn):
            faults[name] = found
    assert not faults


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_nothing_lies_on_the_values_of_a_colouring(quantity: str) -> None:
    for name in ("SLEAP medium single", "U-Net", "Stacked hourglass, 2 stacks"):
        backbone = built(preset(name))
        colouring = QUANTITIES[quantity](backbone, {})
        for width, height in (NARROW, USUAL):
            drawn = scene(backbone.blocks, width=width, height=height, colouring=colouring)
            assert not collisions(drawn)
            assert sum(swatch.fill.startswith("value") for swatch in drawn.swatches) == 12
        words = " ".join(text.text for text in drawn.texts)
        assert colouring.title[1:] in words
        assert "Encoder" not in words, "the scale takes the place of the braces"
