"""Compare on the screen: what the table shows is what `compare_designs` says, and nothing is computed while closed."""

from typing import Any

import pytest

from encdec_widgets import Design, Designer, compare_designs, preset
from encdec_widgets.architectures import CustomEncoderDecoder
from encdec_widgets.background import Background
from encdec_widgets.session import Session
from encdec_widgets.session.network_time import NetworkTime
from encdec_widgets.session.pins import with_pin
from encdec_widgets.widgets.compare import compare_panel
from encdec_widgets.widgets.compare.compare_panel import ComparePanel
from tests.both_forms import in_both_forms as in_both_forms
from tests.designer.reading import SMALL
from tests.designer.slow import in_a_loop, until
from tests.designer.timed import FakeWorker
from tests.explore.test_compare_designs import Broken
from tests.session.test_pins import TIMING

OTHER = SMALL.replace("filters", 3)


class Opened:
    """A table that is open; what it says aloud and sends is kept."""

    def __init__(self, session: Session) -> None:
        self.session, self.said, self.sent = session, list[str](), list[Any]()
        self.worker = FakeWorker()
        self.panel = ComparePanel(session, say=self.said.append, worker=self.worker)  # type: ignore[arg-type]
        self.view = self.panel.view
        self.view.send = self.sent.append
        self.panel.visible = True

    def ask(self, **content: Any) -> None:
        """Ask as the page does."""
        self.view._handle_custom_msg({"of": "page", **content}, [])

    @property
    def names(self) -> list[str]:
        return [column["name"] for column in self.view.columns]

    def column(self, name: str) -> dict[str, tuple[str, str]]:
        at = self.names.index(name)
        return {row["label"]: tuple(row["cells"][at]) for row in self.view.rows}


@pytest.fixture
def opened() -> Opened:
    return Opened(Session(SMALL))


def test_all_that_is_shown_is_what_compare_designs_says(opened: Opened) -> None:
    opened.session.pin(OTHER, "mine")
    opened.ask(preset="SLEAP centroid")
    opened.session.assume(batch_size=4)
    said = compare_designs(
        [OTHER, "SLEAP centroid", SMALL], ["mine", "SLEAP centroid", opened.names[-1]], batch_size=4
    )
    assert opened.names == [row.name for row in said]
    for at, name in enumerate(opened.names):
        assert opened.column(name) == {fact.label: (fact.values[at], fact.ratios[at]) for fact in said.facts}
    assert [(one["label"], tuple(one["cells"])) for one in opened.view.fields] == [
        (one.words, one.values) for one in said.differences
    ]
    assert opened.view.pictures == list(said.pictures())
    assert [(one["pinned"], one["shown"]) for one in opened.view.columns] == [
        (True, False),
        (True, False),
        (False, True),
    ]
    assert opened.view.status == "3 designs, with the ratio to the first. Batch 4, as on the page Costs."


def test_pin_unpin_and_use_and_undo_leads_back(opened: Opened) -> None:
    first = opened.names[0]
    opened.ask(pin=True)
    assert (opened.names, opened.view.can_pin) == ([first], False)
    opened.session.change("filters", 3)
    assert (len(opened.names), opened.view.can_pin) == (2, True)
    opened.ask(use=first)
    assert opened.session.design == SMALL
    assert opened.names == [first]
    opened.session.undo()
    assert opened.session.design == OTHER
    opened.ask(unpin=first)
    assert opened.session.pins == ()
    assert opened.names == [opened.view.columns[0]["name"]]
    assert opened.said == [f"Pinned as {first}. 1 design pinned.", f"{first} is not pinned any more."]


def test_each_design_is_told_at_the_scale_that_it_is_for(opened: Opened) -> None:
    opened.session.pin(OTHER, "scaled", 0.25)
    said = compare_designs([OTHER, SMALL], ["scaled", opened.names[-1]], input_scales=[0.25, 1])
    for at, name in enumerate(opened.names):
        assert opened.column(name) == {fact.label: (fact.values[at], fact.ratios[at]) for fact in said.facts}
    # The same design at another scale is another design to compare.
    opened.session.load(OTHER)
    assert [(one["pinned"], one["shown"]) for one in opened.view.columns] == [(True, False), (False, True)]
    assert opened.view.can_pin
    opened.session.assume(input_scale=0.25)
    assert [(one["pinned"], one["shown"]) for one in opened.view.columns] == [(True, True)]
    assert not opened.view.can_pin


def test_a_pinned_design_comes_back_with_its_scale(opened: Opened) -> None:
    opened.session.pin(OTHER, "scaled", 0.25)
    opened.ask(use="scaled")
    assert (opened.session.design, opened.session.conditions.input_scale) == (OTHER, 0.25)
    opened.session.undo()
    assert (opened.session.design, opened.session.conditions.input_scale) == (SMALL, 1.0)


def test_what_is_refused_is_said_and_the_session_has_no_problem(opened: Opened) -> None:
    opened.ask(pin=True)
    opened.ask(pin=True)
    assert "pinned already" in opened.view.trouble
    opened.session.unpin(opened.session.pins[0].name)
    opened.session.bring_back_pins(with_pin(with_pin((), SMALL), preset("U-Net")))
    for content in ({"pin": True}, {"preset": "U-Net"}):
        opened.view.trouble = ""
        opened.ask(**content)
        assert "pinned already" in opened.view.trouble, "also what came back"
    for content in ({"use": "nobody"}, {"unpin": 7}, {"preset": 7}, {"file": "exe"}, {"file": ["csv"]}):
        opened.ask(**content)
        assert "Received:" in opened.view.trouble
        assert opened.said[-1] == opened.view.trouble
    opened.ask(whatever=1)
    opened.view._handle_custom_msg("nothing", [])
    assert opened.session.problem is None
    opened.session.focus_on(["filters"], "locked")
    opened.ask(preset="SLEAP centroid")
    opened.ask(use="SLEAP centroid")
    assert opened.session.focus.why in opened.view.trouble
    assert opened.session.design == SMALL


def test_times_stand_where_they_were_measured(opened: Opened) -> None:
    name = opened.names[0]
    assert opened.column(name)["Time of a run"] == ("not timed", "")
    opened.session.set_time(
        NetworkTime(design=SMALL, ms=5.0, measured=True, work="forward pass", device="CPU", timing=TIMING)
    )
    assert opened.column(name)["Time of a run"] == ("5.00 ms, a forward pass of 1 image", "")
    opened.session.pin(name="mine")
    opened.session.change("filters", 3)
    assert opened.column("mine")["Time of a run"] == ("5.00 ms, a forward pass of 1 image", "")


def test_the_table_is_taken_away_as_it_is(opened: Opened) -> None:
    opened.session.pin(OTHER, "mine")
    compared = opened.panel.compared
    assert compared is not None
    opened.ask(file="csv")
    opened.ask(file="html")
    csv, page = opened.sent
    assert csv == {
        "of": "page",
        "name": "compared-designs.csv",
        "kind": "text/csv",
        "text": compared.to_csv(),
    }
    assert (page["name"], page["text"]) == ("compared-designs.html", compared.to_html())


def test_a_design_that_cannot_be_built_is_a_column_with_its_reason(opened: Opened) -> None:
    opened.session.pin(Design(CustomEncoderDecoder(encoder=[Broken(pool=False)]), (8, 8, 1)), "broken")
    column = opened.view.columns[opened.names.index("broken")]
    assert column["reason"] == "ZeroDivisionError: <no> layers"
    assert opened.view.pictures[opened.names.index("broken")] == ""
    assert opened.column("broken")["Parameters"] == ("not known", "")


def test_an_error_of_a_user_s_class_is_said_and_the_next_comparison_comes(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        yield from ()
        raise ZeroDivisionError("<no> figures")

    with monkeypatch.context() as patched:
        patched.setattr("encdec_widgets.explore.comparing.beside.compared_in_steps", broken)
        opened.session.pin(OTHER, "mine")
    assert "could not be compared" in opened.view.trouble
    assert "<no> figures" in opened.view.trouble
    assert not opened.view.busy
    opened.session.pin("SLEAP centroid")
    assert len(opened.view.pictures) == 3
    assert opened.panel.compared is not None


def test_nothing_is_built_or_computed_while_it_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(
        compare_panel.Comparer, "ask", lambda self, designs, *_: asked.append([one.name for one in designs])
    )
    designer = Designer(SMALL)
    session = designer.session
    session.pin(OTHER)
    session.change("filters", 4)
    assert not designer.comparing.children
    designer.header.compare.opened = True
    designer.table.kind = "hide"
    assert len(asked) == 1
    session.pin()
    assert len(asked) == 2
    designer.header.compare.opened = False
    session.change("filters", 5)
    session.pin()
    assert len(asked) == 2
    assert designer.header.compare.count == 3
    assert designer.comparing.panel.compared is None
    designer.close()


def test_one_of_the_two_drawers_is_open_at_most() -> None:
    designer = Designer(SMALL)
    designer.header.compare.opened = True
    assert designer.comparing.layout.display == ""
    designer.foot.opened = "table"
    assert (designer.header.compare.opened, designer.comparing.layout.display) == (False, "none")
    designer.header.compare.opened = True
    assert designer.foot.opened == ""
    designer.comparing.panel.view._handle_custom_msg({"close": True}, [])
    assert not designer.header.compare.opened
    designer.close()


def test_the_newest_comparison_wins_and_edits_go_first(in_both_forms: Background) -> None:
    async def scenario() -> None:
        opened = Opened(Session(SMALL))
        await until(lambda: not opened.view.busy)
        opened.session.pin()
        opened.session.pin("SLEAP centroid")
        assert opened.view.busy
        opened.session.pin(OTHER, "mine")
        assert [row["cells"][-1][0] for row in opened.view.rows] == ["…"] * len(opened.view.rows)
        opened.session.turn("filters", 6)
        await until(lambda: not opened.view.busy and not opened.session.steps)
        assert opened.session.design.architecture.filters == 6
        assert opened.names[1:3] == ["SLEAP centroid", "mine"]
        compared = opened.panel.compared
        assert compared is not None
        assert compared.rows[-1].design == opened.session.design
        opened.session.pin("U-Net")
        opened.panel.visible = False
        await until(lambda: not in_both_forms._tasks)
        assert opened.panel.compared is None
        opened.session.close()

    in_a_loop(scenario)
