"""The machine that figures belong to, described without naming it."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import os
import platform
import shutil
import subprocess
from pathlib import Path

from encdec_widgets.explain.machine_memory import memory_limit
from tests import chromium

_PACKAGES = (
    "keras",
    "tensorflow",
    "tensorflow-cpu",
    "jax",
    "torch",
    "plotly",
    "anywidget",
    "ipywidgets",
    "jupyterlab",
    "voila",
)


def describe() -> dict[str, str]:
    """What the figures depend on, in words by their names."""
    facts = {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "processor": _processor(),
        "cores used": str(_cores()),
        "memory": f"{(memory_limit() or 0) / 2**30:.1f} GiB",
        "system": _system(),
        "Python": platform.python_version(),
    }
    versions = {name: _version(name) for name in _PACKAGES}
    facts.update({name: version for name, version in versions.items() if version})
    return {**facts, "Chromium": _chromium()}


def as_text(facts: dict[str, str]) -> str:
    """The facts as a Markdown list."""
    return "\n".join(f"- {name}: {fact}" for name, fact in facts.items())


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _system() -> str:
    try:
        name = platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        name = platform.system()
    return f"{name}, {platform.machine()}"


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _chromium() -> str:
    executable = os.environ.get(chromium.VARIABLE) or next(
        filter(None, map(shutil.which, chromium.NAMES)), None
    )
    if executable is None:
        return "none"
    try:
        said = subprocess.run(
            [executable, "--version"], capture_output=True, text=True, check=True, timeout=60
        )
    except (OSError, subprocess.SubprocessError):
        return "one that does not start"
    return said.stdout.strip()
