"""Designs that are pinned to be compared: up to six, told as a trait; undo and edits leave them alone."""

from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from encdec_widgets import preset
from encdec_widgets.designs.design import Design
from encdec_widgets.session import Session
from encdec_widgets.session.network_time import NetworkTime
from encdec_widgets.session.pins import MOST_PINS, PinError, Pinned, with_pin, without_pin
from encdec_widgets.workers.timing import Timing
from tests import timings
from tests.session.conftest import SMALL

TIMING = timings.timing(5.0)


def _filters(count: int) -> Design:
    return SMALL.replace("filters", count)


def _time_of(design: Design, timing: Timing | None = TIMING) -> NetworkTime:
    return NetworkTime(
        design=design, ms=5.0, measured=timing is not None, work="forward pass", device="CPU", timing=timing
    )


def test_the_design_on_screen_and_others_are_pinned_and_told(session: Session) -> None:
    told: list[Any] = []
    session.observe(lambda change: told.append(change["new"]), "pins")
    session.pin()
    session.pin("SLEAP centroid")
    session.pin(_filters(5), "mine")
    assert [one.design for one in session.pins] == [SMALL, preset("SLEAP centroid"), _filters(5)]
    assert [one.name for one in session.pins][1:] == ["SLEAP centroid", "mine"]
    assert told[-1] == session.pins
    session.unpin("mine")
    assert len(session.pins) == 2
    assert len(told) == 4


def test_edits_and_undo_do_not_touch_them(session: Session) -> None:
    session.pin()
    before = session.pins
    session.change("filters", 5)
    session.pin(name="five")
    session.undo()
    session.undo()
    assert session.pins == (*before, Pinned("five", _filters(5)))
    assert session.problem is None


def test_one_more_than_six_is_refused_in_words(session: Session) -> None:
    for filters in range(1, MOST_PINS + 1):
        session.pin(_filters(filters), f"of {filters}")
    with pytest.raises(
        PinError, match=r"^6 designs are pinned, and there is no room for more: unpin one first\.$"
    ):
        session.pin(_filters(9))
    assert len(session.pins) == MOST_PINS


def test_what_is_pinned_already_or_no_design_is_refused(session: Session) -> None:
    session.pin(name="mine")
    with pytest.raises(PinError, match="pinned already, as 'mine'"):
        session.pin(SMALL, "another name")
    with pytest.raises(PinError, match=r"Received: 'yours'. There is: 'mine'."):
        session.unpin("yours")
    with pytest.raises(ValueError, match="no preset named 'X-Net'"):
        session.pin("X-Net")
    assert [one.name for one in session.pins] == ["mine"]


def test_a_pin_has_the_scale_that_it_is_for_and_at_another_one_it_is_another_pin(session: Session) -> None:
    session.assume(input_scale=0.5)
    session.pin(name="on screen")
    session.pin(SMALL, "whole")
    session.pin(SMALL, "quarter", 0.25)
    assert [one.input_scale for one in session.pins] == [0.5, 1, 0.25]
    with pytest.raises(PinError, match="pinned already, as 'quarter'"):
        session.pin(SMALL, "again", 0.25)
    with pytest.raises(ValueError, match=r"input_scale must be a number from 0.1 to 1"):
        session.pin(SMALL, "none", 0)


def test_a_long_name_is_kept_as_it_is(session: Session) -> None:
    name = f"Stacked hourglass, 64 filters, {'and so on, ' * 8}images scaled to 0.25"
    session.pin(name=name)
    assert session.pins[0].name == name


def test_a_closed_session_refuses_both(session: Session) -> None:
    session.pin(name="mine")
    told: list[Any] = []
    session.observe(told.append, "pins")
    session.close()
    with pytest.raises(RuntimeError, match="closed and pins no design"):
        session.pin("U-Net")
    with pytest.raises(RuntimeError, match="closed and unpins no design"):
        session.unpin("mine")
    assert (len(session.pins), told) == (1, [])


def test_a_pin_has_the_newest_time_that_was_measured_of_its_network(session: Session) -> None:
    session.set_time(_time_of(SMALL))
    session.pin(name="timed before")
    session.pin(_filters(5), "timed later")
    assert [one.timing for one in session.pins] == [TIMING, None]
    slower = attrs.evolve(TIMING, median_ms=7.0)
    session.set_time(_time_of(_filters(5), slower))
    session.set_time(_time_of(_filters(5), None))  # a prediction
    assert [one.timing for one in session.pins] == [TIMING, slower]


@given(st.lists(st.tuples(st.integers(1, 9), st.sampled_from(["", "a", "a (2)", " a "]), st.booleans())))
def test_whatever_is_pinned_and_unpinned_names_and_designs_stay_apart(
    asked: list[tuple[int, str, bool]],
) -> None:
    pins: tuple[Pinned, ...] = ()
    for filters, name, away in asked:
        try:
            pins = without_pin(pins, name) if away else with_pin(pins, _filters(filters), name)
        except PinError as error:
            full, same = len(pins) == MOST_PINS, any(one.design == _filters(filters) for one in pins)
            assert away or full or same
            assert str(error).endswith(".")
    assert len({one.name for one in pins}) == len({one.design for one in pins}) == len(pins) <= MOST_PINS
