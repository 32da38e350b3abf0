"""A network that a format cannot say: which field is at fault, and the nearest network that it can say."""

import functools
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from encdec_widgets._keras import BackendMissingError
from encdec_widgets.architectures import UNet
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.architectures.fields.working import trying
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.heads import HEADS, words_at
from encdec_widgets.designs.levels import mend
from encdec_widgets.designs.mends import Mend
from encdec_widgets.designs.paths import text_at
from encdec_widgets.export.sleap.counts import parameters
from encdec_widgets.formatting import count_text, signed

_NEAR = 0.5
"""A network that has up to half as many parameters more, or fewer, is near to another one."""


class NotSayableError(FieldError):
    """A network that a format cannot say.

    Attributes:
        mends: The nearest networks that it can say, as changes of the design; may be empty.
    """

    mends: tuple[Mend, ...] = ()

    def __str__(self) -> str:
        """Say what can't be said, what was received, and the nearest network that can be said."""
        nearest = "".join(f" Nearest network that it can say: {one.label}." for one in self.mends)
        return f"{super().__str__()}{nearest}"


@attrs.frozen
class Misfit:
    """What keeps a design from being said.

    Attributes:
        field: The path of the field.
        value: The value that it has.
        allowed: What would be said, as the rest of a sentence that starts with the field.
        fitting: The value that would do; None where no single one does.
        changes: The changes that do, where it takes others than that of the field.
    """

    field: str
    value: Any
    allowed: str
    fitting: Any = None
    changes: Mapping[str, Any] = attrs.field(factory=dict)

    @property
    def mending(self) -> dict[str, Any]:
        """The changes that make it fit; empty where there are none."""
        if self.changes or self.fitting is None:
            return dict(self.changes)
        return {self.field: self.fitting}


def require_none(design: Design, misfits: "list[Misfit]", format_name: str) -> None:
    """Refuse a design that a format cannot say.

    Args:
        design: The design.
        misfits: What keeps it from being said; empty where all is well.
        format_name: The name of the format.

    Raises:
        NotSayableError: (a ValueError) If there is any misfit. It names the first, and offers to mend all together.
    """
    if not misfits:
        return
    first = misfits[0]
    suggestions = () if first.fitting is None else (first.fitting,)
    error = NotSayableError(
        first.field,
        first.value,
        f"in {format_name} {first.allowed}",
        suggestions,
        plain=_plain(design, first, format_name),
    )
    together: dict[str, Any] = {}
    for misfit in misfits:
        if not misfit.mending:
            raise error
        together.update(misfit.mending)
    error.mends = tuple(_mended(design, together))
    raise error


def _plain(design: Design, misfit: Misfit, format_name: str) -> str:
    name, value = words_at(design, misfit.field), text_at(misfit.field, misfit.value)
    return f"{format_name}: {name} {misfit.allowed}, not {value}."


def _mended(design: Design, changes: Mapping[str, Any]) -> Iterator[Mend]:
    """The mend that makes these changes, if they give a design, with its difference in parameters."""
    try:
        with trying():
            after = design.replace_all(changes)
    except ValueError:
        return
    words = ", ".join(_change_words(design, path, value) for path, value in changes.items())
    found = mend(changes, f"{words}{difference_words(design, after)}")
    if found is not None:
        yield found


def difference_words(before: Design, after: Design) -> str:
    """By how many parameters a design differs from another one, as built: " (−4.6 k parameters)"; empty if unknown."""
    try:
        difference = _built_parameters(after) - _built_parameters(before)
    except (BackendMissingError, ValueError):
        return ""
    return f" ({signed(difference, count_text)} parameters)" if difference else " (as many parameters)"


@functools.lru_cache(maxsize=8)
def _built_parameters(design: Design) -> int:
    """Parameters of the network of a design, which is built for it; a design is asked for several times in a row."""
    return design.build().parameters


def _change_words(design: Design, path: str, value: Any) -> str:
    if isinstance(value, UNet):
        strides = f"maximum stride {value.maximum_stride}, output stride {value.output_stride}"
        return f"U-Net, filters {value.filters}, {strides}"
    if path == HEADS:
        return f"heads: {', '.join(head.name for head in value)} alone"
    return f"{words_at(design, path)} = {text_at(path, value)}"


def nearest_unet(design: Design) -> UNet | None:
    """Find the U-Net with the strides of a design whose number of parameters is nearest to the design's.

    It is as wide at the first level as the design, where that comes near; else its filters are a multiple of 4.

    Returns:
        None where no U-Net has these strides, or the network cannot be built here.
    """
    architecture = design.architecture
    first, decoder = architecture.encoder_stack[:1], architecture.decoder_stack
    as_wide = {getattr(block, block.output_width_field or "", 0) for block in first} - {0, None}
    interpolates = not any(getattr(block, "transposed_conv", False) for block in decoder)
    try:
        wanted = _built_parameters(design)
        with trying():
            unets: list[UNet] = [
                UNet.from_strides(
                    max_stride=architecture.maximum_stride,
                    output_stride=architecture.output_stride,
                    filters=filters,
                    up_interpolate=interpolates,
                )
                for filters in (*as_wide, *range(4, 129, 4))
            ]
    except (BackendMissingError, ValueError):
        return None

    def distance(unet: UNet) -> float:
        return abs(parameters(unet, design.input_shape[2]) / wanted - 1)

    near = [unet for unet in unets[: len(as_wide)] if distance(unet) < _NEAR]
    nearest: UNet = min(near or unets, key=distance)
    return nearest
