"""Numbers of blocks from the strides that a network is asked to have.

The original takes the logarithm and drops its fraction, so that it silently builds another network than the one that
was asked for: a maximum stride of 24 gives one of 16. Here every set of strides either gives a network with exactly
these strides, or is refused with the nearest values that would work.
"""

import difflib
import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar

import attrs

from encdec_widgets.architectures.fields.described import FieldError, FieldInfo, info_of
from encdec_widgets.architectures.fields.info import NoFieldError
from encdec_widgets.architectures.fields.working import NearestWorking, suggesting_what_works
from encdec_widgets.formatting import quoted

Strides: TypeAlias = Mapping[str, Any]
Condition: TypeAlias = Callable[[Strides], bool]


@attrs.frozen
class Levels:
    """How often stem and encoder halve the size, and how often the decoder doubles it."""

    stem: int
    down: int
    up: int


@attrs.frozen(kw_only=True)
class StrideRules:
    """Which strides a family of networks can really have.

    Attributes:
        owner: The class with the fields ``stacks``, ``down_blocks`` and ``up_blocks``, whose bounds count, and with the
            class method ``from_strides``, whose defaults count.
        least_down: Fewest blocks of the encoder that give the stride that they should.
        stem_strides: Strides that the stem can have; None is no stem.
        output_up_to_stem: Whether the output cannot be finer than the stem's.
    """

    owner: type
    least_down: int
    stem_strides: tuple[int | None, ...] = (None,)
    output_up_to_stem: bool = False

    def levels(self, *, stacks: Any, **strides: Any) -> Levels:
        """Numbers of blocks that give ``strides`` exactly.

        Args:
            stacks: Number of stacks; from 2 on, the output must be at the stride of the stem.
            **strides: ``max_stride``, ``output_stride`` and, in a family with stems, ``stem_stride``.

        Returns:
            The numbers of blocks.

        Raises:
            FieldError: If no numbers of blocks give these strides. A field is named whose change alone mends it, where
                there is one; rather one that differs from its default.
        """
        request = _Request(self, _info(self.owner, "stacks").accept("stacks", stacks), strides)
        for field in strides:
            request.check_alone(field)
        request.check_together(["stem_stride", "max_stride"], request.has_levels_down)
        request.check_together(["output_stride", "stem_stride", "max_stride"], request.works)
        stem, deepest, output = (_log2(request.strides.get(field) or 1) for field in _FIELDS)
        return Levels(stem=stem, down=deepest - stem, up=deepest - output)

    def possible(self, field: str) -> tuple[int | None, ...]:
        """Values that a field can have, given suitable others."""
        if field == "stem_stride":
            return self.stem_strides
        coarsest = max(stride or 1 for stride in self.stem_strides) << most_blocks(self.owner, "down_blocks")
        return powers_of_two(1 << self.least_down if field == "max_stride" else 1, coarsest)


_FIELDS = ("stem_stride", "max_stride", "output_stride")
_P = ParamSpec("_P")
_T = TypeVar("_T")


def by_name(from_strides: Callable[Concatenate[Any, _P], _T]) -> Callable[Concatenate[Any, _P], _T]:
    """Let a ``from_strides`` refuse arguments that it does not have, and suggest only what it accepts."""
    names = list(inspect.signature(from_strides).parameters)[1:]

    @functools.wraps(from_strides)
    def checked(cls: Any, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        for name, value in kwargs.items():
            if name not in names:
                words = f"is no argument of {cls.__name__}.from_strides, which takes {', '.join(names)}"
                raise NoFieldError(
                    name, value, words, difflib.get_close_matches(name, names, n=1, cutoff=0.8)
                )
        try:
            return from_strides(cls, *args, **kwargs)
        except FieldError as error:
            field = error.field
            if field not in names:
                raise
            again: Any = functools.partial(from_strides, cls, *args)
            raise suggesting_what_works(
                error, lambda value: again(**{**kwargs, field: value}), _nearest_working(cls, field)
            ) from None

    return checked  # type: ignore[return-value] # it has the name of its first argument as well


def _nearest_working(owner: type, field: str) -> NearestWorking | None:
    if field in _FIELDS:
        return _nearest_power_of_two
    info = info_of(owner, field)
    return info.nearest_working if info else None


def _nearest_power_of_two(near: int | None, works: Callable[[Any], bool]) -> int | None:
    """The power of two next to ``near`` that works, None if there is none."""
    strides = powers_of_two(1, 1 << 20)
    start = _log2(near or 1)
    return next(filter(works, sorted(strides, key=lambda stride: abs(_log2(stride) - start))), None)


@attrs.define
class _Request:
    """One call of ``from_strides``; its strides become plain ints as they are checked."""

    rules: StrideRules
    stacks: int
    strides: dict[str, Any]

    def check_alone(self, field: str) -> None:
        """Refuse a stride that no network of the family has."""
        received, possible = self.strides[field], self.rules.possible(field)
        try:
            self.strides[field] = _whole_number(self._default(field), None in possible).accept(
                field, received
            )
        except FieldError:
            pass  # what follows names better values: powers of two
        else:
            if self.strides[field] in possible:
                return
        raise self._refusal(field, received, self._candidates(field, self.works) or possible)

    def check_together(self, fields: Iterable[str], condition: Condition) -> None:
        """Refuse strides that contradict each other, naming one of ``fields``."""
        if condition(self.strides):
            return
        fields = [field for field in fields if field in self.strides]
        # A field that was left at its default is not what the caller got wrong, if another can be named.
        changed = [field for field in fields if self.strides[field] != self._default(field)]
        for named in (changed, fields):
            for sufficient in (self.works, condition):
                for field in named:
                    if candidates := self._candidates(field, sufficient):
                        raise self._refusal(field, self.strides[field], candidates)
        raise AssertionError("max_stride and output_stride can each be chosen to fit the others")

    def has_levels_down(self, strides: Strides) -> bool:
        """Whether stem and encoder can reach the maximum stride."""
        down = _log2(strides["max_stride"]) - _log2(strides.get("stem_stride") or 1)
        return self.rules.least_down <= down <= most_blocks(self.rules.owner, "down_blocks")

    def works(self, strides: Strides) -> bool:
        """Whether a network has these strides."""
        # While one field is looked at, the others may not have been checked yet.
        for field, stride in strides.items():
            if not (_is_power_of_two(stride) or (stride is None and None in self.rules.possible(field))):
                return False
        stem, deepest, output = (
            strides.get("stem_stride") or 1,
            strides["max_stride"],
            strides["output_stride"],
        )
        return (
            self.has_levels_down(strides)
            and (stem if self.rules.output_up_to_stem else 1) <= output <= deepest
            and _log2(deepest) - _log2(output) <= most_blocks(self.rules.owner, "up_blocks")
            and (self.stacks == 1 or output == stem)
        )

    def _candidates(self, field: str, condition: Condition) -> tuple[int | None, ...]:
        return tuple(v for v in self.rules.possible(field) if condition({**self.strides, field: v}))

    def _refusal(self, field: str, received: Any, candidates: tuple[int | None, ...]) -> FieldError:
        others = [f"{other}={quoted(value)}" for other, value in self.strides.items() if other != field]
        return FieldError(
            field,
            received,
            f"must be {_in_words(candidates)} (with {', '.join(others)}, stacks={self.stacks})",
            _nearest(field, received, candidates, self._default(field)),
        )

    def _default(self, field: str) -> Any:
        return inspect.signature(self.rules.owner.from_strides).parameters[field].default  # type: ignore[attr-defined]


def most_blocks(owner: type, field: str) -> int:
    """The largest number of blocks that a field of a class can have."""
    return int(_info(owner, field).maximum)


def powers_of_two(first: int, last: int) -> tuple[int, ...]:
    """The powers of two from ``first`` to ``last``, both included."""
    return tuple(1 << exponent for exponent in range(_log2(first), _log2(last) + 1))


def _log2(power_of_two: int) -> int:
    return power_of_two.bit_length() - 1


def _is_power_of_two(value: Any) -> bool:
    return type(value) is int and value > 0 and value & (value - 1) == 0


def _info(owner: type, field: str) -> FieldInfo:
    info = info_of(owner, field)
    assert info is not None, f"{owner.__name__}.{field} is described"
    return info


def _whole_number(default: Any, optional: bool) -> FieldInfo:
    return FieldInfo(kind="integer", default=default, help="", minimum=1, maximum=2**60, optional=optional)


def _nearest(
    field: str, received: Any, candidates: tuple[int | None, ...], default: Any
) -> tuple[int | None, ...]:
    """The candidates just below and just above what was received, the nearer one first."""
    try:
        around = (_whole_number(default, optional=False).accept(field, received),)
    except FieldError as error:
        around = error.suggestions
    strides = sorted(candidate for candidate in candidates if candidate is not None)
    if None in around or not strides:
        return (None,) if None in candidates else tuple(strides[:1])
    below = [stride for stride in strides if stride <= around[0]][-1:]
    above = [stride for stride in strides if stride >= around[-1]][:1]
    return tuple(dict.fromkeys(sorted(below + above, key=lambda stride: abs(stride - around[0]))))


def _in_words(candidates: tuple[int | None, ...]) -> str:
    strides = sorted(candidate for candidate in candidates if candidate is not None)
    if len(strides) > 3:
        words = [f"a power of two from {strides[0]} to {strides[-1]}"]
    else:
        words = [str(stride) for stride in strides]
    if None in candidates:
        words.append("None")
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
