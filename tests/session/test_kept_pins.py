"""Pinned designs that outlive their session, with its edits or without any."""

import json
from typing import Any

import pytest

from encdec_widgets import Design, preset
from encdec_widgets.session import Session
from encdec_widgets.session.memory import Memory
from encdec_widgets.session.pins import MOST_PINS, PinError, pins_data, pins_of, with_pin
from tests.session.conftest import SMALL

OTHERS = [SMALL.replace("filters", value) for value in (5, 6, 7, 8, 9)]


def opened(text: str | None = "", design: Design = SMALL) -> tuple[Session, Memory]:
    session = Session(design)
    memory = Memory(session)
    memory.found(text)
    return session, memory


def kept_of(*edits: int, pins: int = 2) -> str:
    """What is kept of a session with these edits, and so many pins."""
    session, memory = opened()
    for design in OTHERS[:pins]:
        session.pin(design, f"pin {design.architecture.filters}", 0.5)
    for value in edits:
        session.change("filters", value)
    return str(memory.text())


@pytest.mark.parametrize(
    ("edits", "pins", "words"),
    [
        ((3, 4), 2, "2 edits and 2 pinned designs"),
        ((), 1, "1 pinned design"),
        ((3,), 0, "1 edit"),
    ],
    ids=["both", "pins alone", "edits alone"],
)
def test_they_are_offered_and_come_back_with_the_edits(edits: Any, pins: int, words: str) -> None:
    text = kept_of(*edits, pins=pins)
    session, memory = opened(text)
    assert session.pins == ()
    (offer,) = memory.offers
    assert offer.words == words
    memory.bring_back(offer)
    assert [pin.design for pin in session.pins] == OTHERS[:pins]
    assert [pin.name for pin in session.pins] == [f"pin {n}" for n in (5, 6)[:pins]]
    assert all(pin.input_scale == 0.5 for pin in session.pins)
    assert session.design == SMALL.replace("filters", edits[-1] if edits else 2)
    assert not memory.offers
    # And they are kept on.
    assert [offer.words for offer in opened(memory.text())[1].offers] == [words]


def test_a_session_that_lets_all_its_pins_go_keeps_nothing() -> None:
    session, memory = opened()
    session.pin(OTHERS[0], "one")
    session.unpin("one")
    assert memory.text() == ""


def test_what_is_pinned_already_is_no_trouble_and_what_has_no_room_stays_an_offer() -> None:
    text = kept_of(3, pins=3)
    session, memory = opened(text)
    session.pin(OTHERS[1], "mine")
    session.pin(OTHERS[2], "at its scale", 0.5)
    for number in range(3):
        session.pin(SMALL.replace("filters", 20 + number), f"more {number}")
    assert memory.bring_back(memory.offers[0]) == 1
    assert len(session.pins) == MOST_PINS
    assert [pin.name for pin in session.pins[:2]] == ["mine", "at its scale"]
    assert session.pins[-1].design == OTHERS[0]
    assert session.design == SMALL.replace("filters", 3)
    assert [offer.words for offer in memory.offers] == ["1 pinned design"]
    assert [offer.words for offer in opened(memory.text())[1].offers] == [
        "1 edit and 6 pinned designs",
        "1 pinned design",
    ]
    session.unpin("more 1")
    assert memory.bring_back(memory.offers[0]) == 0
    assert (session.pins[-1].design, session.pins[-1].input_scale) == (OTHERS[1], 0.5)
    assert not memory.offers
    memory.found(text)
    assert not memory.offers


def test_code_that_pins_what_came_back_goes_on_and_a_person_is_told_that_it_is_pinned() -> None:
    session, memory = opened(kept_of(pins=2))
    memory.bring_back(memory.offers[0])
    with pytest.raises(PinError, match="pinned already, as 'pin 5'"):
        session.pin(OTHERS[0], input_scale=0.5, new=True)
    session.pin(OTHERS[0], input_scale=0.5)
    session.pin(OTHERS[1], "mine", 0.5)
    assert [pin.name for pin in session.pins] == ["pin 5", "mine"]
    with pytest.raises(PinError, match="pinned already, as 'mine'"):
        session.pin(OTHERS[1], "twice in the same code", 0.5)
    session.pin(OTHERS[1], "pin 5")
    assert [(pin.name, pin.input_scale) for pin in session.pins][2:] == [("pin 5 (2)", 1.0)], "another scale"


def test_a_page_that_is_loaded_again_does_not_offer_them_again() -> None:
    text = kept_of(pins=2)
    _, memory = opened(text)
    memory.bring_back(memory.offers[0])
    memory.found(text)
    assert not memory.offers


@pytest.mark.parametrize("pins", [3, "two", [4], [{"name": 3}], [{"name": "a", "design": {}}], {"a": 1}])
def test_what_is_no_pin_is_named_and_nothing_comes_back(pins: Any) -> None:
    data = json.loads(kept_of(3, pins=1))
    data["kept"][0]["pins"] = pins
    session, memory = opened(json.dumps(data))
    if memory.offers:
        with pytest.raises(ValueError, match=r"pinned design"):
            memory.bring_back(memory.offers[0])
        assert len(memory.offers) == 1
    else:
        assert "Pinned designs are a list" in memory.unreadable
    assert (session.pins, session.design) == ((), SMALL)


def test_pins_as_data_are_the_same_again() -> None:
    pins = with_pin(with_pin((), preset("U-Net")), SMALL, "mine", input_scale=0.5)
    data = json.loads(json.dumps(pins_data(pins)))
    assert pins_of(data) == pins
    assert pins_of([]) == ()
    older = [{name: value for name, value in entry.items() if name != "input_scale"} for entry in data]
    assert [pin.input_scale for pin in pins_of(older)] == [1, 1]
    with pytest.raises(ValueError, match=r"pinned design 1: input_scale must be"):
        pins_of([{**data[0], "input_scale": "half"}])
