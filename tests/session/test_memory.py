"""Edits that outlive their session: what is kept, what is offered, what comes back, and nothing lost without a word."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import CustomEncoderDecoder, UNet
from encdec_widgets.architectures.encoder_decoder import SimpleConvBlock
from encdec_widgets.session import Session
from encdec_widgets.session.edits_file import EditsFile
from encdec_widgets.session.memory import LARGEST, MOST_SESSIONS, Memory
from tests.session.conftest import SMALL
from tests.session.slow import SLOW, Gate, in_a_loop, until


def opened(text: str | None = "", design: Design = SMALL) -> tuple[Session, Memory]:
    session = Session(design)
    memory = Memory(session)
    memory.found(text)
    return session, memory


def kept_of(*filters: int, found: str = "") -> str:
    """What is kept of a session with these edits."""
    session, memory = opened(found)
    for value in filters:
        session.change("filters", value)
    return str(memory.text())


def counts(memory: Memory) -> list[int]:
    return [offer.edits.count for offer in memory.offers]


def test_a_session_without_edits_keeps_nothing() -> None:
    assert kept_of() == ""


def test_the_next_session_shows_what_the_code_says_and_offers_the_edits() -> None:
    session, memory = opened(kept_of(3, 4))
    assert session.design == SMALL
    assert counts(memory) == [2]


def test_edits_that_are_brought_back_can_be_undone_one_by_one_to_what_the_code_says() -> None:
    session, memory = opened(kept_of(3, 4))
    memory.bring_back(memory.offers[0])
    assert session.design.architecture.filters == 4
    assert session.shown is not None
    assert session.shown.words == "Bring back 2 edits"
    assert not memory.offers
    session.undo()
    assert session.design.architecture.filters == 3
    session.undo()
    assert session.design == SMALL
    assert session.editor.history.undo_name is None
    assert session.editor.history.redo_name == "filters 2 to 3"


def test_they_follow_what_was_edited_since_and_other_code() -> None:
    kept = kept_of(3, 4)
    other = Design(UNet(filters=5, down_blocks=1, up_blocks=1), (32, 32, 1))
    session, memory = opened(kept, other)
    session.change("filters", 6)
    memory.bring_back(memory.offers[0])
    assert session.design == SMALL.replace("filters", 4)
    for expected in (SMALL.replace("filters", 3), SMALL, other.replace("filters", 6), other):
        session.undo()
        assert session.design == expected


def test_where_all_was_undone_they_come_back_undone() -> None:
    session, memory = opened()
    session.change("filters", 3)
    session.undo()
    again, later = opened(memory.text())
    later.bring_back(later.offers[0])
    assert again.design == SMALL
    assert again.editor.history.redo_name == "filters 2 to 3"


def test_what_is_neither_brought_back_nor_let_go_stays() -> None:
    first = kept_of(3, 4)
    assert opened(first)[1].text() == first
    second = kept_of(5, found=first)
    assert counts(opened(second)[1]) == [1, 2]
    _, memory = opened(second)
    memory.bring_back(memory.offers[1])
    assert counts(opened(memory.text())[1]) == [2, 1]


def test_what_is_let_go_is_gone() -> None:
    session, memory = opened(kept_of(3, 4))
    memory.let_go()
    assert memory.text() == ""
    session.change("filters", 7)
    assert counts(opened(memory.text())[1]) == [1]


@pytest.mark.parametrize(
    "does", [lambda one: one.change("filters", 9), lambda one: one.pin()], ids=["edit", "pin"]
)
def test_before_one_goes_to_make_room_it_is_said(does: Callable[[Session], None]) -> None:
    text = ""
    for number in range(MOST_SESSIONS):
        assert not opened(text)[1].drops_one
        text = kept_of(3 + number, found=text)
    session, memory = opened(text)
    assert memory.drops_one
    oldest = memory.offers[-1].session
    does(session)
    offers = opened(memory.text())[1].offers
    assert len(offers) == MOST_SESSIONS
    assert oldest not in [offer.session for offer in offers]


def test_a_page_that_is_loaded_again_offers_nothing_that_the_session_knows() -> None:
    first = kept_of(3, 4)
    session, memory = opened(first)
    memory.found(first)
    assert counts(memory) == [2]
    memory.bring_back(memory.offers[0])
    session.change("filters", 9)
    memory.found(first)
    memory.found(memory.text())
    assert not memory.offers


def test_nothing_is_kept_before_it_is_known_what_was_kept() -> None:
    session = Session(SMALL)
    memory = Memory(session)
    session.change("filters", 3)
    assert memory.text() is None


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "[]",
        "{}",
        '{"encdec_widgets_edits": 2, "kept": []}',
        '{"encdec_widgets_edits": true, "kept": []}',
        '{"encdec_widgets_edits": 1, "kept": 3}',
        '{"encdec_widgets_edits": 1, "kept": [{}]}',
        "[" * 100_000,
        '"' + "x" * LARGEST + '"',
        "<img src=x onerror=alert(1)>",
        lambda kept: kept.replace('"session":', '"sessions":'),
        lambda kept: kept[:-9],
    ],
)
def test_what_cannot_be_read_is_told_and_stays_until_it_is_let_go(text: Any) -> None:
    text = text if isinstance(text, str) else text(kept_of(3))
    session, memory = opened(text)
    assert memory.unreadable
    session.change("filters", 3)
    assert memory.text() is None
    memory.let_go()
    assert not memory.unreadable
    assert counts(opened(memory.text())[1]) == [1]


def test_an_edit_that_cannot_be_read_is_named_and_its_offer_stays() -> None:
    session, memory = opened(
        kept_of(3, 4).replace('["architecture","fields","filters"],4', '["elsewhere"],4')
    )
    with pytest.raises(ValueError, match="edit 2"):
        memory.bring_back(memory.offers[0])
    assert session.design == SMALL
    assert counts(memory) == [2]


@pytest.mark.usefixtures("in_both_forms")
def test_edits_whose_network_is_refused_or_stopped_are_offered_again(gate: Gate) -> None:
    data = json.loads(kept_of(3))
    data["kept"][0]["first"] = json.loads(SLOW.to_json())
    filters = ["architecture", "fields", "encoder", 0, "fields", "filters"]

    def keeping(value: int) -> str:
        data["kept"][0]["edits"] = [{"changes": [[filters, value]]}]
        return json.dumps(data)

    async def scenario() -> None:
        session, memory = opened(keeping(13))
        memory.bring_back(memory.offers[0])
        memory.found(keeping(13))
        assert not memory.offers
        assert counts(opened(memory.text())[1]) == [2], "they are kept meanwhile, after the first design"
        await until(lambda: bool(memory.offers))
        assert session.problem is not None
        assert session.design == SMALL

        session, memory = opened(keeping(7))
        gate.reached.clear()
        gate.open.clear()
        memory.bring_back(memory.offers[0])
        await until(gate.reached.is_set)
        session.stop()
        assert counts(memory) == [1]
        gate.open.set()
        memory.bring_back(memory.offers[0])
        await until(lambda: not session.steps)
        assert not memory.offers
        assert counts(opened(memory.text())[1]) == [2]

    in_a_loop(scenario)


@attrs.frozen
class WithFunction(SimpleConvBlock):
    function: Any = None


def test_edits_that_cannot_be_kept_are_told_with_the_field() -> None:
    design = Design(CustomEncoderDecoder(encoder=[WithFunction(filters=2, function=len)]), (32, 32, 1))
    session, memory = opened(kept_of(3, 4), design)
    session.change("encoder[0].filters", 3)
    assert counts(opened(memory.text())[1]) == [2], "what was kept before stays"
    assert "encoder[0].function" in memory.unwritable


# The file


def test_a_file_is_written_as_a_whole_and_read(tmp_path: Path) -> None:
    file = EditsFile(tmp_path / "edits.json")
    assert file.read() == ""
    file.write("")
    assert not file.path.exists()
    file.write("ä")
    assert (file.read(), [*tmp_path.iterdir()]) == ("ä", [file.path])
    (tmp_path / "link.json").symlink_to(file.path)
    EditsFile(str(tmp_path / "link.json")).write("b")
    assert file.read() == "b"
    assert (tmp_path / "link.json").is_symlink()


@pytest.mark.parametrize("wrong", ["", 3, b"x", "no/such/folder/edits.json", "."])
def test_what_is_no_path_of_a_file_is_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"edits\.json"):
        EditsFile(wrong)
