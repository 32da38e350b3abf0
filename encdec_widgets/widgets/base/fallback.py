"""What stands in a notebook for a designer where there is no kernel for one: a picture, and what to do.

What JupyterLab 4.6 and Notebook 7.6 do with a saved designer when its kernel is another one or none: they draw the
widget of its output or, in its place, "Error displaying widget: model not found", whatever else the same output offers;
only a notebook that they don't trust gets the output's HTML, without its style sheets and SVG elements. So the picture
is an output of its own, just before the widget's, as an ``<img>``, which they always draw; no script runs in one
either, whatever its texts say. A style sheet inside hides the picture as long as the widget is there or may still come,
and the error where it is not. It is kept small: it is saved with the notebook, once for each time it is displayed.
"""

import base64
import html
from typing import TYPE_CHECKING, Any

from IPython.core.interactiveshell import InteractiveShell
from IPython.display import display

from encdec_widgets.designs.presets import family_name
from encdec_widgets.explain.summary import summary
from encdec_widgets.figures.block_figure import block_figure
from encdec_widgets.figures.still import WIDTH, still
from encdec_widgets.session import Session

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone

LARGEST_PICTURE = 40_000
"""Of SVG text, in bytes; the largest preset takes half of it."""
_AGAIN = "Run this cell again to edit it."
_NOTHING_YET = "A network that was still being built."
_PICTURE = ".jp-OutputArea-child:has(> * > .encdec-still)"
_WIDGET = f"{_PICTURE} + .jp-OutputArea-child"
# JupyterLab's place for a widget says "Loading widget..." first; then it holds the widget, or holds the error and is of
# the class of widgets. Voila's place for a widget that it is about to draw holds a script element with its data.
_STYLE = (
    f"{_PICTURE}:has(+ .jp-OutputArea-child > .lm-Panel:not(.jupyter-widgets)),"
    f"{_PICTURE}:has(+ .jp-OutputArea-child > * > script[type*=widget-view]),"
    f"{_WIDGET}:has(> .lm-Panel.jupyter-widgets){{display:none}}"
)


def fallback_html(figure: dict[str, Any] | None, sentence: str) -> str:
    """What is read in place of a designer: what to do, what it is and a picture.

    Args:
        figure: What :func:`encdec_widgets.figures.block_figure` returns; None where there is nothing to draw yet. One
            whose picture takes more than :data:`LARGEST_PICTURE` is left out.
        sentence: Says what the network is, as plain text.

    Returns:
        HTML in which no script is needed and none can run.
    """
    svg = b"" if figure is None else still(figure).encode()
    text = html.escape(sentence)
    picture = ""
    if 0 < len(svg) <= LARGEST_PICTURE:
        data = base64.b64encode(svg).decode("ascii")
        picture = f'<img width="{WIDTH}" alt="{text}" src="data:image/svg+xml;base64,{data}">'
    return (
        f'<div class="encdec-still"><style>{_STYLE}</style>'
        f"<p>{text} <strong>{_AGAIN}</strong></p>{picture}</div>"
    )


def sentence_for(backbone: "Backbone | None") -> str:
    """A sentence that says what a backbone is; None is one that is not built yet."""
    if backbone is None:
        return _NOTHING_YET
    return f"{summary(family_name(backbone.design), backbone.blocks)}."


def display_fallback(session: Session) -> None:
    """Display what stands in for the designer of ``session``, which is about to be displayed; outside IPython, nothing.

    Where nothing is built yet, the picture comes when it is. Later edits leave it: it shows what the cell makes.
    """
    if not InteractiveShell.initialized():
        return
    shown = session.shown
    bundle = _bundle(None if shown is None else shown.backbone)
    handle = display(bundle, raw=True, display_id=True)  # type: ignore[no-untyped-call]
    if shown is None:

        def complete(change: Any) -> None:
            session.unobserve(complete, "shown")
            handle.update(_bundle(change["new"].backbone), raw=True)

        session.observe(complete, "shown")


def _bundle(backbone: "Backbone | None") -> dict[str, str]:
    sentence = sentence_for(backbone)
    figure = None if backbone is None else block_figure(backbone.blocks)
    return {"text/plain": f"{sentence} {_AGAIN}", "text/html": fallback_html(figure, sentence)}


def widget_bundle(bundle: dict[str, Any] | None) -> dict[str, Any] | None:
    """A widget's display bundle, with nothing in it to read where widgets are not drawn: that stands just before it."""
    return None if bundle is None else {**bundle, "text/plain": "Designer", "text/html": ""}
