"""What checks say in the designer: mends that are edits, advice that can be dismissed, signs on the picture."""

import asyncio

import ipywidgets as widgets
import pytest

from encdec_widgets import Design, Designer, preset
from encdec_widgets.architectures import CustomEncoderDecoder, UNet
from encdec_widgets.architectures.encoder_decoder import SimpleConvBlock, SimpleUpsamplingBlock
from encdec_widgets.backbone import Backbone
from encdec_widgets.designs.mends import Mend
from encdec_widgets.explain.checks import Check
from encdec_widgets.explain.machine_memory import memory_limit
from encdec_widgets.figures.quantities import QUANTITIES
from encdec_widgets.session import Session
from encdec_widgets.widgets.foot.foot import TABLE
from encdec_widgets.widgets.pages.aside import COSTS
from encdec_widgets.widgets.picture.checks_view import ChecksView
from encdec_widgets.widgets.picture.flags import flags
from tests.designer.on_screen import put
from tests.designer.reading import control, walk
from tests.designer.slow import until

UNEVEN = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (64, 64, 1))
"""Its transposed convolutions have kernels of 3 px and stride 2."""


def kinds(designer: Designer) -> list[str]:
    return [check.kind for check in designer.checks.told]


def buttons(view: widgets.Widget) -> dict[str, widgets.Button]:
    return {w.description: w for w in walk(view) if isinstance(w, widgets.Button)}


def visible(view: ChecksView) -> list[widgets.Widget]:
    """The rows that are seen, from top to bottom."""
    rows = [
        row
        for row in view.children
        if row not in (view.again, view._nothing) and row.layout.display != "none"
    ]
    return sorted(rows, key=lambda row: int(row.layout.order))


def flagged(designer: Designer) -> list[str]:
    texts = [text.text for text in designer.picture.scene.texts]
    blocks = designer.backbone.blocks.nodes(data="label")
    return [name for name, label in blocks if f"⚠ {label}" in texts]


def test_advice_is_mended_by_one_click_and_the_mend_is_undone_by_its_name() -> None:
    designer = Designer(UNEVEN)
    assert kinds(designer) == ["checkerboard"]
    assert flagged(designer) == ["stack0_dec0", "stack0_dec1"]
    buttons(designer.checks)["interpolate instead"].click()
    assert designer.design == UNEVEN.replace("up_interpolate", True)
    assert (kinds(designer), flagged(designer)) == ([], [])
    designer.undo()
    assert designer.design == UNEVEN
    assert kinds(designer) == ["checkerboard"]


def test_advice_that_is_dismissed_stays_away_until_it_is_asked_for() -> None:
    designer = Designer(UNEVEN)
    checks = designer.checks
    buttons(checks)["Dismiss checkerboard"].click()
    assert (kinds(designer), flagged(designer)) == ([], [])
    designer.set("filters", 4)
    assert kinds(designer) == []
    buttons(checks)["show 1 dismissed"].click()
    assert kinds(designer) == ["checkerboard"]
    assert flagged(designer) == ["stack0_dec0", "stack0_dec1"]
    assert checks.again.layout.display == "none"


def test_a_warning_comes_first_and_cannot_be_dismissed() -> None:
    decoder = (
        SimpleUpsamplingBlock(transposed_conv=True, refine_convs_filters=2),
        SimpleUpsamplingBlock(skip_connection=True, refine_convs_filters=2),
    )
    network = CustomEncoderDecoder(encoder=[SimpleConvBlock(filters=2)], decoder=decoder)
    designer = Designer(Design(network, (64, 64, 1)))
    shown = designer.checks.told
    assert [check.severity for check in shown] == ["warning"] * (len(shown) - 1) + ["advice"]
    assert len(shown) > 1
    rows = visible(designer.checks)
    for check, row in zip(shown, rows, strict=True):
        dismiss = buttons(row)[f"Dismiss {check.kind}"]
        assert (dismiss.layout.display != "none") == (check.severity == "advice")
        assert check.severity.capitalize() in row.children[0].value, "told in words, not by colour alone"


def test_the_animal_is_held_against_the_field_once_somebody_has_set_it() -> None:
    designer = Designer(UNEVEN)
    field = designer.aside.receptive_field
    assert designer.session.conditions.animal_px is None
    field.animal_px = 400
    assert kinds(designer) == ["receptive field below the animal", "checkerboard"]
    field.input_scale = 0.1
    assert kinds(designer) == ["checkerboard"]


def test_presets_have_no_warnings() -> None:
    designer = Designer("SLEAP medium single")
    assert kinds(designer) == []
    designer.load(preset("FC-DenseNet56"))
    assert kinds(designer) == ["checkerboard"]


def test_advice_of_a_network_that_has_gone_mends_nothing() -> None:
    designer = Designer(UNEVEN)
    mend = buttons(designer.checks)["interpolate instead"]
    wider = UNEVEN.replace("filters", 4)

    async def overtake() -> None:
        designer.session.turn("filters", 4)
        assert designer.session.editor.wanted == wider
        mend.click()
        assert designer.session.editor.wanted == wider
        await until(lambda: designer.session.shown.backbone.design == wider)
        # What is found of it comes with the network itself.
        assert flagged(designer) == ["stack0_dec0", "stack0_dec1"]
        mend.click()
        assert designer.session.editor.wanted == wider.replace("up_interpolate", True)

    asyncio.run(overtake())


def test_a_size_that_cannot_be_divided_is_marked_where_it_breaks() -> None:
    designer = Designer(UNEVEN.replace("up_interpolate", True))
    designer.set("input_shape", (66, 64, 1))
    assert "66 → 33 px, which encoder[2]" in str(designer.problem)
    assert flagged(designer) == ["stack0_enc2"]
    designer.undo()
    assert flagged(designer) == []


def test_what_goes_wrong_in_a_check_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    designer = Designer(UNEVEN)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a check that fails")

    monkeypatch.setattr(Backbone, "checks", fail)
    designer.set("filters", 4)
    assert "a check that fails" in str(designer.problem)
    assert designer.design.architecture.filters == 4


def test_memory_is_that_of_the_batch_size_on_the_page_of_costs() -> None:
    designer = Designer(UNEVEN)
    designer.aside.turn_to(COSTS)
    control(designer.aside.costs, "batch size").value = 65536
    cost = designer.backbone.cost(batch_size=65536)
    assert (cost.training_bytes > memory_limit()) == any("too large" in kind for kind in kinds(designer))
    picture = designer.picture
    designer.session.colour_by("memory")
    assert most_of_memory(designer, 65536) in [text.text for text in picture.scene.texts]
    control(designer.aside.costs, "batch size").value = 1
    assert most_of_memory(designer, 1) in [text.text for text in picture.scene.texts]


def most_of_memory(designer: Designer, batch_size: int) -> str:
    colouring = QUANTITIES["memory"](designer.backbone, {"batch_size": batch_size})
    return f"{colouring.text(colouring.ends[1])} {colouring.unit}"


def test_a_closed_designer_waits_for_nothing() -> None:
    designer, other = Designer(UNEVEN), Designer(UNEVEN)

    async def close() -> None:
        designer.session.turn("filters", 4)
        designer.close()
        # What was begun after it comes after what would have come of it.
        other.foot.opened = TABLE
        other.session.turn("filters", 4)
        table = other.table.table
        await until(lambda: other.table.table is not table)

    asyncio.run(close())
    assert designer.comm is None
    assert designer.session.shown.backbone.design == UNEVEN


@pytest.fixture
def session() -> Session:
    """Of a network of which nothing is found."""
    return Session(UNEVEN.replace("up_interpolate", True))


@pytest.fixture
def view(session: Session) -> ChecksView:
    return ChecksView(session, widgets.Button())


def test_rows_stay_in_their_place_and_text_is_text(session: Session, view: ChecksView) -> None:
    backbone = session.backbone
    mend = Mend("filters", 8, {"filters": 8})
    one = Check("<b>one</b>", "advice", "because <img>", ("enc0",), (mend,))
    other = Check("other", "warning", "so it is")
    put(session, backbone, checks=(one,))
    (row,) = visible(view)
    put(session, backbone, checks=(other, one))
    assert visible(view)[1] is row
    # The page makes what comes after a change in a list of children anew, and the keyboard loses its place.
    assert view.children[:2] == (view.again, row)
    assert "&lt;b&gt;one&lt;/b&gt;" in row.children[0].value
    assert "because &lt;img&gt;" in row.children[0].value
    assert flags(session.shown, session.dismissed) == {"enc0": "⚠ <b>one</b>"}
    put(session, backbone, checks=())
    assert visible(view) == []
    put(session, backbone, checks=(other, one))
    buttons(row)["set filters to 8"].click()
    assert session.design == backbone.design.replace("filters", 8)


def test_a_warning_of_a_kind_whose_advice_was_dismissed_is_shown(session: Session, view: ChecksView) -> None:
    put(session, session.backbone, checks=(Check("memory", "advice", "training is too large"),))
    buttons(view)["Dismiss memory"].click()
    assert view.told == ()
    warning = Check("memory", "warning", "it cannot run")
    put(session, session.backbone, checks=(warning,))
    assert view.told == (warning,)
