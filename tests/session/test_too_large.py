"""A session asks about networks that are too large wherever they come from, and refuses to fill their weights."""

from collections.abc import Callable

import pytest

from encdec_widgets import Design, Designer
from encdec_widgets.architectures import UNet
from encdec_widgets.explain import too_large
from encdec_widgets.explain.too_large import TooLargeError
from encdec_widgets.session import Session
from tests.session.conftest import SMALL
from tests.session.test_problems import labels, mend

LARGE = SMALL.replace("filters", 16)
LESS = SMALL.replace("filters", 15)

Memory = Callable[[int], None]


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> Memory:
    """Sets how much memory there is, in bytes; here it is too little to train ``LESS``, and enough for ``SMALL``."""

    def set_to(limit: int) -> None:
        monkeypatch.setattr(too_large, "memory_limit", lambda: limit)

    set_to(LESS.build().training_weight_bytes - 1)
    return set_to


@pytest.mark.parametrize("make", [Session, Designer])
def test_a_network_to_begin_with_is_shown_and_asked_about(memory: Memory, make: type[Session]) -> None:
    session = make(LARGE)
    assert isinstance(session.problem, TooLargeError)
    assert session.backbone.design == LARGE
    assert not session.backbone.filled
    session = getattr(session, "session", session)
    assert labels(session) == ["build it all the same"]
    mend(session, 0)
    assert session.problem is None
    assert session.backbone.design == LARGE


@pytest.mark.parametrize("begin", ["anew", "loaded"])
def test_one_that_is_loaded_or_a_little_smaller_is_asked_about_until_it_is_accepted(
    memory: Memory, begin: str
) -> None:
    session = Session(LARGE if begin == "anew" else SMALL)
    before = session.design
    if begin == "anew":
        session.change("filters", 15)
    else:
        session.load(LESS)
    assert isinstance(session.problem, TooLargeError)
    assert session.design == before
    mend(session, 0)
    assert (session.problem, session.design) == (None, LESS)
    session.change("filters", 14)
    session.change("filters", 15)
    assert session.problem is None
    session.change("filters", 16)
    assert isinstance(session.problem, TooLargeError)


def test_one_that_gets_small_enough_is_not_asked_about(memory: Memory) -> None:
    session = Session(LARGE)
    session.change("filters", 3)
    assert (session.problem, session.design.architecture.filters) == (None, 3)
    session.undo()
    assert isinstance(session.problem, TooLargeError)


def test_giving_up_the_question_leaves_what_is_shown(memory: Memory) -> None:
    session = Session(LARGE)
    session.undo()
    assert (session.problem, session.design) == (None, LARGE)


def test_feature_maps_that_no_memory_holds_are_asked_about(session: Session, memory: Memory) -> None:
    memory(10**9)
    session.change("input_shape", (8192, 8192, 1))
    wide = SMALL.replace("input_shape", (8192, 8192, 1)).build()
    assert wide.training_weight_bytes < 10**6
    assert isinstance(session.problem, TooLargeError)
    assert "Running it on one image takes about" in str(session.problem)
    mend(session, 0)
    assert session.design.input_shape == (8192, 8192, 1)


def test_weights_for_which_there_is_no_memory_are_filled_only_when_that_is_accepted(memory: Memory) -> None:
    memory(LARGE.build().weight_bytes - 1)
    session = Session(LARGE)
    with pytest.raises(TooLargeError):
        session.model  # noqa: B018 - reading it fills the weights
    assert not session.backbone.filled
    mend(session, 0)
    assert session.model is session.backbone.structure
    assert session.backbone.filled


def test_a_first_network_whose_model_is_observed_waits_for_the_answer(memory: Memory) -> None:
    memory(LARGE.build().weight_bytes - 1)

    class Watching(Session):
        _model_is_observed = True

    session = Watching(LARGE)
    assert isinstance(session.problem, TooLargeError)
    mend(session, 0)
    assert session.problem is None
    assert session.backbone.filled


def test_an_interrupt_asks_no_more_about_a_network_that_was_accepted(memory: Memory) -> None:
    memory(LARGE.build().weight_bytes - 1)
    session = Session(LARGE)
    mend(session, 0)
    session.observe(lambda change: None, "model")
    session.give_up()
    assert session.problem is None
    assert session.backbone.filled


def test_an_input_of_any_size_is_asked_about_for_its_weights_alone(memory: Memory) -> None:
    design = Design(UNet(filters=16, down_blocks=2, up_blocks=2), (None, None, 1))
    session = Session(design)
    assert isinstance(session.problem, TooLargeError)
    assert "Running it" not in str(session.problem)
