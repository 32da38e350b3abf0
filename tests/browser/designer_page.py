"""The designer as a person meets it on a page: what it shows, and how its controls are reached."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

from playwright.sync_api import Locator, expect

from tests.browser.page import Screen
from tests.browser.servers import until

CELLS = [
    "from encdec_widgets import Designer\n\ndesigner = Designer()\ndesigner",
    "designer.model.count_params()",
]


_CHANNELS = """plot => plot.data.find(trace => trace.name === 'blocks').customdata
    .map(([, text]) => parseInt(/(\\d+) channels/.exec(text)[1]))"""


class DesignerPage:
    """A designer on a screen: the first one, or another by its number; the first is `designer` in its kernel."""

    def __init__(self, screen: Screen, number: int = 0) -> None:
        self.screen = screen
        self.root = screen.page.locator(".encdec").nth(number)
        self.root.locator(".barlayer .point path").first.wait_for()

    def row(self, label: str) -> Locator:
        """The row of the control with this label."""
        return self.root.locator(".encdec-row", has=self.screen.page.get_by_label(label, exact=True))

    def press_slider(self, label: str, *keys: str) -> None:
        """Focus the slider of a field and press keys."""
        self.row(label).locator(".noUi-handle").focus()
        for key in keys:
            self.screen.page.keyboard.press(key)

    def turn_to(self, page: str) -> None:
        """Show a page of the columns at the sides."""
        tab = self.root.get_by_role("tab", name=page, exact=True)
        tab.click()
        expect(tab).to_have_attribute("aria-selected", "true")

    @property
    def undo(self) -> Locator:
        """The button in the header; the card has one too."""
        return self.root.locator(".encdec-undo")

    def open(self, what: str) -> None:
        """Open the table or the checks."""
        self.root.locator(".encdec-foot").get_by_role("button", name=re.compile(what)).click()

    def number(self, label: str) -> str:
        """What the number box of a field shows."""
        return self.root.get_by_label(label, exact=True).input_value()

    def parameters(self) -> int:
        """The parameters that the row of figures says, to the last one."""
        title = self.root.locator(".encdec-figure-value").first.get_attribute("title")
        return int((title or "").replace(",", ""))

    def boxes(self) -> list[int]:
        """The channels of the boxes that the page shows, from left to right, as they are told on hover."""
        return list(self.root.locator(".js-plotly-plot").evaluate(f"plot => ({_CHANNELS})(plot)"))

    def colours(self) -> list[str]:
        """What is filled in the picture, and with which colour."""
        areas = self.root.locator(".js-plotly-plot .shapelayer path")
        found: list[str] = areas.evaluate_all("all => all.map(e => `${e.style.fill} ${e.getAttribute('d')}`)")
        return found

    def rows(self) -> list[str]:
        """The labels of the picture's rows."""
        shown: list[str] = self.root.locator(".js-plotly-plot").evaluate(
            """plot => {
                const { text, textposition } = plot.data.find(trace => trace.name === 'texts');
                return text.filter((_, index) => textposition[index] === 'middle left');
            }"""
        )
        # A row's share stands before its size; other words have the same alignment.
        return [f"{share} {size}" for share, size in pairwise(shown) if re.fullmatch(r"\S+ × \S+", size)]

    def built_boxes(self) -> list[int]:
        """The channels of the blocks that are really in the kernel's network."""
        assert self.screen.kernel
        value = self.screen.kernel.value(
            "[data['channels'] for _, data in designer.backbone.blocks.nodes(data=True)]"
        )
        return list(value)

    def built_parameters(self) -> int:
        """The parameters of the Keras model that is really in the kernel."""
        assert self.screen.kernel
        return int(self.screen.kernel.value("designer.model.count_params()"))

    def wait_for_boxes(self, boxes: list[int]) -> None:
        """Wait until the picture shows these channels."""
        self.screen.page.wait_for_function(
            """([root, boxes]) => {
                const plot = root.querySelector('.js-plotly-plot');
                return JSON.stringify((CHANNELS)(plot)) === JSON.stringify(boxes);
            }""".replace("CHANNELS", _CHANNELS),
            arg=[self.root.element_handle(), boxes],
        )

    def picture_keeps_to_its_place(self) -> bool:
        """Whether the picture is as wide as the place that the page has for it, and no wider."""
        place, picture = (
            self.root.locator(selector).first.bounding_box() for selector in (".encdec-picture", ".main-svg")
        )
        assert place
        assert picture
        return 0 <= place["width"] - picture["width"] < 30

    def wait_until_the_picture_fits(self) -> None:
        """Wait until it is as wide as its place."""
        until(self.picture_keeps_to_its_place, "the picture fits its place")

    def wait_until_it_agrees(self) -> None:
        """Wait until picture and numbers, which come one after the other, are those of the model in the kernel."""

        def agrees() -> bool:
            return self.boxes() == self.built_boxes() and self.parameters() == self.built_parameters()

        until(agrees, "picture and numbers are the kernel's")

    def settle(self) -> None:
        """Wait until page and kernel have answered all that each told the other, and what those answers brought.

        A request that the page makes is handled after all that it told before, and its end is heard after all that the
        kernel told until then. Three in a row: the page holds back a change while the kernel is busy with the one
        before, and the kernel may answer it.
        """
        self.screen.page.evaluate(
            """async () => {
                const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
                for (let turn = 0; turn < 3; turn++) {
                    await new Promise(requestAnimationFrame);
                    const wait = { code: 'designer.wait()', silent: true, store_history: false };
                    const { content } = await kernel.requestExecute(wait).done;
                    if (content.status !== 'ok') throw new Error(content.evalue);
                }
            }"""
        )

    @contextmanager
    def awaiting_fields(self) -> Iterator[None]:
        """A `with` in which a block is chosen: it ends when the fields are no more those of the block before.

        Whoever is quicker than the page would change a field that is just being taken away.
        """
        mark = "rows => rows.forEach(row => { row.dataset.before = '' })"
        self.root.locator(".encdec-blocks .encdec-row").evaluate_all(mark)
        yield
        expect(self.root.locator(".encdec-blocks .encdec-row[data-before]")).to_have_count(0)
        expect(self.root.locator(".encdec-blocks .encdec-row:visible")).not_to_have_count(0)
