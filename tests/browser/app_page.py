"""The page of `encdec-designer`: which kernel is behind it, and another designer in the place of the one before."""

from __future__ import annotations

import nbformat

from encdec_widgets.app.serving.voila_app import NOTEBOOK
from tests.browser.notebook import FORGET_DESIGNER, FORGET_EDITS
from tests.browser.page import Screen

MANAGER = "window.jupyterapp.widgetManager"  # Voila's own
# A page may hear of a widget later than whoever asked the kernel for its identity.
_HEARD = f"identity => {MANAGER}.has_model(identity)"
_NOTE_PLACE = f"""async identity => {{
    const designer = await {MANAGER}.get_model(identity);
    const [view] = await Promise.all(Object.values(designer.views));
    window.placeOfDesigner = view.luminoWidget.parent;
}}"""
_FORGET = f"""() => {{
    {FORGET_EDITS}
    const address = new URL(location.href);
    address.searchParams.delete("design");
    history.replaceState(null, "", address);
}}"""
# The place hides once its designer is closed.
_SHOW = f"""async identity => {{
    const view = await {MANAGER}.create_view(await {MANAGER}.get_model(identity));
    window.placeOfDesigner.addWidget(view.luminoWidget);
    window.placeOfDesigner.show();
}}"""


def kernel_of_app(screen: Screen) -> str:
    """The identity of the kernel behind the page on the screen."""
    identity: str = screen.page.evaluate(f"() => {MANAGER}.kernel.id")
    return identity


def show_once_more(screen: Screen) -> None:
    """Add another view of the designer to the page, below the one that is there."""
    assert screen.kernel
    identity = screen.kernel.value("designer.model_id")
    screen.page.evaluate(_NOTE_PLACE, identity)
    screen.page.evaluate(_SHOW, identity)


def show_another_designer(screen: Screen) -> None:
    """Put a new designer in the place of the one before; what the browser and the kernel know of that goes."""
    assert screen.kernel
    screen.page.evaluate(_NOTE_PLACE, screen.kernel.value("designer.model_id"))
    screen.kernel.run(FORGET_DESIGNER)
    screen.page.evaluate(_FORGET)
    for cell in nbformat.read(NOTEBOOK, as_version=4).cells:
        screen.kernel.run(cell.source)
    identity = screen.kernel.value("designer.model_id")
    screen.page.wait_for_function(_HEARD, arg=identity)
    screen.page.evaluate(_SHOW, identity)
