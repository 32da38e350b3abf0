"""Lesson 4: few parameters do not make a fast network."""

from typing import Any

from encdec_widgets.designs.presets import preset
from encdec_widgets.lessons.a_lesson import Lesson
from encdec_widgets.lessons.bounds import at_least, at_most
from encdec_widgets.widgets.designer import Designer
from encdec_widgets.workers.timing import Comparison, compare

START = preset("SLEAP medium single")
HALF_OF_THE_PARAMETERS = 976_536
TWICE_AS_WIDE = START.replace("filters", 32)
DEEP = START.replace_all({"filters": 8, "down_blocks": 6, "up_blocks": 5})
"""Half as wide, and two levels deeper."""
CLEARLY = 1.2
"""So many times faster is more than the noise of a timing."""


def times_the_parameters() -> float:
    """How many times as many parameters twice the filters have."""
    return TWICE_AS_WIDE.build().parameters / START.build().parameters


def faster_or_slower() -> str:
    """Whether the deep network is faster than that of the start, by a race."""
    return _in_words(compare(START, DEEP, name_a="SLEAP medium single", name_b="the deep one"))


def _in_words(race: Comparison) -> str:
    """Of the ratio, and not of its interval: where others use the machine, that says nothing."""
    if race.ratio > CLEARLY:
        return "faster"
    return "slower" if race.ratio < 1 / CLEARLY else "about as fast"


def make(**options: Any) -> Lesson:
    """Make the lesson, with its designer."""
    lesson = Lesson(
        "4",
        Designer(START, name="lesson 4"),
        title="Parameters lie",
        question="Is the smaller network the faster one?",
        home="Parameters live deep, time lives at full resolution.",
        controls=("filters", "filters_rate", "down_blocks", "up_blocks"),
        **options,
    )
    lesson.predict(
        "SLEAP medium single has 16 filters at its first level. With twice as many at every level, how many times as "
        "many parameters does it have?",
        times_the_parameters,
        unit="×",
        because="A convolution has weights for each pair of an input channel and an output channel, and there are "
        "twice as many of both.",
    )
    lesson.predict(
        "Another network is half as wide as SLEAP medium single and has two levels more. It has four times as many "
        "parameters. How fast is it?",
        faster_or_slower,
        choices=("faster", "about as fast", "slower"),
        because="Most of its parameters are in its deepest blocks, where feature maps are small: each weight is used "
        "a few times. At full resolution a weight is used at each of many positions, and there it has fewer.",
    )
    lesson.goal(
        "Find a network with at most half the parameters of SLEAP medium single that is at least twice as slow. "
        "Before your first edit, pin SLEAP medium single as A on the page Timing; then race your networks against it.",
        hints=(
            (
                "Click on the figures Parameters and Multiply-adds over the picture in turn: they colour the boxes. "
                "Where is most of each?"
            ),
            (
                "Give to the levels that cost time, and take from those that hold parameters. Which setting says how "
                "much wider each level is than the one before?"
            ),
        ),
        parameters=at_most(HALF_OF_THE_PARAMETERS),
        slower=at_least(2),
    )
    return lesson
