"""What the page *Advise* says, as HTML: all of it is read from the advice and from the network on screen."""

from markupsafe import Markup

from encdec_widgets.backbone import Backbone
from encdec_widgets.explore.advising.advice import Advice, Advised, GiveWay
from encdec_widgets.explore.advising.candidate import size_of_input
from encdec_widgets.explore.advising.search import Step
from encdec_widgets.explore.advising.wishes import Wishes
from encdec_widgets.explore.advising.words import all_wishes
from encdec_widgets.explore.comparing.scaled import of_camera
from encdec_widgets.explore.comparing.words import figure_text, label_text
from encdec_widgets.explore.fineness import Fineness
from encdec_widgets.explore.largest_batch import largest_batch
from encdec_widgets.explore.requirements import Requirements
from encdec_widgets.explore.tell import TELLS
from encdec_widgets.formatting import bytes_text, counted, duration_text, number_text, px_text, shape_text
from encdec_widgets.widgets.base.texts import NOTHING, heading, joined, notices

_CELL, _WIDTH = 24.0, 240.0
"""Of the drawing: the side of a cell, and the length of the animal, in px."""


def step_words(step: Step, build_s: float) -> str:
    """How far it is, and how long the rest may take.

    Args:
        step: How far it is.
        build_s: How long the network on screen took to build, which tells of the others until one is built.
    """
    text = f"{step.doing[:1].upper()}{step.doing[1:]}"
    if step.at_most is None:
        return f"{text} ({counted(step.built, 'network')} built so far) …"
    left = step.at_most - step.built
    seconds = left * build_s if step.left_s is None else step.left_s
    networks = f"network {step.built + 1} of at most {step.at_most}"
    return f"{text} ({networks}); this search has at most about {duration_text(seconds)} left"


def found_words(advice: Advice) -> str:
    """What a search has found, in a sentence, and from how many designs."""
    from_ = f"Chosen from {advice.designs:,} designs"
    new = (
        f"for which {counted(advice.built, 'network')} were built"
        if advice.built
        else "of which the networks that had to be looked at were known already"
    )
    if not advice.advised:
        return f"No design meets all wishes. {from_}, {new}."
    doubt = ", as predicted" if advice.wanted.tests_speed else ""
    return f"Three designs meet {all_wishes(advice.wanted).removesuffix(',')}{doubt}. {from_}, {new}."


def advised_html(one: Advised, wanted: Requirements) -> Markup:
    """A design that is advised: what it is, why it is the one, what binds, and what it could have more of."""
    title = heading(one.title, 4)
    name = Markup("<div><b>{}</b></div>").format(one.name)
    if one.same_as is not None:
        return joined([title, name, _list([one.reasons[0], one.same_text])])
    memory = "training_bytes" if wanted.work == "training" else "inference_bytes"
    known, scaled = of_camera(one.figures, one.input_scale), one.input_scale != 1
    figures = Markup("").join(
        Markup("<tr><th>{}</th><td>{}</td></tr>").format(
            label_text(figure, wanted.batch_size, of_camera=scaled),
            figure_text(figure, known[figure], of_camera=scaled),
        )
        for figure in ("parameters", "multiply_adds", memory, "receptive_field", "output_stride")
        if figure in known
    )
    return joined(
        [
            title,
            name,
            Markup('<table class="encdec-cost-table">{}</table>').format(figures),
            _list(one.reasons),
            Markup("<div><b>{}</b></div>").format(one.binding),
            _list([more.text for more in one.more]),
            notices(one.checks),
        ]
    )


def gives_way_html(one: GiveWay) -> Markup:
    """Which wishes would have to give way, and what that costs."""
    return Markup("<div>{}</div>").format(one.text)


def sure_html(advice: Advice) -> Markup:
    """What is exact, estimated and predicted."""
    return _list(advice.sure)


def on_screen_html(backbone: Backbone, wishes: Wishes, memory: int | None, input_scale: float) -> Markup:
    """Of the network on screen, how many images fit, and how exactly its output lets a point be found."""
    parts = [heading("The network on screen", 4)]
    if memory is not None:
        parts.append(_fits(backbone, wishes, memory, input_scale))
    stride = TELLS["strides"](backbone, {})["output"]
    if isinstance(stride, (int, float)):
        fineness = Fineness(output_stride=stride, input_scale=input_scale, animal_px=wishes.animal)
        parts += [drawing(fineness), Markup("<div>{}</div>").format(fineness.words)]
    return joined(parts)


def _fits(backbone: Backbone, wishes: Wishes, memory: int, input_scale: float) -> Markup:
    work = "a training step" if wishes.work == "training" else "a forward pass"
    if None in backbone.design.input_shape:
        text = "How many images fit is known once the size of the input is set."
    else:
        most = largest_batch(backbone, memory, wishes.work, precision=wishes.precision)  # type: ignore[arg-type]
        shape = backbone.design.input_shape
        fit = f"up to {counted(most, 'image')} fit at once" if most else "not one image fits"
        text = f"Of images of {shape_text(shape)} px, its input, {fit} in {work} in {bytes_text(memory)} (an estimate)."
        strides = (1, backbone.design.architecture.maximum_stride)  # as they are, and padded
        wished = (wishes.height, wishes.width)
        if shape[:2] not in [size_of_input(wished, input_scale, stride) for stride in strides]:
            scaled = "" if input_scale == 1 else f", scaled to {number_text(input_scale)}"
            text += f" The wishes are for images of {wishes.height} × {wishes.width} px{scaled}."
    return Markup("<div>{}</div>").format(text)


def drawing(fineness: Fineness) -> Markup:
    """Cells of the output with the point in the middle of one, and below the animal, a cell of it at scale."""
    sigma = min(fineness.sigma_cells, 2.4) * _CELL
    animal = fineness.animal_px or fineness.cell_px
    cell = max(_WIDTH * min(fineness.cell_px / animal, 1), 1)
    middle = 2.5 * _CELL
    grid = "".join(f"M{i * _CELL} 0V{5 * _CELL}M0 {i * _CELL}H{5 * _CELL}" for i in range(6))
    label = (
        f"Cells of {px_text(fineness.cell_px)}; a point lies up to {px_text(fineness.limit_px)} off along each axis; a "
        f"sigma of {number_text(fineness.sigma_px)} px; below, a cell on an animal of {px_text(animal)}"
    )
    return Markup(
        '<svg class="encdec-fineness" role="img" aria-label="{}" viewBox="-1 -1 242 154" width="242" height="154">'
        '<path d="{}" fill="none" stroke="var(--encdec-border)"/>'
        '<rect x="{}" y="{}" width="{}" height="{}" fill="var(--encdec-surface)" stroke="var(--encdec-accent)"/>'
        '<circle cx="{}" cy="{}" r="{}" fill="none" stroke="var(--encdec-muted)" stroke-dasharray="3 2"/>'
        '<circle cx="{}" cy="{}" r="3" fill="var(--encdec-accent)"/>'
        '<text x="130" y="56" font-size="11" fill="var(--encdec-text)">cell {}</text>'
        '<text x="130" y="72" font-size="11" fill="var(--encdec-text)">± {} each way</text>'
        '<text x="130" y="88" font-size="11" fill="var(--encdec-muted)">dashed: sigma</text>'
        '<path d="M0 138H{}" stroke="var(--encdec-muted)" stroke-width="6"/>'
        '<path d="M0 138H{}" stroke="var(--encdec-accent)" stroke-width="6"/>'
        '<text x="0" y="151" font-size="11" fill="var(--encdec-text)">animal {}, one cell of it in colour</text>'
        "</svg>"
    ).format(
        *(label, grid, 2 * _CELL, 2 * _CELL, _CELL, _CELL, middle, middle, sigma, middle, middle),
        *(px_text(fineness.cell_px), px_text(fineness.limit_px), _WIDTH, cell, px_text(animal)),
    )


def _list(texts: "tuple[str, ...] | list[str]") -> Markup:
    items = Markup("").join(Markup("<li>{}</li>").format(text) for text in texts)
    return Markup("<ul>{}</ul>").format(items) if texts else NOTHING
