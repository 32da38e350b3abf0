"""An edit makes the next design, or a refusal with ways out of it."""

import re
from collections.abc import Mapping
from typing import Any

import attrs

from encdec_widgets.architectures.blocks.head import LONE_HEAD
from encdec_widgets.architectures.fields.by_content import ByContent, is_among
from encdec_widgets.architectures.fields.described import FieldError, is_number
from encdec_widgets.architectures.fields.info import NoFieldError
from encdec_widgets.architectures.fields.working import trying
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.heads import HEADS, is_head_path, words_at
from encdec_widgets.designs.levels import changed, fewer_levels, level_words
from encdec_widgets.designs.mends import Mend, setting_words
from encdec_widgets.designs.paths import STAGES, info_at
from encdec_widgets.designs.registry import answering
from encdec_widgets.formatting import sizes_text

GIVE_UP = Mend(None, None, {}, "undo this change")
BUILD_ANYWAY = Mend(None, None, {}, "build it all the same")


@attrs.frozen
class Outcome(ByContent):
    """What became of an edit.

    Attributes:
        design: The newest valid design.
        pending: Changes that were asked for and are not made: not possible yet, or refused for what they would take.
        error: Why they are not, if there are any, or what else went wrong.
        mends: Ways out, each of which gives a valid design.
        due_to: The pending change that leads to the error, where the error names a field that was not changed.
    """

    design: Design
    pending: dict[str, Any] = attrs.field(factory=dict)
    error: Exception | None = None
    mends: tuple[Mend, ...] = ()
    due_to: str | None = None

    @property
    def bad_field(self) -> str | None:
        """The path of the field with a value that is refused, if there is one.

        It is a field that was asked to change: 4096 filters may be too many for the rate at which they grow, and it is
        the filters that were set.
        """
        if isinstance(self.error, FieldError) and (self.error.field in self.pending or not self.pending):
            return self.error.field
        return self.due_to or next(reversed(self.pending), None)


def apply_edit(design: Design, pending: Mapping[str, Any], changes: Mapping[str, Any]) -> Outcome:
    """Change a design, together with what an earlier edit left pending.

    What is not possible stays pending; a later edit may make it possible, or be made on its own while it waits.

    Args:
        design: The newest valid design.
        pending: What the outcome of the edit before left pending.
        changes: New values by field, named as in :meth:`Design.replace`.
    """
    still_pending = {field: value for field, value in pending.items() if not _replaced(field, changes)}
    wanted = {**still_pending, **changes}
    try:
        return Outcome(design.replace_all(wanted))
    except FieldError as together:
        error = together
    if still_pending:
        try:
            design = design.replace_all(changes)
        except FieldError as alone:
            error = alone  # neither on its own nor together: what was changed last is what is looked at
        else:
            wanted = {field: value for field, value in still_pending.items() if _is_field(design, field)}
            if not wanted:
                return Outcome(design)
    due_to = _due_to(design, wanted, error)
    # Where something else is not possible either, a way out of this one may be to give that up.
    mends = possible_mends(design, wanted, error) or possible_mends(design, changes, error)
    mends = (*mends, *_nearest(design, wanted, error, due_to))
    if not isinstance(error, NoFieldError):  # it suggests names, which are no values
        error = error.suggesting([mend.value for mend in mends if mend.field == error.field])
    return attrs.evolve(refusal(design, wanted, error, mends), due_to=due_to)


def mends_of(design: Design, changes: Mapping[str, Any]) -> tuple[Mend, ...]:
    """The ways out of changes that are not possible; see :meth:`Design.mends`."""
    outcome = apply_edit(design, {}, changes)
    mends = outcome.mends
    if outcome.error is None:
        try:
            answering("build")(design.replace_all(changes), None)
        except FieldError as error:  # known only when the layers are made
            mends = possible_mends(design, changes, error)
        except Exception:  # noqa: BLE001 - a user's block may raise anything, which says nothing of a way out
            return ()
    return tuple(mend for mend in mends if mend != GIVE_UP)


def _replaced(pending: str, changes: Mapping[str, Any]) -> bool:
    """Tell whether newer changes replace a pending one: they name it, or set the heads or the list that it is in."""
    inside = tuple(f"{field}{sign}" for field in changes for sign in ".[")
    if pending in changes or pending.startswith(inside):
        return True
    if (LONE_HEAD in changes or HEADS in changes) and (pending == HEADS or is_head_path(pending)):
        return True
    # A list of blocks holds all of them as they were when it was asked for.
    return pending.endswith("[:]") and any(field.startswith(pending[:-2]) for field in changes)


def _is_field(design: Design, path: str) -> bool:
    """Tell whether the design has such a field; it may be gone if the family is another now."""
    root = re.split(r"[.[]", path)[0]
    names = {attribute.name for attribute in attrs.fields(type(design.architecture))}
    return root in names or root in (*STAGES, "input_shape", LONE_HEAD, HEADS, "architecture")


def refusal(
    design: Design, pending: Mapping[str, Any], error: FieldError, mends: tuple[Mend, ...] = ()
) -> Outcome:
    """Refuse a change that is not possible: the design stays, and the change can always be given up."""
    return Outcome(design, dict(pending), error, (*mends, GIVE_UP))


def _due_to(design: Design, wanted: Mapping[str, Any], error: FieldError) -> str:
    """The change that leads to an error, the newest one first."""
    newest = [field for field in reversed(dict(wanted)) if field != error.field]
    if error.field in wanted or not newest:
        return error.field
    for field in newest:
        try:
            with trying():
                design.replace(field, wanted[field])
        except FieldError as alone:
            if alone.field == error.field:
                return field
    return newest[0]


def _nearest(design: Design, wanted: Mapping[str, Any], error: FieldError, field: str) -> tuple[Mend, ...]:
    """The nearest value of a field that was set, where it is another field that cannot be as it is then."""
    info = info_at(design.architecture, field)
    if error.field in wanted or info is None or not is_number(wanted[field]):
        return ()

    def works(value: Any) -> bool:
        try:
            with trying():
                design.replace_all({**wanted, field: value})
        except FieldError:
            return False
        return True

    found = info.nearest_working(wanted[field], works)
    if found is None or design.replace(field, found) == design:  # that is to give it up
        return ()
    return (Mend(field, found, {**wanted, field: found}, _of_head(design, field, found)),)


def possible_mends(design: Design, wanted: Mapping[str, Any], error: FieldError) -> tuple[Mend, ...]:
    """Find those suggestions, or what they lead to, that work together with all else that was asked for."""
    mends: list[Mend] = []
    further: list[Any] = []
    for first, values in ((True, error.suggestions), (False, further)):
        for value in values:
            changes = {**wanted, error.field: value}
            try:
                design.replace_all(changes)
            except FieldError as again:
                if first and again.field == error.field:
                    further.extend(again.suggestions)
            else:
                words = _words(design, error, value)
                if not is_among(value, [mend.value for mend in mends]):
                    mends.append(Mend(error.field, value, changes, words))
    if error.field == "input_shape" and isinstance(error.value, (tuple, list)):
        mends += _one_level_fewer(design, wanted)
    return tuple(mends)


def _words(design: Design, error: FieldError, value: Any) -> str:
    """What a mend does, where that is not to be read from its field."""
    if error.field == "input_shape":
        return _of_size(error.value, value)
    return _of_head(design, error.field, value)


def _of_head(design: Design, path: str, value: Any) -> str:
    """What sets a field of one of several heads, which is called by its name; empty for any other field."""
    named = len(design.heads) > 1 and is_head_path(path)
    return setting_words(words_at(design, path), path, value) if named else ""


def _of_size(asked: Any, offered: Any) -> str:
    """Say which size is used instead, and how images of the size asked for are padded to it where it is larger.

    As SLEAP does it: with zeros at the bottom and at the right, to a multiple of the maximum stride.
    """
    try:
        larger = all(a is None or 0 < a <= b for a, b in zip(asked[:2], offered[:2], strict=True))
        same_channels = asked[2] == offered[2]
    except (IndexError, TypeError, ValueError):  # what was asked for is no shape
        return ""
    size = f"use {sizes_text(offered[:2] if same_channels else offered)}"
    return f"{size} (pad images with zeros, bottom and right)" if larger else size


def _one_level_fewer(design: Design, wanted: Mapping[str, Any]) -> tuple[Mend, ...]:
    """Offer the network asked for with one level fewer, if the input asked for suits it.

    It is not offered if the change itself was a further level, which would be given up as well.
    """
    try:
        # The network asked for, for an input of any size.
        channels = wanted.get("input_shape", design.input_shape)[2]
        asked = design.replace_all({**wanted, "input_shape": (None, None, channels)})
        fewer = fewer_levels(asked, 1) or {}
        # They are made of the blocks as asked for: lists of them hold what was asked of single blocks.
        rest = {field: value for field, value in wanted.items() if field not in fewer}
        if "encoder[:]" in fewer:
            rest = {
                field: value
                for field, value in rest.items()
                if not field.startswith(("encoder[", "decoder["))
            }
    except (FieldError, IndexError, KeyError, TypeError):
        return ()
    after = changed(design, {**rest, **fewer}) if fewer else None
    if after is None or after.architecture.maximum_stride == design.architecture.maximum_stride:
        return ()
    if not (after.architecture.strides_decide or _is_built(after)):
        return ()
    return (Mend(None, None, {**rest, **fewer}, level_words(1, "fewer")),)


def _is_built(design: Design) -> bool:
    """Tell whether a network of a user's own blocks can be built."""
    try:
        with trying():
            design.build()
    except Exception:  # noqa: BLE001 - a user's block may raise anything
        return False
    return True
