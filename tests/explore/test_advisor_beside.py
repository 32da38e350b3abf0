"""The advisor in the background, in both forms: the newest question wins, and what is stopped tells nothing more."""

import threading

import pytest

from encdec_widgets.background import Background
from encdec_widgets.explore.advising.advice import Advice
from encdec_widgets.explore.advising.asked import Advisor
from encdec_widgets.explore.advising.looked import forget
from encdec_widgets.explore.advising.search import Step
from encdec_widgets.explore.requirements import Requirements
from tests.both_forms import in_both_forms as in_both_forms
from tests.designer.slow import in_a_loop, until

SMALL = Requirements(animal_px=40, image_px=256)
LARGE = Requirements(animal_px=90, image_px=256)


def test_steps_and_advice_come_on_the_loop_that_asked(in_both_forms: Background) -> None:
    forget()

    async def scenario() -> None:
        threads: set[int] = set()
        steps: list[Step] = []
        told: list[Advice] = []

        def step(one: Step) -> None:
            threads.add(threading.get_ident())
            steps.append(one)

        advisor = Advisor(step, told.append)
        advisor.ask(SMALL, "U-Net")
        assert advisor.busy
        assert not told
        await until(lambda: bool(told))
        await until(lambda: not advisor.busy)
        assert threads == {threading.get_ident()}
        assert told[0].wanted == SMALL
        assert [one.aim for one in told[0].advised] == ["fastest", "smallest", "most exact output"]
        assert steps[0].built == 0

    in_a_loop(scenario)


def test_the_newest_question_wins_and_stop_ends_it(in_both_forms: Background) -> None:
    forget()

    async def scenario() -> None:
        told: list[Advice] = []
        steps: list[Step] = []
        advisor = Advisor(steps.append, told.append)
        advisor.ask(SMALL, "U-Net")
        await until(lambda: bool(steps))
        advisor.ask(LARGE, "U-Net")
        await until(lambda: bool(told))
        assert [one.wanted for one in told] == [LARGE]
        advisor.ask(SMALL, "LEAP CNN")
        before = len(steps)
        await until(lambda: len(steps) > before)
        advisor.stop()
        seen = len(steps)
        await until(lambda: not in_both_forms._tasks)
        assert (len(told), len(steps)) == (1, seen)

    in_a_loop(scenario)


def test_without_an_event_loop_it_is_done_before_ask_returns() -> None:
    told: list[Advice] = []
    Advisor(lambda _: None, told.append).ask(SMALL, "U-Net")
    assert told[0].advised


def test_a_family_that_there_is_not_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="Received: family='Transformer'"):
        Advisor(print, print).ask(SMALL, "Transformer")
