"""Pictures of what layers do to a map: their own arithmetic on the small map of the worked examples."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from encdec_widgets.explain.worked_example import (
    MAP,
    WorkedExample,
    convolved,
    edge_kernel,
    examples_of,
    interpolated,
    repeated,
    transposed,
)
from encdec_widgets.figures.glossary.drawing import (
    HEIGHT,
    WIDTH,
    Picture,
    box,
    grid,
    image,
    line,
    picture,
    words,
)
from encdec_widgets.formatting import number_text
from encdec_widgets.workers.training.tasks import Mouse

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone

_ARROW = 24.0


def _example(backbone: "Backbone", kind: str) -> WorkedExample:
    """The first worked example of a network whose title begins like that."""
    made = (
        example
        for block in backbone.blocks
        for example in examples_of(block, backbone.calls, backbone.layers)
    )
    return next(example for example in made if example.title.startswith(kind))


def convolution(backbone: "Backbone") -> Picture:
    """A map, and what a convolution of the network makes of it."""
    example = _example(backbone, "Convolution")
    return picture(example.title, f"{example.title}. The marked number: {example.sum}.", _at_work(example))


def pooling(backbone: "Backbone") -> Picture:
    """A map, and what the network's pooling makes of it."""
    example = _example(backbone, "Max pooling")
    return picture(example.title, f"{example.title}. The marked number: {example.sum}.", _at_work(example))


def _at_work(example: WorkedExample) -> Iterator[Markup]:
    given, made = example.inputs[0], example.outputs[0]
    cell = 18.0
    yield grid(given, 2, (HEIGHT - cell * given.shape[0]) / 2, cell, marked=example.taken[0])
    x = 2 + cell * given.shape[1]
    yield line([(x + 8, HEIGHT / 2), (x + _ARROW, HEIGHT / 2)], "text", head=True)
    x += _ARROW + 8
    cell = 23.0  # sums have more digits
    top = (HEIGHT - cell * made.shape[0]) / 2
    yield grid(made, x, top, cell, role="decoder", marked=[example.at])


def kernel(backbone: "Backbone") -> Picture:
    """The kernel of a convolution, and how many weights kernels of other sizes have."""
    example = _example(backbone, "Convolution")
    assert example.kernel is not None
    small = example.kernel
    sizes = (1, 3, 5, 7)
    parts = [grid(small, 12, (HEIGHT - 66) / 2, 22)]
    x = 100.0
    for side in sizes:
        cell = 5.0
        parts += [
            grid(np.ones((side, side)), x, 62 - side * cell / 2, cell, role="decoder", numbers=False, most=2),
            words(x + side * cell / 2, 100, f"{side * side}"),
        ]
        x += side * cell + 14
    parts.append(words(168, 118, "weights for two channels", role="muted"))
    counts = ", ".join(f"{side} × {side} has {side * side}" for side in sizes)
    return picture("Kernel", f"A kernel that finds edges; {counts} weights.", parts)


def padding(backbone: "Backbone") -> Picture:
    """A kernel at the corner of a map, with zeros beyond the border."""
    example = _example(backbone, "Convolution")
    assert example.kernel is not None
    call = next(data for _, data in backbone.calls.nodes(data=True) if data["kind"] == "Conv2D")
    before, after = -call["windows"][0].first[0], call["windows"][0].last[0]
    given, made = example.inputs[0], example.outputs[0]
    cell = 16.0
    padded = np.pad(given, ((before, after), (before, after)))
    left, top = 4.0, (HEIGHT - cell * padded.shape[0]) / 2
    taken = before + after + 1
    x = left + cell * padded.shape[1]
    parts = [
        grid(padded, left, top, cell),
        box(
            left + before * cell,
            top + before * cell,
            cell * given.shape[1],
            cell * given.shape[0],
            "",
            "text",
            "thick",
        ),
        box(left, top, taken * cell, taken * cell, "", "accent", "thick"),
        line([(x + 6, HEIGHT / 2), (x + _ARROW, HEIGHT / 2)], "text", head=True),
        grid(
            made,
            x + _ARROW + 6,
            (HEIGHT - cell * made.shape[0]) / 2,
            cell,
            role="decoder",
            marked=[(0, 0)],
            numbers=False,
        ),
    ]
    caption = (
        f"{before} px of zeros on each side: {given.shape[0]} × {given.shape[1]} numbers stay "
        f"{made.shape[0]} × {made.shape[1]}."
    )
    return picture("Padding", caption, parts)


def dilation(rates: Sequence[int] = (1, 2, 3)) -> Picture:
    """The values that a kernel of 3 x 3 takes, at several dilation rates."""
    cell = 10.0
    middle = 2 * max(rates) + 1
    alone = np.zeros((middle, middle))
    alone[middle // 2, middle // 2] = 1
    gap = (WIDTH - len(rates) * cell * middle) / (len(rates) + 1)
    x, parts, reached = gap, [], []
    for rate in rates:
        taken = convolved(alone, np.ones((3, 3)), rate=(rate, rate))
        rows = np.flatnonzero(taken.any(1))
        reach = int(rows[-1] - rows[0] + 1)
        reached.append(f"{reach} × {reach} at rate {rate}")
        parts += [
            grid(taken, x, 14, cell, role="decoder", numbers=False),
            box(x + rows[0] * cell, 14 + rows[0] * cell, reach * cell, reach * cell, "", "accent", "thick"),
            words(x + middle * cell / 2, 28 + middle * cell, f"rate {rate}"),
        ]
        x += cell * middle + gap
    return picture("Dilation", f"9 weights reach {', '.join(reached)}.", parts)


def transposed_convolution(kernels: Sequence[int] = (3, 4)) -> Picture:
    """How many stamps reach each position of the output, for kernels that the stride divides or not."""
    stride, cell = 2, 12.0
    parts, said = [], []
    gap = (WIDTH - 16 * cell) / 3
    for number, side in enumerate(kernels):
        x = gap + number * (8 * cell + gap)
        # Of a larger map, the middle: at its border fewer stamps overlap with any kernel.
        counts = transposed(np.ones((6, 6)), np.ones((side, side)), (stride, stride))[2:10, 2:10]
        numbers = [number_text(float(value)) for value in np.unique(counts)]
        said.append(f"kernel {side} gives {', '.join(numbers)}")
        parts += [
            grid(counts, x, 8, cell, role="decoder", most=4.0),
            words(x + 4 * cell, 120, f"kernel {side}, stride {stride}"),
        ]
    return picture("Transposed convolution", f"Stamps on each position: {'; '.join(said)}.", parts)


def upsampling(factor: int = 3) -> Picture:
    """A corner of a map, repeated and interpolated."""
    corner = MAP[1:4, 1:4]
    ways = {"nearest": repeated(corner, (factor, factor)), "bilinear": interpolated(corner, (factor, factor))}
    most = float(corner.max())
    parts = [grid(corner, 6, 30, 20, most=most)]
    for number, (name, made) in enumerate(ways.items()):
        x = 82.0 + 80 * number
        parts += [
            grid(made, x, 25, 70 / made.shape[1], role="decoder", numbers=False, most=most),
            words(x + 35, 112, name),
        ]
    parts.append(words(36, 112, "map"))
    size = ways["nearest"].shape
    return picture(
        "Upsampling", f"{corner.shape[0]} × {corner.shape[1]} values become {size[0]} × {size[1]}.", parts
    )


def feature_map() -> Picture:
    """An image, and three maps that small kernels make of it."""
    pixels = Mouse().batch(seed=0, number=0, count=1, size=48).images[0]
    upright = edge_kernel((3, 3))
    kernels = {"edges |": upright, "edges —": upright.T, "bright": np.ones((3, 3)) / 9}
    parts = [image(_grey(pixels), 2, 20, 72, 72), words(38, 112, "image")]
    for number, (name, small) in enumerate(kernels.items()):
        made = np.maximum(_slid(pixels, small), 0)
        x = 86 + number * 52.0
        parts += [image(_grey(made), x, 32, 48, 48), words(x + 24, 112, name)]
    size = f"{pixels.shape[0]} × {pixels.shape[1]}"
    caption = f"An image of {size} px, and what {len(kernels)} kernels make of it: a map of {len(kernels)} channels."
    return picture("Feature map", caption, parts)


def _slid(pixels: NDArray[np.float32], small: NDArray[np.float64]) -> NDArray[np.float64]:
    """A convolution of a whole image, as :func:`convolved` has it."""
    padded = np.pad(pixels.astype(np.float64), 1)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3))
    made: NDArray[np.float64] = np.einsum("hwij,ij->hw", windows, small)
    return made


def _grey(values: NDArray[np.floating]) -> NDArray[np.uint8]:
    low, high = float(values.min()), float(values.max())
    scaled: NDArray[np.uint8] = np.round(255 * (values - low) / ((high - low) or 1)).astype(np.uint8)
    return scaled
