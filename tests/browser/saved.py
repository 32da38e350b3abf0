"""A saved notebook, with and without a kernel, and the picture that stands in it for a designer."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import nbformat
from nbformat.sign import NotebookNotary, SQLiteSignatureStore
from playwright.sync_api import Page, expect

from tests.browser.page import Screen
from tests.browser.servers import Lab, until

KERNEL = "window.jupyterapp.shell.currentWidget.sessionContext"
# JupyterLab's own word for a saved widget whose kernel is another; the designer shows its picture instead.
NOT_FOUND = r"widget model not found"


def command(screen: Screen, name: str) -> None:
    screen.page.evaluate("name => window.jupyterapp.commands.execute(name)", name)


def save(screen: Screen, lab: Lab) -> Path:
    command(screen, "docmanager:save")
    screen.page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    return lab.notebooks / screen.page.evaluate("window.jupyterapp.shell.currentWidget.context.path")


def still_in(notebook: Path) -> tuple[str, str]:
    """The HTML of the still that is saved with the first cell, and the text of its picture."""
    outputs = json.loads(notebook.read_text(encoding="utf-8"))["cells"][0]["outputs"]
    page = "".join(outputs[0]["data"]["text/html"])
    picture = re.search(r"data:image/svg\+xml;base64,([^\"]+)", page)
    assert picture
    return page, base64.b64decode(picture[1]).decode()


def reload(screen: Screen) -> None:
    """Reload a page of JupyterLab, again where it missed its widgets.

    Its widget manager gives a kernel four seconds to tell of them, which pass on a busy machine, and nothing of ours
    runs there yet; a person would reload it as well.
    """
    for _ in range(5):
        screen.page.reload()
        expect(screen.page.locator(".jp-OutputArea-output")).not_to_have_count(0)
        expect(screen.page.get_by_text("Loading widget")).to_have_count(0)  # Jupyter's own words
        if not screen.page.get_by_text("Error displaying widget").count():
            return
        screen.allowed_errors.append(NOT_FOUND)
    raise AssertionError("five loads of the page missed the widgets")


def choose_no_kernel(screen: Screen) -> None:
    """Answer JupyterLab's dialog; a button of its toolbar has the same name until a kernel has started."""
    dialog = screen.page.get_by_role("dialog")
    dialog.get_by_role("button", name="No Kernel", exact=True).click()
    expect(dialog).to_have_count(0)
    assert screen.page.evaluate(f"() => {KERNEL}.hasNoKernel")


def shows_the_still(page: Page) -> None:
    still = page.locator(".encdec-still")
    expect(still).to_be_visible()
    expect(still).to_contain_text("parameters. Run this cell again to edit it.")
    image = still.locator("img")
    until(lambda: image.evaluate("image => image.complete && image.naturalWidth > 0"), "the picture")
    box = image.bounding_box()
    assert box
    assert box["width"] > 600
    assert box["height"] > 200


def hides_the_error(page: Page) -> None:
    """Wait for what JupyterLab says of a widget that the kernel does not know, which comes after the still."""
    error = page.get_by_text("Error displaying widget")
    expect(error).to_be_attached()
    expect(error).to_be_hidden()


def without_kernel(notebook: Path, trusted_by: Lab | None, *, language: bool) -> Path:
    """A copy that names no kernel: signed, if this server is to trust it, or changed elsewhere.

    Without a language as well, JupyterLab asks for a kernel; with one, it starts the only kernel of that language.
    """
    copy: Any = nbformat.read(notebook, as_version=4)
    del copy.metadata["kernelspec"]
    if not language:
        del copy.metadata["language_info"]
    path = notebook.with_name(f"{'trusted' if trusted_by else 'strange'}-{language}-{notebook.name}")
    if trusted_by:
        data = trusted_by.folder / "data"
        notary = NotebookNotary(data_dir=str(data))
        notary.store = SQLiteSignatureStore(db_file=str(data / "nbsignatures.db"))
        notary.sign(copy)
        notary.store.close()
    else:
        copy.cells[0].source += "\n# edited elsewhere"
    nbformat.write(copy, path)
    return path
