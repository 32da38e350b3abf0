"""Pictures of what networks learn: the library's own targets, losses and scores, computed."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from encdec_widgets.figures.charts.receptive_heat import heat_image
from encdec_widgets.figures.glossary.drawing import (
    HEIGHT,
    WIDTH,
    Picture,
    box,
    columns_of_bars,
    curve,
    image,
    line,
    overlay,
    picture,
    pixels_of,
    words,
)
from encdec_widgets.formatting import number_text
from encdec_widgets.workers.training.kinds.mask import Mask
from encdec_widgets.workers.training.kinds.points import Points, peaks, sigma_of
from encdec_widgets.workers.training.tasks import Mouse, Threads

SIZE = 64
"""Of the images, in px."""
SEEN = 48
"""Of a row of a heat map, in px around its middle."""


def _row(stride: int, x: float) -> NDArray[np.float64]:
    """The heat map of a point, along the row that goes through it."""
    positions = SIZE // stride
    place = np.array([[[x, SIZE / 2]]], dtype=np.float32)
    made = Points().maps(place, SIZE, positions, 1)[0, :, :, 0]
    row: NDArray[np.float64] = made.sum(0).astype(np.float64)
    return row


def heat_map(stride: int = 2) -> Picture:
    """An image, and the heat maps that a network is to learn from it, on the image."""
    task = Mouse()
    drawn = task.batch(seed=0, number=0, count=1, size=SIZE)
    maps = Points().maps(drawn.targets, SIZE, SIZE // stride, len(task.names))[0]
    pixels = np.round(255 * np.clip(drawn.images[0], 0, 1)).astype(np.uint8)
    parts = []
    for number, name in enumerate(task.names):
        x = 4 + 79.0 * number
        high = maps[:, :, number] / maps[:, :, number].max()
        parts += [
            image(pixels, x, 14, 74, 74),
            overlay(heat_image(high), x, 14, 74, 74),
            words(x + 37, 106, name),
        ]
    caption = f"{len(task.names)} heat maps of {maps.shape[0]} × {maps.shape[1]} positions, on an image of {SIZE} px."
    return picture("Heat map", caption, parts)


def sigma(strides: Sequence[int] = (2, 8)) -> Picture:
    """The row of a heat map through its point, on a fine map and on a coarse one."""
    parts, said = [], []
    middle = (SIZE - 1) / 2
    for number, stride in enumerate(strides):
        row = _row(stride, middle)
        wide = sigma_of(stride)
        x, width = 8 + 118.0 * number, 106.0
        beside = (SIZE - SEEN) // (2 * stride)  # positions that are left out on each side
        row = row[beside : len(row) - beside]
        scale, centre = width / SEEN, x + width / 2
        parts += [
            columns_of_bars([float(v) for v in row], x, 84, width, 70, "decoder"),
            line([(centre - wide * scale, 92), (centre + wide * scale, 92)], "accent", width=2.5),
            words(x + width / 2, 106, f"± {number_text(wide)} px"),
            words(x + width / 2, 122, f"output stride {stride}", role="muted"),
        ]
        said.append(f"{number_text(wide)} px at output stride {stride}")
    return picture("Sigma", f"Sigma of the peaks that networks learn here: {', '.join(said)}.", parts)


def peak(stride: int = 4, x: float = 28.6) -> Picture:
    """A row of a heat map: its highest position, and the place that its parabola finds."""
    positions = SIZE // stride
    place = np.array([[[x, SIZE / 2]]], dtype=np.float32)
    maps = Points().maps(place, SIZE, positions, 1)
    logits = np.log(np.maximum(maps, 1e-30))
    found = float(peaks(logits, bend=1.0)[0, 0, 0] * stride + (stride - 1) / 2)
    highest = int(maps[0].max(0)[:, 0].argmax())
    of_highest = highest * stride + (stride - 1) / 2
    first, last = highest - 3, highest + 4
    row = maps[0, :, first:last, 0].sum(0)
    scale = (WIDTH - 24) / (stride * len(row))

    def at(px: float) -> float:
        return 12 + (px + 0.5 - first * stride) * scale

    parts = [
        columns_of_bars([float(v) for v in row], 12, 88, WIDTH - 24, 66, "decoder"),
        line([(at(of_highest), 12), (at(of_highest), 94)], "muted", dash=True),
        line([(at(found), 12), (at(found), 94)], "accent", width=2),
        words(
            at(of_highest) + 6, 106, f"highest: {number_text(of_highest)} px", anchor="start", role="muted"
        ),
        words(
            at(found) + 4, 122, f"parabola: {number_text(round(found, 2))} px", anchor="middle", role="accent"
        ),
    ]
    caption = (
        f"A point at {number_text(x)} px, at output stride {stride}: the highest position says "
        f"{number_text(of_highest)} px, the parabola {number_text(round(found, 2))} px."
    )
    return picture("Peak", caption, parts)


def loss(stride: int = 2) -> Picture:
    """The loss of a heat map that has its peak so many px beside the point."""
    middle = (SIZE - 1) / 2
    wanted = _row(stride, middle)[None, None, :, None]
    offsets = np.arange(0, 10.5, 0.5)
    losses = []
    for offset in offsets:
        guess = np.log(_row(stride, middle + float(offset)) + 1e-6)[None, None, :, None]
        losses.append(float(Points().loss(guess.astype(np.float32), wanted.astype(np.float32))))
    points = list(zip(offsets.tolist(), losses, strict=True))
    parts = [
        curve(points, 34, 100, WIDTH - 60, 84),
        words(34, 11, "loss", anchor="start", role="muted"),
        words(30, 24, f"{max(losses):.1f}", anchor="end"),
        words(30, 100, "0", anchor="end"),
        words(
            WIDTH / 2, 122, f"peak 0 to {number_text(float(offsets[-1]))} px beside the point", role="muted"
        ),
    ]
    caption = (
        f"A peak in the right place has the loss {losses[0]:.1f}, one that is {number_text(float(offsets[-1]))} px off "
        f"{losses[-1]:.1f}."
    )
    return picture("Loss", caption, parts)


def cross_entropy(shown: Sequence[float] = (0.9, 0.5, 0.1)) -> Picture:
    """The loss of a pixel of a mask, by the probability that the network gives to the right answer."""

    def of(probability: float) -> float:
        logit = np.full((1, 1, 1, 1), np.log(probability / (1 - probability)), np.float32)
        return float(Mask().loss(logit, np.ones_like(logit)))

    points = [(float(p), of(float(p))) for p in np.linspace(0.02, 0.98, 49)]
    most = max(value for _, value in points)
    x, y, width, height = 34.0, 98.0, WIDTH - 70.0, 86.0
    scale = width / 0.98
    parts = [curve(points, x, y, width, height), words(4, 10, "loss", anchor="start", role="muted")]
    for probability in shown:
        value = of(probability)
        px, py = x + scale * probability, y - height * value / most
        parts += [
            line([(px, y), (px, py)], "muted", dash=True, width=1),
            words(px + 4, py - 5, f"{value:.2f}", anchor="start", bold=True),
            words(px, y + 13, number_text(probability)),
        ]
    parts.append(words(WIDTH / 2, HEIGHT - 3, "probability of the right answer", role="muted"))
    said = ", ".join(f"{of(p):.2f} at {number_text(p)}" for p in shown)
    return picture("Cross-entropy", f"What the right answer costs at its probability: {said}.", parts)


def f1(shifts: Sequence[int] = (0, 1, 3)) -> Picture:
    """A mask, found exactly and a few px beside it."""
    size = 48
    task = Threads()
    drawn = task.batch(seed=3, number=0, count=1, size=size)
    targets = np.asarray(drawn.targets).reshape(1, size, size, -1)[..., :1].astype(bool)
    parts, said = [], []
    for number, shift in enumerate(shifts):
        found = np.roll(targets, shift, axis=1)
        score = Mask().score(np.where(found, 5.0, -5.0), targets, size, task.names[:1], ())
        x = 5 + 79.0 * number
        for mask, role in (
            (found & targets, "encoder"),
            (found & ~targets, "decoder"),
            (targets & ~found, "border"),
        ):
            parts.append(pixels_of(mask[0, :, :, 0], x, 14, 72, role))
        parts += [
            box(x, 14, 72, 72),
            words(x + 36, 102, score.text, bold=True),
            words(x + 36, 118, f"{shift} px off", role="muted"),
        ]
        said.append(f"{shift} px off gives {score.text}")
    return picture(
        "F1", f"A mask of threads: {', '.join(said)}. Right is blue, wrong orange, missed grey.", parts
    )
