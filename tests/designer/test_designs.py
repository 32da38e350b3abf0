"""The designs of a sweep on the screen, without a browser: what is swept, drawn, opened and pinned."""

import importlib
import subprocess
import sys
from typing import Any

import pytest

from encdec_widgets import Design, Designer, preset, sweep
from encdec_widgets.architectures import UNet
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.background import Background
from encdec_widgets.designs.variants import INPUT_SIZE
from encdec_widgets.explore.sweep import Row, Sweep
from encdec_widgets.explore.sweeping import beside
from encdec_widgets.formatting import value_text
from encdec_widgets.session import Session
from encdec_widgets.widgets.designs import swept as module
from encdec_widgets.widgets.designs.drawn_designs import design_stops
from encdec_widgets.widgets.designs.sweep_form import SweepForm, read_values, sensible_values
from encdec_widgets.widgets.designs.swept import Swept
from encdec_widgets.widgets.picture.facts_table import DESIGNS, FactsTable
from encdec_widgets.widgets.picture.picture import BLOCKS, Picture
from tests.both_forms import in_both_forms as in_both_forms
from tests.designer.slow import in_a_loop, until
from tests.explore.instant import Instant

sweep_module = importlib.import_module("encdec_widgets.explore.sweep")
"""``encdec_widgets.explore.sweep`` by attributes may be the function."""
SMALL = Design(UNet(filters=4, down_blocks=2, up_blocks=2), (32, 32, 1))
GRID = {"filters": [2, 4, 8], "down_blocks": [1, 2, 7]}


def told_of(design_json: str) -> dict[str, Any]:
    """Figures that are known without building: wider costs more, deeper sees further."""
    design = Design.from_json(design_json)
    filters, levels = design.architecture.filters, design.architecture.down_blocks
    return {
        "cost": {"parameters": 1000 * filters * levels, "training_bytes": 10_000 * filters},
        "receptive_field": {"extent": "exact", "height": 10 * levels, "width": 10 * levels},
        "checks": [],
    }


def rows(grid: Any = None) -> Sweep:
    return sweep(SMALL, grid or GRID, executor=Instant(told_of)).run()


@pytest.fixture(autouse=True)
def no_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Designs are told of at once, wherever they are swept."""
    monkeypatch.setattr(beside, "asks_processes", lambda: False)
    instant = Instant(told_of)
    monkeypatch.setattr(sweep_module, "sweep", lambda *args, **more: sweep(*args, **more, executor=instant))


@pytest.fixture
def session() -> Session:
    return Session(SMALL)


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def swept(session: Session, said: list[str]) -> Swept:
    return Swept(session, said.append)


@pytest.fixture
def picture(session: Session, swept: Swept) -> Picture:
    return Picture(session, None, swept)


def names(picture: Picture) -> list[str]:
    assert picture.scene is not None
    return sorted(picture.scene.boxes)


def test_nothing_is_made_before_it_is_asked_for(picture: Picture) -> None:
    assert picture.designs.children == ()
    assert picture.designs.layout.display == "none"
    picture.show_designs()
    assert picture.designs.x is not None
    assert picture.designs.form is not None, (
        "there is nothing to be seen yet: a person is asked what to sweep"
    )
    assert "No designs yet" in [text.text for text in picture.scene.texts]


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
    assert said[-1] == "Pinned: 6 designs. Not pinned: 4 designs. Up to 6 designs are pinned."
    assert said[-1] in picture.designs.text
    swept.pin(["99"])
    assert said[-1] == "There is no design to pin."
    picture.view.value = BLOCKS
    session.unpin("filters 2")
    picture.hands._told(None, {"pin": ["0"]}, None)
    assert len(session.pins) == 5, "blocks are not pinned"


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


def test_a_sweep_on_the_screen_is_drawn_as_it_comes(
    in_both_forms: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SEEN_EVERY_S", 0.01)

    async def scenario() -> None:
        designer = Designer(SMALL)
        await until(lambda: designer.session.shown is not None)
        designer.picture.show_designs()
        form = designer.picture.designs.form
        assert form is not None
        assert [field.value for field in form.fields] == ["filters", "down_blocks", ""]
        form.values[0].value, form.values[1].value = "2, 4", "1, 2, 7"
        assert "6 designs" in form.text
        form.button.click()
        assert designer.swept.busy
        assert designer.picture.designs.stop.layout.display == ""
        await until(lambda: not designer.swept.busy)
        assert len(designer.swept.rows) == 6
        assert names(designer.picture) == ["0", "1", "3", "4"]
        assert designer.picture.designs.stop.layout.display == "none"
        await until(lambda: "Swept: 6 designs." in designer.page._next)
        form.values[0].value = "2"
        assert "at the pace of the last sweep" in form.text
        designer.close()

    in_a_loop(scenario)


def test_stop_keeps_the_rows_and_says_how_many(
    session: Session, swept: Swept, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> None:
        swept.begin(GRID)
        await until(lambda: bool(swept._rows))
        swept.stop()
        done = len(swept.rows)
        assert not swept.busy
        assert done >= 1
        if done < 9:
            assert swept.words == f"Stopped: {done} of 9 designs are done."
        swept.close()

    in_a_loop(scenario)


def test_what_ends_a_sweep_early_is_said(
    swept: Swept, picture: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = rows().rows[0]

    def fails(self: Sweep) -> Any:
        yield first
        raise OSError("no space left")

    monkeypatch.setattr(Sweep, "__iter__", fails)
    picture.show_designs()
    swept.begin(GRID)
    assert "1 of 9 designs; it ended early: " in swept.words
    assert "no space left" in picture.designs.text


def test_values_are_read_as_they_are_written() -> None:
    for path in ("filters", "up_interpolate", "down_blocks", INPUT_SIZE):
        values = sensible_values(SMALL, path)
        assert 1 < len(values) <= 6
        assert read_values(SMALL, path, ", ".join(map(value_text, values))) == values
    assert read_values(SMALL, "filters", " 5,,5, 7 ") == [5, 7]
    with pytest.raises(FieldError, match="filters"):
        read_values(SMALL, "filters", "8, many")
    with pytest.raises(FieldError, match="commas between them, such as"):
        read_values(SMALL, "filters", " , ")


def test_the_form_says_what_is_wrong_and_sweeps_nothing(session: Session, swept: Swept) -> None:
    form = SweepForm(session, swept, lambda: None)
    form.values[0].value = "8, many"
    assert form.button.disabled
    assert "many" in form.text
    form.values[0].value = "8"
    form.fields[1].value = "filters"
    assert "chosen once" in form.text
    form.fields[1].value = ""
    assert not form.button.disabled
    assert form.values[1].disabled
    assert form.grid == {"filters": [8]}
    form.fields[0].value = ""
    assert (form.button.disabled, form.grid) == (True, {})
    form.fields[0].value = INPUT_SIZE
    assert all(len(shape) == 3 for shape in form.grid["input_shape"])
    form.fields[0].value, form.fields[1].value = "filters", "kernel_size"
    form.values[0].value = ", ".join(map(str, range(1, 4001)))
    assert "at most 2,000" in form.text
    assert form.button.disabled


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
        "training bytes",
        "receptive field",
        "warnings",
        "stands",
        "pin",
    ]
    assert shown["rows"][0] == ["filters 2, down blocks 1", 2000, 20_000, 10, 0, "front", ""]
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


def test_the_rows_of_a_design_are_found_whatever_its_fields(swept: Swept) -> None:
    grid = {"filters": [2, 4], "encoder[0].num_convs": [2, 3], "input_shape": [(32, 32, 1), (64, 64, 1)]}
    swept.show(sweep(SMALL, grid, ("cost",), Instant()).run())
    assert len(swept.rows) == 8
    families = set()
    for row in swept.rows:
        assert row.design
        assert swept.rows_of(row.design) == (row.index,)
        families.add(type(row.design.architecture))
    assert len(families) == 2, "some are of free blocks"
    for fewer in ({"filters": [2, 4]}, {"architecture": [UNet(filters=2), preset("U-Net").architecture]}):
        swept.show(sweep(SMALL, fewer, ("cost",), Instant()).run())
        for row in swept.rows:
            assert row.design
            assert swept.rows_of(row.design) == (row.index,)


def test_designs_of_rows_are_made_once_and_not_for_another_family(
    swept: Swept, monkeypatch: pytest.MonkeyPatch
) -> None:
    swept.show(rows({"filters": range(1, 21)}))
    free = SMALL.replace("encoder[0].num_convs", 3)
    others = [preset("FC-DenseNet56"), SMALL.replace_all({"input_shape": (64, 64, 1), "filters": 7})]
    made, replace_all = [], Design.replace_all

    def counted(self: Design, changes: Any) -> Design:
        made.append(changes)
        return replace_all(self, changes)

    monkeypatch.setattr(Design, "replace_all", counted)
    for other in others:
        assert swept.rows_of(other) == ()
    assert made == []
    for _ in range(3):
        assert swept.rows_of(free) == ()
    assert len(made) == 20


def test_after_close_nothing_is_told(session: Session) -> None:
    async def scenario() -> None:
        swept = Swept(session)
        heard: list[Any] = []
        swept.observe(heard.append, "rows")
        swept.begin(GRID)
        swept.close()
        before = len(heard)
        await until(lambda: not swept.busy)
        assert len(heard) == before

    in_a_loop(scenario)


def test_a_designer_that_never_sweeps_does_not_load_what_does() -> None:
    code = (
        "import sys; from encdec_widgets.widgets.designer import Designer; "
        "print([name for name in sys.modules if name.startswith(('encdec_widgets.explore.sweep', "
        "'encdec_widgets.figures.designs', 'encdec_widgets.widgets.designs.sweep_form'))])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert found.stdout.strip() == "[]"
