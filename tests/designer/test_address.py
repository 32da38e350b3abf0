"""The app's page begins with the design of its address, follows every edit, and goes where back and forward lead."""

from collections.abc import Iterator
from typing import Any

import pytest

from encdec_widgets import preset
from encdec_widgets.app.page_designer import PageDesigner
from encdec_widgets.export.packed import packed, unpacked
from encdec_widgets.widgets.header.address import Address
from tests.designer.reading import SMALL

START = preset("SLEAP medium single")


@pytest.fixture
def designer() -> Iterator[PageDesigner]:
    designer = PageDesigner(f"theme=dark&design={packed(SMALL)}")
    yield designer
    designer.close()


@pytest.fixture
def sent(designer: PageDesigner, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the page is told."""
    messages: list[dict[str, Any]] = []
    monkeypatch.setattr(designer.address, "send", messages.append)
    return messages


def come(designer: PageDesigner, text: Any, **more: Any) -> None:
    designer.address._handle_custom_msg({"open": text, **more}, [])


def test_a_page_begins_with_the_design_of_its_address(
    designer: PageDesigner, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert designer.design == SMALL
    assert designer.kept.layout.display == "none"
    monkeypatch.setenv("QUERY_STRING", f"token=x&design={packed(preset('LEAP CNN'))}")
    assert PageDesigner().design == preset("LEAP CNN")
    monkeypatch.setenv("QUERY_STRING", "token=x&theme=dark")
    assert PageDesigner().design == START
    monkeypatch.delenv("QUERY_STRING")
    assert PageDesigner().design == START


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "nothing of it is there"),
        ("1abc", "damaged"),
        (packed(SMALL)[:-9], "damaged"),
        ("1" * 2001, "at most 2000 characters"),
        ("<img src=x>", "the sign &#39;&lt;&#39;"),
    ],
)
def test_an_address_that_can_not_be_read_is_told_until_the_next_edit(text: str, words: str) -> None:
    designer = PageDesigner(f"design={text}")
    line = designer.kept._text
    assert designer.design == START
    assert words in line.value
    assert "Shown is SLEAP medium single." in line.value
    assert "<img" not in line.value
    assert designer.problem is None
    designer.session._set(editor=designer.session.editor.cleared())  # told again when a network is built
    assert words in line.value
    designer.set("filters", 2)
    assert line.value == ""


def test_each_edit_is_a_step_and_a_gesture_is_one(designer: PageDesigner, sent: list[dict[str, Any]]) -> None:
    designer.set("filters", 3)
    designer.session.hold(True)
    for filters in (4, 5, 6):
        designer.session.turn("filters", filters)
    designer.session.hold(False)
    designer.set("filters", 0)  # not possible
    designer.undo()
    designer.undo()
    assert [message["push"] for message in sent] == [True, True, False, False, True]
    assert [unpacked(message["text"]).architecture.filters for message in sent] == [3, 4, 5, 6, 3]


def test_back_and_forward_undo_and_redo_and_are_no_steps(
    designer: PageDesigner, sent: list[dict[str, Any]]
) -> None:
    designer.set("filters", 3)
    (step,) = sent
    designer.set("filters", 0)
    come(designer, packed(SMALL))
    assert designer.design == SMALL
    assert designer.problem is None
    assert designer.session.editor.history.redo_name == "filters 2 to 3"
    come(designer, step["text"])
    assert designer.design.architecture.filters == 3
    assert designer.session.editor.history.undo_name == "filters 2 to 3"
    come(designer, packed(preset("LEAP CNN")))
    assert designer.session.editor.history.undo_name == "load LEAP CNN"
    come(designer, "")
    assert designer.design == START
    assert not any(message["push"] for message in sent[1:])
    designer.set("filters", 4)
    assert sent[-1]["push"]


@pytest.mark.parametrize("text", [packed(SMALL), packed(START), "", "1abc"])
def test_each_step_back_is_answered_with_where_the_session_is(
    designer: PageDesigner, sent: list[dict[str, Any]], text: str
) -> None:
    designer.set("filters", 3)
    assert sent[-1]["answers"] is None
    come(designer, text, number=7)  # the page may have sent it before it heard of 3 filters
    assert sent[1:] == [{"text": packed(designer.design), "kept": None, "push": False, "answers": 7}]
    assert (designer.design.architecture.filters == 3) is (text == "1abc")
    designer.set("filters", 5)
    assert sent[-1]["answers"] == 7


@pytest.mark.parametrize("text", ["1abc", packed(SMALL).upper(), 3, None])
def test_what_can_not_be_opened_on_the_way_back_leaves_what_is_shown(
    designer: PageDesigner, text: Any
) -> None:
    come(designer, text)
    assert designer.design == SMALL
    assert ("can&#39;t be read" in designer.kept._text.value) is isinstance(text, str)
    designer.address._handle_custom_msg("open", [])


def test_a_design_that_no_address_can_hold_leaves_the_plain_one(
    designer: PageDesigner, sent: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("encdec_widgets.widgets.header.address.packed", lambda _: "1" * 2001)
    designer.set("filters", 3)
    designer.set("filters", 4)
    three, four = sent
    assert three["text"] == four["text"] == ""
    assert three["push"]
    assert four["push"]
    come(designer, "", kept=three["kept"])
    assert designer.design.architecture.filters == 3
    assert sent[-1]["kept"] == three["kept"]
    come(designer, "", kept=four["kept"])
    assert designer.design.architecture.filters == 4
    come(designer, "", kept="of an earlier kernel")
    assert designer.design == START


def test_edits_that_lead_to_the_address_come_back_and_others_are_offered(designer: PageDesigner) -> None:
    designer.kept.memory.found("")
    designer.set("filters", 3)
    designer.set("filters", 4)
    kept = designer.kept.memory.text()
    assert kept
    again = PageDesigner(f"design={packed(designer.design)}")
    again.kept._found(kept)
    assert again.design == designer.design
    assert again.session.editor.history.undo_name == "filters 3 to 4"
    assert again.kept._buttons == ()
    designer.load(START)
    damaged = PageDesigner("design=1abc")
    damaged.kept._found(designer.kept.memory.text() or "")
    assert damaged.session.editor.history.undo_name == "load SLEAP medium single"
    assert "damaged" in damaged.kept._text.value  # it still says so
    other = PageDesigner(f"design={packed(SMALL)}")
    other.kept._found(kept)
    assert other.design == SMALL
    assert [button.description for button in other.kept._buttons] == ["Bring back 2 edits", "Let go"]


def test_a_designer_in_a_notebook_has_no_address() -> None:
    from encdec_widgets import Designer
    from tests.designer.reading import walk

    assert not [part for part in walk(Designer(SMALL)) if isinstance(part, Address)]
