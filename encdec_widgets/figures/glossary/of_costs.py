"""Pictures of what a network sees and costs, from its own receptive fields and costs."""

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from encdec_widgets.explain.worked_example import transposed
from encdec_widgets.figures.glossary.drawing import (
    HEIGHT,
    WIDTH,
    Picture,
    box,
    columns_of_bars,
    line,
    picture,
    rows_of_bars,
    words,
)
from encdec_widgets.figures.glossary.of_networks import image_shape, levels_of, px_text
from encdec_widgets.formatting import bytes_text, count_text, counted, exact_text, listed, sizes_text

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone


def receptive_field(backbone: "Backbone") -> Picture:
    """What one position of each level sees of the image."""
    seen = backbone.receptive_field().blocks
    labels = backbone.blocks.nodes
    levels = {labels[name]["stride"]: name for name in seen if labels[name]["stage"] == "encoder"}
    sized = [(labels[name]["label"], size) for name in levels.values() if (size := seen[name].size)]
    image = image_shape(backbone)
    scale = 112.0 / max(image[0], *(size[0] for _, size in sized))
    x, y = 64.0, HEIGHT / 2
    parts = [
        box(x - image[1] * scale / 2, y - image[0] * scale / 2, image[1] * scale, image[0] * scale, "surface")
    ]
    for number, (label, (high, wide)) in enumerate(sized):
        role = ("encoder", "stem", "decoder", "head", "bottleneck")[number % 5]
        parts += [
            box(x - wide * scale / 2, y - high * scale / 2, wide * scale, high * scale, "", role, "thick"),
            words(
                WIDTH - 4,
                24 + 18 * number,
                f"{label}: {sizes_text((high, wide))} px",
                anchor="end",
                role=role,
            ),
        ]
    parts.append(words(WIDTH - 4, HEIGHT - 8, f"image: {px_text(image)} px", anchor="end", role="muted"))
    deepest, size = sized[-1]
    return picture(
        "Receptive field", f"One position of {deepest} sees {sizes_text(size)} px of the image.", parts
    )


def effective_receptive_field(backbone: "Backbone") -> Picture:
    """On how many ways the pixels of a row reach one position of the deepest map."""
    deepest = levels_of(backbone)[-1]
    label = str(deepest["label"])
    name = next(name for name, data in backbone.blocks.nodes(data=True) if data["label"] == label)
    size = backbone.receptive_field().blocks[name].size
    ways = ways_to(backbone, name)
    high = ways / ways.max()
    half = int((high > 0.5).sum())
    wide = size[1] if size else len(ways)
    inside = high[np.flatnonzero(ways)[0] : np.flatnonzero(ways)[-1] + 1]
    parts = [
        columns_of_bars([float(v) for v in inside], 10, 96, WIDTH - 20, 76, "encoder"),
        line([(10, 104), (WIDTH - 10, 104)], "accent", width=2),
        words(WIDTH / 2, 120, f"receptive field: {wide} px"),
        words(10, 14, "ways to the output", anchor="start", role="muted"),
    ]
    caption = (
        f"Of the {wide} px that {label} sees, the {half} in the middle have more than half of the most ways."
    )
    return picture("Effective receptive field", caption, parts)


def ways_to(backbone: "Backbone", block: str) -> NDArray[np.float64]:
    """On how many ways each pixel of a row reaches the middle position of a block's map.

    Up to that block, each layer takes what the one before it has made.

    Args:
        backbone: The network.
        block: The name of the block, before any that joins maps.
    """
    before: list[str] = []
    for name in backbone.blocks:
        before.append(name)
        if name == block:
            break
    calls = [
        data for _, data in backbone.calls.nodes(data=True) if data["block"] in before and data["windows"]
    ]
    ways = np.zeros((1, 2 * int(backbone.blocks.nodes[block]["stride"]) + 15))
    ways[0, ways.shape[1] // 2] = 1
    for call in reversed(calls):
        window = call["windows"][1]
        reach = window.last[0] - window.first[0] + 1
        if reach > 1 or window.step > 1:
            ways = transposed(ways, np.ones((1, reach)), (1, window.step))
    made: NDArray[np.float64] = ways[0]
    return made


def multiply_adds(backbone: "Backbone") -> Picture:
    """What each block has to compute."""
    return _of_blocks(backbone, "multiply_adds", "Multiply-adds", count_text)


def parameter(backbone: "Backbone") -> Picture:
    """How many parameters each block has."""
    return _of_blocks(backbone, "parameters", "Parameters", exact_text)


def _of_blocks(backbone: "Backbone", key: str, title: str, text: Callable[[int], str]) -> Picture:
    blocks = [data for _, data in backbone.blocks.nodes(data=True) if data[key]]
    total = sum(data[key] for data in blocks)
    values = [data[key] for data in blocks]
    most = listed(data["label"] for data in blocks if data[key] == max(values))
    caption = f"{text(total)} in all; most in {most}."
    return picture(
        title,
        caption,
        [rows_of_bars([b["label"] for b in blocks], values, [text(v) for v in values], "encoder")],
    )


def batch_size(backbone: "Backbone", sizes: Collection[int] = (1, 4, 16, 64)) -> Picture:
    """The memory of a training step at several batch sizes."""
    costs = [backbone.cost(batch_size=size).training_bytes or 0 for size in sizes]
    texts = [bytes_text(cost) for cost in costs]
    caption = f"Estimated memory of a training step: {texts[0]} with {min(sizes)} image, {texts[-1]} with {max(sizes)}."
    return picture(
        "Batch size",
        caption,
        [rows_of_bars([counted(size, "image") for size in sizes], costs, texts, "decoder")],
    )
