"""Fields that several families have: each is described here once, and a family adds how it calls its blocks."""

from collections.abc import Iterable
from typing import Any

from encdec_widgets.architectures.fields.described import Condition, Need, flag, integer, real
from encdec_widgets.architectures.fields.laws import (
    CHANNEL_PAIRS,
    INTERPOLATED,
    LEVELS_DOWN,
    LEVELS_UP,
    RATE,
    SQUARE_OF_FILTERS,
)
from encdec_widgets.architectures.fields.shared import filters_field


def first_filters_field(of: str, *, needs: Iterable[Condition]) -> Any:
    """The width of the first block or level (``of``), from which a rate makes all others."""
    return filters_field(
        64,
        f"Width of the first {of}, from which all others follow; parameters grow with its square.",
        maximum=4096,
        most_usual=128,
        group="Width",
        needs=needs,
        laws=(SQUARE_OF_FILTERS, CHANNEL_PAIRS),
    )


def filters_rate_field(of: str, *, needs: Iterable[Condition]) -> Any:
    """The factor by which each coarser block or level (``of``) is wider."""
    return real(
        2,
        minimum=0.1,
        maximum=8,
        usual=(1, 3),
        unit="×",
        help=f"How much wider each coarser {of} is; above 2 the deepest {of}s hold most parameters.",
        group="Width",
        needs=needs,
        laws=(RATE,),
    )


def down_blocks_field(default: int, of: str, *, group: str) -> Any:
    """How many blocks or levels (``of``) of the encoder halve the size."""
    return integer(
        default,
        minimum=0,
        maximum=10,
        usual=(1, 7),
        unit=f"{of}s",
        help=f"Each further {of} doubles the maximum stride and roughly the receptive field.",
        group=group,
        laws=LEVELS_DOWN,
    )


def up_blocks_field(default: int, of: str, *, saving: str = "cheaper", group: str) -> Any:
    """How many blocks or levels (``of``) of the decoder double the size."""
    return integer(
        default,
        minimum=0,
        maximum=16,
        usual=(0, 7),
        unit=f"{of}s",
        help=f"Each {of} doubles the size of the output; fewer give coarser and {saving} maps.",
        group=group,
        laws=(LEVELS_UP,),
    )


def up_interpolate_field(*, group: str) -> Any:
    """Whether upsampling is computed or learned."""
    return flag(
        False,
        help="On: bilinear upsampling, without parameters. Off: upsampling is learned, at more parameters and time.",
        group=group,
        needs=(Need("up_blocks"),),
        laws=(INTERPOLATED,),
    )
