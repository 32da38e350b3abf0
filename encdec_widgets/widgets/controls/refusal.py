"""Why a value is not possible, as HTML: a sentence for a person, with the error's own text folded away."""

from markupsafe import Markup

from encdec_widgets.designs.design import Design
from encdec_widgets.explain.problem_words import problem_sentence
from encdec_widgets.widgets.base.texts import NOTHING, error


def refusal_html(
    refused: Exception, at: str | None = None, heading: str = "", design: Design | None = None
) -> Markup:
    """What is not possible.

    Args:
        refused: The error.
        at: Path of the field at which it stands, where that is not the error's own.
        heading: What is said before it.
        design: The design whose heads have names.
    """
    said = problem_sentence(refused, at, design)
    return alert(heading, said, details("Details", str(refused)) if str(refused) != said else NOTHING)


def alert(heading: str, message: str, more: Markup = NOTHING) -> Markup:
    """An error in words, after a heading, and what is folded away below it."""
    bold = Markup("<b>{}</b> ").format(heading) if heading else NOTHING
    return error(Markup("{}{}{}").format(bold, message, more))


def details(summary: str, text: str) -> Markup:
    """A text that is folded away."""
    return Markup("<details><summary>{}</summary>{}</details>").format(summary, text)
