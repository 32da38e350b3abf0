"""Notebooks in JupyterLab and Notebook 7: written, opened, and run to the last cell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat

from tests.browser.page import Screen
from tests.browser.servers import Lab

# Until every cell has run: the promise of `run-all-cells` says so (the toolbar's idle mark does not).
_RUN_ALL = """async () => {
    const app = window.jupyterapp, panel = app.shell.currentWidget;
    await app.restored;
    await panel.context.ready;
    await panel.sessionContext.ready;
    await panel.sessionContext.session.kernel.info;
    app.shell.collapseLeft();
    const began = performance.now();
    await app.commands.execute('notebook:run-all-cells');
    const ended = performance.now();
    const outputs = panel.context.model.toJSON().cells.flatMap(cell => cell.outputs ?? []);
    return {kernel: panel.sessionContext.session.kernel.id, began, ended,
            errors: outputs.filter(o => o.output_type === 'error').map(o => o.traceback.join('\\n'))};
}"""

# What the browser and the kernel know of designers.
FORGET_EDITS = """
    for (const key of Object.keys(localStorage)) if (key.startsWith('encdec-widgets')) localStorage.removeItem(key);
"""
FORGET_DESIGNER = "import ipywidgets; ipywidgets.Widget.close_all(); get_ipython().reset(new_session=False)"

_OTHER_CELLS = """cells => {
    FORGET_EDITS
    const notebook = window.jupyterapp.shell.currentWidget.context.model.sharedModel;
    notebook.transact(() => {
        notebook.deleteCellRange(0, notebook.cells.length);
        notebook.insertCells(0, cells.map(source => ({cell_type: 'code', source, metadata: {}, outputs: []})));
    });
}""".replace("FORGET_EDITS", FORGET_EDITS)

_IN_THEME = """async theme => {
    const theirs = () => document.body.dataset.jpThemeName;
    if (theirs() !== theme) await window.jupyterapp.commands.execute('apputils:change-theme', { theme });
    while (theirs() !== theme) await new Promise(requestAnimationFrame);
}"""


def write_notebook(path: Path, cells: list[str]) -> None:
    """Write a notebook of these code cells."""
    # Without the name of a kernel JupyterLab would ask for one, in a dialog that nobody answers.
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    code = [nbformat.v4.new_code_cell(cell) for cell in cells]
    notebook = nbformat.v4.new_notebook(cells=code, metadata={"kernelspec": kernel})
    nbformat.write(notebook, path)


def load_notebook(lab: Lab, screen: Screen, name: str) -> None:
    """Load the server's page with this notebook on the screen."""
    screen.page.goto(lab.address(name))
    screen.page.wait_for_function("() => window.jupyterapp?.shell?.currentWidget?.sessionContext")


def kernel_of(screen: Screen) -> str:
    """The identity of the kernel of the notebook on the screen."""
    identity: str = screen.page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.id"
    )
    return identity


def begin_anew(screen: Screen, cells: list[str]) -> None:
    """Put other cells into the notebook on the screen; what the browser and the kernel know of the old ones goes."""
    assert screen.kernel is not None
    screen.page.evaluate(_OTHER_CELLS, cells)
    screen.kernel.run(FORGET_DESIGNER)


def change_theme(screen: Screen, theme: str) -> None:
    """Show JupyterLab in the theme of this name."""
    screen.page.evaluate(_IN_THEME, theme)


def run_cells(screen: Screen) -> dict[str, Any]:
    """Run every cell, which must not raise.

    Returns:
        ``kernel``, its identity, and ``began`` and ``ended``, of the running, on the page's clock in milliseconds.
    """
    ran: dict[str, Any] = screen.page.evaluate(_RUN_ALL)
    assert not ran["errors"], "\n".join(ran["errors"])
    return ran


def end_kernel(screen: Screen) -> None:
    """End the kernel: each keeps a TensorFlow of its own in memory."""
    screen.page.evaluate("() => window.jupyterapp?.shell.currentWidget?.sessionContext?.shutdown()")
