"""Fields that blocks of several kinds have: each is described here once, and a block adds what it means there."""

from collections.abc import Iterable
from typing import Any

from encdec_widgets.architectures.fields.described import (
    ACTIVATIONS,
    Condition,
    Need,
    NoEffectWhile,
    choice,
    field_words,
    flag,
    integer,
)
from encdec_widgets.architectures.fields.laws import (
    ACTIVATED,
    CHANNEL_PAIRS,
    FEWER_PIXELS,
    FURTHER_CONVOLUTIONS,
    INTERPOLATION,
    KERNEL_PIXELS,
    MORE_PIXELS,
    OWN_WEIGHTS,
    REORDERED,
    SQUARE_OF_KERNEL,
    Law,
)

INTERPOLATIONS = ("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5")
MAXIMUM_FILTERS = 16384

COST_OF_FILTERS = "Channels of the block's output; more learn more, and cost grows with their square."


def filters_field(
    default: int | None,
    help: str = COST_OF_FILTERS,
    *,
    minimum: int = 1,
    maximum: int = MAXIMUM_FILTERS,
    most_usual: int = 512,
    group: str = "",
    folded: bool = False,
    needs: Iterable[Condition] = (),
    laws: Iterable[Law] = (CHANNEL_PAIRS,),
) -> Any:
    """The channels that convolutions put out; None is allowed only where it is the default."""
    return integer(
        default,
        minimum=minimum,
        maximum=maximum,
        usual=(minimum, most_usual),
        unit="channels",
        help=help,
        optional=default is None,
        group=group,
        folded=folded,
        needs=needs,
        laws=laws,
    )


def kernel_size_field(
    help: str = "Larger kernels see further; cost grows with the square of the size.",
    *,
    most_usual: int = 11,
    group: str = "",
    folded: bool = False,
    needs: Iterable[Condition] = (),
) -> Any:
    """Height and width of the kernels of convolutions."""
    return integer(
        3,
        minimum=1,
        maximum=99,
        usual=(1, most_usual),
        unit="px",
        help=help,
        group=group,
        folded=folded,
        needs=needs,
        laws=(SQUARE_OF_KERNEL, KERNEL_PIXELS),
    )


def num_convs_field(
    default: int,
    help: str = "More convolutions see further and learn more, at more cost.",
    *,
    minimum: int = 0,
    maximum: int = 64,
    usual: tuple[int, int] = (0, 6),
    group: str = "",
    needs: Iterable[Condition] = (),
) -> Any:
    """How many convolutions there are in a row."""
    return integer(
        default,
        minimum=minimum,
        maximum=maximum,
        usual=usual,
        unit="convs",
        help=help,
        group=group,
        needs=needs,
        laws=(FURTHER_CONVOLUTIONS, OWN_WEIGHTS),
    )


def activation_field(help: str, *, group: str, needs: Iterable[Condition] = ()) -> Any:
    """The activation function after convolutions; None is linear."""
    return choice(
        "relu",
        ACTIVATIONS,
        optional=True,
        help=help,
        group=group,
        folded=True,
        needs=needs,
        laws=(ACTIVATED,),
    )


def norm_order_field(activation: str, *, group: str, needs: Iterable[Condition]) -> Any:
    """Whether batch normalization comes before or after the activation, which the field ``activation`` names."""
    linear = NoEffectWhile(
        f"{field_words(activation)} is linear", lambda block: getattr(block, activation) in (None, "linear")
    )
    return flag(
        True,
        help="On: normalization comes before the activation. Off: after it, at the same cost.",
        group=group,
        folded=True,
        needs=(*needs, linear),
        laws=(REORDERED,),
    )


def interpolation_field(default: str, *, needs: Iterable[Condition] = ()) -> Any:
    """How pixels are filled in when a map is made larger."""
    return choice(
        default,
        INTERPOLATIONS,
        help="How pixels are filled in: nearest is fastest, bilinear smoother, the others smoother still and slower.",
        group="Upsampling",
        needs=needs,
        laws=(INTERPOLATION,),
    )


def pooling_stride_field(help: str, *, group: str = "Pooling") -> Any:
    """How many times smaller an encoder block makes the map."""
    return integer(
        2,
        minimum=1,
        maximum=64,
        usual=(1, 4),
        unit="×",
        help=help,
        group=group,
        needs=(Need("pool"),),
        laws=(FEWER_PIXELS,),
    )


def upsampling_stride_field(default: int, help: str) -> Any:
    """How many times larger a decoder block makes the map."""
    return integer(
        default,
        minimum=1,
        maximum=64,
        usual=(1, 8),
        unit="×",
        help=help,
        group="Upsampling",
        laws=(MORE_PIXELS,),
    )
