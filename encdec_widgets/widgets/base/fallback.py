"""What stands in a notebook where a designer can't be drawn: a picture, and what to do.

The picture is an output of its own, just before the widget's, as an ``<img>``: every page that shows notebooks draws
one, and no script runs in it, whatever its texts say. It is seen wherever the designer is not drawn:

- A designer that is drawn hides its picture by a rule of its own, in whatever page or program (``around.js``).
- JupyterLab and Notebook 7 have a place for the widget at once, which says "Loading widget..." until there is a widget,
  for ever where no kernel runs, or "Error displaying widget". So has Voila. A style sheet inside the picture's output
  hides the picture there for as long as a widget usually takes to come, so that it does not flash up, and the error.
- A notebook that they don't trust, and GitHub, show the output's HTML without its style sheet.

README.md of ``notebooks/`` says what is seen where. The picture is kept small: it is saved with the notebook, once for
each time it is displayed. It is that of the design on screen, also after edits.
"""

import base64
import html
from typing import TYPE_CHECKING, Any

from IPython.core.interactiveshell import InteractiveShell
from IPython.display import display, update_display

from encdec_widgets.designs.presets import family_name
from encdec_widgets.explain.summary import summary
from encdec_widgets.figures.parts import Scene
from encdec_widgets.figures.scene import scene
from encdec_widgets.figures.still import still
from encdec_widgets.session import Session
from encdec_widgets.widgets.base.at_rest import AtRest

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone

LARGEST_PICTURE = 40_000
"""Of SVG text, in bytes; the largest preset takes half of it."""
UPDATE_AFTER_S = 1.0  # after the last edit: drawing it takes some milliseconds, and the message some 20 kB
AGAIN = "Run this cell again to edit it."
_NOTHING_YET = "A network that was still being built."
_PICTURE = ".jp-OutputArea-child:has(> * > .encdec-still)"
_NEXT = ".jp-OutputArea-child"
# JupyterLab's place is of the class of widgets when it holds an error. Voila marks its page, and its place holds a
# script element with the widget's data until the widget is drawn; so does a page that nbconvert has made, for ever.
_STYLE = (
    f"@keyframes encdec-wait{{from{{visibility:hidden;max-height:0;overflow:hidden}}}}"
    f"{_PICTURE}:has(+ {_NEXT} > .lm-Panel:not(.jupyter-widgets)),"
    f"[data-voila] {_PICTURE}:has(+ {_NEXT} > * > script[type*=widget-view]){{animation:encdec-wait 3s step-end}}"
    f"{_PICTURE}:has(+ {_NEXT} .encdec),{_PICTURE} + {_NEXT}:has(> .lm-Panel.jupyter-widgets){{display:none}}"
)


def fallback_html(drawn: Scene | None, sentence: str, name: str = "", again: str = AGAIN) -> str:
    """What is read in place of a designer: what to do, what it is and a picture.

    Args:
        drawn: What :func:`encdec_widgets.figures.scene.scene` returns; None where there is nothing to draw yet. One
            whose picture takes more than :data:`LARGEST_PICTURE` is left out.
        sentence: Says what the network is, as plain text.
        name: Of the picture, by which the designer that it stands for hides it.
        again: Says what to do, as plain text.

    Returns:
        HTML in which no script is needed and none can run.
    """
    svg = b"" if drawn is None else still(drawn).encode()
    text = html.escape(sentence)
    picture = ""
    if drawn is not None and len(svg) <= LARGEST_PICTURE:
        data = base64.b64encode(svg).decode("ascii")
        picture = f'<img width="{drawn.width:.0f}" alt="{text}" src="data:image/svg+xml;base64,{data}">'
    return (
        f'<div class="encdec-still" data-encdec-still="{html.escape(name)}"><style>{_STYLE}</style>'
        f"<p>{text} <strong>{html.escape(again)}</strong></p>{picture}</div>"
    )


def sentence_for(backbone: "Backbone | None") -> str:
    """A sentence that says what a backbone is; None is one that is not built yet."""
    if backbone is None:
        return _NOTHING_YET
    return f"{summary(family_name(backbone.design), backbone.blocks)}."


class Fallback:
    """What stands in for a designer, in every place where it was displayed: it shows the design that is on screen.

    After edits, all of these places are brought up to date by one message, once the hand rests.

    Attributes:
        again: What it says is to be done.
    """

    again = AGAIN

    def __init__(self, session: Session, name: str) -> None:
        """Display nothing yet; ``name`` is that of the picture, by which the designer of ``session`` hides it."""
        self._session = session
        self._name = name
        self._displayed = False
        self._at_rest = AtRest(UPDATE_AFTER_S, session.guarded(self._update), session.background)

    def display(self) -> None:
        """Display it, just before the designer is displayed; outside IPython, nothing.

        Where nothing is built yet, the picture comes when it is.
        """
        if not InteractiveShell.initialized():
            return
        bundle = _bundle(*self.told(), self._name, self.again)
        display(bundle, raw=True, display_id=self._name)  # type: ignore[no-untyped-call]
        if not self._displayed:
            self._displayed = True
            self._session.observe(self._changed, "shown")

    def close(self) -> None:
        """Leave it as it is."""
        self._at_rest.forget()

    def told(self) -> "tuple[Backbone | None, str]":
        """The network that is drawn, None for no picture, and a sentence about it."""
        shown = self._session.shown
        backbone = None if shown is None else shown.backbone
        return backbone, sentence_for(backbone)

    def update_soon(self) -> None:
        """Bring all places up to date where it is displayed, as something else is to be seen there."""
        if self._displayed:
            self._at_rest.soon()

    def _changed(self, change: Any) -> None:
        before, shown = change["old"], change["new"]
        if before is None:
            self._update()
        elif before.backbone is not shown.backbone:  # else something else is selected
            self._at_rest.soon()

    def _update(self) -> None:
        bundle = _bundle(*self.told(), self._name, self.again)
        update_display(bundle, raw=True, display_id=self._name)  # type: ignore[no-untyped-call]


def _bundle(backbone: "Backbone | None", sentence: str, name: str, again: str = AGAIN) -> dict[str, str]:
    drawn = None if backbone is None else scene(backbone.blocks)
    return {"text/plain": f"{sentence} {again}", "text/html": fallback_html(drawn, sentence, name, again)}


def widget_bundle(
    bundle: dict[str, Any] | None, metadata: dict[str, Any], text: str = "Designer"
) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """A widget's display bundle and its metadata.

    Args:
        bundle: The widget's own. What is read where widgets are not drawn is taken out of it: that stands just before.
        metadata: Of an anywidget inside. They tell Google Colab to use the widget manager that knows more than
            Jupyter's own widgets; Colab asks for them on the outermost widget.
        text: What it is called where there is text alone.
    """
    return None if bundle is None else ({**bundle, "text/plain": text, "text/html": ""}, metadata)
