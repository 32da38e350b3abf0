"""Networks of many kinds to be drawn, and how wide a text is on the screen."""

import functools
import random
from collections.abc import Iterator
from typing import Any

import attrs

from encdec_widgets import Design, preset, presets
from encdec_widgets.architectures import Hourglass, LeapCNN, StackedHourglass, UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.figures import layers_as_boxes
from encdec_widgets.figures.parts import Rect, Text
from tests.builds import built

# Widths of DejaVu Sans, the widest of the usual fonts, in sizes of the font.
_WIDTHS = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        [
            *(613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974),
            *(634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525),
        ],
        strict=True,
    )
) | {" ": 318, "_": 500, "/": 337, ".": 318, ",": 318, ":": 337, "-": 361, "(": 390, ")": 390}
_SIGNS = 838


def place_of(text: Text) -> Rect:
    """Where a text stands on the screen."""
    width = 0.0
    for sign in text.text:
        wide = 636 if sign.isdigit() else 790 if sign.isupper() else _WIDTHS.get(sign, _SIGNS)
        width += text.size * wide / 1000 * (1.11 if text.bold else 1)
    left = text.x - {"start": 0, "middle": width / 2, "end": width}[text.anchor]
    return Rect(left, left + width, text.y + text.size / 2, text.y - text.size / 2)


def _at_random(count: int) -> Iterator[tuple[str, Design]]:
    choose = random.Random(13)
    for number in range(count):
        stacks, down = choose.choice([1, 1, 2, 3]), choose.randint(1, 5)
        up = down if stacks > 1 else choose.randint(0, down)
        levels = {"stacks": stacks, "down_blocks": down, "up_blocks": up}
        filters = choose.choice([1, 8, 24, 64, 200])
        kind = choose.choice([UNet, LeapCNN, Hourglass, StackedHourglass])
        size = 2 ** (down + 3)
        more: dict[str, Any] = {"filters": max(filters, 2)}
        if kind is UNet:
            more |= {"filters_rate": choose.choice([1, 1.5, 2])}
        yield f"{number}: {kind.__name__} {levels}", Design(kind(**levels, **more), (size, size, 1))


def _with_heads() -> Iterator[tuple[str, Design]]:
    """Designs with two and three heads, in rows of their own and side by side in one."""
    maps, fields = Head(13, stride=2, name="confmaps"), Head(24, stride=4, name="part_affinity_fields")
    coarse, second = Head(5, stride=8, name="class_maps"), Head(1, name="centroid")
    unet = UNet(filters=16, down_blocks=3, up_blocks=3)
    for stacks in (1, 2):
        for heads in (
            [maps, fields],
            [coarse, second, maps],
            [second, attrs.evolve(second, name="b"), fields],
        ):
            yield (
                f"{stacks} stacks, heads {[head.name for head in heads]}",
                Design(attrs.evolve(unet, stacks=stacks), (128, 128, 1), heads=heads),
            )
    hourglass = StackedHourglass(stacks=2, filters=64)
    yield "joined heads", Design(hourglass, heads=[Head(16, name="maps"), Head(30, name="pafs"), second])
    yield "heads of a LEAP CNN", Design(LeapCNN(filters=32), heads=[coarse, fields, maps])


@functools.cache
def graphs() -> dict[str, Any]:
    """Graphs of blocks and of layers by name: all presets, three stacks, designs at random, several heads."""
    found = {name: built(preset(name)).blocks for name in presets()}
    found["three stacks"] = Design(UNet(filters=16, stacks=3), (256, 256, 1)).build().blocks
    found |= {name: design.build().blocks for name, design in (*_at_random(6), *_with_heads())}
    for name in ("SLEAP medium single", "FC-DenseNet103", "Stacked hourglass, 2 stacks"):
        backbone = built(preset(name))
        found[f"{name}, all layers"] = layers_as_boxes(backbone.layers, backbone.blocks)
        found[f"{name}, layers of a block"] = layers_as_boxes(backbone.layers, backbone.blocks, "stack0_dec0")
    return found
