"""The receptive field on an image, and whether an animal fits into it."""

import html
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import attrs
import traitlets

from encdec_widgets.architectures.fields.described import FieldError, described_fields
from encdec_widgets.explain.receptive_words import (
    dialog_words,
    effective_words,
    fits,
    output_words,
    too_small_words,
    verdict,
)
from encdec_widgets.figures.charts.receptive_heat import heat_image
from encdec_widgets.figures.receptive_boxes import field_boxes
from encdec_widgets.formatting import px_text
from encdec_widgets.session.conditions import Conditions
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.controls.controls import FieldControl
from encdec_widgets.widgets.pages.receptive_view import SAMPLE_ANIMAL_PX, ReceptiveView

if TYPE_CHECKING:
    import networkx as nx

    from encdec_widgets.explain.receptive_field import ReceptiveField
    from encdec_widgets.workers.effective_field import EffectiveField

_DESCRIBED = described_fields(Conditions)
_FIELDS = {
    # The circle has a size also before one was set.
    "animal_px": (
        "animal",
        attrs.evolve(_DESCRIBED["animal_px"], default=SAMPLE_ANIMAL_PX, optional=False),
    ),
    "input_scale": ("input scale", _DESCRIBED["input_scale"]),
}


class ReceptivePanel(widgets.VBox):
    """The image with the boxes, the animal and the input scale, and what they come to in words.

    Attributes:
        animal_px: Length of the animal in px of the camera's image (a trait).
        input_scale: By how much the image is scaled before the network sees it (a trait).
        view: The image.
        measure: The button that measures the effective receptive field.
    """

    animal_px = traitlets.Int(SAMPLE_ANIMAL_PX)
    input_scale = traitlets.Float(1.0)

    def __init__(self) -> None:
        """Make the panel; :meth:`show` says of which network."""
        self._receptive: ReceptiveField | None = None
        self._blocks: nx.DiGraph[str] | None = None
        self._selected: str | None = None
        self._effective: EffectiveField | Exception | None = None
        self._heat_image = ""
        self._running, self._doing = False, ""
        self._problems: dict[str, str] = {}
        self.view = ReceptiveView()
        self._rows = {
            name: FieldControl(name, info, info.default, self._edited, label)
            for name, (label, info) in _FIELDS.items()
        }
        self._problem, self._verdict, self._words, self._effective_words = (widgets.HTML() for _ in range(4))
        self.measure = widgets.Button(
            description="Effective field",
            tooltip="Measures how much each pixel counts: gradients of the network with random weights",
        )
        super().__init__(
            [
                widgets.HTML("<h3>Receptive field</h3>"),
                self.view,
                *self._rows.values(),
                self._problem,
                self._verdict,
                self._words,
                widgets.HBox([self.measure]),
                self._effective_words,
            ]
        )
        self.children[-2].add_class("encdec-buttons")
        self.add_class("encdec-group")
        self.add_class("encdec-field")
        self.observe(lambda change: self._setting_changed(change["name"], change["new"]), list(_FIELDS))
        self.view.observe(lambda change: self._edited("animal_px", change["new"]), "animal_px")
        self._draw()

    @traitlets.validate("animal_px", "input_scale")
    def _possible(self, proposal: Any) -> Any:
        return _accepted(proposal["trait"].name, proposal["value"])

    @property
    def text(self) -> str:
        """What the panel says, as HTML."""
        parts = (self._problem, self._verdict, self._words, self._effective_words)
        return "".join(part.value for part in parts)

    def show(
        self, receptive: "ReceptiveField", blocks: "nx.DiGraph[str]", selected: Collection[str] = ()
    ) -> None:
        """Show the receptive fields of a network; the effective one of another network is taken away.

        Args:
            receptive: What ``backbone.receptive_field()`` is.
            blocks: What ``backbone.blocks`` is.
            selected: The blocks that are selected; if it is one, its box is drawn too.
        """
        if blocks is not self._blocks:
            self._effective = None
        self._receptive, self._blocks = receptive, blocks
        self._selected = next(iter(selected)) if len(selected) == 1 else None
        self._draw()

    def show_effective(self, result: "EffectiveField | Exception | None") -> None:
        """Show an effective receptive field, or what kept it from being measured; None takes it away."""
        self._effective = result
        if result is not None and not isinstance(result, Exception):
            self._heat_image = heat_image(
                result.gradient
            )  # once: it is drawn anew at every step of the animal
        self._draw()

    def show_running(self, running: bool, doing: str = "") -> None:
        """Show whether an effective receptive field is being measured, and what is done for it just now."""
        self._running, self._doing = running, doing
        self._draw()

    def _edited(self, name: str, value: Any) -> None:
        """Take what a person set at a control or dragged; what is not possible is named, and nothing changes."""
        try:
            setattr(self, name, _accepted(name, value))
            self._name_problem(name, "")
        except FieldError as error:
            self._name_problem(name, str(error))

    def _name_problem(self, name: str, problem: str) -> None:
        self._problems[name] = problem
        self._rows[name].mark(bool(problem))
        said = "".join(
            f'<div class="encdec-error">{html.escape(text)}</div>' for text in self._problems.values() if text
        )
        self._problem.value = f'<div role="status">{said}</div>'

    def _setting_changed(self, name: str, value: Any) -> None:
        self._rows[name].show(value)
        self._name_problem(name, "")
        self._draw()

    def _draw(self) -> None:
        with self.view.hold_sync():
            self.view.animal_px = self.animal_px
            self._draw_receptive_field()
            self._draw_effective()

    def _draw_receptive_field(self) -> None:
        receptive, blocks = self._receptive, self._blocks
        if receptive is None or blocks is None:
            return
        boxes = field_boxes(receptive, blocks, self.input_scale, self._selected)
        self.view.boxes = [box.to_dict() for box in boxes]
        fit = fits(receptive.output, self.animal_px, self.input_scale)
        image = next(
            (data["shape"][:2] for _, data in blocks.nodes(data=True) if data["stage"] == "input"), ()
        )
        too_small = too_small_words(image, self.animal_px, self.input_scale)
        mark = {True: " encdec-field-yes", False: " encdec-field-no", None: ""}[False if too_small else fit]
        sentences = (verdict(receptive.output, self.animal_px, self.input_scale), too_small)
        said = html.escape(" ".join(filter(None, sentences)))
        self._verdict.value = (
            f'<div role="status" class="encdec-note encdec-field-verdict{mark}">{said}</div>'
        )
        lines = (
            output_words(receptive.output, self.input_scale),
            dialog_words(receptive.encoder_only, self.input_scale),
        )
        self._words.value = "".join(
            f'<div class="encdec-note">{html.escape(line)}</div>' for line in lines if line
        )

    def _draw_effective(self) -> None:
        self.measure.description = "Stop measuring" if self._running else "Effective field"
        result = self._effective
        said, kind, heat = "", "encdec-note", {}
        if self._running:
            said = f"Measuring the effective receptive field{self._doing and f': {self._doing}'} …"
        elif isinstance(result, Exception):
            said, kind = str(result), "encdec-error"
        elif result is not None:
            said = effective_words(result.size, self.input_scale, cut_off=result.cut_off)
            heat = _heat(result, self._heat_image, self.input_scale, said)
        self.view.heat = heat
        line = f'<div class="{kind}">{html.escape(said)}</div>' if said else ""
        self._effective_words.value = f'<div role="status">{line}</div>'


def _accepted(name: str, value: Any) -> Any:
    """The value as the field keeps it; an error says which control is meant, by its label."""
    label, info = _FIELDS[name]
    return info.accept(label, value)


def _heat(effective: "EffectiveField", image: str, input_scale: float, words: str) -> dict[str, Any]:
    """What the page draws of an effective receptive field, with its pixel on the point that is looked at."""
    return {
        "image": image,
        "size": [side / input_scale for side in effective.gradient.shape],
        "corner": [-(place + 0.5) / input_scale for place in effective.position],
        "label": "effective",
        "text": f"{'over' if effective.cut_off else 'about'} {px_text(round(effective.size / input_scale))}",
        "words": words,
    }
