"""Every private name of ipywidgets that the package uses is there; one module uses them."""

import ast
import asyncio
import threading
from pathlib import Path

import ipywidgets
import pytest
from ipywidgets.widgets import widget as module

import encdec_widgets
from encdec_widgets.widgets.base.ipywidgets_private import PRIVATE_NAMES
from encdec_widgets.widgets.base.stock import HTML

ROOT = Path(encdec_widgets.__file__).parent


@pytest.mark.parametrize("name", PRIVATE_NAMES)
def test_it_is_there(name: str) -> None:
    owner = module if name == "_instances" else HTML()
    assert hasattr(owner, name), f"ipywidgets {ipywidgets.__version__} has no {name} any more"


def test_a_message_reaches_a_widget_through_its_channel() -> None:
    text = HTML("before")
    message = {"method": "update", "state": {"value": "after"}}
    text.comm.handle_msg({"content": {"data": message}, "buffers": []})
    assert text.value == "after"
    channel = text.comm
    del text
    channel.handle_msg({"content": {"data": message}, "buffers": []})  # to nobody


def test_what_ipywidgets_finds_in_its_table_is_as_the_widget_itself() -> None:
    text = HTML("before")
    found = module._instances[text.model_id]
    found.value = "after"
    assert text.value == found.value == "after"
    assert isinstance(found, ipywidgets.HTML)
    assert repr(found) == repr(text)
    assert ipywidgets.widget_serialization["to_json"](found, None) == f"IPY_MODEL_{text.model_id}"
    assert len({found, module._instances[text.layout.model_id]}) == 2
    del text
    found.close()
    with pytest.raises(AttributeError):
        _ = found.value


def test_a_widget_that_is_collected_in_another_thread_is_closed_in_its_own() -> None:
    """The thread that sends what a page is told would wait for itself, if it closed widgets."""
    closed: list[int] = []

    async def made_and_dropped() -> None:
        text = HTML("a text")
        text.comm.close = lambda *_, **__: closed.append(threading.get_ident())
        dropped = [text]
        del text
        await asyncio.to_thread(dropped.clear)
        for _ in range(1000):
            if closed:
                break
            await asyncio.sleep(0.01)

    asyncio.run(made_and_dropped())
    assert closed == [threading.get_ident()]


def test_a_layout_that_is_shared_stays_for_who_shares_it() -> None:
    text, shared = HTML("a text"), ipywidgets.Layout(width="50%")
    own = text.layout
    text.layout = shared
    others = ipywidgets.Button(layout=shared)
    del text
    assert own.comm is None
    assert shared.comm is not None
    assert others.get_state()["layout"] == f"IPY_MODEL_{shared.model_id}"
    others.close()
    shared.close()


def test_what_is_saved_of_a_page_has_each_widget() -> None:
    text = HTML("saved")
    state = ipywidgets.Widget.get_manager_state()["state"]
    assert state[text.model_id]["state"]["value"] == "saved"
    assert text.layout.model_id in state


def test_widgets_are_made_of_classes_that_the_table_does_not_hold() -> None:
    """Only the module of those classes imports ipywidgets for what it makes of it."""
    importing = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Import) and any(name.name == "ipywidgets" for name in node.names))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ipywidgets"))
    }
    assert importing == {"widgets/base/ipywidgets_private.py", "widgets/base/stock.py"}
