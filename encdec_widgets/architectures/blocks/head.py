"""The heads: what turns the features of a backbone into the maps that are wanted."""

import re
from collections.abc import Collection, Sequence
from typing import Any, TypeAlias

import attrs

from encdec_widgets._keras import keras
from encdec_widgets.architectures.fields.described import ACTIVATIONS, Described, choice, field, integer
from encdec_widgets.architectures.fields.info import FieldError, FieldInfo
from encdec_widgets.architectures.fields.kinds import Kind, register
from encdec_widgets.architectures.fields.layer_names import LONGEST_LAYER_NAME, as_part_of_layer_name

LONE_HEAD = "head"
"""The name of a head by default, and how the layer of a lone head is called, whatever the head's name."""

_NAME = re.compile(rf"[A-Za-z0-9_]{{1,{LONGEST_LAYER_NAME}}}")
# After "stack0_" begin the layers of blocks so, and those that join one stack to the next.
_TAKEN = re.compile(r"(enc|dec)\d.*|join(_.*)?")


class HeadName(Kind):
    """A text that names the layers of one head, one in each stack."""

    name = "head name"

    def accept(self, info: FieldInfo, value: Any) -> str | None:
        """A text of the signs with which layers run everywhere, and not the beginning of other layers' names."""
        fits = isinstance(value, str) and _NAME.fullmatch(value) and not _TAKEN.fullmatch(value)
        return str(value) if fits else None

    def allowed(self, info: FieldInfo) -> str:
        """The signs that it may contain, and the names that other layers have."""
        return (
            f'1 to {LONGEST_LAYER_NAME} letters (A to Z), digits and "_", and no name of other layers, '
            "as enc0, dec0 and join are"
        )

    def suggestions(self, info: FieldInfo, value: Any) -> tuple[Any, ...]:
        """The same text, with "_" in place of what it must not contain, and other words before a name that is taken."""
        text = as_part_of_layer_name(value).replace("-", "_") if isinstance(value, str) else ""
        if _TAKEN.fullmatch(text):
            text = f"{LONE_HEAD}_{text}"[:LONGEST_LAYER_NAME]
        return (text or info.default,)


register(HeadName())


@attrs.frozen
class Head(Described):
    """One 1x1 convolution at the end of a network, on every stack where there are several.

    Attributes:
        channels: Number of maps that it puts out: one a body part, or one a class.
        activation: Name of the activation function: "linear" for confidence maps, "softmax" for classes.
        stride: Stride of the feature it is attached to, relative to the input of the backbone; None for the output.
        name: What tells it from the other heads of a network: letters, digits and "_". Where there are several, their
            layers are called ``stack0_`` and the name; the layer of a lone head is ``stack0_head``.

    Example:
        >>> from encdec_widgets import Design
        >>> from encdec_widgets.architectures import UNet
        >>> from encdec_widgets.architectures.blocks.head import Head
        >>> unet = UNet(filters=4, down_blocks=2, up_blocks=2)
        >>> Design(unet, (64, 64, 1), Head(channels=13, stride=2)).build().model.output_shape
        (None, 32, 32, 13)
        >>> maps, fields = Head(13, stride=2, name="confmaps"), Head(24, stride=4, name="pafs")
        >>> Design(unet, (64, 64, 1), [maps, fields]).build().model.output_shape
        [(None, 32, 32, 13), (None, 16, 16, 24)]
    """

    channels: int = integer(
        16,
        minimum=1,
        maximum=4096,
        usual=(1, 32),
        unit="maps",
        help="Maps that the network puts out: one for each body part, or for each class; more cost little.",
    )
    activation: str = choice(
        "linear",
        ACTIVATIONS,
        help="Linear suits confidence maps, softmax classes that exclude each other; all cost about the same.",
    )
    stride: int | None = integer(
        None,
        minimum=1,
        maximum=4096,
        usual=(1, 32),
        unit="×",
        optional=True,
        help="Attached to the feature of this stride; larger strides give smaller maps, cheaper and less exact.",
    )
    name: str = field(
        FieldInfo(
            kind=HeadName.name,
            default=LONE_HEAD,
            help="Tells it from other heads, in the picture and in the names of layers; it costs nothing.",
        )
    )

    def make_block(self, x_in: Any, prefix: str = LONE_HEAD) -> Any:
        """Create the head: from (batch, height, width, any) to (batch, height, width, channels)."""
        return keras.layers.Conv2D(
            self.channels, 1, activation=self.activation, data_format="channels_last", name=prefix
        )(x_in)


Heads: TypeAlias = Head | Sequence[Head] | None
"""What a network can end in: a head, several in their order, or none."""


def as_heads(value: Any, *, named_apart: bool = True, changed: Collection[int] = ()) -> tuple[Head, ...]:
    """Heads as a tuple.

    >>> as_heads(None), len(as_heads(Head(3))), len(as_heads([Head(3, name="a"), Head(4, name="b")]))
    ((), 1, 2)

    Args:
        value: A head, a list or a tuple of heads, or None.
        named_apart: Whether no two of them may have one name.
        changed: Which of them were changed, by their numbers: of two with one name, the error tells of the changed one,
            or else of the later one.

    Raises:
        FieldError: (a ValueError) If it is none of these, or if two heads have one name.
    """
    if value is None:
        return ()
    if isinstance(value, Head):
        return (value,)
    if not isinstance(value, (list, tuple)) or not all(isinstance(head, Head) for head in value):
        field_name = "heads" if isinstance(value, (list, tuple)) else LONE_HEAD
        raise FieldError(
            field_name, value, "must be a Head, such as Head(channels=16), a list of heads, or None"
        )
    heads = tuple(value)
    names = [head.name for head in heads]
    for i, name in enumerate(names if named_apart else ()):
        if name in names[:i]:
            first = names.index(name)
            told = first if first in changed and i not in changed else i
            raise FieldError(
                f"{head_path(heads, told)}.name",
                name,
                "must differ from the names of the other heads",
                (free_name(names, name),),
                plain=f"Another head is called {name}.",
            )
    return heads


def head_path(heads: Sequence[Any], index: int) -> str:
    """The path of one of these heads: "head" of a lone one, else "heads[1]" and the like."""
    return LONE_HEAD if len(heads) == 1 else f"heads[{index}]"


def free_name(names: Sequence[str], name: str) -> str:
    """A name like another one that none of ``names`` is: with the next number.

    >>> free_name(["head", "head_2"], "head"), free_name([], "pafs")
    ('head_3', 'pafs')
    """
    stem = re.sub(r"_\d+$", "", name)[: LONGEST_LAYER_NAME - 6] or LONE_HEAD
    numbered = (f"{stem}_{number}" for number in range(2, len(names) + 3))
    return next(one for one in (name, *numbered) if one not in names)
