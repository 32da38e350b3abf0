"""The table of facts in a real browser: sorted, copied, and its rows chosen, by mouse and by keyboard."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.page import Screen
from tests.browser.saved import reload
from tests.browser.servers import until

CELLS = [
    """
from encdec_widgets.session import Session
from encdec_widgets.widgets.picture.facts_table import FactsTable
session = Session("SLEAP medium single")
session.select("encoder[1]")
backbone = session.backbone
chosen = []
session.observe(lambda change: chosen.append(change["new"].path), "selection")
table = FactsTable(session)
table
""",
]


class Facts:
    """The table on a page, as a person meets it."""

    def __init__(self, screen: Screen, number: int = 0) -> None:
        self.screen = screen
        self.root = screen.page.locator(".encdec-facts").nth(number)
        self.said = self.root.locator(".encdec-facts-said")
        self.root.locator("tbody tr").first.wait_for()

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name, exact=True)

    def header(self, column: str) -> Locator:
        return self.root.get_by_role("columnheader", name=column, exact=True)

    def row(self, name: str) -> Locator:
        button = self.screen.page.get_by_role("button", name=name, exact=True)
        return self.root.locator("tbody tr", has=button)

    def column(self, column: str) -> list[str]:
        """The cells of a column, all of one moment; none while there is no such column."""
        cells: list[str] = self.root.evaluate(
            """(root, column) => {
                const headers = [...root.querySelectorAll('thead th')].map(header => header.textContent);
                const index = headers.indexOf(column);
                const rows = index < 0 ? [] : [...root.querySelectorAll('tbody tr')];
                return rows.map(row => row.children[index].textContent);
            }""",
            column,
        )
        return cells

    def numbers(self, column: str) -> list[int]:
        return [int(text.replace(",", "")) for text in self.column(column)]

    def press(self, button: Locator, key: str) -> None:
        button.focus()
        self.screen.page.keyboard.press(key)

    def selected(self) -> list[str]:
        return self.root.locator('tbody tr[aria-selected="true"] th button').all_text_contents()


@pytest.fixture
def facts(open_notebook: Callable[..., Screen]) -> Facts:
    screen = open_notebook(CELLS)
    screen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return Facts(screen)


def kernel_rows(facts: Facts, code: str = "block_rows(backbone.blocks)") -> list[dict[str, Any]]:
    assert facts.screen.kernel
    facts.screen.kernel.run("from encdec_widgets.explain.table import block_rows, layer_rows")
    return list(facts.screen.kernel.value(code))


def as_text(row: dict[str, Any]) -> dict[str, str]:
    return {key: "" if value is None else str(value) for key, value in row.items()}


def read_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_sorted_by_mouse_and_by_keyboard_and_still_after_an_edit(facts: Facts) -> None:
    rows = kernel_rows(facts)
    parameters = [row["parameters"] for row in rows]
    assert facts.numbers("parameters") == parameters
    assert facts.column("name") == [row["name"] for row in rows]
    header = facts.header("parameters")
    sort = header.get_by_role("button")

    sort.click()
    assert facts.numbers("parameters") == sorted(parameters)
    expect(header).to_have_attribute("aria-sort", "ascending")
    facts.press(sort, "Enter")
    assert facts.numbers("parameters") == sorted(parameters, reverse=True)
    expect(header).to_have_attribute("aria-sort", "descending")
    # Rows that are equal keep the network's order.
    equal = [row["name"] for row in rows if row["parameters"] == 590_080]
    assert [name for name in facts.column("name") if name in equal] == equal == ["enc6", "dec0"]
    facts.press(sort, "Space")
    assert facts.numbers("parameters") == parameters
    expect(header).to_have_attribute("aria-sort", "none")

    sort.click()
    assert facts.screen.kernel
    facts.screen.kernel.run(
        'session.change("filters", 24, now=True)\nbackbone = session.backbone\nsession.select("decoder[1]")'
    )
    expect(facts.row("dec1")).to_have_attribute("aria-selected", "true")
    edited = sorted(row["parameters"] for row in kernel_rows(facts))
    assert edited != sorted(parameters)
    until(lambda: facts.numbers("parameters") == edited, "the new rows, in the same order")
    assert facts.column("parameters")[-1] == f"{edited[-1]:,}"

    # What is copied is what is seen: these rows, in this order.
    facts.press(facts.button("Copy as CSV"), "Enter")
    expect(facts.said).to_have_text("Copied 11 rows as CSV.")
    copied = read_csv(facts.screen.page.evaluate("navigator.clipboard.readText()"))
    expected = sorted(kernel_rows(facts), key=lambda row: row["parameters"])
    assert copied == [as_text(row) for row in expected]


def test_a_page_without_a_clipboard_lets_the_table_be_copied_by_hand(facts: Facts) -> None:
    page = facts.screen.page
    # As on a page that came by plain http.
    page.evaluate(
        """() => {
            window.kept = navigator.clipboard;
            Object.defineProperty(navigator, 'clipboard', {value: undefined, configurable: true});
        }"""
    )
    by_hand = facts.root.get_by_role("textbox", name="The table as CSV")
    expect(by_hand).to_be_hidden()
    facts.button("Copy as CSV").click()
    expect(by_hand).to_be_focused()
    expect(facts.said).to_contain_text("press Ctrl+C")
    page.keyboard.press("Control+C")
    expect(facts.said).to_have_text("Copied 11 rows as CSV.")
    copied = read_csv(page.evaluate("window.kept.readText()"))
    assert copied == [as_text(row) for row in kernel_rows(facts)]
    page.keyboard.press("Escape")
    expect(by_hand).to_be_hidden()
    expect(facts.button("Copy as CSV")).to_be_focused()
    page.evaluate("() => delete navigator.clipboard")  # of this page, which is kept


def test_a_row_is_chosen_by_keyboard_and_by_mouse_and_marked(facts: Facts) -> None:
    kernel = facts.screen.kernel
    assert kernel
    assert facts.selected() == ["enc1"]
    facts.press(facts.button("enc2"), "Enter")
    until(lambda: kernel.value("chosen") == ["encoder[2]"], "Enter is told")
    facts.press(facts.button("dec0"), "Space")
    until(lambda: kernel.value("chosen")[1:] == ["decoder[0]"], "Space is told")
    facts.row("enc0").locator("td").nth(4).click()
    until(lambda: kernel.value("chosen")[2:] == ["encoder[0]"], "the mouse is told")

    kernel.run('session.select("decoder[*]")')
    until(lambda: facts.selected() == ["dec0", "dec1", "dec2"], "the blocks of the decoder are marked")
    expect(facts.button("dec0")).to_have_attribute("aria-pressed", "true")

    # The row of a layer is that of its block; and single keys are not JupyterLab's, which would cut the cell.
    facts.press(facts.button("Layers"), "Enter")
    facts.button("stack0_enc1_conv0").click()
    until(lambda: kernel.value("chosen")[4:] == ["encoder[1]"], "a layer's block is told")
    facts.screen.page.keyboard.press("x")
    facts.press(facts.button("stack0_enc1_conv1"), "Enter")
    until(lambda: kernel.value("chosen")[5:] == ["encoder[1]"], "the next layer's block is told")


def test_a_button_in_the_row_of_a_block_takes_its_skip_out_and_in(facts: Facts) -> None:
    kernel = facts.screen.kernel
    assert kernel
    assert facts.column("skip from") == [*[""] * 8, "enc3Take out", "enc2Take out", "enc1Take out"]
    facts.press(facts.button("Take out the skip connection into dec1"), "Enter")
    back = facts.button("Take in the skip connection into dec1")
    expect(back).to_be_focused()
    made = "[block.skip_connection for block in session.design.blocks_of('decoder')]"
    assert kernel.value(made) == [True, False, True]
    assert kernel.value("chosen") == [], "the row was not chosen"
    back.click()
    expect(facts.button("Take out the skip connection into dec1")).to_be_visible()


def test_two_displays_and_a_reloaded_page_show_the_newest_rows(
    open_notebook: Callable[..., Screen],
) -> None:
    screen = open_notebook([*CELLS, "table"], fresh=True)
    assert screen.kernel
    first, second = Facts(screen), Facts(screen, 1)
    second.button("Layers").click()
    expect(first.header("block")).to_be_visible()
    expect(first.button("Layers")).to_have_attribute("aria-pressed", "true")
    layers = [row["name"] for row in kernel_rows(first, "layer_rows(backbone.layers)")]
    assert first.column("name") == second.column("name") == layers

    first.button("Hide").click()
    for facts in (first, second):
        expect(facts.root.get_by_role("table")).to_have_count(0)
        expect(facts.button("Copy as CSV")).to_be_hidden()
    screen.kernel.run('session.change("down_blocks", 3, now=True)\nbackbone = session.backbone')
    first.button("Blocks").click()
    blocks = [row["name"] for row in kernel_rows(first)]
    until(lambda: first.column("name") == second.column("name") == blocks, "the newest blocks in both")

    screen.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    reload(screen)
    again = Facts(screen, 1)
    until(lambda: again.column("name") == blocks, "the newest blocks on the reloaded page")


HOSTILE = "<img src=x onerror=document.body.dataset.harmed=1>"
HOSTILE_CELL = f"""
import attrs
from types import SimpleNamespace
blocks = backbone.blocks.copy()
blocks.nodes["stack0_enc0"]["label"] = blocks.nodes["stack0_enc1"]["kind"] = {HOSTILE!r}
blocks.nodes["stack0_enc2"]["label"] = "=1+1" + "very_long_Name" * 30
hostile = SimpleNamespace(blocks=blocks, layers=backbone.layers, design=backbone.design)
session.set_trait("shown", attrs.evolve(session.shown, backbone=hostile))
"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_fits_and_a_hostile_name_is_text(
    open_notebook: Callable[..., Screen], theme: str, tmp_path: Path
) -> None:
    screen = open_notebook(CELLS, theme)
    facts = Facts(screen)
    screen.screenshot(tmp_path / f"{theme}.png")
    assert screen.scrolls_sideways() == []
    box = facts.root.get_by_role("region", name="Blocks of the network").bounding_box()
    assert box
    assert box["height"] <= 210

    assert screen.kernel
    screen.kernel.run(HOSTILE_CELL)
    expect(facts.button(HOSTILE)).to_be_visible()
    assert HOSTILE in facts.column("kind")
    assert facts.root.locator("img").count() == 0
    assert screen.page.evaluate("document.body.dataset.harmed") is None
    screen.screenshot(tmp_path / f"{theme}-hostile.png")
    assert screen.scrolls_sideways() == []


def test_a_table_with_fewer_columns_has_no_cell_more_than_its_header(facts: Facts) -> None:
    assert facts.screen.kernel
    count = len(facts.root.locator("thead th").all())
    facts.screen.kernel.run(
        "shown = table.table\n"
        "table.table = {**shown, 'columns': shown['columns'][:-1], 'rows': [row[:-1] for row in shown['rows']]}"
    )
    expect(facts.root.locator("thead th")).to_have_count(count - 1)
    for row in facts.root.locator("tbody tr").all():
        expect(row.locator("th, td")).to_have_count(count - 1)
