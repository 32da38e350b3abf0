"""A design: everything that says which network to build, as a value.

Designs are compared by content, hashable, changed by copying and exchanged as plain JSON data. Making one checks it;
nothing is built until :meth:`Design.build`.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs

from encdec_widgets.architectures.blocks.head import LONE_HEAD, Head, Heads, as_heads
from encdec_widgets.architectures.encoder_decoder import EncoderDecoder
from encdec_widgets.architectures.fields.by_content import ByContent
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.architectures.fields.working import suggesting_what_works, tries_suggestions
from encdec_widgets.designs.as_architecture import as_architecture
from encdec_widgets.designs.design_json import from_json
from encdec_widgets.designs.heads import HEADS, head_paths, is_head_path, with_changes
from encdec_widgets.designs.input_shapes import INPUT_FIELDS as INPUT_FIELDS
from encdec_widgets.designs.input_shapes import InputShape as InputShape
from encdec_widgets.designs.input_shapes import as_input_shape, require_sizes_that_fit
from encdec_widgets.designs.paths import STAGES, info_at, no_field, replace_in
from encdec_widgets.designs.registry import answering
from encdec_widgets.designs.ways_out import WaysOut

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone
    from encdec_widgets.designs.mends import Mend


_PARTS = ("architecture", "input_shape")


def _as_input_shape(value: Any, design: Any) -> InputShape:
    """The architecture is the first field, so that it stands when the shape is read."""
    return as_input_shape(value, design.architecture)


class _Usual(Enum):
    """The input shape where none is given."""

    SHAPE = "usual"


_USUAL = _Usual.SHAPE


@attrs.frozen(init=False)
class Design(WaysOut, ByContent):
    """A network to be: an architecture and the shape of its input.

    Attributes:
        architecture: The family with its fields, or any other ``EncoderDecoder``.
        input_shape: Height and width in px (None: unknown until images arrive) and number of channels. Left out, it is
            256 x 256 x 1, or the next size up that the architecture can take (unknown if that is too large).
        heads: What every stack of the network ends in, in the order of its outputs; none for the bare backbone. It is
            given as ``heads`` or as ``head``, which takes a single head or None too.

    Raises:
        FieldError: (a ValueError) If height or width cannot be divided by the maximum stride, if stacked encoders and
            decoders do not fit together, if there is no feature of a head's stride, or if two heads have one name. It
            names the field, the value and what would work.

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

    architecture: EncoderDecoder = attrs.field(converter=as_architecture)
    input_shape: InputShape = attrs.field(
        converter=attrs.Converter(_as_input_shape, takes_self=True)  # type: ignore[misc] # mypy knows functions alone
    )
    heads: tuple[Head, ...] = attrs.field(default=(), converter=as_heads, alias="head")

    def __init__(
        self,
        architecture: EncoderDecoder,
        input_shape: InputShape | _Usual = _USUAL,
        head: Heads = None,
        heads: Sequence[Head] | None = None,
    ) -> None:
        """Take the parts, ``head`` or ``heads``."""
        if heads is not None and head is not None:
            raise FieldError(HEADS, heads, "is given together with head, of which one is enough")
        given = {} if isinstance(input_shape, _Usual) else {"input_shape": input_shape}
        self.__attrs_init__(architecture, head=head if heads is None else heads, **given)

    @input_shape.default
    def _default_input_shape(self) -> InputShape:
        stride = self.architecture.maximum_stride
        size = stride * math.ceil(256 / stride)
        return (size, size, 1) if size <= INPUT_FIELDS["height"].maximum else (None, None, 1)

    def __attrs_post_init__(self) -> None:
        """Check what one field asks of another."""
        self.architecture.require_symmetric_stacks()
        for head, path in zip(self.heads, head_paths(self), strict=True):
            self.architecture.require_feature_for(head, path)
        require_sizes_that_fit(self.input_shape, self.architecture)

    @property
    def head(self) -> Head | None:
        """The lone head; None for the bare backbone.

        Raises:
            FieldError: (a ValueError) If there are several.
        """
        if len(self.heads) > 1:
            raise FieldError(LONE_HEAD, self.heads, f"is one of {len(self.heads)} heads: read heads")
        return self.heads[0] if self.heads else None

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
                (``encoder[:]``), or ``input_shape``, ``architecture``, ``heads``, a head (``heads[1]``) or one of its
                fields (``heads[1].channels``); ``head`` and ``head.channels`` are those of a lone head. Changing blocks
                turns a family into a ``CustomEncoderDecoder`` of the same blocks.
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
        parts = {"architecture": self.architecture, "input_shape": self.input_shape, "heads": self.heads}
        try:
            return Design(**_changed(parts, changes))
        except FieldError as error:
            raise _suggesting_what_works(error, parts, changes) from None

    def mends(self, changes: Mapping[str, Any]) -> tuple[Mend, ...]:
        """What can be done where changes are not possible: what a designer offers then, each a valid design.

        The suggestions of the error that :meth:`replace_all` raises are values of one field. These are of several too.
        Where the changes give a design, it is built, as some errors are known only when layers are made.

        Args:
            changes: As in :meth:`replace_all`.

        Returns:
            Ways out, best first: ``replace_all(mend.changes)`` takes one. None where the changes are possible.

        Example:
            >>> from encdec_widgets import Design
            >>> from encdec_widgets.architectures import UNet
            >>> design = Design(UNet(filters=2, down_blocks=3, up_blocks=3), (64, 64, 1))
            >>> [mend.label for mend in design.mends({"input_shape": (68, 68, 1)})][-1]
            'one level fewer'
        """
        mends: tuple[Mend, ...] = answering("mends")(self, changes)
        return mends

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


def _changed(parts: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """What a design is made of, with changes as :meth:`Design.replace_all` takes them.

    Raises:
        FieldError: If there is no such field, or a value is not possible by itself.
    """
    for name, value in changes.items():
        if not isinstance(name, str):
            raise no_field(name, value)
    changed = {name: {**parts, **changes}[name] for name in _PARTS if name in parts or name in changes}
    own = {n: value for n, value in changes.items() if n not in (*_PARTS, HEADS) and not is_head_path(n)}
    architecture = changed["architecture"]
    if "architecture" in changes:  # That of a design was checked when the design was made.
        architecture = as_architecture(architecture)
    heads = with_changes(parts.get(HEADS, parts.get(LONE_HEAD)), changes)
    return {**changed, "architecture": replace_in(architecture, own), HEADS: heads}


def _suggesting_what_works(
    error: FieldError, parts: Mapping[str, Any], changes: Mapping[str, Any], *, leads_on: bool = False
) -> FieldError:
    """The same error, suggesting what works for the design of these parts with all other changes."""

    def with_value(value: Any) -> Design:
        return Design(**_changed(parts, {**changes, error.field: value}))

    architecture = changes.get("architecture", parts["architecture"])
    if not isinstance(architecture, EncoderDecoder):
        return error
    if error.field == "input_shape" and not architecture.strides_decide:
        return suggesting_what_works(
            error,
            lambda value: with_value(value).build(),
            lambda near, _: _nearest_built(lambda: with_value(near)),
            leads_on=False,
        )
    info = info_at(architecture, error.field)
    return suggesting_what_works(error, with_value, info.nearest_working if info else None, leads_on=leads_on)


def _nearest_built(make: Callable[[], Design]) -> InputShape | None:
    """The first shape that is suggested where a design of a user's own blocks cannot be built; None without one."""
    try:
        make().build()
    except FieldError as error:
        return next(iter(error.suggestions), None) if error.field == "input_shape" else None
    return None


tries_suggestions(Design, lambda _, asked, error: _suggesting_what_works(error, asked, {}, leads_on=True))
