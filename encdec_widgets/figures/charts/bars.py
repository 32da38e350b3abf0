"""Horizontal bars as HTML, which a screen reader reads as a table of labels and values."""

import math
from collections.abc import Sequence

import attrs
from markupsafe import Markup

from encdec_widgets.figures.palette import Palette, on_page
from encdec_widgets.formatting import quantity_text, quoted

_ROLES = tuple(field.name for field in attrs.fields(Palette))


def _finite(bar: "Bar", _: object, value: float) -> None:
    if not math.isfinite(value):
        raise ValueError(f"the bar {quoted(bar.label)} is to be {value} long; it takes a finite number")


def _role(bar: "Bar", _: object, role: str) -> None:
    if role not in _ROLES:
        raise ValueError(
            f"the bar {quoted(bar.label)} is to have the colour {quoted(role)}; it takes one of {', '.join(_ROLES)}"
        )


@attrs.frozen
class Bar:
    """One bar.

    Attributes:
        label: The text before the bar.
        value: The length of the bar; it may be negative.
        note: A few words under the bar.
        role: What its colour stands for, as in :class:`encdec_widgets.figures.palette.Palette`.

    Raises:
        ValueError: If the value is not finite, or there is no such colour.
    """

    label: str
    value: float = attrs.field(validator=_finite)
    note: str = ""
    role: str = attrs.field(default="accent", validator=_role)


def bars(rows: Sequence[Bar], unit: str) -> Markup:
    """Draw bars one under the other, on one scale that includes 0 and every value.

    Args:
        rows: The bars, from the top. If one of them is the whole, the others can be read as shares of it.
        unit: Unit of the values, such as "ms".

    Returns:
        A ``<table>`` that fills the width it is given, 200 px or more; empty if there are no rows. Texts of the rows
        are escaped. Colours follow the page, light or dark.
    """
    if not rows:
        return Markup("")
    values = [0.0, *(row.value for row in rows)]
    least, most = min(values), max(values)
    extent = (most - least) or 1.0
    lines = Markup("").join(_row(row, unit, (0.0 - least) / extent, row.value / extent) for row in rows)
    return Markup(
        '<table style="width:100%; table-layout:auto; border-collapse:collapse; font-size:11px; line-height:1.3; '
        'color:{}"><tbody>{}</tbody></table>'
    ).format(on_page("text"), lines)


def _row(row: Bar, unit: str, zero: float, share: float) -> Markup:
    """A table row whose bar begins at ``zero`` and is ``share`` long, both as shares of the cell's width."""
    start, length = 100 * min(zero, zero + share), 100 * abs(share)
    bar = Markup(
        '<div aria-hidden="true" style="position:relative; height:11px; margin:2px 0">'
        '<div style="position:absolute; left:{:.2f}%; width:{:.2f}%; height:100%; box-sizing:border-box; '
        'border:1px solid {}; background:{}"></div>'
        '<div style="position:absolute; left:{:.2f}%; top:-2px; bottom:-2px; width:1px; '
        'background:{}"></div></div>'
    ).format(start, length, on_page("border"), on_page(row.role), 100 * zero, on_page("text"))
    note = Markup('<tr><td colspan="3" style="padding:0 0 2px; font-style:italic">{}</td></tr>').format(
        row.note
    )
    return Markup(
        '<tr><th scope="row" style="padding:0 4px 0 0; text-align:left; font-weight:400; max-width:84px; '
        'overflow-wrap:break-word">{}</th><td style="padding:0; width:100%; min-width:50px">{}</td>'
        '<td style="padding:0 0 0 4px; text-align:right; white-space:nowrap; font-variant-numeric:tabular-nums">'
        "{} {}</td></tr>{}"
    ).format(row.label, bar, quantity_text(row.value), unit, note if row.note else "")
