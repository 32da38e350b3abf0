"""What would be trained of a network: a copy that learns a task, or why it can't, and what mends that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import attrs

from encdec_widgets.designs.design import Design
from encdec_widgets.designs.levels import changed, fewer_levels, level_words, mend
from encdec_widgets.designs.mends import Mend
from encdec_widgets.designs.presets import family_name
from encdec_widgets.explain.summary import parameters_of
from encdec_widgets.formatting import count_text, size_text
from encdec_widgets.workers.training.options import TrainingOptions
from encdec_widgets.workers.training.tasks import Task
from encdec_widgets.workers.training.trainee import trainee

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone

_MOST = 8
"""So many blocks or levels more, or fewer, are tried at most."""


@attrs.frozen(kw_only=True)
class Subject:
    """A network, and what learns a task in its place. It holds the design alone, as the network may be large.

    Attributes:
        design: The design of the network.
        words: What it is, for a person who sees another one.
        task: What the task is called.
        notes: What is otherwise in the copy that is trained, a sentence each.
        refused: Why it can't learn the task; None if it can.
        mends: Ways out of that.
    """

    design: Design
    words: str
    task: str
    notes: tuple[str, ...] = ()
    refused: Exception | None = attrs.field(default=None, eq=str)
    mends: tuple[Mend, ...] = ()

    @classmethod
    def of(cls, backbone: Backbone, task: Task, options: TrainingOptions) -> Subject:
        """What would be trained of a network.

        Args:
            backbone: The network.
            task: What it is to learn.
            options: How it is to be trained.
        """
        design = backbone.design
        known: dict[str, Any] = {"design": design, "words": network_words(backbone), "task": task.title}
        try:
            notes = trainee(design, task, options).notes
        except Exception as refused:  # noqa: BLE001 - a user's class may raise anything; all of it is shown
            mends = tuple(_mends(design, task, options))
            return cls(**known, refused=refused, mends=mends)
        return cls(**known, notes=notes)


def network_words(backbone: Backbone) -> str:
    """What a network is, for a person who sees another one."""
    design, parameters = backbone.design, parameters_of(backbone.blocks)
    return (
        f"{family_name(design)}, {size_text(design.input_shape, 1)} px, {count_text(parameters)} parameters"
    )


def _mends(design: Design, task: Task, options: TrainingOptions) -> Iterator[Mend]:
    """The least changes of each kind with which the design can learn the task."""
    architecture = design.architecture
    blocks = len(architecture.decoder_stack)
    more = (_by_field(architecture.decoder_up_to(blocks + count)) for count in range(1, _MOST))
    fewer = (_by_field(architecture.decoder_up_to(count)) for count in range(blocks - 1, 0, -1))
    levels = (mend(fewer_levels(design, count), level_words(count, "fewer")) for count in range(1, _MOST))
    for kind in (more, fewer, levels):
        for one in kind:
            after = None if one is None else changed(design, one.changes)
            if one is not None and after is not None and _can_learn(after, task, options):
                yield one
                break


def _by_field(changes: dict[str, Any] | None) -> Mend | None:
    """A mend by the family's own field, which says what it does."""
    return None if changes is None else mend(changes, "")


def _can_learn(design: Design, task: Task, options: TrainingOptions) -> bool:
    try:
        trainee(design, task, options)
    except Exception:  # noqa: BLE001 - it is no way out then, whatever a user's class raises
        return False
    return True
