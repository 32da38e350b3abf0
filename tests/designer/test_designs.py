"""The view of the designs of a sweep, without a browser: drawn, walked by keys, opened, pinned and as a table."""

from encdec_widgets import Designer
from encdec_widgets.explore.sweep import Row
from encdec_widgets.session import Session
from encdec_widgets.widgets.designs.drawn_designs import design_stops
from encdec_widgets.widgets.designs.swept import Swept
from encdec_widgets.widgets.picture.facts_table import DESIGNS, FactsTable
from encdec_widgets.widgets.picture.picture import BLOCKS, Picture
from tests.designer.told_at_once import SMALL, names, rows
from tests.designer.told_at_once import no_processes as no_processes
from tests.designer.told_at_once import picture as picture
from tests.designer.told_at_once import said as said
from tests.designer.told_at_once import session as session
from tests.designer.told_at_once import swept as swept


def test_nothing_is_made_before_it_is_asked_for(picture: Picture) -> None:
    assert picture.designs.children == ()
    assert picture.designs.layout.display == "none"
    picture.show_designs()
    assert picture.designs.x is not None
    assert picture.designs.form is not None, (
        "there is nothing to be seen yet: a person is asked what to sweep"
    )
    assert "No designs yet" in [text.text for text in picture.scene.texts]


def test_all_is_filled_in_before_it_is_handed_to_the_page(picture: Picture) -> None:
    designs = picture.designs
    seen: list[object] = []

    def note(_: object) -> None:
        assert designs.y is not None
        assert designs.form is not None
        drawn = [text.text for text in picture.scene.texts] if picture.scene else []
        seen.append((designs.stop.layout.display, designs.y.value, designs.form.text != "", drawn))

    designs.observe(note, "children")
    picture.show_designs()
    assert seen == [("none", "receptive_field", True, ["No designs yet"])]


def test_rows_of_a_sweep_are_drawn_in_the_one_figure_and_the_network_comes_back(
    picture: Picture, swept: Swept
) -> None:
    figure, blocks = picture.graph.figure, names(picture)
    swept.show(rows())
    assert names(picture) == blocks, "another view is seen"
    picture.show_designs()
    assert names(picture) == ["0", "1", "3", "4", "6", "7"]
    assert picture.designs.form is None, "there are designs: the form is for who asks"
    assert any("3 combinations that make no network" in text.text for text in picture.scene.texts)
    assert picture.graph.figure is figure
    picture.view.value = BLOCKS
    assert names(picture) == blocks
    assert picture.designs.layout.display == "none"
    assert picture.hands.what == "Boxes of the network"


def test_the_choice_of_figures_draws_and_keeps_the_front_of_the_two(picture: Picture, swept: Swept) -> None:
    swept.show(rows())
    picture.show_designs()
    front = {name for name, box in picture.scene.boxes.items() if not box.hollow}
    assert front == {"0", "1"}, "more filters cost more here and see no further"
    picture.designs.y.value = "training_bytes"
    assert swept.y == "training_bytes"
    assert {name for name, box in picture.scene.boxes.items() if not box.hollow} == {"0"}
    picture.designs.colour.value = ""
    assert not any(text.text.startswith("Colour") for text in picture.scene.texts)
    standing = swept.standing
    assert (standing[0], standing[1]) == ("front", "dominated")
    assert all("maximum stride, 128" in standing[index] for index in (2, 5, 8))


def test_a_click_opens_the_design_and_undo_leads_back(
    picture: Picture, session: Session, swept: Swept
) -> None:
    swept.show(rows())
    picture.show_designs()
    assert [name for name, box in picture.scene.boxes.items() if box.selected] == ["4"], "the present one"
    picture._clicked("7")
    assert session.design == SMALL.replace("filters", 8)
    assert [name for name, box in picture.scene.boxes.items() if box.selected] == ["7"]
    assert picture.view.value == "designs"
    session.undo()
    assert session.design == SMALL
    session.change("filters", 2)
    assert [name for name, box in picture.scene.boxes.items() if box.selected] == ["1"], (
        "whichever way it came"
    )


def test_what_cannot_be_opened_says_why(session: Session, swept: Swept, said: list[str]) -> None:
    swept.show(rows())
    for name in ("2", "99", "²", "stack0_enc1"):
        swept.open(name)
    assert session.design == SMALL
    assert len(said) == 1
    assert said[0].startswith("filters 2, down blocks 7 makes no network: input_shape must have")
    session.focus_on(["filters"], "locked")
    swept.open("7")
    assert session.design == SMALL
    assert "locked" in said[-1]


def test_a_lasso_pins_those_on_the_front_first_and_says_what_has_no_room(
    picture: Picture, session: Session, swept: Swept, said: list[str]
) -> None:
    swept.show(rows({"filters": list(range(2, 12))}))
    picture.show_designs()
    picture.hands._told(None, {"pin": [str(number) for number in reversed(range(10))] + ["99", 7]}, None)
    assert len(session.pins) == 6
    assert session.pins[0].name == "filters 2", "it is on the front"
    assert said[-1] == (
        "Pinned: 6 designs. Not pinned: 4 designs, as at most 6 are. Unpin some in Compare first."
    )
    assert said[-1] in picture.designs.text
    swept.pin(["7", "0", "1", "2", "3"])
    assert said[-1] == (
        "Pinned already: 2 designs, as 'filters 2' and 'filters 9'. "
        "Not pinned: 3 designs, as at most 6 are. Unpin some in Compare first."
    ), "each reason is told of those that it holds for"
    swept.pin(["99"])
    assert said[-1] == "There is no design to pin."
    picture.view.value = BLOCKS
    session.unpin("filters 2")
    picture.hands._told(None, {"pin": ["0"]}, None)
    assert len(session.pins) == 5, "blocks are not pinned"


def test_designs_are_pinned_for_the_images_of_the_session(
    picture: Picture, session: Session, swept: Swept, said: list[str]
) -> None:
    session.assume(input_scale=0.5)
    swept.show(rows({"filters": [2, 3]}))
    swept.pin(["0"])
    assert [pin.input_scale for pin in session.pins] == [0.5]
    session.assume(input_scale=1)
    swept.pin(["0"])
    assert [pin.input_scale for pin in session.pins] == [0.5, 1], "for other images it is another one"
    swept.pin(["0"])
    assert said[-1].startswith("Pinned already: 1 design")


def test_keys_walk_along_both_axes(swept: Swept, picture: Picture) -> None:
    swept.show(rows())
    picture.show_designs()
    stops = design_stops(swept.cloud, picture.scene)
    by_x = [stop["name"] for stop in stops]
    assert by_x == ["0", "1", "3", "4", "6", "7"] or sorted(by_x) == ["0", "1", "3", "4", "6", "7"]
    xs = [stop["rect"][0] + stop["rect"][1] for stop in stops]
    assert xs == sorted(xs)
    walked, number = [], next(i for i, stop in enumerate(stops) if stop["down"] == -1)
    while number != -1:
        walked.append(stops[number]["rect"][2] + stops[number]["rect"][3])
        number = stops[number]["up"]
    assert len(walked) == len(stops)
    assert walked == sorted(walked)
    assert "on the Pareto front" in stops[0]["words"]
    assert "the present design" in next(stop["words"] for stop in stops if stop["name"] == "4")
    assert picture.hands.what == "Designs of the sweep"
    assert "Enter opens" in picture.hands.help
    picture.hands.send = walked.append  # type: ignore[method-assign]
    picture.hands._told(None, {"remove": "4"}, None)
    assert walked[-1] == {"say": "A design of a sweep can't be removed."}


def test_the_table_has_the_same_designs_and_does_the_same(session: Session, swept: Swept) -> None:
    table = FactsTable(session, "blocks", swept)
    assert not table.has_designs
    swept.show(rows())
    assert table.has_designs
    assert table.table["kind"] == "blocks", "what a person looks at stays"
    table.kind = DESIGNS
    shown = table.table
    assert shown["columns"] == [
        "design",
        "parameters",
        "memory to train (estimate)",
        "every position of the output sees",
        "warnings",
        "stands",
        "pin",
    ]
    assert shown["rows"][0] == ["filters 2, down blocks 1", 2000, 20_000, 10, 0, "front", ""]
    assert shown["texts"][0] == [None, None, "20 kB", "10 px", None, None, None], (
        "as everywhere else on the screen"
    )
    assert shown["csv"][0].rstrip() == (
        "design,parameters,memory to train (bytes),every position of the output sees (px),warnings,stands"
    )
    assert "maximum stride, 128" in shown["rows"][2][-2]
    assert shown["blocks"] == [str(number) for number in range(9)]
    assert len(shown["csv"]) == 10
    assert table.selected == ["4"]
    assert shown["pins"] == dict.fromkeys(["0", "1", "3", "4", "6", "7"], False)
    table._told(None, {"pinned": "7"}, None)
    assert [pin.design for pin in session.pins] == [SMALL.replace("filters", 8)]
    assert table.table["pins"]["7"] is True
    table._told(None, {"chosen": "0"}, None)
    assert session.design.architecture.filters == 2
    assert table.selected == ["0"]
    table._told(None, {"switched": "0"}, None)
    table.kind = "blocks"
    assert table.table["pins"] == {}


def test_a_sweep_of_code_is_shown_and_the_table_is_opened_beside_it() -> None:
    designer = Designer(SMALL)
    designer.show_sweep(rows())
    assert designer.picture.view.value == "designs"
    assert len(designer.picture.scene.boxes) == 6
    designer.picture.designs.to_table(None)
    assert (designer.foot.opened, designer.table.kind) == ("table", DESIGNS)
    some: list[Row] = rows().rows[:2]
    designer.show_sweep(some)
    assert names(designer.picture) == ["0", "1"]
    designer.close()
