"""Finds a Chromium that starts, or installs one."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

VARIABLE = "ENCDEC_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# A page without any font has no text to test; Debian's Chromium brings none itself.
APT = "apt-get -o Acquire::Retries=3"
INSTALL_FROM_DEBIAN = f"{APT} update && {APT} install -y --no-install-recommends chromium fonts-dejavu-core"
INSTALL_FROM_PLAYWRIGHT = f'"{sys.executable}" -m playwright install chromium'
# Ubuntu, for one, has a `chromium-browser` that only tells to install another package, so each is started once.
WHERE_PLAYWRIGHT_KEEPS_ITS_OWN = (
    "from playwright.sync_api import sync_playwright\n"
    "with sync_playwright() as playwright: print(playwright.chromium.executable_path)"
)


class NoChromiumError(RuntimeError):
    """There is no Chromium that starts; the message is one line that says what to do."""


def find() -> Path:
    """A Chromium that was seen to start: the one that the environment names, or one that is installed.

    Raises:
        NoChromiumError: If there is none.
    """
    named = os.environ.get(VARIABLE)
    for candidate in [named] if named else _installed():
        found = shutil.which(candidate)
        if found and _output(found, "--version"):
            return Path(found)
    if named:
        raise NoChromiumError(f"{VARIABLE} is {named!r}, which does not start: correct it or unset it.")
    raise NoChromiumError(
        f"No Chromium that starts was found: install Chromium or Google Chrome, or set {VARIABLE} to its path."
    )


def find_or_install() -> Path:
    """The same, installed first where there is none: from Debian for root, else Playwright's own.

    Raises:
        NoChromiumError: If there is none and none could be installed.
    """
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    by_apt = [INSTALL_FROM_DEBIAN] if is_root and shutil.which("apt-get") else []
    by_playwright = INSTALL_FROM_PLAYWRIGHT + " --with-deps" * bool(by_apt)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in () if os.environ.get(VARIABLE) else (*by_apt, *by_apt, by_playwright, by_playwright):
        try:
            return find()
        except NoChromiumError:
            print(f"There is no Chromium yet: {command}", flush=True)
            subprocess.run(command, shell=True, env=environment, stdin=subprocess.DEVNULL, check=False)
    return find()


def _installed() -> Iterator[str]:
    """Where one may be."""
    yield from NAMES
    # In a process of its own: Playwright's sync interface leaves an event loop behind when its driver fails.
    yield _output(sys.executable, "-c", WHERE_PLAYWRIGHT_KEEPS_ITS_OWN)


def _output(*command: str) -> str:
    """What a command prints; nothing if it fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
