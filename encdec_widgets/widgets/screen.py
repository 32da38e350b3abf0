"""The parts of a designer, how they are arranged, and what each of them shows of a network and of its editing."""

from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as widgets

from encdec_widgets.architectures import CustomEncoderDecoder
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.backbone import Backbone
from encdec_widgets.designs.block_edits import nodes_at
from encdec_widgets.designs.presets import family_name
from encdec_widgets.explain.changes import changes
from encdec_widgets.explain.summary import summary
from encdec_widgets.figures.colouring import Colouring
from encdec_widgets.session.editor import Editor, Step
from encdec_widgets.widgets.base.page import Page
from encdec_widgets.widgets.base.pages import Pages
from encdec_widgets.widgets.controls.block_controls import BlockControls
from encdec_widgets.widgets.controls.flag_help import flag_help
from encdec_widgets.widgets.controls.network_controls import NetworkControls
from encdec_widgets.widgets.header.family_controls import FamilyControls
from encdec_widgets.widgets.header.history_buttons import HistoryButtons
from encdec_widgets.widgets.header.status_line import StatusLine
from encdec_widgets.widgets.pages.aside import Aside
from encdec_widgets.widgets.picture.checks_view import ChecksView
from encdec_widgets.widgets.picture.facts_table import FactsTable
from encdec_widgets.widgets.picture.picture import Picture
from encdec_widgets.widgets.picture.problems import Problems
from encdec_widgets.workers.timing import visible_devices

NETWORK, BLOCK = "Network", "Block"
_BREAKS = "⚠ cannot divide the size that was asked for"
_Call = Callable[..., None]


class Screen:
    """All parts of a designer; what a person does in them goes to the callbacks, which are guarded by their owner."""

    def __init__(
        self,
        *,
        on_edit: _Call,
        on_block_edit: _Call,
        on_load: _Call,
        on_undo: _Call,
        on_redo: _Call,
        on_mend: _Call,
        on_check_mend: _Call,
        on_check: Callable[[], None],
        on_stop: _Call,
        on_select: _Call,
        on_select_node: _Call,
        on_hold: Callable[[bool], None],
    ) -> None:
        """Make the parts; each callback is called as the part that it is for says.

        ``on_check`` is called when it is time to :meth:`check` the network.
        """
        self._shown: Backbone | None = None
        self._broken_at = ""
        self.family = FamilyControls(on_load)
        self.history = HistoryButtons(on_undo, on_redo)
        self.status = StatusLine(on_stop)
        self.network = NetworkControls(on_edit)
        self.block = BlockControls(on_edit, on_block_edit, on_select)
        self.controls = Pages(
            {
                NETWORK: (self.network, "Settings of the whole network"),
                BLOCK: (self.block, "Settings of one block, or of all blocks of a stage"),
            }
        )
        self.controls.add_class("encdec-controls")
        self.picture = Picture(on_select_node)
        self.problems = Problems(on_mend)
        self.checks = ChecksView(on_check_mend, self._flag)
        self._on_check = on_check
        self.aside = Aside(self._colour_times, self._check_again, self._take_conditions)
        self.table = FactsTable(on_select_node)
        self.page = Page()
        self.page.observe(lambda change: on_hold(change["new"]), "held")

    def arranged(self) -> tuple[Any, ...]:
        """The parts, from the top to the bottom of the page."""
        header = widgets.HBox([self.family, self.history, self.status])
        header.add_class("encdec-header")
        middle = widgets.VBox([self.picture, self.problems, self.checks])
        middle.add_class("encdec-middle")
        body = widgets.HBox([self.controls, middle, self.aside])
        body.add_class("encdec-body")
        return header, body, self.table, self.page

    def draw(self, backbone: Backbone, step: Step, place: str | None) -> None:
        """Draw a network, what led to it, and which of its blocks are selected."""
        before = step.compared_with
        changed = None if before is None else changes(before, backbone.blocks)
        words = summary(family_name(backbone.design), backbone.blocks)
        selected = nodes_at(backbone.blocks, place)
        # Of two networks that have nothing to do with each other, everything would be marked; of a drag that has led
        # back, what it took back.
        marks = {} if changed is None or step.anew or not step.words else changed.marks
        self._shown = backbone
        self._on_check()  # first, so that one picture has it all
        self.picture.show(backbone, words, selected, marks, self._flags())
        self.picture.say(step.words, _effect(step, words if step.anew else changed.text if changed else ""))
        self.table.show(backbone, selected)

    def show_facts(self, backbone: Backbone) -> None:
        """Say what the network on screen is: its size, its speed, its costs, and what its checks find."""
        devices = visible_devices()
        self.status.show(backbone, devices[0].name)
        self.aside.show(backbone, devices)

    def overtaken(self) -> None:
        """Take it that another network is on its way."""
        self.aside.costs.overtaken()

    def take_in_hand(self, field: str) -> None:
        """Take it that a person has a control in hand."""
        self.aside.costs.what_if.take_in_hand(field)

    def check(self) -> None:
        """Look for what is not as one might expect, which needs the costs and fields of all layers."""
        if self._shown is not None:
            field = self.aside.field
            found = self._shown.checks(
                animal_px=field.animal, input_scale=field.input_scale, **self.aside.costs.conditions
            )
            self.checks.show(found, self._shown.design)

    def close(self) -> None:
        """Stop what is measured, computed or waits."""
        self.aside.close()
        self.table.close()

    def _take_conditions(self) -> None:
        """Let everything speak of the batch size and the precision that were chosen."""
        conditions = self.aside.costs.conditions
        self.picture.reckon_with(conditions)
        self.table.reckon_with(conditions)
        self._check_again()

    def _check_again(self) -> None:
        self._on_check()
        self._flag()

    def _flag(self) -> None:
        self.picture.flag(self._flags())

    def _flags(self) -> dict[str, str]:
        """What is to be said of blocks, by a check or by what is wrong with what was asked for."""
        flags = self.checks.flags
        if self._shown is not None and self._broken_at:
            flags.update(dict.fromkeys(nodes_at(self._shown.blocks, self._broken_at), _BREAKS))
        return flags

    def _colour_times(self, times: Mapping[str, float]) -> None:
        """Let the blocks be coloured by their measured times; ``times`` is empty where they do not hold."""
        self.picture.colour_by({"time": Colouring("time", "ms", times, adds_up=True)} if times else {})

    def show_editing(self, editor: Editor, place: str | None, shown: Backbone | None) -> None:
        """Show the design that is wanted, with what was asked for in vain, and what is selected of it.

        Args:
            editor: The editing.
            place: What is selected.
            shown: The network on screen, which may be an older one than what is wanted.
        """
        outcome = editor.outcome
        problem = outcome.error if isinstance(outcome.error, FieldError) else None
        bad = problem.field if problem is not None else None
        self._broken_at = problem.place if problem is not None else ""
        self.family.show(outcome.design)
        self.history.show(editor.history, outcome.error is not None)
        self.network.show(outcome.design, outcome.pending, bad)
        self.block.show(outcome.design, place, outcome.pending, bad)
        self.page.help = flag_help(outcome.design)
        if shown is not None and shown.design == outcome.design:  # else they wait for the network
            selected = nodes_at(shown.blocks, place)
            self.picture.select(selected)
            self.table.select(selected)
            self.aside.select(shown, place)
            self._flag()


def _effect(step: Step, effect: str) -> str:
    families = [isinstance(e.wanted.architecture, CustomEncoderDecoder) for e in (step.before, step.after)]
    if families == [False, True] and not step.anew:
        return f"{effect}; it is a network of free blocks now, and Undo leads back to the family"
    return effect
