"""A comparison of designs as HTML: for a notebook, and as a page of its own."""

from typing import TYPE_CHECKING

from markupsafe import Markup

from encdec_widgets.explore.html_parts import page, paragraphs, styled, table
from encdec_widgets.formatting import counted

if TYPE_CHECKING:
    from encdec_widgets.explore.compared import ComparedDesigns


def table_of(compared: "ComparedDesigns") -> str:
    """The table, with a picture of each network; all pictures are at one scale."""
    heads = [
        Markup('<span aria-label="figure"></span>'),
        *(Markup("{}").format(row.name) for row in compared.rows),
    ]
    pictures = [
        Markup('<div class="encdec-light">{}</div><div class="encdec-dark">{}</div>').format(
            Markup(light), Markup(dark)
        )
        if light
        else Markup("{}").format(row.reason)
        for row, light, dark in zip(
            compared.rows, compared.pictures("light"), compared.pictures("dark"), strict=True
        )
    ]
    facts = [
        [
            Markup("{} <small>{}</small>").format(fact.label, fact.sure)
            if fact.sure
            else Markup("{}").format(fact.label),
            *(
                Markup("{} <small>{}</small>").format(value, ratio) if ratio else Markup("{}").format(value)
                for value, ratio in zip(fact.values, fact.ratios, strict=True)
            ),
        ]
        for fact in compared.facts
    ]
    fields = [[Markup("{}").format(one.words), *one.values] for one in compared.differences]
    return styled(
        table(_caption(compared), heads, [["network", *pictures], *facts, *fields]),
        paragraphs(compared.notices),
    )


def page_of(compared: "ComparedDesigns") -> str:
    """The same as a page of its own."""
    return page(_caption(compared), table_of(compared))


def _caption(compared: "ComparedDesigns") -> str:
    return f"{counted(len(compared.rows), 'design')}, with the ratio to the first"
