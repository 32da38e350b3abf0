"""What a layer does to a map of 5 x 5, with the numbers: computed, for the layers that a block really has."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
from numpy.typing import NDArray

from encdec_widgets.formatting import kernel_text, number_text
from encdec_widgets.networks.windows import Window

if TYPE_CHECKING:
    import networkx as nx

Array = NDArray[np.float64]
Place = tuple[int, int]

MAP: Array = np.array(
    [[1, 2, 0, 1, 3], [0, 4, 5, 2, 1], [2, 6, 9, 5, 0], [1, 3, 6, 4, 2], [3, 0, 2, 1, 1]], dtype=np.float64
)
"""The map that is worked on: something bright in the middle."""
OTHER: Array = np.array(
    [[0, 1, 0, 2, 0], [1, 0, 3, 0, 1], [0, 2, 0, 4, 0], [1, 0, 1, 0, 2], [0, 1, 0, 1, 0]], dtype=np.float64
)
"""What it is joined with."""
WIDEST = 5
"""Larger kernels are shown at this size: on so small a map they see nothing but its border."""


@attrs.frozen(kw_only=True, eq=False)
class WorkedExample:
    """A layer at work.

    Attributes:
        title: What it is, such as "Convolution, 3 × 3, stride 1".
        words: What it does, in a sentence or two.
        inputs: The maps that it takes, (5, 5).
        kernel: Its weights, (height, width); None where it has none.
        outputs: The maps that it puts out.
        at: Which number of the last output is worked out: row and column.
        taken: For each input, which of its numbers that one is made from.
        sum: How, such as "1·1 + 2·0 − 4·1 = −3".
    """

    title: str
    words: str
    inputs: tuple[Array, ...]
    kernel: Array | None = None
    outputs: tuple[Array, ...]
    at: Place
    taken: tuple[tuple[Place, ...], ...]
    sum: str


def examples_of(block: str, calls: "nx.DiGraph[str]", layers: "nx.DiGraph[str]") -> tuple[WorkedExample, ...]:
    """Examples for the layers of a block, one for each kind of layer with the same settings.

    Args:
        block: The name of the block.
        calls: What :func:`encdec_widgets.networks.call_graph.call_graph` returned.
        layers: What :func:`encdec_widgets.networks.graph.layer_graph` returned.

    Returns:
        In the order of the layers. Layers of other kinds have none.

    Example:
        >>> from encdec_widgets import preset
        >>> backbone = preset("SLEAP centroid").build()
        >>> [example.title for example in examples_of("stack0_dec0", backbone.calls, backbone.layers)]
        ['Bilinear upsampling, × 2', 'Concatenation', 'Convolution, 3 × 3']
    """
    found: dict[str, WorkedExample] = {}
    for _, call in calls.nodes(data=True):
        maker = _MAKERS.get(call["kind"])
        if call["block"] != block or maker is None or call["windows"] is None:
            continue
        made = maker(call["windows"], layers.nodes[call["layer"]]["kernel_size"])
        if made is not None:
            found.setdefault(made.title, made)
    return tuple(found.values())


# Arithmetic


def convolved(given: Array, kernel: Array, stride: Place = (1, 1), rate: Place = (1, 1)) -> Array:
    """A convolution with zeros around the map ("same" padding); as in Keras, the kernel is not turned around."""
    total = np.zeros([-(-side // step) for side, step in zip(given.shape, stride, strict=True)])
    for place in np.ndindex(*total.shape):
        total[place] = sum(
            given[cell] * kernel[of_kernel]
            for cell, of_kernel in _under(place, given.shape, kernel.shape, stride, rate)
        )
    return total


def pooled(given: Array, size: Place, stride: Place, how: Callable[[Sequence[float]], float] = max) -> Array:
    """One number of each window, the largest by default; windows are cut at the border ("same" padding)."""
    made = np.zeros([-(-side // step) for side, step in zip(given.shape, stride, strict=True)])
    for place in np.ndindex(*made.shape):
        made[place] = how([given[cell] for cell, _ in _under(place, given.shape, size, stride, (1, 1))])
    return made


def repeated(given: Array, factor: Place) -> Array:
    """Nearest neighbours: each number fills a square."""
    return given.repeat(factor[0], axis=0).repeat(factor[1], axis=1)


def interpolated(given: Array, factor: Place) -> Array:
    """Bilinear upsampling: numbers in between lie on straight lines; at the border the last number goes on."""
    rows, columns = (_between(side, by) for side, by in zip(given.shape, factor, strict=True))
    return rows @ given @ columns.T


def transposed(given: Array, kernel: Array, stride: Place) -> Array:
    """A transposed convolution, cut to ``stride`` times the map ("same" padding): each number stamps the kernel."""
    size = [side * step for side, step in zip(given.shape, stride, strict=True)]
    made = np.zeros(size)
    for place, value in np.ndenumerate(given):
        for of_kernel, weight in np.ndenumerate(kernel):
            cell = tuple(
                p * s + k - max(n - s, 0) // 2
                for p, s, k, n in zip(place, stride, of_kernel, kernel.shape, strict=True)
            )
            if all(0 <= c < n for c, n in zip(cell, size, strict=True)):
                made[cell] += value * weight
    return made


def _under(
    place: Sequence[int], shape: Sequence[int], kernel: Sequence[int], stride: Place, rate: Place
) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """The cells of a map under a kernel at a place of the output, each with its place in the kernel."""
    starts = []
    for at, side, size, step, by in zip(place, shape, kernel, stride, rate, strict=True):
        reach = (size - 1) * by + 1
        beyond = max((-(-side // step) - 1) * step + reach - side, 0)
        starts.append(at * step - beyond // 2)
    for of_kernel in np.ndindex(*kernel):
        cell = tuple(s + k * by for s, k, by in zip(starts, of_kernel, rate, strict=True))
        if all(0 <= c < side for c, side in zip(cell, shape, strict=True)):
            yield cell, of_kernel


def _between(side: int, factor: int) -> Array:
    """The weights of a line's numbers for each of those in between, (side * factor, side)."""
    middles = np.clip((np.arange(side * factor) + 0.5) / factor - 0.5, 0, side - 1)
    weights: Array = np.clip(1 - np.abs(middles[:, None] - np.arange(side)), 0, None)
    return weights


def edge_kernel(size: Sequence[int]) -> Array:
    """Small whole weights that answer to a bright left beside a dark right.

    >>> edge_kernel((3, 3)).astype(int).tolist()
    [[1, 0, -1], [2, 0, -2], [1, 0, -1]]
    """
    down = _binomial(size[0])
    across = np.convolve(_binomial(size[1] - 1), [1.0, -1.0]) if size[1] > 1 else np.array([2.0])
    return np.outer(down, across)


def soft_kernel(size: Sequence[int]) -> Array:
    """Small whole weights that are largest in the middle.

    >>> soft_kernel((3, 2)).astype(int).tolist()
    [[1, 1], [2, 2], [1, 1]]
    """
    return np.outer(_binomial(size[0]), _binomial(size[1]))


def _binomial(size: int) -> Array:
    return np.array([math.comb(size - 1, k) for k in range(size)], dtype=np.float64)


# What each kind of layer has of it


def _convolution(windows: Any, kernel_size: Any) -> WorkedExample | None:
    sizes = tuple(min((w.last[0] - w.first[0]) // w.spacing + 1, WIDEST) for w in windows)
    stride, rate = (windows[0].step, windows[1].step), (windows[0].spacing, windows[1].spacing)
    if max(rate) > 2:
        rate = (min(rate[0], 2), min(rate[1], 2))
    kernel = edge_kernel(sizes)
    made = convolved(MAP, kernel, stride, rate)
    at = (made.shape[0] // 2, made.shape[1] // 2)
    pairs = list(_under(at, MAP.shape, kernel.shape, stride, rate))
    more = [kernel_text(sizes)]
    more += [f"stride {_by(stride)}"] if max(stride) > 1 else []
    more += [f"dilation rate {_by(rate)}"] if max(rate) > 1 else []
    wider = (w.last[0] - w.first[0]) // w.spacing + 1 if (w := windows[1]) else 0
    note = (
        f" The block's kernel is {kernel_text((wider, wider))}; {kernel_text(sizes)} is shown."
        if wider > WIDEST
        else ""
    )
    return WorkedExample(
        title=f"Convolution, {', '.join(more)}",
        words=(
            "The kernel lies on the map; each number is multiplied by the weight on it, and all products are added. "
            "Beyond the border are zeros. The layer does so with a kernel of its own for each pair of an input and an "
            f"output channel, and training finds the weights.{note}"
        ),
        inputs=(MAP,),
        kernel=kernel,
        outputs=(made,),
        at=at,
        taken=(_places(pairs),),
        sum=_products([(MAP[cell], kernel[of_kernel]) for cell, of_kernel in pairs], made[at]),
    )


def _pooling(name: str, how: Callable[[Sequence[float]], float], word: str) -> Any:
    def example(windows: Any, kernel_size: Any) -> WorkedExample | None:
        size = tuple(w.last[0] - w.first[0] + 1 for w in windows)
        stride = (windows[0].step, windows[1].step)
        if max(size) > WIDEST or max(stride) > WIDEST:
            return None
        made = pooled(MAP, (size[0], size[1]), stride, how)
        at = (min(1, made.shape[0] - 1), min(1, made.shape[1] - 1))
        cells = _places(_under(at, MAP.shape, size, stride, (1, 1)))
        numbers = ", ".join(number_text(float(MAP[cell])) for cell in cells)
        return WorkedExample(
            title=f"{name}, {kernel_text(size)}, stride {_by(stride)}",
            words=(
                f"Of each window the {word} is kept: the map gets smaller, and each of its positions stands for more "
                "of the image. A window that goes past the border is cut."
            ),
            inputs=(MAP,),
            outputs=(made,),
            at=at,
            taken=(cells,),
            sum=f"{word} of {numbers} = {number_text(float(made[at]))}",
        )

    return example


def _upsampling(windows: Any, kernel_size: Any) -> WorkedExample | None:
    factor = (windows[0].period, windows[1].period)
    if max(factor) > 4:
        return None
    if all(w.first == w.last == (0,) * w.period for w in windows):
        made = repeated(MAP, factor)
        at = (2 * factor[0], 2 * factor[1])
        return WorkedExample(
            title=f"Nearest upsampling, × {_by(factor)}",
            words="Each number is repeated: the map gets larger, and nothing is learnt or added.",
            inputs=(MAP,),
            outputs=(made,),
            at=at,
            taken=(((2, 2),),),
            sum=f"{number_text(float(MAP[2, 2]))} is repeated",
        )
    if max(_width(w) for w in windows) > 2:
        return None  # bicubic or Lanczos
    made = interpolated(MAP, factor)
    at = (2 * factor[0], 2 * factor[1])
    rows, columns = (_between(5, by) for by in factor)
    weights = np.outer(rows[at[0]], columns[at[1]])
    cells = tuple((int(r), int(c)) for r, c in np.argwhere(weights))
    return WorkedExample(
        title=f"Bilinear upsampling, × {_by(factor)}",
        words=(
            "Numbers in between lie on straight lines from one to the next: the map gets larger and smooth, and "
            "nothing is learnt."
        ),
        inputs=(MAP,),
        outputs=(made,),
        at=at,
        taken=(cells,),
        sum=_products([(MAP[cell], weights[cell]) for cell in cells], made[at]),
    )


def _transposed(windows: Any, kernel_size: Any) -> WorkedExample | None:
    stride = (windows[0].period, windows[1].period)
    if kernel_size is None or len(kernel_size) != 2 or max(kernel_size) > WIDEST or max(stride) > 4:
        return None
    kernel = soft_kernel(kernel_size)
    made = transposed(MAP, kernel, stride)
    at = (2 * stride[0], 2 * stride[1])
    parts = []
    for place in np.ndindex(*MAP.shape):
        alone = np.zeros_like(MAP)
        alone[place] = 1
        weight = transposed(alone, kernel, stride)[at]
        if weight:
            parts.append(((int(place[0]), int(place[1])), weight))
    uneven = any(size % step for size, step in zip(kernel_size, stride, strict=True))
    checker = " Here stamps overlap in some places more than in others: a checkerboard." if uneven else ""
    return WorkedExample(
        title=f"Transposed convolution, {kernel_text(kernel_size)}, stride {_by(stride)}",
        words=(
            "Each number stamps the kernel, multiplied by itself, onto a larger map, a stride further each time; where "
            f"stamps overlap they are added. Training finds the weights.{checker}"
        ),
        inputs=(MAP,),
        kernel=kernel,
        outputs=(made,),
        at=at,
        taken=(tuple(place for place, _ in parts),),
        sum=_products([(MAP[place], weight) for place, weight in parts], made[at]),
    )


def _concatenation(windows: Any, kernel_size: Any) -> WorkedExample:
    return WorkedExample(
        title="Concatenation",
        words=(
            "The maps lie one behind the other: all numbers stay, and there are as many channels as both have "
            "together. The next convolution decides what it takes of each."
        ),
        inputs=(MAP, OTHER),
        outputs=(MAP, OTHER),
        at=(1, 2),
        taken=((), ((1, 2),)),
        sum=f"{number_text(float(OTHER[1, 2]))} stays {number_text(float(OTHER[1, 2]))}",
    )


def _addition(windows: Any, kernel_size: Any) -> WorkedExample:
    made = MAP + OTHER
    return WorkedExample(
        title="Addition",
        words=(
            "Numbers at the same place are added: there are as many channels as before, and which number came from "
            "where is not to be seen any more."
        ),
        inputs=(MAP, OTHER),
        outputs=(made,),
        at=(1, 2),
        taken=(((1, 2),), ((1, 2),)),
        sum=f"{number_text(float(MAP[1, 2]))} + {number_text(float(OTHER[1, 2]))} = {number_text(float(made[1, 2]))}",
    )


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers)


_MAKERS: Mapping[str, Callable[[Any, Any], WorkedExample | None]] = {
    "Conv2D": _convolution,
    "MaxPooling2D": _pooling("Max pooling", max, "largest"),
    "AveragePooling2D": _pooling("Average pooling", _mean, "mean"),
    "UpSampling2D": _upsampling,
    "Conv2DTranspose": _transposed,
    "Concatenate": _concatenation,
    "Add": _addition,
}


def _width(window: Window) -> int:
    return max(last - first + 1 for first, last in zip(window.first, window.last, strict=True))


def _places(pairs: Any) -> tuple[Place, ...]:
    return tuple((int(cell[0]), int(cell[1])) for cell, _ in pairs)


def _by(sizes: Sequence[int]) -> str:
    """Two numbers as one, where they are the same."""
    return str(sizes[0]) if sizes[0] == sizes[1] else kernel_text(sizes)


def _products(pairs: Sequence[tuple[Any, Any]], total: Any) -> str:
    """A sum of products, without those that are multiplied by nothing.

    >>> _products([(1, 2), (4, -1), (5, 0)], -2)
    '1·2 − 4·1 = −2'
    """
    text = ""
    for value, weight in pairs:
        if not weight:
            continue
        sign = "−" if weight < 0 else "+"
        lead = f" {sign} " if text else sign.strip("+")
        text += f"{lead}{number_text(float(value))}·{number_text(abs(float(weight)))}"
    return f"{text or 0} = {number_text(float(total)).replace('-', '−')}"
