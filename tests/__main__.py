"""`python -m tests`: every check of the project, one after the other, whatever the ones before it said.

`pytest` alone runs every test on Keras's default backend. This adds the linters, the tests that depend on the backend
on each further backend that is installed, and a Chromium for the tests in a browser where there is none.
"""

import argparse
import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from tests import chromium

ROOT = Path(__file__).resolve().parents[1]
DEFAULT = os.environ.get("KERAS_BACKEND", "tensorflow")
# Two files at a time on two cores: most of a test's time is one process's, or waiting for one that starts.
SIDE_BY_SIDE = ("-n", str(min(os.cpu_count() or 1, 4)), "--dist", "loadfile", "--no-loadscope-reorder")
LINTERS = {
    "Rules (ruff check)": ("-m", "ruff", "check"),
    "Format (ruff format)": ("-m", "ruff", "format", "--check"),
    "Types (mypy)": ("-m", "mypy"),
    # Import Linter has a script but no `python -m`; a script may stand anywhere.
    "Rooms (import-linter)": (
        *("-c", "from importlinter.cli import lint_imports_command as main; main()"),
        "--no-logo",
    ),
}


def main(argv: Sequence[str]) -> int:
    """Run every step and print a summary; 0 if all of them passed."""
    parser = argparse.ArgumentParser(prog="python -m tests", description="Run all checks of the project.")
    parser.add_argument(
        "--full",
        action="store_true",
        help="full ranges and long repetitions as well",
    )
    parser.add_argument(
        "arguments", nargs="*", metavar="-- argument", help="what pytest is given as well, after two dashes"
    )
    options = parser.parse_args(argv)
    summary = []
    for title, passes in steps(options.full, options.arguments):
        print(f"\n======== {title} ========", flush=True)
        start = time.monotonic()
        passed = passes()
        summary.append((passed, time.monotonic() - start, title))
    print("\n======== Summary ========")
    for passed, seconds, title in summary:
        print(f"{'passed' if passed else 'FAILED'} {seconds:7.1f} s  {title}")
    failed = sum(not passed for passed, _, _ in summary)
    print(f"{len(summary) - failed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


def steps(full: bool, arguments: Sequence[str]) -> Iterator[tuple[str, Callable[[], bool]]]:
    """What is run, in order: a title, and what runs it and says whether it passed."""

    def pytest(backend: str, chosen: str, **environment: str) -> bool:
        command = ("-m", "pytest", *(("--full",) if full else ()), *SIDE_BY_SIDE, *arguments, "-m", chosen)
        status = run(*command, KERAS_BACKEND=backend, **environment)
        return status == 0 or (status == 5 and bool(arguments))  # 5: none of the tests that were asked for

    def pytest_in_a_browser() -> bool:
        try:
            executable = chromium.find_or_install()
        except chromium.NoChromiumError as error:
            print(error)
            return False
        return pytest(DEFAULT, "browser", **{chromium.VARIABLE: str(executable)})

    for title, command in LINTERS.items():
        yield title, lambda command=command: run(*command) == 0
    yield f"Tests ({DEFAULT})", partial(pytest, DEFAULT, "not browser")
    for backend in other_backends():
        yield f"Tests ({backend})", partial(pytest, backend, "backend")
    yield "Tests in a browser", pytest_in_a_browser


def other_backends() -> list[str]:
    """The installed backends but the default one; NumPy always is."""
    installed = [name for name in ("tensorflow", "numpy", "jax", "torch") if importlib.util.find_spec(name)]
    return [name for name in installed if name != DEFAULT]


def run(*arguments: str, **environment: str) -> int:
    """Run Python with these arguments in the repository's root; its exit status."""
    command = (sys.executable, *arguments)
    return subprocess.run(command, cwd=ROOT, env=os.environ | environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
