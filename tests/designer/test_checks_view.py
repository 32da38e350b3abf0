"""What checks say in the designer: mends that are edits, advice that can be dismissed, signs on the picture."""

import ipywidgets as widgets
import pytest

from encdec_widgets import Design, Designer, preset
from encdec_widgets.analysis.checks import Check
from encdec_widgets.architectures import CustomEncoderDecoder, UNet
from encdec_widgets.encoder_decoder import SimpleConvBlock, SimpleUpsamplingBlock
from encdec_widgets.mends import Mend
from encdec_widgets.widgets.checks_view import ChecksView
from tests.designer.reading import walk

UNEVEN = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (64, 64, 1))
"""Its transposed convolutions have kernels of 3 px and stride 2."""


def kinds(designer: Designer) -> list[str]:
    return [check.kind for check in designer._screen.checks.shown]


def buttons(view: widgets.Widget) -> dict[str, widgets.Button]:
    return {w.description: w for w in walk(view) if isinstance(w, widgets.Button)}


def flagged(designer: Designer) -> list[str]:
    picture = designer._screen.picture.graph._shown
    blocks = designer.backbone.blocks
    return [name for name, text in zip(blocks, picture["data"][0]["text"], strict=True) if "⚠" in text]


def test_advice_is_mended_by_one_click_and_the_mend_is_undone_by_its_name() -> None:
    designer = Designer(UNEVEN)
    assert kinds(designer) == ["checkerboard"]
    assert flagged(designer) == ["stack0_dec0", "stack0_dec1"]
    buttons(designer._screen.checks)["interpolate instead"].click()
    assert designer.design == UNEVEN.replace("up_interpolate", True)
    assert (kinds(designer), flagged(designer)) == ([], [])
    designer.undo()
    assert designer.design == UNEVEN
    assert kinds(designer) == ["checkerboard"]


def test_advice_that_is_dismissed_stays_away_until_it_is_asked_for() -> None:
    designer = Designer(UNEVEN)
    checks = designer._screen.checks
    buttons(checks)["Dismiss"].click()
    assert (kinds(designer), flagged(designer)) == ([], [])
    designer.set("filters", 4)
    assert kinds(designer) == []
    buttons(checks)["show 1 dismissed"].click()
    assert kinds(designer) == ["checkerboard"]
    assert flagged(designer) == ["stack0_dec0", "stack0_dec1"]
    assert "show 0 dismissed" not in buttons(checks)


def test_a_warning_comes_first_and_cannot_be_dismissed() -> None:
    decoder = (
        SimpleUpsamplingBlock(transposed_conv=True, refine_convs_filters=2),
        SimpleUpsamplingBlock(skip_connection=True, refine_convs_filters=2),
    )
    network = CustomEncoderDecoder(encoder=[SimpleConvBlock(filters=2)], decoder=decoder)
    designer = Designer(Design(network, (64, 64, 1)))
    shown = designer._screen.checks.shown
    assert [check.severity for check in shown] == ["warning"] * (len(shown) - 1) + ["advice"]
    assert len(shown) > 1
    for check, row in zip(shown, designer._screen.checks.children, strict=True):
        assert ("Dismiss" in buttons(row)) == (check.severity == "advice")
        assert check.severity.capitalize() in row.children[0].value, "told in words, not by colour alone"


def test_the_animal_is_held_against_the_field_once_somebody_has_set_it() -> None:
    designer = Designer(UNEVEN)
    field = designer._screen.aside.field
    assert field.animal is None
    field.animal_px = 400
    assert kinds(designer) == ["receptive field below the animal", "checkerboard"]
    field.input_scale = 0.1
    assert kinds(designer) == ["checkerboard"]


def test_presets_have_no_warnings() -> None:
    designer = Designer("SLEAP medium single")
    assert kinds(designer) == []
    designer.load(preset("FC-DenseNet56"))
    assert kinds(designer) == ["checkerboard"]


@pytest.fixture
def told() -> list[Mend]:
    return []


def test_a_row_that_stays_is_the_same_widget_and_text_is_text(told: list[Mend]) -> None:
    view = ChecksView(told.append, lambda: None)
    mend = Mend("filters", 8, {"filters": 8})
    one = Check("<b>one</b>", "advice", "because <img>", ("enc0",), (mend,))
    other = Check("other", "warning", "so it is")
    view.show((one,))
    row = view.children[0]
    view.show((other, one))
    assert view.children[1] is row
    assert "&lt;b&gt;one&lt;/b&gt;" in row.children[0].value
    assert "because &lt;img&gt;" in row.children[0].value
    buttons(row)["filters = 8"].click()
    assert told == [mend]
    assert view.flags == {"enc0": "⚠ <b>one</b>"}
    view.show(())
    assert view.children == ()
    assert row.comm is None, "closed"
