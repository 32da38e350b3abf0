"""A design: everything that says which network to build, as a value.

Designs are compared by content, hashable, changed by copying and exchanged as plain JSON data. Making one checks it;
nothing is built until :meth:`Design.build`.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping, Sequence, Set
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import DecoderBlock, EncoderBlock, EncoderDecoder
from encdec_widgets.architectures.fields.by_content import ByContent
from encdec_widgets.architectures.fields.described import FieldError, FieldInfo
from encdec_widgets.designs.design_json import from_json
from encdec_widgets.designs.paths import STAGES, evolve, no_field, replace_in
from encdec_widgets.designs.registry import answering

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone

InputShape: TypeAlias = tuple[int | None, int | None, int]

INPUT_FIELDS = {
    "height": FieldInfo(
        kind="integer",
        default=256,
        minimum=1,
        maximum=16384,
        usual=(32, 1024),
        unit="px",
        optional=True,
        help="Height of the image; memory and time grow with it, parameters do not.",
    ),
    "width": FieldInfo(
        kind="integer",
        default=256,
        minimum=1,
        maximum=16384,
        usual=(32, 1024),
        unit="px",
        optional=True,
        help="Width of the image; memory and time grow with it, parameters do not.",
    ),
    "channels": FieldInfo(
        kind="integer",
        default=1,
        minimum=1,
        maximum=4096,
        usual=(1, 4),
        unit="channels",
        help="Channels of the image, 1 for grey, 3 for colour; more widen the first convolution alone.",
    ),
}


def _as_input_shape(value: Any) -> InputShape:
    allowed = "must be three numbers: height, width and channels"
    try:
        if isinstance(value, (str, bytes, bytearray, Mapping, Set)):
            raise TypeError
        height, width, channels = value
    except Exception:  # noqa: BLE001 - an object may raise anything when it is gone through
        raise FieldError("input_shape", value, allowed, ((256, 256, 1),)) from None
    sizes = []
    for (name, info), size in zip(INPUT_FIELDS.items(), (height, width, channels), strict=True):
        try:
            sizes.append(info.accept(name, size))
        except FieldError as error:
            nearest = tuple(
                (*sizes, suggestion, *(height, width, channels)[len(sizes) + 1 :])
                for suggestion in error.suggestions
            )
            raise FieldError("input_shape", value, f"must have as {name} {info.allowed()}", nearest) from None
    return sizes[0], sizes[1], sizes[2]


def _fits(shape: tuple[int | None, ...]) -> bool:
    return all(
        size is None or size <= info.maximum for size, info in zip(shape, INPUT_FIELDS.values(), strict=True)
    )


def _where_it_breaks(architecture: EncoderDecoder, sizes: Sequence[int | None]) -> tuple[str, str]:
    """Find the block that cannot divide a size, and say the way to it: ": 300 → 150 → 75 px, which encoder[3], ..."."""
    for size in sizes:
        if size is None:
            continue
        way, at = [size], 1
        for stage in ("stem", "encoder"):
            for index, block in enumerate(getattr(architecture, f"{stage}_stack") or ()):
                factor = block.downsampling_stride
                at *= factor
                if way[-1] % factor:
                    block_path, steps = f"{stage}[{index}]", " → ".join(map(str, way))
                    return (
                        block_path,
                        f": {steps} px, which {block_path}, at stride {at}, cannot divide by {factor}",
                    )
                if factor > 1:
                    way.append(way[-1] // factor)
    return "", ""


def _as_head(value: Any) -> Head | None:
    if value is None or isinstance(value, Head):
        return value
    raise FieldError("head", value, "must be a Head, such as Head(channels=16), or None")


def _as_architecture(value: Any) -> EncoderDecoder:
    if not isinstance(value, EncoderDecoder):
        raise FieldError("architecture", value, "must be an instance of EncoderDecoder, such as UNet()")
    for stack, kind in (("stem", EncoderBlock), ("encoder", EncoderBlock), ("decoder", DecoderBlock)):
        try:
            blocks = getattr(value, f"{stack}_stack")
        except NotImplementedError:
            raise FieldError(
                "architecture", value, f"must define {stack}_stack, a property that gives a list of blocks"
            ) from None
        if blocks is None and stack == "stem":
            continue
        if not isinstance(blocks, Sequence) or not all(isinstance(block, kind) for block in blocks):
            raise FieldError(
                f"{stack}_stack", blocks, f"must be a property that gives a list of {kind.__name__} instances"
            )
    return value


@attrs.frozen
class Design(ByContent):
    """A network to be: an architecture and the shape of its input.

    Attributes:
        architecture: The family with its fields, or any other ``EncoderDecoder``.
        input_shape: Height and width in px (None: unknown until images arrive) and number of channels. Left out, it is
            256 x 256 x 1, or the next size up that the architecture can take (unknown if that is too large).
        head: What the network ends in; None for the bare backbone.

    Raises:
        FieldError: (a ValueError) If height or width cannot be divided by the maximum stride, if stacked encoders and
            decoders do not fit together, or if there is no feature of the head's stride. It names the field, the value
            and what would work.

    Example:
        >>> from encdec_widgets import Design
        >>> from encdec_widgets.architectures import UNet
        >>> design = Design(UNet(filters=16, down_blocks=3, up_blocks=3), input_shape=(128, 128, 1))
        >>> wider = design.replace("filters", 24)
        >>> Design.from_json(wider.to_json()) == wider
        True
        >>> try:
        ...     design.replace("input_shape", (100, 128, 1))
        ... except ValueError as error:
        ...     print(error)
        input_shape must have a height and width that the maximum stride, 8, divides: ... Would work: (96, 128, 1) ...
    """

    architecture: EncoderDecoder = attrs.field(converter=_as_architecture)
    input_shape: InputShape = attrs.field(converter=_as_input_shape)
    head: Head | None = attrs.field(default=None, converter=_as_head)

    @input_shape.default
    def _default_input_shape(self) -> InputShape:
        stride = self.architecture.maximum_stride
        size = stride * math.ceil(256 / stride)
        return (size, size, 1) if size <= INPUT_FIELDS["height"].maximum else (None, None, 1)

    def __attrs_post_init__(self) -> None:
        """Check what one field asks of another."""
        self.architecture.require_symmetric_stacks()
        if self.head is not None:
            self.architecture.require_feature_for(self.head)
        stride = self.architecture.maximum_stride
        *sizes, channels = self.input_shape
        if all(size is None or size % stride == 0 for size in sizes):
            return
        smaller = (*(size and max(size // stride, 1) * stride for size in sizes), channels)
        larger = (*(size and -(-size // stride) * stride for size in sizes), channels)
        block_path, way = _where_it_breaks(self.architecture, sizes)
        raise FieldError(
            "input_shape",
            self.input_shape,
            f"must have a height and width that the maximum stride, {stride}, divides{way}",
            [shape for shape in dict.fromkeys((smaller, larger)) if _fits(shape)] or [(None, None, channels)],
            block_path,
        )

    def blocks_of(self, stage: str) -> tuple[Any, ...]:
        """The blocks of a stage in their order.

        Each is an object of its own, the same one each time: so a block that an edit moved is known again among others
        that equal it, also where its family makes its blocks anew whenever it is asked, or repeats one of them.

        Args:
            stage: "stem", "encoder" or "decoder".

        Example:
            >>> from encdec_widgets import Design
            >>> from encdec_widgets.architectures import UNet
            >>> len(Design(UNet(down_blocks=3, up_blocks=2)).blocks_of("decoder"))
            2
        """
        return self._blocks[stage]

    @cached_property
    def _blocks(self) -> Mapping[str, tuple[Any, ...]]:
        blocks = {stage: tuple(getattr(self.architecture, f"{stage}_stack") or ()) for stage in STAGES}
        return {stage: _each_its_own(of_stage) for stage, of_stage in blocks.items()}

    def replace(self, field: str, value: Any) -> Design:
        """Another design that differs in one field.

        Args:
            field: A field of the architecture (``filters``), of one of its blocks (``encoder[2].num_convs``) or of all
                blocks of a stage that have it (``decoder[*].skip_add``), a block (``encoder[2]``), a list of blocks
                (``encoder[:]``), or ``input_shape``, ``architecture``, ``head`` or one of the head's fields
                (``head.channels``). Changing blocks turns a family into a ``CustomEncoderDecoder`` of the same blocks.
            value: The new value.

        Raises:
            FieldError: (a ValueError) If there is no such field, or the value is not possible.
        """
        return self.replace_all({field: value})

    def replace_all(self, changes: Mapping[str, Any]) -> Design:
        """Another design that differs in several fields, checked together.

        Args:
            changes: New values by field, named as in :meth:`replace`.

        Raises:
            FieldError: (a ValueError) If there is no such field, or a value is not possible.
        """
        for name, value in changes.items():
            if not isinstance(name, str):
                raise no_field(name, value)
        architecture = _as_architecture(changes.get("architecture", self.architecture))
        head = _replace_in_head(_as_head(changes.get("head", self.head)), changes)
        whole = ("architecture", "input_shape", "head")
        own = {
            name: value
            for name, value in changes.items()
            if name not in whole and not name.startswith("head.")
        }
        return Design(replace_in(architecture, own), changes.get("input_shape", self.input_shape), head)

    def build(self, previous: Backbone | None = None) -> Backbone:
        """Build the Keras model of this design.

        Args:
            previous: A network that was built before. What did not change since is reused, with its weights.

        Raises:
            BackendMissingError: (an ImportError) If no Keras backend is installed.
        """
        backbone: Backbone = answering("build")(self, previous)
        return backbone

    def to_json(self) -> str:
        """This design as JSON: plain, versioned data.

        Raises:
            FieldError: (a ValueError) If a field of a user's class holds something that JSON has no form for, such as
                a function; it names the block and the field.
        """
        text: str = answering("to_json")(self)
        return text

    @staticmethod
    def from_json(text: str | bytes | bytearray) -> Design:
        """The design that :meth:`to_json` wrote.

        Classes are looked up by name among the shipped ones and those defined in this process; no code is run.

        Raises:
            ValueError: If the text is no such design, names an unknown class or field, or has a value that is not
                possible.
        """
        return Design(**from_json(text))


def _each_its_own(blocks: tuple[Any, ...]) -> tuple[Any, ...]:
    first = {id(block): i for i, block in reversed(list(enumerate(blocks)))}
    return tuple(block if first[id(block)] == i else copy.copy(block) for i, block in enumerate(blocks))


def _replace_in_head(head: Head | None, changes: Mapping[str, Any]) -> Head | None:
    fields = {
        name.removeprefix("head."): value for name, value in changes.items() if name.startswith("head.")
    }
    if not fields:
        return head
    if head is None:
        name, value = next(iter(fields.items()))
        raise FieldError(f"head.{name}", value, "needs a head, and this design has none")
    try:
        changed: Head = evolve(head, fields)
    except FieldError as error:
        raise error.inside("head") from None
    return changed
