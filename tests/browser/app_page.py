"""The page of `encdec-designer`: which kernel is behind it, and another designer in the place of the one before."""

from __future__ import annotations

from tests.browser.notebook import FORGET_DESIGNER, FORGET_EDITS
from tests.browser.page import Screen

MANAGER = "window.jupyterapp.widgetManager"  # Voila's own
_NOTE_PLACE = f"""async identity => {{
    const designer = await {MANAGER}.get_model(identity);
    const [view] = await Promise.all(Object.values(designer.views));
    window.placeOfDesigner = view.luminoWidget.parent;
}}"""
# The place hides once its designer is closed.
_SHOW = f"""async identity => {{
    const view = await {MANAGER}.create_view(await {MANAGER}.get_model(identity));
    window.placeOfDesigner.addWidget(view.luminoWidget);
    window.placeOfDesigner.show();
}}"""
_CELL = "from encdec_widgets import Designer\n\ndesigner = Designer()"  # as in the app's notebook


def kernel_of_app(screen: Screen) -> str:
    """The identity of the kernel behind the page on the screen."""
    identity: str = screen.page.evaluate(f"() => {MANAGER}.kernel.id")
    return identity


def show_another_designer(screen: Screen) -> None:
    """Put a new designer in the place of the one before; what the browser and the kernel know of that goes."""
    assert screen.kernel
    screen.page.evaluate(_NOTE_PLACE, screen.kernel.value("designer.model_id"))
    screen.page.evaluate(f"() => {{ {FORGET_EDITS} }}")
    screen.kernel.run(f"{FORGET_DESIGNER}\n{_CELL}")
    screen.page.evaluate(_SHOW, screen.kernel.value("designer.model_id"))
