"""What `python -m tests` runs, step by step."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("lint", "setup", "library", "designer", "browser")


@dataclass(frozen=True)
class Step:
    """One command that passes or fails."""

    title: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)

    def passes(self) -> bool:
        """Run it in the repository's root and show what it prints."""
        environment = os.environ | self.environment
        return subprocess.run(self.command, cwd=ROOT, env=environment, check=False).returncode == 0


def steps(part: str, pytest_arguments: Sequence[str]) -> Iterator[Step]:
    """The steps of a part, in order; those of `browser` need a Chromium's path in their environment as well."""
    if part == "lint":
        yield from _lint()
    elif part == "library":
        for backend in _backends():
            yield _pytest("library", backend, pytest_arguments)
    else:
        yield _pytest(part, "tensorflow", pytest_arguments)


def _lint() -> Iterator[Step]:
    python = sys.executable
    yield Step("Rules (ruff check)", (python, "-m", "ruff", "check"))
    yield Step("Format (ruff format)", (python, "-m", "ruff", "format", "--check"))
    yield Step("Types (mypy)", (python, "-m", "mypy"))
    # Import Linter has a script but no `python -m`; a script may stand anywhere.
    lint_imports = "from importlinter.cli import lint_imports_command as main; main()"
    yield Step("Floors (import-linter)", (python, "-c", lint_imports, "--no-logo"))


def _backends() -> Iterator[str]:
    yield "tensorflow"
    yield "numpy"
    for optional in ("jax", "torch"):
        if importlib.util.find_spec(optional) is not None:
            yield optional


def _pytest(folder: str, backend: str, arguments: Sequence[str]) -> Step:
    return Step(
        f"Tests of tests/{folder} (Keras on {backend})",
        (sys.executable, "-m", "pytest", f"tests/{folder}", *arguments),
        {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "2"},
    )
