"""One page in the browser, watched: what it asked of other hosts and what it complained of is kept."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Locator, Page

from tests.browser.kernel import Kernel

HERE = ("127.0.0.1", "localhost")

# Requests to other hosts that may happen, as regular expressions: none. (Voila's own page fetches Font Awesome from
# cdn.jsdelivr.net; the page that encdec-designer serves leaves that out.)
ALLOWED_OUTSIDE: tuple[str, ...] = ()

# How plotly's own warnings begin: of a property that it doesn't take, at every drawing.
WARNINGS = "WARN:"

# Errors on the console that are neither ours nor of any consequence: anywidget complains of a script that takes longer
# than two seconds to come, as on a busy machine, and what that does to a widget is mended (widgets/base/late.js). There
# the app's page may also miss the designer, and is loaded again (test_lifecycle.py).
ALLOWED_ERRORS: tuple[str, ...] = (
    r"\[anywidget\] Failed to initialize model\.",
    r"(?s)widget model not found.*/voila/",
)


@dataclass
class Screen:
    """A page and the kernel behind it."""

    page: Page
    kernel: Kernel | None = None
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    allowed_errors: list[str] = field(default_factory=list)  # of this screen, as regular expressions

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self._ask(request.url))
        self.page.on("websocket", lambda websocket: self._ask(websocket.url))
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.errors.append(f"uncaught: {error}"))

    def _ask(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in HERE:
            self.outside.append(url)

    def _hear(self, message: ConsoleMessage) -> None:
        line = f"{message.type}: {message.text} ({message.location.get('url', '')})"
        self.console.append(line)
        if message.type == "error" or message.text.startswith(WARNINGS):
            self.errors.append(line)

    def complaints(self) -> list[str]:
        """What must not have happened: requests to other hosts and errors, less the allowed ones."""
        outside = [f"asked of another host: {url}" for url in self.outside if not _any(ALLOWED_OUTSIDE, url)]
        allowed = (*ALLOWED_ERRORS, *self.allowed_errors)
        return outside + [error for error in self.errors if not _any(allowed, error)]

    def control(self, label: str, within: Locator | None = None) -> Locator:
        """The control with this label: an input by its accessible name, or the handle of a slider by its description.

        `within` narrows it down to a part of the page.
        """
        part = within or self.page.locator("body")
        named = part.get_by_label(label, exact=True).locator("visible=true")
        described = part.locator(".jupyter-widgets", has=self.page.locator(f'> label:text-is("{label}")'))
        return named.or_(described.locator(".noUi-handle")).first

    def press(self, label: str, *keys: str, within: Locator | None = None) -> None:
        """Focus the control with this label and press keys, as a keyboard user does."""
        control = self.control(label, within)
        control.focus()
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, label: str, text: str, within: Locator | None = None) -> None:
        """Replace what stands in the number or text box with this label, and press Enter."""
        self.press(label, "Control+A", within=within)
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")

    def screenshot(self, path: Path) -> Path:
        """What is to be seen, as a PNG file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path)
        return path

    def keep(self, folder: Path, name: str) -> str:
        """Keep a picture and the console for whoever looks into a failure; says where."""
        log = folder / f"{name}.console.txt"
        log.write_text("\n".join([*self.console, "", *self.errors, *self.outside]), encoding="utf-8")
        return f"{self.screenshot(folder / f'{name}.png')} and {log}"

    def scrolls_sideways(self) -> list[str]:
        """The visible elements that a user could scroll sideways, the page itself among them."""
        found: list[str] = self.page.evaluate(
            """() => [...document.querySelectorAll('html, body, body *')]
                .filter(e => e.clientWidth && e.scrollWidth > e.clientWidth + 1
                          && ['auto', 'scroll'].includes(getComputedStyle(e).overflowX))
                .map(e => `${e.tagName}.${e.className}: ${e.scrollWidth} in ${e.clientWidth}`)"""
        )
        return found


def _any(patterns: tuple[str, ...], text: str) -> bool:
    return any(re.search(pattern, text) for pattern in patterns)
