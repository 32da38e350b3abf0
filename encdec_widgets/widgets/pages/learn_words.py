"""What the page says of a training: what is trained, how far it is, and what edits kept, as HTML."""

from markupsafe import Markup

from encdec_widgets.formatting import counted, exact_text
from encdec_widgets.session.learning_run import LearningState, Run
from encdec_widgets.session.learning_subject import Subject
from encdec_widgets.session.learning_words import seconds_text
from encdec_widgets.widgets.base.texts import NOTHING, error, joined, lines, note, notices
from encdec_widgets.widgets.controls.refusal import refusal_html
from encdec_widgets.widgets.picture.card_words import edit_title

_STALE = Markup('<div class="encdec-stale">Out of date: the network has changed since.</div>')


def what_html(subject: Subject | None) -> Markup:
    """What would be trained of the network on screen: the copy, and what is otherwise in it."""
    if subject is None or subject.refused is not None or not subject.notes:
        return NOTHING
    return Markup('<div class="encdec-learn-what">{}</div>').format(lines(map(_sentence, subject.notes)))


def refused_html(subject: Subject | None) -> Markup:
    """Why the network on screen can't learn the task; nothing if it can."""
    if subject is None or subject.refused is None:
        return NOTHING
    return refusal_html(subject.refused, heading="This network can't learn this.")


def status_html(state: LearningState, *, up_to_date: bool) -> Markup:
    """How far a training is, or how it ended."""
    parts = []
    if state.running:
        parts.append(note(_progress(state)))
    if state.said:
        parts.append((error if state.failed else note)(state.said))
    # Both of a race are trained on the same device.
    parts.append(notices(dict.fromkeys(_sentence(notice) for run in state.runs for notice in run.notices)))
    if not up_to_date:
        parts.append(_STALE)
    return joined(parts)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _progress(state: LearningState) -> str:
    if state.stopping:
        return "Stopping …"
    trained = [run for run in state.runs if run.steps > run.before]
    if not trained:
        return f"{state.doing[:1].upper()}{state.doing[1:]} …"
    return "; ".join(f"{run.name} {_steps(run)}" if run.name else _steps(run) for run in trained)


def _steps(run: Run) -> str:
    return f"{counted(run.steps, 'step')} in {seconds_text(run.seconds)}"


def marks_html(state: LearningState) -> Markup:
    """The edits that a training went on after, by the numbers that the curve has, and what each kept."""
    marks = [mark for run in state.runs for mark in run.marks]
    if not marks:
        return NOTHING
    item = Markup("<li>{}{}{}</li>")
    items = joined(
        item.format(
            f"step {exact_text(mark.step)}: ",
            edit_title(mark.words) or "edit",
            f". {mark.text[:1].upper()}{mark.text[1:]}" if mark.text else "",
        )
        for mark in marks
    )
    return Markup('<ol class="encdec-learn-marks" aria-label="Edits during training">{}</ol>').format(items)


def pinned_html(pinned: Subject | None, *, same: bool) -> Markup:
    """What A is, and what is still to be done for a race."""
    if pinned is None:
        return NOTHING
    more = " Change the network to train another one beside it." if same else ""
    return note(f"A is {pinned.words}.{more}")
