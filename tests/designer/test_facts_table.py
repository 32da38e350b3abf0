"""The table of facts without a browser: what it sends to the page and when, and what the page may tell it."""

import asyncio
from typing import Any

import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.backbone import Backbone
from encdec_widgets.explain.table import block_rows, csv_lines, layer_rows
from encdec_widgets.session import Session
from encdec_widgets.widgets.picture import facts_table
from encdec_widgets.widgets.picture.facts_table import FactsTable
from tests.designer.on_screen import put
from tests.session.slow import until

SMALL = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (64, 64, 1))


@pytest.fixture(scope="module")
def small() -> Backbone:
    return SMALL.build()


@pytest.fixture(scope="module")
def other() -> Backbone:
    return SMALL.replace("down_blocks", 3).build()


@pytest.fixture
def session() -> Session:
    """Of which nothing is shown yet."""
    session = Session(SMALL)
    session.set_trait("shown", None)
    return session


@pytest.fixture
def facts(session: Session) -> FactsTable:
    return FactsTable(session)


def rows(facts: FactsTable) -> list[dict[str, Any]]:
    return [dict(zip(facts.table["columns"], row, strict=True)) for row in facts.table["rows"]]


def from_page(facts: FactsTable, content: Any) -> None:
    facts._handle_msg({"content": {"data": {"method": "custom", "content": content}}, "buffers": []})


def messages(facts: FactsTable, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    sent: list[Any] = []
    monkeypatch.setattr(facts, "_send", lambda message, buffers=None: sent.append(message))
    return sent


def test_it_starts_with_the_blocks(facts: FactsTable, session: Session, small: Backbone) -> None:
    assert facts.table == {}
    put(session, small, "decoder[*]")
    assert facts.kind == facts.table["kind"] == "blocks"
    assert rows(facts) == block_rows(small.blocks)
    assert facts.table["blocks"] == list(small.blocks)
    assert facts.selected == ["stack0_dec0", "stack0_dec1"]


def test_it_shows_the_network_that_there_is_already(session: Session, small: Backbone) -> None:
    put(session, small, "encoder[1]")
    facts = FactsTable(session)
    assert rows(facts) == block_rows(small.blocks)
    assert facts.selected == ["stack0_enc1"]


def test_layers_are_shown_when_they_are_asked_for(
    facts: FactsTable, session: Session, small: Backbone
) -> None:
    put(session, small)
    facts.kind = "layers"
    assert facts.table["kind"] == "layers"
    assert rows(facts) == layer_rows(small.layers)
    assert set(facts.table["blocks"]) == set(small.blocks)


@pytest.mark.parametrize("kind", ["blocks", "layers"])
def test_what_is_copied_is_the_csv_of_the_rows(
    facts: FactsTable, session: Session, small: Backbone, kind: str
) -> None:
    facts.kind = kind
    put(session, small)
    expected = block_rows(small.blocks) if kind == "blocks" else layer_rows(small.layers)
    assert facts.table["csv"] == csv_lines(expected)
    assert len(facts.table["csv"]) == len(expected) + 1


def test_another_network_takes_the_place_of_the_first(
    facts: FactsTable, session: Session, small: Backbone, other: Backbone
) -> None:
    put(session, small, "encoder[1]")
    put(session, other)
    assert rows(facts) == block_rows(other.blocks)
    assert facts.selected == []


def test_a_selection_alone_leaves_the_rows(
    facts: FactsTable, session: Session, small: Backbone, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(session, small)
    sent = messages(facts, monkeypatch)
    session.select("encoder[0]")
    session.select("encoder[0]")
    assert [message["state"] for message in sent] == [{"selected": ["stack0_enc0"]}]


def test_the_same_network_is_not_sent_twice(
    facts: FactsTable, session: Session, small: Backbone, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(session, small)
    sent = messages(facts, monkeypatch)
    put(session, small)
    assert sent == []


def test_hidden_it_reads_nothing_and_sends_nothing_until_it_is_seen(
    facts: FactsTable,
    session: Session,
    small: Backbone,
    other: Backbone,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put(session, small, "encoder[0]")
    facts.kind = "hide"
    assert facts.table == {}
    sent = messages(facts, monkeypatch)
    read: list[str] = []
    monkeypatch.setattr(facts_table, "_table", lambda kind, *_: read.append(kind))
    put(session, other, "encoder[2]")
    session.select("encoder[3]")
    session.assume(batch_size=4)
    assert (sent, read) == ([], [])
    monkeypatch.undo()
    facts.kind = "blocks"
    assert rows(facts) == block_rows(other.blocks)
    assert facts.selected == ["stack0_enc3"]


def test_while_a_slider_moves_the_table_waits_for_the_last_network(
    facts: FactsTable, session: Session, small: Backbone, other: Backbone
) -> None:
    seen: list[int] = []
    facts.observe(lambda change: seen.append(len(change["new"]["rows"])), "table")

    async def edits() -> None:
        updated = asyncio.Event()
        put(session, small)  # the first network is there at once
        assert seen == [len(small.blocks)]
        facts.observe(lambda _: updated.set(), "table")
        put(session, SMALL.replace("down_blocks", 1), "encoder[0]")
        put(session, other, "encoder[1]")
        assert seen == [len(small.blocks)]
        assert facts.selected == []
        await asyncio.wait_for(updated.wait(), 60)

    asyncio.run(edits())
    assert seen == [len(small.blocks), len(other.blocks)]
    assert facts.selected == ["stack0_enc1"]


def test_hidden_before_an_update_comes_there_is_none(
    facts: FactsTable, session: Session, small: Backbone, other: Backbone
) -> None:
    seen = FactsTable(session)

    async def edits() -> None:
        put(session, small)
        put(session, other)
        facts.kind = "hide"
        third = put(session, SMALL.replace("down_blocks", 1))
        # A table that is seen is updated after the hidden one would have been.
        await until(lambda: seen.table["blocks"] == list(third.blocks))

    asyncio.run(edits())
    assert facts.table == {}


@pytest.fixture
def told(session: Session) -> list[str]:
    """The paths that are selected from now on."""
    paths: list[str] = []
    session.observe(lambda change: paths.append(change["new"].path), "selection")
    return paths


def test_a_row_that_is_chosen_selects_its_block(
    facts: FactsTable, session: Session, told: list[str], small: Backbone
) -> None:
    put(session, small)
    told.clear()
    from_page(facts, {"chosen": facts.table["blocks"][2]})
    from_page(facts, {"chosen": facts.table["blocks"][2]})
    assert told == ["encoder[1]", "encoder[1]"]


def test_the_row_of_a_block_takes_its_skip_connection_out_and_in(
    facts: FactsTable, session: Session, small: Backbone
) -> None:
    put(session, small)
    assert facts.table["skips"] == {"stack0_dec0": True, "stack0_dec1": True}
    from_page(facts, {"switched": "stack0_dec1"})
    assert facts.table["skips"] == {"stack0_dec0": True, "stack0_dec1": False}
    assert [row["skip from"] for row in rows(facts) if row["stage"] == "decoder"] == ["enc1", None]
    session.undo()
    assert facts.table["skips"] == {"stack0_dec0": True, "stack0_dec1": True}
    from_page(facts, {"switched": "stack0_enc1"})  # which leaves no choice
    assert session.design == SMALL


@pytest.mark.parametrize(
    "content",
    [{"chosen": "gone"}, {"switched": "gone"}, {"chosen": ["input"]}, {"chosen": None}, {}, "x", None],
)
def test_what_is_no_block_of_the_network_is_not_chosen(
    facts: FactsTable, session: Session, told: list[str], small: Backbone, content: Any
) -> None:
    from_page(facts, {"chosen": "input"})  # nothing is shown yet
    assert told == []
    put(session, small)
    told.clear()
    from_page(facts, content)
    assert told == []
