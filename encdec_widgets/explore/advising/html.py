"""Advice as HTML for a notebook."""

from typing import TYPE_CHECKING

from markupsafe import Markup

from encdec_widgets.explore.advising.words import all_wishes
from encdec_widgets.explore.html_parts import paragraphs, styled, table

if TYPE_CHECKING:
    from encdec_widgets.explore.advising.advice import Advice


def advice_html(advice: "Advice") -> str:
    """The designs that are advised side by side, or what would have to give way; and how sure it is."""
    if advice.advised:
        rows = [
            ["design", *(Markup("{}").format(one.name) for one in advice.advised)],
            ["why", *(_list([*one.reasons, one.binding]) for one in advice.advised)],
            ["for more", *(_list([more.text for more in one.more]) for one in advice.advised)],
            ["checks", *(_list(one.checks) for one in advice.advised)],
        ]
        meet = f"Designs that meet {all_wishes(advice.wanted).removesuffix(',')}"
        shown = table(meet, ["", *(one.title for one in advice.advised)], rows)
    else:
        shown = Markup("<p><b>No design meets all wishes.</b></p>{}").format(
            _list([one.text for one in advice.give_way])
        )
    untested = paragraphs([advice.untested]) if advice.untested else Markup("")
    return styled(untested, shown, paragraphs(advice.sure))


def _list(texts: "tuple[str, ...] | list[str]") -> Markup:
    items = Markup().join(Markup("<li>{}</li>").format(text) for text in texts)
    return Markup("<ul>{}</ul>").format(items) if texts else Markup("none")
