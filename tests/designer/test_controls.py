"""Controls that are generated from descriptions, without a designer around them."""

import gc
from collections.abc import Callable
from typing import Any

import attrs
import ipywidgets as widgets
import pytest
from hypothesis import given
from hypothesis import strategies as st

from encdec_widgets.architectures import FCDenseNet, StridedConvBlock, UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import (
    EncoderDecoder,
    SimpleConvBlock,
    SimpleUpsamplingBlock,
)
from encdec_widgets.architectures.fields.described import (
    FieldInfo,
    Need,
    choice,
    described_fields,
    flag,
    integer,
)
from encdec_widgets.architectures.fields.kinds import KINDS
from encdec_widgets.designs.no_effect import NoEffect, of_owner
from encdec_widgets.widgets.base.closing import close_all
from encdec_widgets.widgets.controls.controls import FieldControl, FieldControls
from tests.designer.reading import walk

FOLDED = [name for name, info in described_fields(SimpleUpsamplingBlock).items() if info.folded]


class Shown:
    """Controls of one value, which follow its edits as a designer does."""

    def __init__(self, value: Any, prefix: str = "") -> None:
        self.value, self.prefix = value, prefix
        self.edits: list[tuple[str, Any]] = []
        self.controls = FieldControls(self._edit)
        self.show()

    def _edit(self, path: str, value: Any) -> None:
        self.edits.append((path, value))
        self.value = attrs.evolve(self.value, **{path.removeprefix(self.prefix): value})
        self.show()

    def show(self, bad: str | None = None, **values: Any) -> None:
        infos = described_fields(self.value)
        self.controls.show(
            {self.prefix + name: info for name, info in infos.items()},
            {self.prefix + name: values.get(name, getattr(self.value, name)) for name in infos},
            bad,
            {self.prefix + name: why for name, why in of_owner(self.value).items()},
        )

    def texts(self) -> list[str]:
        """Headings, reasons, labels and the button, in the order in which the page has them."""
        found = []
        for widget in walk(self.controls):
            if isinstance(widget, widgets.HTML):
                found += [widget.value.split(">")[1].split("<")[0]] if widget.value else []
            elif isinstance(widget, widgets.Button):
                found.append(f"[{widget.description}]")
            elif not isinstance(widget, (widgets.IntSlider, widgets.FloatSlider, widgets.Box)):
                found.append(widget.description)
        return found

    def input(self, label: str) -> Any:
        return next(
            w
            for w in walk(self.controls)
            if getattr(w, "description", None) == label
            and not isinstance(w, (widgets.IntSlider, widgets.FloatSlider))
        )

    def row(self, label: str) -> Any:
        wanted = self.input(label)
        return next(w for w in walk(self.controls) if wanted in getattr(w, "children", ()))

    def fold(self) -> widgets.Button:
        return next(w for w in walk(self.controls) if isinstance(w, widgets.Button))


def reasons(shown: Shown) -> list[str]:
    return [text for text in shown.texts() if text.startswith(("No effect", "Always"))]


def test_rows_stand_under_the_headings_of_their_groups() -> None:
    assert Shown(SimpleUpsamplingBlock(skip_connection=True)).texts() == [
        "Upsampling",
        "upsampling stride",
        "transposed conv",
        "interp method",
        "Skip connection",
        "skip connection",
        "skip add",
        "Refinement",
        "refine convs",
        "refine convs filters",
        "refine convs kernel size",
        "refine convs batch norm",
        "[10 more fields]",
    ]


def test_a_group_stands_where_its_first_field_does() -> None:
    shown = Shown(SimpleConvBlock(batch_norm=True))
    shown.fold().click()
    headings = [text for text in shown.texts() if text in ("Pooling", "Convolutions", "Layer names")]
    assert headings == ["Pooling", "Convolutions", "Layer names"]
    assert shown.texts()[-2:] == ["block prefix", "[fewer fields]"]


def test_what_is_folded_away_is_made_when_it_is_first_unfolded() -> None:
    shown = Shown(SimpleUpsamplingBlock())
    assert not set(FOLDED) & set(shown.controls.rows)
    shown.fold().click()
    assert set(FOLDED) <= set(shown.controls.rows)
    assert "refine convs use bias" in shown.texts()
    assert shown.fold().description == "fewer fields"
    rows = dict(shown.controls.rows)
    shown.fold().click()
    assert "refine convs use bias" not in shown.texts()
    shown.fold().click()
    assert shown.controls.rows == rows


def test_the_fold_says_what_it_holds() -> None:
    shown = Shown(SimpleUpsamplingBlock())
    assert shown.fold().tooltip.startswith("Folded: shows transposed conv filters, ")
    shown.fold().click()
    assert shown.fold().tooltip.startswith("Unfolded: hides transposed conv filters, ")


def test_one_folded_field_is_one_field() -> None:
    @attrs.frozen
    class Own(EncoderDecoder):
        rare: bool = flag(False, help="Rare.", folded=True)

    assert Shown(Own()).texts() == ["Depth", "stacks", "[1 more field]"]


def test_the_fold_is_remembered_while_the_fields_stay_the_same() -> None:
    shown = Shown(SimpleUpsamplingBlock())
    shown.fold().click()
    shown.input("refine convs filters").value = 8
    assert shown.fold().description == "fewer fields"
    shown.prefix = "decoder[1]."
    shown.show()
    assert shown.fold().description == "10 more fields"


def test_a_bad_value_unfolds_its_field_and_stays_unfolded_when_it_is_mended() -> None:
    shown = Shown(SimpleUpsamplingBlock())
    shown.show(bad="refine_convs_first_filters", refine_convs_first_filters=-3)
    assert shown.input("refine convs first filters").value == "-3"
    assert "encdec-bad" in shown.row("refine convs first filters")._dom_classes
    shown.show()
    assert "encdec-bad" not in shown.row("refine convs first filters")._dom_classes
    assert shown.fold().description == "fewer fields"


def test_unfolding_leaves_the_button_and_the_parts_before_it_where_they_are() -> None:
    shown = Shown(SimpleConvBlock())
    children = shown.controls.children
    shown.fold().click()
    assert shown.controls.children == children  # a page makes anew what follows a change, and loses the focus


def test_an_edit_leaves_every_row_where_it_is() -> None:
    shown = Shown(SimpleUpsamplingBlock())
    rows = dict(shown.controls.rows)
    inputs = {name: row.children[: 2 if len(row.children) > 1 else 1] for name, row in rows.items()}
    shown.input("refine convs").value = 0
    assert shown.controls.rows == rows
    for name, row in rows.items():
        assert row.children[: len(inputs[name])] == inputs[name], name


def test_fields_without_effect_are_disabled_and_say_why_once_a_run() -> None:
    shown = Shown(SimpleUpsamplingBlock(refine_convs=0, skip_connection=True))
    texts = shown.texts()
    assert reasons(shown) == ["No effect while refine convs is 0."]
    row = shown.row("refine convs filters")
    assert texts.index("No effect while refine convs is 0.") > texts.index("refine convs")
    assert "encdec-inert" in row._dom_classes
    for widget in (*row.children[:2], shown.input("refine convs batch norm")):
        assert widget.disabled
        assert widget.tooltip.endswith("No effect while refine convs is 0.")
    shown.input("refine convs").value = 1
    assert reasons(shown) == []
    assert "encdec-inert" not in row._dom_classes
    for widget in (*row.children, shown.input("refine convs batch norm")):
        assert not widget.disabled
        assert "No effect" not in widget.tooltip


def test_a_field_that_another_waits_for_says_why_it_has_no_effect_and_can_be_changed() -> None:
    shown = Shown(StridedConvBlock(pool=False, pooling_stride=1))
    assert reasons(shown) == ["No effect while pooling stride is 1.", "No effect while pool is off."]
    pool, stride = shown.input("pool"), shown.input("pooling stride")
    assert "encdec-inert" in shown.row("pool")._dom_classes
    assert not pool.disabled
    assert not stride.disabled
    stride.value = 2
    assert reasons(shown) == ["No effect while pool is off."]
    assert stride.disabled
    pool.value = True
    assert reasons(shown) == []


def test_a_run_that_an_effective_field_interrupts_says_its_reason_again() -> None:
    @attrs.frozen
    class Own(EncoderDecoder):
        on: bool = flag(False, help="On.")
        first: bool = flag(False, help="First.", needs=[Need("on")])
        between: bool = flag(False, help="Between.")
        last: bool = flag(False, help="Last.", needs=[Need("on")])

    shown = Shown(Own())
    assert reasons(shown) == ["No effect while on is off."] * 2
    shown.input("on").value = True
    assert reasons(shown) == []


def test_the_reason_changes_with_what_is_missing() -> None:
    shown = Shown(SimpleConvBlock(num_convs=0))
    shown.fold().click()
    assert (
        reasons(shown) == ["No effect while num convs is 0."] * 2
    )  # pooling before convolutions, and convolutions
    shown.input("num convs").value = 2
    assert reasons(shown) == ["No effect while batch norm is off."]


def test_a_bad_value_without_effect_can_be_mended_at_its_control() -> None:
    shown = Shown(SimpleUpsamplingBlock(refine_convs=0))
    shown.show(bad="refine_convs_filters", refine_convs_filters=0)
    assert not shown.input("refine convs filters").disabled
    assert shown.input("refine convs kernel size").disabled


def test_what_is_written_by_others_is_text() -> None:
    controls = FieldControls(lambda *_: None)
    info = FieldInfo(kind="flag", default=True, help="Help.", group="<img src=x>")
    controls.show({"a": info}, {"a": True}, None, {"a": NoEffect("<script>")})
    texts = [widget.value for widget in walk(controls) if isinstance(widget, widgets.HTML)]
    values = [text for text in texts if text]
    assert len(values) == 2
    assert not any("<img" in value or "<script" in value for value in values)


def test_a_class_of_a_user_has_the_same_controls_without_headings() -> None:
    @attrs.frozen
    class Own(EncoderDecoder):
        width: int = 8
        depth: int = integer(3, minimum=1, maximum=9, usual=(1, 5), unit="layers", help="Depth.")
        colour: str = choice("red", ["red", "blue"], help="Colour.")

    shown = Shown(Own())
    assert shown.texts() == ["width", "depth", "colour", "Depth", "stacks"]
    shown.input("width").value = 9
    shown.input("colour").value = "blue"
    assert shown.edits == [("width", 9), ("colour", "blue")]
    assert shown.value == Own(width=9, colour="blue")


def test_showing_without_reasons_disables_nothing() -> None:
    controls = FieldControls(lambda *_: None)
    infos = described_fields(SimpleUpsamplingBlock)
    controls.show(infos, {name: info.default for name, info in infos.items()}, None)
    assert not any(getattr(widget, "disabled", False) for widget in walk(controls))


@pytest.mark.parametrize(
    ("value", "label", "unit"),
    [
        (SimpleConvBlock(), "filters", "channels"),
        (SimpleConvBlock(), "num convs", "convs"),
        (FCDenseNet(), "dropout", "share"),
        (Head(), "channels", "maps"),
    ],
)
def test_a_number_has_its_unit_beside_it_and_its_label_to_itself(value: Any, label: str, unit: str) -> None:
    slider, number = Shown(value).row(label).children
    assert (slider.description, number.description) == (unit, label)
    assert unit in number.tooltip


def filters_rate() -> tuple[FieldControl, list[Any]]:
    """The row of a real number from 0.1 to 8, with a slider from 1 to 3; and what its edits are."""
    edits: list[Any] = []
    info = described_fields(UNet)["filters_rate"]
    return FieldControl("filters_rate", info, info.default, lambda _, value: edits.append(value)), edits


@given(st.floats(-1e3, 1e3).filter(lambda value: value != described_fields(UNet)["filters_rate"].default))
def test_a_real_number_stays_as_it_was_typed(value: float) -> None:
    """Its slider follows as far as its ticks and the field's bounds go, and reports no move of its own."""
    row, edits = filters_rate()
    slider, number = row.children
    number.value = value
    assert (edits, number.value) == ([value], value)
    assert slider.value == round(10 * min(max(value, row.info.minimum), row.info.maximum))
    assert (slider.min, slider.max) == (min(10, slider.value), max(30, slider.value))
    close_all(row)


@given(st.integers(10, 30).filter(lambda tenths: tenths != 20))
def test_a_slider_of_real_numbers_moves_in_tenths(tenths: int) -> None:
    row, edits = filters_rate()
    slider, number = row.children
    slider.value = tenths
    assert (edits, number.value) == ([tenths / 10], tenths / 10)
    row.show(tenths / 10)
    assert slider.value == tenths
    close_all(row)


@given(st.floats(-1e9, 1e9, width=32), st.floats(-1e15, 1e15))
def test_a_slider_of_any_real_field_never_leaves_the_field_s_bounds(default: float, value: float) -> None:
    edits: list[Any] = []
    info = FieldInfo(kind="real", default=default, help="Help.", **KINDS["real"].bounds_of(default))
    row = FieldControl("own", info, default, lambda _, value: edits.append(value))
    slider = row.children[0]
    row.show(value)
    for end in (slider.min, slider.max):
        slider.value = end
    assert all(info.minimum <= edit <= info.maximum for edit in edits)
    close_all(row)


def test_every_slider_tells_each_move_in_whole_numbers() -> None:
    """They come back from the page as they went there, so that no answer of the page is taken for a move."""
    for row in (filters_rate()[0], Shown(UNet()).row("filters")):
        slider = row.children[0]
        assert slider.continuous_update
        assert isinstance(slider, widgets.IntSlider)


@pytest.mark.parametrize(
    ("value", "label", "unit"),
    [
        (FCDenseNet(), "down layers", "such as 4, 5, 7 (layers)"),
        (SimpleUpsamplingBlock(), "refine convs first filters", "none (channels)"),
    ],
)
def test_a_typed_number_has_its_unit_in_the_empty_box(value: Any, label: str, unit: str) -> None:
    shown = Shown(value)
    shown.show(bad="refine_convs_first_filters")
    assert shown.input(label).placeholder == unit


def test_other_fields_leave_nothing_of_the_first_behind(live_widgets: Callable[[], int]) -> None:
    shown = Shown(SimpleUpsamplingBlock(refine_convs=0))
    before = live_widgets()
    for number in range(3):
        shown.fold().click()
        shown.fold().click()
        shown.prefix = f"decoder[{number}]."
        shown.show()
    assert live_widgets() == before


@pytest.fixture
def live_widgets() -> Callable[[], int]:
    """Counts the widgets that are open."""

    def count() -> int:
        gc.collect()  # those of tests before, which nobody holds any more
        return len(widgets.widget._instances)

    return count
