"""Starting headless Chromium."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Browser, Playwright

_ARGUMENTS = [
    "--disable-dev-shm-usage",  # containers have a tiny /dev/shm
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-gpu",
]


def launch(playwright: Playwright, executable: str | Path, *more: str) -> Browser:
    """Start the Chromium at `executable`, with `more` arguments; as root it refuses to run in its sandbox."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    arguments = [*_ARGUMENTS, *more, *(["--no-sandbox"] if root else [])]
    return playwright.chromium.launch(executable_path=executable, args=arguments)
