"""Benchmark 6: each preset from nothing, over stock Keras written by hand; and how it grows with the number of layers.

In milliseconds, in turns and in one run: ours until the picture (``design.build()`` and ``blocks``), ours
with weights (that and ``model``), and stock Keras with weights, as `tests.benchmarks.stock` writes it.
"""

from __future__ import annotations

import gc
import math
import statistics
import time
from collections.abc import Sequence

import attrs

from encdec_widgets import Design, preset, presets
from encdec_widgets.architectures import FCDenseNet, StackedHourglass, UNet
from tests.benchmarks.stock import Recipe, assert_same, recipe, stock
from tests.benchmarks.tables import Row, Table

QUICK_PRESETS = ("SLEAP medium single", "LEAP (2019)", "Stacked hourglass, 1 stack", "FC-DenseNet56")
# A network is built as often as fits into these seconds, at least and at most so many times.
SECONDS, LEAST, MOST = 8.0, 3, 30
QUICK_SECONDS, QUICK_LEAST = 2.0, 2
# Networks that differ in nothing but their number of layers; narrow, so that filling weights does not hide the layers.
GROWING = {
    "U-Nets, 1 to 32 convolutions a block": [
        Design(UNet(filters=4, filters_rate=1, convs_per_block=convs), (64, 64, 1))
        for convs in (1, 2, 4, 8, 16, 32)
    ],
    "hourglasses, 1 to 8 stacks": [
        Design(StackedHourglass(filters=8, stem_filters=4, stacks=stacks), (64, 64, 1))
        for stacks in (1, 2, 4, 8)
    ],
    "FC-DenseNets, 2 to 16 layers a block": [
        Design(
            FCDenseNet(
                growth_rate=2, down_layers=(layers,) * 5, bottleneck_layers=layers, up_layers=(layers,) * 5
            ),
            (64, 64, 1),
        )
        for layers in (2, 4, 8, 16)
    ],
}
EXPONENT_GOAL = 1.15


@attrs.frozen
class Measured:
    """What was measured of one design, in milliseconds.

    Attributes:
        layers: Number of its layers.
        picture: Ours, until the picture.
        weights: Ours, with weights.
        stock: Stock Keras, with weights.
    """

    layers: int
    picture: list[float] = attrs.field(factory=list)
    weights: list[float] = attrs.field(factory=list)
    stock: list[float] = attrs.field(factory=list)


def run(quick: bool) -> Table:
    """Measure all presets and all growing networks, or a few and the smaller ones."""
    seconds, least = (QUICK_SECONDS, QUICK_LEAST) if quick else (SECONDS, LEAST)
    rows = [
        row
        for name in (QUICK_PRESETS if quick else presets())
        for row in _preset_rows(name, _measure(preset(name), seconds, least))
    ]
    for words, designs in GROWING.items():
        few = designs[:-1] if quick else designs
        rows += _growth_rows(words, [_measure(design, seconds / 2, least) for design in few])
    return Table(
        "Building from nothing, over stock Keras written by hand",
        rows,
        notes=[
            "Until the picture: design.build(), and its blocks.",
            "With weights: that, and the weights filled. Stock Keras: the same network with its weights.",
            "Exponent: of a power law through the medians over networks of growing size; 1 is linear.",
        ],
    )


def _measure(design: Design, seconds: float, least: int) -> Measured:
    built = design.build()
    written = recipe(built.structure)
    assert_same(written, stock(written))
    measured = Measured(layers=len(built.structure.layers))
    del built
    start = time.monotonic()
    while (count := len(measured.stock)) < least or (time.monotonic() - start < seconds and count < MOST):
        for stock_is_next in (bool(count % 2), not count % 2):
            gc.collect()
            if stock_is_next:
                _build_stock(written, measured)
            else:
                _build_ours(design, measured)
    return measured


def _build_ours(design: Design, measured: Measured) -> None:
    start = time.perf_counter()
    built = design.build()
    _ = built.blocks
    picture = time.perf_counter()
    assert built.model is not None
    weights = time.perf_counter()
    measured.picture.append(1e3 * (picture - start))
    measured.weights.append(1e3 * (weights - start))


def _build_stock(written: Recipe, measured: Measured) -> None:
    start = time.perf_counter()
    model = stock(written)
    measured.stock.append(1e3 * (time.perf_counter() - start))
    del model


def _preset_rows(name: str, measured: Measured) -> list[Row]:
    return [
        Row.of(
            "from_nothing",
            f"{name}, {end}",
            ours,
            measured.stock,
            unit="ms",
            against="stock Keras",
            remark=f"{measured.layers} layers, {statistics.median(ours) / measured.layers:.2g} ms a layer",
        )
        for end, ours in (("until the picture", measured.picture), ("with weights", measured.weights))
    ]


def _growth_rows(words: str, sizes: Sequence[Measured]) -> list[Row]:
    layers = [size.layers for size in sizes]
    stocks = [statistics.median(size.stock) for size in sizes]
    rows = []
    for end, attribute in (("until the picture", "picture"), ("with weights", "weights")):
        ours = [statistics.median(getattr(size, attribute)) for size in sizes]
        each = [total / count for total, count in zip(ours, layers, strict=True)]
        rows.append(
            Row.of(
                "from_nothing",
                f"exponent over {words}, {end}",
                [_exponent(layers, ours)],
                unit="",
                goal=EXPONENT_GOAL,
                remark=f"{layers[0]} to {layers[-1]} layers, {each[0]:.2g} to {each[-1]:.2g} ms a layer; "
                f"exponent of the last two {_exponent(layers[-2:], ours[-2:]):.2f}, "
                f"of stock Keras {_exponent(layers, stocks):.2f}",
            )
        )
    return rows


def _exponent(sizes: Sequence[float], times: Sequence[float]) -> float:
    return statistics.linear_regression(
        [math.log(size) for size in sizes], [math.log(t) for t in times]
    ).slope
