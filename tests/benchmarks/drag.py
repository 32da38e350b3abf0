"""A slider dragged by its handle for 2 s at 60 Hz, in JupyterLab: what is built meanwhile, and how soon it is right.

Real mouse moves go to headless Chromium, on time: where the page or the machine is too slow for 60 Hz, moves that are
overdue are left out, as a browser leaves them out of a frame. The drag only makes the network larger, so that pictures
in another order show in their parameters.

In ms: from the `pointerup` event to the picture (the second animation frame after its repaint, see `probe.py`) that
shows the design of the slider's final value, as the kernel has it; against building that network from nothing, weights
included, in the same kernel afterwards. The goal is on the difference of the medians.

Counted for each drag: the moves made, the calls of `build_in_steps` that began, the pictures that differed, and whether
an older design was ever built or drawn after a newer one.
"""

from __future__ import annotations

import json
import statistics
import time

import attrs
from playwright.sync_api import Locator, Page

from tests.benchmarks.bench import Bench, Notebook, bench
from tests.benchmarks.probe import Probe, Seen, parameters
from tests.benchmarks.tables import Row, Table
from tests.browser.designer_page import DesignerPage
from tests.browser.servers import until

SECONDS, HERTZ, DRAGS, BUILDS = 2.0, 60, 3, 3
AFTER_ONE_BUILD = 300.0  # ms, the goal
CALM = 1500.0  # ms without another picture
PATIENCE = 300.0  # s


@attrs.frozen
class Case:
    """A slider that is dragged from one value to another; a pixel more or less gives a neighbouring one."""

    preset: str
    field: str
    start: int
    end: int

    @property
    def name(self) -> str:
        """The case in words."""
        return f"{self.preset}: {self.field}"

    @property
    def label(self) -> str:
        """What stands beside the slider."""
        return self.field.replace("_", " ")


CASES = (
    Case("U-Net", "filters", 24, 64),
    Case("SLEAP medium single", "filters", 8, 48),
    Case("LEAP CNN", "filters", 24, 64),
    Case("Hourglass (SLEAP)", "filters", 96, 256),
    Case("Stacked hourglass, 1 stack", "filters", 96, 256),
    Case("Stacked hourglass, 8 stacks", "filters", 96, 256),
    Case("FC-DenseNet56", "growth_rate", 4, 20),
    Case("FC-DenseNet103", "growth_rate", 4, 16),
)
_DESIGNER = """
import sys, time
from encdec_widgets import Design, Designer, preset
from encdec_widgets.figures import as_plotly, scene
designer = Designer(preset({preset!r}).replace({field!r}, {start}))
designer.wait()
begun, shown = [], []

def watched(build):
    def build_and_note(design, *args, **more):
        begun.append(getattr(design.architecture, {field!r}, None))
        return build(design, *args, **more)
    return build_and_note

for name, module in list(sys.modules.items()):
    if name.startswith("encdec_widgets") and hasattr(module, "build_in_steps"):
        module.build_in_steps = watched(module.build_in_steps)
designer.observe(lambda change: shown.append(getattr(change["new"].design.architecture, {field!r})), "backbone")

def from_nothing():
    design = Design.from_json(designer.design.to_json())
    start = time.perf_counter()
    design.build().model
    return 1000 * (time.perf_counter() - start)
"""
_STATE = (
    "[getattr(designer.backbone.design.architecture, {field!r}), "
    "as_plotly(scene(designer.backbone.blocks))['data'][-1]['customdata'], begun, shown]"
)


@attrs.frozen
class _Dragged:
    """What came of one drag."""

    wait: float
    moves: int
    begun: int
    pictures: int
    in_order: bool


def run(quick: bool) -> Table:
    """Drag each slider a few times."""
    cases = [CASES[1], CASES[5]] if quick else CASES
    with bench() as place:
        rows = [_measure(place, case, 1 if quick else DRAGS) for case in cases]
    notes = [
        "Figure and goal: from release to the right picture, less one build. Remarks: medians over the drags."
    ]
    return Table("A 2 s drag at 60 Hz: from release to the right picture, against one build", rows, notes)


def _measure(place: Bench, case: Case, drags: int) -> Row:
    code = _DESIGNER.format(preset=case.preset, field=case.field, start=case.start)
    with place.opened([code, "designer"]) as notebook:
        handle = DesignerPage(notebook.screen).row(case.label).locator(".noUi-handle")
        probe = Probe(notebook.screen.page, "pointerup")
        dragged = [_drag(notebook, probe, handle, case) for _ in range(drags)]
        builds = [float(notebook.kernel.value("from_nothing()")) for _ in range(BUILDS)]
    waits = [drag.wait for drag in dragged]
    counts = [
        f"{statistics.median(getattr(drag, name) for drag in dragged):g} {words}"
        for name, words in (("moves", "moves"), ("begun", "builds begun"), ("pictures", "pictures"))
    ]
    assert all(drag.begun for drag in dragged), "no build was seen to begin: it is called by another name now"
    kept = all(drag.in_order for drag in dragged)
    return Row.of(
        "drag",
        case.name,
        waits,
        builds,
        unit="ms",
        against="one build",
        figure=statistics.median(waits) - statistics.median(builds),
        goal=AFTER_ONE_BUILD,
        remark=", ".join([*counts, "order kept" if kept else "ORDER NOT KEPT"]),
    )


def _drag(notebook: Notebook, probe: Probe, handle: Locator, case: Case) -> _Dragged:
    """Put the slider to its first value, drag it, and wait until all is calm."""
    kernel, page = notebook.kernel, notebook.screen.page
    kernel.run(f"designer.set({case.field!r}, {case.start}); designer.wait()")
    until(lambda: _slider_value(handle) == case.start, "the slider is at its first value", PATIENCE)
    page.wait_for_timeout(CALM)
    kernel.run("begun.clear(); shown.clear()")
    probe.reset()
    moves = _move(page, handle, case)
    final = _slider_value(handle)
    assert final > case.start, f"the handle did not follow the mouse: {case.name}"
    seen, begun, shown = _when_right(notebook, probe, case, final)
    pictures = seen.parameters
    return _Dragged(
        wait=seen.wait,
        moves=moves,
        begun=len(begun),
        pictures=len(pictures),
        in_order=shown == sorted(shown) and pictures == sorted(pictures),
    )


def _when_right(
    notebook: Notebook, probe: Probe, case: Case, final: int
) -> tuple[Seen, list[int], list[int]]:
    """What was seen until the final design's picture, and the values of the builds begun and shown.

    The kernel is asked only in the calm after a picture, so that it has its time for itself.
    """

    def right() -> tuple[Seen, list[int], list[int]] | None:
        seen = probe.seen(CALM)
        value, facts, begun, shown = notebook.kernel.value(_STATE.format(field=case.field))
        is_right = value == final and parameters(json.loads(seen.last)["customdata"]) == parameters(facts)
        if not is_right:
            notebook.screen.page.wait_for_timeout(CALM)
        return (seen, begun, shown) if is_right else None

    found = until(right, f"the picture of the final design: {case.name}, {final}", PATIENCE)
    assert found
    return found


def _slider_value(handle: Locator) -> int:
    return int(float(handle.get_attribute("aria-valuenow") or "nan"))


def _move(page: Page, handle: Locator, case: Case) -> int:
    """Drag the handle evenly; how many moves there were."""
    handle.scroll_into_view_if_needed()
    box, track = handle.bounding_box(), handle.locator("xpath=../..").bounding_box()
    assert box
    assert track
    low, high = (float(handle.get_attribute(f"aria-value{name}") or "nan") for name in ("min", "max"))
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    distance = (case.end - case.start) / (high - low) * track["width"]
    page.mouse.move(x, y)
    page.mouse.down()
    began, steps, moves = time.monotonic(), round(SECONDS * HERTZ), 0
    while (elapsed := time.monotonic() - began) < SECONDS:
        step = int(elapsed * HERTZ) + 1
        page.mouse.move(x + distance * step / steps, y)
        moves += 1
        time.sleep(max(began + step / HERTZ - time.monotonic(), 0))
    page.mouse.up()
    return moves
