"""How soon there is something to work with: importing, the first display in a notebook, and launching the app.

Everything is compared with what it cannot do without, measured in turn in the same run; in ms of wall-clock time.

- Import: a fresh process from its start to its end, `import encdec_widgets` against one that does nothing, and
  `import tensorflow` for comparison.
- First display: a notebook's only cell in JupyterLab, from the order to run it, in a fresh and ready kernel, until the
  designer's frame is there, and until its picture is drawn; against a cell with `import tensorflow`, until it has run.
- Launch: from starting the README's command `encdec-designer` until the picture is drawn, and until the picture has
  answered a key press; against starting Voila on a notebook with one bare slider until that is drawn, plus
  `import tensorflow` in a fresh process.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import attrs
from playwright.sync_api import Browser

from tests.benchmarks.bare_voila import BareVoila
from tests.benchmarks.bench import Bench, bench, close, new_screen
from tests.benchmarks.probe import Probe
from tests.benchmarks.tables import Row, Table
from tests.browser.designer_page import DesignerPage
from tests.browser.notebook import run_cells
from tests.browser.servers import App

IMPORTS, DISPLAYS, LAUNCHES = 10, 5, 5
IMPORTED = 300.0  # ms, the goal
DRAWN = 1.6  # times as long as `import tensorflow`, the goal
_HEAVY = ("tensorflow", "keras", "plotly", "ipywidgets")
# When each selector first found something, two animation frames later, on the page's clock in ms.
_WATCH = """(selectors) => {
    const when = window.when = {}, asked = new Set();
    const look = () => selectors.filter(s => !asked.has(s) && document.querySelector(s)).forEach(selector => {
        asked.add(selector);
        requestAnimationFrame(() => requestAnimationFrame(() => { when[selector] = performance.now(); }));
    });
    new MutationObserver(look).observe(document.body, {childList: true, subtree: true});
}"""
_FRAME, _PICTURE = ".encdec", ".encdec .barlayer .point path"


def run(quick: bool) -> Table:
    """Start everything a few times."""
    times = [2, 1, 1] if quick else [IMPORTS, DISPLAYS, LAUNCHES]
    rows = _imports(times[0])
    with bench() as place:
        rows += _first_displays(place, times[1])
        rows += _launches(place.browser, times[2])
    loaded = _loaded_by_the_import()
    notes = [
        f"`import encdec_widgets` loads {', '.join(loaded) if loaded else 'none'} of {', '.join(_HEAVY)}."
    ]
    return Table("Import, first display, launch", rows, notes)


def _python(code: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    return 1000 * (time.perf_counter() - began)


def _loaded_by_the_import() -> list[str]:
    code = f"import sys, encdec_widgets; print(*(name for name in {_HEAVY!r} if name in sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return said.stdout.split()


def _imports(times: int) -> list[Row]:
    compared = (
        "from encdec_widgets import Design",
        "from encdec_widgets import Designer",
        "import tensorflow",
    )
    codes = ("pass", "import encdec_widgets", *compared)
    for code in codes:
        _python(code)  # from then on the files are in memory
    taken = zip(*([_python(code) for code in codes] for _ in range(times)), strict=True)
    nothing, ours, *others = taken
    against = "python -c pass"
    return [
        Row.of(
            "start",
            codes[1],
            ours,
            nothing,
            unit="ms",
            against=against,
            figure=statistics.median(ours),
            goal=IMPORTED,
        ),
        *(
            Row.of("start", code, other, nothing, unit="ms", against=against)
            for code, other in zip(compared, others, strict=True)
        ),
    ]


def _first_displays(place: Bench, times: int) -> list[Row]:
    frames, pictures, tensorflow = [], [], []
    for _ in range(times):
        with place.loaded(["import tensorflow"]) as (screen, _traffic):
            ran = run_cells(screen)
            tensorflow.append(ran["ended"] - ran["began"])
        with place.loaded(["from encdec_widgets import Designer\n\nDesigner()"]) as (screen, _traffic):
            screen.page.evaluate(_WATCH, [_FRAME, _PICTURE])
            ran = run_cells(screen)
            screen.page.wait_for_function("picture => picture in window.when", arg=_PICTURE, polling=100)
            when = screen.page.evaluate("() => window.when")
            frames.append(when[_FRAME] - ran["began"])
            pictures.append(when[_PICTURE] - ran["began"])
    against = "import tensorflow in a fresh kernel"
    return [
        Row.of(
            "start", "first display, until the frame is there", frames, tensorflow, unit="ms", against=against
        ),
        Row.of(
            "start",
            "first display, until it is drawn",
            pictures,
            tensorflow,
            unit="ms",
            against=against,
            goal=DRAWN,
        ),
    ]


def _launches(browser: Browser, times: int) -> list[Row]:
    bare, drawn, answered = [], [], []
    for _ in range(times):
        bare.append(_launch_of_bare_voila(browser) + _python("import tensorflow"))
        launch = _launch_of_the_app(browser)
        drawn.append(launch.drawn)
        answered.append(launch.answered)
    against = "bare Voila and import tensorflow"
    return [
        Row.of("start", "launch, until it is drawn", drawn, bare, unit="ms", against=against),
        Row.of("start", "launch, until a key press is answered", answered, bare, unit="ms", against=against),
    ]


@attrs.frozen
class _Launch:
    """When the app was drawn and when it had answered a key, in ms from the command."""

    drawn: float
    answered: float


def _launch_of_the_app(browser: Browser) -> _Launch:
    screen = new_screen(browser)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        began = time.perf_counter()
        with App(Path(folder)) as app:
            screen.page.goto(app.url)
            designer = DesignerPage(screen)
            drawn = 1000 * (time.perf_counter() - began)
            probe = Probe(screen.page, "keydown")
            pressed = 1000 * (time.perf_counter() - began)
            designer.press_slider("filters", "ArrowRight")
            answered = pressed + probe.seen().wait
            close(screen)
    return _Launch(drawn, answered)


def _launch_of_bare_voila(browser: Browser) -> float:
    screen = new_screen(browser)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        began = time.perf_counter()
        with BareVoila(Path(folder)) as voila:
            screen.page.goto(voila.url)
            screen.page.locator(".jupyter-widgets .noUi-handle").first.wait_for()
            taken = 1000 * (time.perf_counter() - began)
            close(screen)
    return taken
