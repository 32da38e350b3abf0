"""What a page says of one network: its picture, figures, checks, receptive fields and table, as HTML."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from encdec_widgets.designs.presets import family_name
from encdec_widgets.explain.checks.beyond_memory import KINDS as OF_MACHINE
from encdec_widgets.explain.checks.check import Check
from encdec_widgets.explain.receptive_words import extent_text, output_words
from encdec_widgets.explain.summary import summary
from encdec_widgets.explain.table import Row
from encdec_widgets.figures.charts.receptive_map import receptive_map
from encdec_widgets.figures.palette import VARIABLES
from encdec_widgets.figures.receptive_boxes import field_boxes
from encdec_widgets.figures.scene import scene
from encdec_widgets.figures.still import still
from encdec_widgets.formatting import count_text, exact_text, sizes_text
from encdec_widgets.session.conditions import Conditions
from encdec_widgets.session.five_figures import Numbers, five_figures

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone

_FIGURE = Markup('<div><dt>{}</dt><dd title="{}">{}</dd></div>')
_COLUMNS = (
    "block",
    "kind",
    "stride",
    "output, px",
    "channels",
    "parameters",
    "multiply-adds",
    "sees",
    "skip from",
)
_ROW = Markup('<tr><th scope="row">{}</th>{}</tr>')
_TEXTS = ("kind", "skip from")


def sentence(backbone: "Backbone") -> str:
    """The network in one sentence, which names its family.

    >>> from encdec_widgets import preset
    >>> sentence(preset("SLEAP centroid").build())
    'U-Net, 4 levels, 3 skips, output stride 2, 1.95 M parameters'
    """
    return summary(family_name(backbone.design), backbone.blocks)


def network_html(backbone: "Backbone") -> Markup:
    """All that a page says of a network; texts are escaped.

    Args:
        backbone: The network; its weights need not be filled.
    """
    parts = (
        Markup('<p class="sentence">{}.</p>').format(sentence(backbone)),
        _figures(backbone),
        Markup('<figure class="picture">{}<figcaption>{}.</figcaption></figure>').format(
            Markup(still(scene(backbone.blocks), VARIABLES)), sentence(backbone)
        ),
        _checks(backbone),
        _receptive(backbone),
        _table(backbone),
        _text(backbone),
    )
    return Markup().join(parts)


def _figures(backbone: "Backbone") -> Markup:
    """The figures, but for the time: a page can't measure one."""
    figures = five_figures(Numbers.of(backbone, **Conditions().of_costs), None)
    cells = (_FIGURE.format(f.label, f.exact, f.value) for f in figures if f.quantity != "time")
    return Markup('<h2 class="unseen">Figures</h2><dl class="figures">{}</dl>').format(Markup().join(cells))


def _checks(backbone: "Backbone") -> Markup:
    """The checks, but for the one of memory, which is that of the machine that wrote the page."""
    found = [check for check in backbone.checks(**Conditions().of_checks) if check.kind not in OF_MACHINE]
    if not found:
        return Markup("<h2>Checks</h2><p>Nothing in this network is unexpected.</p>")
    return Markup("<h2>Checks</h2><ul class='checks'>{}</ul>").format(
        Markup().join(_check(check, backbone) for check in found)
    )


def _check(check: Check, backbone: "Backbone") -> Markup:
    names = [str(backbone.blocks.nodes[name]["label"]) for name in check.places if name in backbone.blocks]
    mends = [mend.label for mend in check.mends if mend.label]
    return Markup('<li class="{}"><strong>{}</strong> {}{}{}</li>').format(
        check.severity,
        f"{check.severity.capitalize()}:",
        check.reason,
        f" At: {', '.join(names)}." if names else "",
        f" What would mend it: {'; '.join(mends)}." if mends else "",
    )


def _receptive(backbone: "Backbone") -> Markup:
    receptive = backbone.receptive_field()
    boxes = field_boxes(receptive, backbone.blocks)
    height, width, _ = backbone.design.input_shape
    items = Markup().join(Markup("<li>{}</li>").format(box.words) for box in boxes)
    return Markup(
        '<h2>Receptive field</h2><div class="receptive"><figure>{}<figcaption>The image is {} px.</figcaption></figure>'
        "<div><p>{}</p><ul>{}</ul></div></div>"
    ).format(
        receptive_map((height, width), boxes),
        sizes_text((height, width)),
        output_words(receptive.output),
        items,
    )


def _table(backbone: "Backbone") -> Markup:
    heads = Markup().join(Markup('<th scope="col">{}</th>').format(name) for name in _COLUMNS)
    rows = Markup().join(
        _ROW.format(row["name"], Markup().join(_cells(row, seen)))
        for row, seen in zip(backbone.table(), _seen(backbone), strict=True)
    )
    return Markup(
        '<h2>Blocks</h2><div class="wide" tabindex="0" role="region" aria-label="Table of the blocks"><table><caption '
        'class="unseen">The blocks of the network, in its order</caption><thead><tr>{}</tr></thead><tbody>{}</tbody>'
        "</table></div>"
    ).format(heads, rows)


def _seen(backbone: "Backbone") -> Iterator[str]:
    blocks = backbone.receptive_field().blocks
    for name in backbone.blocks:
        yield extent_text(blocks[name].extent, blocks[name].size) if name in blocks else ""


def _cells(row: Row, seen: str) -> Iterator[Markup]:
    size: tuple[Any, ...] = (row["height"], row["width"])
    known: dict[str, Any] = {
        "kind": row["kind"],
        "stride": row["stride"],
        "output, px": sizes_text(size) if any(size) else "any",
        "channels": row["channels"],
        "parameters": exact_text(int(row["parameters"] or 0)),
        "multiply-adds": "" if row["multiply-adds"] is None else count_text(float(row["multiply-adds"])),
        "sees": seen,
        "skip from": row["skip from"],
    }
    for column in _COLUMNS[1:]:
        value = known[column]
        side = Markup(' class="text"') if column in _TEXTS else ""
        yield Markup("<td{}>{}</td>").format(side, "" if value is None else value)


def _text(backbone: "Backbone") -> Markup:
    try:
        text = backbone.design.to_text()
    except ValueError:  # a user's block holds what no text can say
        return Markup()
    return Markup(
        "<h2>Take it along</h2><p><code>read_design</code> of encdec_widgets reads this text, and so does <i>Open</i> "
        "in the designer:</p><pre>{}</pre>"
    ).format(text)
