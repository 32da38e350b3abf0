"""A layer at work on a small map, as HTML: tables of numbers, and how one of them is made."""

from collections.abc import Collection, Iterator
from typing import Any

import numpy as np
from markupsafe import Markup

from encdec_widgets.explain.worked_example import WorkedExample
from encdec_widgets.formatting import sizes_text

_TABLE = Markup('<table class="encdec-worked-map{}"><caption>{}</caption><tbody>{}</tbody></table>')
_ROW = Markup("<tr>{}</tr>")
_CELL = Markup("<td>{}</td>")
_MARKED = Markup("<td><mark>{}</mark></td>")
_SIGN = Markup('<span class="encdec-worked-sign" aria-hidden="true">{}</span>')
_SMALL = 8  # numbers in a row, above which they are written smaller


def worked_tables(example: WorkedExample) -> Markup:
    """Write an example down.

    Args:
        example: What :func:`encdec_widgets.explain.worked_example.examples_of` gives.

    Returns:
        A ``<section>`` with its title, tables that a screen reader reads cell by cell, and the sum. The number that is
        worked out is in a ``<mark>`` element, as are those that it is made from. Colours follow the page.

    Example:
        >>> from encdec_widgets import preset
        >>> from encdec_widgets.explain.worked_example import examples_of
        >>> backbone = preset("SLEAP centroid").build()
        >>> pooling = examples_of("stack0_enc1", backbone.calls, backbone.layers)[0]
        >>> worked_tables(pooling).count("<mark>")  # four numbers, and the largest of them
        5
    """
    return Markup(
        '<section class="encdec-worked" aria-label="{title}"><h5>{title}</h5><p>{words}</p>'
        '<div class="encdec-worked-maps">{maps}</div>'
        '<p class="encdec-worked-sum">The marked number: {sum}</p></section>'
    ).format(title=example.title, words=example.words, maps=Markup().join(_maps(example)), sum=example.sum)


def _maps(example: WorkedExample) -> Iterator[Markup]:
    several = len(example.inputs) > 1
    for number, (array, taken) in enumerate(zip(example.inputs, example.taken, strict=True)):
        if number:
            yield _SIGN.format("and")
        name = f"{'First' if number == 0 else 'Second'} map" if several else "Map"
        yield _map(f"{name}, {sizes_text(array.shape)}", array, taken)
    if example.kernel is not None:
        yield _SIGN.format("with")
        yield _map(f"Kernel, {sizes_text(example.kernel.shape)}", example.kernel, (), " encdec-worked-kernel")
    yield _SIGN.format("gives")
    for number, array in enumerate(example.outputs, start=1):
        name = f"Channel {number}" if len(example.outputs) > 1 else "Result"
        last = number == len(example.outputs)
        yield _map(f"{name}, {sizes_text(array.shape)}", array, (example.at,) if last else ())


def _map(caption: str, array: Any, marked: Collection[tuple[int, int]], more: str = "") -> Markup:
    small = " encdec-worked-small" if array.shape[1] > _SMALL else ""
    rows = []
    for r, row in enumerate(array):
        cells = (
            (_MARKED if (r, c) in marked else _CELL).format(_number(value)) for c, value in enumerate(row)
        )
        rows.append(_ROW.format(Markup().join(cells)))
    return _TABLE.format(small + more, caption, Markup().join(rows))


def _number(value: float) -> str:
    """With two decimals at most, and a true minus sign."""
    return f"{np.round(value, 2) + 0.0:g}".replace("-", "−")
