"""What is selected, assumed, measured, coloured and pinned in a session: nothing of it changes the network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from encdec_widgets.architectures.encoder_decoder import EncoderDecoder
from encdec_widgets.designs.block_edits import path_of
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.presets import as_design
from encdec_widgets.formatting import quoted
from encdec_widgets.session.built_state import BuiltState
from encdec_widgets.session.focus import Focus
from encdec_widgets.session.interrupts import whole
from encdec_widgets.session.network_time import NetworkRace, NetworkTime
from encdec_widgets.session.pins import (
    Pinned,
    pinned_again,
    with_pin,
    with_those_that_came_back,
    with_timing,
    without_pin,
)
from encdec_widgets.session.steps import Selection, selectable_paths


class ViewState(BuiltState):
    """What a person looks at in a session, and under which conditions."""

    @whole
    def select(self, path: str | None) -> None:
        """Select a block.

        Args:
            path: As :attr:`selected`.

        Raises:
            ValueError: If there is no such block.
        """
        design = self.editor.wanted
        paths = selectable_paths(design)
        if path == "heads[0]" and len(design.heads) == 1:
            path = "head"
        if not (path is None or isinstance(path, str)) or path not in paths:
            raise ValueError(
                f"There is no such block, stage or head. Received: {quoted(path)}. Would work: "
                f"{', '.join(map(repr, paths))}."
            )
        self._set(selection=Selection(path, chosen=True))

    def select_block(self, name: str) -> None:
        """Select a block of the shown network by its name in the block graph.

        Nothing happens where there is no such block, or where the design that is wanted does not have it any more.
        """
        if self.shown is not None and name in self.shown.backbone.blocks:
            path = path_of(self.shown.backbone.blocks, name)
            if path in selectable_paths(self.editor.wanted):
                self.select(path)

    def focus_on(self, paths: Iterable[str], others: str = "folded") -> None:
        """Let controls be open for some settings, and fold or lock the others; code changes all of them as before.

        Args:
            paths: Of the settings, as :class:`~encdec_widgets.session.focus.Focus` names them.
            others: What the other settings are: "open", "folded" or "locked".

        Raises:
            ValueError: If ``others`` is none of these, or the paths are not several texts.
        """
        self._set(focus=Focus(paths, others))

    @whole
    def assume(self, **conditions: Any) -> None:
        """Let costs and checks be those under other conditions.

        Args:
            **conditions: New values by the names of :class:`~encdec_widgets.session.conditions.Conditions`.

        Raises:
            FieldError: (a ValueError) If one of them is not possible.
        """
        after = attrs.evolve(self.conditions, **conditions)
        if "input_scale" in conditions:
            self._scale_set_after = self.steps[-1] if self.steps else None
        if after == self.conditions:
            return
        if self.shown is None:
            self._set(conditions=after)
        else:
            checks = self._checks(self.shown.backbone, after)
            self._set(conditions=after, shown=attrs.evolve(self.shown, checks=checks))
            self._tell_problem()

    @whole
    def colour_by(self, quantity: str | None) -> None:
        """Have the blocks coloured by a quantity.

        Args:
            quantity: Its name: ``"channels"``, ``"parameters"``, ``"multiply-adds"``, ``"memory"``,
                ``"receptive field"`` or ``"time"``; None for their stage. What is not known of the network that is
                shown leaves the colours of the stages.
        """
        self._set(coloured_by=quantity)

    @whole
    def dismiss(self, kind: str) -> None:
        """Tell advice of a kind no more, of this network and of others."""
        self._set(dismissed=tuple(dict.fromkeys([*self.dismissed, kind])))

    @whole
    def show_dismissed(self) -> None:
        """Tell all kinds of advice again."""
        self._set(dismissed=())

    def set_block_times(self, times: Mapping[str, float]) -> None:
        """Hold measured times of the blocks of the shown network, in ms by name; none where they are out of date."""
        self._set(block_times=dict(times))

    def set_block_pictures(self, pictures: Mapping[str, str]) -> None:
        """Hold pictures of the blocks of the shown network, data URLs by name; none where they are out of date."""
        self._set(block_pictures=dict(pictures))

    def set_time(self, time: NetworkTime | None) -> None:
        """Hold how long a network takes; None where that is not known. A pin of it has the newest measured time."""
        self._set(time=time)
        if time is not None and time.timing is not None:
            self._set(pins=with_timing(self.pins, time.design, time.timing))

    def set_race(self, race: NetworkRace | None) -> None:
        """Hold what the last race showed; None where there is none any more."""
        self._set(race=race)

    # Designs that are kept to be compared

    @whole
    def pin(
        self,
        design: Design | EncoderDecoder | str | None = None,
        name: str = "",
        input_scale: float | None = None,
        *,
        new: bool = False,
    ) -> None:
        """Keep a design to be compared with others; undo does not touch it.

        A design that came back from an earlier session is not pinned twice, and takes the name if one is given: a
        notebook that pins runs again after a restart.

        Args:
            design: A design, an architecture, or the name of a preset; the one on screen if left out.
            name: What it is called; its preset or its family if left out.
            input_scale: By what the camera's images are multiplied in size before it sees them. Left out, it is that
                of the page *Receptive field* for the design on screen, and 1 for others.
            new: Whether a design that came back is refused as one that is pinned already: a person who pins it on the
                screen is told so.

        Raises:
            ValueError: If it is none of these, pinned already, or one more than six.
            RuntimeError: If the session was closed.
        """
        self._refuse_if_closed("pins no design")
        editor = self.editor if self.shown is None else self.shown.step.after
        pinned = editor.wanted if design is None else as_design(design)
        preset = editor.preset if design is None else design if isinstance(design, str) else ""
        of_it = None if self.time is None or self.time.design != pinned else self.time.timing
        if input_scale is None:
            input_scale = self.conditions.input_scale if design is None else 1.0
        again = None if new else pinned_again(self.pins, pinned, name, input_scale)
        self._set(pins=again or with_pin(self.pins, pinned, name or preset or "", of_it, input_scale))

    @whole
    def bring_back_pins(self, kept: Sequence[Pinned]) -> tuple[Pinned, ...]:
        """Pin the designs of an earlier session again, but for those that are pinned already.

        Returns:
            Those that have no room.

        Raises:
            RuntimeError: If the session was closed.
        """
        self._refuse_if_closed("pins no design")
        pins, no_room = with_those_that_came_back(self.pins, kept)
        self._set(pins=pins)
        return no_room

    @whole
    def unpin(self, name: str) -> None:
        """Keep the design of that name no longer.

        Raises:
            ValueError: If none has that name.
            RuntimeError: If the session was closed.
        """
        self._refuse_if_closed("unpins no design")
        self._set(pins=without_pin(self.pins, name))

    def _refuse_if_closed(self, what: str) -> None:
        if self.closed:
            raise RuntimeError(f"This was closed and {what}. Would work: another session.")
