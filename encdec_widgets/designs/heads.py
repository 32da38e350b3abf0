"""The heads of a design: their paths, and other values at these paths.

A lone head has the path ``head``, and ``heads[0]`` too; of several each has its own, such as ``heads[1]``.
"""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from encdec_widgets.architectures.blocks.head import LONE_HEAD, Head, as_heads, head_path
from encdec_widgets.architectures.fields.described import FieldError, field_words
from encdec_widgets.architectures.fields.info import NoFieldError
from encdec_widgets.designs.paths import evolve, named, path_words

if TYPE_CHECKING:
    from encdec_widgets.designs.design import Design

HEADS = "heads"
_PATH = re.compile(r"(?:head|heads\[([0-9]{1,9})\])(?:\.(\w+))?")
_IN_TEXT = re.compile(r"\bheads\[[0-9]{1,9}\](?:\.\w+)?")


def is_head_path(path: str | None) -> bool:
    """Whether a path names a head or one of its fields, whether there is such a head or not.

    >>> is_head_path("head.channels"), is_head_path("heads[1]"), is_head_path("heads"), is_head_path("encoder[1]")
    (True, True, False, False)
    """
    return path is not None and _PATH.fullmatch(path) is not None


def head_paths(design: "Design") -> tuple[str, ...]:
    """The paths of a design's heads, in their order.

    Example:
        >>> from encdec_widgets import Design
        >>> from encdec_widgets.architectures import UNet
        >>> from encdec_widgets.architectures.blocks.head import Head
        >>> one = Design(UNet(), head=Head(3))
        >>> head_paths(one), head_paths(one.replace("heads", [Head(3, name="a"), Head(4, name="b")]))
        (('head',), ('heads[0]', 'heads[1]'))
    """
    return tuple(head_path(design.heads, i) for i in range(len(design.heads)))


def head_at(design: "Design", path: str | None) -> Head | None:
    """The head that a path names, of itself or of one of its fields; None where there is none."""
    match = _PATH.fullmatch(path or "")
    if match is None or (match[1] is None and len(design.heads) != 1):
        return None
    return next(iter(design.heads[int(match[1] or 0) :][:1]), None)


def head_label(design: "Design", path: str) -> str:
    """What the head at a path is called in the picture: a lone one "head", others by their names."""
    head = head_at(design, path)
    return LONE_HEAD if head is None or len(design.heads) == 1 else head.name


def words_at(design: "Design", path: str) -> str:
    """A path as a person reads it, with the name of one of several heads: see ``path_words``.

    Example:
        >>> from encdec_widgets import Design
        >>> from encdec_widgets.architectures import UNet
        >>> from encdec_widgets.architectures.blocks.head import Head
        >>> two = Design(UNet(), heads=[Head(3, name="maps"), Head(4, name="fields")])
        >>> words_at(two, "heads[1].channels"), words_at(two, "encoder[2].num_convs")
        ('channels of fields', 'enc2 num convs')
    """
    head, field = head_at(design, path), path.partition(".")[2]
    if head is None or len(design.heads) == 1:
        return path_words(path.replace("heads[0]", LONE_HEAD))
    return f"{field_words(field)} of {head.name}" if field else head.name


def named_in(design: "Design", text: str) -> str:
    """A text in which each block and head that is named by its path has the name that it has in the picture.

    Example:
        >>> from encdec_widgets import Design
        >>> from encdec_widgets.architectures import UNet
        >>> from encdec_widgets.architectures.blocks.head import Head
        >>> two = Design(UNet(), heads=[Head(3, name="maps"), Head(4, name="fields")])
        >>> named_in(two, "encoder[1] and heads[1] have no feature of stride 3")
        'enc1 and fields have no feature of stride 3'
    """
    return named(_IN_TEXT.sub(lambda match: words_at(design, match[0]), text))


def with_changes(heads: Any, changes: Mapping[str, Any]) -> tuple[Head, ...]:
    """Heads with the values that some changes set, as ``Design.replace_all`` takes them.

    ``head`` and ``heads`` set all heads first, then a head's path sets one, then those of fields set fields.

    Args:
        heads: The heads before, or what stands in their place.
        changes: New values by path; those of anything else do not count.

    Raises:
        FieldError: If there is no such head or field, if a value is not possible, or if ``head`` and ``heads`` are both
            given.
    """
    if LONE_HEAD in changes and HEADS in changes:
        raise FieldError(HEADS, changes[HEADS], "is given together with head, of which one is enough")
    for name in (LONE_HEAD, HEADS):
        if name in changes:
            heads = changes[name]
    found = list(as_heads(heads, named_apart=False))  # Changes may swap their names.
    matches = {path: match for path in changes if (match := _PATH.fullmatch(path)) and path != LONE_HEAD}
    changed = set[int]()
    for path in sorted(matches, key=lambda path: "." in path):
        index, field = _index(found, matches[path], changes[path]), matches[path][2]
        value, at = changes[path], head_path(found, index)
        if field in (None, "name"):
            changed.add(index)
        if field is None and not isinstance(value, Head):
            raise FieldError(path, value, "must be a Head, such as Head(channels=16)")
        try:
            found[index] = value if field is None else evolve(found[index], {field: value})
        except FieldError as error:
            raise error.inside(at) from None
    return as_heads(found, changed=changed)


def _index(heads: Sequence[Head], match: re.Match[str], value: Any) -> int:
    """Which of the heads a path means."""
    path = match[0]
    if not heads:
        raise FieldError(path, value, "needs a head, and this design has none")
    if match[1] is None:
        if len(heads) == 1:
            return 0
        told = f"there are {len(heads)} heads: {', '.join(head_path(heads, i) for i in range(len(heads)))}"
        raise NoFieldError(path, value, f"is no field: {told}", (f"heads[0].{match[2]}",))
    if int(match[1]) < len(heads):
        return int(match[1])
    last = f" to heads[{len(heads) - 1}]" if len(heads) > 1 else ""
    raise NoFieldError(path, value, f"is no field: there is heads[0]{last}")
