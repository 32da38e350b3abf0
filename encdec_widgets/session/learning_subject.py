"""What would be trained of a network: a copy that learns a task, or why it can't, and what mends that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import attrs

from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.architectures.fields.working import trying
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.mends import Mend
from encdec_widgets.designs.presets import family_name
from encdec_widgets.explain.summary import parameters_of
from encdec_widgets.formatting import count_text, size_text
from encdec_widgets.workers.training.trainee import trainee

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone


@attrs.frozen(kw_only=True)
class Subject:
    """A network, and what learns a task in its place.

    Attributes:
        backbone: The network.
        task: The name of the task.
        notes: What is otherwise in the copy that is trained, a sentence each.
        refused: Why it can't learn the task; None if it can.
        mends: Ways out of that.
    """

    backbone: Backbone
    task: str
    notes: tuple[str, ...] = ()
    refused: Exception | None = attrs.field(default=None, eq=str)
    mends: tuple[Mend, ...] = ()

    @classmethod
    def of(cls, backbone: Backbone, task: Any) -> Subject:
        """What would be trained of a network.

        Args:
            backbone: The network.
            task: The task, as in :mod:`encdec_widgets.workers.training.tasks`.
        """
        design = backbone.design
        try:
            notes = tuple(trainee(design, task).notes)
        except Exception as refused:  # noqa: BLE001 - a user's class may raise anything; all of it is shown
            mends = tuple(_mends(design, task, refused))
            return cls(backbone=backbone, task=task.name, refused=refused, mends=mends)
        return cls(backbone=backbone, task=task.name, notes=notes)

    @property
    def design(self) -> Design:
        """The design of the network."""
        return self.backbone.design


def network_words(backbone: Backbone) -> str:
    """What a network is, for a person who sees another one."""
    design, parameters = backbone.design, parameters_of(backbone.blocks)
    return f"{family_name(design)}, {size_text(design.input_shape, 1)} px, {count_text(parameters)} parameters"


def _mends(design: Design, task: Any, refused: Exception) -> Iterator[Mend]:
    """Those suggestions of an error with which the design can learn the task."""
    if not isinstance(refused, FieldError):
        return
    for value in refused.suggestions:
        changes = {refused.field: value}
        try:
            with trying():
                trainee(design.replace_all(changes), task)
        except (ValueError, TypeError):
            continue
        yield Mend(refused.field, value, changes)
