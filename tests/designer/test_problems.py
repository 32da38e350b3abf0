"""What is not possible: named, explained, mended or given up, while the last valid network stays."""

import html
from typing import Any

import pytest

from encdec_widgets import Design, Designer
from encdec_widgets.architectures.encoder_decoder import (
    EncoderBlock,
    EncoderDecoder,
    SimpleConvBlock,
    SimpleUpsamplingBlock,
)
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.explain import too_large as memory
from tests.designer.reading import SMALL, control, drawn_channels, mends, text_of, walk


def test_a_bad_value_is_named_and_the_last_valid_network_stays(designer: Designer) -> None:
    model, drawn = designer.model, drawn_channels(designer)
    control(designer, "filters").value = 0
    assert isinstance(designer.problem, FieldError)
    assert "filters must be a whole number from 1 to 4096" in text_of(designer)
    assert designer.model is model
    assert drawn_channels(designer) == drawn
    assert control(designer, "filters").value == 0
    assert [button.description for button in mends(designer)] == ["set filters to 1", "undo this change"]
    mends(designer)[0].click()
    assert designer.problem is None
    assert designer.design == SMALL.replace("filters", 1)
    assert not mends(designer)


def test_a_size_that_does_not_divide_is_mended_by_one_click(designer: Designer) -> None:
    control(designer, "down blocks").value = 5
    control(designer, "height").value = 300
    control(designer, "width").value = 300
    assert "the maximum stride, 32, divides: 300 → 150 → 75 px, which encoder[3]" in text_of(designer)
    assert designer.design.input_shape == (64, 64, 1)
    assert [button.description for button in mends(designer)] == [
        "use 288 × 288",
        "use 320 × 320 (pad images with zeros, bottom and right)",
        "undo this change",
    ]
    mends(designer)[1].click()
    assert designer.design == SMALL.replace_all({"down_blocks": 5, "input_shape": (320, 320, 1)})
    assert control(designer, "height").value == 320


def test_a_change_that_breaks_another_field_keeps_both_in_the_mend(designer: Designer) -> None:
    designer.set("input_shape", (24, 24, 1))
    designer.set("down_blocks", 4)
    assert designer.problem.field == "input_shape"
    assert control(designer, "down blocks").value == 4
    mends(designer)[0].click()
    assert designer.design == SMALL.replace_all({"input_shape": (16, 16, 1), "down_blocks": 4})


def test_a_problem_can_be_given_up(designer: Designer) -> None:
    designer.set("filters", 0)
    mends(designer)[-1].click()
    assert designer.problem is None
    assert designer.design == SMALL
    assert control(designer, "filters").value == 2


def test_an_unknown_field_is_a_problem_not_an_exception(designer: Designer) -> None:
    designer.set("filtres", 3)
    assert "filtres is no field of UNet" in text_of(designer)
    assert designer.design == SMALL


class Breaks(EncoderBlock):
    """A user's block that raises when it is made."""

    def make_block(self, x_in, prefix="breaks"):
        raise ZeroDivisionError("a bug in <b>my</b> block")


class Own(EncoderDecoder):
    """A user's architecture with a field and a bug."""

    @property
    def encoder_stack(self):
        return [SimpleConvBlock(filters=2)] if self.stacks == 1 else [SimpleConvBlock(filters=2), Breaks()]

    @property
    def decoder_stack(self):
        return [SimpleUpsamplingBlock() for _ in self.encoder_stack]


def test_an_exception_in_a_users_block_is_shown_and_the_picture_stays() -> None:
    designer = Designer(Own())
    model = designer.model
    designer.set("stacks", 2)
    assert isinstance(designer.problem, ZeroDivisionError)
    assert "ZeroDivisionError: a bug in &lt;b&gt;my&lt;/b&gt; block" in text_of(designer)
    assert designer.model is model
    assert control(designer, "stacks").value == 1
    designer.set("stacks", 1)
    assert designer.problem is None


def test_what_was_built_otherwise_is_said(designer: Designer) -> None:
    designer.set("up_blocks", 3)
    assert "dec2 asks for a skip connection" in text_of(designer)
    assert "The output is larger than the input" in text_of(designer)
    designer.set("up_blocks", 2)
    assert "asks for a skip" not in text_of(designer)


def test_text_from_a_user_is_never_markup(designer: Designer) -> None:
    designer.set("<img src=x onerror=alert(1)>", 3)
    assert "<img" not in text_of(designer)


@pytest.mark.parametrize(("field", "value"), [("filters", "12"), ("filters_rate", "2"), ("kernel_size", "x")])
def test_a_number_as_text_is_a_problem_and_the_next_edit_works(
    designer: Designer, field: str, value: str
) -> None:
    designer.set(field, value)
    assert f"{field}={value!r}" in html.unescape(text_of(designer))
    designer.set(field, 2)
    assert designer.problem is None
    assert getattr(designer.design.architecture, field) == 2


def test_a_fraction_typed_for_a_whole_number_is_named_not_changed(designer: Designer) -> None:
    control(designer, "filters").value = 3.7
    assert "filters=3.7" in text_of(designer)
    assert [button.description for button in mends(designer)][:2] == ["set filters to 3", "set filters to 4"]


def test_a_slider_is_as_it_was_after_a_far_value_is_given_up(designer: Designer) -> None:
    row = next(w for w in walk(designer) if control(designer, "filters") in getattr(w, "children", ()))
    before = row.children[0].min, row.children[0].max
    designer.set("filters", 100000)
    mends(designer)[-1].click()
    assert (row.children[0].min, row.children[0].max) == before


def test_a_height_of_0_offers_the_nearest_height_that_works(designer: Designer) -> None:
    control(designer, "height").value = 0
    assert mends(designer)[0].description == "use 4 × 64"


def test_taking_the_head_off_gives_up_what_was_asked_of_it(designer: Designer) -> None:
    control(designer, "ends in a head").value = True
    designer.set("head.channels", 0)
    control(designer, "ends in a head").value = False
    assert designer.problem is None
    assert designer.design == SMALL


@pytest.fixture
def little_memory(designer: Designer, monkeypatch: pytest.MonkeyPatch) -> Design:
    """The memory is such that 16 filters are too many; a design that has them."""
    large = designer.design.replace("filters", 16)
    monkeypatch.setattr(memory, "memory_limit", lambda: 4 * large.build().weight_bytes - 1)
    return large


def test_a_large_network_is_asked_about_with_its_numbers(designer: Designer, little_memory: Design) -> None:
    before = designer.design
    designer.set("filters", 16)
    assert designer.design == before
    assert drawn_channels(designer)[1] == 2
    assert isinstance(designer.problem, MemoryError)
    assert f"{little_memory.build().parameters:,} parameters" in text_of(designer)
    assert [button.description for button in mends(designer)] == ["build it all the same", "undo this change"]


def test_a_designer_that_begins_with_a_large_network_shows_it_and_asks(little_memory: Design) -> None:
    designer = Designer(little_memory)
    assert "This is large." in text_of(designer)
    assert drawn_channels(designer)[1] == 16
    (button,) = mends(designer)
    assert button.description == "build it all the same"
    button.click()
    assert (designer.problem, mends(designer)) == (None, [])
    assert designer.design == little_memory


def test_a_large_network_can_be_built_all_the_same(designer: Designer, little_memory: Design) -> None:
    designer.set("filters", 16)
    mends(designer)[0].click()
    assert designer.design == little_memory
    assert designer.problem is None
    assert drawn_channels(designer)[1] == 16
    assert control(designer, "filters").value == 16


def test_a_value_that_is_too_large_stays_at_its_control_until_the_next_edit(
    designer: Designer, little_memory: Design
) -> None:
    before = designer.design
    designer.set("filters", 16)
    row = designer.controls.network._fields.rows["filters"]
    assert "This is large: filters 16." in text_of(designer)
    assert "encdec-bad" in row._dom_classes
    assert [widget.value for widget in row.children[:2]] == [16, 16]
    designer.set("kernel_size", 5)  # made on its own: what was refused for its size is not asked for again
    assert designer.problem is None
    assert designer.design == before.replace("kernel_size", 5)
    assert "encdec-bad" not in row._dom_classes
    assert row.children[1].value == before.architecture.filters


@pytest.mark.parametrize("edit", ["undo", "another"])
def test_a_large_network_can_be_given_up(designer: Designer, little_memory: Design, edit: str) -> None:
    designer.set("filters", 16)
    if edit == "undo":
        mends(designer)[1].click()
    else:
        designer.set("filters", 3)
    assert designer.problem is None
    assert not mends(designer)
    assert designer.design.architecture.filters == (2 if edit == "undo" else 3)
    assert control(designer, "filters").value == designer.design.architecture.filters


def row_of(designer: Designer, label: str) -> Any:
    wanted = control(designer, label)
    return next(widget for widget in walk(designer) if wanted in getattr(widget, "children", ()))


def marked(designer: Designer) -> list[Any]:
    return [widget for widget in walk(designer) if "encdec-bad" in getattr(widget, "_dom_classes", ())]


def test_what_is_not_possible_stands_under_its_control(designer: Designer) -> None:
    for page, label, value in (
        ("Network", "filters", 0),
        ("Input & head", "width", 30),
        ("Network", "kernel size", 0),
    ):
        control(designer, label).value = value
        row = row_of(designer, label)
        assert row.children[-1] is designer.problems
        assert marked(designer) == [row]
        assert designer.controls.chosen == page
        mends(designer)[-1].click()
        assert designer.problems not in row.children
    assert designer.problems in list(walk(designer))  # and ready for the next


def test_the_control_that_was_moved_is_marked_and_not_one_that_follows_from_it(designer: Designer) -> None:
    designer.set("down_blocks", 4)
    control(designer, "filters").value = 4096
    assert marked(designer) == [row_of(designer, "filters")]
    assert row_of(designer, "filters").children[-1] is designer.problems
    assert [button.description for button in mends(designer)] == [
        "set filters rate to 1",
        "set filters to 1024",
        "undo this change",
    ]
    assert designer.session.editor.outcome.mends[1].changes == {"filters": 1024}


def test_one_of_a_block_stands_on_its_page_and_comes_back_there(designer: Designer) -> None:
    designer.select("encoder[1]")
    designer.set("encoder[1].filters", 0)
    assert designer.controls.chosen == "Block"
    row = designer.controls.block.row("encoder[1].filters")
    assert row.children[-1] is designer.problems
    designer.select("encoder[0]")  # the row of the other block is gone
    assert designer.problems in designer.controls._above.children
    designer.select("encoder[1]")
    assert designer.controls.block.row("encoder[1].filters").children[-1] is designer.problems
    assert mends(designer)[0].description == "set enc1 filters to 1"
    mends(designer)[0].click()
    assert designer.design.architecture.encoder[1].filters == 1


def test_one_without_a_control_stands_above_the_pages(designer: Designer) -> None:
    designer.set("filtres", 3)
    assert designer.problems in designer.controls._above.children
    assert not marked(designer)
    assert "filtres is no field of UNet. Do you mean filters?" in designer.problems.text


def test_the_error_s_own_text_is_folded_away(designer: Designer) -> None:
    designer.set("input_shape", (30, 30, 1))
    sentence, details = html.unescape(designer.problems.text).split("<details>")
    assert "30 px can't be halved twice (30, 15). Use 28 or 32." in sentence
    assert "input_shape" not in sentence
    assert "input_shape must have a height and width" in details


def test_the_buttons_are_those_of_the_newest_problem(designer: Designer, little_memory: Design) -> None:
    designer.set("filters", 16)  # too large: it is asked about
    designer.set("input_shape", (0, 64, 1))
    assert "This is large" not in designer.problems.text
    assert [button.description for button in mends(designer)] == [
        mend.label for mend in designer.session.editor.outcome.mends
    ]
    assert "build it all the same" not in [button.description for button in mends(designer)]


def test_a_family_without_the_field_leaves_no_problem_behind(designer: Designer) -> None:
    control(designer, "filters").value = 0
    designer.load("FC-DenseNet56")
    assert designer.problem is None
    assert not designer.problems.text
    assert not marked(designer)
    designer.set("growth_rate", 0)
    assert row_of(designer, "growth rate").children[-1] is designer.problems


def test_of_two_that_are_not_possible_the_newer_is_told_at_its_control(designer: Designer) -> None:
    designer.set("down_blocks", 4)
    control(designer, "filters").value = 4096
    control(designer, "height").value = 300
    assert row_of(designer, "height").children[-1] is designer.problems
    assert "300 px can't be halved" in html.unescape(designer.problems.text)
    control(designer, "height").value = 64
    assert row_of(designer, "filters").children[-1] is designer.problems
    assert control(designer, "filters").value == 4096
    assert "A block would have 32,768 channels" in designer.problems.text
