"""`python -m tests`: every check of the project, one after the other, whatever the ones before it said."""

import argparse
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from tests import chromium
from tests.steps import PARTS, Step, steps


def main(argv: Sequence[str]) -> int:
    """Run the parts that were asked for; 0 if all their steps passed."""
    parts, pytest_arguments = _parse(argv)
    # A script that starts this in the background has it ignore SIGINT, and so would all that it starts; tests send it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    summary = []
    for title, passes in _checks(parts, pytest_arguments):
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


def _parse(argv: Sequence[str]) -> tuple[list[str], list[str]]:
    own, pytest_arguments = list(argv), []
    if "--" in own:
        dashes = own.index("--")
        own, pytest_arguments = own[:dashes], own[dashes + 1 :]
    parser = argparse.ArgumentParser(
        prog="python -m tests",
        usage="%(prog)s [part ...] [-- pytest argument ...]",
        description="Run all checks of the project, or only some parts of them.",
    )
    parser.add_argument(
        "parts", nargs="*", metavar="part", help=f"{', '.join(PARTS)}; all of them if none is given"
    )
    asked_for = parser.parse_args(own).parts
    unknown = sorted(set(asked_for) - set(PARTS))
    if unknown:
        parser.error(f"there is no part {unknown[0]!r}: choose from {', '.join(PARTS)}")
    return [part for part in PARTS if part in (asked_for or PARTS)], pytest_arguments


def _checks(
    parts: Sequence[str], pytest_arguments: Sequence[str]
) -> Iterator[tuple[str, Callable[[], bool]]]:
    for part in parts:
        if part == "browser":
            yield from _browser_checks(steps(part, pytest_arguments))
        else:
            yield from ((step.title, step.passes) for step in steps(part, pytest_arguments))


def _browser_checks(browser_steps: Iterator[Step]) -> Iterator[tuple[str, Callable[[], bool]]]:
    found: dict[str, str] = {}

    def find() -> bool:
        try:
            found[chromium.VARIABLE] = str(chromium.find_or_install())
        except chromium.NoChromiumError as error:
            print(error)
            return False
        print(found[chromium.VARIABLE])
        return True

    def cannot_run() -> bool:
        print("Not run: there is no Chromium to run them in.")
        return False

    yield "Chromium", find
    for step in browser_steps:
        if found:
            ready = replace(step, environment={**step.environment, **found})
            yield step.title, ready.passes
        else:
            yield step.title, cannot_run


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
