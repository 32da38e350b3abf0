"""The designs that the advisor chooses from: first presets with other levels, outputs, upsampling, widths."""

import functools
from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from encdec_widgets.architectures.encoder_decoder import EncoderDecoder
from encdec_widgets.architectures.families import FAMILIES
from encdec_widgets.architectures.fields.described import FieldError, described_fields
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.paths import evolve
from encdec_widgets.explain.checks.least_receptive_field import least_field
from encdec_widgets.formatting import quoted

SCALES = (1.0, 0.75, 0.5, 0.375, 0.25)
"""By what images are multiplied in size before a network sees them."""
WIDTHS = (0.25, 0.375, 0.5, 0.75, 1.0)
"""Shares of the widths of a family's first preset."""
RATES = (1.5, 2.0)
"""Factors by which the filters grow with each level, in a family that has such a field."""
LEVELS = range(-2, 4)
"""How many levels more or fewer than in a family's first preset."""
_RATE = "filters_rate"


@attrs.frozen
class Shape:
    """A network of a family but for its widths. What each position sees does not depend on these, nor do strides.

    Attributes:
        family: The name of the family.
        levels: How many levels more it has than the family's first preset.
        slender: The network with the least widths.
    """

    family: str
    levels: int
    slender: EncoderDecoder

    @property
    def upsampling(self) -> Any:
        """How it upsamples, where the family has a choice."""
        return getattr(self.slender, "up_interpolate", None)

    @property
    def output_stride(self) -> float:
        """The stride of its output."""
        return float(self.slender.output_stride)

    @property
    def sees_at_most(self) -> float:
        """How far the position of its output that sees furthest sees, in px (exact for shipped families)."""
        return _sees_at_most(self.slender)

    def wider(self) -> tuple[EncoderDecoder, ...]:
        """The same network ever wider, and at last with the largest rate too: each costs more than the one before."""
        every = list(self.widened())
        rate = getattr(self.slender, _RATE, None)
        return tuple(one for one in every if getattr(one, _RATE, None) == rate or one == every[-1])[1:]

    def widened(self) -> Iterator[EncoderDecoder]:
        """The same network with each width, the least first."""
        base = base_of(self.family)
        rates = RATES if _RATE in described_fields(base) else (None,)
        for share in WIDTHS:
            for rate in rates:
                made = _made(self.slender, _widths(base, share) | ({_RATE: rate} if rate is not None else {}))
                if made is not None:
                    yield made


@functools.lru_cache(maxsize=1024)
def _sees_at_most(architecture: EncoderDecoder) -> float:
    size = architecture.maximum_stride
    return least_field(Design(architecture, (size, size, 1))) or 0.0


@functools.cache
def families() -> tuple[str, ...]:
    """The names of the families that the advisor can vary."""
    return tuple(
        dict.fromkeys(
            family.name
            for family in FAMILIES
            if family.presets
            and not (base := family.presets[0].architecture).has_free_blocks
            and base.levels_by(0)
        )
    )


def chosen_families(family: Any) -> tuple[str, ...]:
    """The families to look at: all that can be varied, one by its name, or several.

    Raises:
        FieldError: (a ValueError) If there is none of such a name.
    """
    if family is None:
        return families()
    names = (family,) if isinstance(family, str) else family
    if isinstance(names, Sequence) and names and all(name in families() for name in names):
        return tuple(dict.fromkeys(names))
    known = ", ".join(map(quoted, families()))
    raise FieldError("family", family, f"must be one of {known}, a list of these, or None", (families()[0],))


@functools.cache
def base_of(family: str) -> EncoderDecoder:
    """The network that all of a family's are made of: its first preset, once where that is stacked."""
    first = next(one for one in FAMILIES if one.name == family).presets[0].architecture
    alone: EncoderDecoder = evolve(first, {"stacks": 1})
    return alone


@functools.cache
def shapes(family: str) -> tuple[Shape, ...]:
    """All networks of a family but for their widths, those with fewer levels first."""
    base = base_of(family)
    least = _widths(base, WIDTHS[0]) | ({_RATE: RATES[0]} if _RATE in described_fields(base) else {})
    found = []
    for levels in LEVELS:
        deep = _made(base, base.levels_by(levels) or {})
        for count in range(1, 1 + len(deep.decoder_stack) if deep else 0):
            made = _made(deep, deep.decoder_up_to(count) or {}) if deep else None
            ways = ({"up_interpolate": True}, {"up_interpolate": False}) if base.interpolating() else ({},)
            slender = (_made(made, {**least, **way}) for way in ways if made is not None)
            found += [
                Shape(family, levels, one) for one in slender if one is not None and one.output_stride >= 1
            ]
    return tuple(dict.fromkeys(found))


def size_of_space(names: Sequence[str]) -> int:
    """How many designs there are in some families: each network at each scale."""
    return len(SCALES) * sum(len(list(shape.widened())) for name in names for shape in shapes(name))


def _widths(base: EncoderDecoder, share: float) -> dict[str, Any]:
    """The fields in channels with a share of what they are, an even number where they were."""
    found = {}
    for name in base.width_fields:
        width = getattr(base, name)
        if isinstance(width, int) and not isinstance(width, bool):
            step = 2 if width % 2 == 0 else 1
            found[name] = max(round(width * share / step) * step, step)
    return found


def _made(architecture: EncoderDecoder | None, changes: dict[str, Any]) -> Any:
    """A network with other fields; None if there is none."""
    if architecture is None:
        return None
    try:
        return evolve(architecture, changes)
    except FieldError:
        return None
