"""Fields of blocks and architectures, each described once.

A field carries its default, bounds, unit and one sentence of help in its attrs metadata, with the heading that it
stands under and what it needs to have any effect. Validation, controls, tooltips, JSON and documentation all read that
description, for the shipped classes and for classes that a user writes in a notebook cell.
"""

import itertools
import weakref
from collections.abc import Iterable
from typing import Any, Self

import attrs

from encdec_widgets.architectures.fields.by_content import ByContent
from encdec_widgets.architectures.fields.class_mistakes import (
    require_fields_by_attrs,
    require_no_own_init,
)
from encdec_widgets.architectures.fields.info import (
    Condition,
    FieldError,
    FieldInfo,
    Need,
    NoEffectWhile,
    SkipSource,
    field_words,
)
from encdec_widgets.architectures.fields.kinds import KINDS, Kind
from encdec_widgets.architectures.fields.laws import Law
from encdec_widgets.architectures.fields.numeric import is_number
from encdec_widgets.architectures.fields.working import suggesting_what_works, tries_suggestions

__all__ = [
    "ACTIVATIONS",
    "Condition",
    "Described",
    "FieldError",
    "FieldInfo",
    "Kind",
    "Need",
    "NoEffectWhile",
    "SkipSource",
    "choice",
    "counts",
    "definition_number",
    "described_fields",
    "field",
    "field_words",
    "flag",
    "info_of",
    "integer",
    "is_number",
    "layer_name",
    "other_fields",
    "real",
    "text",
]

_INFO = "encdec_widgets.field"
_IS_CHECKED = "__encdec_widgets_is_checked__"

_definitions = itertools.count(1)
_numbers: weakref.WeakKeyDictionary[type, int] = weakref.WeakKeyDictionary()

ACTIVATIONS = (
    "relu",
    "linear",
    "leaky_relu",
    "relu6",
    "elu",
    "selu",
    "celu",
    "gelu",
    "silu",
    "swish",
    "mish",
    "hard_silu",
    "hard_swish",
    "sigmoid",
    "hard_sigmoid",
    "log_sigmoid",
    "softmax",
    "log_softmax",
    "softplus",
    "softsign",
    "soft_shrink",
    "hard_shrink",
    "hard_tanh",
    "squareplus",
    "tanh",
    "tanh_shrink",
    "exponential",
    "sparse_plus",
    "sparsemax",
    "sparse_sigmoid",
)


class Described(ByContent):
    """Base of the classes whose instances are values of described fields."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        """Number the class: see :func:`definition_number`.

        Raises:
            TypeError: If it has an ``__init__`` of its own.
        """
        super().__init_subclass__()
        require_no_own_init(cls)
        _numbers[cls] = next(_definitions)

    def __new__(cls, *_: Any, **__: Any) -> Self:
        """Check how the class is written when its first value is made, and let its errors suggest what it accepts.

        Raises:
            TypeError: If its fields are not made by attrs.
        """
        if _IS_CHECKED not in vars(cls):
            require_fields_by_attrs(cls)
            for one in cls.__mro__:
                if "__attrs_attrs__" in vars(one) and _IS_CHECKED not in vars(one):
                    tries_suggestions(one, _suggesting_what_works)
                    setattr(one, _IS_CHECKED, True)
            setattr(cls, _IS_CHECKED, True)
        return super().__new__(cls)


def definition_number(cls: type) -> int:
    """When a class of values was defined: of two, the newer has the larger number; 0 of a class of anything else."""
    return _numbers.get(cls, 0)


def field(info: FieldInfo) -> Any:
    """An attrs field that is described, converted and validated by ``info``."""

    def convert(value: Any, attribute: Any) -> Any:
        return info.accept(attribute.name, value)

    return attrs.field(
        default=info.default,
        converter=attrs.Converter(convert, takes_field=True),
        metadata={_INFO: info},
    )


def integer(
    default: int | None,
    *,
    minimum: int,
    maximum: int,
    usual: tuple[int, int],
    help: str,
    unit: str = "",
    optional: bool = False,
    group: str = "",
    folded: bool = False,
    needs: Iterable[Condition] = (),
    laws: Iterable[Law] = (),
) -> Any:
    """A whole number, such as a count of layers."""
    return field(
        FieldInfo(
            kind="integer",
            default=default,
            minimum=minimum,
            maximum=maximum,
            usual=usual,
            help=help,
            unit=unit,
            optional=optional,
            group=group,
            folded=folded,
            needs=tuple(needs),
            laws=tuple(laws),
        )
    )


def real(
    default: float,
    *,
    minimum: float,
    maximum: float,
    usual: tuple[float, float],
    help: str,
    unit: str = "",
    group: str = "",
    folded: bool = False,
    needs: Iterable[Condition] = (),
    laws: Iterable[Law] = (),
) -> Any:
    """A number that may have a fraction, such as a growth rate."""
    return field(
        FieldInfo(
            kind="real",
            default=default,
            minimum=minimum,
            maximum=maximum,
            usual=usual,
            help=help,
            unit=unit,
            group=group,
            folded=folded,
            needs=tuple(needs),
            laws=tuple(laws),
        )
    )


def flag(
    default: bool,
    *,
    help: str,
    group: str = "",
    folded: bool = False,
    needs: Iterable[Condition] = (),
    laws: Iterable[Law] = (),
) -> Any:
    """True or False."""
    return field(
        FieldInfo(
            kind="flag",
            default=default,
            help=help,
            group=group,
            folded=folded,
            needs=tuple(needs),
            laws=tuple(laws),
        )
    )


def choice(
    default: str,
    choices: Iterable[str],
    *,
    help: str,
    optional: bool = False,
    group: str = "",
    folded: bool = False,
    needs: Iterable[Condition] = (),
    laws: Iterable[Law] = (),
) -> Any:
    """One of a few names."""
    return field(
        FieldInfo(
            kind="choice",
            default=default,
            choices=tuple(choices),
            help=help,
            optional=optional,
            group=group,
            folded=folded,
            needs=tuple(needs),
            laws=tuple(laws),
        )
    )


def text(
    default: str, *, help: str, group: str = "", folded: bool = False, needs: Iterable[Condition] = ()
) -> Any:
    """Any text; one that becomes part of layer names is a :func:`layer_name`."""
    return field(
        FieldInfo(kind="text", default=default, help=help, group=group, folded=folded, needs=tuple(needs))
    )


def layer_name(
    default: str, *, help: str, group: str = "", folded: bool = False, needs: Iterable[Condition] = ()
) -> Any:
    """A text that becomes part of layer names: letters, digits, "_" and "-", with which networks run everywhere."""
    return field(
        FieldInfo(
            kind="layer name", default=default, help=help, group=group, folded=folded, needs=tuple(needs)
        )
    )


def counts(
    default: tuple[int, ...],
    *,
    minimum: int,
    maximum: int,
    lengths: tuple[int, int],
    help: str,
    unit: str = "",
    group: str = "",
    folded: bool = False,
    needs: Iterable[Condition] = (),
    laws: Iterable[Law] = (),
) -> Any:
    """A tuple of whole numbers, such as the number of layers of every block."""
    return field(
        FieldInfo(
            kind="counts",
            default=default,
            minimum=minimum,
            maximum=maximum,
            lengths=lengths,
            help=help,
            unit=unit,
            group=group,
            folded=folded,
            needs=tuple(needs),
            laws=tuple(laws),
        )
    )


def info_of(owner: Any, name: str) -> FieldInfo | None:
    """The description of one field of an attrs class or instance, None where it has none."""
    return described_fields(owner).get(name)


def described_fields(owner: Any) -> dict[str, FieldInfo]:
    """The described fields of an attrs class or instance, in order of declaration.

    A field of a user's own class that has a default and no description is described by its default, as far as that
    goes: it gets a control, but no bounds. Private fields (``_scale``, which ``attrs.evolve`` knows as ``scale``) are
    left out.
    """
    infos = {a.name: a.metadata.get(_INFO) or _inferred(a.default) for a in _public(owner)}
    return {name: info for name, info in infos.items() if info is not None}


def other_fields(owner: Any) -> tuple[str, ...]:
    """Names of the fields without a description, whose default does not say what they take: a tuple, None, a function.

    They get no control, and can be set in code alone.

    Args:
        owner: An attrs class or instance.

    Example:
        >>> import attrs
        >>> from encdec_widgets.encoder_decoder import EncoderBlock
        >>> @attrs.frozen
        ... class Dilated(EncoderBlock):
        ...     filters: int = 8
        ...     rates: tuple = (1, 2)
        >>> other_fields(Dilated)
        ('rates',)
    """
    described = described_fields(owner)
    return tuple(a.name for a in _public(owner) if a.name not in described)


def _public(owner: Any) -> list[Any]:
    cls = owner if isinstance(owner, type) else type(owner)
    return [a for a in attrs.fields(cls) if a.init and a.alias == a.name]


def _suggesting_what_works(cls: type, asked: dict[str, Any], error: FieldError) -> FieldError:
    """The same error, suggesting what ``cls`` accepts together with all else that was asked of it."""
    alias = {field.name: field.alias for field in attrs.fields(cls) if field.init}.get(error.field)
    if alias is None:
        return error
    info = info_of(cls, error.field)
    return suggesting_what_works(
        error, lambda value: cls(**{**asked, alias: value}), info.nearest_working if info else None
    )


def _inferred(default: Any) -> FieldInfo | None:
    """What a default tells of a field: whether it is a flag, a number that a page can show, or a text."""
    for name, kind in KINDS.items():
        if (bounds := kind.bounds_of(default)) is not None:
            words = "A field of your own class, described by its default alone."
            return FieldInfo(kind=name, default=default, help=words, **bounds)
    return None
