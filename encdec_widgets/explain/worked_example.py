"""What a layer does to a map of 5 x 5, with the numbers: computed, for the layers that a block really has."""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from encdec_widgets.explain.worked_arithmetic import (
    Array,
    Place,
    between,
    cells_under,
    convolved,
    edge_kernel,
    interpolated,
    pooled,
    repeated,
    soft_kernel,
    transposed,
)
from encdec_widgets.formatting import kernel_text, number_text
from encdec_widgets.networks.windows import Window

if TYPE_CHECKING:
    import networkx as nx

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


LARGEST_FACTOR = 4
TOO_LARGE = "it is too large to be seen on a map of 5 × 5"
ALL_CHANNELS = "The layer does so with a kernel of its own for each pair of an input and an output channel."
EACH_CHANNEL = "Each channel has a kernel of its own, and what comes of it is a channel: none are added up."
EACH_THEN_ALL = (
    "That is the first half: each channel has a kernel of its own. In the second, a convolution of 1 × 1 adds the "
    "channels up, with a weight for each pair of an input and an output channel."
)


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
    for made in _made(block, calls, layers):
        if isinstance(made, WorkedExample):
            found.setdefault(made.title, made)
    return tuple(found.values())


def without_example(block: str, calls: "nx.DiGraph[str]", layers: "nx.DiGraph[str]") -> tuple[str, ...]:
    """Why layers of a block have no example though others of their kind have one, a sentence each.

    Args:
        block: As in :func:`examples_of`.
        calls: As in :func:`examples_of`.
        layers: As in :func:`examples_of`.

    Example:
        >>> from encdec_widgets import preset
        >>> bicubic = preset("SLEAP centroid").replace("decoder[*].interp_method", "bicubic").build()
        >>> without_example("stack0_dec0", bicubic.calls, bicubic.layers)
        ('Bicubic and Lanczos upsampling have no example: each number is made from 16 others or more.',)
    """
    made = _made(block, calls, layers)
    return tuple(dict.fromkeys(reason for reason in made if isinstance(reason, str)))


def _made(block: str, calls: "nx.DiGraph[str]", layers: "nx.DiGraph[str]") -> Iterator["WorkedExample | str"]:
    """For each layer of a block whose kind is known here its example, or why it has none."""
    for _, call in calls.nodes(data=True):
        maker = _MAKERS.get(call["kind"])
        if call["block"] == block and maker is not None and call["windows"] is not None:
            yield maker(call["windows"], layers.nodes[call["layer"]]["kernel_size"])


# What each kind of layer has of it


def _convolution(
    windows: Any, kernel_size: Any, name: str = "Convolution", channels: str = ALL_CHANNELS
) -> WorkedExample | str:
    sizes = tuple(min((w.last[0] - w.first[0]) // w.spacing + 1, WIDEST) for w in windows)
    stride, rate = (windows[0].step, windows[1].step), (windows[0].spacing, windows[1].spacing)
    if max(rate) > 2:
        rate = (min(rate[0], 2), min(rate[1], 2))
    kernel = edge_kernel(sizes)
    made = convolved(MAP, kernel, stride, rate)
    at = (made.shape[0] // 2, made.shape[1] // 2)
    pairs = list(cells_under(at, MAP.shape, kernel.shape, stride, rate))
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
        title=f"{name}, {', '.join(more)}",
        words=(
            "The kernel lies on the map; each number is multiplied by the weight on it, and all products are added. "
            f"Beyond the border are zeros. {channels} Training finds the weights.{note}"
        ),
        inputs=(MAP,),
        kernel=kernel,
        outputs=(made,),
        at=at,
        taken=(_places(pairs),),
        sum=_products([(MAP[cell], kernel[of_kernel]) for cell, of_kernel in pairs], made[at]),
    )


def _pooling(name: str, how: Callable[[Sequence[float]], float], word: str) -> Any:
    def example(windows: Any, kernel_size: Any) -> WorkedExample | str:
        size = tuple(w.last[0] - w.first[0] + 1 for w in windows)
        stride = (windows[0].step, windows[1].step)
        if max(size) > WIDEST or max(stride) > WIDEST:
            return f"{name}, {kernel_text(size)}, stride {_by(stride)}, has no example: {TOO_LARGE}."
        made = pooled(MAP, (size[0], size[1]), stride, how)
        at = (min(1, made.shape[0] - 1), min(1, made.shape[1] - 1))
        cells = _places(cells_under(at, MAP.shape, size, stride, (1, 1)))
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


def _upsampling(windows: Any, kernel_size: Any) -> WorkedExample | str:
    factor = (windows[0].period, windows[1].period)
    if max(factor) > LARGEST_FACTOR:
        return f"Upsampling, × {_by(factor)}, has no example: {TOO_LARGE}."
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
        return "Bicubic and Lanczos upsampling have no example: each number is made from 16 others or more."
    made = interpolated(MAP, factor)
    at = (2 * factor[0], 2 * factor[1])
    rows, columns = (between(5, by) for by in factor)
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


def _transposed(windows: Any, kernel_size: Any) -> WorkedExample | str:
    stride = (windows[0].period, windows[1].period)
    if max(kernel_size) > WIDEST or max(stride) > LARGEST_FACTOR:
        size = kernel_text(kernel_size)
        return f"Transposed convolution, {size}, stride {_by(stride)}, has no example: {TOO_LARGE}."
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


_MAKERS: Mapping[str, Callable[[Any, Any], WorkedExample | str]] = {
    "Conv2D": _convolution,
    "DepthwiseConv2D": functools.partial(_convolution, name="Depthwise convolution", channels=EACH_CHANNEL),
    "SeparableConv2D": functools.partial(_convolution, name="Separable convolution", channels=EACH_THEN_ALL),
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
