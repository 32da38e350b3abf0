"""What a timing, a race and a graphics card say, as HTML for the timing panel."""

import html
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from encdec_widgets.figures.charts.bars import Bar, bars
from encdec_widgets.figures.palette import STAGE_COLOURS
from encdec_widgets.formatting import counted, digits, exact_text, flops_text, percent_text
from encdec_widgets.workers.backends import backend_text
from encdec_widgets.workers.gpu import Gpus
from encdec_widgets.workers.timing import Comparison, Device, Timing

if TYPE_CHECKING:
    import networkx as nx

_STALE = '<div class="encdec-stale">Out of date: the network or its options have changed since.</div>'


def timing_html(timing: Timing, up_to_date: bool) -> str:
    """The figures of a timing, the one that matters first; of one that is out of date, no more than that."""
    lines = [
        f"<b>{digits(timing.median_ms)}</b> ms median{', a training step' if timing.work == 'training' else ''}",
        f"{digits(timing.images_per_second)} images/s · {counted(timing.n, 'run')}",
    ]
    if not up_to_date:
        return f'{_STALE}<div class="encdec-result encdec-old">{_lines(lines)}</div>'
    lines += [
        f"p10 {digits(timing.p10_ms)} · p90 {digits(timing.p90_ms)} ms",
        *_interval(timing),
        f"batch {timing.batch_size} · {html.escape(timing.precision)}",
        f"first call {digits(timing.first_call_ms)} ms",
        f"{backend_text(timing.backend)} ({html.escape(timing.compilation)}) on {html.escape(timing.device)}",
    ]
    if timing.flops_per_second is not None:
        lines.append(f"{flops_text(timing.flops_per_second)}{_of_ceiling(timing.share_of_ceiling)}")
    if timing.peak_bytes is not None:
        lines.append(f"peak memory {digits(timing.peak_bytes / 1e6)} MB, as the backend tells")
    if timing.load is not None:
        lines.append(html.escape(f"card during the run: {timing.load}"))
    doubts = [
        timing.noise,
        *timing.notices,
        *(timing.gpu.warnings if timing.gpu else ()),
        *(timing.load.warnings if timing.load else ()),
    ]
    return f'<div class="encdec-result">{_lines(lines)}</div>{_warnings(doubts)}'


def _interval(timing: Timing) -> Iterator[str]:
    if timing.low_ms is not None and timing.high_ms is not None:
        yield f"95 % interval {digits(timing.low_ms)} to {digits(timing.high_ms)} ms"


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"<div>{line}</div>" for line in lines)


def _warnings(texts: Iterable[str]) -> str:
    return "".join(f'<div class="encdec-notice">{html.escape(text)}</div>' for text in texts if text)


def _of_ceiling(share: float | None) -> str:
    if share is None:
        return ""
    if share > 1:
        return ", more than this device reached when it was calibrated"
    return f", {percent_text(share)} of this device's measured ceiling"


def blocks_html(timing: Timing, blocks: "nx.DiGraph[str]") -> str:
    """A bar for the time of each block, and what remains of the whole; empty if the blocks were not timed."""
    if timing.remainder_ms is None:
        return ""
    rows = [
        Bar(
            blocks.nodes[block.name]["label"],
            block.median_ms,
            colour=STAGE_COLOURS[blocks.nodes[block.name]["stage"]],
        )
        for block in timing.blocks
    ]
    why = "each block by itself pays for a call of its own, and work was joined across blocks"
    if timing.remainder_ms >= 0:
        why = "the optimizer" if timing.work == "training" else "in none of the blocks"
    elif timing.call_ms:
        why += f"; a call takes about {digits(timing.call_ms)} ms (estimate)"
    return (
        f"<h4>The blocks by themselves</h4>"
        # A region that scrolls has to be reached by keys.
        f'<div class="encdec-bars" tabindex="0" role="region" aria-label="times of blocks">{bars(rows, "ms")}</div>'
        f"<div>all blocks {digits(timing.median_ms - timing.remainder_ms)} ms, remainder "
        f"{digits(timing.remainder_ms)} ms: {why}</div>"
    )


def race_html(race: Comparison, up_to_date: bool) -> str:
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
    body = "".join(
        f'<tr><th scope="row">{name}</th><td>{html.escape(a)}</td><td>{html.escape(b)}</td></tr>'
        for name, (a, b) in rows.items()
    )
    return (
        f'{"" if up_to_date else _STALE}<div class="encdec-race"><strong>{html.escape(race.sentence)}</strong>'
        f"<table><thead><tr><td></td><th>{html.escape(race.name_a)}</th><th>{html.escape(race.name_b)}</th></tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def card_html(device: Device, gpus: Gpus) -> str:
    """What there is to run on: the graphics card and its state, or that there is none, and why."""
    cards = [card.name for card in gpus.cards]
    if device.kind == "CPU" and cards:
        said = f"{' and '.join(cards)} is here, but the Keras backend computes on the CPU."
    elif device.kind == "CPU":
        said = "No GPU found."
    else:
        said = str(gpus.cards[0]) if cards else "The card does not tell its state."
    why = (
        f"<details><summary>{html.escape(said)}</summary>{html.escape(gpus.trouble)}</details>"
        if gpus.trouble
        else html.escape(said)
    )
    warned = _warnings(gpus.cards[0].warnings if cards and device.kind != "CPU" else ())
    return f'<div class="encdec-note">{why}</div>{warned}'
