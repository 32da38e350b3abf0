"""From a key press to the repainted plot, in JupyterLab: the designer against a bare slider that moves a bare figure.

Both stand in notebooks of their own, with kernels of their own, in one JupyterLab and one headless Chromium, and are
pressed in turn. The bare figure has the traces, shapes, layout and size of the designer's picture and changes, in one
`batch_update`, from the picture before an edit of the same kind to the one after it and back; its kernel does nothing
else. What is timed, in ms, is from the `keydown` event to the second animation frame after the repaint that brought the
final picture (`probe.py`). Each press of the designer gives a network that it has not built before.

The comm messages of each press, to and from the kernel, are counted too, and their bytes.
"""

from __future__ import annotations

import json
import statistics
from typing import Any

import attrs
from playwright.sync_api import Locator

from tests.benchmarks.bench import Bench, Notebook, bench
from tests.benchmarks.probe import Probe
from tests.benchmarks.tables import Row, Table
from tests.browser.designer_page import DesignerPage
from tests.browser.kernel import Kernel
from tests.browser.page import Screen

PRESSES, WARMING = 20, 3
ONE_BLOCK, WHOLE_NETWORK = 1.15, 1.4  # goals
MESSAGES, KILOBYTES = 8, 60


@attrs.frozen
class Case:
    """An edit that is made again and again, by the key that makes a slider's value larger.

    Attributes:
        preset: The preset that is edited.
        field: The path of the field.
        start: The field's first value.
        goal: The most times that the bare slider's time may be needed.
        control: The label of its control in the designer; empty for a field that has none, which a plain slider in the
            notebook then sets.
        page: The page that the control stands on.
    """

    preset: str
    field: str
    start: int
    goal: float
    control: str = ""
    page: str = "Network"

    @property
    def name(self) -> str:
        """The case in words."""
        return f"{self.preset}: {self.field}"

    @property
    def cells(self) -> list[str]:
        """The notebook with the designer."""
        make = (
            "import ipywidgets\n"
            "from encdec_widgets import Designer, preset\n"
            "from encdec_widgets.figures.as_plotly import FIXED_LAYOUT\n"
            f"designer = Designer(preset({self.preset!r}).replace({self.field!r}, {self.start}))"
        )
        if self.control:
            return [make, "designer"]
        slider = (
            f"slider = ipywidgets.IntSlider(description='edit', value={self.start}, min=1, max=4096)\n"
            f"slider.observe(lambda change: designer.set({self.field!r}, change['new']), 'value')"
        )
        return [make, slider, "ipywidgets.VBox([slider, designer])"]


CASES = (
    Case("U-Net", "encoder[2].filters", 216, ONE_BLOCK),
    Case("U-Net", "decoder[3].refine_convs_filters", 44, ONE_BLOCK),
    Case("SLEAP medium single", "encoder[2].filters", 44, ONE_BLOCK),
    Case(
        "Stacked hourglass, 1 stack", "head.channels", 1, ONE_BLOCK, control="channels", page="Input & head"
    ),
    Case("FC-DenseNet56", "head.channels", 1, ONE_BLOCK, control="channels", page="Input & head"),
    Case("U-Net", "filters", 44, WHOLE_NETWORK, control="filters"),
    Case("SLEAP medium single", "filters", 16, WHOLE_NETWORK, control="filters"),
)
_BARE = """
import json, ipywidgets, plotly.graph_objects as go
pictures = json.loads({pictures!r})
figure = go.FigureWidget(data=pictures[0]["data"], layout={{**json.loads({layout!r}), **pictures[0]["layout"]}})
slider = ipywidgets.IntSlider(description="edit", value={start}, min=1, max=4096)

def move(change):
    new = pictures[(change["new"] - {start}) % 2]
    with figure.batch_update():
        for trace, data in zip(figure.data, new["data"]):
            trace.update(data)
        figure.layout.update(new["layout"])

slider.observe(move, "value")
"""


def run(quick: bool) -> Table:
    """Press keys, and compare."""
    presses = 5 if quick else PRESSES
    rows: list[Row] = []
    with bench() as place:
        for case in CASES[:1] + CASES[-2:-1] if quick else CASES:
            rows += _measure(place, case, presses)
    notes = [
        "Messages and kB: comm messages of one edit, to and from the kernel; a bare edit's beside them.",
        f"{presses} presses of each in turn, after {WARMING} that are not counted.",
    ]
    return Table("Key press to repainted plot, against a bare slider with a bare figure", rows, notes)


class Pressed:
    """A slider that is pressed, and what that took."""

    def __init__(self, notebook: Notebook, handle: Locator) -> None:
        self.page = notebook.screen.page
        self.traffic = notebook.traffic
        self.handle = handle
        self.probe = Probe(self.page, "keydown")
        self.waits: list[float] = []
        self.received: list[float] = []
        self.sent: list[float] = []
        self.kilobytes: list[float] = []

    @property
    def messages(self) -> list[float]:
        """Comm messages of each press, both ways."""
        return [received + sent for received, sent in zip(self.received, self.sent, strict=True)]

    def press(self, counted: bool = True) -> None:
        """Press once, and wait for calm after the picture."""
        self.page.bring_to_front()
        self.handle.focus()
        self.probe.reset()
        self.traffic.reset()
        self.page.keyboard.press("ArrowRight")
        wait = self.probe.seen().wait
        if counted:
            self.waits.append(wait)
            self.received.append(self.traffic.received)
            self.sent.append(self.traffic.sent)
            self.kilobytes.append(self.traffic.size / 1000)


def _measure(place: Bench, case: Case, presses: int) -> list[Row]:
    with place.opened(case.cells) as notebook:
        designer = Pressed(notebook, _handle(notebook.screen, case))
        before = _picture(notebook.kernel)
        designer.press(counted=False)
        pictures = [before, _picture(notebook.kernel)]
        with place.opened(_bare_cells(case, notebook, pictures)) as bare_notebook:
            bare = Pressed(bare_notebook, bare_notebook.screen.control("edit"))
            for number in range(WARMING + presses):
                for pressed in (bare, designer):
                    pressed.press(counted=number >= WARMING)
    return _rows(case, designer, bare)


def _handle(screen: Screen, case: Case) -> Locator:
    if not case.control:
        return screen.control("edit")
    designer = DesignerPage(screen)
    designer.turn_to(case.page)
    return designer.row(case.control).locator(".noUi-handle").last


def _picture(kernel: Kernel) -> Any:
    return kernel.value("(designer.wait(), designer.picture.graph._shown)[1]")


def _bare_cells(case: Case, notebook: Notebook, pictures: list[Any]) -> list[str]:
    """The notebook with the bare slider and a figure as large as the designer's."""
    width, height = notebook.screen.page.evaluate(
        "() => (({width, height}) => [width, height])(document.querySelector('.js-plotly-plot')._fullLayout)"
    )
    layout = {**notebook.kernel.value("FIXED_LAYOUT"), "width": width, "height": height}
    code = _BARE.format(pictures=json.dumps(pictures), layout=json.dumps(layout), start=case.start)
    return [code, "ipywidgets.VBox([slider, figure])"]


def _rows(case: Case, designer: Pressed, bare: Pressed) -> list[Row]:
    def row(case_name: str, unit: str, ours: list[float], other: list[float], **more: Any) -> Row:
        return Row.of("keys", case_name, ours, other, unit=unit, against="bare slider", **more)

    ways = f"{statistics.median(designer.received):g} from the kernel, {statistics.median(designer.sent):g} to it"
    return [
        row(case.name, "ms", designer.waits, bare.waits, goal=case.goal),
        row(
            f"{case.name}, messages",
            "messages",
            designer.messages,
            bare.messages,
            figure=statistics.median(designer.messages),
            goal=MESSAGES,
            remark=ways,
        ),
        row(
            f"{case.name}, size",
            "kB",
            designer.kilobytes,
            bare.kilobytes,
            figure=statistics.median(designer.kilobytes),
            goal=KILOBYTES,
        ),
    ]
