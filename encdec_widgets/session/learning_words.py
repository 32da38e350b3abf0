"""What is said of a training, once each: when it starts, after an edit, and how it ended."""

from encdec_widgets.formatting import counted, digits
from encdec_widgets.session.learning_run import Mark, Run


def seconds_text(seconds: float) -> str:
    """Seconds as a person says them.

    >>> seconds_text(15.0), seconds_text(0.26)
    ('15.0 s', '0.260 s')
    """
    return f"{digits(seconds)} s"


def started(task: str, seconds: float | None, steps: int | None, goes_on: bool) -> str:
    """That a training has started.

    >>> started("mouse", 15.0, None, False)
    'Training on mouse for 15.0 s, from random weights.'
    >>> started("halo", None, 400, True)
    'Training on halo for 400 steps, from the weights that the network has.'
    """
    how_long = counted(steps, "step") if steps is not None else seconds_text(seconds or 0.0)
    weights = "the weights that the network has" if goes_on else "random weights"
    return f"Training on {task} for {how_long}, from {weights}."


def edited(mark: Mark) -> str:
    """What was kept of the weights after an edit.

    >>> edited(Mark(step=120, words="filters 8 to 12", text="29,024 of 29,939 parameters kept"))
    'filters 8 to 12: 29,024 of 29,939 parameters kept.'
    """
    return f"{mark.words or 'Edit'}: {mark.text.removesuffix('.')}."


def ended(run: Run, *, stopped: bool) -> str:
    """How a training ended, without its score.

    >>> ended(Run(steps=412, seconds=15.0), stopped=False)
    'Trained 412 steps in 15.0 s. The network has the weights now.'
    """
    how = "Stopped after" if stopped else "Trained"
    return (
        f"{how} {counted(run.steps, 'step')} in {seconds_text(run.seconds)}. The network has the weights now."
    )


STOPPED_EARLY = "Stopped before the first step: nothing was learnt."
STOPPED_AT_ONCE = "Stopped at once: what was learnt is lost, and the network has the weights that it had."


def not_learnt(reason: str) -> str:
    """That an edit is not trained, and which network is.

    >>> not_learnt("It has no output.")
    'Training goes on with the network before this edit. It has no output.'
    """
    return f"Training goes on with the network before this edit. {reason[:1].upper()}{reason[1:]}"
