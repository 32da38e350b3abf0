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
APT_PACKAGES = ("chromium", "fonts-dejavu-core")
REMEDY = f"install Chromium or Google Chrome, or set {VARIABLE} to its executable file"


class NoChromiumError(RuntimeError):
    """There is no Chromium that starts; the message is one line that says what to do."""


def find_or_install() -> Path:
    """A Chromium that was seen to start: the one that was asked for, one that is there, or a newly installed one."""
    asked_for = os.environ.get(VARIABLE)
    if asked_for is not None:
        return _asked_for(asked_for)
    found = _first_that_starts()
    if found is not None:
        return found
    tried = []
    for commands in _installers():
        tried.append(" && ".join(" ".join(command) for command in commands))
        print(f"There is no Chromium yet: {tried[-1]}", flush=True)
        if all(_succeeds(*command) for command in commands):
            found = _first_that_starts()
            if found is not None:
                return found
    attempts = " and ".join(f"`{attempt}`" for attempt in tried)
    raise NoChromiumError(f"No Chromium that starts was found, and {attempts} brought none: {REMEDY}.")


def _asked_for(name: str) -> Path:
    path = Path(name).absolute()
    if not (path.is_file() and os.access(path, os.X_OK)):
        raise NoChromiumError(f"{VARIABLE} is {name!r}, which is no executable file: correct it or unset it.")
    if not _starts(path):
        raise NoChromiumError(
            f"{VARIABLE} is {name!r}, and `{name} --version` fails: correct it or unset it."
        )
    return path


def _first_that_starts() -> Path | None:
    return next(filter(_starts, _candidates()), None)


def _candidates() -> Iterator[Path]:
    for name in NAMES:
        found = shutil.which(name)
        if found is not None:
            yield Path(found)
    playwrights = _playwrights_own()
    if playwrights is not None:
        yield playwrights


def _playwrights_own() -> Path | None:
    """Where Playwright keeps its Chromium, whether it is installed or not."""
    # In a process of its own: Playwright's sync interface leaves an event loop behind when its driver fails.
    code = (
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as playwright: print(playwright.chromium.executable_path)"
    )
    try:
        asked = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return Path(asked.stdout.strip())


def _starts(executable: Path) -> bool:
    """Whether it answers: Ubuntu, for one, has a `chromium-browser` that only tells to install another package."""
    return _succeeds(str(executable), "--version", timeout=60)


def _installers() -> Iterator[tuple[tuple[str, ...], ...]]:
    """Ways to install one, each a few commands in a row."""
    playwright = (sys.executable, "-m", "playwright", "install")
    if _is_root() and shutil.which("apt-get") is not None:
        install = ("apt-get", "install", "-y", "--no-install-recommends")
        yield ("apt-get", "update"), (*install, *APT_PACKAGES)
        yield ((*playwright, "--with-deps", "chromium"),)
    else:
        yield ((*playwright, "chromium"),)


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _succeeds(*command: str, timeout: float = 900) -> bool:
    """Run a command that asks nothing; what it prints is of no use to whoever runs the tests."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
