import ipywidgets as widgets
import pytest

from encdec_widgets import Design, Designer
from encdec_widgets.architectures import FCDenseNet
from encdec_widgets.architectures.fields.described import FieldError
from tests.designer.test_designer import control, mends, text_of, walk

SMALL = Design(
    FCDenseNet(growth_rate=2, first_filters=2, down_layers=(1, 2), bottleneck_layers=1, up_layers=(2, 1)),
    (16, 16, 1),
)


@pytest.fixture
def designer() -> Designer:
    return Designer(SMALL)


def test_counts_are_a_box_of_text_with_help(designer: Designer) -> None:
    box = control(designer, "down layers")
    assert isinstance(box, widgets.Text)
    assert box.value == "1, 2"
    assert "1 to 10 whole numbers from 1 to 64" in box.tooltip


@pytest.mark.parametrize("text", ["2, 3", "2 3", " 2,3, ", "2,  3"])
def test_typing_counts_rebuilds(designer: Designer, text: str) -> None:
    control(designer, "down layers").value = text
    assert designer.problem is None
    assert designer.design == SMALL.replace("down_layers", (2, 3))
    assert control(designer, "down layers").value == "2, 3"


def test_no_counts_at_all_can_be_typed(designer: Designer) -> None:
    control(designer, "up layers").value = ""
    assert designer.design == SMALL.replace("up_layers", ())


@pytest.mark.parametrize(
    ("text", "kept"), [("2, many", "2, many"), ("0, 2", "0, 2"), ("2.5", "2.5"), ("", "")]
)
def test_a_bad_text_is_named_kept_and_mended(designer: Designer, text: str, kept: str) -> None:
    model = designer.model
    control(designer, "down layers").value = text
    assert isinstance(designer.problem, FieldError)
    assert "down_layers must be 1 to 10 whole numbers from 1 to 64" in text_of(designer)
    assert designer.model is model
    assert control(designer, "down layers").value == kept
    row = next(w for w in walk(designer) if control(designer, "down layers") in getattr(w, "children", ()))
    assert "encdec-bad" in row._dom_classes
    mends(designer)[-1].click()
    assert (designer.problem, designer.design) == (None, SMALL)


def test_fewer_blocks_down_offer_fewer_blocks_up(designer: Designer) -> None:
    control(designer, "down layers").value = "3"
    assert "up_layers must have at most as many blocks as down_layers, which has 1" in text_of(designer)
    mends(designer)[0].click()
    assert designer.design == SMALL.replace_all({"down_layers": (3,), "up_layers": (2,)})


def test_a_value_of_another_kind_is_shown_and_refused(designer: Designer) -> None:
    designer.set("down_layers", 4)
    assert isinstance(designer.problem, FieldError)
    assert control(designer, "down layers").value == "4"
