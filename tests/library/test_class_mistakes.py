"""A class of a user's own that is written wrongly is met with what to write."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import attrs
import keras
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import CustomEncoderDecoder, UNet
from encdec_widgets.architectures.encoder_decoder import (
    DecoderBlock,
    EncoderBlock,
    EncoderDecoder,
    SimpleConvBlock,
    SimpleUpsamplingBlock,
)
from encdec_widgets.architectures.fields.described import FieldError, integer
from encdec_widgets.designs.block_edits import block_kinds


@pytest.mark.parametrize("base", [EncoderDecoder, UNet, EncoderBlock, SimpleUpsamplingBlock])
@pytest.mark.parametrize("frozen", [True, False])
def test_a_dataclass_is_refused_in_words(base: type[Any], frozen: bool) -> None:
    class Own(base):  # type: ignore[misc]
        size: int = 16

    made = dataclass(frozen=frozen)(Own)
    with pytest.raises(TypeError, match=r"must be made by @attrs.frozen, not by @dataclass"):
        made(size=8)

    class Below(made):  # type: ignore[misc, valid-type]
        pass

    with pytest.raises(TypeError, match=r"must be made by @attrs.frozen"):
        Below()


@pytest.mark.parametrize("base", [EncoderDecoder, UNet, EncoderBlock, SimpleUpsamplingBlock])
def test_fields_without_a_decorator_are_refused_by_name(base: type[Any]) -> None:
    class Own(base):  # type: ignore[misc]
        size: int = 16
        other: "str" = ""

    class Inherits(Own):
        pass

    for cls in (Own, Inherits):
        with pytest.raises(
            TypeError, match=r"Own must have @attrs.frozen above it, which makes fields of size, other"
        ):
            cls()
    assert attrs.frozen(Own)(size=3).size == 3


def test_another_default_without_a_decorator_is_refused() -> None:
    class Wide(SimpleConvBlock):
        filters = 64

    with pytest.raises(TypeError, match=r"@attrs.frozen above it, which makes fields of filters"):
        Wide()


def test_names_that_are_no_fields_need_no_decorator() -> None:
    class Own(UNet):
        known: ClassVar[int] = 3
        also: "ClassVar[int]" = 4
        plain = 5
        wide = property(lambda self: 7)

    assert (Own().known, Own().plain, Own().wide) == (3, 5, 7)


@pytest.mark.parametrize("frozen", [True, False])
def test_a_class_that_is_written_wrongly_is_not_offered_as_a_kind_of_block(frozen: bool) -> None:
    @dataclass(frozen=frozen)
    class NotOffered(SimpleConvBlock):
        size: int = 3

    class NotOfferedEither(SimpleConvBlock):
        size: int = 3

    assert not [name for name in block_kinds("encoder") if "NotOffered" in name]
    assert (NotOffered.size, NotOfferedEither.size) == (3, 3)


def test_a_make_block_that_a_network_cannot_call_is_refused_with_how_to_write_it() -> None:
    with pytest.raises(
        TypeError, match=r'must take prefix by name.*Would work: def make_block\(self, x_in, prefix="'
    ):

        class NoPrefix(EncoderBlock):
            def make_block(self, x: Any) -> Any:  # type: ignore[override]
                return x

    for left_out in ("current_stride", "skip_source", "prefix"):
        others = [f"{name}=None" for name in ("current_stride", "skip_source", "prefix") if name != left_out]
        scope: dict[str, Any] = {}
        exec(f"def make_block(self, x, {', '.join(others)}): return x", scope)
        with pytest.raises(
            TypeError, match=rf"{left_out}.*Would work: def make_block\(self, x, current_stride, "
        ):
            type("Own", (DecoderBlock,), {"make_block": scope["make_block"]})
    with pytest.raises(TypeError, match="missing a required argument"):

        class Needs(SimpleConvBlock):
            def make_block(self, x: Any, prefix: str, more: int) -> Any:  # type: ignore[override]
                return x


def test_a_make_block_with_other_names_or_any_arguments_is_taken() -> None:
    class Any1(EncoderBlock):
        def make_block(self, tensor: Any, prefix: str) -> Any:  # type: ignore[override]
            return tensor

    class Any2(DecoderBlock):
        def make_block(self, *args: Any, **kwargs: Any) -> Any:
            return args[0]

    assert (Any1().pool, Any2().upsampling_stride) == (True, 2)


@pytest.mark.parametrize("stage", ["stem", "encoder", "decoder"])
def test_a_stack_that_is_no_property_with_a_list_is_met_with_what_to_write(stage: str) -> None:
    block = SimpleUpsamplingBlock() if stage == "decoder" else SimpleConvBlock()

    def method(self: Any) -> Any:
        return [block]

    def generator(self: Any) -> Iterator[Any]:
        yield block

    written = {
        f"write @property above def {stage}_stack": method,
        "not a generator": property(generator),
        r"a list such as \[Simple": property(lambda self: 3),
    }
    if stage != "stem":
        written["end it with return"] = property(lambda self: None)
    for words, stack in written.items():
        names = {"encoder_stack": property(lambda self: []), "decoder_stack": property(lambda self: [])}
        own = type("Own", (EncoderDecoder,), {**names, f"{stage}_stack": stack})
        with pytest.raises(FieldError, match=f"{stage}_stack must be a property that gives a list.*{words}"):
            Design(own())


def test_a_class_that_has_the_constructor_of_the_one_above_it_can_be_made() -> None:
    @attrs.frozen(init=False)
    class Plain(SimpleConvBlock):
        pass

    assert Plain(filters=8).filters == 8
    with pytest.raises(FieldError, match="Would work: 1"):
        Plain(filters=-8)


def test_a_class_suggests_what_it_accepts_itself_not_what_the_one_above_it_does() -> None:
    class Narrow(UNet):
        def __attrs_post_init__(self) -> None:
            super().__attrs_post_init__()
            if self.filters > 100:
                raise FieldError("filters", self.filters, "must be at most 100", (100,))

    with pytest.raises(FieldError) as refused:
        Narrow(filters=5000)
    assert [Narrow(filters=value).filters for value in refused.value.suggestions] == [100]


def test_arguments_by_name_alone_are_not_taken_for_others_where_suggestions_are_tried() -> None:
    @attrs.frozen(kw_only=True)
    class ByName(EncoderBlock):
        first: int = integer(3, minimum=1, maximum=4, usual=(1, 4), help="By its name alone.")

    @attrs.frozen
    class Both(ByName):
        size: int = integer(8, minimum=1, maximum=9, usual=(1, 9), help="Third, or by its name.")

    with pytest.raises(FieldError, match=r"size must be .* Would work: 9"):
        Both(True, 2, 20)


@pytest.mark.parametrize("given", [lambda x: None, lambda x: (x, x), lambda x: [x], lambda x: 3])
def test_a_make_block_that_gives_no_tensor_is_refused_by_its_path(given: Any) -> None:
    class Gives(EncoderBlock):
        def make_block(self, x_in: Any, prefix: str = "gives") -> Any:
            return given(x_in)

    design = Design(CustomEncoderDecoder(encoder=(SimpleConvBlock(filters=2), Gives(pool=False))), (8, 8, 1))
    with pytest.raises(
        FieldError, match=r"encoder\[1\] must give one Keras tensor .* from the make_block of Gives"
    ):
        design.build()


def test_layers_of_the_seeds_blocks_have_the_seeds_names_where_no_prefix_is_given() -> None:
    from encdec_widgets.architectures.unet import PoolingBlock

    x, skip = keras.Input((8, 8, 2)), keras.Input((16, 16, 2))
    made = {
        "conv_block_pool": SimpleConvBlock(num_convs=0).make_block(x),
        "conv_block_act1_relu": SimpleConvBlock(pool=False, filters=2).make_block(x),
        "conv_block_last_pool": PoolingBlock().make_block(x),
        "upsample_interp_bilinear": SimpleUpsamplingBlock(refine_convs=0).make_block(x),
        "upsample_s4_to_s2_skip_concat": SimpleUpsamplingBlock(
            refine_convs=0, skip_connection=True
        ).make_block(x, current_stride=4, skip_source=skip),
    }
    for name, output in made.items():
        assert output._keras_history.operation.name == name
