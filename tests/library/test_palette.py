"""Every role has enough contrast to what it is drawn on, computed as WCAG 2.2 does."""

import attrs
import pytest

from encdec_widgets.figures.colour_scale import STEPS, luminance
from encdec_widgets.figures.palette import DARK, LIGHT, Palette
from encdec_widgets.figures.shading import colour_of
from encdec_widgets.figures.stages import NAMES

THEMES = {"light": LIGHT, "dark": DARK}
TEXTS = ("text", "muted", "accent", "good", "warning", "error", "concatenation", "addition")
FILLS = (*NAMES, "input", "accent")
GRAPHICS = (*FILLS, "border", "concatenation", "addition")
EXEMPT = {"page", "surface", "divider", "on_fill"}


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.fixture(params=THEMES)
def palette(request: pytest.FixtureRequest) -> Palette:
    return THEMES[request.param]


@pytest.mark.parametrize("role", TEXTS)
def test_text_can_be_read_on_page_and_surface(palette: Palette, role: str) -> None:
    for ground in (palette.page, palette.surface):
        assert contrast(getattr(palette, role), ground) >= 4.5


@pytest.mark.parametrize("role", FILLS)
def test_text_can_be_read_on_fills(palette: Palette, role: str) -> None:
    assert contrast(palette.on_fill, getattr(palette, role)) >= 4.5


@pytest.mark.parametrize("role", GRAPHICS)
def test_graphics_and_borders_show_on_the_page(palette: Palette, role: str) -> None:
    assert contrast(getattr(palette, role), palette.page) >= 3


def test_each_colour_of_the_scale_shows_on_a_dark_page() -> None:
    for step in range(STEPS):
        assert contrast(colour_of(f"value {step}", DARK), DARK.page) >= 3


def test_every_role_is_judged() -> None:
    assert {field.name for field in attrs.fields(Palette)} == {*TEXTS, *GRAPHICS} | EXEMPT


def test_the_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)  # its well-known grey
