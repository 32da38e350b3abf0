import html
import weakref
from collections.abc import Iterator

import ipywidgets as widgets
import keras
import pytest
import traitlets

from encdec_widgets import Design, Designer, preset
from encdec_widgets.architectures import LeapCNN, StackedHourglass, UNet
from encdec_widgets.encoder_decoder import (
    EncoderBlock,
    EncoderDecoder,
    SimpleConvBlock,
    SimpleUpsamplingBlock,
)
from encdec_widgets.fields import FieldError, integer
from encdec_widgets.head import Head
from encdec_widgets.widgets import designer as designer_module

SMALL = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (64, 64, 1))


@pytest.fixture
def designer() -> Designer:
    return Designer(SMALL)


def walk(widget: widgets.Widget) -> Iterator[widgets.Widget]:
    yield widget
    for child in getattr(widget, "children", ()):
        yield from walk(child)


def control(designer: Designer, label: str) -> widgets.Widget:
    return next(widget for widget in walk(designer) if getattr(widget, "description", None) == label)


def text_of(designer: Designer) -> str:
    return "\n".join(widget.value for widget in walk(designer) if isinstance(widget, widgets.HTML))


def mends(designer: Designer) -> list[widgets.Button]:
    return [
        w for w in walk(designer) if isinstance(w, widgets.Button) and (w.tooltip or "").startswith("Mend")
    ]


def drawn_channels(designer: Designer) -> list[int]:
    figure = next(widget for widget in walk(designer) if type(widget).__name__ == "FigureWidget")
    return [int(text.split("<b>")[1].split("</b>")[0]) for text in figure.data[-1].text]


@pytest.mark.parametrize("start", [None, "LEAP CNN", LeapCNN(filters=2), SMALL])
def test_it_starts_from_anything_that_is_a_network(start: object) -> None:
    designer = Designer(start)
    assert isinstance(designer.model, keras.Model)
    assert designer.model is designer.backbone.model
    assert designer.design == designer.backbone.design
    assert designer.problem is None


def test_it_refuses_to_start_from_anything_else() -> None:
    with pytest.raises(ValueError, match="Received: 42"):
        Designer(42)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no preset named 'X-Net'"):
        Designer("X-Net")


def test_a_control_rebuilds_and_redraws(designer: Designer) -> None:
    before = designer.model
    control(designer, "filters").value = 3
    assert designer.design == SMALL.replace("filters", 3)
    assert designer.model is not before
    assert designer.model.count_params() == SMALL.replace("filters", 3).build().parameters
    assert drawn_channels(designer) == [1, 3, 6, 6, 12, 12, 6, 3]
    assert f"{designer.model.count_params():,}" in text_of(designer)


def test_a_slider_and_its_number_show_the_same(designer: Designer) -> None:
    slider, number = control(designer, "filters").value, control(designer, "filters")
    assert slider == number.value == 2
    row = next(w for w in walk(designer) if number in getattr(w, "children", ()))
    row.children[0].value = 5
    assert (number.value, designer.design.architecture.filters) == (5, 5)
    designer.set("filters", 300)
    assert (row.children[0].value, number.value) == (300, 300)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("filters", 4),
        ("filters_rate", 1.5),
        ("up_interpolate", True),
        ("middle_block", False),
        ("down_blocks", 3),
    ],
)
def test_set_and_the_control_take_the_same_road(field: str, value: object) -> None:
    by_code, by_hand = Designer(SMALL), Designer(SMALL)
    by_code.set(field, value)
    by_code.wait()
    control(by_hand, field.replace("_", " ")).value = value
    assert by_code.design == by_hand.design == SMALL.replace(field, value)


def test_every_field_has_a_control_with_its_help(designer: Designer) -> None:
    for field in ("stacks", "filters", "filters rate", "kernel size", "down blocks", "height", "channels"):
        assert "." in control(designer, field).tooltip


def test_traits_can_be_observed_and_are_consistent(designer: Designer) -> None:
    seen = []
    designer.observe(lambda change: seen.append((change["new"], designer.model, designer.design)), "backbone")
    designer.set("filters", 4)
    ((backbone, model, design),) = seen
    assert backbone.model is model
    assert backbone.design == design


def test_a_bad_value_is_named_and_the_last_valid_network_stays(designer: Designer) -> None:
    model, drawn = designer.model, drawn_channels(designer)
    control(designer, "filters").value = 0
    assert isinstance(designer.problem, FieldError)
    assert "filters must be a whole number from 1 to 4096" in text_of(designer)
    assert designer.model is model
    assert drawn_channels(designer) == drawn
    assert control(designer, "filters").value == 0
    assert [button.description for button in mends(designer)] == ["filters = 1", "undo this change"]
    mends(designer)[0].click()
    assert designer.problem is None
    assert designer.design == SMALL.replace("filters", 1)
    assert not mends(designer)


def test_a_size_that_does_not_divide_is_mended_by_one_click(designer: Designer) -> None:
    control(designer, "down blocks").value = 5
    control(designer, "height").value = 300
    control(designer, "width").value = 300
    assert "the maximum stride, 32, divides" in text_of(designer)
    assert designer.design.input_shape == (64, 64, 1)
    assert [button.description for button in mends(designer)] == [
        "input shape = 288 × 288 × 1",
        "input shape = 320 × 320 × 1",
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


def test_other_edits_go_on_while_one_is_pending(designer: Designer) -> None:
    designer.set("filters", 0)
    designer.set("kernel_size", 5)
    assert designer.design == SMALL.replace("kernel_size", 5)
    assert designer.problem.field == "filters"
    designer.set("filters", 3)
    assert designer.design == SMALL.replace_all({"kernel_size": 5, "filters": 3})
    assert designer.problem is None


def test_an_unknown_field_is_a_problem_not_an_exception(designer: Designer) -> None:
    designer.set("filtres", 3)
    assert "filtres is no field of UNet" in text_of(designer)
    assert designer.design == SMALL


def test_family_and_preset_lists_load_designs(designer: Designer) -> None:
    assert control(designer, "preset").label == "(edited)"
    control(designer, "family").value = "LEAP CNN"
    assert designer.design == preset("LEAP CNN")
    assert control(designer, "preset").value == "LEAP CNN"
    assert control(designer, "up convs per block").value == 2
    control(designer, "family").value = "U-Net"
    control(designer, "preset").value = "SLEAP centroid"
    assert control(designer, "preset").value == "SLEAP centroid"
    assert designer.design == preset("SLEAP centroid")
    designer.set("filters", 17)
    assert control(designer, "preset").label == "(edited)"


def test_any_size_makes_height_and_width_unknown_and_back(designer: Designer) -> None:
    control(designer, "any size").value = True
    assert designer.design.input_shape == (None, None, 1)
    assert control(designer, "height").disabled
    control(designer, "any size").value = False
    assert designer.design.input_shape == (64, 64, 1)
    assert not control(designer, "height").disabled


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


def test_a_users_field_gets_a_control() -> None:
    import attrs

    @attrs.frozen
    class Mine(EncoderDecoder):
        levels: int = integer(1, minimum=1, maximum=4, usual=(1, 4), help="Number of levels.")
        encoder_stack = property(lambda self: [SimpleConvBlock(filters=2)] * self.levels)
        decoder_stack = property(lambda self: [SimpleUpsamplingBlock(refine_convs_filters=2)] * self.levels)

    designer = Designer(Mine())
    control(designer, "levels").value = 3
    assert designer.design.architecture == Mine(levels=3)
    assert control(designer, "family").value == "Mine"


def test_a_users_field_without_a_description_gets_a_control_too() -> None:
    import attrs

    @attrs.define
    class Plain(EncoderDecoder):
        breadth: int = 2
        pooled: bool = True
        encoder_stack = property(lambda self: [SimpleConvBlock(filters=self.breadth, pool=self.pooled)])
        decoder_stack = property(lambda self: [])

    designer = Designer(Plain())
    control(designer, "breadth").value = 7
    control(designer, "pooled").value = False
    assert designer.design.architecture == Plain(breadth=7, pooled=False)
    assert designer.model.output_shape == (None, 256, 256, 7)
    control(designer, "breadth").value = -3
    assert "filters must be a whole number from 1" in text_of(designer)
    assert designer.design.architecture.breadth == 7


def test_what_was_built_otherwise_is_said(designer: Designer) -> None:
    designer.set("up_blocks", 3)
    assert "stack0_dec2 asks for a skip connection" in text_of(designer)
    assert "The output is larger than the input" in text_of(designer)
    designer.set("up_blocks", 2)
    assert "asks for a skip" not in text_of(designer)


def test_text_from_a_user_is_never_markup(designer: Designer) -> None:
    designer.set("<img src=x onerror=alert(1)>", 3)
    assert "<img" not in text_of(designer)


def test_a_head_can_be_put_on_changed_and_taken_off(designer: Designer) -> None:
    control(designer, "ends in a head").value = True
    assert designer.model.output_shape == (None, 64, 64, 16)
    control(designer, "activation").value = "softmax"
    control(designer, "stride").value = "2"
    assert designer.design.head == Head(16, "softmax", 2)
    assert designer.model.output_shape == (None, 32, 32, 16)
    control(designer, "stride").value = "3"
    assert "head.stride must be None (the output) or the stride of a feature" in text_of(designer)
    assert [button.description for button in mends(designer)[:2]] == ["head.stride = 4", "head.stride = 2"]
    mends(designer)[1].click()
    assert designer.design.head.stride == 2
    control(designer, "stride").value = "two"
    assert "head.stride='two'" in html.unescape(text_of(designer))
    control(designer, "stride").value = ""
    assert designer.design.head.stride is None
    control(designer, "ends in a head").value = False
    assert designer.design == SMALL


@pytest.mark.parametrize("value", ["abc", [1], float("nan"), {}, 1e300])
@pytest.mark.parametrize(
    "field", ["filters", "filters_rate", "up_interpolate", "input_shape", "head", "stacks"]
)
def test_any_bad_value_set_by_code_is_a_problem_and_never_an_exception(
    designer: Designer, field: str, value: object
) -> None:
    designer.set(field, value)
    assert designer.problem is not None
    assert designer.design == SMALL
    mends(designer)[-1].click()
    assert designer.problem is None


@pytest.mark.parametrize(
    "name", ["Stacked hourglass, 1 stack", "FC-DenseNet56", "LEAP (2019)", "Hourglass (SLEAP)"]
)
def test_every_kind_of_preset_can_be_shown(name: str) -> None:
    designer = Designer(name)
    assert control(designer, "preset").value == name
    assert designer.design == preset(name)


def test_editing_a_block_keeps_how_stacks_are_joined(designer: Designer) -> None:
    designer.load(Design(StackedHourglass(filters=4, down_blocks=1, up_blocks=1), (16, 16, 1), Head(2)))
    before = designer.model
    designer.set("encoder[0].num_residuals", 2)
    designer.set("encoder[0].num_residuals", 1)
    assert [layer.name for layer in designer.model.layers] == [layer.name for layer in before.layers]
    assert designer.model.count_params() == before.count_params()


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
    assert [button.description for button in mends(designer)][:2] == ["filters = 3", "filters = 4"]


def test_a_slider_is_as_it_was_after_a_far_value_is_given_up(designer: Designer) -> None:
    row = next(w for w in walk(designer) if control(designer, "filters") in getattr(w, "children", ()))
    before = row.children[0].min, row.children[0].max
    designer.set("filters", 100000)
    mends(designer)[-1].click()
    assert (row.children[0].min, row.children[0].max) == before


def test_what_only_building_can_tell_can_be_given_up_too(designer: Designer) -> None:
    designer.set("encoder[1].pooling_stride", 3)
    designer.set("input_shape", (48, 48, 1))
    assert "upsampling_stride" in text_of(designer)
    mends(designer)[-1].click()
    assert designer.problem is None


def test_a_height_of_0_offers_the_nearest_height_that_works(designer: Designer) -> None:
    control(designer, "height").value = 0
    assert mends(designer)[0].description == "input shape = 4 × 64 × 1"


def test_taking_the_head_off_gives_up_what_was_asked_of_it(designer: Designer) -> None:
    control(designer, "ends in a head").value = True
    designer.set("head.channels", 0)
    control(designer, "ends in a head").value = False
    assert designer.problem is None
    assert designer.design == SMALL


def test_what_is_on_screen_cannot_be_assigned(designer: Designer) -> None:
    for name in ("design", "backbone", "model", "problem"):
        with pytest.raises(traitlets.TraitError):
            setattr(designer, name, None)


def test_load_takes_what_the_designer_takes(designer: Designer) -> None:
    designer.load("LEAP (2019)")
    assert designer.design == preset("LEAP (2019)")
    designer.load(42)  # type: ignore[arg-type]
    assert "Received: 42" in text_of(designer)
    assert designer.design == preset("LEAP (2019)")


def test_controls_that_are_no_longer_shown_are_let_go(designer: Designer) -> None:
    def families() -> int:
        for name in ("LEAP CNN", "U-Net"):
            control(designer, "family").value = name
        return len(widgets.widget._instances)

    assert families() == families()


def test_discarded_networks_are_freed_once_they_are_large(
    designer: Designer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(designer_module, "COLLECT_AFTER", designer.model.count_params())
    discarded = [weakref.ref(designer.model)]
    designer.set("filters", 3)
    discarded.append(weakref.ref(designer.model))
    designer.set("filters", 4)
    assert [network() for network in discarded] == [None, None]
