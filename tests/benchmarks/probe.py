"""Watches the plot of a page: when a key or the mouse did something, and when which picture was there.

All times are of the page's own clock, `performance.now()`, in milliseconds. An input's time is its event's
`timeStamp`, so that it counts how long the event waited for a busy page. A picture's time is taken in the second
animation frame after plotly's `plotly_afterplot`: by then the frame with the new picture has been painted, so a picture
costs up to one frame (17 ms) more than it would by a stopwatch, in everything that is compared here alike.
"""

from __future__ import annotations

import json
import re
from typing import Any

import attrs
from playwright.sync_api import Page

from tests.benchmarks.bench import PATIENCE

CALM = 300  # milliseconds without another picture, after which the last one counts as the last

# What a picture says is what its boxes do: their texts, and the facts that they show on hover.
_WATCH = """(input) => {
    const plot = document.querySelector('.js-plotly-plot');
    const said = () => {
        const {text, customdata} = plot.data.find(trace => trace.type === 'bar');
        return JSON.stringify({text, customdata});
    };
    const probe = window.probe = {input: null, first: said(), pictures: [], pending: 0};
    document.addEventListener(input, event => { probe.input ??= event.timeStamp; }, true);
    plot.on('plotly_afterplot', () => {
        const picture = said();
        probe.pending += 1;
        requestAnimationFrame(() => requestAnimationFrame(() => {
            probe.pending -= 1;
            probe.pictures.push([performance.now(), picture]);
        }));
    });
}"""
_RESET = """() => {
    const probe = window.probe;
    probe.first = probe.pictures.at(-1)?.[1] ?? probe.first;
    Object.assign(probe, {input: null, pictures: []});
}"""
_CALM = """(calm) => {
    const {first, input, pictures, pending} = window.probe, last = pictures.at(-1);
    return input !== null && !pending && last && last[1] !== first && performance.now() - last[0] > calm;
}"""


@attrs.frozen
class Seen:
    """What was to be seen after an input.

    Attributes:
        input: When the input was made (the first since the reset), in ms.
        pictures: When which picture was there, in ms and as JSON of what its boxes say.
    """

    input: float
    pictures: tuple[tuple[float, str], ...]

    @property
    def last(self) -> str:
        """What the last picture says."""
        return self.pictures[-1][1]

    @property
    def wait(self) -> float:
        """From the input until what the last picture says was there for good, in ms; 0 if it was there before."""
        others = [i for i, (_, says) in enumerate(self.pictures) if says != self.last]
        since, _ = self.pictures[others[-1] + 1 if others else 0]
        return max(since - self.input, 0.0)

    @property
    def parameters(self) -> list[int]:
        """The parameters that each picture shows in all, without repetitions in a row."""
        shown = [parameters(json.loads(says)["customdata"]) for _, says in self.pictures]
        return [count for i, count in enumerate(shown) if i == 0 or count != shown[i - 1]]


def parameters(facts: list[list[str]]) -> int:
    """The parameters of all boxes, by the facts that they show on hover."""
    found = (re.search(r"([\d,]+) parameters", text) for _, text in facts)
    return sum(int(match[1].replace(",", "")) for match in found if match)


class Probe:
    """A page with one plot, watched from now on."""

    def __init__(self, page: Page, input: str) -> None:
        """Watch it; `input` is the kind of event that counts as the input, such as `keydown`."""
        self.page = page
        page.locator(".js-plotly-plot .barlayer .point path").first.wait_for()
        page.evaluate(_WATCH, input)

    def reset(self) -> None:
        """Forget the input and the pictures so far."""
        self.page.evaluate(_RESET)

    def seen(self, calm: float = CALM) -> Seen:
        """Wait for another picture than there was, and for calm after it."""
        self.page.wait_for_function(_CALM, arg=calm, polling=50, timeout=PATIENCE)
        probe: dict[str, Any] = self.page.evaluate("() => window.probe")
        return Seen(probe["input"], tuple((when, says) for when, says in probe["pictures"]))
