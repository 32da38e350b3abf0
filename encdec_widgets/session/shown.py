"""What is on screen: a network, what led to it, what its checks find, and what is selected of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import attrs

from encdec_widgets.backbone import Backbone
from encdec_widgets.designs.block_edits import nodes_at
from encdec_widgets.designs.presets import family_name
from encdec_widgets.explain.changes import changes
from encdec_widgets.explain.checks import Check
from encdec_widgets.explain.kept_text import kept_text
from encdec_widgets.explain.summary import summary
from encdec_widgets.explain.why import Known, why
from encdec_widgets.session.kept_weights import KeptWeights
from encdec_widgets.session.steps import Step


@attrs.frozen(eq=False, kw_only=True)
class Shown:
    """A network that was built, and all that is said of it on screen.

    Attributes:
        backbone: The network.
        step: The edit that led to it.
        summary: What it is, in words.
        words: What led to it, in words; empty of the first one.
        effect: What that changed, in words, and why, in one clause.
        known: What is to be known of the network when the next edit is told.
        marks: What it changed of the blocks, by name.
        checks: What its checks find.
        selected: What is selected of it, as in :class:`~encdec_widgets.session.steps.Selection`.
        broken_at: Path of the block at which a change that is not possible goes wrong; empty for none.
    """

    backbone: Backbone
    step: Step
    summary: str
    words: str
    effect: str
    known: Known
    marks: Mapping[str, str]
    checks: tuple[Check, ...] = ()
    selected: str | None = None
    broken_at: str = ""

    @classmethod
    def of(cls, backbone: Backbone, step: Step, kept: KeptWeights) -> Shown:
        """A network as ``step`` led to it, of which nothing is checked or selected yet.

        Args:
            backbone: The network.
            step: The edit that led to it.
            kept: What is known with it of weights.
        """
        before = step.compared_with
        known = Known.of(backbone.design, backbone.blocks, backbone.receptive_field().output.size)
        changed = None if before is None else changes(before.blocks, backbone.blocks)
        text = summary(family_name(backbone.design), backbone.blocks)
        words = step.words
        effect = text if step.anew else changed.text if changed else ""
        reason = why(before, known) if before is not None and changed and not step.anew else ""
        weights = kept_text(kept.parameters, backbone.parameters, kept.let_go)
        return cls(
            backbone=backbone,
            step=step,
            summary=text,
            words=words,
            effect=_told(step, effect, reason, weights),
            # Of two networks that have nothing to do with each other, everything would be marked; of a drag that has
            # led back, what it took back.
            known=known,
            marks={} if changed is None or step.anew or not words else changed.marks,
        )

    @property
    def selected_blocks(self) -> tuple[str, ...]:
        """Names of the blocks that are selected: one a stack, or all of a stage."""
        return nodes_at(self.backbone.blocks, self.selected)

    def told(self, dismissed: Collection[str]) -> tuple[Check, ...]:
        """What its checks find, without advice of the kinds that were dismissed."""
        return tuple(c for c in self.checks if c.severity != "advice" or c.kind not in dismissed)

    def marking(self, selected: str | None, broken_at: str) -> Shown:
        """The same with something else selected, or another block at which something goes wrong."""
        if (selected, broken_at) == (self.selected, self.broken_at):
            return self
        return attrs.evolve(self, selected=selected, broken_at=broken_at)


def _told(step: Step, effect: str, reason: str, weights: str) -> str:
    free = [e.wanted.architecture.has_free_blocks for e in (step.before, step.after)]
    left = "free blocks now: Undo leads back to the family" if free == [False, True] and not step.anew else ""
    explained = ": ".join(filter(None, (effect, reason)))
    more = filter(None, (explained, weights, left))
    return ("; " if reason or left else ", ").join(more)
