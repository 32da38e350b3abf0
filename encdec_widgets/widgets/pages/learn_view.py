"""What is trained just now, as the page draws it: how far it is, score, pictures and losses."""

import re
from pathlib import Path

import anywidget
import traitlets

from encdec_widgets.figures.charts.loss_curve import Loss, loss_curve
from encdec_widgets.session.learning_run import LearningState, Run
from encdec_widgets.widgets.base.ipywidgets_private import Collected
from encdec_widgets.widgets.picture.card_words import edit_title

_FOLDER = Path(__file__).parent


class LearnView(Collected, anywidget.AnyWidget):
    """Score, pictures and losses of the network that is trained, or of both of a race.

    Attributes:
        running: Whether something is trained (a trait).
        share: How much of the time is over (a trait).
        runs: Of each network ``name``, ``score``, ``pictures`` (the bytes of a PNG) and ``words``, which say what the
            pictures show (a trait).
        curve: The losses, as an SVG (a trait).
    """

    # As texts: anywidget never lets go of a widget whose script is a file.
    _esm = (_FOLDER / "learn_view.js").read_text(encoding="utf-8")
    _css = (_FOLDER / "learn_view.css").read_text(encoding="utf-8")

    running = traitlets.Bool(False).tag(sync=True)
    share = traitlets.Float(0.0).tag(sync=True)
    runs = traitlets.List(traitlets.Dict()).tag(sync=True)
    curve = traitlets.Unicode().tag(sync=True)

    def show(self, state: LearningState) -> None:
        """Show how far a training is, in one message."""
        with self.hold_sync():
            self.running, self.share = state.running, state.share
            self.runs = [
                {
                    "name": f"{run.name}: {run.words}" if run.name else "",
                    "score": _together(run.score_text),
                    "pictures": run.pictures,
                    "words": f"{run.name}: {run.picture_text}" if run.name else run.picture_text,
                }
                for run in state.runs
            ]
            self.curve = str(loss_curve([_loss(run) for run in state.runs]))


def _together(score: str) -> str:
    """A score whose numbers keep their units when it is broken into lines."""
    return re.sub(r"(?<=\d) (?=%|px)", "\N{NO-BREAK SPACE}", score)


def _loss(run: Run) -> Loss:
    marks = [(mark.step, ": ".join(filter(None, (edit_title(mark.words), mark.text)))) for mark in run.marks]
    return Loss(points=run.losses, marks=marks, name=run.name)
