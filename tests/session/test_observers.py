"""Who observes a session: values agree while they change, the newest is told last, and errors are told."""

import gc
import weakref
from typing import Any, ClassVar

import pytest
import traitlets

from encdec_widgets.background import InThreads
from encdec_widgets.networks import discarded
from encdec_widgets.session import Session
from tests.session.conftest import SMALL
from tests.session.slow import SLOW, Gate, filters_of, in_a_loop


def test_traits_agree_with_each_other_while_they_change(session: Session) -> None:
    seen: list[tuple[Any, ...]] = []

    def look(_: Any) -> None:
        layer = session.model.get_layer("stack0_enc0_conv0")
        seen.append((session.design, session.backbone.design, session.shown.backbone.design, layer.filters))

    session.observe(look, ["design", "backbone", "shown"])
    session.change("filters", 3)
    wanted = SMALL.replace("filters", 3)
    assert seen == [(wanted, wanted, wanted, 3)] * 3


def test_what_is_held_cannot_be_assigned(session: Session) -> None:
    for name in session.trait_names():
        with pytest.raises(traitlets.TraitError):
            setattr(session, name, None)


def test_an_observer_of_the_model_gets_it_with_its_weights(session: Session) -> None:
    seen: list[Any] = []
    session.observe(lambda change: seen.append(change["new"]), "model")
    session.change("filters", 3)
    assert seen == [session.model]
    assert session.backbone.filled


def test_a_network_that_is_not_read_takes_no_memory(session: Session) -> None:
    session.change("filters", 3)
    assert not session.backbone.filled
    assert session.model is session.backbone.structure
    assert session.backbone.filled


def test_discarded_networks_are_freed_without_a_collection(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discarded, "TRY_AFTER", 1)
    gc.disable()
    try:
        values = [weakref.ref(variable.value) for variable in session.model.weights]
        session.change("filters", 3)
        session.change("filters", 4)
        assert [value() for value in values] == [None] * len(values)
    finally:
        gc.enable()


def test_an_edit_that_an_observer_makes_of_one_that_is_not_built_yet_is_the_newest(session: Session) -> None:
    def also(_: Any) -> None:
        if (
            session.editor.wanted.architecture.filters == 3
            and session.editor.wanted.architecture.kernel_size == 3
        ):
            session.change("kernel_size", 5)

    session.observe(also, "editor")
    session.change("filters", 3)
    wanted = SMALL.replace_all({"filters": 3, "kernel_size": 5})
    assert (session.design, session.editor.wanted, session.steps) == (wanted, wanted, ())


@pytest.mark.parametrize("trait", ["design", "editor"])
def test_an_older_value_is_not_told_after_a_newer_one(session: Session, trait: str) -> None:
    def also(_: Any) -> None:
        if session.editor.wanted.architecture.filters == 3:
            session.change("filters", 4)

    told: dict[str, Any] = {}
    session.observe(also, trait)
    session.observe(
        lambda change: told.update({change["name"]: change["new"]}), ["design", "editor", "steps"]
    )
    session.change("filters", 3)
    newest = SMALL.replace("filters", 4)
    assert (told["design"], told["editor"].wanted, told["steps"]) == (newest, newest, ())


def test_an_observer_by_a_decorator_gets_the_model_and_can_be_removed() -> None:
    class Watched(Session):
        filled: ClassVar[list[bool]] = []

        @traitlets.observe("model")
        def told(self, _: Any) -> None:
            self.filled.append(self.shown.backbone.filled)

    session = Watched(SMALL)
    session.change("filters", 3)
    assert session.filled == [True, True]
    seen: list[Any] = []
    session.observe(seen.append, "design")
    session.unobserve(seen.append, "design")
    session.change("filters", 4)
    assert seen == []


def test_times_of_blocks_go_with_their_network(session: Session) -> None:
    session.set_block_times({"block": 1.0})
    seen: list[Any] = []
    session.observe(lambda _: seen.append(session.block_times), ["shown", "block_times"])
    session.assume(batch_size=2)
    assert seen.pop() == {"block": 1.0}
    session.change("filters", 3)
    assert seen == [{}, {}]


def test_closing_gives_up_what_is_not_built_and_tells_nothing(gate: Gate) -> None:
    async def scenario() -> None:
        session = Session(SLOW)
        session.change("encoder[0].filters", 3)
        told: list[Any] = []
        session.observe(told.append)
        session.close()
        assert (session.editor.wanted, session.steps, told) == (SLOW, (), [])

    in_a_loop(scenario)


# Errors


def test_a_refusal_that_is_heard_late_is_not_that_of_a_newer_edit(gate: Gate) -> None:
    async def scenario() -> None:
        background = InThreads()
        session = Session(SLOW, background=background)
        for filters in (13, 4, 13):
            session.change("encoder[1].filters", filters)
            background.submit(int).result()  # The network was built; the loop had no turn to hear of it.
        session.wait()
        assert "must not be 13" in str(session.problem)
        assert filters_of(session) == [2, 4, 2]
        assert (session.editor.wanted, session.steps) == (session.design, ())

    in_a_loop(scenario)


@pytest.mark.parametrize("trait", ["design", "shown", "editor", "steps"])
def test_an_observer_that_fails_is_a_problem_and_the_network_stays(session: Session, trait: str) -> None:
    def fail(_: Any) -> None:
        raise RuntimeError("an observer that fails")

    session.observe(fail, trait)
    session.change("filters", 3)
    assert "an observer that fails" in str(session.problem)
    assert session.design == SMALL.replace("filters", 3)
    assert session.backbone.design == session.design


def test_an_observer_that_fails_does_not_keep_a_change_from_the_next(session: Session) -> None:
    def fail(_: Any) -> None:
        raise RuntimeError("an observer that fails")

    heard: list[Any] = []
    session.observe(fail, "design")
    session.observe(lambda change: heard.append(change["new"]), "design")
    session.change("filters", 3)
    assert heard == [SMALL.replace("filters", 3)]


def test_a_guarded_callback_tells_what_it_raises(session: Session) -> None:
    told: list[Any] = []
    session.observe(lambda change: told.append(change["new"]), "problem")
    error = RuntimeError("a callback that fails")

    def fail() -> None:
        raise error

    session.guarded(fail)()
    assert session.problem is error
    assert told == [error]
    session.undo()
    assert session.problem is None


def test_what_cannot_be_shown_is_told_once_and_selected_no_more(session: Session) -> None:
    def show(_: Any) -> None:
        if session.selected is not None:
            raise RuntimeError(f"{session.selected} cannot be shown")

    session.observe(session.guarded(show), ["editor", "selection"])
    session.select("encoder[0]")
    assert str(session.problem) == "encoder[0] cannot be shown"
    assert session.selected is None
    session.change("filters", 3)
    assert (session.problem, session.design) == (None, SMALL.replace("filters", 3))
