"""The base classes of all blocks: what the network needs of them, and what a block can say of itself.

Checks and edits ask a block what would mend it, and never which class it is. A block of a user's own answers what
follows from its fields, and more where it overrides the methods here.
"""

import functools
from collections.abc import Callable
from typing import Any, Self, TypeAlias, TypeVar

import attrs

from encdec_widgets.architectures.blocks.layer_windows import LayerWindow
from encdec_widgets.architectures.fields.class_mistakes import require_call
from encdec_widgets.architectures.fields.described import Described, described_fields, flag
from encdec_widgets.architectures.fields.laws import FEWER_PIXELS
from encdec_widgets.architectures.fields.shared import pooling_stride_field, upsampling_stride_field
from encdec_widgets.architectures.known_classes import is_shipped

Tensor: TypeAlias = Any
FieldChanges: TypeAlias = dict[str, Any]
"""New values of a block's own fields by name."""

_T = TypeVar("_T")


def of_these_layers(answer: Callable[[Any], _T]) -> Callable[[Any], _T | None]:
    """Let a method answer for the layers of its own class alone.

    A subclass with a ``make_block`` of its own, or another of a method that ``make_block`` may call, may make other
    layers of the same fields. There the method gives None, unless the subclass overrides it.
    """

    @functools.wraps(answer)
    def asked(self: Any) -> _T | None:
        answering: Any = next(cls for cls in type(self).__mro__ if answer.__name__ in vars(cls))
        return answer(self) if makes_layers_of(type(self), answering) else None

    return asked


def makes_layers_of(cls: type[Any], above: type[Any]) -> bool:
    """Tell whether a class overrides nothing of a class above it that may have a part in making layers.

    What a block says of itself, and other values of its fields, have none.
    """
    overridden = {name for one in cls.__mro__[: cls.__mro__.index(above)] for name in vars(one)}
    if "make_block" in overridden:
        return False
    fields = attrs.fields_dict(above)
    said = {name for name in overridden if hasattr(EncoderBlock, name) or hasattr(DecoderBlock, name)}
    return not any(
        hasattr(above, name) and name not in fields and not name.startswith("__")
        for name in overridden - said
    )


def describing_class(cls: type[Any], name: str) -> type[Any]:
    """The class that describes a field: the last one that declares it, not one that inherits it."""
    return next(
        one
        for one in cls.__mro__
        if any(field.name == name and not field.inherited for field in vars(one).get("__attrs_attrs__", ()))
    )


class Block(Described):
    """What blocks of encoders and decoders have in common."""

    __slots__ = ()

    @property
    def keeps_declared_stride(self) -> bool:
        """Whether its layers change the size of the map just as its fields say, as those of all shipped blocks do.

        A block of a user's own, which may pad, crop or resize, says so by overriding it: then sizes that do not fit
        are refused before the network is built.
        """
        shipped = next(cls for cls in type(self).__mro__ if is_shipped(cls))
        return makes_layers_of(type(self), shipped)

    @property
    def width_fields(self) -> tuple[str, ...] | None:
        """The fields that say how wide its maps are: those in channels. None where no field says it.

        None too in a subclass that makes other layers of such a field, which may be as wide as they like.
        """
        widths = tuple(name for name, info in described_fields(self).items() if info.unit == "channels")
        own = all(makes_layers_of(type(self), describing_class(type(self), name)) for name in widths)
        return widths if widths and own else None

    @property
    def output_width_field(self) -> str | None:
        """The field that says how many channels the block puts out: ``filters``, or the only one in channels."""
        widths = self.width_fields or ()
        if "filters" in widths:
            return "filters"
        return widths[0] if len(widths) == 1 else None

    def layer_windows(self) -> tuple[LayerWindow, ...] | None:
        """The windows of the layers on its longest way through, in order; None where its fields do not say them."""
        return None


@attrs.frozen
class EncoderBlock(Block):
    """Base class for encoder blocks.

    Attributes:
        pool: If True, applies max pooling at the end of the block.
        pooling_stride: Stride of the max pooling operation. If 1, the output of the block has the stride of its input.

    Example:
        >>> import keras
        >>> from encdec_widgets.encoder_decoder import EncoderBlock
        >>> class AveragePooling(EncoderBlock):
        ...     def make_block(self, x_in, prefix="block"):
        ...         return keras.layers.AveragePooling2D(self.pooling_stride, name=f"{prefix}_pool")(x_in)
        >>> AveragePooling(pooling_stride=4).make_block(keras.Input((64, 64, 8))).shape
        (None, 16, 16, 8)
    """

    def __init_subclass__(cls) -> None:
        """Check that a network can call ``make_block`` of a subclass.

        Raises:
            TypeError: If it cannot; the message says how to write it.
        """
        super().__init_subclass__()
        words = 'def make_block(self, x_in, prefix="block"):'
        require_call(cls, "make_block", words, None, prefix="")

    pool: bool = flag(
        True,
        help="On: max pooling makes the map smaller, so that what follows sees further and costs less.",
        group="Pooling",
        laws=(FEWER_PIXELS,),
    )
    pooling_stride: int = pooling_stride_field(
        "How many times smaller pooling makes the map; higher sees further, and above 2 leaves pixels out."
    )

    def make_block(self, x_in: Tensor, prefix: str = "block") -> Tensor:
        """Instantiate the encoder block from an input tensor.

        Args:
            x_in: Input tensor, (batch, height, width, channels).
            prefix: Start of the name of every layer in the block.

        Returns:
            The output tensor, ``pooling_stride`` times smaller than ``x_in`` if ``pool``.

        Raises:
            NotImplementedError: In this base class.
        """
        raise NotImplementedError("Subclasses of EncoderBlock must implement make_block.")

    @property
    def downsampling_stride(self) -> int:
        """How many times smaller the output is than the input: ``pooling_stride`` if ``pool``, else 1."""
        return self.pooling_stride if self.pool else 1

    @property
    def is_level(self) -> bool:
        """Whether a second block like this one would be a further level: it halves the size.

        A block that makes the map smaller for others, such as one that only pools, overrides it.
        """
        return self.downsampling_stride == 2

    @property
    def pooling_window(self) -> int | None:
        """Height and width of the window of its pooling, in px; None where its fields do not say it."""
        return None

    @property
    def pools_last(self) -> bool:
        """Whether the pooling follows the convolutions, as far as its fields say."""
        return False

    def covering_kernel(self) -> FieldChanges | None:
        """Changes that make the kernel of its strided convolution as large as its stride; None where it has none."""
        return None


@attrs.frozen
class DecoderBlock(Block):
    """Base class for decoder blocks.

    Attributes:
        upsampling_stride: How many times larger the output is than the input. Typically 2; higher values upsample in
            fewer steps.

    Example:
        >>> import keras
        >>> from encdec_widgets.encoder_decoder import DecoderBlock
        >>> class Nearest(DecoderBlock):
        ...     def make_block(self, x, current_stride, skip_source=None, prefix="upsample"):
        ...         return keras.layers.UpSampling2D(self.upsampling_stride, name=f"{prefix}_nearest")(x)
        >>> Nearest().make_block(keras.Input((16, 16, 8)), current_stride=2).shape
        (None, 32, 32, 8)
    """

    def __init_subclass__(cls) -> None:
        """Check that a network can call ``make_block`` of a subclass.

        Raises:
            TypeError: If it cannot; the message says how to write it.
        """
        super().__init_subclass__()
        words = 'def make_block(self, x, current_stride, skip_source=None, prefix="upsample"):'
        require_call(cls, "make_block", words, None, current_stride=1, skip_source=None, prefix="")

    upsampling_stride: int = upsampling_stride_field(
        2,
        "How many times larger the block makes the map; higher takes fewer steps to full size, and costs more here.",
    )

    def make_block(
        self,
        x: Tensor,
        current_stride: int | None,
        skip_source: Tensor | None = None,
        prefix: str = "upsample",
    ) -> Tensor:
        """Instantiate the decoder block from an input tensor.

        Args:
            x: Input tensor, (batch, height, width, channels).
            current_stride: The stride of the input tensor.
            skip_source: Tensor to form a skip connection with, if the block is configured to use it.
            prefix: Start of the name of every layer in the block.

        Returns:
            The output tensor, ``upsampling_stride`` times larger than ``x``.

        Raises:
            NotImplementedError: In this base class.
        """
        raise NotImplementedError("Subclasses of DecoderBlock must implement make_block.")

    @property
    def wants_skip(self) -> bool:
        """Whether the block is configured to form a skip connection: its field ``skip_connection``, if it has one."""
        return bool(getattr(self, "skip_connection", False))

    @property
    def needs_skip(self) -> bool:
        """Whether the block cannot be made without the source of a skip connection."""
        return False

    def without_skip(self) -> FieldChanges | None:
        """Changes after which the block wants no skip connection; None where it cannot do without."""
        return {"skip_connection": False} if "skip_connection" in described_fields(self) else None

    def in_steps_of_two(self) -> tuple[Self, ...] | None:
        """Blocks like this one that get as far in steps of 2; None where its stride is no power of two."""
        steps = self.upsampling_stride.bit_length() - 1
        if 2**steps != self.upsampling_stride or "upsampling_stride" not in described_fields(self):
            return None
        return (attrs.evolve(self, upsampling_stride=2),) * steps

    def interpolating(self) -> FieldChanges | None:
        """Changes after which interpolation upsamples in place of a transposed convolution; None where it cannot."""
        return None

    def with_even_kernel(self) -> FieldChanges | None:
        """Changes after which the stride divides the kernel of the transposed convolution; None where it cannot be."""
        return None

    @property
    def uneven_as_published(self) -> str | None:
        """Who published it with a kernel that the stride does not divide, as a sentence; None if nothing is known."""
        return None
