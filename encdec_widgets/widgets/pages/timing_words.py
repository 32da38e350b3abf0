"""What a timing, a race and a graphics card say, as HTML for the timing panel."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from encdec_widgets.figures.charts.bars import Bar, bars
from encdec_widgets.figures.stages import roles
from encdec_widgets.formatting import (
    bytes_text,
    counted,
    digits,
    exact_text,
    flops_text,
    listed,
    percent_text,
)
from encdec_widgets.widgets.base.texts import NOTHING, joined, lines, note, notices
from encdec_widgets.workers.backends import backend_text
from encdec_widgets.workers.gpu import Gpus
from encdec_widgets.workers.timing import BeyondMemoryError, Comparison, Device, Timing

if TYPE_CHECKING:
    import networkx as nx

_STALE = Markup('<div class="encdec-stale">Out of date: the network or its options have changed since.</div>')


def timing_html(timing: Timing, up_to_date: bool) -> Markup:
    """The figures of a timing, the one that matters first; of one that is out of date, no more than that."""
    step = "training step" if timing.work == "training" else "forward pass"
    told = [
        Markup("<b>{}</b> ms a {}").format(digits(timing.median_ms), step),
        f"{digits(timing.images_per_second)} images/s, {counted(timing.batch_size, 'image')} at a time",
    ]
    if not up_to_date:
        return Markup('{}<div class="encdec-result encdec-old">{}</div>').format(_STALE, lines(told))
    told.append(f"{backend_text(timing.backend)} on {timing.device}")
    measured = [
        f"median of {counted(timing.n, 'run')}",
        f"p10 {digits(timing.p10_ms)} · p90 {digits(timing.p90_ms)} ms",
        *_interval(timing),
        f"{timing.precision} · {timing.compilation}",
        f"first call {digits(timing.first_call_ms)} ms",
    ]
    if timing.flops_per_second is not None:
        measured.append(f"{flops_text(timing.flops_per_second)}{_of_ceiling(timing.share_of_ceiling)}")
    if timing.peak_bytes is not None:
        measured.append(f"peak memory {digits(timing.peak_bytes / 1e6)} MB, as the backend tells")
    if timing.load is not None:
        measured.append(f"card during the run: {timing.load}")
    doubts = [
        timing.noise,
        *timing.notices,
        *(timing.gpu.warnings if timing.gpu else ()),
        *(timing.load.warnings if timing.load else ()),
    ]
    details = Markup("<details><summary>Details</summary>{}</details>").format(lines(measured))
    return Markup('<div class="encdec-result">{}{}{}</div>').format(lines(told), notices(doubts), details)


def _interval(timing: Timing) -> Iterator[str]:
    if timing.low_ms is not None and timing.high_ms is not None:
        yield f"95 % interval {digits(timing.low_ms)} to {digits(timing.high_ms)} ms"


def _of_ceiling(share: float | None) -> str:
    if share is None:
        return ""
    if share > 1:
        return ", more than this device reached when it was calibrated"
    return f", {percent_text(share)} of this device's measured ceiling"


def blocks_html(timing: Timing, blocks: "nx.DiGraph[str]") -> Markup:
    """A bar for the time of each block, and what remains of the whole; empty if the blocks were not timed."""
    if timing.remainder_ms is None:
        return NOTHING
    role_of = roles(blocks)
    rows = [
        Bar(blocks.nodes[block.name]["label"], block.median_ms, role=role_of[block.name])
        for block in timing.blocks
    ]
    why = "each block by itself pays for a call of its own, and work was joined across blocks"
    if timing.remainder_ms >= 0:
        why = "the optimizer" if timing.work == "training" else "in none of the blocks"
    elif timing.call_ms:
        why += f"; a call takes about {digits(timing.call_ms)} ms (estimate)"
    return Markup(
        "<h4>The blocks by themselves</h4>"
        # A region that scrolls has to be reached by keys.
        '<div class="encdec-bars" tabindex="0" role="region" aria-label="times of blocks">{}</div>'
        "<div>all blocks {} ms, remainder {} ms: {}</div>"
    ).format(
        bars(rows, "ms"), digits(timing.median_ms - timing.remainder_ms), digits(timing.remainder_ms), why
    )


def race_html(race: Comparison, up_to_date: bool) -> Markup:
    """The sentence of a race, and the figures of the two side by side; one that is out of date says so."""
    conditions: Mapping[str, tuple[str, str]] = {
        "work": (race.a.work, race.b.work),
        "batch": (str(race.a.batch_size), str(race.b.batch_size)),
        "precision": (race.a.precision, race.b.precision),
        "backend": (backend_text(race.a.backend), backend_text(race.b.backend)),
        "compilation": (race.a.compilation, race.b.compilation),
        "device": (race.a.device, race.b.device),
    }
    rows: Mapping[str, tuple[str, str]] = {
        "median ms": (digits(race.a.median_ms), digits(race.b.median_ms)),
        "images/s": (digits(race.a.images_per_second), digits(race.b.images_per_second)),
        "first call ms": (digits(race.a.first_call_ms), digits(race.b.first_call_ms)),
        "runs": (exact_text(race.a.n), exact_text(race.b.n)),
        **{name: pair for name, pair in conditions.items() if pair[0] != pair[1]},
    }
    row = Markup('<tr><th scope="row">{}</th><td>{}</td><td>{}</td></tr>')
    return Markup(
        '{}<div class="encdec-race"><strong>{}</strong>'
        "<table><thead><tr><td></td><th>{}</th><th>{}</th></tr></thead><tbody>{}</tbody></table></div>"
    ).format(
        NOTHING if up_to_date else _STALE,
        race.sentence,
        race.name_a,
        race.name_b,
        joined(row.format(name, *pair) for name, pair in rows.items()),
    )


def memory_question(refused: BeyondMemoryError) -> str:
    """What is asked before work is begun that is estimated to take more memory than there is."""
    fits = "Not even one image fits."
    if refused.networks > 1:
        fits = f"Each of the {refused.networks} networks fits by itself; a race holds all of them."
    elif refused.only_blocks:
        most = f"the largest batch that fits is {counted(refused.fits, 'image')} (an estimate)"
        most = most if refused.fits else "not even one image fits"
        fits = f"The network fits by itself; with “each block too”, {most}."
    elif refused.fits:
        fits = f"The largest batch that fits is {counted(refused.fits, 'image')} (an estimate)."
    return (
        f"This would take about {bytes_text(refused.needed_bytes)} of memory (an estimate), and there are "
        f"{bytes_text(refused.limit_bytes)}. {fits}"
    )


def card_html(device: Device, gpus: Gpus, among: Sequence[Device] = ()) -> Markup:
    """What there is to run on: the graphics card and its state, or that there is none, and why.

    Args:
        device: What is timed on.
        gpus: The cards of the machine.
        among: The devices that the Keras backend sees, one of which was chosen.
    """
    cards = [each.name for each in gpus.cards]
    are = "are" if len(cards) > 1 else "is"
    is_read = device.kind == "GPU" and device.number < len(gpus.cards)
    card = gpus.cards[device.number] if is_read else None
    if device.kind == "CPU" and cards and any(other.kind == "GPU" for other in among):
        said = f"Timed on the CPU. {listed(cards)} {are} left alone."
    elif device.kind == "CPU" and cards:
        said = f"{listed(cards)} {are} here, but the Keras backend computes on the CPU."
    elif device.kind == "CPU":
        said = "Timed on the CPU. No GPU found."
    else:
        said = "The card does not tell its state." if card is None else str(card)
    why = Markup("<details><summary>{}</summary>{}</details>").format(said, gpus.trouble)
    warned = () if card is None else card.warnings
    return note(why if gpus.trouble else said) + notices(warned)
