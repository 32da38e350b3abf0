"""Edits of lists of blocks, and the paths that name what they change."""

from collections.abc import Callable
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from encdec_widgets import Design, preset, presets
from encdec_widgets.architectures import (
    CustomEncoderDecoder,
    DenseBlock,
    ResidualBlock,
    ResidualUpsamplingBlock,
    StackedHourglass,
    UNet,
)
from encdec_widgets.architectures.encoder_decoder import (
    EncoderBlock,
    EncoderDecoder,
    SimpleConvBlock,
    SimpleUpsamplingBlock,
)
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.designs.block_edits import (
    BlockEdit,
    add,
    block_kinds,
    blocks_of,
    can_be_edited,
    change_kind,
    duplicate,
    move,
    parts,
    path_of,
    remove,
)
from encdec_widgets.session.editor import Editor

UNET = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (64, 64, 1))


def applied(design: Design, edit: BlockEdit) -> Design:
    return design.replace_all(edit.changes)


@pytest.mark.parametrize("name", presets())
def test_editing_a_block_keeps_all_other_blocks_of_any_preset(name: str) -> None:
    design = preset(name).replace("stacks", 1)  # with several, a further pooling would not fit
    edited = applied(design, duplicate(design, "encoder[0]"))
    assert isinstance(edited.architecture, CustomEncoderDecoder)
    first, *rest = blocks_of(design, "encoder")
    assert blocks_of(edited, "encoder") == (first, first, *rest)
    for stage in ("stem", "decoder"):
        assert blocks_of(edited, stage) == blocks_of(design, stage)
    removed = applied(edited, remove(edited, "encoder[1]"))
    assert removed.architecture == CustomEncoderDecoder.of(design.architecture)


def test_an_edit_that_takes_two_waits_for_the_second() -> None:
    design = preset("Stacked hourglass, 2 stacks")
    first = Editor.at(design).changed(duplicate(design, "encoder[1]").changes)
    assert (first.wanted, first.history.undo_name) == (design, None)
    both = first.changed(duplicate(design, "decoder[0]").changes)
    assert both.outcome.error is None
    assert [len(blocks_of(both.wanted, stage)) for stage in ("encoder", "decoder")] == [
        len(blocks_of(design, stage)) + 1 for stage in ("encoder", "decoder")
    ]


def test_a_block_is_added_after_another_and_as_wide() -> None:
    edit = add(UNET, "encoder[0]")
    assert (edit.path, edit.words) == ("encoder[1]", "add enc1")
    blocks = blocks_of(applied(UNET, edit), "encoder")
    assert len(blocks) == len(blocks_of(UNET, "encoder")) + 1
    assert isinstance(blocks[1], SimpleConvBlock)
    assert blocks[1].filters == blocks[0].filters


def test_a_block_is_added_to_a_stage_that_has_none_and_taken_out_again() -> None:
    with_stem = applied(UNET, add(UNET, "stem[*]"))
    assert with_stem.architecture.stem_stack == (SimpleConvBlock(pool=False),)
    edit = remove(with_stem, "stem[0]")
    assert edit.path is None
    assert applied(with_stem, edit).architecture.stem_stack is None


@given(st.integers(0, 4), st.sampled_from([-1, 1]))
def test_moving_there_and_back_changes_nothing(index: int, by: int) -> None:
    design = applied(UNET, duplicate(UNET, "encoder[0]"))
    blocks = blocks_of(design, "encoder")
    edit = move(design, f"encoder[{index}]", by)
    assert edit.path is not None
    moved = design.replace_all(edit.changes)
    assert sorted(map(repr, blocks_of(moved, "encoder"))) == sorted(map(repr, blocks))
    if 0 <= index + by < len(blocks):
        assert edit.path == f"encoder[{index + by}]"
        assert applied(moved, move(moved, edit.path, -by)) == design
    else:
        assert blocks_of(moved, "encoder") == blocks


def test_another_kind_of_block_keeps_what_both_have() -> None:
    changed = applied(UNET, change_kind(UNET, "encoder[1]", ResidualBlock))
    was, now = (blocks_of(design, "encoder")[1] for design in (UNET, changed))
    assert isinstance(now, ResidualBlock)
    assert (now.filters, now.pool, now.pooling_stride) == (was.filters, was.pool, was.pooling_stride)


def test_width_is_kept_where_it_goes_by_another_name() -> None:
    changed = applied(UNET, change_kind(UNET, "decoder[*]", ResidualUpsamplingBlock))
    widths = [block.refine_convs_filters for block in blocks_of(UNET, "decoder")]
    assert [block.filters for block in blocks_of(changed, "decoder")] == widths
    back = applied(changed, change_kind(changed, "decoder[*]", SimpleUpsamplingBlock))
    assert [block.refine_convs_filters for block in blocks_of(back, "decoder")] == widths


def test_what_another_kind_does_not_take_keeps_its_default() -> None:
    narrow = UNET.replace("encoder[0].filters", 1)  # residuals have at least 2 channels
    changed = applied(narrow, change_kind(narrow, "encoder[0]", ResidualBlock))
    assert blocks_of(changed, "encoder")[0].filters == ResidualBlock().filters


def test_a_field_is_set_in_all_blocks_that_have_it() -> None:
    added = UNET.replace("decoder[*].skip_add", True)
    assert [block.skip_add for block in blocks_of(added, "decoder")] == [True, True]
    mixed = UNET.replace("encoder[0]", DenseBlock(pool=False)).replace("encoder[*].num_convs", 3)
    dense, convs, *_ = blocks_of(mixed, "encoder")
    assert (dense, convs.num_convs) == (DenseBlock(pool=False), 3)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("decoder[*].pool", True, "no block of the decoder has it; they have interp_method, refine_convs"),
        ("stem[*].pool", True, "no block of the stem has it"),
        ("encoder[*].filters", 0, "must be a whole number from 1"),
        ("encoder[9]", SimpleConvBlock(), "there is encoder[0] to encoder[4]"),
        ("encoder[0]", SimpleUpsamplingBlock(), "must be an instance of EncoderBlock"),
        ("encoder[:]", 5, "must be a list of EncoderBlock instances"),
        ("encoder[x]", 5, "blocks are named as in"),
    ],
)
def test_what_is_not_possible_is_named(path: str, value: Any, words: str) -> None:
    with pytest.raises(FieldError, match=words.replace("[", r"\[")):
        UNET.replace(path, value)


def test_all_kinds_that_ship_can_stand_in_their_stage() -> None:
    assert next(iter(block_kinds("encoder"))) == "SimpleConvBlock"
    assert next(iter(block_kinds("decoder"))) == "SimpleUpsamplingBlock"
    for stage in ("encoder", "decoder"):
        for kind in block_kinds(stage).values():
            changed = applied(UNET, change_kind(UNET, f"{stage}[0]", kind))
            assert type(blocks_of(changed, stage)[0]) is kind


def test_a_class_that_a_user_wrote_is_a_kind_and_the_newest_of_its_name() -> None:
    def define(filters: int) -> type[Any]:
        @attrs.frozen
        class MyBlock(EncoderBlock):
            filters: int = 7

            def make_block(self, x_in: Any, prefix: str = "block") -> Any:
                return x_in

        return attrs.make_class("MyBlock", {"width": attrs.field(default=filters)}, (MyBlock,), frozen=True)

    define(1)
    newest = define(2)
    assert newest in block_kinds("encoder").values()

    @attrs.frozen
    class NeedsMore(EncoderBlock):
        size: int = attrs.field(kw_only=True)

        def make_block(self, x_in: Any, prefix: str = "block") -> Any:
            return x_in

    assert not any(kind.__name__ == "NeedsMore" for kind in block_kinds("encoder").values())


@pytest.mark.parametrize("edit", [duplicate, remove, lambda design, path: move(design, path, 1)])
def test_some_edits_need_one_block(edit: Callable[[Design, str], BlockEdit]) -> None:
    with pytest.raises(ValueError, match=r"One block is needed.*Received: 'encoder\[\*\]'"):
        edit(UNET, "encoder[*]")
    with pytest.raises(ValueError, match=r"A path names a block.*Received: 'filters'"):
        edit(UNET, "filters")


def test_paths_are_those_of_the_graph() -> None:
    backbone = preset("SLEAP medium single").replace("head", None).build()
    paths = [path_of(backbone.blocks, name) for name in backbone.blocks]
    assert paths[0] is None  # the input
    assert [parts(path)[0] for path in paths[1:] if path] == ["encoder"] * 7 + ["decoder"] * 3
    design = backbone.design
    for path, data in zip(paths, backbone.blocks.nodes.values(), strict=True):
        if path is not None:
            stage, index = parts(path)
            assert type(blocks_of(design, stage)[index or 0]).__name__ == data["kind"]


def test_an_architecture_that_does_more_than_connect_blocks_is_not_edited() -> None:
    class Own(UNet):
        def make_backbone(self, *args: Any, **kwargs: Any) -> Any:
            return super().make_backbone(*args, **kwargs)

    assert not can_be_edited(Design(Own()))
    for architecture in (UNet(), StackedHourglass()):
        assert can_be_edited(Design(architecture))


class Bare(EncoderDecoder):
    """Without attrs."""

    @property
    def encoder_stack(self) -> Any:
        return [SimpleConvBlock(filters=2)]

    @property
    def decoder_stack(self) -> Any:
        return [SimpleUpsamplingBlock(refine_convs_filters=2)]


def test_an_architecture_of_ones_own_is_edited_block_by_block() -> None:
    design = Design(Bare(), (32, 32, 1))
    assert blocks_of(applied(design, add(design, "encoder[*]")), "encoder")[1].filters == 2
