"""Editing block by block, undoing and redoing, as a person sees it."""

from typing import Any

import attrs
import keras
import pytest

from encdec_widgets import Design, Designer, preset
from encdec_widgets.architectures import CustomEncoderDecoder, StackedHourglass, UNet
from encdec_widgets.architectures.encoder_decoder import EncoderBlock, SimpleConvBlock, SimpleUpsamplingBlock
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.designs.history import Gestures
from tests.designer.reading import (
    SMALL,
    block_control,
    button,
    click_box,
    control,
    drawn_channels,
    outlined,
    press,
    text_of,
)


def test_a_click_on_a_box_opens_its_fields(designer: Designer) -> None:
    click_box(designer, "stack0_enc1")
    assert (designer.selected, control(designer, "block").value) == ("encoder[1]", "encoder[1]")
    assert outlined(designer) == ["stack0_enc1"]
    assert block_control(designer, "kind").value == "SimpleConvBlock"
    block_control(designer, "num convs").value = 1
    assert designer.design == SMALL.replace("encoder[1].num_convs", 1)
    assert designer.selected == "encoder[1]"
    click_box(
        designer,
        "stack0_dec0_s4_to_s2" if "stack0_dec0_s4_to_s2" in designer.backbone.blocks else "stack0_dec0",
    )
    assert designer.selected == "decoder[0]"
    block_control(designer, "skip connection").value = False
    assert sum(edge["skip"] for *_, edge in designer.backbone.blocks.edges(data=True)) == 1


def test_the_list_serves_whoever_cannot_click(designer: Designer) -> None:
    assert control(designer, "block").value == ""
    control(designer, "block").value = "decoder[*]"
    assert designer.selected == "decoder[*]"
    assert len(outlined(designer)) == 2
    block_control(designer, "skip add").value = True
    merges = [edge["merge"] for *_, edge in designer.backbone.blocks.edges(data=True) if edge["skip"]]
    assert merges == ["addition", "addition"]
    control(designer, "block").value = ""
    assert (designer.selected, outlined(designer)) == (None, [])


def test_editing_a_block_makes_a_custom_network_and_says_so(designer: Designer) -> None:
    layers = [layer.name for layer in designer.backbone.structure.layers]
    designer.select("encoder[0]")
    block_control(designer, "filters").value = 3
    assert isinstance(designer.design.architecture, CustomEncoderDecoder)
    assert [layer.name for layer in designer.backbone.structure.layers] == layers
    assert control(designer, "family").value == "Custom"
    assert "edited one by one" in text_of(designer)
    assert "Enc0 filters 2 → 3" in text_of(designer)
    press(designer, "Undo")
    assert designer.design == SMALL
    assert control(designer, "family").value == "U-Net"
    assert "edited one by one" not in text_of(designer)


def test_blocks_are_added_duplicated_moved_changed_and_removed(designer: Designer) -> None:
    count = len(designer.design.architecture.encoder_stack)
    designer.select("encoder[1]")
    for label, place, blocks in (
        ("Duplicate", "encoder[2]", count + 1),
        ("Earlier", "encoder[1]", count + 1),
        ("Later", "encoder[2]", count + 1),
        ("Remove", "encoder[2]", count),
        ("Add", "encoder[3]", count + 1),
    ):
        press(designer, label)
        assert designer.problem is None
        assert (designer.selected, len(designer.design.architecture.encoder_stack)) == (place, blocks), label
        assert outlined(designer) == [f"stack0_enc{place[8]}"]
    block_control(designer, "kind").value = "StridedConvBlock"
    assert type(designer.design.architecture.encoder_stack[3]).__name__ == "StridedConvBlock"
    for _ in range(designer.session.editor.history.position):
        press(designer, "Undo")
    assert button(designer, "Undo").disabled
    assert designer.design == SMALL


def test_the_ends_of_a_stage_are_ends(designer: Designer) -> None:
    last = len(designer.design.architecture.encoder_stack) - 1
    designer.select("encoder[0]")
    assert button(designer, "Earlier").disabled
    designer.select(f"encoder[{last}]")
    assert button(designer, "Later").disabled
    designer.select("encoder[*]")
    for label in ("Duplicate", "Remove", "Earlier", "Later"):
        assert button(designer, label).disabled
    press(designer, "Add at the end")
    assert len(designer.design.architecture.encoder_stack) == last + 2


def test_a_stem_is_added_where_there_was_none(designer: Designer) -> None:
    designer.select("stem[*]")
    press(designer, "Add at the end")
    assert designer.selected == "stem[0]"
    assert "stem0" in designer.backbone.blocks
    press(designer, "Remove")
    assert designer.selected is None
    assert "stem0" not in designer.backbone.blocks


def test_undo_and_redo_say_what_they_do(designer: Designer) -> None:
    undo, redo = button(designer, "Undo"), button(designer, "Redo")
    assert (undo.disabled, undo.tooltip, redo.disabled) == (True, "Nothing to undo", True)
    control(designer, "filters").value = 5
    control(designer, "preset").value = "SLEAP centroid"
    assert undo.tooltip == "Undo: load SLEAP centroid"
    press(designer, "Undo")
    assert (undo.tooltip, redo.disabled) == ("Undo: filters 2 to 5", False)
    assert designer.design == SMALL.replace("filters", 5)
    designer.undo()
    assert designer.design == SMALL
    designer.undo()  # nothing is left
    designer.redo()
    designer.redo()
    assert designer.design == preset("SLEAP centroid")
    assert drawn_channels(designer) == [
        data["channels"] for _, data in designer.backbone.blocks.nodes(data=True)
    ]


def test_keys_in_quick_succession_are_one_step(designer: Designer) -> None:
    designer.session._gestures = Gestures(lambda: 0.0)
    for value in range(3, 30):
        control(designer, "filters").value = value
    assert button(designer, "Undo").tooltip == "Undo: filters 2 to 29"
    press(designer, "Undo")
    assert designer.design == SMALL


def test_undo_gives_up_what_is_not_possible_first(designer: Designer) -> None:
    designer.set("filters", 4)
    designer.set("filters", 0)
    assert button(designer, "Undo").tooltip == "Undo: the change that is not possible"
    press(designer, "Undo")
    assert (designer.problem, designer.design) == (None, SMALL.replace("filters", 4))
    press(designer, "Undo")
    assert designer.design == SMALL


def test_fields_without_effect_say_why(designer: Designer) -> None:
    designer.select("decoder[0]")
    interpolation = block_control(designer, "interp method")
    assert interpolation.disabled  # the U-Net of the test upsamples by transposed convolutions
    assert "transposed conv is on" in text_of(designer)
    block_control(designer, "transposed conv").value = False
    assert not interpolation.disabled
    assert "transposed conv is on" not in text_of(designer)


def test_a_mark_tells_what_an_edit_changed(designer: Designer) -> None:
    before = designer.backbone.parameters
    designer.set("encoder[1].filters", 5)
    difference = designer.backbone.parameters - before
    assert f"{difference:+,} parameters" in text_of(designer)
    assert designer.picture.scene.chips[0].text.startswith("×"), "what grew most is said first"
    designer.select("encoder[1]")
    assert f"{difference:+,} parameters" in text_of(designer)  # it stays until the next edit


def test_a_bad_value_of_a_block_is_named_and_mended(designer: Designer) -> None:
    designer.select("encoder[0]")
    block_control(designer, "kernel size").value = 0
    assert isinstance(designer.problem, FieldError)
    assert designer.problem.field == "encoder[0].kernel_size"
    assert designer.design == SMALL
    press(designer, "set enc0 kernel size to 1")
    assert designer.design == SMALL.replace("encoder[0].kernel_size", 1)


def test_stacks_share_their_blocks() -> None:
    hourglass = StackedHourglass(stacks=2, filters=4, down_blocks=2, up_blocks=2, stem_filters=2)
    designer = Designer(Design(hourglass, (64, 64, 1)))
    designer.select("encoder[1]")
    assert outlined(designer) == ["stack0_enc1", "stack1_enc1"]
    block_control(designer, "filters").value = 6
    widths = {n: d["channels"] for n, d in designer.backbone.blocks.nodes(data=True)}
    assert widths["stack0_enc1"] == widths["stack1_enc1"] == 6


def test_several_blocks_that_differ_are_said_to(designer: Designer) -> None:
    designer.select("encoder[*]")
    assert "Differs between the blocks:" in text_of(designer)
    assert "filters" in text_of(designer).partition("Differs between the blocks:")[2]


def test_views_go_to_the_layers_and_back(designer: Designer) -> None:
    view = next(w for w in [designer.picture.view])
    blocks = len(designer.backbone.blocks)
    view.value = "all layers"
    bars = designer.picture.graph.figure.data[-1]
    assert len(bars.x) == len(designer.backbone.structure.layers)
    name = next(n for n, d in designer.backbone.layers.nodes(data=True) if d["block"] == "stack0_enc1")
    click_box(designer, name)
    assert designer.selected == "encoder[1]"
    view.value = "layers of the block"
    assert "Layers of enc1" in [text.text for text in designer.picture.scene.texts]
    inside = [data[0] for data in bars.customdata]
    assert set(designer.backbone.blocks.nodes["stack0_enc1"]["layers"]) <= set(inside)
    view.value = "blocks"
    assert len(bars.x) == blocks
    assert designer.selected == "encoder[1]"


def test_the_summary_says_what_the_network_is(designer: Designer) -> None:
    assert "U-Net, 2 levels, 2 skips, output stride 1" in text_of(designer)


@attrs.frozen
class Doubling(EncoderBlock):
    """A block that a user wrote, with fields of two kinds."""

    width: int = 3
    wide: bool = False

    def make_block(self, x_in: Any, prefix: str = "block") -> Any:
        x = keras.layers.Conv2D(self.width * (1 + self.wide), 1, name=f"{prefix}_conv")(x_in)
        return keras.layers.MaxPooling2D(name=f"{prefix}_pool")(x)


def test_a_block_of_ones_own_has_the_same_controls() -> None:
    custom = CustomEncoderDecoder(
        encoder=[Doubling()], decoder=[SimpleUpsamplingBlock(refine_convs_filters=2)]
    )
    designer = Designer(Design(custom, (32, 32, 1)))
    designer.select("encoder[0]")
    block_control(designer, "width").value = 5
    block_control(designer, "wide").value = True
    assert designer.design.architecture.encoder_stack == (Doubling(width=5, wide=True),)
    assert drawn_channels(designer)[1] == 10
    press(designer, "Duplicate")
    assert len(designer.design.architecture.encoder_stack) == 2
    block_control(designer, "kind").value = "SimpleConvBlock"
    assert isinstance(designer.design.architecture.encoder_stack[1], SimpleConvBlock)


class Own(UNet):
    """An architecture that does more than connect blocks."""

    def make_backbone(self, *args: Any, **kwargs: Any) -> Any:
        return super().make_backbone(*args, **kwargs)


def test_an_architecture_that_connects_by_itself_says_that_its_blocks_are_fixed() -> None:
    designer = Designer(Design(Own(filters=2, down_blocks=1, up_blocks=1), (32, 32, 1)))
    click_box(designer, "stack0_enc0")
    assert control(designer, "block").disabled
    assert "cannot be edited one by one" in text_of(designer)


def test_a_place_that_is_none_is_refused(designer: Designer) -> None:
    for place in ("filters", "encoder[9]"):
        with pytest.raises(ValueError, match=r"no such block.*Would work: .*'encoder\[0\]'"):
            designer.select(place)


def test_another_network_forgets_a_place_that_it_does_not_have(designer: Designer) -> None:
    designer.load("U-Net")
    designer.select("encoder[5]")
    designer.load("LEAP (2019)")
    assert designer.selected is None
    assert control(designer, "block").value == ""
