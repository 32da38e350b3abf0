"""The receptive field on an image, and whether an animal fits into it."""

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

import attrs
import traitlets
from markupsafe import Markup

from encdec_widgets.architectures.fields.described import FieldError, described_fields
from encdec_widgets.explain.problem_words import problem_sentence
from encdec_widgets.explain.receptive_words import (
    dialog_words,
    effective_words,
    fits,
    output_words,
    too_small_words,
    verdict,
    what_sees,
)
from encdec_widgets.figures.charts.receptive_heat import heat_image
from encdec_widgets.figures.receptive_boxes import field_boxes, named_outputs
from encdec_widgets.formatting import px_text
from encdec_widgets.session.conditions import Conditions
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.closing import close_all
from encdec_widgets.widgets.base.reading import unheard
from encdec_widgets.widgets.base.texts import error, heading, joined, note
from encdec_widgets.widgets.controls.controls import FieldControl
from encdec_widgets.widgets.controls.refusal import refusal_html
from encdec_widgets.widgets.pages.receptive_cells import cells_on_image, fineness_of
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

    def __init__(self, say: Callable[[str], None] = unheard) -> None:
        """Make the panel; :meth:`show` says of which network, and ``say`` is called with what is to be read aloud."""
        self._say = say
        self._receptive: ReceptiveField | None = None
        self._blocks: nx.DiGraph[str] | None = None
        self._selected: str | None = None
        self._effective: EffectiveField | Exception | None = None
        self._heat_image = ""
        self._running, self._doing = False, ""
        self._verdict_said = self._effective_said = ""
        self.view = ReceptiveView()
        self._rows = {
            name: FieldControl(name, info, info.default, self._edited, label)
            for name, (label, info) in _FIELDS.items()
        }
        self._refused = {name: widgets.HTML() for name in _FIELDS}
        self._verdict, self._words, self._effective_words = (widgets.HTML() for _ in range(3))
        self.measure = widgets.Button(
            description="Effective receptive field",
            tooltip="Measures how much each pixel counts: gradients of the network with random weights",
        )
        super().__init__(
            [
                widgets.HTML(heading("Receptive field", 3)),
                self.view,
                *self._rows.values(),
                self._verdict,
                self._words,
                widgets.HBox([self.measure]),
                self._effective_words,
            ]
        )
        self.children[-2].add_class("encdec-buttons")
        self.add_class("encdec-group")
        self.add_class("encdec-receptive")
        self.observe(lambda change: self._setting_changed(change["name"], change["new"]), list(_FIELDS))
        self.view.observe(lambda change: self._edited("animal_px", change["new"]), "animal_px")
        self._draw()

    @traitlets.validate("animal_px", "input_scale")
    def _possible(self, proposal: Any) -> Any:
        return _accepted(proposal["trait"].name, proposal["value"])

    @property
    def text(self) -> str:
        """What the panel says, as HTML."""
        parts = (*self._refused.values(), self._verdict, self._words, self._effective_words)
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
        if result is not None:
            self._say(self._effective_said)

    def show_running(self, running: bool, doing: str = "") -> None:
        """Show whether an effective receptive field is being measured, and what is done for it just now."""
        self._running, self._doing = running, doing
        self._draw()

    def close(self) -> None:
        """Close it, with what is not shown just now."""
        for said in self._refused.values():
            close_all(said)
        super().close()

    def _edited(self, name: str, value: Any) -> None:
        """Take what a person set at a control or dragged; what is not possible is named, and nothing changes."""
        try:
            setattr(self, name, _accepted(name, value))
            self._refuse(name, None)
        except FieldError as refused:
            self._refuse(name, refused)
            self._say(problem_sentence(refused))

    def _refuse(self, name: str, refused: FieldError | None) -> None:
        """Say under a row why its value is not possible; nothing where it is."""
        said = self._refused[name]
        said.value = refusal_html(refused) if refused else ""
        self._rows[name].mark(refused is not None)
        self._rows[name].show_problem(said if refused else None)

    def _setting_changed(self, name: str, value: Any) -> None:
        self._rows[name].show(value)
        self._refuse(name, None)
        self._draw()
        if self._receptive is not None:
            self._say(self._verdict_said)

    def _draw(self) -> None:
        with self.view.hold_sync():
            self.view.animal_px = self.animal_px
            self._draw_receptive_field()
            self._draw_effective()

    def _draw_receptive_field(self) -> None:
        receptive, blocks = self._receptive, self._blocks
        if receptive is None or blocks is None:
            return
        fineness = fineness_of(receptive, blocks, self.input_scale, self.animal_px)
        self.view.cells = cells_on_image(fineness)
        boxes = field_boxes(receptive, blocks, self.input_scale, self._selected)
        self.view.boxes = [box.to_dict() for box in boxes]
        # Of several heads, the first one is held against the animal.
        heads = named_outputs(receptive, blocks)
        first = what_sees(next(iter(heads), ""))
        fit = fits(receptive.output, self.animal_px, self.input_scale)
        image = next(
            (data["shape"][:2] for _, data in blocks.nodes(data=True) if data["stage"] == "input"), ()
        )
        too_small = too_small_words(image, self.animal_px, self.input_scale)
        mark = {True: " encdec-receptive-yes", False: " encdec-receptive-no", None: ""}[
            False if too_small else fit
        ]
        sentences = (verdict(receptive.output, self.animal_px, self.input_scale, first), too_small)
        self._verdict_said = " ".join(filter(None, sentences))
        line = Markup('<div class="encdec-note encdec-receptive-verdict{}">{}</div>')
        self._verdict.value = line.format(mark, self._verdict_said)
        lines = (
            *(output_words(seen, self.input_scale, what_sees(head)) for head, seen in heads.items()),
            "" if heads else output_words(receptive.output, self.input_scale),
            dialog_words(receptive.encoder_only, self.input_scale),
            "" if fineness is None else "".join(f"{head}: " for head in list(heads)[:1]) + fineness.words,
        )
        self._words.value = joined(map(note, filter(None, lines)))

    def _draw_effective(self) -> None:
        self.measure.description = "Stop measuring" if self._running else "Effective receptive field"
        result = self._effective
        said, written, heat = "", note, {}
        if self._running:
            said = f"Measuring the effective receptive field{self._doing and f': {self._doing}'} …"
        elif isinstance(result, Exception):
            said, written = str(result), error
        elif result is not None:
            said = effective_words(result.size, self.input_scale, cut_off=result.cut_off)
            heat = _heat(result, self._heat_image, self.input_scale, said)
        self.view.heat = heat
        self._effective_said = said
        self._effective_words.value = written(said) if said else ""


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
