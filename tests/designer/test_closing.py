"""A designer that is closed, or that nothing holds, leaves nothing behind."""

import asyncio
import gc
import weakref
from collections.abc import Callable
from typing import Any

import comm
import ipywidgets
import pytest
from ipywidgets.widgets.widget import _instances

from encdec_widgets import Design, Designer
from encdec_widgets.architectures import LeapCNN
from encdec_widgets.background import Background
from encdec_widgets.session import Session
from encdec_widgets.widgets.base.ipywidgets_private import Collected
from encdec_widgets.widgets.pages.aside import COSTS, RECEPTIVE_FIELD
from tests.amount import full_or
from tests.designer.reading import SMALL
from tests.designer.slow import SLOW, Gate, edit, filters_of, held_up, in_a_loop, until


def used() -> Designer:
    """A designer with all kinds of widgets that come and go."""
    designer = Designer(SMALL)
    designer.set("filters", 4)
    designer.set("filters", 0)
    designer.undo()
    designer.select("encoder[1]")
    designer.controls.network._fields._fold_clicked(None)
    designer.controls.block._fields._fold_clicked(None)
    designer.set("middle_block", False)
    for page in (COSTS, RECEPTIVE_FIELD):
        designer.aside.turn_to(page)
    designer.load(Design(LeapCNN(filters=2), (64, 64, 1)))
    designer.observe(lambda _: designer.design, "design")
    return designer


def everything(designer: Designer) -> list["weakref.ref[Any]"]:
    """Weak references to what a designer is made of."""
    shown = designer.session.shown
    assert shown is not None
    parts = [designer, designer.session, shown, shown.backbone, shown.backbone.structure, designer.picture]
    return [*map(weakref.ref, parts), weakref.ref(designer.picture.graph.figure)]


def alive(references: list["weakref.ref[Any]"]) -> list[str]:
    gc.collect()
    return [type(held).__name__ for reference in references if (held := reference()) is not None]


def open_channels() -> set[str]:
    return set(comm.get_comm_manager().comms)


@pytest.mark.parametrize("close", [True, False], ids=["closed", "only deleted"])
def test_nothing_of_a_designer_stays(close: bool) -> None:
    Designer(SMALL).close()
    gc.collect()
    before, channels = set(_instances), open_channels()
    references = []
    for _ in range(full_or(20, 2)):
        designer = used()
        assert len(set(_instances) - before) > 300
        references += everything(designer)
        if close:
            designer.close()
            assert set(_instances) <= before  # at once, not when the collector comes
            assert open_channels() <= channels
        del designer
    assert alive(references) == []
    assert set(_instances) <= before
    assert open_channels() <= channels


def test_who_holds_a_part_holds_the_rest() -> None:
    designer = Designer(SMALL)
    designer.set("filters", 3)
    session, history, table = designer.session, designer.header.history, designer.table
    del designer
    gc.collect()
    history.undo.click()
    assert session.design == SMALL
    assert history.undo.comm is not None
    assert table.comm is not None


@pytest.mark.parametrize("inside", [False, True], ids=["alone", "inside of another widget"])
def test_what_was_displayed_stays_until_it_is_closed(inside: bool) -> None:
    designer = Designer(SMALL)
    if inside:
        ipywidgets.VBox([designer])
    else:
        assert designer._repr_mimebundle_() is not None
    references = everything(designer)
    model_id, session, parts = designer.model_id, designer.session, len(designer.children)
    del designer
    assert len(alive(references)) == len(references)
    assert len(_instances[model_id].children) == parts
    if inside:
        next(w for w in list(_instances.values()) if references[0]() in getattr(w, "children", ())).close()
    else:
        _instances[model_id].close()
    session.close()
    del session
    assert alive(references) == []


def test_ipywidgets_closes_all_widgets_though_some_go_with_others() -> None:
    kept, displayed = Designer(SMALL), Designer(SMALL)
    displayed._repr_mimebundle_()
    references = everything(displayed)
    del displayed
    threshold = gc.get_threshold()
    gc.set_threshold(1)  # whatever is let go is gone at once
    try:
        ipywidgets.Widget.close_all()
    finally:
        gc.set_threshold(*threshold)
    assert dict(_instances) == {}
    assert kept.session.closed
    assert alive(references) == []


def test_a_picture_that_is_updated_was_not_displayed_by_that() -> None:
    designer = Designer(SMALL)
    references = everything(designer)
    designer.set("filters", 3)  # which brings the stored state of the figure up to date
    del designer
    assert alive(references) == []


def test_all_its_widgets_go_with_it() -> None:
    """Each is of a class that ipywidgets' table does not hold, or the layout or style of one."""
    before = set(_instances)
    designer = used()
    widgets = [widget.close.__self__ for key, widget in list(_instances.items()) if key not in before]
    looks = (ipywidgets.Layout, ipywidgets.Style)
    assert [type(widget) for widget in widgets if not isinstance(widget, (Collected, *looks))] == []
    designer.close()


def test_a_closed_designer_tells_what_it_showed_and_takes_no_edits() -> None:
    designer = Designer(SMALL)
    designer.set("filters", 3)
    heard: list[Any] = []
    designer.observe(heard.append)
    designer.close()
    designer.close()
    assert designer.design == SMALL.replace("filters", 3)
    assert designer.backbone.model is designer.model
    edits: list[Callable[[], None]] = [
        lambda: designer.set("filters", 4),
        lambda: designer.set("filters", 0),
        lambda: designer.load(SMALL),
        designer.undo,
        designer.redo,
    ]
    for each in edits:
        with pytest.raises(RuntimeError, match=r"closed.*Would work"):
            each()
    designer.wait()
    designer.session.stop()
    assert designer.design == SMALL.replace("filters", 3)
    assert heard == []


def test_an_observer_may_close_it() -> None:
    for name in ("design", "backbone", "model", "problem"):
        designer = Designer(SMALL)
        heard: list[str] = []
        designer.observe(lambda _, designer=designer: designer.close(), name)
        designer.observe(lambda change, heard=heard: heard.append(change["name"]))
        designer.set("filters", 0 if name == "problem" else 3)
        assert designer.session.closed
        assert designer.comm is None
        assert name not in heard  # what comes after it is not told


def test_it_is_closed_while_it_builds(in_both_forms: Background, gate: Gate) -> None:
    references: list[Any] = []

    async def scenario() -> None:
        designer = Designer(SLOW)
        await held_up(gate, designer, "encoder[0].filters", 5)
        references.extend(everything(designer))
        designer.close()
        designer.close()
        gate.open.set()
        await until(lambda: not in_both_forms._tasks)
        assert filters_of(designer) == [2, 2, 2]
        designer.wait()

    in_a_loop(scenario)
    assert alive(references) == []


def test_it_is_deleted_while_it_builds(in_both_forms: Background, gate: Gate) -> None:
    references: list[Any] = []

    async def scenario() -> None:
        designer = Designer(SLOW)
        await held_up(gate, designer, "encoder[0].filters", 5)
        references.extend(everything(designer))
        del designer
        gate.open.set()
        await until(lambda: not alive(references))

    in_a_loop(scenario)


def test_what_if_ends_with_it(in_both_forms: Background, gate: Gate) -> None:
    references: list[Any] = []

    async def scenario() -> None:
        designer = Designer(SLOW)
        designer.select("encoder[0]")
        designer.aside.turn_to(COSTS)
        designer.aside.costs.what_if.field.value = "encoder[0].filters"
        gate.reached.clear()
        gate.open.clear()
        designer.aside.costs.what_if._ask()
        await until(gate.reached.is_set)
        references.extend(everything(designer))
        designer.close()
        gate.open.set()
        await until(lambda: not in_both_forms._tasks)

    in_a_loop(scenario)
    assert alive(references) == []


def test_a_session_is_closed_alone() -> None:
    session = Session(SMALL)
    session.close()
    with pytest.raises(RuntimeError, match="closed"):
        session.change("filters", 3)
    with pytest.raises(RuntimeError, match="closed"):
        session.turn("filters", 3)
    with pytest.raises(RuntimeError, match=r"closed.*xxx") as caught:
        session.change("filters", "x" * 1000)
    assert len(str(caught.value)) < 400
    assert session.design == SMALL


def test_one_designer_in_several_event_loops_one_after_the_other(in_both_forms: Background) -> None:
    designer = Designer(SMALL)

    async def scenario(designer: Designer, filters: int, wait: bool) -> None:
        edit(designer, "filters", filters)
        if wait:
            await until(lambda: filters_at(designer) == filters)

    for filters, wait in ((3, True), (4, True), (5, False), (6, False)):
        asyncio.run(scenario(designer, filters, wait))
    designer.wait()
    assert filters_at(designer) == 6
    designer.set("filters", 7)
    assert filters_at(designer) == 7
    references = everything(designer)
    designer.close()
    del designer
    assert alive(references) == []


def filters_at(designer: Designer) -> int:
    shown = designer.session.shown
    assert shown is not None
    filters: int = shown.backbone.design.architecture.filters
    return filters
