"""Edits that are refused, that change nothing, and any of them in any order."""

from typing import Any

import attrs
import keras
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encdec_widgets import Design, Designer
from encdec_widgets.architectures import CustomEncoderDecoder, StackedHourglass, UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import EncoderBlock
from encdec_widgets.designs.block_edits import nodes_at
from encdec_widgets.session.steps import selectable_paths
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


@attrs.frozen
class Named(EncoderBlock):
    """A block whose fields take what the designer cannot know: lists, and only some numbers."""

    names: Any = "a"
    filters: int = attrs.field(default=3, validator=attrs.validators.in_((3, 5)))

    def make_block(self, x_in: Any, prefix: str = "block") -> Any:
        if self.filters == 5:
            raise RuntimeError("not five")
        x = keras.layers.Conv2D(self.filters, 1, name=f"{prefix}_conv")(x_in)
        return keras.layers.MaxPooling2D(name=f"{prefix}_pool")(x)


def test_all_blocks_of_a_stage_can_be_of_several_kinds(designer: Designer) -> None:
    for kind in ("DenseUpsamplingBlock", "ResidualUpsamplingBlock"):
        designer.select("decoder[0]")
        block_control(designer, "kind").value = kind
        designer.select("decoder[*]")
        assert block_control(designer, "kind").value == ""
        block_control(designer, "skip connection").value = False
        assert not any(
            getattr(b, "skip_connection", False) for b in designer.design.architecture.decoder_stack
        )
        designer.undo()


def test_blocks_that_hold_lists_can_be_selected_together() -> None:
    blocks = [Named(names=["a"]), Named(names=["b"])]
    designer = Designer(Design(CustomEncoderDecoder(encoder=blocks), (32, 32, 1)))
    designer.select("encoder[*]")
    assert "Differs between the blocks: names." in text_of(designer)
    designer.set("encoder[0].pooling_stride", 1)
    assert designer.problem is None


def test_a_kind_that_refuses_the_width_keeps_its_own(designer: Designer) -> None:
    designer.select("encoder[0]")
    kind = next(name for _, name in block_control(designer, "kind").options if name.endswith(".Named"))
    block_control(designer, "kind").value = kind
    assert designer.design.architecture.encoder_stack[0] == Named(pool=False)


def test_a_network_that_cannot_be_built_leaves_everything_as_it_was() -> None:
    custom = CustomEncoderDecoder(encoder=[Named(), Named()])
    designer = Designer(Design(custom, (32, 32, 1)))
    designer.set("encoder[0].names", "b")
    designer.set("encoder[0].names", "c")
    designer.undo()
    designer.select("encoder[1]")
    designer.set("encoder[1].filters", 5)
    assert str(designer.problem) == "not five"
    assert (button(designer, "Redo").tooltip, designer.selected) == (
        "Redo: enc0 names b to c",
        "encoder[1]",
    )
    assert block_control(designer, "filters").value == 3
    press(designer, "undo this change")
    assert designer.problem is None
    designer.redo()
    assert designer.design.architecture.encoder_stack[0] == Named(names="c")


@attrs.frozen
class NamedEncoder(UNet):
    """A family with a field that is named as a stage."""

    encoder: str = "small"


def test_a_field_that_is_named_as_a_stage_is_no_list_of_blocks() -> None:
    designer = Designer(Design(NamedEncoder(filters=2, down_blocks=1, up_blocks=1), (32, 32, 1)))
    count = len(designer.design.architecture.encoder_stack)
    designer.set("encoder", "large")
    assert designer.design.architecture.encoder == "large"
    designer.select("encoder[0]")
    press(designer, "Duplicate")
    assert len(designer.design.architecture.encoder_stack) == count + 1


def test_a_later_edit_of_a_block_drops_a_list_that_waits() -> None:
    hourglass = StackedHourglass(stacks=2, filters=4, down_blocks=2, up_blocks=2, stem_filters=2)
    designer = Designer(Design(hourglass, (64, 64, 1)))
    designer.select("encoder[0]")
    press(designer, "Remove")
    assert designer.problem is not None
    designer.set("encoder[1].filters", 6)
    assert designer.problem is None
    assert [block.filters for block in designer.design.architecture.encoder_stack] == [4, 6, 4]


def test_an_edit_that_changes_nothing_leaves_a_family_a_family(designer: Designer) -> None:
    designer.set("encoder[0].filters", 2)
    assert designer.design == SMALL
    assert button(designer, "Undo").disabled
    block_control(designer, "block").value = "encoder[0]"
    block_control(designer, "filters").value = 3
    block_control(designer, "filters").value = 2
    assert (designer.design, control(designer, "family").value) == (SMALL, "U-Net")
    assert button(designer, "Undo").disabled


def test_the_head_is_selected_where_there_is_one(designer: Designer) -> None:
    with pytest.raises(ValueError, match="no such block"):
        designer.select("head")
    designer.set("head", Head(3))
    click_box(designer, "stack0_head")
    assert (designer.selected, outlined(designer)) == ("head", ["stack0_head"])
    designer.set("head", None)
    assert designer.selected is None


PLACES = (
    "stem[*]",
    "encoder[*]",
    "encoder[0]",
    "encoder[1]",
    "encoder[3]",
    "decoder[*]",
    "decoder[0]",
    "decoder[1]",
)
EDITS = st.one_of(
    st.tuples(
        st.just("press"),
        st.sampled_from(PLACES),
        st.sampled_from(["Duplicate", "Remove", "Earlier", "Later"]),
    ),
    st.tuples(
        st.just("set"), st.sampled_from(PLACES), st.sampled_from(["pool", "skip_add", "filters", "nothing"])
    ),
    st.tuples(
        st.just("set all"), st.sampled_from(["filters", "up_blocks", "stacks"]), st.sampled_from([0, 1, 2, 3])
    ),
    st.tuples(st.sampled_from(["undo", "redo"]), st.none(), st.none()),
)


@settings(max_examples=12, deadline=None)
@given(st.lists(EDITS, min_size=3, max_size=10))
def test_whatever_is_edited_all_parts_agree_and_all_of_it_can_be_undone(
    edits: list[tuple[str, Any, Any]],
) -> None:
    designer = Designer(SMALL)
    for what, where, which in edits:
        if what == "press" and where in selectable_paths(designer.session.editor.wanted):
            designer.select(where)
            if not button(designer, which).disabled:
                button(designer, which).click()
        elif what == "set":
            designer.set(f"{where}.{which}", which != "filters" or 3)
        elif what == "set all":
            designer.set(where, which)
        elif what in ("undo", "redo"):
            getattr(designer, what)()
        blocks = designer.backbone.blocks
        assert designer.design == designer.backbone.design == designer.session.editor.history.present.design
        assert drawn_channels(designer) == [data["channels"] for _, data in blocks.nodes(data=True)]
        assert outlined(designer) == list(nodes_at(blocks, designer.selected))
        assert control(designer, "block").value == (designer.selected or "")
    last = designer.design
    history = designer.session.editor.history
    for _ in range(len(history.states) - 1 - history.position):
        designer.redo()
        last = designer.design
    assert button(designer, "Redo").disabled
    if designer.problem is not None:
        designer.undo()
    steps = designer.session.editor.history.position
    for _ in range(steps):
        designer.undo()
    assert button(designer, "Undo").disabled
    assert designer.design == SMALL
    for _ in range(steps):
        designer.redo()
    assert designer.design == last
