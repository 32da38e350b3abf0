"""What a timing, a race and a graphics card say, as HTML for the timing panel."""

import html
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from encdec_widgets.figures.bars import Bar, bars
from encdec_widgets.figures.block_figure import STAGE_COLOURS
from encdec_widgets.timing import Comparison, Device, Timing
from encdec_widgets.timing.gpu import Gpus
from encdec_widgets.timing.result import digits, flops_text
from encdec_widgets.words import backend_text, counted

if TYPE_CHECKING:
    import networkx as nx

_STALE = '<div class="encdec-stale">Out of date: the network has changed since.</div>'


def timing_html(timing: Timing, up_to_date: bool) -> str:
    """The figures of a timing, the one that matters first; of one that is out of date, no more than that."""
    lines = [
        f"<b>{digits(timing.median_ms)}</b> ms{' a training step' if timing.work == 'training' else ''}",
        f"{digits(timing.images_per_second)} images/s · {counted(timing.n, 'run')}",
    ]
    if not up_to_date:
        return f'{_STALE}<div class="encdec-result encdec-old">{_lines(lines)}</div>'
    lines += [
        f"10th to 90th percentile {digits(timing.p10_ms)} to {digits(timing.p90_ms)} ms",
        f"batch {timing.batch_size} · {html.escape(timing.precision)} · first call {digits(timing.first_call_ms)} ms",
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
        *(timing.gpu.warnings if timing.gpu else ()),
        *(timing.load.warnings if timing.load else ()),
    ]
    return f'<div class="encdec-result">{_lines(lines)}</div>{_warnings(doubts)}'


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"<div>{line}</div>" for line in lines)


def _warnings(texts: Iterable[str]) -> str:
    return "".join(f'<div class="encdec-notice">{html.escape(text)}</div>' for text in texts if text)


def _of_ceiling(share: float | None) -> str:
    if share is None:
        return ""
    if share > 1:
        return ", more than the ceiling that was measured: the device was busy then"
    return f", {100 * share:.0f} % of this device's measured ceiling"


def blocks_html(timing: Timing, blocks: "nx.DiGraph[str]") -> str:
    """Bars of the time of each block, of what remains and of the whole; empty if the blocks were not timed."""
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
    why = (
        "what no block has: the call itself, the optimizer"
        if timing.remainder_ms >= 0
        else "by themselves the blocks take longer: work was joined across them, or caches held more"
    )
    rows.append(Bar("remainder", timing.remainder_ms, note=why))
    return f"<h4>Where the {digits(timing.median_ms)} ms go</h4>{bars(rows, 'ms')}"


def race_html(race: Comparison, up_to_date: bool) -> str:
    """The sentence of a race, and the figures of the two side by side; one that is out of date says so."""
    rows: Mapping[str, tuple[str, str]] = {
        "ms": (digits(race.a.median_ms), digits(race.b.median_ms)),
        "images/s": (digits(race.a.images_per_second), digits(race.b.images_per_second)),
        "first call ms": (digits(race.a.first_call_ms), digits(race.b.first_call_ms)),
        "backend": (backend_text(race.a.backend), backend_text(race.b.backend)),
        "runs": (f"{race.a.n:,}", f"{race.b.n:,}"),
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
