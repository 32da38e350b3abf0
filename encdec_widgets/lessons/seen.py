"""What a goal looks at: one network, and what was learnt and raced of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs

from encdec_widgets.designs.design import Design
from encdec_widgets.explain.checks import Check
from encdec_widgets.explain.costs import Cost
from encdec_widgets.session.conditions import Conditions
from encdec_widgets.session.network_time import NetworkRace, NetworkTime

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone


@attrs.frozen(kw_only=True)
class Learnt:
    """What a design has learnt, as far as goals ask for it.

    Attributes:
        design: The design, as it was at the end of its training.
        task: The name of the task.
        figures: The figures of the training by name: "f1", "right", "swapped", "px".
        steps: The training steps, of all trainings that went on from each other.
    """

    design: Design
    task: str
    figures: Mapping[str, float]
    steps: int


@attrs.frozen(kw_only=True, eq=False)
class Seen:
    """A network, and what is known of it; each figure is computed when a goal first asks for it.

    Attributes:
        backbone: The network.
        start: The design that the lesson starts with: what a race is against.
        conditions: What costs and checks are for.
        learnt: The last training, of whichever design; None without one.
        learning: Whether something is being trained.
        race: The last race, of whichever designs; None without one.
        time: How long a network takes, measured or predicted; None where that is not known.
        reported: Figures that a code reports, by quantity, in place of a training and a race.
        rebuilt: Whether it was built again from a code, which reports all that is known of training and race.
    """

    backbone: Backbone
    start: Design
    conditions: Conditions = attrs.field(factory=Conditions)
    learnt: Learnt | None = None
    learning: bool = False
    race: NetworkRace | None = None
    time: NetworkTime | None = None
    reported: Mapping[str, float] = attrs.field(factory=dict)
    rebuilt: bool = False
    _found: tuple[Check, ...] | None = None

    @property
    def design(self) -> Design:
        """The design of the network."""
        return self.backbone.design

    @cached_property
    def cost(self) -> Cost:
        """What it costs, at the conditions."""
        return self.backbone.cost(**self.conditions.of_costs)

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """What its checks find, at the conditions."""
        if self._found is not None:
            return self._found
        return self.backbone.checks(**self.conditions.of_checks)

    def figure_of_training(self, name: str, task: str) -> float | None:
        """A figure of the last training, if it was of this design and task.

        Args:
            name: The figure.
            task: The task; any if empty.
        """
        if name in self.reported:
            return self.reported[name]
        learnt = self.learnt
        if learnt is None or learnt.design != self.design or (task and learnt.task != task):
            return None
        return learnt.steps if name == "training_steps" else learnt.figures.get(name)


def value_at(design: Design, path: str) -> Any:
    """The value that stands at a path, as :meth:`Design.replace` names it; of several blocks, a tuple of theirs.

    Args:
        design: The design.
        path: The path.

    Raises:
        LookupError: If there is no such field in this design.

    Example:
        >>> from encdec_widgets import preset
        >>> value_at(preset("SLEAP medium single"), "filters")
        16
    """
    owner, _, name = path.rpartition(".")
    holders = _holders(design, owner)
    values = [getattr(holder, name) for holder in holders if name in _names(holder)]
    if not values:
        raise LookupError(path)
    return values[0] if len(set(map(repr, values))) == 1 else tuple(values)


def _holders(design: Design, owner: str) -> tuple[Any, ...]:
    """What has the fields at a path: the design and its architecture, blocks or heads."""
    if not owner:
        return (design, design.architecture)
    stage, bracket, index = owner.partition("[")
    index = index.removesuffix("]")
    if stage == "head" and not bracket:
        return design.heads if len(design.heads) == 1 else ()
    if stage not in ("stem", "encoder", "decoder", "heads") or not bracket:
        return ()
    among = design.heads if stage == "heads" else design.blocks_of(stage)
    if index == "*":
        return among
    return among[int(index) :][:1] if index.isdigit() else ()


def _names(holder: Any) -> list[str]:
    return [attribute.name for attribute in attrs.fields(type(holder))]
